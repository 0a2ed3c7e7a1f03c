//! What a round manager sets for a round: instruments and pots, limits, form, criteria, scale and boards. What other
//! services know of it too is in [`kit::call`].
//!
//! Values only. A draft may hold them incomplete; `check.rs` says what keeps them from being scheduled.

use kit::call::{
    AttachmentRules, Band, Criterion, GradingBoard, MembershipClass, OverdueReports, Question, Scale, Text,
};
use kit::ids::FrameworkId;
use kit::money::Money;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// All that is frozen when a round is scheduled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Public reference code, unique for ever, such as `r3-2020`.
    pub reference: String,
    pub programme: Option<Programme>,
    pub title: Text,
    pub theme: Option<Text>,
    pub framework: Option<FrameworkUse>,
    pub instruments: Vec<Instrument>,
    pub form: Option<Form>,
    pub attachments: Option<AttachmentRules>,
    pub criteria: Vec<Criterion>,
    pub scale: Option<Scale>,
    /// Best first.
    pub bands: Vec<Band>,
    /// Whether seats without a vote may score (rule 12).
    pub non_voting_seats_may_score: bool,
    pub boards: Vec<GradingBoard>,
    /// What an overdue report on an earlier award does to a bid (rule 9).
    pub overdue_reports: OverdueReports,
    /// Seconds after the announced close in which a bid still counts as in time (rule 5).
    pub grace_seconds: i32,
}

impl Rules {
    /// The same rules with this number on their form. The server counts, whatever was written.
    pub fn with_form_version(mut self, version: i32) -> Rules {
        if let Some(form) = &mut self.form {
            form.version = version;
        }
        self
    }

    /// The same rules, their form counted on where it differs from the one before.
    pub fn with_form_version_after(self, before: &Rules) -> Rules {
        let Some(last) = before.form.as_ref().map(|form| form.version) else {
            return self.with_form_version(1);
        };
        let rules = self.with_form_version(last);
        if rules.form == before.form { rules } else { rules.with_form_version(last + 1) }
    }
}

/// A lasting purpose under which rounds are run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programme {
    pub code: String,
    pub title: Text,
}

/// The version of a framework whose principles bids name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkUse {
    pub id: FrameworkId,
    /// 0 while none is chosen.
    pub version: i32,
}

/// A kind of support on offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    pub code: String,
    pub name: Text,
    pub pot: Option<Money>,
    pub floor: Option<Money>,
    pub ceiling: Option<Money>,
    pub months_min: i32,
    pub months_max: i32,
    /// Classes whose members may lead a bid for it.
    pub admitted_classes: Vec<MembershipClass>,
    pub lead_limit: LeadLimit,
}

/// How much one organisation may lead (rule 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadLimit {
    pub counts: LeadCounts,
    /// 0 where nothing is counted.
    pub at_most: i32,
}

/// What a lead limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LeadCounts {
    Nothing,
    BidsInRound,
    LiveProjects,
}

/// What a bid is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Counts the changes of the form while the round is a draft, from 1.
    pub version: i32,
    pub title_max_chars: i32,
    pub summary_max_words: i32,
    pub questions: Vec<Question>,
}

#[cfg(test)]
mod tests;
