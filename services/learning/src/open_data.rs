//! The awards of a round as open data: a package of the 360Giving Data Standard 1.4 (rule 33), the same as CSV, and
//! what the standard's own checks would find. Facts in, text out: the same facts give the same bytes.

mod api;
pub mod checks;
mod convert;
pub mod table;

use kit::money::Money;
use kit::time::Timestamp;
use serde::Serialize;

use crate::corpus::words::{folded, titled};

/// Who publishes: settings of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// Issued by 360Giving; it begins every identifier of a grant.
    pub prefix: String,
    pub identifier: String,
    pub name: String,
    pub website: String,
    /// Page on which the data stand.
    pub data_source: String,
    pub license: String,
    /// What every file of this publisher says of itself at the end of its description, if anything.
    pub note: String,
}

impl Default for Publisher {
    fn default() -> Publisher {
        Publisher {
            prefix: "example".to_string(),
            identifier: "360G-example-org-ccin".to_string(),
            name: "Co-operative Councils' Innovation Network".to_string(),
            website: "https://example.org/".to_string(),
            data_source: "https://example.org/grants".to_string(),
            license: "https://creativecommons.org/licenses/by/4.0/".to_string(),
            note: String::new(),
        }
    }
}

/// A round, as far as its awards are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    pub reference: String,
    pub title: String,
    pub theme: String,
    /// Such as `policy-prototypes`.
    pub programme: String,
    /// Day of the announcement, `YYYY-MM-DD`: from then on the data are public.
    pub announced_on: String,
}

/// An award, as far as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    pub reference: String,
    pub title: String,
    pub summary: String,
    pub applied_for: Money,
    pub awarded: Money,
    /// Paid less returned.
    pub disbursed: Money,
    pub decided_on: String,
    /// `YYYY-MM-DD`, as varied.
    pub starts_on: String,
    pub ends_on: String,
    /// Whether the project has ended as agreed, so that its dates are real ones.
    pub is_completed: bool,
    /// Whether it ended before anything was paid: it leaves the file (rule 33).
    pub is_gone: bool,
    pub principles: Vec<String>,
    pub updated_at: Timestamp,
    pub recipient: Recipient,
}

/// The organisation that is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub name: String,
    pub short_name: String,
    /// Of org-id.guide; empty for bodies that no register lists.
    pub org_id: String,
    pub code: String,
    pub gss_code: String,
    pub authority_type: String,
    pub kind: RecipientKind,
    pub website: String,
}

/// What a recipient is, for `organisationType`. Only a local authority has the scope `GLS050`, all others `GLS060`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipientKind {
    LocalAuthority,
    LocalCouncil,
    Other,
}

/// A file of the standard: who publishes it under which licence, and the grants of one round.
#[derive(Clone, Debug, Serialize)]
pub struct Package {
    version: &'static str,
    title: String,
    description: String,
    issued: String,
    modified: String,
    identifier: String,
    publisher: PublisherEntry,
    license: String,
    pub grants: Vec<Grant>,
}

#[derive(Clone, Debug, Serialize)]
struct PublisherEntry {
    identifier: String,
    name: String,
    website: String,
}

/// An award in the fields of the standard. Its `id` is made of the award's reference and never used again (rule 33).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    pub id: String,
    pub title: String,
    pub description: String,
    pub currency: String,
    pub amount_applied_for: Pounds,
    pub amount_awarded: Pounds,
    pub amount_disbursed: Pounds,
    pub award_date: String,
    pub planned_dates: Vec<Dates>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actual_dates: Vec<Dates>,
    pub recipient_organization: Vec<Organisation>,
    pub funding_organization: Vec<Organisation>,
    pub grant_programme: Vec<Programme>,
    pub from_open_call: &'static str,
    pub location_scope: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classifications: Vec<Classification>,
    pub date_modified: String,
    pub data_source: String,
    pub beneficiary_location: Vec<Location>,
}

/// A period of a grant: in months (`YYYY-MM`) as planned, in days (`YYYY-MM-DD`) once it is over.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dates {
    pub start_date: String,
    pub end_date: String,
}

/// A recipient or a funder, by its identifier of org-id.guide or, where no register lists it, one of the publisher's.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub organisation_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub location: Vec<Location>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// An area by its GSS code and the code's type of the standard's list, or by name alone where it has none.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    pub id: String,
    pub name: String,
    pub country_code: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub geo_code: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub geo_code_type: &'static str,
}

/// The round as a programme of grants, its code such as `PP-2020`.
#[derive(Clone, Debug, Serialize)]
pub struct Programme {
    pub code: String,
    pub title: String,
}

/// The theme or a principle, in a vocabulary that the publisher's prefix begins.
#[derive(Clone, Debug, Serialize)]
pub struct Classification {
    pub vocabulary: String,
    pub code: String,
    pub title: String,
}

/// A sum as the standard wants it: a JSON number in pounds. Whole pounds are whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pounds(pub i64);

impl Serialize for Pounds {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 % 100 {
            0 => to.serialize_i64(self.0 / 100),
            // Only printed, never added up: a double holds 15 digits, and so every sum that the contract admits.
            _ => to.serialize_f64(self.0 as f64 / 100.0),
        }
    }
}

impl std::fmt::Display for Pounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, pence) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match pence % 100 {
            0 => write!(f, "{sign}{}", pence / 100),
            odd => write!(f, "{sign}{}.{odd:02}", pence / 100),
        }
    }
}

/// The package of a round, its grants by reference. Awards that ended before any payment are not in it (rule 33).
pub fn package(publisher: &Publisher, round: &Round, awards: &[Award]) -> Package {
    let mut awards: Vec<&Award> = awards.iter().filter(|award| !award.is_gone).collect();
    awards.sort_by(|one, other| one.reference.cmp(&other.reference));
    let description = format!("Grants of the round {}, from the records of the network.", round.reference);
    let modified = awards.iter().map(|award| award.updated_at).max();
    Package {
        version: "1.4",
        title: format!("{}: grants awarded", round.title),
        description: [description.as_str(), &publisher.note].join(" ").trim_end().to_string(),
        issued: round.announced_on.clone(),
        modified: modified.map_or_else(|| round.announced_on.clone(), |at| at.to_string()),
        identifier: format!("360G-{}-{}", publisher.prefix, round.reference),
        publisher: PublisherEntry {
            identifier: publisher.identifier.clone(),
            name: publisher.name.clone(),
            website: publisher.website.clone(),
        },
        license: publisher.license.clone(),
        grants: awards.into_iter().map(|award| grant(publisher, round, award)).collect(),
    }
}

pub fn json(package: &Package) -> String {
    serde_json::to_string_pretty(package).expect("texts, numbers and flags become JSON") + "\n"
}

fn grant(publisher: &Publisher, round: &Round, award: &Award) -> Grant {
    let month = |day: &str| day.get(..7).unwrap_or(day).to_string();
    let planned = Dates { start_date: month(&award.starts_on), end_date: month(&award.ends_on) };
    let actual = Dates { start_date: award.starts_on.clone(), end_date: award.ends_on.clone() };
    let (recipient, place) = (&award.recipient, place(&award.recipient));
    Grant {
        id: format!("360G-{}-{}", publisher.prefix, award.reference),
        title: award.title.clone(),
        description: award.summary.clone(),
        currency: award.awarded.currency.as_str().to_string(),
        amount_applied_for: Pounds(award.applied_for.minor_units),
        amount_awarded: Pounds(award.awarded.minor_units),
        amount_disbursed: Pounds(award.disbursed.minor_units),
        award_date: award.decided_on.clone(),
        planned_dates: vec![planned],
        actual_dates: if award.is_completed { vec![actual] } else { Vec::new() },
        recipient_organization: vec![Organisation {
            id: recipient_id(publisher, recipient),
            name: recipient.name.clone(),
            organisation_type: match recipient.kind {
                RecipientKind::LocalAuthority => "Local authority",
                RecipientKind::LocalCouncil => "Local council (town or parish)",
                RecipientKind::Other => "",
            },
            location: if place.geo_code.is_empty() { Vec::new() } else { vec![place.clone()] },
            url: recipient.website.clone(),
        }],
        funding_organization: vec![Organisation {
            id: publisher.identifier.clone(),
            name: publisher.name.clone(),
            organisation_type: "",
            location: Vec::new(),
            url: String::new(),
        }],
        grant_programme: vec![Programme { code: programme_code(round), title: round.title.clone() }],
        // Members alone may bid.
        from_open_call: "No",
        location_scope: match recipient.kind {
            RecipientKind::LocalAuthority => "GLS050",
            RecipientKind::LocalCouncil | RecipientKind::Other => "GLS060",
        },
        classifications: classifications(publisher, round, award),
        date_modified: award.updated_at.to_string(),
        data_source: publisher.data_source.clone(),
        beneficiary_location: vec![place],
    }
}

/// The register's identifier; for bodies that no register lists, one of the publisher's own.
fn recipient_id(publisher: &Publisher, recipient: &Recipient) -> String {
    if !recipient.org_id.is_empty() {
        return recipient.org_id.clone();
    }
    let own = match recipient.code.is_empty() {
        true => own_id(&recipient.name),
        false => recipient.code.to_lowercase(),
    };
    format!("360G-{}-org-{own}", publisher.prefix)
}

/// `Burntwood Town Council` as `burntwood-tc`.
fn own_id(name: &str) -> String {
    let words = folded(name);
    let short = match words.as_slice() {
        [place @ .., kind, last] if last == "council" => match kind.as_str() {
            "town" => Some((place, "tc")),
            "parish" => Some((place, "pc")),
            "community" => Some((place, "cc")),
            _ => None,
        },
        _ => None,
    };
    match short {
        Some((place, kind)) => format!("{}-{kind}", place.join("-")),
        None => words.join("-"),
    }
}

/// The area of a council; its name alone where it has no code.
fn place(recipient: &Recipient) -> Location {
    let geo_code_type = match recipient.authority_type.as_str() {
        "MD" => "MD",
        "NMD" => "NMD",
        "UA" | "WPA" => "UA",
        "LBO" | "CC" => "LONB",
        "CTY" => "CTY",
        "SCO" => "CA",
        _ => "",
    };
    let name = match recipient.short_name.is_empty() {
        true => area_of(&recipient.name),
        false => recipient.short_name.clone(),
    };
    if recipient.gss_code.is_empty() || geo_code_type.is_empty() {
        let id = folded(&name).join("-");
        return Location { id, name, country_code: "GB", geo_code: String::new(), geo_code_type: "" };
    }
    let geo_code = recipient.gss_code.clone();
    Location { id: geo_code.clone(), name, country_code: "GB", geo_code, geo_code_type }
}

/// `Burntwood Town Council` as `Burntwood`.
fn area_of(name: &str) -> String {
    let endings = [" Town Council", " Parish Council", " Community Council", " Council"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_string()
}

/// `policy-prototypes` of a round announced in 2020 as `PP-2020`.
fn programme_code(round: &Round) -> String {
    let initials = round.programme.split(['-', '_']).filter_map(|word| word.chars().next());
    let initials: String = initials.flat_map(char::to_uppercase).collect();
    let year = round.announced_on.get(..4).unwrap_or_default();
    format!("{initials}-{year}")
}

fn classifications(publisher: &Publisher, round: &Round, award: &Award) -> Vec<Classification> {
    let classification = |vocabulary: &str, code: String, title: String| Classification {
        vocabulary: format!("{}-{vocabulary}", publisher.prefix),
        code,
        title,
    };
    let theme = Some(&round.theme).filter(|theme| !theme.is_empty());
    let theme = theme.map(|theme| classification("theme", folded(theme).join("-"), theme.clone()));
    let principles = award.principles.iter().map(|code| classification("principle", code.clone(), titled(code, '-')));
    theme.into_iter().chain(principles).collect()
}

#[cfg(test)]
pub(crate) mod tests;
