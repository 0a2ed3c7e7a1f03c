//! ClientsService.

use kit::cx::{Answer, Cx};
use kit::ids::SecretId;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::clients_service_server::ClientsService;
use tonic::{Request, Response};

use super::lists;
use super::requests::{self, NewSecret};
use crate::Registry;
use crate::app::{self, reading};
use crate::convert::pages;

#[tonic::async_trait]
impl ClientsService for Registry {
    /// Written out, because the secret is shown once and not stored with the answer.
    async fn create_client(&self, request: Request<pb::CreateClientRequest>) -> Answer<pb::CreateClientResponse> {
        let (cx, new) = Cx::parse(request, requests::create_client)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let NewSecret { command: cmd, id, shown_once } = new;
        let of = cx.clone();
        let stored: pb::CreateClientResponse = self.db.write(&cx, move |tx| app::create_client(tx, &of, &cmd)).await?;
        let secret = to_show(&cx, stored.client.as_ref(), id, shown_once);
        Ok(Response::new(pb::CreateClientResponse { secret, ..stored }))
    }

    async fn get_client(&self, request: Request<pb::GetClientRequest>) -> Answer<pb::Client> {
        self.db
            .show(request, |wire, reader| reader.id("client_id", &wire.client_id), reading::client, pb::Client::from)
            .await
    }

    async fn list_clients(&self, request: Request<pb::ListClientsRequest>) -> Answer<pb::ListClientsResponse> {
        self.db.show(request, lists::clients, reading::clients, pages::clients).await
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

    /// By hand, as [`Self::create_client`] is.
    async fn rotate_client_secret(
        &self,
        request: Request<pb::RotateClientSecretRequest>,
    ) -> Answer<pb::RotateClientSecretResponse> {
        let (cx, new) = Cx::parse(request, requests::rotate_client_secret)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let NewSecret { command: cmd, id, shown_once } = new;
        let of = cx.clone();
        let stored: pb::RotateClientSecretResponse =
            self.db.write(&cx, move |tx| app::rotate_client_secret(tx, &of, &cmd)).await?;
        let secret = to_show(&cx, stored.client.as_ref(), id, shown_once);
        Ok(Response::new(pb::RotateClientSecretResponse { secret, ..stored }))
    }

    async fn revoke_client(&self, request: Request<pb::RevokeClientRequest>) -> Answer<pb::Client> {
        self.db.take(request, requests::revoke_client, app::revoke_client).await
    }
}

/// The secret, if it is the one that was kept: a dry run keeps none, and a twin of this request may have come first.
fn to_show(cx: &Cx, kept: Option<&pb::Client>, id: SecretId, shown_once: Option<String>) -> String {
    let is_kept = kept.is_some_and(|client| client.secrets.iter().any(|secret| secret.id == id.to_string()));
    shown_once.filter(|_| is_kept && !cx.validate_only).unwrap_or_default()
}
