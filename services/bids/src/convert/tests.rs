use kit::call::{Choice, Text};
use kit::ids::RoundId;
use kit::names::assert_same_names;
use kit::time::at;
use strum::VariantArray;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use super::peers::call;
use crate::eligibility::Rule;
use crate::participation;
use crate::state::StateName;
use crate::store::Order;

#[test]
fn every_name_is_the_one_in_the_contract() {
    assert_same_names::<pb::bid::State, _>(StateName::VARIANTS);
    assert_same_names::<pb::eligibility_finding::Rule, _>(Rule::VARIANTS);
    assert_same_names::<pb::list_bids_request::Order, _>(Order::VARIANTS);
    assert_same_names::<pb::participation::Part, _>(participation::Part::VARIANTS);
    assert_same_names::<pb::participation::State, _>(participation::StateName::VARIANTS);
}

#[test]
fn of_the_words_of_a_form_a_call_keeps_what_a_bidder_may_be_told() {
    let words = || Some(types::LocalizedText { en: "Can it scale?".to_string(), cy: "A all dyfu?".to_string() });
    let option = rounds::QuestionOption { code: "yes".to_string(), label: words() };
    let question = rounds::Question { label: words(), help: words(), options: vec![option], ..Default::default() };
    let form = rounds::Form { questions: vec![question], ..Default::default() };
    let round = rounds::Round {
        id: RoundId::new().to_string(),
        etag: "3".to_string(),
        state: rounds::round::State::Scheduled.into(),
        opens_at: Some(at("2020-01-10T12:00:00Z").into()),
        closes_at: Some(at("2020-02-01T00:00:00Z").into()),
        rules: Some(rounds::RoundRules { form: Some(form), ..Default::default() }),
        ..Default::default()
    };
    let questions = call(round).unwrap().unwrap().form.questions;
    assert_eq!(questions[0].label, Text { en: "Can it scale?".to_string(), cy: String::new() });
    assert_eq!(
        (&questions[0].help, &questions[0].options[..]),
        (&None, &[Choice { code: "yes".to_string(), label: Text::default() }][..])
    );
}
