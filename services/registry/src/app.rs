//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it,
//! and so are secrets. One file per collection.

mod boards;
mod clients;
mod first;
mod keys;
mod memberships;
mod organisations;
mod people;
pub mod reading;
mod seats;
mod sign_in;

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::outbox::{self, Fact};
use kit::time::Date;

use crate::error::Error;
use crate::events::Happened;

pub use boards::{CreateBoard, UpdateBoard, create_board, update_board};
pub use clients::{
    AddClientKey, CreateClient, RetireClientKey, RevokeClient, RotateClientSecret, SetClientScopes, add_client_key,
    create_client, retire_client_key, revoke_client, rotate_client_secret, set_client_scopes,
};
pub use first::{FirstAdministrator, admin_first};
pub use keys::{PublishKey, publish_key, take_keys};
pub use memberships::{
    AddMembership, SuspendMembership, add_membership, end_membership, restore_membership, suspend_membership,
};
pub use organisations::{CreateOrganisation, UpdateOrganisation, create_organisation, update_organisation};
pub use people::{
    CreatePerson, GrantRole, RevokeRole, UpdatePerson, create_person, end_person, grant_role, revoke_role,
    update_person,
};
pub use seats::{AddSeat, add_seat, end_seat};
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

/// Writes the event.
fn record<T>(tx: &mut Tx, cx: &Cx, new: T, happened: Happened, fact: fn(Happened, &T) -> Fact) -> Result<T, Error> {
    outbox::put(tx, cx, cx.now, fact(happened, &new))?;
    Ok(new)
}
