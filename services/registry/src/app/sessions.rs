//! Sessions: renewed and ended. All times are real time but for `now`, which is the platform's and decides whether a
//! seat binds.

use kit::cx::Cx;
use kit::db::{Conn, Tx};
use kit::ids::SignInId;
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::sign_in::{SignedIn, person_signed_in};
use crate::error::Error;
use crate::person::Person;
use crate::policy::{self, Action};
use crate::session::Session;
use crate::store::{revocations, sessions as store};

#[derive(Clone, Debug)]
pub struct RenewSession {
    /// Digest of the refresh token that was given.
    pub given: String,
    /// Digest of the next one.
    pub next: String,
    pub real_now: Timestamp,
}

/// Whether there is a session that a refresh token belongs or belonged to.
pub fn is_known(conn: &mut Conn, cmd: &RenewSession) -> Result<bool, Error> {
    Ok(store::of_token(conn, &cmd.given)?.is_some())
}

/// Whose session goes on, at an instant. None is no error here: what ends by it must end.
pub fn renew_session(
    tx: &mut Tx,
    now: Timestamp,
    cmd: &RenewSession,
) -> Result<Option<(SignedIn<Person>, Session)>, Error> {
    let Some((session, spent)) = store::of_token(tx, &cmd.given)? else { return Ok(None) };
    if spent {
        // Two have it, and nobody can tell which of them is the person.
        store::end(tx, session.person, Some(session.id))?;
        revocations::insert(tx, &session.person.to_string())?;
        return Ok(None);
    }
    let Some(renewed) = session.renew(cmd.real_now) else { return Ok(None) };
    let Some(signed_in) = person_signed_in(tx, now, session.person)? else { return Ok(None) };
    store::renew(tx, &renewed, &cmd.next)?;
    Ok(Some((signed_in, renewed)))
}

#[derive(Clone, Debug)]
pub struct EndSession {
    /// None for all.
    pub id: Option<SignInId>,
}

/// How many sessions ended.
pub struct SessionsEnded(pub i64);

/// Ends sessions of the caller's own.
pub fn end_session(tx: &mut Tx, cx: &Cx, cmd: &EndSession) -> Result<SessionsEnded, Error> {
    policy::check_at_large(&cx.caller, Action::ReadRegister, "session")?;
    let n_ended = match cx.caller.person() {
        Some(person) => {
            revocations::insert(tx, &person.to_string())?;
            store::end(tx, person, cmd.id)?
        }
        // Others than people have none.
        None => 0,
    };
    if cmd.id.is_some() && n_ended == 0 {
        return Err(Refusal::NotFound { what: "session" }.into());
    }
    Ok(SessionsEnded(n_ended))
}
