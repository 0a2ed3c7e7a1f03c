//! Identities: UUIDv7 with a prefix that says of what, such as `bid_0190..`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, OnceLock, PoisonError};

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

static SEEDED: OnceLock<Seeded> = OnceLock::new();
/// Later than any real identity: 2100-01-01, in milliseconds.
const SEEDED_FROM: u64 = 4_102_444_800_000;

/// Identities that come in a fixed order, each kind counted for itself so that what runs beside changes nothing.
struct Seeded {
    seed: u64,
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

/// From now on this process makes the same identities, in the same order, as any other with this seed: two runs can
/// then be compared byte for byte. They can be guessed, so this is for stores with a held clock alone, and one seed
/// must not be used twice on a store. What is secret (tokens, codes, keys) is not made of identities and stays random.
pub fn seed(seed: u64) {
    // A second call changes nothing: a process has one seed.
    let _ = SEEDED.set(Seeded { seed, counts: Mutex::default() });
}

impl Seeded {
    fn next(&self, prefix: &'static str) -> Uuid {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(prefix).or_default();
        *count += 1;
        let digest = Sha256::digest(format!("{}/{prefix}/{count}", self.seed));
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        Builder::from_unix_timestamp_millis(SEEDED_FROM + *count, &random).into_uuid()
    }
}

fn new_uuid(prefix: &'static str) -> Uuid {
    match SEEDED.get() {
        None => Uuid::now_v7(),
        Some(seeded) => seeded.next(prefix),
    }
}

/// A text is not an identity of the expected kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an identity of this kind; it looks like `{prefix}_` and 32 hexadecimal digits")]
pub struct BadId {
    pub prefix: &'static str,
}

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident = $prefix:literal;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromSqlRow, AsExpression)]
        #[diesel(sql_type = Text)]
        pub struct $name(Uuid);

        crate::text_column!($name);

        impl $name {
            /// A new identity, later ones sort after earlier ones of the same process.
            #[expect(clippy::new_without_default, reason = "a new identity is nobody's default")]
            pub fn new() -> $name {
                $name(new_uuid($prefix))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<$name, BadId> {
                let bad = BadId { prefix: $prefix };
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(bad)?;
                let lower = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                match Uuid::try_parse(digits) {
                    Ok(uuid) if lower && digits.len() == 32 => Ok($name(uuid)),
                    _ => Err(BadId { prefix: $prefix }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

id! {
    /// An organisation: a council, the network, a consultancy.
    OrgId = "org";
    /// A person.
    PersonId = "per";
    /// An integration client: a council's own system.
    ClientId = "cli";
    /// A public key of an integration client.
    ClientKeyId = "key";
    /// A secret of an integration client.
    SecretId = "sec";
    /// A membership of the network.
    MembershipId = "mem";
    /// A role granted to a person.
    GrantId = "grt";
    /// A board.
    BoardId = "brd";
    /// A seat on a board.
    SeatId = "sea";
    /// A sign-in that awaits its one-time code.
    SignInId = "sgn";
    /// A framework of principles.
    FrameworkId = "fwk";
    /// A round.
    RoundId = "rnd";
    /// A bid.
    BidId = "bid";
    /// An attachment of a bid.
    AttachmentId = "att";
    /// A clarification of a bid.
    ClarificationId = "cla";
    /// An assessment: the grading of a round.
    AssessmentId = "asm";
    /// An interest of a panel member in a bid.
    InterestId = "itr";
    /// A review.
    ReviewId = "rev";
    /// A meeting of a board.
    MeetingId = "mtg";
    /// An award.
    AwardId = "awd";
    /// A variation of an award.
    VariationId = "var";
    /// An extension of all awards of a round.
    ExtensionId = "ext";
    /// A payment.
    PaymentId = "pay";
    /// A recovery.
    RecoveryId = "rcv";
    /// A report.
    ReportId = "rpt";
    /// A file that evidences a report.
    EvidenceId = "evd";
    /// A commission of a consultant.
    CommissionId = "com";
    /// A document of the corpus.
    DocumentId = "doc";
    /// A codebook.
    CodebookId = "cbk";
    /// A coded passage.
    PassageId = "psg";
    /// An insight.
    InsightId = "ins";
    /// A case study.
    CaseStudyId = "cst";
    /// A publication.
    PublicationId = "pub";
    /// An access token.
    TokenId = "tok";
    /// An event.
    EventId = "evt";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_reads_back_as_it_prints() {
        let id = BidId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().starts_with("bid_"));
    }

    #[test]
    fn seeded_identities_come_alike_and_each_kind_counts_for_itself() {
        let seeded = |seed| Seeded { seed, counts: Mutex::default() };
        let (one, other, third) = (seeded(7), seeded(7), seeded(8));
        let first = one.next("bid");
        assert_eq!(one.next("rev"), { other.next("rev") });
        assert_eq!(first, other.next("bid"));
        let second = one.next("bid");
        assert!(first < second && second == other.next("bid"));
        assert_ne!(first, third.next("bid"));
        assert!(BidId::new() < BidId(first), "a real identity is an earlier one");
    }

    #[test]
    fn an_identity_of_another_kind_or_form_is_refused() {
        let round = RoundId::new().to_string();
        assert!(round.parse::<BidId>().is_err());
        assert!(round.to_uppercase().parse::<RoundId>().is_err());
        assert!("rnd_".parse::<RoundId>().is_err());
        assert!("rnd_0190163d-8694-739b-aea5-966c26f8ad91".parse::<RoundId>().is_err());
    }
}
