//! Signing in, exchanging credentials for a token, and revocation. All times are real time but for `now`, which is the
//! platform's and decides whether a seat binds.

use kit::caller::Subject;
use kit::cx::Cx;
use kit::db::{Conn, DbError, Tx};
use kit::ids::{ClientId, PersonId, SignInId};
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::tokens::Code;

use super::{Change, keep, reading};
use crate::client::{self, Client};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::person::{self, Person};
use crate::policy::{self, Action, Facts, client_facts};
use crate::proof::{Once, Proof, Refused};
use crate::session::Session;
use crate::sign_in::{Revocation, START_WINDOW_S, SignIn, code_to_share, issued_at};
use crate::store::{self, boards, people, revocations, sessions, sign_ins};

/// How long a sign-in that was started is remembered.
const REMEMBERED_S: i64 = 24 * 3600;

#[derive(Clone, Debug)]
pub struct StartSignIn {
    pub id: SignInId,
    pub email: String,
    /// Digest of the code.
    pub code: String,
    pub real_now: Timestamp,
}

/// The address to mail the code to, if anybody signs in with it and the code is a new one.
pub fn start_sign_in(tx: &mut Tx, cmd: &StartSignIn) -> Result<Option<String>, Error> {
    sign_ins::forget(tx, cmd.real_now.plus_seconds(-REMEMBERED_S))?;
    let unused = sign_ins::unused(tx, &cmd.email, cmd.real_now.plus_seconds(-START_WINDOW_S))?;
    let person = people::of_email(tx, &cmd.email)?;
    let id = person.as_ref().map(|person| person.id);
    let sign_in = match code_to_share(&unused, cmd.real_now) {
        Some(latest) => latest.share(cmd.id, id, cmd.real_now),
        None => SignIn::start(cmd.id, id, &cmd.code, cmd.real_now),
    };
    sign_ins::insert(tx, &cmd.email, &sign_in)?;
    Ok(person.filter(|_| sign_in.is_mailed()).map(|person| person.email.address))
}

#[derive(Clone, Debug)]
pub struct FinishSignIn {
    pub id: SignInId,
    pub code: String,
    /// Digest of the refresh token.
    pub refresh: String,
    /// Network address of the caller; empty where it is not known.
    pub from: String,
    pub real_now: Timestamp,
}

/// Whether the code is right, as far as can be seen before it is tried.
pub fn is_right(conn: &mut Conn, cmd: &FinishSignIn) -> Result<bool, Error> {
    let sign_in = sign_ins::find(conn, cmd.id)?;
    Ok(sign_in.is_some_and(|sign_in| matches(&sign_in, &cmd.code)))
}

fn matches(sign_in: &SignIn, code: &str) -> bool {
    Code::matches(code, &sign_in.mailed_as.to_string(), &sign_in.code)
}

/// Who signed in, at an instant, and their new session. None is no error here: the try must be kept.
pub fn finish_sign_in(
    tx: &mut Tx,
    now: Timestamp,
    cmd: &FinishSignIn,
) -> Result<Option<(SignedIn<Person>, Session)>, Error> {
    let Some(sign_in) = sign_ins::find(tx, cmd.id)? else { return Ok(None) };
    let (tried, person) = sign_in.try_code(matches(&sign_in, &cmd.code), cmd.real_now);
    sign_ins::update(tx, &tried)?;
    let Some(person) = person else { return Ok(None) };
    let Some(signed_in) = person_signed_in(tx, now, person)? else { return Ok(None) };
    people::note_sign_in(tx, person, cmd.real_now)?;
    sessions::forget(tx, cmd.real_now)?;
    let session = Session::open(sign_in.id, person, &cmd.from, cmd.real_now);
    sessions::insert(tx, &session, &cmd.refresh)?;
    Ok(Some((signed_in, session)))
}

/// A person for a token, unless they were ended.
pub fn person_signed_in(tx: &mut Tx, now: Timestamp, id: PersonId) -> Result<Option<SignedIn<Person>>, Error> {
    revocations::hold(tx)?;
    match people::find(tx, id)? {
        Some(person) if person.state == person::State::Active => {
            let sits = boards::seats_of(tx, person.id, None)?.iter().any(|seat| seat.binds(now));
            Ok(Some(SignedIn { sits, ..signed_in(tx, person.id, person)? }))
        }
        Some(_) | None => Ok(None),
    }
}

/// Somebody who proved who they are.
#[derive(Clone, Debug)]
pub struct SignedIn<T> {
    pub who: T,
    /// In unix seconds of real time.
    pub issued_at: i64,
    /// Whether they have a seat on a board, are to have one, or had one within a year.
    pub sits: bool,
}

/// Behind [`revocations::hold`]: the instant is taken where no revocation can come between.
fn signed_in<T>(tx: &mut Tx, id: impl ToString, who: T) -> Result<SignedIn<T>, Error> {
    let last_revoked_at = revocations::latest(tx, &id.to_string())?;
    let issued_at = issued_at(revocations::real_now(tx)?, last_revoked_at).ok_or(DbError::Contention)?;
    Ok(SignedIn { who, issued_at, sits: false })
}

/// The client with this identity, unless it was revoked.
pub fn active_client(conn: &mut Conn, id: ClientId) -> Result<Option<Client>, Error> {
    Ok(store::clients::find(conn, id)?.filter(|client| client.state == client::State::Active))
}

#[derive(Clone, Debug)]
pub struct ExchangeToken {
    pub id: ClientId,
    pub proof: Proof,
    /// What an assertion may name as its audience.
    pub accepted: [String; 2],
}

/// Lets a client in that proves who it is by the credentials that it now has. Its assertion is used up.
pub fn exchange_token(tx: &mut Tx, cmd: &ExchangeToken) -> Result<Result<SignedIn<Client>, Refused>, Error> {
    revocations::hold(tx)?;
    // Not the instant of the request, which may have waited while a key was retired.
    let real_now = revocations::real_now(tx)?;
    let Some(client) = active_client(tx, cmd.id)? else { return Ok(Err(Refused::InvalidClient)) };
    match cmd.proof.check(&client, &cmd.accepted, real_now) {
        Err(refused) => return Ok(Err(refused)),
        Ok(None) => {}
        Ok(Some(Once { jti, until })) => {
            if !store::clients::use_assertion(tx, client.id, &jti, until, real_now)? {
                return Ok(Err(Refused::UsedAssertion));
            }
        }
    }
    Ok(Ok(signed_in(tx, client.id, client)?))
}

#[derive(Clone, Debug)]
pub struct RevokeSubject {
    pub subject: Subject,
    pub reason: String,
}

pub fn revoke_subject(tx: &mut Tx, cx: &Cx, cmd: &RevokeSubject) -> Result<Revocation, Error> {
    let facts = facts_of(tx, cx.now, cmd.subject)?;
    policy::check(&cx.caller, Action::RevokeSubject, &facts, "subject")?;
    let revocation = revocations::insert(tx, &cmd.subject.to_string())?;
    if let Subject::Person(id) = cmd.subject {
        sessions::end(tx, id, None)?;
    }
    let change = Change { reason: cmd.reason.clone(), ..Change::to(facts.organisation, "tokens ended") };
    keep(tx, cx, &cmd.subject.to_string(), Happened::SubjectRevoked, change)?;
    outbox::put(tx, cx, cx.now, events::subject_revoked(&revocation))?;
    Ok(revocation)
}

fn facts_of(tx: &mut Tx, now: Timestamp, subject: Subject) -> Result<Facts, Error> {
    let none = Refusal::NotFound { what: "subject" };
    match subject {
        Subject::Person(id) => {
            let person = people::find(tx, id)?.ok_or(none)?;
            Ok(reading::facts_of(tx, now, &person)?)
        }
        Subject::Client(id) => Ok(client_facts(&store::clients::find(tx, id)?.ok_or(none)?)),
        Subject::Area(_) | Subject::Anonymous => Err(none.into()),
    }
}
