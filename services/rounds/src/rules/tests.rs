use kit::stored::{from_json, json};

use super::*;

/// A round's rules as they were kept before other services knew its parts in the same words.
const KEPT: &str = r#"{"reference":"r3-2020",
    "programme":{"code":"policy-prototypes","title":{"en":"Policy prototypes","cy":""}},
    "title":{"en":"2020 Policy Prototypes","cy":""},"theme":null,
    "framework":{"id":"fwk_0190c0de000070008000000000000001","version":1},
    "instruments":[{"code":"policy_prototype","name":{"en":"Policy prototype","cy":""},
        "pot":{"minor_units":1950000,"currency":"GBP"},"floor":null,"ceiling":null,"months_min":6,"months_max":9,
        "admitted_classes":["full","associate"],"lead_limit":{"counts":"bids_in_round","at_most":1}}],
    "form":{"version":2,"title_max_chars":200,"summary_max_words":150,"questions":[
        {"id":"partners","label":{"en":"Are there partners?","cy":""},"help":null,"kind":"yes_no","required":true,
            "word_limit":0,"options":[],"condition":null},
        {"id":"which","label":{"en":"Which?","cy":""},"help":{"en":"Name each.","cy":""},"kind":"choice",
            "required":false,"word_limit":0,"options":[{"code":"a","label":{"en":"One","cy":""}}],
            "condition":{"question_id":"partners","equals":"yes"}}]},
    "attachments":{"media_types":["application/pdf"],"max_count":3,"max_bytes_each":5000000},
    "criteria":[{"code":"learning","name":{"en":"Learning","cy":""},"guidance":null,"weight":15,"minimum_mark":3,
        "principle":"learning"}],
    "scale":{"min":0,"max":5,"anchors":[{"mark":0,"text":{"en":"Nothing is shown.","cy":""}}]},
    "bands":[{"grade":"A","at_least":80},{"grade":"B","at_least":0}],"non_voting_seats_may_score":true,
    "boards":[{"board":"brd_0190c0de000070008000000000000002","part":"joint"}],"overdue_reports":"warn",
    "grace_seconds":60}"#;

#[test]
fn rules_that_were_kept_before_are_read_with_what_they_hold() {
    let rules: Rules = from_json(KEPT).unwrap();
    assert_eq!(rules.criteria[0].minimum, Some(3));
    let questions = &rules.form.as_ref().unwrap().questions;
    let condition = questions[1].condition.as_ref().unwrap();
    assert_eq!((condition.question.as_str(), condition.equals.as_str()), ("partners", "yes"));
    assert_eq!(questions[1].options[0].label.en, "One");
    assert_eq!(rules.instruments[0].admitted_classes, [MembershipClass::Full, MembershipClass::Associate]);
    assert_eq!((rules.overdue_reports, rules.boards.len()), (OverdueReports::Warn, 1));
    assert_eq!(from_json::<Rules>(&json(&rules)).unwrap(), rules, "they are kept on in the new form");
}
