use strum::VariantArray;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as pb;

use super::*;
use crate::caller::Area;
use crate::cx::Cx;
use crate::names::assert_same_names;
use crate::stored::{from_json, json};
use crate::time::at;
use crate::wire::Reader;

#[test]
fn every_name_is_the_one_in_the_contract() {
    assert_same_names::<registry::MembershipClass, _>(MembershipClass::VARIANTS);
    assert_same_names::<pb::eligibility_settings::OverdueReports, _>(OverdueReports::VARIANTS);
    assert_same_names::<pb::question::Type, _>(QuestionKind::VARIANTS);
    assert_same_names::<pb::grading_board::Part, _>(Part::VARIANTS);
}

#[test]
fn a_copy_that_bids_kept_before_is_read_with_what_it_holds() {
    let kept = r#"{"id":"scale","label":"Can it scale?","kind":"YesNo","required":true,"word_limit":0,
        "options":["a"],"condition":{"question":"why","equals":"yes"}}"#;
    let question: Question = from_json(kept).unwrap();
    assert_eq!(question.label, Text { en: "Can it scale?".to_string(), cy: String::new() });
    assert_eq!((question.kind, question.help.as_ref()), (QuestionKind::YesNo, None));
    assert_eq!(question.options, [Choice { code: "a".to_string(), label: Text::default() }]);
    assert_eq!(from_json::<Question>(&json(&question)).unwrap(), question, "it is kept on in the new form");
    let text = kept.replace("YesNo", "Text");
    assert_eq!(from_json::<Question>(&text).unwrap().kind, QuestionKind::LongText);
    let classes: Vec<MembershipClass> = from_json(r#"["Full","Supporter","associate"]"#).unwrap();
    assert_eq!(classes, [MembershipClass::Full, MembershipClass::Supporter, MembershipClass::Associate]);
    assert_eq!(from_json::<OverdueReports>(r#""Warn""#).unwrap(), OverdueReports::Warn);
}

#[test]
fn rules_that_rounds_kept_before_are_read_with_what_they_hold() {
    let criterion = r#"{"code":"C1","name":{"en":"Need","cy":""},"guidance":null,"weight":3,"minimum_mark":2,
        "principle":""}"#;
    assert_eq!(from_json::<Criterion>(criterion).unwrap().minimum, Some(2));
    let condition: Condition = from_json(r#"{"question_id":"why","equals":"yes"}"#).unwrap();
    assert_eq!(condition.question, "why");
}

#[test]
fn a_kind_of_question_that_only_a_newer_neighbour_knows_is_read_as_a_text() {
    let wire = pb::Question { label: Some(Text::default().into()), r#type: 99, ..Default::default() };
    let heard = crate::wire::read("a round", |reader| question(reader, "question", wire.clone())).unwrap();
    assert_eq!(heard.kind, QuestionKind::LongText);
    let cx = Cx::of_area(Area::Rounds, at("2020-01-10T12:00:00Z"));
    let mut reader = Reader::of(&cx);
    let asked = question(&mut reader, "question", wire);
    assert_eq!(reader.finish(asked).unwrap_err()[0].field, "question.type");
}
