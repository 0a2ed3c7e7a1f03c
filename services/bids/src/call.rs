//! What bids needs to know about a round: its window and what it asks of a bid. A copy, kept by events and by a pull,
//! so that submitting does not need `rounds`.

use kit::call::{AttachmentRules, MembershipClass, OverdueReports, Question};
use kit::ids::RoundId;
use kit::money::Money;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The published invitation to bid in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub round: RoundId,
    /// Version of the round that this was copied from.
    pub version: i64,
    pub reference: String,
    pub opens_at: Timestamp,
    /// The close and its grace (rule 5).
    pub closes_at: Timestamp,
    /// Zone in which the close was announced, such as `Europe/London`.
    pub zone: String,
    pub cancelled: bool,
    pub instruments: Vec<Instrument>,
    pub form: Form,
    pub attachments: AttachmentRules,
    #[serde(default)]
    pub overdue_reports: OverdueReports,
}

/// A kind of support on offer, such as a policy prototype, with what it asks of a bid and of its lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    pub code: String,
    /// Both included.
    pub floor: Money,
    pub ceiling: Money,
    /// Both included.
    pub months_min: i32,
    pub months_max: i32,
    pub admitted: Vec<MembershipClass>,
    /// Most bids that one organisation may lead for this instrument in this round (rule 3).
    pub lead_limit: Option<i64>,
    /// Most projects, of whatever round, that one organisation may lead at a time (rule 3).
    #[serde(default)]
    pub live_limit: Option<i64>,
}

/// What a bid is asked in words. The rules of a scheduled round are frozen, so its form stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub version: i32,
    /// 0 sets no limit beyond the contract's.
    pub title_max_chars: i32,
    /// 0 sets no limit beyond the contract's.
    pub summary_max_words: i32,
    pub questions: Vec<Question>,
}

impl Call {
    pub fn instrument(&self, code: &str) -> Option<&Instrument> {
        self.instruments.iter().find(|instrument| instrument.code == code)
    }
}

impl Instrument {
    /// Whether a sum lies between floor and ceiling, in their currency.
    pub fn admits_sum(&self, sum: Money) -> bool {
        let range = self.floor.minor_units..=self.ceiling.minor_units;
        sum.currency == self.floor.currency && range.contains(&sum.minor_units)
    }

    pub fn admits_months(&self, months: i32) -> bool {
        (self.months_min..=self.months_max).contains(&months)
    }
}

#[cfg(test)]
mod tests {
    use kit::call::{AttachmentRules, Choice, Condition, QuestionKind, Text};
    use kit::stored::{from_json, json};
    use kit::time::at;

    use super::*;

    fn english(text: &str) -> Text {
        Text { en: text.to_string(), cy: String::new() }
    }

    #[test]
    fn a_call_that_was_kept_before_is_read_with_all_that_it_says() {
        let kept = r#"{"round":"rnd_0190163d8694739baea5966c26f8ad91","version":3,"reference":"2020-round-3",
            "opens_at":1578657600000000,"closes_at":1580515200000000,"zone":"Europe/London","cancelled":false,
            "instruments":[{"code":"policy_prototype","floor":{"minor_units":150000,"currency":"GBP"},
                "ceiling":{"minor_units":150000,"currency":"GBP"},"months_min":6,"months_max":9,
                "admitted":["Full","Associate"],"lead_limit":null}],
            "form":{"version":1,"title_max_chars":140,"summary_max_words":150,"questions":[
                {"id":"scale","label":"Can it scale?","kind":"Choice","required":true,"word_limit":40,
                    "options":["yes","no"],"condition":{"question":"why","equals":"yes"}}]},
            "attachments":{"media_types":["application/pdf"],"max_count":3,"max_bytes_each":1048576}}"#;
        let question = Question {
            id: "scale".to_string(),
            label: english("Can it scale?"),
            help: None,
            kind: QuestionKind::Choice,
            required: true,
            word_limit: 40,
            options: ["yes", "no"].map(|code| Choice { code: code.to_string(), label: Text::default() }).to_vec(),
            condition: Some(Condition { question: "why".to_string(), equals: "yes".to_string() }),
        };
        let instrument = Instrument {
            code: "policy_prototype".to_string(),
            floor: Money::pence(150_000),
            ceiling: Money::pence(150_000),
            months_min: 6,
            months_max: 9,
            admitted: vec![MembershipClass::Full, MembershipClass::Associate],
            lead_limit: None,
            live_limit: None,
        };
        let call = Call {
            round: "rnd_0190163d8694739baea5966c26f8ad91".parse().unwrap(),
            version: 3,
            reference: "2020-round-3".to_string(),
            opens_at: at("2020-01-10T12:00:00Z"),
            closes_at: at("2020-02-01T00:00:00Z"),
            zone: "Europe/London".to_string(),
            cancelled: false,
            instruments: vec![instrument],
            form: Form { version: 1, title_max_chars: 140, summary_max_words: 150, questions: vec![question] },
            attachments: AttachmentRules {
                media_types: vec!["application/pdf".to_string()],
                max_count: 3,
                max_bytes_each: 1 << 20,
            },
            overdue_reports: OverdueReports::Ignore,
        };
        assert_eq!(from_json::<Call>(kept).unwrap(), call);
        assert_eq!(from_json::<Call>(&json(&call)).unwrap(), call, "it is kept on in the new form");
    }
}
