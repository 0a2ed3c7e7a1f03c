//! The signed receipt: the platform's word that it received a bid, verifiable offline by anyone with the key set.

use kit::time::Timestamp;
use kit::tokens::{SigningKey, TokenError, sign_statement};
use serde::{Deserialize, Serialize};

use crate::bid::{Bid, State};
use crate::call::Call;

/// The `typ` of a receipt's JWS.
pub const TYPE: &str = "toadlane-receipt+jws";

/// What a receipt says. Instants are RFC 3339; `iat` is the real time of signing in unix seconds, which differs from
/// `received_at` where the platform's clock is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iat: i64,
    pub bid: String,
    pub round: String,
    pub round_reference: String,
    pub applicant: String,
    pub client_reference: String,
    pub revision: i32,
    pub content_sha256: String,
    /// The instant of this hand-in.
    pub received_at: String,
    /// Submission order; null for a late bid that is held.
    pub number: Option<i64>,
    pub state: String,
}

/// The claims for a bid as it was just received at an instant.
pub fn claims(bid: &Bid, call: &Call, at: Timestamp, signed_at: Timestamp) -> Claims {
    Claims {
        iat: signed_at.seconds(),
        bid: bid.id.to_string(),
        round: bid.round.to_string(),
        round_reference: call.reference.clone(),
        applicant: bid.applicant.to_string(),
        client_reference: bid.client_reference.clone().unwrap_or_default(),
        revision: bid.revision,
        content_sha256: bid.digest.clone(),
        received_at: at.to_string(),
        number: bid.state.receipt().map(|receipt| receipt.number),
        state: bid.state.name().to_string(),
    }
}

pub fn sign(key: &SigningKey, claims: &Claims) -> Result<String, TokenError> {
    sign_statement(key, TYPE, claims)
}

/// The same in words, for a person or a printer.
pub fn acknowledgement(bid: &Bid, call: &Call, at: Timestamp) -> String {
    let title = &bid.paper.content.title;
    let reference = bid.client_reference.as_deref().unwrap_or("none");
    let standing = match bid.state {
        State::HeldLate(_) | State::RejectedLate(_) => format!(
            "It arrived after the close ({}) and is held until the round's manager decides on it.",
            call.closes_at.in_words(&call.zone)
        ),
        state @ (State::Draft { .. }
        | State::Submitted(_)
        | State::Eligible(_)
        | State::Ineligible(_)
        | State::Withdrawn(_)
        | State::NotSubmitted { .. }) => match state.receipt() {
            Some(receipt) => format!("It is number {} of the round.", receipt.number),
            None => "It has no number.".to_string(),
        },
    };
    format!(
        "We received the bid \u{201c}{title}\u{201d} for round {} at {} ({at}).\n{standing}\n\
         Bid: {}\nYour reference: {reference}\nRevision: {}\nContent digest (SHA-256): {}\n",
        call.reference,
        at.in_words(&call.zone),
        bid.id,
        bid.revision,
        bid.digest,
    )
}
