//! Who sits on the panel of every assessment, by what they are there to the bid, review or interest in question.

use kit::caller::Duty;

use super::{Caller, Cast, Entering, Grader, Org, Who};

/// A place on the panel, and what somebody is there to the bid in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Undeclared,
    /// The review in question is theirs.
    UndeclaredOwn,
    Declared,
    /// Their own review of the bid is to be handed in; the one in question is somebody else's.
    Owes,
    HandedIn,
    /// The review or interest in question is theirs.
    Own,
    RecusedElsewhere,
    Recused,
}

/// Their names in the golden matrix.
const PLACES: [(&str, Place); 8] = [
    ("on the panel, undeclared", Place::Undeclared),
    ("on the panel, undeclared, it is their own", Place::UndeclaredOwn),
    ("on the panel", Place::Declared),
    ("on the panel, own review owed", Place::Owes),
    ("on the panel, own review handed in", Place::HandedIn),
    ("on the panel, it is their own", Place::Own),
    ("on the panel, recused from another bid", Place::RecusedElsewhere),
    ("on the panel, recused from this bid", Place::Recused),
];

/// Whom a row of the matrix of `grading` means that names a place; none for other rows.
pub(super) fn who(row: &str) -> Option<Who> {
    if row == "certifier of the bidder, recused on the panel" {
        return Some(Who::Member(Some(Duty::Certifier), Place::Recused));
    }
    let (duty, place) = row.split_once(", ")?;
    let duty = match duty {
        "no such duty" => None,
        duty => Some(duty.parse().expect("a duty")),
    };
    if place == "not on the panel" {
        return Some(duty.map_or(Who::ThePerson, |duty| Who::Holder(duty, Org::Network)));
    }
    if place == "with a seat elsewhere" {
        return duty.map(Who::Seated);
    }
    let known = PLACES.iter().find(|(name, _)| *name == place);
    Some(Who::Member(duty, known.unwrap_or_else(|| panic!("`{row}`: no such place")).1))
}

impl Cast {
    /// Who has a row of the matrix on the panel, with the organisation whose seat they hold.
    pub fn members(&self) -> Vec<(Place, Org, Grader)> {
        let members = self.others.iter().filter_map(|(who, caller)| match *who {
            Who::Member(duty, place) => Some((place, of(duty), Grader { caller: caller.clone() })),
            _ => None,
        });
        members.collect()
    }
}

/// A certifier is there for the bidder, everybody else for the network.
fn of(duty: Option<Duty>) -> Org {
    if duty == Some(Duty::Certifier) { Org::Applicant } else { Org::Network }
}

impl Entering<'_> {
    pub(super) async fn member(&mut self, duty: Option<Duty>, place: Place) -> Caller {
        let name = format!("{} {place:?}", duty.map_or("member", Duty::name));
        let person = self.person(Org::Network, &name).await;
        if let Some(duty) = duty {
            self.grant(&person, duty, of(Some(duty))).await;
        }
        self.seat(&self.large_board, of(duty), &person).await;
        self.signed_in(&person).await
    }
}
