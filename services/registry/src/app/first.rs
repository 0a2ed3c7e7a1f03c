//! What is done on the registry's own machine: the first network administrator, whom nobody there could make one, and
//! one who gets in again when nobody can sign in.

use kit::caller::{Grant, Role};
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{GrantId, OrgId, PersonId};
use kit::refusal::Refusal;

use super::{Change, emails, keep, record};
use crate::dates::RegisterDate;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::organisation::{Details, Kind, Organisation};
use crate::person::{GrantState, Person, RoleGrant};
use crate::store::{organisations, people};

/// The first administrator of a network that has none.
#[derive(Clone, Debug)]
pub struct FirstAdministrator {
    pub person: PersonId,
    pub grant: GrantId,
    /// Identity of the network, if it has to be entered too.
    pub network: OrgId,
    pub network_name: String,
    pub name: String,
    pub email: String,
}

pub fn admin_first(tx: &mut Tx, cx: &Cx, cmd: &FirstAdministrator) -> Result<Person, Error> {
    if people::n_other_administrators(tx, cmd.person, cx.now)? > 0 {
        return Err(Error::AdministratorExists);
    }
    let organisation = match organisations::first_of_kind(tx, Kind::Network)? {
        Some(network) => network,
        None => {
            let network = Organisation::create(cmd.network, a_network(&cmd.network_name), &[], cx.now)?;
            organisations::insert(tx, &network)?;
            network.id
        }
    };
    let created = Person::create(cmd.person, organisation, &cmd.name, &cmd.email, cx.now);
    people::insert(tx, &created)?;
    let person = created.grant(administration(cmd.grant, organisation, cx), cx.now)?;
    people::update(tx, &created, &person)?;
    let change = Change::to(Some(organisation), format!("{} of the network", Role::NetworkAdministrator.name()));
    record(tx, cx, person, Happened::RoleGranted, events::person, change)
}

fn administration(id: GrantId, network: OrgId, cx: &Cx) -> RoleGrant {
    let grant = Grant { role: Role::NetworkAdministrator, organisation: network };
    let state = GrantState::Active { confirmed_by: None };
    RoleGrant { id, grant, starts_at: cx.now, ends_at: None, granted_by: None, state }
}

/// An administrator who gets in again, under a new address.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// Identity of the person, or the address that they sign in with.
    pub who: String,
    pub email: String,
    /// Identity of the role, if they do not hold it.
    pub grant: GrantId,
}

pub fn admin_recover(tx: &mut Tx, cx: &Cx, cmd: &Recovery) -> Result<Person, Error> {
    let found = match cmd.who.parse::<PersonId>() {
        Ok(id) => people::find(tx, id)?,
        Err(_) => people::of_email(tx, &cmd.who)?,
    };
    let before = found.ok_or(Refusal::NotFound { what: "person" })?;
    let network = organisations::first_of_kind(tx, Kind::Network)?.ok_or(Refusal::NotFound { what: "network" })?;
    let mut person = before.confirm_email(&cmd.email, cx.now)?;
    let (of, reason) = (Some(network), "recovered on the registry's own machine".to_string());
    if !person.is_administrator(cx.now) {
        // The version counts this change once.
        let granted = person.grant(administration(cmd.grant, network, cx), cx.now)?;
        person = Person { version: person.version, ..granted };
        let to = format!("{} {}", cmd.grant, Role::NetworkAdministrator.name());
        let change = Change { reason: reason.clone(), ..Change::to(of, to) };
        keep(tx, cx, &person.id.to_string(), Happened::RoleGranted, change)?;
    }
    people::update(tx, &before, &person)?;
    emails::end_sign_ins(tx, person.id)?;
    let change = Change { reason, ..Change::to(of, "in force") };
    record(tx, cx, person, Happened::EmailConfirmed, events::person, change)
}

/// A network has no register entry and is no legal body: a member council looks after its money.
fn a_network(name: &str) -> Details {
    Details {
        kind: Kind::Network,
        name: name.to_string(),
        name_cy: String::new(),
        short_name: String::new(),
        code: String::new(),
        org_id: String::new(),
        gss_code: String::new(),
        former_gss_codes: Vec::new(),
        authority_type: String::new(),
        authority_type_name: String::new(),
        nation: None,
        region: String::new(),
        county_code: String::new(),
        combined_authority_code: String::new(),
        start_date: RegisterDate::Unknown,
        end_date: RegisterDate::Unknown,
        successors: Vec::new(),
        gov_uk_slug: String::new(),
        website: String::new(),
        legal_body: false,
    }
}
