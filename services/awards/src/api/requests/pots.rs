//! Requests about pots and their ledger.

use kit::ids::RoundId;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

pub fn get_pot(wire: pb::GetPotRequest, reader: &mut Reader) -> Option<(RoundId, String)> {
    Some((reader.id("round_id", &wire.round_id)?, wire.instrument))
}

pub fn list_ledger_entries(
    wire: pb::ListLedgerEntriesRequest,
    reader: &mut Reader,
) -> Option<Listed<(RoundId, String), i64>> {
    let round = reader.id("round_id", &wire.round_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: (round?, wire.instrument), page: page? })
}
