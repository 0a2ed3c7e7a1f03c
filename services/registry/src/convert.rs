//! Domain to wire, and the values of enums from the wire.

pub mod pages;
mod refusal;

use kit::caller::Role;
use kit::time::Timestamp;
use kit::tokens::{KeySet, PublicKey};
use kit::wire::{etag, row_name, wire_date, wire_name, wire_time};
use strum::VariantArray;
use toadlane_proto::registry::v1 as pb;

use crate::app::reading::{StandingFound, WhoIs};
use crate::board::{Board, SeatNow};
use crate::client::{self, Client, Credentials};
use crate::membership::{Class, Membership};
use crate::organisation::{Details, Kind, Nation, Organisation, OrganisationNow};
use crate::person::{Person, RoleGrant, State};
use crate::sign_in::{AllKeys, Revocation};

pub const ORGANISATION: &str = "toadlane.registry.v1.Organisation";
pub const MEMBERSHIP: &str = "toadlane.registry.v1.Membership";
pub const PERSON: &str = "toadlane.registry.v1.Person";
pub const BOARD: &str = "toadlane.registry.v1.Board";
pub const SEAT: &str = "toadlane.registry.v1.Seat";
pub const CLIENT: &str = "toadlane.registry.v1.Client";
pub const REVOCATION: &str = "toadlane.registry.v1.Revocation";

fn texts<T: std::fmt::Display>(items: Vec<T>) -> Vec<String> {
    items.into_iter().map(|item| item.to_string()).collect()
}

impl From<OrganisationNow> for pb::Organisation {
    fn from(now: OrganisationNow) -> pb::Organisation {
        let OrganisationNow { organisation, predecessors, today } = now;
        let current = organisation.exists_on(today);
        let Organisation { id, version, details, abolished_from, created_at, updated_at } = organisation;
        pb::Organisation {
            id: id.to_string(),
            etag: etag(version),
            details: Some(wire_details(details)),
            predecessor_ids: texts(predecessors),
            current,
            abolished_from: wire_date(abolished_from),
            created_at: wire_time(created_at),
            updated_at: wire_time(updated_at),
        }
    }
}

fn wire_details(details: Details) -> pb::OrganisationDetails {
    pb::OrganisationDetails {
        kind: wire_kind(details.kind).into(),
        name: details.name,
        name_cy: details.name_cy,
        short_name: details.short_name,
        code: details.code,
        org_id: details.org_id,
        gss_code: details.gss_code,
        former_gss_codes: details.former_gss_codes,
        authority_type: details.authority_type,
        authority_type_name: details.authority_type_name,
        nation: wire_nation(details.nation).into(),
        region: details.region,
        county_code: details.county_code,
        combined_authority_code: details.combined_authority_code,
        start_date: details.start_date.to_string(),
        end_date: details.end_date.to_string(),
        successor_ids: texts(details.successors),
        gov_uk_slug: details.gov_uk_slug,
        website: details.website,
        legal_body: details.legal_body,
    }
}

fn wire_kind(kind: Kind) -> pb::organisation::Kind {
    let kind = pb::organisation::Kind::from_str_name(&wire_name(kind.into(), "KIND_"));
    kind.expect("the contract names every kind, and a test goes through them")
}

pub fn kind(wire: pb::organisation::Kind) -> Option<Kind> {
    row_name(wire.as_str_name(), "KIND_")?.parse().ok()
}

fn wire_nation(nation: Option<Nation>) -> pb::Nation {
    match nation {
        None => pb::Nation::Unspecified,
        Some(Nation::England) => pb::Nation::England,
        Some(Nation::Scotland) => pb::Nation::Scotland,
        Some(Nation::Wales) => pb::Nation::Wales,
        Some(Nation::NorthernIreland) => pb::Nation::NorthernIreland,
    }
}

pub fn nation(wire: pb::Nation) -> Option<Nation> {
    Nation::VARIANTS.iter().copied().find(|&nation| wire_nation(Some(nation)) == wire)
}

fn wire_class(class: Option<Class>) -> pb::MembershipClass {
    let Some(class) = class else { return pb::MembershipClass::Unspecified };
    let class = pb::MembershipClass::from_str_name(&wire_name(class.into(), "MEMBERSHIP_CLASS_"));
    class.expect("the contract names every class, and a test goes through them")
}

pub fn class(wire: pb::MembershipClass) -> Option<Class> {
    row_name(wire.as_str_name(), "MEMBERSHIP_CLASS_")?.parse().ok()
}

fn wire_role(role: Role) -> pb::Role {
    match role {
        Role::ApplicantOfficer => pb::Role::ApplicantOfficer,
        Role::Certifier => pb::Role::Certifier,
        Role::CouncilAdministrator => pb::Role::CouncilAdministrator,
        Role::NetworkAdministrator => pb::Role::NetworkAdministrator,
        Role::RoundManager => pb::Role::RoundManager,
        Role::Reviewer => pb::Role::Reviewer,
        Role::PanelChair => pb::Role::PanelChair,
        Role::Clerk => pb::Role::Clerk,
        Role::FinanceOfficer => pb::Role::FinanceOfficer,
        Role::Consultant => pb::Role::LearningConsultant,
        Role::Editor => pb::Role::Editor,
        Role::Auditor => pb::Role::Auditor,
        Role::DataProtectionOfficer => pb::Role::DataProtectionOfficer,
    }
}

pub fn role(wire: pb::Role) -> Option<Role> {
    Role::ALL.into_iter().find(|&role| wire_role(role) == wire)
}

impl From<Membership> for pb::Membership {
    fn from(membership: Membership) -> pb::Membership {
        let suspensions = membership.suspensions.into_iter().map(|one| pb::Suspension {
            from_date: one.term.from.to_string(),
            until_date: wire_date(one.term.until),
            reason: one.reason,
        });
        pb::Membership {
            id: membership.id.to_string(),
            etag: etag(membership.version),
            organisation_id: membership.organisation.to_string(),
            membership_class: wire_class(Some(membership.class)).into(),
            from_date: membership.term.from.to_string(),
            until_date: wire_date(membership.term.until),
            suspensions: suspensions.collect(),
            created_at: wire_time(membership.created_at),
            updated_at: wire_time(membership.updated_at),
        }
    }
}

pub fn standing(found: StandingFound) -> pb::Standing {
    let StandingFound { organisation, day, standing, certifier } = found;
    let abolished = !organisation.exists_on(day);
    let details = organisation.details;
    pb::Standing {
        organisation_id: organisation.id.to_string(),
        as_of: day.to_string(),
        name: details.name,
        name_cy: details.name_cy,
        kind: wire_kind(details.kind).into(),
        legal_body: details.legal_body,
        abolished,
        successor_ids: texts(details.successors),
        membership_class: wire_class(standing.class).into(),
        good_standing: standing.good,
        person_is_certifier: certifier.is_some(),
        certifier_name: certifier.map(|person| person.name).unwrap_or_default(),
    }
}

impl From<Person> for pb::Person {
    fn from(person: Person) -> pb::Person {
        pb::Person {
            id: person.id.to_string(),
            etag: etag(person.version),
            organisation_id: person.organisation.to_string(),
            name: person.name,
            email: person.email,
            grants: person.grants.into_iter().map(grant).collect(),
            ended_at: match person.state {
                State::Active => None,
                State::Ended { at } => wire_time(at),
            },
            created_at: wire_time(person.created_at),
            updated_at: wire_time(person.updated_at),
        }
    }
}

fn grant(held: RoleGrant) -> pb::RoleGrant {
    pb::RoleGrant {
        id: held.id.to_string(),
        role: wire_role(held.grant.role).into(),
        organisation_id: held.grant.organisation.to_string(),
        starts_at: wire_time(held.starts_at),
        ends_at: held.ends_at.and_then(wire_time),
    }
}

impl From<Board> for pb::Board {
    fn from(board: Board) -> pb::Board {
        pb::Board {
            id: board.id.to_string(),
            etag: etag(board.version),
            name: board.names.name,
            name_cy: board.names.name_cy,
            short_name: board.names.short_name,
            quorum: board.quorum,
            created_at: wire_time(board.created_at),
            updated_at: wire_time(board.updated_at),
        }
    }
}

impl From<SeatNow> for pb::Seat {
    fn from(now: SeatNow) -> pb::Seat {
        let SeatNow { seat, person_name } = now;
        pb::Seat {
            id: seat.id.to_string(),
            etag: etag(seat.version),
            board_id: seat.board.to_string(),
            organisation_id: seat.organisation.to_string(),
            person_id: seat.person.to_string(),
            voting: seat.voting,
            from_date: seat.term.from.to_string(),
            until_date: wire_date(seat.term.until),
            created_at: wire_time(seat.created_at),
            updated_at: wire_time(seat.updated_at),
            person_name,
        }
    }
}

impl From<Client> for pb::Client {
    fn from(client: Client) -> pb::Client {
        let (kind, keys, secrets) = match client.credentials {
            Credentials::Keys(keys) => (pb::client::Kind::PublicKey, keys, Vec::new()),
            Credentials::Secrets(secrets) => (pb::client::Kind::Secret, Vec::new(), secrets),
        };
        pb::Client {
            id: client.id.to_string(),
            etag: etag(client.version),
            organisation_id: client.organisation.to_string(),
            name: client.name,
            kind: kind.into(),
            scopes: client.scopes.into_iter().map(|scope| scope.name().to_string()).collect(),
            keys: keys.into_iter().map(key).collect(),
            secrets: secrets.into_iter().map(secret).collect(),
            revoked_at: match client.state {
                client::State::Active => None,
                client::State::Revoked { at } => wire_time(at),
            },
            created_at: wire_time(client.created_at),
            updated_at: wire_time(client.updated_at),
        }
    }
}

fn key(key: client::Key) -> pb::ClientKey {
    pb::ClientKey {
        id: key.id.to_string(),
        kid: key.kid,
        algorithm: key.algorithm,
        jwk: key.jwk,
        not_before: wire_time(key.not_before),
        retire_at: key.retire_at.and_then(wire_time),
    }
}

fn secret(secret: client::Secret) -> pb::ClientSecret {
    pb::ClientSecret {
        id: secret.id.to_string(),
        created_at: wire_time(secret.created_at),
        retire_at: secret.retire_at.and_then(wire_time),
    }
}

impl From<Client> for pb::CreateClientResponse {
    /// Without the secret: this is what is stored for a replay.
    fn from(client: Client) -> pb::CreateClientResponse {
        pb::CreateClientResponse { client: Some(client.into()), secret: String::new() }
    }
}

impl From<Client> for pb::RotateClientSecretResponse {
    /// Without the secret: this is what is stored for a replay.
    fn from(client: Client) -> pb::RotateClientSecretResponse {
        pb::RotateClientSecretResponse { client: Some(client.into()), secret: String::new() }
    }
}

impl From<Revocation> for pb::Revocation {
    fn from(revocation: Revocation) -> pb::Revocation {
        pb::Revocation {
            position: revocation.position,
            subject: revocation.subject,
            revoked_at: wire_time(revocation.revoked_at),
        }
    }
}

pub fn who_is(found: WhoIs) -> pb::WhoAmIResponse {
    let WhoIs { caller, name, organisation } = found;
    let roles = caller.grants.iter().map(|grant| pb::HeldRole {
        role: wire_role(grant.role).into(),
        organisation_id: grant.organisation.to_string(),
    });
    pb::WhoAmIResponse {
        subject: caller.subject.to_string(),
        name,
        organisation_id: organisation.map(|id| id.to_string()).unwrap_or_default(),
        roles: roles.collect(),
        scopes: texts(caller.scopes.iter().map(|scope| scope.name()).collect()),
        sits: caller.sits,
    }
}

impl From<AllKeys> for pb::KeySet {
    fn from(AllKeys(keys): AllKeys) -> pb::KeySet {
        let second = |at: i64| wire_time(Timestamp::from_micros(0).plus_seconds(at));
        let wire = keys.iter().map(|key| pb::Key {
            role: key.role.clone(),
            kid: key.kid(),
            public_key: key.x.to_vec(),
            created_at: key.created_at.and_then(second),
            retired_at: key.retired_at.and_then(second),
        });
        pb::KeySet { keys: wire.collect(), jwks: jwks(keys) }
    }
}

/// The keys as a JWK Set (RFC 7517) in JSON.
pub fn jwks(keys: Vec<PublicKey>) -> String {
    let mut set = KeySet::default();
    for key in keys {
        set.add(key).expect("the store has each key id once, with one role");
    }
    set.to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_class_is_in_the_contract() {
        assert!(Kind::VARIANTS.iter().all(|&known| kind(wire_kind(known)) == Some(known)));
        assert!(Class::VARIANTS.iter().all(|&known| class(wire_class(Some(known))) == Some(known)));
    }
}
