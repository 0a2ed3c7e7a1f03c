//! An organisation: a council or any other body that the network deals with, whether a register lists it or not.
//! Its membership of the network is in `membership.rs`.

use kit::fault::Violation;
use kit::fold::fold;
use kit::ids::OrgId;
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::dates::RegisterDate;

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
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// `successors_began` are the start dates of the successors named, in any order; they settle what an end date
    /// means.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with everything that contradicts itself.
    pub fn create(
        id: OrgId,
        details: Details,
        successors_began: &[RegisterDate],
        now: Timestamp,
    ) -> Result<Organisation, Refusal> {
        details.check(id)?;
        let abolished_from = details.end_date.gone_from(successors_began);
        Ok(Organisation { id, version: 1, details, abolished_from, created_at: now, updated_at: now })
    }

    /// Replaces what is known of it.
    ///
    /// # Errors
    /// As [`Organisation::create`] does.
    pub fn update(
        &self,
        details: Details,
        successors_began: &[RegisterDate],
        now: Timestamp,
    ) -> Result<Organisation, Refusal> {
        let updated = Organisation::create(self.id, details, successors_began, now)?;
        Ok(Organisation { version: self.version + 1, created_at: self.created_at, ..updated })
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
    fn check(&self, id: OrgId) -> Result<(), Refusal> {
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
        Refusal::if_any(wrong)
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

#[cfg(test)]
pub mod tests;
