//! Who calls: a person, a council's system, or another role of the platform. Made by the guard from a verified token,
//! and by nothing else.

use std::fmt;
use std::str::FromStr;

use strum::{EnumCount, IntoStaticStr, VariantArray};
use toadlane_proto::types::v1 as types;

use crate::ids::{ClientId, OrgId, PersonId};

/// A part of the platform that can be placed in a process of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, EnumCount, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Area {
    Registry,
    Rounds,
    Bids,
    Grading,
    Awards,
    Reporting,
    Learning,
}

impl Area {
    /// In the order in which they call each other: each only those before it.
    pub const ALL: [Area; Area::COUNT] = array(Area::VARIANTS);

    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is not in a closed list.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown name; accepted are {accepted}")]
pub struct UnknownName {
    pub accepted: String,
}

/// A closed list, for whoever maps it.
const fn array<T: Copy, const N: usize>(variants: &[T]) -> [T; N] {
    *variants.first_chunk().expect("there are as many variants as are counted")
}

/// The one of a closed list that has this name.
fn named<T: VariantArray + Copy + Into<&'static str>>(text: &str) -> Result<T, UnknownName> {
    let found = T::VARIANTS.iter().copied().find(|&one| one.into() == text);
    let names = || T::VARIANTS.iter().map(|&one| one.into()).collect::<Vec<&str>>();
    found.ok_or_else(|| UnknownName { accepted: names().join(", ") })
}

impl FromStr for Area {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Area, UnknownName> {
        named(text)
    }
}

/// What a person may be charged with, for one organisation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, EnumCount, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    ApplicantOfficer,
    Certifier,
    CouncilAdministrator,
    NetworkAdministrator,
    RoundManager,
    Reviewer,
    PanelChair,
    Clerk,
    FinanceOfficer,
    Consultant,
    Editor,
    Auditor,
    DataProtectionOfficer,
}

impl Role {
    pub const ALL: [Role; Role::COUNT] = array(Role::VARIANTS);

    /// Whether it opens bids, awards and reports of all councils by itself. Such a role rests while its holder sits on
    /// a board, see [`Caller::serves`]. A consultant and an editor read what is accepted and released, later.
    pub fn rests(self) -> bool {
        match self {
            Role::NetworkAdministrator | Role::RoundManager | Role::Clerk | Role::FinanceOfficer | Role::Auditor => {
                true
            }
            Role::ApplicantOfficer
            | Role::Certifier
            | Role::CouncilAdministrator
            | Role::Reviewer
            | Role::PanelChair
            | Role::Consultant
            | Role::Editor
            | Role::DataProtectionOfficer => false,
        }
    }

    /// The name in tokens and in the golden matrices.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Role, UnknownName> {
        named(text)
    }
}

/// A role for an organisation; printed `certifier@org_..`, as it stands in a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Grant {
    pub role: Role,
    pub organisation: OrgId,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.role.name(), self.organisation)
    }
}

impl FromStr for Grant {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Grant, UnknownName> {
        let form = || UnknownName { accepted: "role@org_..".to_string() };
        let (role, organisation) = text.split_once('@').ok_or_else(form)?;
        Ok(Grant { role: role.parse()?, organisation: organisation.parse().map_err(|_| form())? })
    }
}

/// Who a token was issued to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    Person(PersonId),
    Client(ClientId),
    Area(Area),
    /// Nobody signed in. Only the RPCs on the public list see this.
    Anonymous,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Person(id) => write!(f, "{id}"),
            Subject::Client(id) => write!(f, "{id}"),
            Subject::Area(role) => write!(f, "role:{role}"),
            Subject::Anonymous => f.write_str("anonymous"),
        }
    }
}

/// A scope of an integration client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, EnumCount, IntoStaticStr, VariantArray)]
pub enum Scope {
    #[strum(serialize = "bids.read")]
    BidsRead,
    #[strum(serialize = "bids.write")]
    BidsWrite,
    #[strum(serialize = "bids.certify")]
    BidsCertify,
    #[strum(serialize = "awards.read")]
    AwardsRead,
    #[strum(serialize = "awards.certify")]
    AwardsCertify,
    #[strum(serialize = "reports.read")]
    ReportsRead,
    #[strum(serialize = "reports.write")]
    ReportsWrite,
    #[strum(serialize = "reports.certify")]
    ReportsCertify,
}

impl Scope {
    pub const ALL: [Scope; Scope::COUNT] = array(Scope::VARIANTS);

    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Scope, UnknownName> {
        named(text)
    }
}

/// The caller of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    pub subject: Subject,
    /// The organisation of a client; none for a person, whose grants name theirs.
    pub organisation: Option<OrgId>,
    /// The organisation that a person belongs to in the register, whether or not they have a role there.
    pub home: Option<OrgId>,
    pub grants: Vec<Grant>,
    pub scopes: Vec<Scope>,
    /// Whether the person has a seat on a board, is to have one, or had one within a year.
    pub sits: bool,
}

impl Caller {
    pub fn anonymous() -> Caller {
        let (organisation, home) = (None, None);
        let (grants, scopes) = (Vec::new(), Vec::new());
        Caller { subject: Subject::Anonymous, organisation, home, grants, scopes, sits: false }
    }

    pub fn area(area: Area) -> Caller {
        Caller { subject: Subject::Area(area), ..Caller::anonymous() }
    }

    /// Whether the caller has a role for any organisation.
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Whether the caller has a role that does not rest: who sits on a board reads bids, and what became of them, as
    /// the panel does, where recusal hides what it must (rule 10).
    pub fn serves(&self, role: Role) -> bool {
        self.has(role) && !(self.sits && role.rests())
    }

    /// Whether the caller has a role for this organisation.
    pub fn has_for(&self, role: Role, organisation: OrgId) -> bool {
        self.grants.contains(&Grant { role, organisation })
    }

    /// Whether the caller is a system of this organisation with this scope.
    pub fn may_as_system(&self, scope: Scope, organisation: OrgId) -> bool {
        self.organisation == Some(organisation) && self.scopes.contains(&scope)
    }

    /// The caller as one who acts for this organisation.
    pub fn acting_for(&self, organisation: Option<OrgId>) -> Actor {
        Actor { subject: self.subject.to_string(), organisation }
    }

    /// Whether the caller has one of these roles, and it does not rest.
    pub fn serves_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|&role| self.serves(role))
    }

    /// The person who calls; none for a system, another area, and for nobody.
    pub fn person(&self) -> Option<PersonId> {
        match self.subject {
            Subject::Person(id) => Some(id),
            Subject::Client(_) | Subject::Area(_) | Subject::Anonymous => None,
        }
    }

    /// The organisation for which the caller has one of these roles.
    pub fn organisation_as(&self, roles: &[Role]) -> Option<OrgId> {
        self.grants.iter().find(|grant| roles.contains(&grant.role)).map(|grant| grant.organisation)
    }

    /// Those organisations of the caller's of which this is so, such as that they read for them.
    pub fn organisations_where(&self, is_so: impl Fn(&Caller, OrgId) -> bool) -> Vec<OrgId> {
        self.organisations().into_iter().filter(|&organisation| is_so(self, organisation)).collect()
    }

    /// Whether this organisation is the caller's own: their home, or one that they have any role for. Whoever handles,
    /// decides, approves, pays, checks or records for the network does not do so for their own (rules 10 and 21).
    pub fn is_of(&self, organisation: OrgId) -> bool {
        let has_a_role = self.grants.iter().any(|grant| grant.organisation == organisation);
        has_a_role || [self.home, self.organisation].contains(&Some(organisation))
    }

    /// The same of any of these organisations.
    pub fn is_of_any(&self, organisations: impl IntoIterator<Item = OrgId>) -> bool {
        organisations.into_iter().any(|organisation| self.is_of(organisation))
    }

    /// Every organisation that the caller acts for. A person does not act for their home without a role there.
    pub fn organisations(&self) -> Vec<OrgId> {
        let mut all: Vec<OrgId> = self.grants.iter().map(|grant| grant.organisation).collect();
        all.extend(self.organisation);
        all.sort();
        all.dedup();
        all
    }
}

/// Who did something, and for which organisation, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    pub subject: String,
    pub organisation: Option<OrgId>,
}

impl From<Actor> for types::Actor {
    fn from(actor: Actor) -> types::Actor {
        let organisation_id = actor.organisation.map(|id| id.to_string()).unwrap_or_default();
        types::Actor { subject: actor.subject, organisation_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_bids_rests_while_its_holder_sits_on_a_board() {
        let grants = Role::ALL.map(|role| Grant { role, organisation: OrgId::new() }).to_vec();
        let free = Caller { grants, ..Caller::anonymous() };
        let seated = Caller { sits: true, ..free.clone() };
        assert!(Role::ALL.into_iter().all(|role| free.serves(role)));
        let resting: Vec<&str> = Role::ALL.into_iter().filter(|&role| !seated.serves(role)).map(Role::name).collect();
        assert_eq!(resting, ["network_administrator", "round_manager", "clerk", "finance_officer", "auditor"]);
    }

    /// F-A9, G-B2: the home of a person is theirs as much as what they have a role for, and no more than that.
    #[test]
    fn ones_own_are_the_home_and_what_one_has_a_role_for() {
        let [home, network, other] = [OrgId::new(), OrgId::new(), OrgId::new()];
        let grants = vec![Grant { role: Role::FinanceOfficer, organisation: network }];
        let caller = Caller { home: Some(home), grants, ..Caller::anonymous() };
        assert!(caller.is_of(home) && caller.is_of(network) && !caller.is_of(other));
        assert!(caller.is_of_any([other, home]) && !caller.is_of_any([other]));
        assert_eq!(caller.organisations(), [network], "nobody acts for their home without a role");
    }

    #[test]
    fn a_grant_reads_back_as_it_prints() {
        let grant = Grant { role: Role::Certifier, organisation: OrgId::new() };
        assert_eq!(grant.to_string().parse(), Ok(grant));
    }

    #[test]
    fn an_unknown_role_names_those_that_exist() {
        let refused = "mayor@org_0190163d8694739baea5966c26f8ad91".parse::<Grant>().unwrap_err();
        assert!(refused.accepted.contains("certifier"), "{}", refused.accepted);
    }
}
