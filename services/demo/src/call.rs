//! The call of the 2020 round. Offer, theme and period are as published; form, criteria, weights and exact dates were
//! not, and are made up here.

use kit::time::at;
use toadlane_client::Client;
use toadlane_proto::registry::v1::MembershipClass;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::question::Type;
use toadlane_proto::types::v1::{Deadline, LocalizedText, Money};

use crate::error::Error;
use crate::record::Principles;
use crate::requests::request_id;

/// When the demo begins.
pub const BEGINS: &str = "2019-10-28T09:00:00Z";
/// When bids are taken from (made up).
pub const OPENS: &str = "2019-11-04T09:00:00Z";
/// When the round closes (made up): bids are taken until this instant, which is not included.
pub const CLOSES: &str = "2019-12-14T00:00:00Z";

/// The same two in the words of the announcement: a close at midnight is announced as 11:59pm (rule 5).
pub const OPENS_IN_WORDS: &str = "9:00am on 4 November 2019";
pub const CLOSES_IN_WORDS: &str = "11:59pm on 13 December 2019";

pub fn text(en: &str) -> Option<LocalizedText> {
    Some(LocalizedText { en: en.to_string(), cy: String::new() })
}

fn pounds(pounds: i64) -> Option<Money> {
    Some(Money { minor_units: pounds * 100, currency: "GBP".to_string() })
}

pub fn deadline(instant: &str, announced: &str) -> Option<Deadline> {
    let (zone, announced) = ("Europe/London".to_string(), announced.to_string());
    Some(Deadline { instant: Some(at(instant).into()), zone, announced })
}

/// Enters the ten principles as a framework of an organisation.
pub async fn create_framework(client: &Client, owner_organisation_id: String) -> Result<pb::Framework, Error> {
    let principles = Principles::published();
    let framework = pb::CreateFrameworkRequest {
        request_id: request_id(),
        name: text(&principles.framework.name),
        owner_organisation_id,
        wording: Some(wording(&principles)),
        validate_only: false,
    };
    Ok(client.frameworks().create_framework(framework).await?.into_inner())
}

/// Creates a round and schedules it.
pub async fn schedule(manager: &Client, rules: pb::RoundRules, timetable: pb::Timetable) -> Result<pb::Round, Error> {
    let (rules, timetable) = (Some(rules), Some(timetable));
    let create = pb::CreateRoundRequest { request_id: request_id(), rules, timetable, validate_only: false };
    let pb::Round { id: round_id, etag, .. } = manager.rounds().create_round(create).await?.into_inner();
    let schedule = pb::ScheduleRoundRequest { request_id: request_id(), round_id, etag, validate_only: false };
    Ok(manager.rounds().schedule_round(schedule).await?.into_inner())
}

pub fn timetable() -> pb::Timetable {
    pb::Timetable {
        opens: deadline(OPENS, OPENS_IN_WORDS),
        closes: deadline(CLOSES, CLOSES_IN_WORDS),
        announces: deadline("2020-02-03T09:00:00Z", "9:00am on 3 February 2020"),
        interim_report_due: deadline("2020-06-01T00:00:00+01:00", "11:59pm on 31 May 2020"),
        final_report_due: deadline("2020-11-01T00:00:00Z", "11:59pm on 31 October 2020"),
    }
}

/// The ten principles, as a framework's wording.
pub fn wording(principles: &Principles) -> pb::FrameworkWording {
    let statements = principles.principles.iter().map(|principle| pb::Statement {
        code: principle.id.clone(),
        short_name: text(&principle.short_name),
        text: text(&principle.description),
        theme: String::new(),
        network_only: !principle.applies_to_projects,
    });
    pb::FrameworkWording {
        label: principles.framework.version.clone(),
        statements: statements.collect(),
        mappings: Vec::new(),
    }
}

pub fn rules(framework: &pb::Framework, boards: &[String]) -> pb::RoundRules {
    pb::RoundRules {
        reference: "r3-2020".to_string(),
        programme: Some(pb::Programme { code: "policy-prototypes".to_string(), title: text("Policy prototypes") }),
        title: text("2020 Policy Prototypes: Health & Social Care"),
        theme: text("Health and social care"),
        framework_id: framework.id.clone(),
        framework_version: 1,
        instruments: vec![instrument()],
        form: Some(form()),
        attachments: Some(pb::AttachmentRules {
            media_types: vec!["application/pdf".to_string(), "text/plain".to_string()],
            max_count: 3,
            max_bytes_each: 10 * 1024 * 1024,
        }),
        criteria: criteria(),
        scale: Some(scale()),
        bands: [("A", 80), ("B", 65), ("C", 50), ("D", 0)]
            .map(|(grade, at_least)| pb::GradeBand { grade: grade.to_string(), at_least })
            .to_vec(),
        boards: boards
            .iter()
            .map(|id| pb::GradingBoard { board_id: id.clone(), part: pb::grading_board::Part::Joint.into() })
            .collect(),
        ..Default::default()
    }
}

/// A flat offer of £1,500 for 6 to 9 months, without a lead limit: as published. The pot is the sum that was awarded.
fn instrument() -> pb::Instrument {
    pb::Instrument {
        code: "policy_prototype".to_string(),
        name: text("Policy prototype"),
        pot: pounds(19_500),
        floor: pounds(1_500),
        ceiling: pounds(1_500),
        months_min: 6,
        months_max: 9,
        admitted_classes: vec![MembershipClass::Full.into(), MembershipClass::Associate.into()],
        lead_limit: None,
    }
}

fn form() -> pb::Form {
    let question = |id: &str, label: &str, required: bool| pb::Question {
        id: id.to_string(),
        label: text(label),
        r#type: Type::LongText.into(),
        required,
        word_limit: 300,
        ..Default::default()
    };
    pb::Form {
        version: 1,
        // Two of the published titles are longer than the 140 characters that later rounds allow.
        title_max_chars: 200,
        summary_max_words: 200,
        questions: vec![
            question("activities", "What will be done?", true),
            question("beneficiaries", "Who benefits?", true),
            question("measures", "How will you know that it worked?", true),
            question("partners", "What do your partners bring?", false),
        ],
    }
}

/// The suggested rubric: the published record says that criteria were used, and not which.
fn criteria() -> Vec<pb::Criterion> {
    let suggested = [
        ("co-operative-difference", "Co-operative difference", 25, Some(3)),
        ("theme", "Fit with the theme", 15, None),
        ("need", "Need and benefit to residents", 15, None),
        ("innovation", "Innovation", 10, None),
        ("learning", "Learning that other councils can reuse", 15, None),
        ("deliverable", "Deliverable in the time", 10, None),
        ("value", "Value for money", 10, None),
    ];
    let criterion = |(code, name, weight, minimum_mark): (&str, &str, i32, Option<i32>)| pb::Criterion {
        code: code.to_string(),
        name: text(name),
        weight,
        minimum_mark,
        ..Default::default()
    };
    suggested.map(criterion).to_vec()
}

fn scale() -> pb::Scale {
    let anchors = ["Nothing", "Very weak", "Weak", "Sound", "Strong", "Outstanding"];
    let anchors = anchors.iter().zip(0..).map(|(words, mark)| pb::Anchor { mark, text: text(words) });
    pb::Scale { min: 0, max: 5, anchors: anchors.collect() }
}
