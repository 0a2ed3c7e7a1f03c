//! The decision record: inputs, rule version and result of an assessment under one digest and a signature, so that
//! its arithmetic can be replayed by anyone who may read it.
//!
//! People are named by id alone, and neither the note of an interest nor the comment of a review is in it: nothing can
//! be deleted from a sealed record. Instants are microseconds since 1970, in UTC.
//!
//! A [`Record`] and its [`Claims`] are sealed: a field is added, here or to what a record holds, only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first one is in `tests/golden/record.v1.json`.

use kit::call::Part;
use kit::digest::digest;
use kit::ids::{AssessmentId, BidId, MeetingId, OrgId, PersonId, ReviewId, RoundId};
use kit::money::Money;
use kit::time::Timestamp;
use kit::tokens::{Seal, TokenError, sign_statement};
use serde::{Deserialize, Serialize};

use crate::assessment::{Board, Settings};
use crate::bid::AssessedBid;
use crate::call::Rubric;
use crate::deciding::decision::{Basis, Condition, Outcome};
use crate::marking::fraction::TooLarge;
use crate::marking::moderation::{AgreedMark, Casting, Feedback};
use crate::marking::ranking::{self, Entry, REPLAYED, RULE_VERSION, Ranking, Reviewed, Rules};
use crate::marking::review::{self, Mark};
use crate::panel::Seat;

/// The state of a review that was handed in, and does not count because its reviewer is kept from the bid.
pub const SET_ASIDE: &str = "set_aside";

/// The `typ` of a record's JWS.
pub const TYPE: &str = "toadlane-decision+jws";

/// All that the decisions of an assessment rest on and what came of it, sealed once when the assessment is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub rule_version: String,
    pub assessment: AssessmentId,
    pub round: RoundId,
    pub round_reference: String,
    pub rubric: Rubric,
    pub settings: Settings,
    pub boards: Vec<Board>,
    pub panel: Vec<Seated>,
    pub bids: Vec<AssessedBid>,
    pub interests: Vec<Interest>,
    pub reviews: Vec<Review>,
    pub moderations: Vec<Moderated>,
    pub castings: Vec<Casting>,
    pub ranking: Ranking,
    pub meetings: Vec<Meeting>,
    pub recommendations: Vec<Recommendation>,
    pub determinations: Vec<Determination>,
    pub closing: Closing,
    pub history: Vec<HistoryLine>,
}

/// A member of the panel with their seats, by identity and without a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seated {
    pub person: PersonId,
    pub seats: Vec<Seat>,
    pub organisations: Vec<OrgId>,
    pub stands_in_for: Option<PersonId>,
    pub declared_at: Option<Timestamp>,
    /// The bids for which alone they sat, on another board (rule 11); none for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referred: Option<Vec<BidId>>,
}

/// An interest as it stood at the close (rule 10). Kind, origin and state have the names that rows have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interest {
    pub person: PersonId,
    pub bid: BidId,
    pub kind: String,
    pub origin: String,
    pub state: String,
}

/// A review as it stood at the close. Its state has the name of a [`review::State`], or [`SET_ASIDE`] where it did not
/// count because its reviewer was recused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub review: ReviewId,
    pub bid: BidId,
    pub reviewer: PersonId,
    pub state: String,
    /// Those of a review that counts; empty for one that does not.
    pub marks: Vec<Mark>,
}

/// The marks on which the panel agreed for one bid, and what its bidder is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moderated {
    pub bid: BidId,
    pub agreed: Vec<AgreedMark>,
    pub feedback: Vec<Feedback>,
}

/// A meeting with who was present, on which quorum for each bid was tested (rule 11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub meeting: MeetingId,
    pub part: Part,
    pub held_at: Timestamp,
    pub place: String,
    pub present: Vec<PersonId>,
    pub chair: PersonId,
    pub minutes: String,
}

/// Advice on a bid, and the question with which it was returned, if it was (rule 19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    pub bid: BidId,
    pub sequence: i32,
    pub advice: String,
    pub amount: Option<Money>,
    pub conditions: Vec<Condition>,
    pub reason: String,
    pub meeting: MeetingId,
    pub referred_back_with: Option<String>,
}

/// The binding decision on a bid, and the quorum as it was tested once more at the close (rule 11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determination {
    pub bid: BidId,
    pub outcome: Outcome,
    pub amount: Option<Money>,
    pub conditions: Vec<Condition>,
    pub reason: String,
    pub basis: Basis,
    pub decided_on: String,
    /// Of the body that acted, or could not (rule 11).
    pub n_entitled: usize,
    pub n_present: usize,
    pub needed: usize,
}

/// What leaves the ranked line or the pots, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub departures: Vec<String>,
    pub departure_reason: String,
    pub over_commitments: Vec<String>,
    pub over_commitment_reason: String,
    /// Reviews that were handed in and do not count, since their reviewers are recused; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<Vec<ReviewId>>,
}

/// One step of the assessment or of something in it: by whom, when and why. `sequence` is the version of its subject
/// after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// Such as `review`.
    pub what: String,
    pub subject: String,
    pub sequence: i64,
    pub at: Timestamp,
    pub actor: String,
    pub step: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub reason: String,
}

/// A record as it is kept: the bytes, their digest, and the platform's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub assessment: AssessmentId,
    pub canonical_json: String,
    pub sha256: String,
    pub jws: String,
    pub sealed_at: Timestamp,
}

/// What the signature says. `iat` is the real time of signing, which differs from `sealed_at` where the clock is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iat: i64,
    pub assessment: AssessmentId,
    pub round: RoundId,
    pub round_reference: String,
    pub sha256: String,
    pub sealed_at: String,
}

impl Record {
    /// The bids as the ranking takes them.
    pub fn entries(&self) -> Vec<Entry> {
        let reviews: Vec<Reviewed> =
            self.reviews.iter().map(|review| (review.bid, review.state.as_str(), review.marks.as_slice())).collect();
        let agreed: Vec<_> =
            self.moderations.iter().map(|moderated| (moderated.bid, moderated.agreed.as_slice())).collect();
        ranking::entries(&self.bids, &reviews, &agreed)
    }

    /// The ranking that the inputs give.
    ///
    /// # Errors
    /// [`TooLarge`] when the marks make a number larger than can be counted.
    pub fn ranked(&self) -> Result<Ranking, TooLarge> {
        let rules = Rules { rubric: &self.rubric, tie_criterion: &self.settings.tie_criterion };
        ranking::rank(rules, &self.entries(), &self.castings)
    }

    /// The record as RFC 8785 canonical JSON.
    pub fn canonical_json(&self) -> String {
        serde_json_canonicalizer::to_string(self).expect("a record is made of texts and whole numbers under 2^53")
    }

    /// Signs the digest of the canonical bytes. `now` is the instant of the close by the platform's clock.
    ///
    /// # Errors
    /// [`TokenError::Undated`] when the claims cannot be written as JSON, [`TokenError::TooLong`] when they are too
    /// long for a statement. The few claims of a record give neither.
    pub fn seal(&self, seal: &Seal, now: Timestamp) -> Result<Sealed, TokenError> {
        let canonical_json = self.canonical_json();
        let sha256 = digest(&canonical_json);
        let claims = Claims {
            iat: seal.at.seconds(),
            assessment: self.assessment,
            round: self.round,
            round_reference: self.round_reference.clone(),
            sha256: sha256.clone(),
            sealed_at: now.to_string(),
        };
        let jws = sign_statement(&seal.key, TYPE, &claims)?;
        Ok(Sealed { assessment: self.assessment, canonical_json, sha256, jws, sealed_at: now })
    }
}

/// What a replay found to be as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    pub assessment: AssessmentId,
    pub round_reference: String,
    pub sha256: String,
    pub n_bids: usize,
    pub n_reviews: usize,
}

/// Why a record is not believed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("this is no decision record: {0}")]
    NotARecord(#[from] serde_json::Error),
    #[error("these are not the canonical bytes of the record; take them exactly as they were answered")]
    NotCanonical,
    #[error("the record was made by {found}; this program replays {RULE_VERSION}")]
    OtherRules { found: String },
    #[error("{0}")]
    TooLarge(#[from] TooLarge),
    #[error("the inputs give another result than the one recorded, first at {first}")]
    Differs { first: String },
}

/// Computes the ranking anew from the inputs in a record, and compares it with the one recorded.
///
/// # Errors
/// [`ReplayError::NotARecord`] for any other text, [`ReplayError::NotCanonical`] for other bytes of a record,
/// [`ReplayError::OtherRules`] for another version of the arithmetic, [`ReplayError::TooLarge`] for marks that make a
/// number larger than can be counted, [`ReplayError::Differs`] for another ranking.
pub fn replay(record_json: &str) -> Result<Replayed, ReplayError> {
    let record: Record = serde_json::from_str(record_json)?;
    // The bytes given are judged, not what today's types would print: the digest was never over that.
    let given: serde_json::Value = serde_json::from_str(record_json)?;
    if serde_json_canonicalizer::to_string(&given)? != record_json {
        return Err(ReplayError::NotCanonical);
    }
    if !REPLAYED.contains(&record.rule_version.as_str()) {
        return Err(ReplayError::OtherRules { found: record.rule_version });
    }
    let ranking = record.ranked()?;
    if ranking != record.ranking {
        let pairs = ranking.bids.iter().zip(&record.ranking.bids);
        let first = pairs.filter(|(found, recorded)| found != recorded).map(|(found, _)| found.bid.to_string()).next();
        return Err(ReplayError::Differs { first: first.unwrap_or_else(|| "the list of bids or ties".to_string()) });
    }
    Ok(Replayed {
        assessment: record.assessment,
        round_reference: record.round_reference.clone(),
        sha256: digest(record_json),
        n_bids: record.bids.len(),
        n_reviews: record.reviews.iter().filter(|review| review::counts(&review.state)).count(),
    })
}

#[cfg(test)]
mod tests;
