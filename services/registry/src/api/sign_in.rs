//! SignInService. Nothing that issues a token is stored for a replay.

use kit::cx::{Answer, Cx};
use kit::ids::SignInId;
use kit::listener::Peer;
use kit::shapes::page;
use kit::time::Timestamp;
use kit::tokens::Code;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::sign_in_service_server::SignInService;
use tonic::{Request, Response};

use super::exchange::TOKENS;
use super::requests::sign_in::{self as requests, NewSession};
use crate::Registry;
use crate::app::{self, reading};
use crate::error::Error;
use crate::sign_in::CODE_LIFETIME_S;

#[tonic::async_trait]
impl SignInService for Registry {
    /// Written out: the mail goes out behind the answer, and no answer is stored.
    async fn start_sign_in(&self, request: Request<pb::StartSignInRequest>) -> Answer<pb::StartSignInResponse> {
        let (id, real_now) = (SignInId::new(), Timestamp::of_this_machine());
        let Code { shown_once, stored } = Code::generate(&id.to_string());
        let cmd = app::StartSignIn { id, email: request.into_inner().email, code: stored, real_now };
        let to = self.db.work(None, move |tx| app::start_sign_in(tx, &cmd)).await?;
        if let Some(address) = to {
            // Behind the answer, which would otherwise take longer for an address that is known.
            let mail = self.settings.mail.clone();
            tokio::spawn(async move { mail.send_code(&address, &shown_once).await });
        }
        let expires_at = Some(real_now.plus_seconds(CODE_LIFETIME_S).into());
        Ok(Response::new(pb::StartSignInResponse { sign_in_id: id.to_string(), expires_at }))
    }

    /// Written out: a wrong code is refused and its try kept all the same, and no answer is stored.
    async fn finish_sign_in(&self, request: Request<pb::FinishSignInRequest>) -> Answer<pb::AccessToken> {
        let peer = request.extensions().get::<Peer>().map(|Peer(from)| from.ip().to_string());
        let (cx, NewSession { command, shown_once }) = Cx::parse(request, requests::finish_sign_in)?;
        let cmd = app::FinishSignIn { from: peer.unwrap_or_default(), ..command };
        let (now, guess) = (cx.now, cmd.clone());
        // Wrong codes queue by themselves, and hold up nobody whose token is being issued.
        let key = match self.db.read(move |conn| app::is_right(conn, &guess)).await? {
            true => TOKENS.to_string(),
            false => cmd.id.to_string(),
        };
        // The outcome is a value and not an error, so that a wrong code's try is kept.
        let signed_in = self.db.work(Some(key), move |tx| app::finish_sign_in(tx, now, &cmd)).await?;
        let (signed_in, session) = signed_in.ok_or(Error::WrongCode)?;
        Ok(Response::new(self.session_token(signed_in, &session, shown_once)))
    }

    /// Written out: a token that comes twice is refused and its session ended all the same, and no answer is stored.
    async fn renew_session(&self, request: Request<pb::RenewSessionRequest>) -> Answer<pb::AccessToken> {
        let (cx, NewSession { command, shown_once }) = Cx::parse(request, requests::renew_session)?;
        let (now, guess) = (cx.now, command.clone());
        // Looked at before anything is written: a stranger's guesses shall not hold up those who write.
        if !self.db.read(move |conn| app::is_known(conn, &guess)).await? {
            return Err(Error::SessionEnded.into());
        }
        let renewed = self.db.work(Some(TOKENS.to_string()), move |tx| app::renew_session(tx, now, &command)).await?;
        let (signed_in, session) = renewed.ok_or(Error::SessionEnded)?;
        Ok(Response::new(self.session_token(signed_in, &session, shown_once)))
    }

    async fn list_sessions(&self, request: Request<pb::ListSessionsRequest>) -> Answer<pb::ListSessionsResponse> {
        self.db.show(request, requests::list_sessions, reading::sessions, page).await
    }

    async fn end_session(&self, request: Request<pb::EndSessionRequest>) -> Answer<pb::EndSessionResponse> {
        self.db.take(request, requests::end_session, app::end_session).await
    }

    /// Written out: a wrong code is refused and its try kept all the same.
    async fn confirm_email(&self, request: Request<pb::ConfirmEmailRequest>) -> Answer<pb::ConfirmEmailResponse> {
        let (cx, cmd) = Cx::parse(request, requests::confirm_email)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let guess = cmd.clone();
        if !self.db.read(move |conn| app::is_right_confirmation(conn, &guess)).await? {
            self.db.work(Some(cmd.id.to_string()), move |tx| app::miss_confirmation(tx, &cmd)).await?;
            return Err(Error::WrongConfirmation.into());
        }
        let write_cx = cx.clone();
        let answer = self.db.write(&cx, move |tx| app::confirm_email(tx, &write_cx, &cmd)).await?;
        Ok(Response::new(answer))
    }

    /// Written out: it is the same as the OAuth form, and no answer is stored.
    async fn exchange_token(&self, request: Request<pb::ExchangeTokenRequest>) -> Answer<pb::AccessToken> {
        Ok(Response::new(self.exchange(request.into_inner()).await?))
    }

    async fn who_am_i(&self, request: Request<pb::WhoAmIRequest>) -> Answer<pb::WhoAmIResponse> {
        self.db
            .show(request, |_, _| Some(()), |conn, cx, ()| reading::who_am_i(conn, cx), pb::WhoAmIResponse::from)
            .await
    }

    async fn get_key_set(&self, request: Request<pb::GetKeySetRequest>) -> Answer<pb::KeySet> {
        self.db.show(request, |_, _| Some(()), |conn, _, ()| reading::keys(conn), pb::KeySet::from).await
    }

    async fn publish_key(&self, request: Request<pb::PublishKeyRequest>) -> Answer<pb::KeySet> {
        self.db.take_keyed(request, requests::publish_key, |cmd| cmd.key.role.clone(), app::publish_key).await
    }

    async fn revoke_subject(&self, request: Request<pb::RevokeSubjectRequest>) -> Answer<pb::Revocation> {
        self.db.take(request, requests::revoke_subject, app::revoke_subject).await
    }

    async fn list_revocations(
        &self,
        request: Request<pb::ListRevocationsRequest>,
    ) -> Answer<pb::ListRevocationsResponse> {
        let convert = pb::ListRevocationsResponse::from;
        self.db.show(request, requests::list_revocations, reading::revocations, convert).await
    }
}
