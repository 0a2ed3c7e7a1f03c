use kit::names::assert_same_names;

use super::*;
use crate::organisation::Kind;

#[test]
fn every_kind_class_nation_and_role_is_in_the_contract() {
    assert_same_names::<pb::organisation::Kind, _>(Kind::VARIANTS);
    assert_same_names::<pb::MembershipClass, _>(MembershipClass::VARIANTS);
    assert!(Nation::VARIANTS.iter().all(|&known| nation(wire_nation(Some(known))) == Some(known)));
    for known in Role::ALL {
        assert_ne!(wire_role(known), pb::Role::Unspecified);
        assert_eq!(role(wire_role(known)), Some(known));
    }
}
