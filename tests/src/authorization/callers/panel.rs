//! Who sits on the panel of every assessment, by what they are there to the bid, review or interest in question.

use kit::caller::Role;

use super::{Caller, CallerKind, Callers, Entering, Grader, Org};

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
    /// The interest in question was recorded of them.
    RecordedOf,
}

/// Their names in the golden matrix.
const PLACES: [(&str, Place); 11] = [
    ("on the panel, undeclared", Place::Undeclared),
    ("on the panel, undeclared, it is their own", Place::UndeclaredOwn),
    ("on the panel", Place::Declared),
    ("on the panel, own review owed", Place::Owes),
    ("on the panel, own review handed in", Place::HandedIn),
    ("on the panel, it is their own", Place::Own),
    ("on the panel, recused from another bid", Place::RecusedElsewhere),
    ("on the panel, recused from this bid", Place::Recused),
    ("on the panel, recorded of them", Place::RecordedOf),
    // Whose record it is depends on the interest.
    ("on the panel, recorded by them", Place::Declared),
    ("on the panel, recorded by another", Place::Declared),
];

/// Whom a row of the matrix of `grading` means that names a place; none for other rows.
pub(super) fn kind_of(row: &str) -> Option<CallerKind> {
    if row == "certifier of the bidder, recused on the panel" {
        return Some(CallerKind::Member(Some(Role::Certifier), Place::Recused));
    }
    let (role, place) = row.split_once(", ")?;
    let role = match role {
        "no such duty" => None,
        role => Some(role.parse().expect("a duty")),
    };
    let of_council = |org| role.map_or(CallerKind::AtHome(org), |role| CallerKind::Staff(role, org, None));
    match place {
        "not on the panel" | "not on the panel, recorded by them" | "not on the panel, recorded by another" => {
            return Some(role.map_or(CallerKind::ThePerson, |role| CallerKind::Holder(role, Org::Network)));
        }
        "not on the panel, of the council of this bid" => return Some(of_council(Org::Applicant)),
        // It leads the third bid of every assessment.
        "not on the panel, of the council of another bid" => return Some(of_council(Org::Reader)),
        _ => {}
    }
    if place == "with a seat elsewhere" {
        return role.map(CallerKind::Seated);
    }
    let known = PLACES.iter().find(|(name, _)| *name == place);
    Some(CallerKind::Member(role, known.unwrap_or_else(|| panic!("`{row}`: no such place")).1))
}

impl Callers {
    /// Who has a row of the matrix on the panel, with the organisation whose seat they hold.
    pub fn members(&self) -> Vec<(Place, Org, Grader)> {
        let members = self.others.iter().filter_map(|(kind, caller)| match *kind {
            CallerKind::Member(role, place) => Some((place, of(role), Grader { caller: caller.clone() })),
            _ => None,
        });
        members.collect()
    }

    /// Those with a row who may record an interest of another.
    pub fn recorders(&self) -> [&Caller; 5] {
        let within = |role| CallerKind::Member(Some(role), Place::Declared);
        let [manager, clerk] = [Role::RoundManager, Role::Clerk].map(|role| CallerKind::Holder(role, Org::Network));
        let kinds = [manager, clerk, within(Role::RoundManager), within(Role::PanelChair), within(Role::Clerk)];
        kinds.map(|kind| &self.others[&kind])
    }
}

/// A certifier is there for the bidder, everybody else for the network.
fn of(role: Option<Role>) -> Org {
    if role == Some(Role::Certifier) { Org::Applicant } else { Org::Network }
}

impl Entering<'_> {
    pub(super) async fn member(&mut self, role: Option<Role>, place: Place) -> Caller {
        let name = format!("{} {place:?}", role.map_or("member", Role::name));
        let person = self.person(Org::Network, &name).await;
        if let Some(role) = role {
            self.grant(&person, role, of(Some(role))).await;
        }
        self.seat(&self.large_board, of(role), &person).await;
        self.signed_in(&person).await
    }
}
