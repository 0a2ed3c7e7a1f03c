//! Requests about credentials as commands: clients, their keys and secrets, sign-in. Credentials live in real time.

use kit::caller::{Scope, Subject};
use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{ClientId, ClientKeyId, SecretId, SignInId};
use kit::time::Timestamp;
use kit::tokens;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use crate::app::{clients, sign_in};
use crate::client::{Credentials, Key, Secret};

fn read_scopes(reader: &mut Reader, wire: Vec<String>) -> Vec<Scope> {
    reader.each("scopes", wire, |reader, field, name| reader.take(field, "scope", name.parse()))
}

fn read_key(reader: &mut Reader, wire: pb::NewClientKey, real_now: Timestamp) -> Option<Key> {
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

impl Parse for NewSecret<clients::Create> {
    type Wire = pb::CreateClientRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let real_now = Timestamp::of_this_machine();
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let kind = wire.kind();
        let name = reader.said("name", &wire.name);
        let scopes = read_scopes(&mut reader, wire.scopes);
        let (secret, issued) = new_secret(real_now);
        let (id, mut shown_once) = (secret.id, None);
        let credentials = match (kind, wire.key) {
            (pb::client::Kind::PublicKey, Some(key)) => {
                read_key(&mut reader, key, real_now).map(|key| Credentials::Keys(vec![key]))
            }
            (pb::client::Kind::Secret, None) => {
                shown_once = Some(issued);
                Some(Credentials::Secrets(vec![secret]))
            }
            (pb::client::Kind::PublicKey, None) => {
                reader.take("key", "required", Err("a client with keys needs its first public key"))
            }
            (pb::client::Kind::Secret, Some(_)) => {
                reader.take("key", "kind", Err("a client with a secret takes no key"))
            }
            (pb::client::Kind::Unspecified, _) => reader.known("kind", None),
        };
        let command = || {
            let (organisation, name, credentials) = (organisation?, name?, credentials?);
            Some(clients::Create { id: ClientId::new(), organisation, name, credentials, scopes, real_now })
        };
        let command = reader.finish(command())?;
        Ok(NewSecret { command, id, shown_once })
    }
}

impl Parse for NewSecret<clients::Rotate> {
    type Wire = pb::RotateClientSecretRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let real_now = Timestamp::of_this_machine();
        let target = reader.target("client_id", &wire.client_id, &wire.etag);
        let previous_until = reader.time_or_none("previous_until", wire.previous_until);
        let (new, shown_once) = new_secret(real_now);
        let id = new.id;
        let command = || Some(clients::Rotate { target: target?, new, previous_until: previous_until?, real_now });
        let command = reader.finish(command())?;
        Ok(NewSecret { command, id, shown_once: Some(shown_once) })
    }
}

impl Parse for clients::SetScopes {
    type Wire = pb::SetClientScopesRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("client_id", &wire.client_id, &wire.etag);
        let scopes = read_scopes(&mut reader, wire.scopes);
        let real_now = Timestamp::of_this_machine();
        reader.finish(target.map(|target| clients::SetScopes { target, scopes, real_now }))
    }
}

impl Parse for clients::AddKey {
    type Wire = pb::AddClientKeyRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let real_now = Timestamp::of_this_machine();
        let target = reader.target("client_id", &wire.client_id, &wire.etag);
        let key = reader.needed("key", wire.key);
        let key = key.and_then(|key| read_key(&mut reader, key, real_now));
        reader.finish(target.zip(key).map(|(target, key)| clients::AddKey { target, key, real_now }))
    }
}

impl Parse for clients::RetireKey {
    type Wire = pb::RetireClientKeyRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("client_id", &wire.client_id, &wire.etag);
        let key = reader.id("key_id", &wire.key_id);
        let retire_at = reader.time_or_none("retire_at", wire.retire_at);
        let real_now = Timestamp::of_this_machine();
        let command = || Some(clients::RetireKey { target: target?, key: key?, retire_at: retire_at?, real_now });
        reader.finish(command())
    }
}

impl Parse for clients::Revoke {
    type Wire = pb::RevokeClientRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("client_id", &wire.client_id, &wire.etag);
        let real_now = Timestamp::of_this_machine();
        reader.finish(target.map(|target| clients::Revoke { target, real_now }))
    }
}

impl Parse for sign_in::Finish {
    type Wire = pb::FinishSignInRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let id = reader.id::<SignInId>("sign_in_id", &wire.sign_in_id);
        let (code, real_now) = (wire.code, Timestamp::of_this_machine());
        reader.finish(id.map(|id| sign_in::Finish { id, code, real_now }))
    }
}

impl Parse for sign_in::RevokeSubject {
    type Wire = pb::RevokeSubjectRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let subject = match wire.subject.starts_with("per_") {
            true => reader.id("subject", &wire.subject).map(Subject::Person),
            false => reader.id("subject", &wire.subject).map(Subject::Client),
        };
        reader.finish(subject.map(|subject| sign_in::RevokeSubject { subject }))
    }
}

impl Parse for sign_in::PublishKey {
    type Wire = pb::PublishKeyRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let set = reader.take("jwks", "jwks", tokens::KeySet::parse(&wire.jwks));
        let key = set.and_then(|set| {
            let mut keys = set.iter().cloned();
            let alone = keys.next().filter(|_| keys.next().is_none());
            reader.take("jwks", "one_key", alone.ok_or("give a JWK Set of exactly one key"))
        });
        let real_now = Timestamp::of_this_machine();
        reader.finish(key.map(|key| sign_in::PublishKey { key, real_now }))
    }
}
