//! Pages of lists as the wire has them.

use kit::paging::Found;
use toadlane_proto::rounds::v1 as pb;

use super::frameworks::without_statements;
use super::{history_entry, without_questions};
use crate::app::reading::Counted;
use crate::framework::Framework;
use crate::round::{Entry, RoundNow};

pub fn rounds(found: Counted<RoundNow>) -> pb::ListRoundsResponse {
    let (rounds, next_page_token) = found.page.wire(|now| without_questions(now.into()));
    pb::ListRoundsResponse { rounds, next_page_token, total_size: found.total, as_of: Some(found.as_of.into()) }
}

pub fn frameworks(found: Counted<Framework>) -> pb::ListFrameworksResponse {
    let (frameworks, next_page_token) = found.page.wire(|framework| without_statements(framework.into()));
    pb::ListFrameworksResponse { frameworks, next_page_token, total_size: found.total, as_of: Some(found.as_of.into()) }
}

pub fn history(found: Found<Entry>) -> pb::ListRoundHistoryResponse {
    let (entries, next_page_token) = found.wire(history_entry);
    pb::ListRoundHistoryResponse { entries, next_page_token }
}
