//! ClientsService.

use kit::cx::{Answer, Cx};
use kit::db::Tx;
use kit::ids::SecretId;
use kit::shapes::{one, page, step};
use kit::wire::Parse;
use prost::Message;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::clients_service_server::ClientsService;
use tonic::{Request, Response};

use super::requests::clients::{self as requests, NewSecret};
use crate::Registry;
use crate::app::{self, reading};
use crate::client::Client;
use crate::error::Error;

#[tonic::async_trait]
impl ClientsService for Registry {
    /// A council whom the network asks to take a client over is told; a repeated request tells it again.
    async fn create_client(&self, request: Request<pb::CreateClientRequest>) -> Answer<pb::CreateClientResponse> {
        let (parse, write) = (requests::create_client, app::create_client);
        let (cx, council) = (Cx::of(&request)?, request.get_ref().organisation_id.parse().ok());
        let answer = self.take_new_secret(request, parse, write, |answer: &mut pb::CreateClientResponse| {
            (&answer.client, &mut answer.secret)
        });
        let answer = answer.await?;
        let waits = |client: &pb::Client| client.state() == pb::client::State::Pending;
        if let Some(council) = council.filter(|_| answer.get_ref().client.as_ref().is_some_and(waits)) {
            self.tell_council(&cx, council).await?;
        }
        Ok(answer)
    }

    async fn get_client(&self, request: Request<pb::GetClientRequest>) -> Answer<pb::Client> {
        self.db.show(request, one, reading::client, pb::Client::from).await
    }

    async fn list_clients(&self, request: Request<pb::ListClientsRequest>) -> Answer<pb::ListClientsResponse> {
        self.db.show(request, requests::list_clients, reading::clients, page).await
    }

    async fn activate_client(&self, request: Request<pb::ActivateClientRequest>) -> Answer<pb::Client> {
        self.db.take(request, step, app::activate_client).await
    }

    async fn set_client_scopes(&self, request: Request<pb::SetClientScopesRequest>) -> Answer<pb::Client> {
        self.db.take(request, requests::set_client_scopes, app::set_client_scopes).await
    }

    async fn add_client_key(&self, request: Request<pb::AddClientKeyRequest>) -> Answer<pb::Client> {
        self.db.take(request, requests::add_client_key, app::add_client_key).await
    }

    async fn retire_client_key(&self, request: Request<pb::RetireClientKeyRequest>) -> Answer<pb::Client> {
        self.db.take(request, requests::retire_client_key, app::retire_client_key).await
    }

    async fn rotate_client_secret(
        &self,
        request: Request<pb::RotateClientSecretRequest>,
    ) -> Answer<pb::RotateClientSecretResponse> {
        let (parse, write) = (requests::rotate_client_secret, app::rotate_client_secret);
        self.take_new_secret(request, parse, write, |answer: &mut pb::RotateClientSecretResponse| {
            (&answer.client, &mut answer.secret)
        })
        .await
    }

    async fn revoke_client(&self, request: Request<pb::RevokeClientRequest>) -> Answer<pb::Client> {
        self.db.take(request, requests::revoke_client, app::revoke_client).await
    }
}

impl Registry {
    /// Takes a write that may issue a secret, which is shown once and not stored with the answer. `parts` are the client
    /// and the secret in the answer.
    async fn take_new_secret<R, C, W>(
        &self,
        request: Request<R>,
        parse: Parse<R, NewSecret<C>>,
        write: fn(&mut Tx, &Cx, &C) -> Result<Client, Error>,
        parts: fn(&mut W) -> (&Option<pb::Client>, &mut String),
    ) -> Answer<W>
    where
        C: Send + 'static,
        W: Message + Default + From<Client> + 'static,
    {
        let (cx, NewSecret { command, id, shown_once }) = Cx::parse(request, parse)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let write_cx = cx.clone();
        let mut answer: W = self.db.write(&cx, move |tx| write(tx, &write_cx, &command)).await?;
        let (client, secret) = parts(&mut answer);
        *secret = to_show(&cx, client.as_ref(), id, shown_once);
        Ok(Response::new(answer))
    }
}

/// The secret, if it is the one that was kept: a dry run keeps none, and a twin of this request may have come first.
fn to_show(cx: &Cx, kept: Option<&pb::Client>, id: SecretId, shown_once: Option<String>) -> String {
    let is_kept = kept.is_some_and(|client| client.secrets.iter().any(|secret| secret.id == id.to_string()));
    shown_once.filter(|_| is_kept && !cx.validate_only).unwrap_or_default()
}
