//! Interests derived from the register: whose own council has a part in a bid is never left to memory (rule 10).

use std::collections::HashMap;

use kit::fold::fold;
use kit::ids::{BidId, OrgId, PersonId};

use crate::bid::AssessedBid;
use crate::panel::interest::Kind;
use crate::panel::{Affiliation, Member};

/// What the register says of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    /// Its official names and the short one.
    pub names: Vec<String>,
    /// Its predecessors and successors.
    pub relatives: Vec<OrgId>,
}

/// What the register says today: of the organisations in question, and of the people of the panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    pub organisations: HashMap<OrgId, Organisation>,
    pub people: HashMap<PersonId, Affiliation>,
}

/// An organisation that has a part in a bid, or precedes or succeeds one that has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Involved {
    pub organisation: OrgId,
    pub bid: BidId,
    /// What this is as an interest of somebody who belongs there.
    pub kind: Kind,
}

/// A link of a member to a bid that the register shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub person: PersonId,
    pub bid: BidId,
    pub kind: Kind,
}

impl Register {
    /// The name under which an organisation is shown; empty where the register does not know it.
    pub fn name(&self, organisation: OrgId) -> String {
        self.names(organisation).first().cloned().unwrap_or_default()
    }

    pub fn names(&self, organisation: OrgId) -> &[String] {
        self.organisations.get(&organisation).map_or(&[], |organisation| &organisation.names)
    }

    fn relatives(&self, organisation: OrgId) -> &[OrgId] {
        self.organisations.get(&organisation).map_or(&[], |organisation| &organisation.relatives)
    }
}

/// A register as it is looked up for each bid: by folded name, and by relative.
pub struct Index<'a> {
    register: &'a Register,
    called: HashMap<String, Vec<OrgId>>,
    /// Those that name an organisation as their predecessor or successor.
    naming: HashMap<OrgId, Vec<OrgId>>,
}

impl Index<'_> {
    pub fn of(register: &Register) -> Index<'_> {
        let (mut called, mut naming) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (&id, organisation) in &register.organisations {
            for name in organisation.names.iter().map(|name| fold(name)).filter(|name| !name.is_empty()) {
                called.entry(name).or_default().push(id);
            }
            for &relative in &organisation.relatives {
                naming.entry(relative).or_default().push(id);
            }
        }
        Index { register, called, naming }
    }

    fn called(&self, name: &str) -> &[OrgId] {
        self.called.get(&fold(name)).map_or(&[], Vec::as_slice)
    }

    fn relatives(&self, organisation: OrgId) -> impl Iterator<Item = OrgId> {
        let naming = self.naming.get(&organisation).map_or(&[][..], Vec::as_slice);
        self.register.relatives(organisation).iter().chain(naming).copied()
    }
}

/// Every organisation that the register shows to be involved in a bid: those with a part in it, those that a partner
/// is named as, and the predecessors and successors of either.
pub fn involved(bid: &AssessedBid, index: &Index) -> Vec<Involved> {
    let partners = bid.partners.iter().flat_map(|name| index.called(name).iter().copied());
    let mut own: Vec<OrgId> = bid.parties().chain(partners).collect();
    own.sort();
    own.dedup();
    let relatives = own.iter().flat_map(|&organisation| index.relatives(organisation));
    let mut related: Vec<OrgId> = relatives.filter(|organisation| !own.contains(organisation)).collect();
    related.sort();
    related.dedup();
    let of_bid = |kind| move |organisation| Involved { organisation, bid: bid.id, kind };
    let own = own.iter().copied().map(of_bid(Kind::OwnCouncil));
    own.chain(related.into_iter().map(of_bid(Kind::RelatedCouncil))).collect()
}

/// Every link between members and bids, the nearest kind for each pair.
pub fn links(members: &[Member], involved: &[Involved]) -> Vec<Link> {
    let mut of_organisation: HashMap<OrgId, Vec<&Involved>> = HashMap::new();
    for one in involved {
        of_organisation.entry(one.organisation).or_default().push(one);
    }
    let mut found = Vec::new();
    for member in members {
        let of_member = member.organisations.iter().filter_map(|organisation| of_organisation.get(organisation));
        let mut kinds: Vec<(BidId, Kind)> = of_member.flatten().map(|one| (one.bid, one.kind)).collect();
        kinds.sort();
        kinds.dedup_by_key(|(bid, _)| *bid);
        found.extend(kinds.into_iter().map(|(bid, kind)| Link { person: member.person, bid, kind }));
    }
    found
}

/// Whether an organisation of a member is among those that are involved in a bid.
pub fn is_involved(member: &Member, of_bid: &[Involved]) -> bool {
    of_bid.iter().any(|one| member.organisations.contains(&one.organisation))
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
        Register { organisations: HashMap::from([(organisation, known)]), people: HashMap::new() }
    }

    fn kind(organisation: OrgId, bid: &AssessedBid, register: &Register) -> Option<Kind> {
        links(&[member(organisation)], &involved(bid, &Index::of(register))).first().map(|link| link.kind)
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

    /// I-1.3: each of these spellings was missed.
    #[test]
    fn a_partner_is_recognised_however_its_name_is_typed() {
        let council = OrgId::new();
        for (registered, typed) in [
            ("King\u{2019}s Lynn Council", "King's Lynn Council"),
            ("Fen & Marsh Parish Council", "Fen and Marsh Parish Council"),
            ("Cyngor T\u{177} Mawr", "Cyngor Ty\u{302} Mawr"),
            ("Stoke-on-Trent", "Stoke\u{2011}on\u{2011}Trent"),
            ("St Helens Council", "St. Helens Council."),
            ("Preston City Council", "Pres\u{200b}ton City Council"),
        ] {
            let bid = AssessedBid { partners: vec![typed.to_string()], ..a_bid(1) };
            let known = register(council, &[registered], &[]);
            assert_eq!(kind(council, &bid, &known), Some(Kind::OwnCouncil), "{typed}");
        }
    }

    /// F-A2d: who was named and did not confirm has no part in it.
    #[test]
    fn only_who_confirmed_is_a_party_of_a_bid_whose_parties_were_asked() {
        let (lead, none) = (OrgId::new(), Register::default());
        let asked = AssessedBid { lead, confirmed: Some(Vec::new()), ..a_bid(1) };
        assert_eq!(kind(lead, &asked, &none), None);
        let confirmed = AssessedBid { confirmed: Some(vec![lead]), ..asked };
        assert_eq!(kind(lead, &confirmed, &none), Some(Kind::OwnCouncil));
    }
}
