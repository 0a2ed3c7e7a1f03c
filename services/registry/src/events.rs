//! The facts that registry publishes. None carries an e-mail address, and signing in publishes none.

use kit::outbox::Fact;
use prost::Message;
use strum::IntoStaticStr;
use toadlane_proto::registry::v1 as pb;

use crate::board::{Board, SeatNow};
use crate::client::Client;
use crate::convert;
use crate::membership::Membership;
use crate::organisation::OrganisationNow;
use crate::person::Person;
use crate::sign_in::Revocation;

/// What happened, under the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.registry.v1.")]
pub enum Happened {
    OrganisationEntered,
    OrganisationAmended,
    MembershipBegun,
    MembershipEnded,
    MembershipSuspended,
    MembershipRestored,
    PersonEntered,
    PersonRenamed,
    RoleGranted,
    RoleRevoked,
    PersonEnded,
    BoardCreated,
    BoardAmended,
    SeatTaken,
    SeatEnded,
    ClientCreated,
    ClientScopesSet,
    ClientKeyAdded,
    ClientKeyRetired,
    ClientSecretRotated,
    ClientRevoked,
    SubjectRevoked,
}

fn fact(
    happened: Happened,
    subject: impl ToString,
    version: i64,
    resource_type: &'static str,
    resource: &impl Message,
) -> Fact {
    let (kind, subject) = (happened.into(), subject.to_string());
    Fact { kind, subject, version, resource_type, resource: resource.encode_to_vec() }
}

pub fn organisation(happened: Happened, now: &OrganisationNow) -> Fact {
    let (id, version) = (now.organisation.id, now.organisation.version);
    fact(happened, id, version, convert::ORGANISATION, &pb::Organisation::from(now.clone()))
}

pub fn membership(happened: Happened, membership: &Membership) -> Fact {
    let wire = pb::Membership::from(membership.clone());
    fact(happened, membership.id, membership.version, convert::MEMBERSHIP, &wire)
}

pub fn person(happened: Happened, person: &Person) -> Fact {
    let wire = pb::Person::from(person.clone().without_email());
    fact(happened, person.id, person.version, convert::PERSON, &wire)
}

pub fn board(happened: Happened, board: &Board) -> Fact {
    fact(happened, board.id, board.version, convert::BOARD, &pb::Board::from(board.clone()))
}

pub fn seat(happened: Happened, now: &SeatNow) -> Fact {
    fact(happened, now.seat.id, now.seat.version, convert::SEAT, &pb::Seat::from(now.clone()))
}

pub fn client(happened: Happened, client: &Client) -> Fact {
    fact(happened, client.id, client.version, convert::CLIENT, &pb::Client::from(client.clone()))
}

/// Who ended whose tokens. Services learn of it faster by asking each second; this is for the record.
pub fn subject_revoked(revocation: &Revocation) -> Fact {
    let subject = format!("revocation/{}", revocation.position);
    fact(Happened::SubjectRevoked, subject, 1, convert::REVOCATION, &pb::Revocation::from(revocation.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_bears_the_full_name_that_consumers_know() {
        let names: [&str; 2] = [Happened::OrganisationEntered.into(), Happened::SubjectRevoked.into()];
        assert_eq!(names, ["toadlane.registry.v1.OrganisationEntered", "toadlane.registry.v1.SubjectRevoked"]);
    }
}
