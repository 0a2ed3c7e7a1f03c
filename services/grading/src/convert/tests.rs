use strum::VariantArray;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;

use crate::call::{Part, QuestionKind};
use crate::deciding::decision::{Advice, Outcome};
use crate::marking::ranking::SettledBy;
use crate::marking::review::StateName;
use crate::panel::interest::Kind;
use crate::state::Stage;

fn names<T: Copy + Into<&'static str>>(all: &[T]) -> Vec<&'static str> {
    all.iter().map(|&one| one.into()).collect()
}

#[test]
fn every_value_of_ours_has_the_name_of_one_on_the_wire() {
    type Known = fn(&str) -> bool;
    let all: [(&str, Vec<&'static str>, Known); 8] = [
        ("STATE_", names(Stage::VARIANTS), |name| pb::assessment::State::from_str_name(name).is_some()),
        ("STATE_", names(StateName::VARIANTS), |name| pb::review::State::from_str_name(name).is_some()),
        ("KIND_", names(Kind::VARIANTS), |name| pb::interest::Kind::from_str_name(name).is_some()),
        ("ADVICE_", names(Advice::VARIANTS), |name| pb::recommendation::Advice::from_str_name(name).is_some()),
        ("OUTCOME_", names(Outcome::VARIANTS), |name| pb::determination::Outcome::from_str_name(name).is_some()),
        ("SETTLED_BY_", names(SettledBy::VARIANTS), |name| pb::ranked_bid::SettledBy::from_str_name(name).is_some()),
        ("PART_", names(Part::VARIANTS), |name| rounds::grading_board::Part::from_str_name(name).is_some()),
        ("TYPE_", names(QuestionKind::VARIANTS), |name| rounds::question::Type::from_str_name(name).is_some()),
    ];
    for (prefix, names, is_known) in all {
        for name in names {
            assert!(is_known(&kit::wire::wire_name(name, prefix)), "{prefix} {name}");
        }
    }
}
