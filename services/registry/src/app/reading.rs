//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::caller::{Caller, Grant, Role, Subject};
use kit::cx::Cx;
use kit::db::{Conn, DbError};
use kit::fold::fold;
use kit::history::Line;
use kit::ids::{BoardId, ClientId, MembershipId, OrgId, PersonId, SeatId, SignInId};
use kit::paging::{Counted, Found, Listed, Page};
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};

use crate::board::{Board, NamedSeat};
use crate::client::Client;
use crate::error::Error;
use crate::membership::{Membership, Standing, standing_on};
use crate::organisation::{Organisation, OrganisationNow};
use crate::person::Person;
use crate::policy::{self, Action, Facts, Verdict};
use crate::session::Session;
use crate::sign_in::{AllKeys, Revocation};
use crate::store::{self, Key, Visible};

pub fn organisation(conn: &mut Conn, cx: &Cx, id: &OrgId) -> Result<OrganisationNow, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "organisation")?;
    let organisation = store::organisations::get(conn, *id)?;
    now(conn, cx, organisation)
}

/// An organisation with what follows from others and from the day.
pub fn now(conn: &mut Conn, cx: &Cx, organisation: Organisation) -> Result<OrganisationNow, Error> {
    let id = organisation.id;
    let predecessors = store::organisations::predecessors(conn, &[id])?.remove(&id).unwrap_or_default();
    Ok(OrganisationNow { organisation, predecessors, today: Date::today(cx.now) })
}

pub fn organisations(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<store::organisations::Filter, Key<OrgId>>,
) -> Result<Counted<OrganisationNow>, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "organisation")?;
    let Listed { filter, page } = list;
    let today = Date::today(cx.now);
    let rows = store::organisations::page(conn, filter, today, page.after.clone(), page.limit())?;
    let ids: Vec<OrgId> = rows.iter().map(|organisation| organisation.id).collect();
    let mut predecessors = store::organisations::predecessors(conn, &ids)?;
    let now = |organisation: Organisation| {
        let predecessors = predecessors.remove(&organisation.id).unwrap_or_default();
        OrganisationNow { organisation, predecessors, today }
    };
    let rows = rows.into_iter().map(now).collect();
    let key = |now: &OrganisationNow| (fold(&now.organisation.details.name), now.organisation.id);
    let n_organisations = store::organisations::n_organisations(conn, filter, today)?;
    Ok(page.found(rows, key).of_all(n_organisations, cx.now))
}

pub fn memberships(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<store::memberships::Filter, Key<MembershipId>>,
) -> Result<Counted<Membership>, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "membership")?;
    let Listed { filter, page } = list;
    let rows = store::memberships::page(conn, filter, page.after.clone(), page.limit())?;
    let found = page.found(rows, |membership| (membership.term.from.to_string(), membership.id));
    Ok(found.of_all(store::memberships::n_memberships(conn, filter)?, cx.now))
}

/// Of which organisation, on which day, and about which person a standing is asked; on the present day where none is
/// given.
#[derive(Clone, Copy, Debug)]
pub struct AskedStanding {
    pub organisation: OrgId,
    pub day: Option<Date>,
    pub person: Option<PersonId>,
}

/// What holds of an organisation on a day.
pub struct StandingFound {
    pub organisation: Organisation,
    pub day: Date,
    pub standing: Standing,
    /// The person who was asked about, if they are a certifier.
    pub certifier: Option<Person>,
}

pub fn standing(conn: &mut Conn, cx: &Cx, asked: &AskedStanding) -> Result<StandingFound, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "organisation")?;
    if asked.person.is_some() {
        let facts = policy::organisation_facts(asked.organisation);
        policy::check(&cx.caller, Action::AskCertifier, &facts, "organisation")?;
    }
    let day = asked.day.unwrap_or_else(|| Date::today(cx.now));
    let organisation = store::organisations::get(conn, asked.organisation)?;
    let standing = standing_on(&store::memberships::of_organisation(conn, organisation.id)?, day);
    let person = match asked.person {
        Some(person) => store::people::find(conn, person)?,
        None => None,
    };
    let certifier = person.filter(|person| person.is_certifier_of(organisation.id, cx.now));
    Ok(StandingFound { organisation, day, standing, certifier })
}

pub fn person(conn: &mut Conn, cx: &Cx, id: &PersonId) -> Result<Person, Error> {
    let person = seen_person(conn, cx, Action::SeePerson, *id)?;
    Ok(shown(cx, person))
}

/// The person, if the caller may do this to them.
pub fn seen_person(conn: &mut Conn, cx: &Cx, action: Action, id: PersonId) -> Result<Person, Error> {
    let person = store::people::get(conn, id)?;
    policy::check(&cx.caller, action, &facts_of(conn, cx.now, &person)?, "person")?;
    Ok(person)
}

/// What the policy needs to know of a person.
pub fn facts_of(conn: &mut Conn, now: Timestamp, person: &Person) -> Result<Facts, DbError> {
    let sits = store::boards::seats_of(conn, person.id, None)?.iter().any(|seat| seat.binds(now));
    Ok(policy::person_facts(person, sits, now))
}

/// The person as this caller may see them.
pub fn shown(cx: &Cx, person: Person) -> Person {
    // Who sees an address does not depend on a seat.
    match policy::decide(&cx.caller, Action::SeeEmail, &policy::person_facts(&person, false, cx.now)) {
        Verdict::Allow if cx.caller.has(Role::NetworkAdministrator) || cx.caller.person() == Some(person.id) => person,
        // That somebody elsewhere has a first address is not for a council's administrator to know (F-C10).
        Verdict::Allow => person.with_email_in_force(),
        Verdict::Refuse { .. } | Verdict::Apart { .. } | Verdict::Hide => person.without_email(),
    }
}

/// The addresses of a council's administrators.
pub fn administrators_of(conn: &mut Conn, council: OrgId, now: Timestamp) -> Result<Vec<String>, Error> {
    let filter = store::people::Filter {
        organisation: None,
        role: Some(Role::CouncilAdministrator),
        search: String::new(),
        ended_too: false,
    };
    let visible = Visible::Own { organisations: Vec::new(), with_role_for: vec![council], caller: Subject::Anonymous };
    let found = store::people::page(conn, &filter, &visible, now, None, MOST_TOLD)?;
    let is_theirs = |person: &Person| {
        let administers = Grant { role: Role::CouncilAdministrator, organisation: council };
        person.email.in_force && person.held_at(now).contains(&administers)
    };
    Ok(found.into_iter().filter(is_theirs).map(|person| person.email.address).collect())
}

/// How many administrators of a council are told of what waits for it.
const MOST_TOLD: i64 = 20;

pub fn people(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<store::people::Filter, Key<PersonId>>,
) -> Result<Found<Person>, Error> {
    let Listed { filter, page } = list;
    let rows = store::people::page(conn, filter, &visible_people(cx), cx.now, page.after.clone(), page.limit())?;
    let rows = rows.into_iter().map(|person| shown(cx, person)).collect();
    Ok(page.found(rows, |person| (fold(&person.name), person.id)))
}

fn visible_people(cx: &Cx) -> Visible {
    match policy::sees_all_people(&cx.caller) {
        true => Visible::All,
        false => own(cx, policy::belongs_to, cx.caller.organisations_where(policy::administers)),
    }
}

fn visible_clients(cx: &Cx) -> Visible {
    match policy::sees_all_clients(&cx.caller) {
        true => Visible::All,
        false => own(cx, policy::administers, Vec::new()),
    }
}

fn own(cx: &Cx, is_of: fn(&Caller, OrgId) -> bool, with_role_for: Vec<OrgId>) -> Visible {
    Visible::Own { organisations: cx.caller.organisations_where(is_of), with_role_for, caller: cx.caller.subject }
}

pub fn board(conn: &mut Conn, cx: &Cx, id: &BoardId) -> Result<Board, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "board")?;
    store::boards::get(conn, *id)
}

pub fn boards(conn: &mut Conn, cx: &Cx, page: &Page<Key<BoardId>>) -> Result<Found<Board>, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "board")?;
    let rows = store::boards::page(conn, page.after.clone(), page.limit())?;
    Ok(page.found(rows, |board| (board.names.short_name.clone(), board.id)))
}

pub fn seats(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<store::boards::Filter, Key<SeatId>>,
) -> Result<Found<NamedSeat>, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "seat")?;
    let Listed { filter, page } = list;
    let rows = store::boards::page_of_seats(conn, filter, page.after.clone(), page.limit())?;
    Ok(page.found(rows, |named| (named.seat.term.from.to_string(), named.seat.id)))
}

pub fn client(conn: &mut Conn, cx: &Cx, id: &ClientId) -> Result<Client, Error> {
    seen_client(conn, cx, Action::SeeClient, *id)
}

/// The client, if the caller may do this to it.
pub fn seen_client(conn: &mut Conn, cx: &Cx, action: Action, id: ClientId) -> Result<Client, Error> {
    let client = store::clients::get(conn, id)?;
    policy::check(&cx.caller, action, &policy::client_facts(&client), "client")?;
    Ok(client)
}

pub fn clients(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<store::clients::Filter, Key<ClientId>>,
) -> Result<Found<Client>, Error> {
    let Listed { filter, page } = list;
    let rows = store::clients::page(conn, filter, &visible_clients(cx), page.after.clone(), page.limit())?;
    Ok(page.found(rows, |client| (fold(&client.name), client.id)))
}

/// A caller, with their name and whose they are.
pub struct WhoIs {
    pub caller: Caller,
    pub name: String,
    /// None for an area of the platform.
    pub organisation: Option<OrgId>,
}

pub fn who_am_i(conn: &mut Conn, cx: &Cx) -> Result<WhoIs, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "subject")?;
    let (name, organisation) = match cx.caller.subject {
        Subject::Person(id) => {
            let person = store::people::get(conn, id)?;
            (person.name, Some(person.organisation))
        }
        Subject::Client(id) => {
            let client = store::clients::get(conn, id)?;
            (client.name, Some(client.organisation))
        }
        Subject::Area(area) => (area.name().to_string(), None),
        Subject::Anonymous => return Err(Refusal::NotFound { what: "subject" }.into()),
    };
    Ok(WhoIs { caller: cx.caller.clone(), name, organisation })
}

/// One's own sessions, newest first. Others than people have none.
pub fn sessions(conn: &mut Conn, cx: &Cx, asked: &AskedSessions) -> Result<Found<Session>, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "session")?;
    let AskedSessions { page, real_now } = asked;
    let rows = match cx.caller.person() {
        Some(person) => store::sessions::page(conn, person, *real_now, page.after, page.limit())?,
        None => Vec::new(),
    };
    Ok(page.found(rows, |session| (session.started_at, session.id)))
}

/// A page of one's own sessions, as they are in real time.
pub struct AskedSessions {
    pub page: Page<(Timestamp, SignInId)>,
    pub real_now: Timestamp,
}

/// One act on something that the register holds.
pub struct Entry(pub Line);

pub fn history(conn: &mut Conn, cx: &Cx, list: &Listed<String, i64>) -> Result<Found<Entry>, Error> {
    let Listed { filter: subject, page } = list;
    if let Ok(id) = subject.parse() {
        seen_person(conn, cx, Action::ReadHistory, id)?;
    } else if let Ok(id) = subject.parse() {
        seen_client(conn, cx, Action::ReadHistory, id)?;
    } else {
        policy::check_at_large(&cx.caller, Action::ReadHistory, "history")?;
    }
    let lines = store::history::history(conn, subject.clone(), page.after.unwrap_or_default(), page.limit())?;
    Ok(page.found(lines.into_iter().map(Entry).collect(), |entry| entry.0.sequence))
}

/// For everybody: whatever the platform signs is verified with them.
pub fn keys(conn: &mut Conn) -> Result<AllKeys, Error> {
    Ok(AllKeys(store::keys::all(conn)?))
}

/// How many revocations are asked for, after which position.
#[derive(Clone, Copy, Debug)]
pub struct AskedRevocations {
    pub after: i64,
    pub size: i64,
    /// Those that end nothing but tokens which had expired by then are left out.
    pub since: Timestamp,
}

/// Some revocations, and the position up to which they are all.
pub struct RevocationsFound {
    pub revocations: Vec<Revocation>,
    pub last_position: i64,
    pub more: bool,
}

pub fn revocations(conn: &mut Conn, cx: &Cx, asked: &AskedRevocations) -> Result<RevocationsFound, Error> {
    policy::check_at_large(&cx.caller, Action::ServePlatform, "revocation")?;
    let &AskedRevocations { after, size, since } = asked;
    let mut revocations = store::revocations::after(conn, after, since, size + 1)?;
    let more = revocations.len() as i64 > size;
    if more {
        revocations.pop();
    }
    let last_position = match revocations.last() {
        Some(last) if more => last.position,
        Some(_) | None => store::revocations::last_position(conn)?.max(after),
    };
    Ok(RevocationsFound { revocations, last_position, more })
}
