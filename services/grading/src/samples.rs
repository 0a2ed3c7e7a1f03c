//! Plain values for tests of the rules.

use kit::call::{Band, Criterion, Scale, Text};
use kit::deadline::Deadline;
use kit::ids::{AssessmentId, BidId, OrgId, RoundId};
use kit::language::Language;
use kit::money::Money;
use kit::time::at;

use crate::assessment::{Assessment, Settings};
use crate::bid::{AssessedBid, Party};
use crate::call::{Call, Instrument, Rubric};
use crate::state::State;

pub fn text(en: &str) -> Text {
    Text { en: en.to_string(), cy: String::new() }
}

pub fn criterion(code: &str, weight: i32) -> Criterion {
    let principle = String::new();
    Criterion { code: code.to_string(), name: text(code), guidance: None, weight, minimum: None, principle }
}

/// Two criteria, weighted 3 to 1, on a scale from 0 to 5.
pub fn a_rubric() -> Rubric {
    let band = |grade: &str, at_least| Band { grade: grade.to_string(), at_least };
    Rubric {
        criteria: vec![criterion("difference", 3), criterion("need", 1)],
        scale: Scale { min: 0, max: 5, anchors: Vec::new() },
        bands: vec![band("A", 80), band("B", 65), band("C", 50), band("D", 0)],
        non_voting_may_score: false,
    }
}

pub fn a_call() -> Call {
    let instrument = Instrument {
        code: "policy_prototype".to_string(),
        name: text("Policy prototype"),
        pot: Money::pence(300_000),
        floor: Money::pence(50_000),
        ceiling: Money::pence(150_000),
    };
    Call {
        round: RoundId::new(),
        reference: "r3-2020".to_string(),
        title: text("2020 policy prototypes"),
        rubric: a_rubric(),
        boards: Vec::new(),
        instruments: vec![instrument],
        questions: Vec::new(),
        announces: Deadline {
            instant: at("2020-02-04T12:00:00Z"),
            zone: "Europe/London".to_string(),
            announced: "noon on 4 February 2020".to_string(),
        },
    }
}

pub fn a_bid(number: i64) -> AssessedBid {
    let organisation = OrgId::new();
    AssessedBid {
        id: BidId::new(),
        number,
        title: format!("Bid {number}"),
        summary: "What it does".to_string(),
        language: Language::En,
        instrument: "policy_prototype".to_string(),
        requested: Money::pence(150_000),
        months: 9,
        applicant: Party { organisation, name: "Plymouth City Council".to_string() },
        lead: organisation,
        payee: organisation,
        participants: Vec::new(),
        partners: Vec::new(),
        revision: 1,
        digest: "ab".repeat(32),
        attachments: Vec::new(),
        scalable: false,
        confirmed: None,
    }
}

pub fn an_assessment() -> Assessment {
    Assessment {
        id: AssessmentId::new(),
        version: 1,
        state: State::Reviewing,
        call: a_call(),
        boards: Vec::new(),
        settings: Settings {
            reviews_due: at("2020-01-27T12:00:00Z"),
            least_reviews: 2,
            tie_criterion: "difference".to_string(),
            letters_ahead_minutes: 60,
            scaling_question: None,
        },
        opened_at: at("2020-01-20T10:00:00Z"),
        reason: String::new(),
    }
}
