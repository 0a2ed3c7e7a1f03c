use kit::names::assert_same_names;
use strum::VariantArray;
use toadlane_proto::awards::v1 as pb;

use crate::{ledger, payment, recovery, state, store, variation};

#[test]
fn states_triggers_kinds_and_orders_have_the_names_of_the_wire() {
    assert_same_names::<pb::award::State, _>(state::StateName::VARIANTS);
    assert_same_names::<pb::variation::State, _>(variation::StateName::VARIANTS);
    assert_same_names::<pb::payment::State, _>(payment::StateName::VARIANTS);
    assert_same_names::<pb::payment::Trigger, _>(payment::TriggerName::VARIANTS);
    assert_same_names::<pb::recovery::State, _>(recovery::State::VARIANTS);
    assert_same_names::<pb::ledger_entry::Kind, _>(ledger::Kind::VARIANTS);
    assert_same_names::<pb::list_awards_request::Order, _>(store::Order::VARIANTS);
}
