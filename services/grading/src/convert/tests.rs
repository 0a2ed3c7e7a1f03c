use kit::names::assert_same_names;
use strum::{VariantArray, VariantNames};
use toadlane_proto::grading::v1 as pb;

use crate::deciding::decision::{Advice, Outcome};
use crate::marking::ranking::SettledBy;
use crate::marking::review::StateName;
use crate::panel::interest::{self, Kind, Origin};
use crate::panel::near_miss;
use crate::state::Stage;

#[test]
fn every_value_of_ours_has_the_name_of_one_on_the_wire() {
    assert_same_names::<pb::assessment::State, _>(Stage::VARIANTS);
    assert_same_names::<pb::review::State, _>(StateName::VARIANTS);
    assert_same_names::<pb::interest::Kind, _>(Kind::VARIANTS);
    assert_same_names::<pb::interest::State, _>(interest::State::VARIANTS);
    assert_same_names::<pb::interest::Origin, _>(Origin::VARIANTS);
    assert_same_names::<pb::near_miss::Kind, _>(near_miss::Kind::VARIANTS);
    assert_same_names::<pb::near_miss::State, _>(near_miss::State::VARIANTS);
    assert_same_names::<pb::recommendation::Advice, _>(Advice::VARIANTS);
    assert_same_names::<pb::determination::Outcome, _>(Outcome::VARIANTS);
    assert_same_names::<pb::ranked_bid::SettledBy, _>(SettledBy::VARIANTS);
}
