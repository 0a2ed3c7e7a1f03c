use kit::names::assert_same_names;
use strum::VariantArray;
use toadlane_proto::reporting::v1 as pb;

use crate::kind::Kind;
use crate::state::StateName;
use crate::store::Order;

#[test]
fn every_name_is_the_same_in_rows_and_on_the_wire() {
    assert_same_names::<pb::report::State, _>(StateName::VARIANTS);
    assert_same_names::<pb::report::Kind, _>(Kind::VARIANTS);
    assert_same_names::<pb::list_reports_request::Order, _>(Order::VARIANTS);
}
