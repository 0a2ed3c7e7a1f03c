//! ClientsService.

use kit::cx::{Answer, Cx};
use kit::ids::SecretId;
use kit::wire::id;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::clients_service_server::ClientsService;
use tonic::{Request, Response};

use crate::convert::{self, NewSecret};
use crate::error::Error;
use crate::organisation::fold;
use crate::policy::{self, Action};
use crate::{Registry, app, store};

#[tonic::async_trait]
impl ClientsService for Registry {
    async fn create_client(&self, request: Request<pb::CreateClientRequest>) -> Answer<pb::CreateClientResponse> {
        let (cx, new) = Cx::parse::<NewSecret<app::clients::Create>>(request)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let (of, cmd) = (cx.clone(), new.command);
        let stored: pb::CreateClientResponse =
            self.db.write(&cx, move |tx| app::clients::create(tx, &of, &cmd)).await?;
        let secret = to_show(&cx, stored.client.as_ref(), new.id, new.shown_once);
        Ok(Response::new(pb::CreateClientResponse { secret, ..stored }))
    }

    async fn get_client(&self, request: Request<pb::GetClientRequest>) -> Answer<pb::Client> {
        let cx = Cx::of(&request)?;
        let asked = id("client_id", &request.get_ref().client_id)?;
        let client = self.db.read(move |tx| store::clients::get(tx, asked)).await?;
        policy::check(&cx.caller, Action::SeeClient, &policy::of_client(&client), "client")?;
        Ok(Response::new(client.into()))
    }

    async fn list_clients(&self, request: Request<pb::ListClientsRequest>) -> Answer<pb::ListClientsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_clients(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let rows = self.db.read(move |tx| store::clients::page(tx, &filter, page.after.clone(), page.limit())).await?;
        let found = asked.page.found(rows, |row| (fold(&row.name), row.id.to_string()));
        let clients = found.rows.into_iter().map(pb::Client::from).collect();
        Ok(Response::new(pb::ListClientsResponse { clients, next_page_token: found.next_page_token }))
    }

    async fn set_client_scopes(&self, request: Request<pb::SetClientScopesRequest>) -> Answer<pb::Client> {
        let (cx, cmd) = Cx::parse::<app::clients::SetScopes>(request)?;
        if let Some(client) = self.db.replay(&cx).await? {
            return Ok(Response::new(client));
        }
        let of = cx.clone();
        let client = self.db.write(&cx, move |tx| app::clients::set_scopes(tx, &of, &cmd)).await?;
        Ok(Response::new(client))
    }

    async fn add_client_key(&self, request: Request<pb::AddClientKeyRequest>) -> Answer<pb::Client> {
        let (cx, cmd) = Cx::parse::<app::clients::AddKey>(request)?;
        if let Some(client) = self.db.replay(&cx).await? {
            return Ok(Response::new(client));
        }
        let of = cx.clone();
        let client = self.db.write(&cx, move |tx| app::clients::add_key(tx, &of, &cmd)).await?;
        Ok(Response::new(client))
    }

    async fn retire_client_key(&self, request: Request<pb::RetireClientKeyRequest>) -> Answer<pb::Client> {
        let (cx, cmd) = Cx::parse::<app::clients::RetireKey>(request)?;
        if let Some(client) = self.db.replay(&cx).await? {
            return Ok(Response::new(client));
        }
        let of = cx.clone();
        let client = self.db.write(&cx, move |tx| app::clients::retire_key(tx, &of, &cmd)).await?;
        Ok(Response::new(client))
    }

    async fn rotate_client_secret(
        &self,
        request: Request<pb::RotateClientSecretRequest>,
    ) -> Answer<pb::RotateClientSecretResponse> {
        let (cx, new) = Cx::parse::<NewSecret<app::clients::Rotate>>(request)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let (of, cmd) = (cx.clone(), new.command);
        let stored: pb::RotateClientSecretResponse =
            self.db.write(&cx, move |tx| app::clients::rotate(tx, &of, &cmd)).await?;
        let secret = to_show(&cx, stored.client.as_ref(), new.id, new.shown_once);
        Ok(Response::new(pb::RotateClientSecretResponse { secret, ..stored }))
    }

    async fn revoke_client(&self, request: Request<pb::RevokeClientRequest>) -> Answer<pb::Client> {
        let (cx, cmd) = Cx::parse::<app::clients::Revoke>(request)?;
        if let Some(client) = self.db.replay(&cx).await? {
            return Ok(Response::new(client));
        }
        let of = cx.clone();
        let client = self.db.write(&cx, move |tx| app::clients::revoke(tx, &of, &cmd)).await?;
        Ok(Response::new(client))
    }
}

/// The secret, if it is the one that was kept: a dry run keeps none, and a twin of this request may have come first.
fn to_show(cx: &Cx, kept: Option<&pb::Client>, id: SecretId, shown_once: Option<String>) -> String {
    let is_kept = kept.is_some_and(|client| client.secrets.iter().any(|secret| secret.id == id.to_string()));
    shown_once.filter(|_| is_kept && !cx.validate_only).unwrap_or_default()
}
