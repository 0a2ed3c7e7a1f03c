//! Lines of history as the wire has them.

use kit::wire::wire_time;
use toadlane_proto::learning::v1 as pb;

use super::Entry;

impl From<Entry> for pb::HistoryEntry {
    fn from(Entry(line): Entry) -> pb::HistoryEntry {
        pb::HistoryEntry {
            sequence: line.sequence,
            at: wire_time(line.at),
            actor: Some(line.by.into()),
            step: line.step,
            from_state: line.from.unwrap_or_default(),
            to_state: line.to,
            reason: line.reason,
        }
    }
}
