//! Who may do what in the registry: one pure function, deny by default, over one table of action x duty x whose.
//! `tests/golden/policy.txt` prints it as a matrix.

use kit::caller::{Caller, Grant, Role, Scope, Subject};
use kit::ids::{OrgId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::verdict::OWN_REQUEST;
pub use kit::verdict::Verdict;
use strum::{EnumDiscriminants, VariantArray};

use crate::client::Client;
use crate::person::Person;
use Duty::{Anyone, Colleague, CouncilAdministrator, NetworkAdministrator, Platform, Reader, SignedIn, Themself};
use Whose::{Elsewhere, Guest, Other, Own, Peer};

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(ActionName), derive(VariantArray))]
pub enum Action {
    /// Organisations, memberships, boards and seats.
    ReadRegister,
    ChangeRegister,
    /// Asks whether a person is a certifier of an organisation.
    AskCertifier,
    EnterPerson,
    SeePerson,
    SeeEmail,
    RenamePerson,
    /// Enters another address for sign-in, to be confirmed there.
    ChangeEmail,
    EndPerson,
    /// Gives a role for an organisation.
    GrantRole {
        role: Role,
        organisation: OrgId,
    },
    /// Puts a role in force that waits.
    ConfirmGrant {
        role: Role,
        organisation: OrgId,
        /// Whether the council answers for it; the network does for roles of its own, and for a council that has no
        /// administrator beside the person.
        by_council: bool,
    },
    /// Takes a role away, or back before it is confirmed.
    RevokeRole {
        role: Role,
        organisation: OrgId,
    },
    SeeClient,
    CreateClient,
    /// Takes over a client that the network entered.
    ActivateClient,
    /// Changes what a client may do.
    SetScopes,
    /// Lets a new client do something.
    CreateWith(Scope),
    /// Lets a client do something that it could not.
    GiveScope(Scope),
    /// Keys and secrets.
    ManageCredentials,
    RevokeClient,
    /// Ends the tokens and sessions of a person or a client.
    RevokeSubject,
    /// What was done to something in the register, and by whom.
    ReadHistory,
    /// The areas of the platform among themselves.
    ServePlatform,
}

/// What the policy needs to know of a person or a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Organisation that the person or client belongs to, or that is asked about. None for the register as a whole.
    pub organisation: Option<OrgId>,
    /// The person or client.
    pub subject: Option<Subject>,
    /// Every role that the person has or is to have, also what waits to be confirmed.
    pub duties: Vec<Grant>,
    /// Whether the person has a seat on a board, is to have one, or had one within a year.
    pub sits: bool,
    /// Who gave the role that is to be confirmed.
    pub granted_by: Option<PersonId>,
}

impl Facts {
    /// Whether the person answers to somebody else than their own council for something.
    pub fn have_duty_elsewhere(&self) -> bool {
        let of_council =
            |duty: &Grant| COUNCIL_ROLES.contains(&duty.role) && self.organisation == Some(duty.organisation);
        self.sits || !self.duties.iter().all(of_council)
    }

    fn are_of_network_administrator(&self) -> bool {
        self.duties.iter().any(|duty| duty.role == Role::NetworkAdministrator)
    }
}

/// What a caller is to the one that an action is about. Who is several of these may do what any of them may.
#[derive(Clone, Copy)]
enum Duty {
    /// A role of the platform.
    Platform,
    NetworkAdministrator,
    /// Auditors and data protection officers.
    Reader,
    CouncilAdministrator,
    /// An officer, a certifier or an administrator of a council, or a system of it.
    Colleague,
    /// The person or the client.
    Themself,
    SignedIn,
    Anyone,
}

/// Whose somebody is, as a caller with a duty sees them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Of the caller's own council, and of nobody else.
    Own,
    /// Of the caller's own council, with a duty elsewhere: a role of the network, one for another organisation, or a
    /// seat on a board.
    Elsewhere,
    /// At home elsewhere, with a role for the caller's own council.
    Guest,
    /// Another network administrator, as one of them sees them.
    Peer,
    Other,
}

/// Rows of the table: these duties, as far as it is one of these.
type Rows = &'static [(Duty, &'static [Whose])];

const ALL: &[Whose] = &[Own, Elsewhere, Guest, Peer, Other];
/// Of the caller's own council.
const HOME: &[Whose] = &[Own, Elsewhere];
/// The same, and those with a role for it.
const TIED: &[Whose] = &[Own, Elsewhere, Guest];

pub const NETWORK: &str = "a network administrator";
const EITHER: &str = "a network administrator, or the organisation's own administrator,";
const EITHER_ALONE: &str =
    "a network administrator, or the organisation's own administrator while the person has no duty elsewhere,";
const ADDRESS: &str = "a network administrator, or the organisation's own administrator while the person has no duty \
                       elsewhere, but nobody the address of another network administrator: whoever runs the registry's \
                       machine";
const OWN: &str = "the organisation's own administrator";
const ANYONE: &str = "everyone signed in";
const ASKERS: &str = "a role of the platform, a network administrator or the organisation's own people and systems";
const READERS: &str = "an auditor, a data protection officer, a network administrator or, for its people and clients, \
                       the organisation's own administrator";
const PLATFORM: &str = "a role of the platform";

/// Roles that a council's own administrator hands out.
pub const COUNCIL_ROLES: [Role; 3] = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];

/// The table: who may do what to whose, and how a refusal names them.
fn who_may(action: Action) -> (Rows, &'static str) {
    match action {
        Action::ReadRegister => (&[(SignedIn, ALL)], ANYONE),
        Action::ChangeRegister => (&[(NetworkAdministrator, ALL)], NETWORK),
        Action::AskCertifier => (&[(Platform, ALL), (NetworkAdministrator, ALL), (Colleague, HOME)], ASKERS),
        // Whoever sees them may.
        Action::SeePerson | Action::SeeClient => (&[(Anyone, ALL)], ""),
        Action::SeeEmail => (&[(NetworkAdministrator, ALL), (CouncilAdministrator, HOME), (Themself, ALL)], EITHER),
        Action::EnterPerson | Action::RenamePerson => {
            (&[(NetworkAdministrator, ALL), (CouncilAdministrator, HOME)], EITHER)
        }
        // Whoever moves the address of somebody signs in as them, with all that they may do.
        Action::ChangeEmail => {
            (&[(NetworkAdministrator, &[Own, Elsewhere, Guest, Other]), (CouncilAdministrator, &[Own])], ADDRESS)
        }
        Action::EndPerson => (&[(NetworkAdministrator, ALL), (CouncilAdministrator, &[Own])], EITHER_ALONE),
        // The person must be the council's own too, or its administrator could give roles to anybody.
        Action::GrantRole { role, .. } if COUNCIL_ROLES.contains(&role) => {
            (&[(NetworkAdministrator, ALL), (CouncilAdministrator, HOME)], EITHER)
        }
        Action::RevokeRole { role, .. } if COUNCIL_ROLES.contains(&role) => {
            (&[(NetworkAdministrator, ALL), (CouncilAdministrator, TIED)], EITHER)
        }
        Action::ConfirmGrant { by_council: true, .. } => (&[(CouncilAdministrator, TIED)], OWN),
        Action::GrantRole { .. } | Action::RevokeRole { .. } | Action::ConfirmGrant { by_council: false, .. } => {
            (&[(NetworkAdministrator, ALL)], NETWORK)
        }
        Action::CreateClient
        | Action::CreateWith(
            Scope::BidsRead | Scope::BidsWrite | Scope::AwardsRead | Scope::ReportsRead | Scope::ReportsWrite,
        )
        | Action::SetScopes
        | Action::RevokeClient => (&[(NetworkAdministrator, ALL), (CouncilAdministrator, HOME)], EITHER),
        Action::CreateWith(Scope::BidsCertify | Scope::AwardsCertify | Scope::ReportsCertify)
        | Action::GiveScope(_)
        | Action::ActivateClient
        | Action::ManageCredentials => (&[(CouncilAdministrator, HOME)], OWN),
        Action::RevokeSubject => {
            (&[(NetworkAdministrator, ALL), (CouncilAdministrator, &[Own]), (Themself, ALL)], EITHER_ALONE)
        }
        Action::ReadHistory => (&[(NetworkAdministrator, ALL), (Reader, ALL), (CouncilAdministrator, HOME)], READERS),
        Action::ServePlatform => (&[(Platform, ALL)], PLATFORM),
    }
}

/// What concerns a person or a client exists only for those who may see it.
fn who_sees(action: Action, subject: Option<Subject>) -> Rows {
    const PEOPLE: Rows =
        &[(NetworkAdministrator, ALL), (Reader, ALL), (CouncilAdministrator, TIED), (Colleague, HOME), (Themself, ALL)];
    const CLIENTS: Rows = &[(NetworkAdministrator, ALL), (Reader, ALL), (CouncilAdministrator, HOME), (Themself, ALL)];
    match action {
        Action::ReadRegister | Action::ChangeRegister | Action::AskCertifier | Action::ServePlatform => {
            &[(Anyone, ALL)]
        }
        // Panels and conflicts name people of councils they do not belong to.
        Action::SeePerson | Action::SeeEmail => &[
            (Platform, ALL),
            (NetworkAdministrator, ALL),
            (Reader, ALL),
            (CouncilAdministrator, TIED),
            (Colleague, HOME),
            (Themself, ALL),
        ],
        Action::EnterPerson
        | Action::RenamePerson
        | Action::ChangeEmail
        | Action::EndPerson
        | Action::GrantRole { .. }
        | Action::ConfirmGrant { .. }
        | Action::RevokeRole { .. }
        | Action::SeeClient
        | Action::CreateClient
        | Action::CreateWith(_)
        | Action::ActivateClient
        | Action::SetScopes
        | Action::GiveScope(_)
        | Action::ManageCredentials
        | Action::RevokeClient
        | Action::RevokeSubject
        | Action::ReadHistory => match subject {
            Some(Subject::Person(_)) => PEOPLE,
            Some(Subject::Client(_) | Subject::Area(_) | Subject::Anonymous) => CLIENTS,
            // About an organisation, which everyone signed in may see.
            None => &[(SignedIn, ALL)],
        },
    }
}

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    let is_so =
        |(duty, whose): &(Duty, &[Whose])| has(caller, *duty, facts) && whose.contains(&whose_of(caller, *duty, facts));
    if !who_sees(action, facts.subject).iter().any(is_so) {
        return Verdict::Hide;
    }
    let (rows, who_may) = who_may(action);
    let may = |row: &(Duty, &[Whose])| match row.0 {
        CouncilAdministrator => is_so(row) && answers_for(caller, action, facts),
        Platform | NetworkAdministrator | Reader | Colleague | Themself | SignedIn | Anyone => is_so(row),
    };
    if !rows.iter().any(may) {
        return Verdict::Refuse { who_may };
    }
    match is_own_request(caller, action, facts) {
        true => Verdict::Apart { whose: OWN_REQUEST },
        false => Verdict::Allow,
    }
}

fn has(caller: &Caller, duty: Duty, facts: &Facts) -> bool {
    match duty {
        Platform => is_platform(caller),
        NetworkAdministrator => caller.has(Role::NetworkAdministrator),
        Reader => [Role::Auditor, Role::DataProtectionOfficer].iter().any(|&role| caller.has(role)),
        // Of which council, says whose it is.
        CouncilAdministrator | Colleague | Anyone => true,
        Themself => is_self(caller, facts),
        SignedIn => caller.subject != Subject::Anonymous,
    }
}

fn whose_of(caller: &Caller, duty: Duty, facts: &Facts) -> Whose {
    let is_its: fn(&Caller, OrgId) -> bool = match duty {
        CouncilAdministrator => administers,
        Colleague => belongs_to,
        NetworkAdministrator if facts.are_of_network_administrator() && !is_self(caller, facts) => return Peer,
        Platform | NetworkAdministrator | Reader | Themself | SignedIn | Anyone => return Other,
    };
    if facts.organisation.is_some_and(|organisation| is_its(caller, organisation)) {
        return if facts.have_duty_elsewhere() { Elsewhere } else { Own };
    }
    if facts.duties.iter().any(|duty| is_its(caller, duty.organisation)) { Guest } else { Other }
}

/// Whether a council's administrator answers for what is done: for roles of that council, and handing them to its own
/// people alone.
fn answers_for(caller: &Caller, action: Action, facts: &Facts) -> bool {
    match action {
        Action::GrantRole { organisation, .. } => {
            administers(caller, organisation) && facts.organisation == Some(organisation)
        }
        Action::ConfirmGrant { organisation, .. } | Action::RevokeRole { organisation, .. } => {
            administers(caller, organisation)
        }
        Action::ReadRegister
        | Action::ChangeRegister
        | Action::AskCertifier
        | Action::EnterPerson
        | Action::SeePerson
        | Action::SeeEmail
        | Action::RenamePerson
        | Action::ChangeEmail
        | Action::EndPerson
        | Action::SeeClient
        | Action::CreateClient
        | Action::CreateWith(_)
        | Action::ActivateClient
        | Action::SetScopes
        | Action::GiveScope(_)
        | Action::ManageCredentials
        | Action::RevokeClient
        | Action::RevokeSubject
        | Action::ReadHistory
        | Action::ServePlatform => true,
    }
}

/// Nobody gives a duty of the network to themselves, and a second person confirms what one gave. A council's
/// administrator may do a colleague's work: that is the council's own matter.
fn is_own_request(caller: &Caller, action: Action, facts: &Facts) -> bool {
    match action {
        Action::GrantRole { role, .. } => {
            is_self(caller, facts) && !(COUNCIL_ROLES.contains(&role) && answers_for(caller, action, facts))
        }
        Action::ConfirmGrant { .. } => {
            is_self(caller, facts) || (facts.granted_by.is_some() && facts.granted_by == caller.person())
        }
        Action::ReadRegister
        | Action::ChangeRegister
        | Action::AskCertifier
        | Action::EnterPerson
        | Action::SeePerson
        | Action::SeeEmail
        | Action::RenamePerson
        | Action::ChangeEmail
        | Action::EndPerson
        | Action::RevokeRole { .. }
        | Action::SeeClient
        | Action::CreateClient
        | Action::CreateWith(_)
        | Action::ActivateClient
        | Action::SetScopes
        | Action::GiveScope(_)
        | Action::ManageCredentials
        | Action::RevokeClient
        | Action::RevokeSubject
        | Action::ReadHistory
        | Action::ServePlatform => false,
    }
}

/// Manages the people and the clients of an organisation.
pub fn administers(caller: &Caller, organisation: OrgId) -> bool {
    caller.has_for(Role::CouncilAdministrator, organisation)
}

/// Works for an organisation: an officer, a certifier, its administrator, or a system of it.
pub fn belongs_to(caller: &Caller, organisation: OrgId) -> bool {
    COUNCIL_ROLES.iter().any(|&role| caller.has_for(role, organisation))
        || (caller.organisation == Some(organisation) && matches!(caller.subject, Subject::Client(_)))
}

fn is_self(caller: &Caller, facts: &Facts) -> bool {
    match caller.subject {
        Subject::Person(_) | Subject::Client(_) => facts.subject == Some(caller.subject),
        Subject::Area(_) | Subject::Anonymous => false,
    }
}

fn is_platform(caller: &Caller) -> bool {
    matches!(caller.subject, Subject::Area(_))
}

/// Whether a caller sees the people of every organisation.
pub fn sees_all_people(caller: &Caller) -> bool {
    is_platform(caller) || sees_all_clients(caller)
}

/// Whether a caller sees the clients of every organisation.
pub fn sees_all_clients(caller: &Caller) -> bool {
    [Role::NetworkAdministrator, Role::Auditor, Role::DataProtectionOfficer].iter().any(|&role| caller.has(role))
}

/// The facts of a person, who sits on a board or does not, at an instant.
pub fn person_facts(person: &Person, sits: bool, now: Timestamp) -> Facts {
    Facts {
        organisation: Some(person.organisation),
        subject: Some(Subject::Person(person.id)),
        duties: person.duties_from(now),
        sits,
        granted_by: None,
    }
}

/// The facts of a client.
pub fn client_facts(client: &Client) -> Facts {
    Facts { subject: Some(Subject::Client(client.id)), ..organisation_facts(client.organisation) }
}

/// The facts of what belongs to an organisation and has no identity yet.
pub fn organisation_facts(organisation: OrgId) -> Facts {
    Facts { organisation: Some(organisation), ..Facts::default() }
}

/// Lets a caller act, or refuses as the policy says; the refusal names `what` it was about.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may,
/// [`Refusal::Apart`] for what they asked for themselves.
pub fn check(caller: &Caller, action: Action, facts: &Facts, what: &'static str) -> Result<(), Refusal> {
    decide(caller, action, facts).enforce(what)
}

/// The same for what concerns the register as a whole.
///
/// # Errors
/// Those of [`check`].
pub fn check_at_large(caller: &Caller, action: Action, what: &'static str) -> Result<(), Refusal> {
    check(caller, action, &Facts::default(), what)
}

#[cfg(test)]
mod tests;
