//! The facts that registry publishes. None carries an e-mail address, and that somebody signed in is none.

use kit::outbox::Fact;
use prost::Message;
use toadlane_proto::registry::v1 as pb;

use crate::app::OrganisationNow;
use crate::board::{Board, SeatNow};
use crate::client::Client;
use crate::convert;
use crate::membership::Membership;
use crate::person::Person;
use crate::sign_in::Revocation;

fn fact(
    kind: &'static str,
    subject: String,
    version: i64,
    resource_type: &'static str,
    resource: &impl Message,
) -> Fact {
    Fact { kind, subject, version, resource_type, resource: resource.encode_to_vec() }
}

/// What happened to an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfOrganisation {
    Entered,
    Amended,
}

pub fn organisation(happened: OfOrganisation, now: &OrganisationNow) -> Fact {
    let kind = match happened {
        OfOrganisation::Entered => "toadlane.registry.v1.OrganisationEntered",
        OfOrganisation::Amended => "toadlane.registry.v1.OrganisationAmended",
    };
    let wire = pb::Organisation::from(now.clone());
    fact(kind, now.organisation.id.to_string(), now.organisation.version, convert::ORGANISATION, &wire)
}

/// What happened to a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfMembership {
    Begun,
    Ended,
    Suspended,
    Restored,
}

pub fn membership(happened: OfMembership, membership: &Membership) -> Fact {
    let kind = match happened {
        OfMembership::Begun => "toadlane.registry.v1.MembershipBegun",
        OfMembership::Ended => "toadlane.registry.v1.MembershipEnded",
        OfMembership::Suspended => "toadlane.registry.v1.MembershipSuspended",
        OfMembership::Restored => "toadlane.registry.v1.MembershipRestored",
    };
    let wire = pb::Membership::from(membership.clone());
    fact(kind, membership.id.to_string(), membership.version, convert::MEMBERSHIP, &wire)
}

/// What happened to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfPerson {
    Entered,
    Renamed,
    RoleGranted,
    RoleRevoked,
    Ended,
}

pub fn person(happened: OfPerson, person: &Person) -> Fact {
    let kind = match happened {
        OfPerson::Entered => "toadlane.registry.v1.PersonEntered",
        OfPerson::Renamed => "toadlane.registry.v1.PersonRenamed",
        OfPerson::RoleGranted => "toadlane.registry.v1.RoleGranted",
        OfPerson::RoleRevoked => "toadlane.registry.v1.RoleRevoked",
        OfPerson::Ended => "toadlane.registry.v1.PersonEnded",
    };
    let wire = convert::without_email(person.clone().into());
    fact(kind, person.id.to_string(), person.version, convert::PERSON, &wire)
}

/// What happened to a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfBoard {
    Created,
    Amended,
}

pub fn board(happened: OfBoard, board: &Board) -> Fact {
    let kind = match happened {
        OfBoard::Created => "toadlane.registry.v1.BoardCreated",
        OfBoard::Amended => "toadlane.registry.v1.BoardAmended",
    };
    let wire = pb::Board::from(board.clone());
    fact(kind, board.id.to_string(), board.version, convert::BOARD, &wire)
}

/// What happened to a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfSeat {
    Taken,
    Ended,
}

pub fn seat(happened: OfSeat, now: &SeatNow) -> Fact {
    let kind = match happened {
        OfSeat::Taken => "toadlane.registry.v1.SeatTaken",
        OfSeat::Ended => "toadlane.registry.v1.SeatEnded",
    };
    let wire = pb::Seat::from(now.clone());
    fact(kind, now.seat.id.to_string(), now.seat.version, convert::SEAT, &wire)
}

/// What happened to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfClient {
    Created,
    ScopesSet,
    KeyAdded,
    KeyRetired,
    SecretRotated,
    Revoked,
}

pub fn client(happened: OfClient, client: &Client) -> Fact {
    let kind = match happened {
        OfClient::Created => "toadlane.registry.v1.ClientCreated",
        OfClient::ScopesSet => "toadlane.registry.v1.ClientScopesSet",
        OfClient::KeyAdded => "toadlane.registry.v1.ClientKeyAdded",
        OfClient::KeyRetired => "toadlane.registry.v1.ClientKeyRetired",
        OfClient::SecretRotated => "toadlane.registry.v1.ClientSecretRotated",
        OfClient::Revoked => "toadlane.registry.v1.ClientRevoked",
    };
    let wire = pb::Client::from(client.clone());
    fact(kind, client.id.to_string(), client.version, convert::CLIENT, &wire)
}

/// Who ended whose tokens. Services learn of it faster by asking each second; this is for the record.
pub fn subject_revoked(revocation: &Revocation) -> Fact {
    let wire = pb::Revocation::from(revocation.clone());
    let subject = format!("revocation/{}", revocation.position);
    fact("toadlane.registry.v1.SubjectRevoked", subject, 1, convert::REVOCATION, &wire)
}
