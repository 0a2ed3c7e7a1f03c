//! Signing in, exchanging credentials for a token, and revocation. All times are real time but for `now`, which is the
//! platform's and decides whether a seat binds.

use kit::caller::Subject;
use kit::cx::Cx;
use kit::db::{Conn, DbError, Tx};
use kit::ids::{ClientId, SignInId};
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::tokens::Code;

use crate::client::{self, Client};
use crate::error::Error;
use crate::events;
use crate::person::{self, Person};
use crate::policy::{self, Action, Facts, client_facts, person_facts};
use crate::proof::{Once, Proof, Refused};
use crate::sign_in::{MOST_STARTS, Revocation, START_WINDOW_S, SignIn, issued_at};
use crate::store::{self, boards, people, revocations, sign_ins};

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

/// The address to mail the code to, if anybody signs in with it and has not asked too often.
pub fn start_sign_in(tx: &mut Tx, cmd: &StartSignIn) -> Result<Option<String>, Error> {
    sign_ins::forget(tx, cmd.real_now.plus_seconds(-REMEMBERED_S))?;
    let since = cmd.real_now.plus_seconds(-START_WINDOW_S);
    let too_often = sign_ins::n_started(tx, &cmd.email, since)? >= MOST_STARTS;
    let person = people::of_email(tx, &cmd.email)?.filter(|_| !too_often);
    let sign_in = SignIn::start(cmd.id, person.as_ref().map(|person| person.id), &cmd.code, cmd.real_now);
    sign_ins::insert(tx, &cmd.email, &sign_in)?;
    Ok(person.map(|person| person.email))
}

#[derive(Clone, Debug)]
pub struct FinishSignIn {
    pub id: SignInId,
    pub code: String,
    pub real_now: Timestamp,
}

/// Whether the code is right, as far as can be seen before it is tried.
pub fn is_right(conn: &mut Conn, cmd: &FinishSignIn) -> Result<bool, Error> {
    let sign_in = sign_ins::find(conn, cmd.id)?;
    Ok(sign_in.is_some_and(|sign_in| Code::matches(&cmd.code, &cmd.id.to_string(), &sign_in.code)))
}

/// Who signed in, at an instant. None is no error here: the try must be kept.
pub fn finish_sign_in(tx: &mut Tx, now: Timestamp, cmd: &FinishSignIn) -> Result<Option<SignedIn<Person>>, Error> {
    let Some(sign_in) = sign_ins::find(tx, cmd.id)? else { return Ok(None) };
    let matches = Code::matches(&cmd.code, &cmd.id.to_string(), &sign_in.code);
    let (tried, person) = sign_in.try_code(matches, cmd.real_now);
    sign_ins::update(tx, &tried)?;
    let Some(person) = person else { return Ok(None) };
    revocations::hold(tx)?;
    match people::find(tx, person)? {
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
}

pub fn revoke_subject(tx: &mut Tx, cx: &Cx, cmd: &RevokeSubject) -> Result<Revocation, Error> {
    let facts = facts_of(tx, cmd.subject)?;
    policy::check(&cx.caller, Action::RevokeSubject, &facts, "subject")?;
    let revocation = revocations::insert(tx, &cmd.subject.to_string())?;
    outbox::put(tx, cx, cx.now, events::subject_revoked(&revocation))?;
    Ok(revocation)
}

fn facts_of(tx: &mut Tx, subject: Subject) -> Result<Facts, Error> {
    let none = Refusal::NotFound { what: "subject" };
    match subject {
        Subject::Person(id) => Ok(person_facts(&people::find(tx, id)?.ok_or(none)?)),
        Subject::Client(id) => Ok(client_facts(&store::clients::find(tx, id)?.ok_or(none)?)),
        Subject::Area(_) | Subject::Anonymous => Err(none.into()),
    }
}
