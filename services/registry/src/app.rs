//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it,
//! and so are secrets. One file per collection.

mod boards;
mod clients;
mod emails;
mod first;
mod keys;
mod memberships;
mod organisations;
mod people;
pub mod reading;
mod seats;
mod sessions;
mod sign_in;

use kit::caller::{Actor, Role};
use kit::cx::{Cx, Target};
use kit::db::{DbError, Tx};
use kit::history::Line;
use kit::ids::OrgId;
use kit::outbox::{self, Fact};
use kit::time::Date;

use crate::error::Error;
use crate::events::Happened;
use crate::policy;
use crate::store::history;

pub use boards::{CreateBoard, UpdateBoard, create_board, update_board};
pub use clients::{
    AddClientKey, CreateClient, RetireClientKey, RevokeClient, RotateClientSecret, SetClientScopes, activate_client,
    add_client_key, create_client, retire_client_key, revoke_client, rotate_client_secret, set_client_scopes,
};
pub use emails::{ConfirmEmail, Letters, NewEmail, confirm_email, is_right_confirmation, letters, miss_confirmation};
pub use first::{FirstAdministrator, Recovery, admin_first, admin_recover};
pub use keys::{PublishKey, publish_key, take_keys};
pub use memberships::{
    AddMembership, SuspendMembership, add_membership, end_membership, restore_membership, suspend_membership,
};
pub use organisations::{CreateOrganisation, UpdateOrganisation, create_organisation, update_organisation};
pub use people::{
    ConfirmGrant, CreatePerson, EndPerson, GrantRole, RevokeRole, UpdatePerson, confirm_grant, create_person,
    end_person, grant_role, revoke_role, update_person,
};
pub use seats::{AddSeat, add_seat, end_seat};
pub use sessions::{EndSession, RenewSession, SessionsEnded, end_session, is_known, renew_session};
pub use sign_in::{
    ExchangeToken, FinishSignIn, RevokeSubject, SignedIn, StartSignIn, active_client, exchange_token, finish_sign_in,
    is_right, revoke_subject, start_sign_in,
};

/// Ends something; `until` is the first day on which it no longer holds.
#[derive(Clone, Debug)]
pub struct Ending<I> {
    pub target: Target<I>,
    pub until: Date,
}

/// What a line of history says besides who and when. It stays for good, and so bears no name and no address.
#[derive(Clone, Debug, Default)]
struct Change {
    /// Whose it is.
    of: Option<OrgId>,
    /// What was so before; empty where there was nothing.
    from: String,
    /// What is so now.
    to: String,
    reason: String,
}

impl Change {
    fn to(of: Option<OrgId>, to: impl ToString) -> Change {
        Change { of, to: to.to_string(), ..Change::default() }
    }
}

/// Writes the event, and the line of history.
fn record<T>(
    tx: &mut Tx,
    cx: &Cx,
    new: T,
    happened: Happened,
    fact: fn(Happened, &T) -> Fact,
    change: Change,
) -> Result<T, Error> {
    let fact = fact(happened, &new);
    keep(tx, cx, &fact.subject, happened, change)?;
    outbox::put(tx, cx, cx.now, fact)?;
    Ok(new)
}

/// Writes a line of history.
fn keep(tx: &mut Tx, cx: &Cx, subject: &str, happened: Happened, change: Change) -> Result<(), DbError> {
    let Change { of, from, to, reason } = change;
    let own = of.filter(|&organisation| policy::administers(&cx.caller, organisation));
    let acting_for = own.or_else(|| cx.caller.organisation_as(&[Role::NetworkAdministrator]));
    keep_by(tx, cx, subject, cx.caller.acting_for(acting_for), happened, Change { of, from, to, reason })
}

/// The same where it is not the caller who does it, such as the holder of a code who has not signed in.
fn keep_by(tx: &mut Tx, cx: &Cx, subject: &str, by: Actor, happened: Happened, change: Change) -> Result<(), DbError> {
    let sequence = history::last_sequence(tx, subject)? + 1;
    let from = Some(change.from).filter(|from| !from.is_empty());
    let Change { to, reason, .. } = change;
    let line = Line { sequence, at: cx.now, by, step: happened.step().to_string(), from, to, reason };
    history::insert_history(tx, subject.to_string(), line)
}
