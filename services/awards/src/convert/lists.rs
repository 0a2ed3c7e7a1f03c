//! Lists asked for: each a filter within what the caller may see, and a page.

use kit::cx::Cx;
use kit::fault::Violation;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use crate::policy;
use crate::store::{Filter, MoneyFilter, Order, Visible};

pub fn visible(cx: &Cx) -> Visible {
    Visible { all: policy::sees_all(&cx.caller), own: policy::reads_for_all(&cx.caller) }
}

pub fn list_awards(cx: &Cx, wire: &pb::ListAwardsRequest) -> Result<Listed<Filter, (i64, String)>, Vec<Violation>> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let bound = pb::ListAwardsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = Filter {
        round: round.flatten(),
        organisation: organisation.flatten(),
        states: wire.states().filter_map(award_state).collect(),
        order: match wire.order() {
            pb::list_awards_request::Order::Number => Order::Number,
            pb::list_awards_request::Order::Unspecified | pb::list_awards_request::Order::NewestFirst => {
                Order::NewestFirst
            }
        },
        visible: visible(cx),
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

pub fn list_payments(
    cx: &Cx,
    wire: &pb::ListPaymentsRequest,
) -> Result<Listed<MoneyFilter, (String, i32)>, Vec<Violation>> {
    let mut reader = Reader::new();
    let award = reader.id_or_none("award_id", &wire.award_id);
    let round = reader.id_or_none("round_id", &wire.round_id);
    let bound = pb::ListPaymentsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let states = wire.states().filter_map(payment_state).collect();
    let filter = MoneyFilter { award: award.flatten(), round: round.flatten(), states, visible: visible(cx) };
    reader.finish(page.map(|page| Listed { filter, page }))
}

pub fn list_recoveries(
    cx: &Cx,
    wire: &pb::ListRecoveriesRequest,
) -> Result<Listed<MoneyFilter, String>, Vec<Violation>> {
    let mut reader = Reader::new();
    let award = reader.id_or_none("award_id", &wire.award_id);
    let round = reader.id_or_none("round_id", &wire.round_id);
    let bound = pb::ListRecoveriesRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let states = wire.states().filter_map(recovery_state).collect();
    let filter = MoneyFilter { award: award.flatten(), round: round.flatten(), states, visible: visible(cx) };
    reader.finish(page.map(|page| Listed { filter, page }))
}

/// The stored name of a state in a filter; none for the unspecified one, which the field rules refuse.
fn award_state(state: pb::award::State) -> Option<&'static str> {
    use pb::award::State;
    match state {
        State::Unspecified => None,
        State::Prepared => Some("prepared"),
        State::Reserved => Some("reserved"),
        State::Offered => Some("offered"),
        State::Accepted => Some("accepted"),
        State::Active => Some("active"),
        State::Suspended => Some("suspended"),
        State::Completed => Some("completed"),
        State::Closed => Some("closed"),
        State::Refused => Some("refused"),
        State::Lapsed => Some("lapsed"),
        State::Withdrawn => Some("withdrawn"),
        State::Terminated => Some("terminated"),
    }
}

fn payment_state(state: pb::payment::State) -> Option<&'static str> {
    use pb::payment::State;
    match state {
        State::Unspecified => None,
        State::Planned => Some("planned"),
        State::Due => Some("due"),
        State::OnHold => Some("on_hold"),
        State::Approved => Some("approved"),
        State::Instructed => Some("instructed"),
        State::Paid => Some("paid"),
        State::Reconciled => Some("reconciled"),
        State::Cancelled => Some("cancelled"),
    }
}

fn recovery_state(state: pb::recovery::State) -> Option<&'static str> {
    use pb::recovery::State;
    match state {
        State::Unspecified => None,
        State::Due => Some("due"),
        State::Requested => Some("requested"),
        State::PartReturned => Some("part_returned"),
        State::Returned => Some("returned"),
        State::Reconciled => Some("reconciled"),
        State::WrittenOff => Some("written_off"),
    }
}
