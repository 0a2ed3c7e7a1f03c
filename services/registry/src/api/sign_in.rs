//! SignInService. Nothing that issues a token is stored for a replay.

use kit::cx::{Answer, Cx};
use kit::ids::SignInId;
use kit::time::Timestamp;
use kit::tokens::Code;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::sign_in_service_server::SignInService;
use tonic::{Request, Response};

use super::exchange::TOKENS;
use super::requests::sign_in as requests;
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
        let (cx, cmd) = Cx::parse(request, requests::finish_sign_in)?;
        let (now, guess) = (cx.now, cmd.clone());
        // Wrong codes queue by themselves, and hold up nobody whose token is being issued.
        let key = match self.db.read(move |conn| app::is_right(conn, &guess)).await? {
            true => TOKENS.to_string(),
            false => cmd.id.to_string(),
        };
        // The outcome is a value and not an error, so that a wrong code's try is kept.
        let signed_in = self.db.work(Some(key), move |tx| app::finish_sign_in(tx, now, &cmd)).await?;
        let signed_in = signed_in.ok_or(Error::WrongCode)?;
        Ok(Response::new(self.person_token(signed_in)))
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
