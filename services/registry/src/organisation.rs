//! An organisation: a council or any other body that the network deals with, whether a register lists it or not.
//! Its membership of the network is in `membership.rs`.

use kit::fault::Violation;
use kit::ids::OrgId;
use kit::time::{Date, Timestamp};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::dates::RegisterDate;
use crate::error::Error;

/// A body that can be a member, lead a bid or be paid. One that no longer exists stays, and names its successors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: OrgId,
    /// Counts every change; the etag.
    pub version: i64,
    pub details: Details,
    /// First day on which it no longer exists.
    pub abolished_from: Option<Date>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An organisation with what follows from others and from the day.
#[derive(Clone, Debug)]
pub struct OrganisationNow {
    pub organisation: Organisation,
    pub predecessors: Vec<OrgId>,
    pub today: Date,
}

/// What is known of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub kind: Kind,
    pub name: String,
    pub name_cy: String,
    pub short_name: String,
    /// Code in the register of its nation. It names the authority and never changes.
    pub code: String,
    /// Identifier of org-id.guide.
    pub org_id: String,
    /// Code of its area, which changes with the boundary.
    pub gss_code: String,
    pub former_gss_codes: Vec<String>,
    pub authority_type: String,
    pub authority_type_name: String,
    pub nation: Option<Nation>,
    pub region: String,
    pub county_code: String,
    pub combined_authority_code: String,
    pub start_date: RegisterDate,
    pub end_date: RegisterDate,
    /// Several when it was divided (rule 28).
    pub successors: Vec<OrgId>,
    pub gov_uk_slug: String,
    pub website: String,
    /// Whether money can be paid to it (rule 9).
    pub legal_body: bool,
}

/// What sort of body it is. A political group is no legal body, so its bids name another payee (rule 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    PrincipalCouncil,
    StrategicAuthority,
    LocalCouncil,
    PoliticalGroup,
    Network,
    Company,
    Charity,
    University,
    Other,
}

/// A nation of the United Kingdom. It says which register lists a council, and which working days the council keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantArray)]
pub enum Nation {
    England,
    Scotland,
    Wales,
    #[strum(serialize = "Northern Ireland")]
    NorthernIreland,
}

impl Organisation {
    /// # Errors
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(self.clone())) }
    }

    /// Enters an organisation.
    ///
    /// `successors_began` are the start dates of the successors named, in any order; they settle what an end date
    /// means.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that contradicts itself.
    pub fn enter(
        id: OrgId,
        details: Details,
        successors_began: &[RegisterDate],
        now: Timestamp,
    ) -> Result<Organisation, Error> {
        details.check(id)?;
        let abolished_from = details.end_date.gone_from(successors_began);
        Ok(Organisation { id, version: 1, details, abolished_from, created_at: now, updated_at: now })
    }

    /// Replaces what is known of it.
    ///
    /// # Errors
    /// As [`Organisation::enter`] does.
    pub fn amend(
        &self,
        details: Details,
        successors_began: &[RegisterDate],
        now: Timestamp,
    ) -> Result<Organisation, Error> {
        let amended = Organisation::enter(self.id, details, successors_began, now)?;
        Ok(Organisation { version: self.version + 1, created_at: self.created_at, ..amended })
    }

    pub fn exists_on(&self, day: Date) -> bool {
        self.abolished_from.is_none_or(|gone| day < gone)
    }

    /// What it is called where space is short.
    pub fn short_name(&self) -> &str {
        if self.details.short_name.is_empty() { &self.details.name } else { &self.details.short_name }
    }
}

impl Details {
    fn check(&self, id: OrgId) -> Result<(), Error> {
        let mut wrong = Vec::new();
        let mut refuse = |field: &str, rule: &str, says: &str| {
            wrong.push(Violation::new(format!("details.{field}"), rule, says));
        };
        if self.kind == Kind::PoliticalGroup && self.legal_body {
            refuse("legal_body", "political_group", "a political group is no legal body; name another payee for it");
        }
        if self.end_date.is_before(self.start_date) {
            refuse("end_date", "order", "give an end that is not before the start");
        }
        if self.end_date == RegisterDate::Unknown && !self.successors.is_empty() {
            refuse("end_date", "needed", "an organisation that has a successor has an end; say when");
        }
        if self.successors.contains(&id) {
            refuse("successor_ids", "itself", "an organisation is not its own successor");
        }
        if has_twice(&self.successors) {
            refuse("successor_ids", "unique", "name each successor once");
        }
        if has_twice(&self.former_gss_codes) || self.former_gss_codes.contains(&self.gss_code) {
            refuse("former_gss_codes", "unique", "name each former code once, and not the present one");
        }
        if !self.org_id.is_empty() && !self.code.is_empty() && !self.org_id.ends_with(&format!("-{}", self.code)) {
            refuse("org_id", "code", "the org-id of a registered authority ends with its register code");
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
    }

    /// What a search looks in: folded names and website.
    pub fn haystack(&self) -> String {
        let parts = [&self.name, &self.name_cy, &self.short_name, &self.website];
        parts.map(|part| fold(part)).join(" ").trim().to_string()
    }
}

fn has_twice<T: PartialEq>(items: &[T]) -> bool {
    items.iter().enumerate().any(|(place, item)| items[..place].contains(item))
}

/// A text as searches compare it: lower case, without accents, words of letters and digits divided by one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => folded.push('a'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ò' | 'ó' | 'ô' | 'ö' | 'õ' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' => folded.push('w'),
            'ŷ' | 'ỳ' | 'ý' | 'ÿ' => folded.push('y'),
            '&' => folded.push_str(" and "),
            // King's Lynn is looked for as kings lynn.
            '\'' | '’' => {}
            other if other.is_alphanumeric() => folded.push(other),
            _ => folded.push(' '),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub mod tests {
    use kit::time::at;

    use super::*;
    use crate::dates::day;

    pub fn a_council() -> Details {
        Details {
            kind: Kind::PrincipalCouncil,
            name: "Kirklees Council".to_string(),
            name_cy: String::new(),
            short_name: "Kirklees".to_string(),
            code: "KIR".to_string(),
            org_id: "GB-LAE-KIR".to_string(),
            gss_code: "E08000034".to_string(),
            former_gss_codes: Vec::new(),
            authority_type: "MD".to_string(),
            authority_type_name: "Metropolitan district".to_string(),
            nation: Some(Nation::England),
            region: "Yorkshire and The Humber".to_string(),
            county_code: String::new(),
            combined_authority_code: "WYCA".to_string(),
            start_date: RegisterDate::Unknown,
            end_date: RegisterDate::Unknown,
            successors: Vec::new(),
            gov_uk_slug: "kirklees".to_string(),
            website: "https://www.kirklees.gov.uk/".to_string(),
            legal_body: true,
        }
    }

    /// A body that no register lists.
    pub fn unlisted(kind: Kind, name: &str) -> Details {
        Details {
            kind,
            name: name.to_string(),
            short_name: String::new(),
            code: String::new(),
            org_id: String::new(),
            gss_code: String::new(),
            authority_type: String::new(),
            authority_type_name: String::new(),
            combined_authority_code: String::new(),
            gov_uk_slug: String::new(),
            website: String::new(),
            legal_body: kind != Kind::PoliticalGroup,
            ..a_council()
        }
    }

    fn enter(details: Details) -> Result<Organisation, Error> {
        Organisation::enter(OrgId::new(), details, &[], at("2020-01-06T09:00:00Z"))
    }

    fn broken_rules(details: Details) -> Vec<String> {
        match enter(details) {
            Err(Error::Invalid(wrong)) => wrong.into_iter().map(|one| format!("{} {}", one.field, one.rule)).collect(),
            Ok(_) => Vec::new(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_town_council_needs_no_code_at_all() {
        let burntwood = enter(unlisted(Kind::LocalCouncil, "Burntwood Town Council")).unwrap();
        assert_eq!(burntwood.short_name(), "Burntwood Town Council");
        assert!(burntwood.details.legal_body);
    }

    #[test]
    fn a_political_group_is_no_legal_body() {
        let group = Details { legal_body: true, ..unlisted(Kind::PoliticalGroup, "Opposition group") };
        assert_eq!(broken_rules(group), ["details.legal_body political_group"]);
    }

    #[test]
    fn everything_that_contradicts_itself_is_named_at_once() {
        let twice = OrgId::new();
        let details = Details {
            start_date: RegisterDate::Day(day("2023-04-01")),
            end_date: RegisterDate::Year(1996),
            successors: vec![twice, twice],
            former_gss_codes: vec!["E08000034".to_string()],
            org_id: "GB-LAE-RCH".to_string(),
            ..a_council()
        };
        let expected = [
            "details.end_date order",
            "details.successor_ids unique",
            "details.former_gss_codes unique",
            "details.org_id code",
        ];
        assert_eq!(broken_rules(details), expected);
    }

    #[test]
    fn a_successor_needs_an_end_and_is_another_body() {
        let kirklees = enter(a_council()).unwrap();
        let details = Details { successors: vec![kirklees.id], ..a_council() };
        let Err(Error::Invalid(wrong)) = kirklees.amend(details, &[], at("2020-01-07T09:00:00Z")) else {
            panic!("it followed itself")
        };
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }

    #[test]
    fn an_amended_organisation_keeps_identity_and_birth_and_counts_on() {
        let kirklees = enter(a_council()).unwrap();
        let later = at("2020-02-01T09:00:00Z");
        let renamed = kirklees.amend(Details { name: "Kirklees".to_string(), ..a_council() }, &[], later).unwrap();
        assert_eq!((renamed.id, renamed.version, renamed.created_at), (kirklees.id, 2, kirklees.created_at));
        assert_eq!(renamed.updated_at, later);
    }

    #[test]
    fn a_council_exists_until_the_day_before_its_successor() {
        let details =
            Details { end_date: RegisterDate::Day(day("2023-04-01")), successors: vec![OrgId::new()], ..a_council() };
        let began = [RegisterDate::Day(day("2023-04-01"))];
        let allerdale = Organisation::enter(OrgId::new(), details, &began, at("2020-01-06T09:00:00Z")).unwrap();
        assert!(allerdale.exists_on(day("2023-03-31")));
        assert!(!allerdale.exists_on(day("2023-04-01")));
    }

    #[test]
    fn a_search_does_not_mind_case_accents_or_punctuation() {
        assert_eq!(fold("Cyngor Sir Ynys Môn"), "cyngor sir ynys mon");
        assert_eq!(fold("King's Lynn & West Norfolk"), "kings lynn and west norfolk");
        assert_eq!(fold("  Telford and Wrekin,  "), "telford and wrekin");
        assert_eq!(fold("https://www.kirklees.gov.uk/"), "https www kirklees gov uk");
        assert_eq!(fold("ŴYŶ Ÿ"), "wyy y");
        assert_eq!(fold("%_"), "");
    }

    #[test]
    fn every_kind_and_nation_reads_back_by_its_name() {
        for &kind in Kind::VARIANTS {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for &nation in Nation::VARIANTS {
            assert_eq!(nation.to_string().parse(), Ok(nation));
        }
    }
}
