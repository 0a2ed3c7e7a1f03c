//! Parses requests for open data.

use kit::ids::RoundId;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

/// The round, and the format, which the answer names as it was asked for.
pub fn get_open_data(wire: pb::GetOpenDataRequest, reader: &mut Reader) -> Option<(RoundId, pb::open_data::Format)> {
    let format = wire.format();
    reader.id("round_id", &wire.round_id).map(|round| (round, format))
}
