//! Interests derived from the register: a member's own council is never left to memory (rule 10).

use std::collections::HashMap;

use kit::ids::{BidId, OrgId, PersonId};

use crate::bid::AssessedBid;
use crate::panel::Member;
use crate::panel::interest::Kind;

/// What the register says of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    /// Its official names and the short one.
    pub names: Vec<String>,
    /// Its predecessors and successors.
    pub relatives: Vec<OrgId>,
}

/// What the register says today: of the organisations in question, and to which the people of the panel belong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    pub organisations: HashMap<OrgId, Organisation>,
    pub belongs: HashMap<PersonId, Vec<OrgId>>,
}

/// A link that the register shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub person: PersonId,
    pub bid: BidId,
    pub kind: Kind,
}

impl Register {
    /// The name under which an organisation is shown; empty where the register does not know it.
    pub fn name(&self, organisation: OrgId) -> String {
        let names = self.organisations.get(&organisation).map(|organisation| organisation.names.as_slice());
        names.and_then(<[String]>::first).cloned().unwrap_or_default()
    }

    fn relatives(&self, organisation: OrgId) -> &[OrgId] {
        self.organisations.get(&organisation).map_or(&[], |organisation| &organisation.relatives)
    }

    fn goes_by(&self, organisation: OrgId, name: &str) -> bool {
        let names = self.organisations.get(&organisation).map_or(&[][..], |organisation| &organisation.names);
        names.iter().any(|known| fold(known) == fold(name))
    }
}

/// Every link between the members and the bids that the register shows, the nearest kind for each pair.
pub fn links(members: &[Member], bids: &[AssessedBid], register: &Register) -> Vec<Link> {
    let mut found = Vec::new();
    for member in members {
        for bid in bids {
            let kinds = member.organisations.iter().filter_map(|&organisation| link(organisation, bid, register));
            if let Some(kind) = kinds.min() {
                found.push(Link { person: member.person, bid: bid.id, kind });
            }
        }
    }
    found
}

/// What an organisation of a member is to a bid.
pub fn link(organisation: OrgId, bid: &AssessedBid, register: &Register) -> Option<Kind> {
    let is_partner = || bid.partners.iter().any(|name| register.goes_by(organisation, name));
    if bid.involves(organisation) || is_partner() {
        return Some(Kind::OwnCouncil);
    }
    let related = register.relatives(organisation).iter().any(|&relative| bid.involves(relative));
    related.then_some(Kind::RelatedCouncil)
}

/// Names differ in case and spaces between a form and the register, and mean the same.
fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::a_bid;

    fn member(organisation: OrgId) -> Member {
        Member { organisations: vec![organisation], ..Member::seated(PersonId::new(), String::new(), Vec::new()) }
    }

    fn register(organisation: OrgId, names: &[&str], relatives: &[OrgId]) -> Register {
        let names = names.iter().map(ToString::to_string).collect();
        let known = Organisation { names, relatives: relatives.to_vec() };
        Register { organisations: HashMap::from([(organisation, known)]), belongs: HashMap::new() }
    }

    fn kind(organisation: OrgId, bid: &AssessedBid, register: &Register) -> Option<Kind> {
        links(&[member(organisation)], std::slice::from_ref(bid), register).first().map(|link| link.kind)
    }

    #[test]
    fn asking_leading_taking_part_and_being_paid_are_an_interest_of_ones_own_council() {
        let (bid, none) = (a_bid(1), Register::default());
        let others = AssessedBid { lead: OrgId::new(), payee: OrgId::new(), ..bid.clone() };
        assert_eq!(kind(bid.applicant.organisation, &bid, &none), Some(Kind::OwnCouncil));
        assert_eq!(kind(others.lead, &others, &none), Some(Kind::OwnCouncil));
        assert_eq!(kind(others.payee, &others, &none), Some(Kind::OwnCouncil));
        assert_eq!(kind(OrgId::new(), &bid, &none), None);
    }

    #[test]
    fn a_predecessor_or_successor_is_a_related_council() {
        let (bid, heir) = (a_bid(1), OrgId::new());
        let related = register(heir, &["Heir"], &[bid.applicant.organisation]);
        assert_eq!(kind(heir, &bid, &related), Some(Kind::RelatedCouncil));
    }

    #[test]
    fn a_partner_named_only_as_text_is_recognised_by_any_of_the_councils_names() {
        let preston = OrgId::new();
        let known = register(preston, &["Preston City Council", "Preston"], &[]);
        let with = |name: &str| AssessedBid { partners: vec![name.to_string()], ..a_bid(1) };
        assert_eq!(kind(preston, &with("preston  city Council"), &known), Some(Kind::OwnCouncil));
        assert_eq!(kind(preston, &with("Preston"), &known), Some(Kind::OwnCouncil));
        assert_eq!(kind(preston, &with("Preston North End"), &known), None);
    }
}
