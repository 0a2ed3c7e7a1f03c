//! Requests of SignInService.

use kit::caller::Subject;
use kit::digest::digest;
use kit::ids::SignInId;
use kit::time::Timestamp;
use kit::tokens::{self, Secret};
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use crate::app;
use crate::app::reading::{AskedRevocations, AskedSessions};
use crate::sign_in::TOKEN_LIFETIME_S;

/// Revocations on one page when the caller does not say.
const DEFAULT_SIZE: i64 = 500;

/// A command that issues a refresh token, which goes past the store, straight to the answer.
pub struct NewSession<C> {
    pub command: C,
    pub shown_once: String,
}

/// From where, is not in the message.
pub fn finish_sign_in(wire: pb::FinishSignInRequest, reader: &mut Reader) -> Option<NewSession<app::FinishSignIn>> {
    let id = reader.id::<SignInId>("sign_in_id", &wire.sign_in_id);
    let (code, real_now) = (wire.code, Timestamp::of_this_machine());
    let Secret { shown_once, stored } = Secret::generate();
    let command = app::FinishSignIn { id: id?, code, refresh: stored, from: String::new(), real_now };
    Some(NewSession { command, shown_once })
}

pub fn renew_session(wire: pb::RenewSessionRequest, _: &mut Reader) -> Option<NewSession<app::RenewSession>> {
    let Secret { shown_once, stored } = Secret::generate();
    let (given, real_now) = (digest(&wire.refresh_token), Timestamp::of_this_machine());
    Some(NewSession { command: app::RenewSession { given, next: stored, real_now }, shown_once })
}

pub fn list_sessions(wire: pb::ListSessionsRequest, reader: &mut Reader) -> Option<AskedSessions> {
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(AskedSessions { page: page?, real_now: Timestamp::of_this_machine() })
}

pub fn end_session(wire: pb::EndSessionRequest, reader: &mut Reader) -> Option<app::EndSession> {
    let id = reader.id_or_none("session_id", &wire.session_id);
    Some(app::EndSession { id: id? })
}

pub fn confirm_email(wire: pb::ConfirmEmailRequest, reader: &mut Reader) -> Option<app::ConfirmEmail> {
    let id = reader.id::<SignInId>("confirmation_id", &wire.confirmation_id);
    let (code, real_now) = (wire.code, Timestamp::of_this_machine());
    Some(app::ConfirmEmail { id: id?, code, real_now })
}

pub fn publish_key(wire: pb::PublishKeyRequest, reader: &mut Reader) -> Option<app::PublishKey> {
    let set = reader.take("jwks", "jwks", tokens::KeySet::parse(&wire.jwks));
    let key = set.and_then(|set| {
        let mut keys = set.iter().cloned();
        let alone = keys.next().filter(|_| keys.next().is_none());
        reader.take("jwks", "one_key", alone.ok_or("give a JWK Set of exactly one key"))
    });
    let real_now = Timestamp::of_this_machine();
    Some(app::PublishKey { key: key?, real_now })
}

pub fn revoke_subject(wire: pb::RevokeSubjectRequest, reader: &mut Reader) -> Option<app::RevokeSubject> {
    let subject = match wire.subject.starts_with("per_") {
        true => reader.id("subject", &wire.subject).map(Subject::Person),
        false => reader.id("subject", &wire.subject).map(Subject::Client),
    };
    Some(app::RevokeSubject { subject: subject?, reason: wire.reason })
}

pub fn list_revocations(wire: pb::ListRevocationsRequest, _: &mut Reader) -> Option<AskedRevocations> {
    let size = if wire.page_size == 0 { DEFAULT_SIZE } else { i64::from(wire.page_size) };
    // A token that was issued before this has expired, whatever clocks differ by.
    let since = Timestamp::of_this_machine().plus_seconds(-2 * TOKEN_LIFETIME_S);
    Some(AskedRevocations { after: wire.after_position, size, since })
}
