//! SignInService. Nothing that issues a token is stored for a replay.

use kit::caller::Subject;
use kit::cx::{Answer, Cx};
use kit::ids::SignInId;
use kit::time::Timestamp;
use kit::tokens::Code;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::sign_in_service_server::SignInService;
use tonic::{Request, Response};

use crate::app::sign_in as app;
use crate::error::Error;
use crate::exchange::{Asked, TOKENS};
use crate::policy::{self, Action, Facts};
use crate::sign_in::{CODE_LIFETIME_S, TOKEN_LIFETIME_S};
use crate::{Registry, convert, store};

/// Revocations on one page when the caller does not say.
const MOST_REVOCATIONS: i64 = 500;

#[tonic::async_trait]
impl SignInService for Registry {
    async fn start_sign_in(&self, request: Request<pb::StartSignInRequest>) -> Answer<pb::StartSignInResponse> {
        let (id, real_now) = (SignInId::new(), Timestamp::of_this_machine());
        let Code { shown_once, stored } = Code::generate(&id.to_string());
        let cmd = app::Start { id, email: request.into_inner().email, code: stored, real_now };
        let to = self.db.work(None, move |tx| app::start(tx, &cmd)).await?;
        if let Some(address) = to {
            // Behind the answer, which would otherwise take longer for an address that is known.
            let mail = self.settings.mail.clone();
            tokio::spawn(async move { mail.send_code(&address, &shown_once).await });
        }
        let expires_at = Some(real_now.plus_seconds(CODE_LIFETIME_S).into());
        Ok(Response::new(pb::StartSignInResponse { sign_in_id: id.to_string(), expires_at }))
    }

    async fn finish_sign_in(&self, request: Request<pb::FinishSignInRequest>) -> Answer<pb::AccessToken> {
        let (cx, cmd) = Cx::parse::<app::Finish>(request)?;
        let (now, guess) = (cx.now, cmd.clone());
        // Wrong codes queue by themselves, and hold up nobody whose token is being issued.
        let key = match self.db.read(move |tx| app::is_right(tx, &guess)).await? {
            true => TOKENS.to_string(),
            false => cmd.id.to_string(),
        };
        // The outcome is a value and not an error, so that a wrong code's try is kept.
        let signed_in = self.db.work(Some(key), move |tx| app::finish(tx, now, &cmd)).await?;
        let signed_in = signed_in.ok_or(Error::WrongCode)?;
        Ok(Response::new(self.person_token(signed_in)))
    }

    async fn exchange_token(&self, request: Request<pb::ExchangeTokenRequest>) -> Answer<pb::AccessToken> {
        let wire = request.into_inner();
        let asked = Asked {
            grant_type: wire.grant_type,
            client_id: wire.client_id,
            client_secret: wire.client_secret,
            client_assertion_type: wire.client_assertion_type,
            client_assertion: wire.client_assertion,
            scope: wire.scope,
        };
        Ok(Response::new(self.exchange(asked).await?))
    }

    async fn who_am_i(&self, request: Request<pb::WhoAmIRequest>) -> Answer<pb::WhoAmIResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "subject")?;
        let subject = cx.caller.subject;
        let known: Result<_, Error> = self
            .db
            .read(move |tx| match subject {
                Subject::Person(id) => {
                    let person = store::people::get(tx, id)?;
                    Ok((person.name, person.organisation.to_string()))
                }
                Subject::Client(id) => {
                    let client = store::clients::get(tx, id)?;
                    Ok((client.name, client.organisation.to_string()))
                }
                Subject::Role(role) => Ok((role.name().to_string(), String::new())),
                Subject::Anonymous => Err(Error::NotFound { what: "subject" }),
            })
            .await;
        let (name, organisation_id) = known?;
        let roles = cx.caller.grants.iter().copied().map(convert::held_role);
        Ok(Response::new(pb::WhoAmIResponse {
            subject: subject.to_string(),
            name,
            organisation_id,
            roles: roles.collect(),
            scopes: cx.caller.scopes.iter().map(|scope| scope.name().to_string()).collect(),
            sits: cx.caller.sits,
        }))
    }

    async fn get_key_set(&self, _request: Request<pb::GetKeySetRequest>) -> Answer<pb::KeySet> {
        let keys = self.db.read(store::keys::all).await?;
        Ok(Response::new(convert::key_set(keys)))
    }

    async fn publish_key(&self, request: Request<pb::PublishKeyRequest>) -> Answer<pb::KeySet> {
        let (cx, cmd) = Cx::parse::<app::PublishKey>(request)?;
        if let Some(set) = self.db.replay(&cx).await? {
            return Ok(Response::new(set));
        }
        let (of, key) = (cx.clone(), cmd.key.role.clone());
        let set = self.db.write_keyed(&cx, key, move |tx| app::publish_key(tx, &of, &cmd)).await?;
        Ok(Response::new(set))
    }

    async fn revoke_subject(&self, request: Request<pb::RevokeSubjectRequest>) -> Answer<pb::Revocation> {
        let (cx, cmd) = Cx::parse::<app::RevokeSubject>(request)?;
        if let Some(revocation) = self.db.replay(&cx).await? {
            return Ok(Response::new(revocation));
        }
        let of = cx.clone();
        let revocation = self.db.write(&cx, move |tx| app::revoke_subject(tx, &of, &cmd)).await?;
        Ok(Response::new(revocation))
    }

    async fn list_revocations(
        &self,
        request: Request<pb::ListRevocationsRequest>,
    ) -> Answer<pb::ListRevocationsResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ServePlatform, &Facts::default(), "revocation")?;
        let pb::ListRevocationsRequest { after_position, page_size } = request.into_inner();
        let size = if page_size == 0 { MOST_REVOCATIONS } else { i64::from(page_size) };
        // A token that was issued before this has expired, whatever clocks differ by.
        let since = Timestamp::of_this_machine().plus_seconds(-2 * TOKEN_LIFETIME_S);
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let rows = store::revocations::after(tx, after_position, since, size + 1)?;
                Ok((rows, store::revocations::last_position(tx)?))
            })
            .await;
        let (mut rows, last_position) = found?;
        let more = rows.len() as i64 > size;
        if more {
            rows.pop();
        }
        let last_position = match rows.last() {
            Some(last) if more => last.position,
            Some(_) | None => last_position.max(after_position),
        };
        let revocations = rows.into_iter().map(pb::Revocation::from).collect();
        Ok(Response::new(pb::ListRevocationsResponse { revocations, last_position, more }))
    }
}
