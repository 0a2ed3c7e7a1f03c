//! Rounds for tests: the 2020 round as far as it was published, with dates and criteria of our own.

use kit::call::{
    Anchor, AttachmentRules, Band, Criterion, GradingBoard, MembershipClass, OverdueReports, Part, Question,
    QuestionKind, Scale, Text,
};
use kit::deadline::Deadline;
use kit::ids::{BoardId, FrameworkId, RoundId};
use kit::money::Money;
use kit::time::{Timestamp, at};

use crate::framework::{FrameworkVersion, Statement, VersionState, Wording};
use crate::round::{Known, Round, Timetable};
use crate::rules::{Form, FrameworkUse, Instrument, LeadCounts, LeadLimit, Programme, Rules};
use crate::state::State;

pub fn text(en: &str) -> Text {
    Text { en: en.to_string(), cy: String::new() }
}

pub fn london(instant: &str, announced: &str) -> Deadline {
    Deadline { instant: at(instant), zone: "Europe/London".to_string(), announced: announced.to_string() }
}

pub fn a_statement(code: &str) -> Statement {
    Statement {
        code: code.to_string(),
        short_name: text(code),
        text: text("What it says."),
        theme: String::new(),
        network_only: false,
    }
}

pub fn the_framework() -> FrameworkVersion {
    FrameworkVersion {
        number: 1,
        state: VersionState::Draft,
        wording: Wording {
            label: "2019".to_string(),
            statements: vec![a_statement("co-production"), a_statement("learning")],
            mappings: Vec::new(),
        },
        created_at: at("2019-05-01T10:00:00Z"),
    }
}

/// All that a round's rules name exists.
pub fn all_known(round: &Round) -> Known {
    let boards = round.rules.boards.iter().map(|board| board.board).collect();
    Known { framework: Some(the_framework()), boards }
}

pub fn a_question(id: &str, kind: QuestionKind) -> Question {
    Question {
        id: id.to_string(),
        label: text("What will be done?"),
        help: None,
        kind,
        required: true,
        word_limit: 0,
        options: Vec::new(),
        condition: None,
    }
}

pub fn a_criterion(code: &str, weight: i32) -> Criterion {
    Criterion {
        code: code.to_string(),
        name: text(code),
        guidance: None,
        weight,
        minimum: None,
        principle: String::new(),
    }
}

pub fn the_prototype() -> Instrument {
    Instrument {
        code: "policy_prototype".to_string(),
        name: text("Policy prototype"),
        pot: Some(Money::pence(1_950_000)),
        floor: Some(Money::pence(150_000)),
        ceiling: Some(Money::pence(150_000)),
        months_min: 6,
        months_max: 9,
        admitted_classes: vec![MembershipClass::Full, MembershipClass::Associate],
        lead_limit: LeadLimit { counts: LeadCounts::Nothing, at_most: 0 },
    }
}

pub fn the_rules() -> Rules {
    Rules {
        reference: "r3-2020".to_string(),
        programme: Some(Programme { code: "policy-prototypes".to_string(), title: text("Policy prototypes") }),
        title: text("2020 Policy Prototypes: Health & Social Care"),
        theme: Some(text("Health and social care")),
        framework: Some(FrameworkUse { id: FrameworkId::new(), version: 1 }),
        instruments: vec![the_prototype()],
        form: Some(Form {
            version: 0,
            title_max_chars: 200,
            summary_max_words: 150,
            questions: vec![a_question("problem", QuestionKind::LongText), a_question("risks", QuestionKind::LongText)],
        }),
        attachments: Some(AttachmentRules {
            media_types: vec!["application/pdf".to_string()],
            max_count: 3,
            max_bytes_each: 5_000_000,
        }),
        criteria: vec![
            Criterion {
                minimum: Some(3),
                principle: "co-production".to_string(),
                ..a_criterion("co-operative_difference", 25)
            },
            a_criterion("learning", 15),
        ],
        scale: Some(Scale { min: 0, max: 5, anchors: vec![Anchor { mark: 0, text: text("Nothing is shown.") }] }),
        bands: vec![Band { grade: "A".to_string(), at_least: 80 }, Band { grade: "B".to_string(), at_least: 0 }],
        non_voting_seats_may_score: false,
        boards: vec![
            GradingBoard { board: BoardId::new(), part: Part::Joint },
            GradingBoard { board: BoardId::new(), part: Part::Joint },
        ],
        overdue_reports: OverdueReports::Warn,
        grace_seconds: 0,
    }
}

pub fn the_timetable() -> Timetable {
    Timetable {
        opens: Some(london("2019-11-11T09:00:00Z", "9am on 11 November 2019")),
        closes: Some(london("2019-12-13T23:59:00Z", "11:59pm on 13 December 2019")),
        announces: Some(london("2020-02-03T09:00:00Z", "9am on 3 February 2020")),
        interim_report_due: Some(london("2020-07-31T23:59:00+01:00", "31 July 2020")),
        final_report_due: Some(london("2020-12-31T23:59:00Z", "31 December 2020")),
    }
}

pub fn a_draft() -> Round {
    Round::draft(RoundId::new(), the_rules(), the_timetable(), at("2019-10-01T10:00:00Z"))
}

pub const SCHEDULED_AT: Timestamp = Timestamp::from_micros(1_572_602_400_000_000);
pub const OPENED_AT: Timestamp = Timestamp::from_micros(1_573_462_800_000_000);
pub const CLOSED_AT: Timestamp = Timestamp::from_micros(1_576_281_540_000_000);

pub fn a_scheduled_round() -> Round {
    Round { state: State::Scheduled { scheduled_at: SCHEDULED_AT }, ..a_draft() }
}

pub fn an_open_round() -> Round {
    Round { state: State::Open { scheduled_at: SCHEDULED_AT, opened_at: OPENED_AT }, ..a_draft() }
}

pub fn a_closed_round() -> Round {
    let state = State::Closed { scheduled_at: SCHEDULED_AT, opened_at: OPENED_AT, closed_at: CLOSED_AT };
    Round { state, ..a_draft() }
}
