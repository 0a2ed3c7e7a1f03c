use kit::names::assert_same_names;
use strum::VariantArray;

use super::*;
use crate::framework::VersionStateName;
use crate::rules::LeadCounts;
use crate::state::StateName;

#[test]
fn every_name_is_the_one_in_the_contract() {
    assert_same_names::<State, _>(StateName::VARIANTS);
    assert_same_names::<pb::framework_version::State, _>(VersionStateName::VARIANTS);
    assert_same_names::<pb::lead_limit::Counts, _>(LeadCounts::VARIANTS);
}
