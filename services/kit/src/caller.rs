//! Who calls: a person, a council's system, or another role of the platform. Made by the guard from a verified token,
//! and by nothing else.

use std::fmt;
use std::str::FromStr;

use toadlane_proto::types::v1 as types;

use crate::ids::{ClientId, OrgId, PersonId};

/// A part of the platform that can be placed in a process of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Role {
    Registry,
    Rounds,
    Bids,
    Grading,
    Awards,
    Reporting,
    Learning,
}

impl Role {
    /// In the order in which they call each other: each only those before it.
    pub const ALL: [Role; 7] =
        [Role::Registry, Role::Rounds, Role::Bids, Role::Grading, Role::Awards, Role::Reporting, Role::Learning];

    pub fn name(self) -> &'static str {
        match self {
            Role::Registry => "registry",
            Role::Rounds => "rounds",
            Role::Bids => "bids",
            Role::Grading => "grading",
            Role::Awards => "awards",
            Role::Reporting => "reporting",
            Role::Learning => "learning",
        }
    }
}

impl fmt::Display for Role {
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

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Role, UnknownName> {
        let found = Role::ALL.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| UnknownName { accepted: Role::ALL.map(Role::name).join(", ") })
    }
}

/// What a person may be charged with, for one organisation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Duty {
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

impl Duty {
    pub const ALL: [Duty; 13] = [
        Duty::ApplicantOfficer,
        Duty::Certifier,
        Duty::CouncilAdministrator,
        Duty::NetworkAdministrator,
        Duty::RoundManager,
        Duty::Reviewer,
        Duty::PanelChair,
        Duty::Clerk,
        Duty::FinanceOfficer,
        Duty::Consultant,
        Duty::Editor,
        Duty::Auditor,
        Duty::DataProtectionOfficer,
    ];

    /// Whether it opens bids, awards and reports of all councils by itself. Such a duty rests while its holder sits on a
    /// board, see [`Caller::serves`]. A consultant and an editor read what is accepted and released, later.
    pub fn rests(self) -> bool {
        match self {
            Duty::NetworkAdministrator | Duty::RoundManager | Duty::Clerk | Duty::FinanceOfficer | Duty::Auditor => {
                true
            }
            Duty::ApplicantOfficer
            | Duty::Certifier
            | Duty::CouncilAdministrator
            | Duty::Reviewer
            | Duty::PanelChair
            | Duty::Consultant
            | Duty::Editor
            | Duty::DataProtectionOfficer => false,
        }
    }

    /// The name in tokens and in the golden matrices.
    pub fn name(self) -> &'static str {
        match self {
            Duty::ApplicantOfficer => "applicant_officer",
            Duty::Certifier => "certifier",
            Duty::CouncilAdministrator => "council_administrator",
            Duty::NetworkAdministrator => "network_administrator",
            Duty::RoundManager => "round_manager",
            Duty::Reviewer => "reviewer",
            Duty::PanelChair => "panel_chair",
            Duty::Clerk => "clerk",
            Duty::FinanceOfficer => "finance_officer",
            Duty::Consultant => "consultant",
            Duty::Editor => "editor",
            Duty::Auditor => "auditor",
            Duty::DataProtectionOfficer => "data_protection_officer",
        }
    }
}

impl FromStr for Duty {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Duty, UnknownName> {
        let found = Duty::ALL.into_iter().find(|duty| duty.name() == text);
        found.ok_or_else(|| UnknownName { accepted: Duty::ALL.map(Duty::name).join(", ") })
    }
}

/// A duty for an organisation; printed `certifier@org_..`, as it stands in a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Grant {
    pub duty: Duty,
    pub organisation: OrgId,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.duty.name(), self.organisation)
    }
}

impl FromStr for Grant {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Grant, UnknownName> {
        let form = || UnknownName { accepted: "duty@org_..".to_string() };
        let (duty, organisation) = text.split_once('@').ok_or_else(form)?;
        Ok(Grant { duty: duty.parse()?, organisation: organisation.parse().map_err(|_| form())? })
    }
}

/// Who a token was issued to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    Person(PersonId),
    Client(ClientId),
    Role(Role),
    /// Nobody signed in. Only the RPCs on the public list see this.
    Anonymous,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Person(id) => write!(f, "{id}"),
            Subject::Client(id) => write!(f, "{id}"),
            Subject::Role(role) => write!(f, "role:{role}"),
            Subject::Anonymous => f.write_str("anonymous"),
        }
    }
}

/// A scope of an integration client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Scope {
    BidsRead,
    BidsWrite,
    BidsCertify,
    AwardsRead,
    AwardsCertify,
    ReportsRead,
    ReportsWrite,
    ReportsCertify,
}

impl Scope {
    pub const ALL: [Scope; 8] = [
        Scope::BidsRead,
        Scope::BidsWrite,
        Scope::BidsCertify,
        Scope::AwardsRead,
        Scope::AwardsCertify,
        Scope::ReportsRead,
        Scope::ReportsWrite,
        Scope::ReportsCertify,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Scope::BidsRead => "bids.read",
            Scope::BidsWrite => "bids.write",
            Scope::BidsCertify => "bids.certify",
            Scope::AwardsRead => "awards.read",
            Scope::AwardsCertify => "awards.certify",
            Scope::ReportsRead => "reports.read",
            Scope::ReportsWrite => "reports.write",
            Scope::ReportsCertify => "reports.certify",
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Scope, UnknownName> {
        let found = Scope::ALL.into_iter().find(|scope| scope.name() == text);
        found.ok_or_else(|| UnknownName { accepted: Scope::ALL.map(Scope::name).join(", ") })
    }
}

/// The caller of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    pub subject: Subject,
    /// The organisation of a client; none for a person, whose grants name theirs.
    pub organisation: Option<OrgId>,
    pub grants: Vec<Grant>,
    pub scopes: Vec<Scope>,
    /// Whether the person has a seat on a board, is to have one, or had one within a year.
    pub sits: bool,
}

impl Caller {
    pub fn anonymous() -> Caller {
        Caller { subject: Subject::Anonymous, organisation: None, grants: Vec::new(), scopes: Vec::new(), sits: false }
    }

    pub fn role(role: Role) -> Caller {
        Caller { subject: Subject::Role(role), ..Caller::anonymous() }
    }

    /// Whether the caller has a duty for any organisation.
    pub fn has(&self, duty: Duty) -> bool {
        self.grants.iter().any(|grant| grant.duty == duty)
    }

    /// Whether the caller has a duty that does not rest: who sits on a board reads bids, and what became of them, as the
    /// panel does, where recusal hides what it must (rule 10).
    pub fn serves(&self, duty: Duty) -> bool {
        self.has(duty) && !(self.sits && duty.rests())
    }

    /// Whether the caller has a duty for this organisation.
    pub fn has_for(&self, duty: Duty, organisation: OrgId) -> bool {
        self.grants.contains(&Grant { duty, organisation })
    }

    /// Whether the caller is a system of this organisation with this scope.
    pub fn may_as_system(&self, scope: Scope, organisation: OrgId) -> bool {
        self.organisation == Some(organisation) && self.scopes.contains(&scope)
    }

    /// Whether the caller may give this certifier's word: a person gives their own, a system names whose it carries.
    pub fn gives_word_of(&self, certifier: PersonId) -> bool {
        match self.subject {
            Subject::Person(person) => person == certifier,
            Subject::Client(_) | Subject::Role(_) | Subject::Anonymous => true,
        }
    }

    /// The caller as one who acts for this organisation.
    pub fn acting_for(&self, organisation: Option<OrgId>) -> Actor {
        Actor { subject: self.subject.to_string(), organisation }
    }

    /// Every organisation that the caller acts for.
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
        let grants = Duty::ALL.map(|duty| Grant { duty, organisation: OrgId::new() }).to_vec();
        let free = Caller { grants, ..Caller::anonymous() };
        let seated = Caller { sits: true, ..free.clone() };
        assert!(Duty::ALL.into_iter().all(|duty| free.serves(duty)));
        let resting: Vec<&str> = Duty::ALL.into_iter().filter(|&duty| !seated.serves(duty)).map(Duty::name).collect();
        assert_eq!(resting, ["network_administrator", "round_manager", "clerk", "finance_officer", "auditor"]);
    }

    #[test]
    fn a_grant_reads_back_as_it_prints() {
        let grant = Grant { duty: Duty::Certifier, organisation: OrgId::new() };
        assert_eq!(grant.to_string().parse(), Ok(grant));
    }

    #[test]
    fn an_unknown_duty_names_those_that_exist() {
        let refused = "mayor@org_0190163d8694739baea5966c26f8ad91".parse::<Grant>().unwrap_err();
        assert!(refused.accepted.contains("certifier"), "{}", refused.accepted);
    }
}
