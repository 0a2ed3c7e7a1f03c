//! Requests: the 2020 round as far as it was published, with dates and criteria of our own.

use kit::ids::{BoardId, OrgId};
use testing::answers::{new_id, pence, wire};
use toadlane_proto::registry::v1::MembershipClass;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

pub fn text(en: &str) -> Option<types::LocalizedText> {
    Some(types::LocalizedText { en: en.to_string(), cy: String::new() })
}

pub fn london(instant: &str, announced: &str) -> Option<types::Deadline> {
    Some(types::Deadline {
        instant: wire(instant),
        zone: "Europe/London".to_string(),
        announced: announced.to_string(),
    })
}

pub fn wording(label: &str, codes: &[&str]) -> pb::FrameworkWording {
    let statement = |code: &&str| pb::Statement {
        code: code.to_string(),
        short_name: text(code),
        text: text("What it says."),
        theme: "values".to_string(),
        network_only: *code == "walking-the-talk",
    };
    pb::FrameworkWording {
        label: label.to_string(),
        statements: codes.iter().map(statement).collect(),
        mappings: Vec::new(),
    }
}

pub fn create_framework(owner: OrgId) -> pb::CreateFrameworkRequest {
    pb::CreateFrameworkRequest {
        request_id: new_id(),
        name: text("CCIN Statement of Values and Principles"),
        owner_organisation_id: owner.to_string(),
        wording: Some(wording("2019", &["co-production", "learning", "walking-the-talk"])),
        validate_only: false,
    }
}

pub fn rules(framework: &pb::Framework, boards: [BoardId; 2]) -> pb::RoundRules {
    let question = |id: &str, kind: pb::question::Type| pb::Question {
        id: id.to_string(),
        label: text("What will be done?"),
        help: text("A few sentences."),
        r#type: kind.into(),
        required: true,
        ..Default::default()
    };
    let criterion = |code: &str, weight| pb::Criterion {
        code: code.to_string(),
        name: text(code),
        guidance: text("What reviewers look for."),
        weight,
        ..Default::default()
    };
    let partners = pb::Condition { question_id: "partners".to_string(), equals: "yes".to_string() };
    pb::RoundRules {
        reference: "r3-2020".to_string(),
        programme: Some(pb::Programme { code: "policy-prototypes".to_string(), title: text("Policy prototypes") }),
        title: Some(types::LocalizedText {
            en: "2020 Policy Prototypes: Health & Social Care".to_string(),
            cy: "Prototeipiau Polisi 2020: Iechyd a Gofal Cymdeithasol".to_string(),
        }),
        theme: text("Health and social care"),
        framework_id: framework.id.clone(),
        framework_version: 1,
        instruments: vec![pb::Instrument {
            code: "policy_prototype".to_string(),
            name: text("Policy prototype"),
            pot: pence(1_950_000),
            floor: pence(150_000),
            ceiling: pence(150_000),
            months_min: 6,
            months_max: 9,
            admitted_classes: vec![MembershipClass::Full.into(), MembershipClass::Associate.into()],
            lead_limit: Some(pb::LeadLimit { counts: pb::lead_limit::Counts::Nothing.into(), at_most: 0 }),
        }],
        form: Some(pb::Form {
            version: 1,
            title_max_chars: 200,
            summary_max_words: 150,
            questions: vec![
                pb::Question { word_limit: 300, ..question("problem", pb::question::Type::LongText) },
                question("partners", pb::question::Type::YesNo),
                pb::Question { condition: Some(partners), ..question("which", pb::question::Type::ShortText) },
                pb::Question {
                    options: ["one", "several"]
                        .map(|code| pb::QuestionOption { code: code.to_string(), label: text(code) })
                        .to_vec(),
                    ..question("places", pb::question::Type::Choice)
                },
            ],
        }),
        attachments: Some(pb::AttachmentRules {
            media_types: vec!["application/pdf".to_string()],
            max_count: 3,
            max_bytes_each: 5_000_000,
        }),
        criteria: vec![
            pb::Criterion {
                minimum_mark: Some(3),
                principle: "co-production".to_string(),
                ..criterion("co_operative_difference", 25)
            },
            criterion("learning", 0),
        ],
        scale: Some(pb::Scale {
            min: 0,
            max: 5,
            anchors: vec![pb::Anchor { mark: 0, text: text("Nothing is shown.") }],
        }),
        bands: [("A", 80), ("B", 65), ("C", 50), ("D", 0)]
            .map(|(grade, at_least)| pb::GradeBand { grade: grade.to_string(), at_least })
            .to_vec(),
        non_voting_seats_may_score: false,
        boards: boards
            .map(|board| pb::GradingBoard { board_id: board.to_string(), part: pb::grading_board::Part::Joint.into() })
            .to_vec(),
        eligibility: Some(pb::EligibilitySettings {
            overdue_reports: pb::eligibility_settings::OverdueReports::Warn.into(),
        }),
        grace_seconds: 60,
    }
}

pub fn timetable() -> pb::Timetable {
    pb::Timetable {
        opens: london("2019-11-11T09:00:00Z", "9am on 11 November 2019"),
        closes: london("2019-12-13T23:59:00Z", "11:59pm on 13 December 2019"),
        announces: london("2020-02-03T09:00:00Z", "9am on 3 February 2020"),
        interim_report_due: None,
        final_report_due: london("2020-12-31T23:59:00Z", "31 December 2020"),
    }
}

pub fn create_round(framework: &pb::Framework, boards: [BoardId; 2]) -> pb::CreateRoundRequest {
    pb::CreateRoundRequest {
        request_id: new_id(),
        rules: Some(rules(framework, boards)),
        timetable: Some(timetable()),
        validate_only: false,
    }
}

pub fn update(round: &pb::Round) -> pb::UpdateRoundRequest {
    pb::UpdateRoundRequest {
        request_id: new_id(),
        round_id: round.id.clone(),
        etag: round.etag.clone(),
        rules: round.rules.clone(),
        timetable: round.timetable.clone(),
        validate_only: false,
    }
}

pub fn schedule(round: &pb::Round) -> pb::ScheduleRoundRequest {
    pb::ScheduleRoundRequest {
        request_id: new_id(),
        round_id: round.id.clone(),
        etag: round.etag.clone(),
        validate_only: false,
    }
}

fn later(closes: Option<types::Deadline>) -> Option<pb::LaterDates> {
    Some(pb::LaterDates { closes, ..Default::default() })
}

pub fn extend(round: &pb::Round, closes: Option<types::Deadline>) -> pb::ExtendRoundRequest {
    pb::ExtendRoundRequest {
        request_id: new_id(),
        round_id: round.id.clone(),
        etag: round.etag.clone(),
        dates: later(closes),
        reason: "the portal was down".to_string(),
        validate_only: false,
    }
}

pub fn reopen(round: &pb::Round, closes: Option<types::Deadline>) -> pb::ReopenRoundRequest {
    pb::ReopenRoundRequest {
        request_id: new_id(),
        round_id: round.id.clone(),
        etag: round.etag.clone(),
        dates: later(closes),
        reason: "three councils were cut off".to_string(),
        validate_only: false,
    }
}

pub fn cancel(round: &pb::Round) -> pb::CancelRoundRequest {
    pb::CancelRoundRequest {
        request_id: new_id(),
        round_id: round.id.clone(),
        etag: round.etag.clone(),
        reason: "the money was withdrawn".to_string(),
        validate_only: false,
    }
}
