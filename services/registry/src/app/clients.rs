//! Integration clients: what they may do, their keys and their secrets. Credentials live in real time (`real_now`).

use kit::caller::Scope;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{ClientId, ClientKeyId, OrgId};
use kit::time::Timestamp;

use super::{Change, reading, record};
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
        policy::check(&cx.caller, Action::CreateWith(*scope), &facts, "organisation")?;
    }
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let CreateClient { id, name, credentials, scopes, .. } = cmd;
    let mut client = Client::create(*id, organisation, name, credentials.clone(), scopes, cx.now);
    match policy::administers(&cx.caller, organisation) {
        true => credentials.check_first(cmd.real_now)?,
        // The network touches no keys and no secrets.
        false => {
            credentials.expect_no_key()?;
            client = client.waiting();
        }
    }
    store::insert(tx, &client)?;
    let change = Change::to(Some(organisation), in_words(&client));
    record(tx, cx, client, Happened::ClientCreated, events::client, change)
}

pub fn activate_client(tx: &mut Tx, cx: &Cx, cmd: &Target<ClientId>) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::ActivateClient, cmd)?;
    let active = client.activate(cx.now)?;
    let change = changed(&client, in_words(&client), in_words(&active));
    // It had no credentials, and so no tokens.
    store::update(tx, &client, &active)?;
    record(tx, cx, active, Happened::ClientActivated, events::client, change)
}

/// What a client may do, as history keeps it.
fn in_words(client: &Client) -> String {
    let (state, scopes): (&str, Vec<&str>) =
        (client.state.into(), client.scopes.iter().map(|scope| scope.name()).collect());
    format!("{state}: {}", scopes.join(" "))
}

fn changed(client: &Client, from: impl ToString, to: impl ToString) -> Change {
    Change { from: from.to_string(), ..Change::to(Some(client.organisation), to) }
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
    let narrowed = client.set_scopes(&cmd.scopes, cx.now)?;
    let change = changed(&client, in_words(&client), in_words(&narrowed));
    save(tx, cx, &client, narrowed, Happened::ClientScopesSet, change, cmd.real_now)
}

#[derive(Clone, Debug)]
pub struct AddClientKey {
    pub target: Target<ClientId>,
    pub key: Key,
    pub real_now: Timestamp,
}

pub fn add_client_key(tx: &mut Tx, cx: &Cx, cmd: &AddClientKey) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::ManageCredentials, &cmd.target)?;
    let with_key = client.add_key(cmd.key.clone(), cmd.real_now, cx.now)?;
    let change = changed(&client, "", cmd.key.id);
    save(tx, cx, &client, with_key, Happened::ClientKeyAdded, change, cmd.real_now)
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
    let without_key = client.retire_key(cmd.key, cmd.retire_at, cmd.real_now, cx.now)?;
    let until = cmd.retire_at.map_or(cmd.real_now, |at| at.max(cmd.real_now));
    let change = changed(&client, cmd.key, format!("until {until}"));
    save(tx, cx, &client, without_key, Happened::ClientKeyRetired, change, cmd.real_now)
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
    let rotated = client.rotate(cmd.new.clone(), cmd.previous_until, cmd.real_now, cx.now)?;
    let until = cmd.previous_until.map_or(cmd.real_now, |until| until.max(cmd.real_now));
    let change = changed(&client, format!("those before until {until}"), cmd.new.id);
    save(tx, cx, &client, rotated, Happened::ClientSecretRotated, change, cmd.real_now)
}

#[derive(Clone, Debug)]
pub struct RevokeClient {
    pub target: Target<ClientId>,
    pub reason: String,
    pub real_now: Timestamp,
}

pub fn revoke_client(tx: &mut Tx, cx: &Cx, cmd: &RevokeClient) -> Result<Client, Error> {
    let client = load_for(tx, cx, Action::RevokeClient, &cmd.target)?;
    let revoked = client.revoke(cx.now)?;
    let change = changed(&client, in_words(&client), "revoked");
    let change = Change { reason: cmd.reason.clone(), ..change };
    save(tx, cx, &client, revoked, Happened::ClientRevoked, change, cmd.real_now)
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
    change: Change,
    real_now: Timestamp,
) -> Result<Client, Error> {
    store::update(tx, old, &new)?;
    if !old.tokens_last(&new, real_now) {
        revocations::insert(tx, &new.id.to_string())?;
    }
    record(tx, cx, new, happened, events::client, change)
}
