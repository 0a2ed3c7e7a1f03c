//! The facts that registry publishes. None carries an e-mail address, and signing in publishes none.

use kit::fault::Shown;
use kit::outbox::Fact;
use strum::IntoStaticStr;

use crate::board::{Board, NamedSeat};
use crate::client::Client;
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
    PersonMoved,
    EmailAsked,
    EmailConfirmed,
    RoleGranted,
    GrantConfirmed,
    RoleRevoked,
    PersonEnded,
    BoardCreated,
    BoardAmended,
    SeatTaken,
    SeatEnded,
    ClientCreated,
    ClientActivated,
    ClientScopesSet,
    ClientKeyAdded,
    ClientKeyRetired,
    ClientSecretRotated,
    ClientRevoked,
    SubjectRevoked,
}

impl Happened {
    /// The same in the history, without the package.
    pub fn step(self) -> &'static str {
        let name: &str = self.into();
        name.rsplit('.').next().unwrap_or(name)
    }
}

pub fn organisation(happened: Happened, now: &OrganisationNow) -> Fact {
    Fact::of(happened.into(), now.organisation.id, now.organisation.version, &now.shown())
}

pub fn membership(happened: Happened, membership: &Membership) -> Fact {
    Fact::of(happened.into(), membership.id, membership.version, &membership.shown())
}

pub fn person(happened: Happened, person: &Person) -> Fact {
    Fact::of(happened.into(), person.id, person.version, &person.clone().without_email().shown())
}

pub fn board(happened: Happened, board: &Board) -> Fact {
    Fact::of(happened.into(), board.id, board.version, &board.shown())
}

pub fn seat(happened: Happened, named: &NamedSeat) -> Fact {
    Fact::of(happened.into(), named.seat.id, named.seat.version, &named.shown())
}

pub fn client(happened: Happened, client: &Client) -> Fact {
    Fact::of(happened.into(), client.id, client.version, &client.shown())
}

/// Who ended whose tokens. Services learn of it faster by asking each second; this is for the record.
pub fn subject_revoked(revocation: &Revocation) -> Fact {
    Fact::of(Happened::SubjectRevoked.into(), format!("revocation/{}", revocation.position), 1, &revocation.shown())
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
