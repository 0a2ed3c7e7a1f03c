//! Who may do what in the registry: one pure function, deny by default. `tests/golden/policy.txt` prints it as a
//! matrix.

use kit::caller::{Caller, Role, Scope, Subject};
use kit::ids::OrgId;
use kit::refusal::Refusal;
pub use kit::verdict::Verdict;
use strum::{EnumDiscriminants, VariantArray};

use crate::client::Client;
use crate::person::Person;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(ActionName), derive(VariantArray))]
pub enum Action {
    /// Organisations, memberships, boards and seats.
    ReadRegister,
    ChangeRegister,
    /// Asks whether a person is a certifier of an organisation.
    AskCertifier,
    SeePerson,
    SeeEmail,
    /// Enters, renames or ends a person.
    ManagePerson,
    /// Gives a role for an organisation, or takes it away.
    Grant {
        role: Role,
        organisation: OrgId,
    },
    SeeClient,
    CreateClient,
    /// Changes what a client may do.
    SetScopes,
    /// Lets a client do something that it could not.
    GiveScope(Scope),
    /// Keys and secrets.
    ManageCredentials,
    RevokeClient,
    /// Ends the tokens of a person or a client.
    RevokeSubject,
    /// The areas of the platform among themselves.
    ServePlatform,
}

/// What the policy needs to know of a person or a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Organisation that the person or client belongs to, or that is asked about. None for the register as a whole.
    pub organisation: Option<OrgId>,
    /// The person or client.
    pub subject: Option<Subject>,
}

const NETWORK: &str = "a network administrator";
const EITHER: &str = "a network administrator, or the organisation's own administrator,";
const OWN: &str = "the organisation's own administrator";
const ANYONE: &str = "everyone signed in";
const ASKERS: &str = "a role of the platform, a network administrator or the organisation's own people and systems";
const PLATFORM: &str = "a role of the platform";

/// Roles that a council's own administrator hands out.
const COUNCIL_ROLES: [Role; 3] = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    if !sees(caller, action, facts) {
        return Verdict::Hide;
    }
    let network = caller.has(Role::NetworkAdministrator);
    let own = facts.organisation.is_some_and(|organisation| administers(caller, organisation));
    let (allowed, who_may) = match action {
        Action::SeePerson | Action::SeeClient => (true, ""),
        Action::ReadRegister => (caller.subject != Subject::Anonymous, ANYONE),
        Action::ChangeRegister => (network, NETWORK),
        Action::AskCertifier => {
            let belongs = facts.organisation.is_some_and(|organisation| belongs_to(caller, organisation));
            (is_platform(caller) || network || belongs, ASKERS)
        }
        Action::SeeEmail | Action::RevokeSubject => (network || own || is_self(caller, facts), EITHER),
        Action::Grant { role, organisation } => {
            // The person must be the council's own too, or its administrator could give roles to anybody.
            let at_home = own && facts.organisation == Some(organisation) && COUNCIL_ROLES.contains(&role);
            (network || at_home, if COUNCIL_ROLES.contains(&role) { EITHER } else { NETWORK })
        }
        Action::ManagePerson
        | Action::RevokeClient
        | Action::CreateClient
        | Action::SetScopes
        | Action::GiveScope(
            Scope::BidsRead | Scope::BidsWrite | Scope::AwardsRead | Scope::ReportsRead | Scope::ReportsWrite,
        ) => (network || own, EITHER),
        Action::GiveScope(Scope::BidsCertify | Scope::AwardsCertify | Scope::ReportsCertify)
        | Action::ManageCredentials => (own, OWN),
        Action::ServePlatform => (is_platform(caller), PLATFORM),
    };
    if allowed { Verdict::Allow } else { Verdict::Refuse { who_may } }
}

/// What concerns a person or a client exists only for those who may see it.
fn sees(caller: &Caller, action: Action, facts: &Facts) -> bool {
    let of_its_own =
        |may: fn(&Caller, OrgId) -> bool| facts.organisation.is_some_and(|organisation| may(caller, organisation));
    let as_staff = sees_all_clients(caller) || of_its_own(administers) || is_self(caller, facts);
    match action {
        Action::ReadRegister | Action::ChangeRegister | Action::AskCertifier | Action::ServePlatform => true,
        // About an organisation, which everyone signed in may see.
        Action::CreateClient => caller.subject != Subject::Anonymous,
        Action::ManagePerson | Action::GiveScope(_) if facts.subject.is_none() => caller.subject != Subject::Anonymous,
        // Panels and conflicts name people of councils they do not belong to.
        Action::SeePerson | Action::SeeEmail => as_staff || of_its_own(belongs_to) || is_platform(caller),
        Action::ManagePerson | Action::Grant { .. } => as_staff || of_its_own(belongs_to),
        Action::SeeClient
        | Action::SetScopes
        | Action::GiveScope(_)
        | Action::ManageCredentials
        | Action::RevokeClient => as_staff,
        Action::RevokeSubject => match facts.subject {
            Some(Subject::Person(_)) => as_staff || of_its_own(belongs_to),
            Some(Subject::Client(_) | Subject::Area(_) | Subject::Anonymous) | None => as_staff,
        },
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

/// The facts of a person.
pub fn person_facts(person: &Person) -> Facts {
    Facts { organisation: Some(person.organisation), subject: Some(Subject::Person(person.id)) }
}

/// The facts of a client.
pub fn client_facts(client: &Client) -> Facts {
    Facts { organisation: Some(client.organisation), subject: Some(Subject::Client(client.id)) }
}

/// The facts of what belongs to an organisation and has no identity yet.
pub fn organisation_facts(organisation: OrgId) -> Facts {
    Facts { organisation: Some(organisation), subject: None }
}

/// Lets a caller act, or refuses as the policy says; the refusal names `what` it was about.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
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
