//! The signed receipt: the platform's proof that it received a bid, verifiable offline by anyone with the key set.
//!
//! [`Claims`] are sealed: a field is added only with `#[serde(default, skip_serializing_if = ..)]`. The first receipts
//! are in `tests/golden/*receipt.v1.jws`.

use kit::ids::BidId;
use kit::time::Timestamp;
use kit::tokens::{SigningKey, TokenError, sign_statement};
use serde::{Deserialize, Serialize};

use crate::bid::Bid;
use crate::call::Call;
use crate::state::State;

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

/// One hand-in and its signed receipt. It does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandIn {
    pub bid: BidId,
    /// Version of the bid that came of it.
    pub version: i64,
    /// None for a late bid that is held.
    pub number: Option<i64>,
    pub received_at: Timestamp,
    pub revision: i32,
    pub digest: String,
    pub jws: String,
    pub acknowledgement: String,
    /// What the caller's clock said: kept and never used (rule 4).
    pub client_time: Option<Timestamp>,
}

/// The claims for a bid as it was received at an instant.
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
        number: number(bid.state),
        state: bid.state.name().to_string(),
    }
}

/// The number that a receipt shows. A late one has none, even where the bid keeps one from before.
fn number(state: State) -> Option<i64> {
    match state.held() {
        Some(_) => None,
        None => state.receipt().map(|receipt| receipt.number),
    }
}

/// Signs what a receipt says, as a compact JWS (RFC 7515).
///
/// # Errors
/// [`TokenError::TooLong`] for claims longer than a statement may be.
pub fn sign(key: &SigningKey, claims: &Claims) -> Result<String, TokenError> {
    sign_statement(key, TYPE, claims)
}

/// The same in words, for a person or a printer.
pub fn acknowledgement(bid: &Bid, call: &Call, at: Timestamp) -> String {
    let title = &bid.paper.content.title;
    let reference = bid.client_reference.as_deref().unwrap_or("none");
    let standing = match number(bid.state) {
        Some(number) => format!("It is number {number} of the round."),
        None => format!(
            "It arrived after the close ({}) and is held until the round's manager decides on it.",
            call.closes_at.in_words(&call.zone)
        ),
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

#[cfg(test)]
mod tests {
    use kit::tokens::{KeySet, verify_statement};

    use super::*;

    #[test]
    fn the_first_receipts_are_still_genuine_and_say_what_they_said() {
        let keys = KeySet::parse(include_str!("../tests/golden/receipt_keys.v1.json")).unwrap();
        let said = |jws| verify_statement::<Claims>(&keys, TYPE, jws, "bids").unwrap().0;
        let received = Claims {
            iat: 1_796_043_600,
            bid: "bid_0190163d8694739baea5966c26f8ad91".to_string(),
            round: "rnd_0190163d8694739baea5966c26f8ad91".to_string(),
            round_reference: "r3-2020".to_string(),
            applicant: "org_0190163d8694739baea5966c26f8ad91".to_string(),
            client_reference: "CYNGOR/2020/\u{175}-1".to_string(),
            revision: 3,
            content_sha256: "2e462106782594b3d7d1205f470633b0b001d06699113068a5402c7b2dc20c9c".to_string(),
            received_at: "2019-11-06T09:37:00.000001Z".to_string(),
            number: Some(13),
            state: "submitted".to_string(),
        };
        assert_eq!(said(include_str!("../tests/golden/receipt.v1.jws")), received);
        let held = Claims {
            client_reference: String::new(),
            received_at: "2019-11-30T00:00:00Z".to_string(),
            number: None,
            state: "held_late".to_string(),
            ..received
        };
        assert_eq!(said(include_str!("../tests/golden/held_receipt.v1.jws")), held);
    }
}
