//! Domain to wire, and the values of enums from the wire.

mod refusal;

use kit::call::MembershipClass;
use kit::caller::Role;
use kit::fault::Shown;
use kit::names::wire_enum;
use kit::paging::Counted;
use kit::time::{Date, Timestamp};
use kit::tokens::{KeySet, PublicKey};
use kit::wire::{etag, wire_date, wire_time};
use strum::VariantArray;
use toadlane_proto::registry::v1 as pb;

use crate::app::SessionsEnded;
use crate::app::reading::{Entry, RevocationsFound, StandingFound, WhoIs};
use crate::board::{Board, NamedSeat};
use crate::client::{self, Client, Credentials};
use crate::membership::Membership;
use crate::organisation::{Details, Nation, Organisation, OrganisationNow};
use crate::person::{Email, GrantState, Person, RoleGrant, State};
use crate::session::Session;
use crate::sign_in::{AllKeys, Revocation};

fn texts<T: std::fmt::Display>(items: Vec<T>) -> Vec<String> {
    items.into_iter().map(|item| item.to_string()).collect()
}

/// Without its predecessors, which are not at hand; it exists or not as it did on the day of its last change.
impl From<Organisation> for pb::Organisation {
    fn from(organisation: Organisation) -> pb::Organisation {
        let current = organisation.exists_on(Date::at(organisation.updated_at, "UTC"));
        let Organisation { id, version, details, abolished_from, created_at, updated_at } = organisation;
        pb::Organisation {
            id: id.to_string(),
            etag: etag(version),
            details: Some(wire_details(details)),
            predecessor_ids: Vec::new(),
            current,
            abolished_from: wire_date(abolished_from),
            created_at: wire_time(created_at),
            updated_at: wire_time(updated_at),
        }
    }
}

impl Shown for Organisation {
    type Wire = pb::Organisation;
}

impl From<OrganisationNow> for pb::Organisation {
    fn from(now: OrganisationNow) -> pb::Organisation {
        let OrganisationNow { organisation, predecessors, today } = now;
        let current = organisation.exists_on(today);
        pb::Organisation { predecessor_ids: texts(predecessors), current, ..organisation.into() }
    }
}

impl Shown for OrganisationNow {
    type Wire = pb::Organisation;
}

fn wire_details(details: Details) -> pb::OrganisationDetails {
    pb::OrganisationDetails {
        kind: wire_enum::<pb::organisation::Kind>(details.kind).into(),
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

/// Rows keep the names that registers use, such as `Northern Ireland`.
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

/// Tokens and rows have always said `consultant`.
fn wire_role(role: Role) -> pb::Role {
    match role {
        Role::Consultant => pb::Role::LearningConsultant,
        other => wire_enum(other),
    }
}

pub fn role(wire: pb::Role) -> Option<Role> {
    Role::ALL.into_iter().find(|&role| wire_role(role) == wire)
}

impl From<Membership> for pb::Membership {
    fn from(membership: Membership) -> pb::Membership {
        let suspensions = membership.suspensions.into_iter().map(|suspension| pb::Suspension {
            from_date: suspension.term.from.to_string(),
            until_date: wire_date(suspension.term.until),
            reason: suspension.reason,
        });
        pb::Membership {
            id: membership.id.to_string(),
            etag: etag(membership.version),
            organisation_id: membership.organisation.to_string(),
            membership_class: membership.class.wire().into(),
            from_date: membership.term.from.to_string(),
            until_date: wire_date(membership.term.until),
            suspensions: suspensions.collect(),
            created_at: wire_time(membership.created_at),
            updated_at: wire_time(membership.updated_at),
        }
    }
}

impl Shown for Membership {
    type Wire = pb::Membership;
}

/// Without the instant, which this list does not bear.
pub fn memberships(Counted { found, n_all, .. }: Counted<Membership>) -> pb::ListMembershipsResponse {
    let (memberships, next_page_token) = found.wire(pb::Membership::from);
    pb::ListMembershipsResponse { memberships, next_page_token, total_size: n_all }
}

impl From<StandingFound> for pb::Standing {
    fn from(found: StandingFound) -> pb::Standing {
        let StandingFound { organisation, day, standing, certifier } = found;
        let abolished = !organisation.exists_on(day);
        let details = organisation.details;
        pb::Standing {
            organisation_id: organisation.id.to_string(),
            as_of: day.to_string(),
            name: details.name,
            name_cy: details.name_cy,
            kind: wire_enum::<pb::organisation::Kind>(details.kind).into(),
            legal_body: details.legal_body,
            abolished,
            successor_ids: texts(details.successors),
            membership_class: standing.class.map_or(pb::MembershipClass::Unspecified, MembershipClass::wire).into(),
            good_standing: standing.good,
            person_is_certifier: certifier.is_some(),
            certifier_name: certifier.map(|person| person.name).unwrap_or_default(),
        }
    }
}

impl From<Person> for pb::Person {
    fn from(person: Person) -> pb::Person {
        let Email { address, in_force, pending } = person.email;
        let (email, pending_email) = match (in_force, pending.is_empty()) {
            (true, _) => (address, pending),
            (false, true) => (String::new(), address),
            (false, false) => (String::new(), pending),
        };
        pb::Person {
            id: person.id.to_string(),
            etag: etag(person.version),
            organisation_id: person.organisation.to_string(),
            name: person.name,
            email,
            grants: person.grants.into_iter().map(grant).collect(),
            ended_at: match person.state {
                State::Active => None,
                State::Ended { at } => wire_time(at),
            },
            created_at: wire_time(person.created_at),
            updated_at: wire_time(person.updated_at),
            pending_email,
        }
    }
}

impl Shown for Person {
    type Wire = pb::Person;
}

fn grant(held: RoleGrant) -> pb::RoleGrant {
    let (state, confirmed_by) = match held.state {
        GrantState::Pending => (pb::role_grant::State::Pending, None),
        GrantState::Active { confirmed_by } => (pb::role_grant::State::Active, confirmed_by),
    };
    pb::RoleGrant {
        id: held.id.to_string(),
        role: wire_role(held.grant.role).into(),
        organisation_id: held.grant.organisation.to_string(),
        starts_at: wire_time(held.starts_at),
        ends_at: held.ends_at.and_then(wire_time),
        state: state.into(),
        granted_by: held.granted_by.map(|id| id.to_string()).unwrap_or_default(),
        confirmed_by: confirmed_by.map(|id| id.to_string()).unwrap_or_default(),
    }
}

impl From<Entry> for pb::HistoryEntry {
    fn from(Entry(line): Entry) -> pb::HistoryEntry {
        pb::HistoryEntry {
            sequence: line.sequence,
            at: wire_time(line.at),
            actor: Some(line.by.into()),
            step: line.step,
            from: line.from.unwrap_or_default(),
            to: line.to,
            reason: line.reason,
        }
    }
}

impl From<Session> for pb::Session {
    fn from(session: Session) -> pb::Session {
        pb::Session {
            id: session.id.to_string(),
            started_at: wire_time(session.started_at),
            last_used_at: wire_time(session.used_at),
            renewable_until: wire_time(session.renewable_until()),
            from: session.from,
        }
    }
}

impl From<SessionsEnded> for pb::EndSessionResponse {
    fn from(SessionsEnded(n_ended): SessionsEnded) -> pb::EndSessionResponse {
        pb::EndSessionResponse { ended: n_ended }
    }
}

/// Whose address was confirmed.
impl From<Person> for pb::ConfirmEmailResponse {
    fn from(person: Person) -> pb::ConfirmEmailResponse {
        pb::ConfirmEmailResponse { person_id: person.id.to_string() }
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

impl Shown for Board {
    type Wire = pb::Board;
}

impl From<NamedSeat> for pb::Seat {
    fn from(NamedSeat { seat, person_name }: NamedSeat) -> pb::Seat {
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

impl Shown for NamedSeat {
    type Wire = pb::Seat;
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
                client::State::Pending | client::State::Active => None,
                client::State::Revoked { at } => wire_time(at),
            },
            created_at: wire_time(client.created_at),
            updated_at: wire_time(client.updated_at),
            state: wire_enum::<pb::client::State>(client.state).into(),
        }
    }
}

impl Shown for Client {
    type Wire = pb::Client;
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

impl Shown for Revocation {
    type Wire = pb::Revocation;
}

impl From<RevocationsFound> for pb::ListRevocationsResponse {
    fn from(found: RevocationsFound) -> pb::ListRevocationsResponse {
        let RevocationsFound { revocations, last_position, more } = found;
        let revocations = revocations.into_iter().map(pb::Revocation::from).collect();
        pb::ListRevocationsResponse { revocations, last_position, more }
    }
}

impl From<WhoIs> for pb::WhoAmIResponse {
    fn from(WhoIs { caller, name, organisation }: WhoIs) -> pb::WhoAmIResponse {
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
mod tests;
