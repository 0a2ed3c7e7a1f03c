//! Integration clients: what they may do, their keys and their secrets. Credentials live in real time (`real_now`).

use kit::caller::Scope;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{ClientId, ClientKeyId, OrgId};
use kit::time::Timestamp;

use super::{reading, record};
use crate::client::{Client, Credentials, Key, Secret};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::policy::{self, Action, client_facts, organisation_facts};
use crate::store::{clients as store, organisations, revocations};

#[derive(Clone, Debug)]
pub struct CreateClient {
    pub id: ClientId,
    pub organisation: OrgId,
    pub name: String,
    pub credentials: Credentials,
    pub scopes: Vec<Scope>,
    pub real_now: Timestamp,
}

pub fn create_client(tx: &mut Tx, cx: &Cx, cmd: &CreateClient) -> Result<Client, Error> {
    let facts = organisation_facts(cmd.organisation);
    policy::check(&cx.caller, Action::CreateClient, &facts, "organisation")?;
    for scope in &cmd.scopes {
        policy::check(&cx.caller, Action::GiveScope(*scope), &facts, "organisation")?;
    }
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let CreateClient { id, name, credentials, scopes, .. } = cmd;
    credentials.check(cmd.real_now)?;
    let client = Client::create(*id, organisation, name, credentials.clone(), scopes, cx.now);
    store::insert(tx, &client)?;
    record(tx, cx, client, Happened::ClientCreated, events::client)
}

#[derive(Clone, Debug)]
pub struct SetClientScopes {
    pub target: Target<ClientId>,
    pub scopes: Vec<Scope>,
    pub real_now: Timestamp,
}

pub fn set_client_scopes(tx: &mut Tx, cx: &Cx, cmd: &SetClientScopes) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::SetScopes, &cmd.target)?;
    for scope in client.added(&cmd.scopes) {
        policy::check(&cx.caller, Action::GiveScope(scope), &client_facts(&client), "client")?;
    }
    let changed = client.set_scopes(&cmd.scopes, cx.now)?;
    save(tx, cx, &client, changed, Happened::ClientScopesSet, cmd.real_now)
}

#[derive(Clone, Debug)]
pub struct AddClientKey {
    pub target: Target<ClientId>,
    pub key: Key,
    pub real_now: Timestamp,
}

pub fn add_client_key(tx: &mut Tx, cx: &Cx, cmd: &AddClientKey) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::ManageCredentials, &cmd.target)?;
    let changed = client.add_key(cmd.key.clone(), cmd.real_now, cx.now)?;
    save(tx, cx, &client, changed, Happened::ClientKeyAdded, cmd.real_now)
}

#[derive(Clone, Debug)]
pub struct RetireClientKey {
    pub target: Target<ClientId>,
    pub key: ClientKeyId,
    /// None means now.
    pub retire_at: Option<Timestamp>,
    pub real_now: Timestamp,
}

pub fn retire_client_key(tx: &mut Tx, cx: &Cx, cmd: &RetireClientKey) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::ManageCredentials, &cmd.target)?;
    let changed = client.retire_key(cmd.key, cmd.retire_at, cmd.real_now, cx.now)?;
    save(tx, cx, &client, changed, Happened::ClientKeyRetired, cmd.real_now)
}

#[derive(Clone, Debug)]
pub struct RotateClientSecret {
    pub target: Target<ClientId>,
    pub new: Secret,
    /// None means that those before end now.
    pub previous_until: Option<Timestamp>,
    pub real_now: Timestamp,
}

pub fn rotate_client_secret(tx: &mut Tx, cx: &Cx, cmd: &RotateClientSecret) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::ManageCredentials, &cmd.target)?;
    let changed = client.rotate(cmd.new.clone(), cmd.previous_until, cmd.real_now, cx.now)?;
    save(tx, cx, &client, changed, Happened::ClientSecretRotated, cmd.real_now)
}

#[derive(Clone, Debug)]
pub struct RevokeClient {
    pub target: Target<ClientId>,
    pub real_now: Timestamp,
}

pub fn revoke_client(tx: &mut Tx, cx: &Cx, cmd: &RevokeClient) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::RevokeClient, &cmd.target)?;
    let revoked = client.revoke(cx.now)?;
    save(tx, cx, &client, revoked, Happened::ClientRevoked, cmd.real_now)
}

/// The client as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<ClientId>) -> Result<Client, Error> {
    let client = reading::seen_client(tx, cx, action, target.id)?;
    client.expect_version(target.version)?;
    Ok(client)
}

/// Saves the new version of a client with its event. Tokens made with what it no longer has end with it.
fn save(
    tx: &mut Tx,
    cx: &Cx,
    old: &Client,
    new: Client,
    happened: Happened,
    real_now: Timestamp,
) -> Result<Client, Error> {
    store::update(tx, old, &new)?;
    if !old.tokens_last(&new, real_now) {
        revocations::insert(tx, &new.id.to_string())?;
    }
    record(tx, cx, new, happened, events::client)
}
