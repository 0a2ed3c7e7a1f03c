//! Requests of ClientsService. Credentials live in real time.

use kit::caller::Scope;
use kit::ids::{ClientId, ClientKeyId, SecretId};
use kit::paging::Listed;
use kit::time::Timestamp;
use kit::tokens;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use crate::app;
use crate::client::{Credentials, Key, Secret};
use crate::store::{Key as PageKey, clients};

/// A command that may issue a secret. The secret itself goes past the store, straight to the answer.
pub struct NewSecret<C> {
    pub command: C,
    /// Which one it is, so that a replay, which is about an earlier one, is not answered with it.
    pub id: SecretId,
    /// None for a client with keys.
    pub shown_once: Option<String>,
}

/// A new secret, as it is kept and as it is shown.
fn new_secret(real_now: Timestamp) -> (Secret, String) {
    let tokens::Secret { shown_once, stored } = tokens::Secret::generate();
    (Secret { id: SecretId::new(), digest: stored, created_at: real_now, retire_at: None }, shown_once)
}

fn scopes(reader: &mut Reader, wire: Vec<String>) -> Vec<Scope> {
    reader.each("scopes", wire, |reader, field, name| reader.take(field, "scope", name.parse()))
}

fn new_key(reader: &mut Reader, wire: pb::NewClientKey, real_now: Timestamp) -> Option<Key> {
    let algorithm = match wire.algorithm.as_str() {
        "" => Some(None),
        name => reader.take("key.algorithm", "algorithm", name.parse().map(Some)),
    };
    let public_key = algorithm.map(|algorithm| tokens::ClientKey::parse(&wire.public_key, algorithm));
    let public_key = public_key.and_then(|read| reader.take("key.public_key", "public_key", read));
    let not_before = reader.time_or_none("key.not_before", wire.not_before);
    let retire_at = reader.time_or_none("key.retire_at", wire.retire_at);
    let public_key = public_key?;
    Some(Key {
        id: ClientKeyId::new(),
        kid: public_key.kid().to_string(),
        algorithm: public_key.alg().to_string(),
        jwk: public_key.jwk().to_string(),
        not_before: not_before?.unwrap_or(real_now),
        retire_at: retire_at?,
    })
}

pub fn create_client(wire: pb::CreateClientRequest, reader: &mut Reader) -> Option<NewSecret<app::CreateClient>> {
    let real_now = Timestamp::of_this_machine();
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let kind = wire.kind();
    let name = reader.text("name", &wire.name);
    let scopes = scopes(reader, wire.scopes);
    let (secret, issued) = new_secret(real_now);
    let (id, mut shown_once) = (secret.id, None);
    let credentials = match (kind, wire.key) {
        (pb::client::Kind::PublicKey, Some(key)) => {
            new_key(reader, key, real_now).map(|key| Credentials::Keys(vec![key]))
        }
        (pb::client::Kind::Secret, None) => {
            shown_once = Some(issued);
            Some(Credentials::Secrets(vec![secret]))
        }
        // Only what the network enters waits for its first key.
        (pb::client::Kind::PublicKey, None) => Some(Credentials::Keys(Vec::new())),
        (pb::client::Kind::Secret, Some(_)) => reader.take("key", "kind", Err("a client with a secret takes no key")),
        (pb::client::Kind::Unspecified, _) => reader.known("kind", None),
    };
    let (organisation, name, credentials) = (organisation?, name?, credentials?);
    let command = app::CreateClient { id: ClientId::new(), organisation, name, credentials, scopes, real_now };
    Some(NewSecret { command, id, shown_once })
}

pub fn list_clients(
    wire: pb::ListClientsRequest,
    reader: &mut Reader,
) -> Option<Listed<clients::Filter, PageKey<ClientId>>> {
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    let filter = clients::Filter { organisation: organisation?, revoked_too: wire.include_revoked };
    Some(Listed { filter, page: page? })
}

pub fn set_client_scopes(wire: pb::SetClientScopesRequest, reader: &mut Reader) -> Option<app::SetClientScopes> {
    let target = reader.target("client_id", &wire.client_id, &wire.etag);
    let scopes = scopes(reader, wire.scopes);
    let real_now = Timestamp::of_this_machine();
    Some(app::SetClientScopes { target: target?, scopes, real_now })
}

pub fn add_client_key(wire: pb::AddClientKeyRequest, reader: &mut Reader) -> Option<app::AddClientKey> {
    let real_now = Timestamp::of_this_machine();
    let target = reader.target("client_id", &wire.client_id, &wire.etag);
    let key = reader.required("key", wire.key);
    let key = key.and_then(|key| new_key(reader, key, real_now));
    Some(app::AddClientKey { target: target?, key: key?, real_now })
}

pub fn retire_client_key(wire: pb::RetireClientKeyRequest, reader: &mut Reader) -> Option<app::RetireClientKey> {
    let target = reader.target("client_id", &wire.client_id, &wire.etag);
    let key = reader.id("key_id", &wire.key_id);
    let retire_at = reader.time_or_none("retire_at", wire.retire_at);
    let real_now = Timestamp::of_this_machine();
    Some(app::RetireClientKey { target: target?, key: key?, retire_at: retire_at?, real_now })
}

pub fn rotate_client_secret(
    wire: pb::RotateClientSecretRequest,
    reader: &mut Reader,
) -> Option<NewSecret<app::RotateClientSecret>> {
    let real_now = Timestamp::of_this_machine();
    let target = reader.target("client_id", &wire.client_id, &wire.etag);
    let previous_until = reader.time_or_none("previous_until", wire.previous_until);
    let (new, shown_once) = new_secret(real_now);
    let id = new.id;
    let command = app::RotateClientSecret { target: target?, new, previous_until: previous_until?, real_now };
    Some(NewSecret { command, id, shown_once: Some(shown_once) })
}

pub fn revoke_client(wire: pb::RevokeClientRequest, reader: &mut Reader) -> Option<app::RevokeClient> {
    let target = reader.target("client_id", &wire.client_id, &wire.etag);
    let real_now = Timestamp::of_this_machine();
    Some(app::RevokeClient { target: target?, reason: wire.reason, real_now })
}
