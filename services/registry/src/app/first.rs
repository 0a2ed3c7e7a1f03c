//! The first network administrator, whom nobody there could make one.

use kit::caller::{Grant, Role};
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{GrantId, OrgId, PersonId};

use super::record;
use crate::dates::RegisterDate;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::organisation::{Details, Kind, Organisation};
use crate::person::{Person, RoleGrant};
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
    let grant = Grant { role: Role::NetworkAdministrator, organisation };
    let person = created.grant(RoleGrant { id: cmd.grant, grant, starts_at: cx.now, ends_at: None }, cx.now)?;
    people::update(tx, &created, &person)?;
    record(tx, cx, person, Happened::RoleGranted, events::person)
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
