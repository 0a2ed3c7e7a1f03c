//! Integration clients: a council's own systems, their keys, their secrets and what they may do.
//!
//! Keys and secrets live in real time (`real_now`), also on a store with a held clock, as tokens do. Checking a
//! signature or a secret is `kit::tokens`' work.

use kit::caller::Scope;
use kit::ids::{ClientId, ClientKeyId, OrgId, SecretId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;

/// Keys that work or wait at a time: two in use, and room for a rotation that went wrong.
pub const MOST_KEYS: usize = 4;
/// Secrets that work at a time.
pub const MOST_SECRETS: usize = 2;
/// How long an old secret may work beside the new one.
pub const LONGEST_OVERLAP_S: i64 = 90 * 24 * 3600;

/// A system of an organisation that calls unattended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: ClientId,
    pub organisation: OrgId,
    /// Counts every change; the etag.
    pub version: i64,
    pub name: String,
    pub credentials: Credentials,
    /// Sorted, each once.
    pub scopes: Vec<Scope>,
    pub state: State,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// How a client signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// With assertions that it signs (RFC 7523); by when the keys begin.
    Keys(Vec<Key>),
    /// With a secret; oldest first.
    Secrets(Vec<Secret>),
}

impl Credentials {
    /// Whether a client can begin with them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] without a first key, and for a key that is over before it begins.
    pub fn check_first(&self, real_now: Timestamp) -> Result<(), Refusal> {
        match self {
            Credentials::Keys(keys) if keys.is_empty() => {
                Err(Refusal::bad_field("key", "required", "a client with keys needs its first public key"))
            }
            Credentials::Keys(keys) => keys.iter().try_for_each(|key| check_times(key, real_now)),
            Credentials::Secrets(_) => Ok(()),
        }
    }

    /// # Errors
    /// [`Refusal::Invalid`] with a key, which is not the network's to give.
    pub fn expect_no_key(&self) -> Result<(), Refusal> {
        match self {
            Credentials::Keys(keys) if !keys.is_empty() => {
                let says = "leave the key out: the organisation's own administrator adds it";
                Err(Refusal::bad_field("key", "not_own", says))
            }
            Credentials::Keys(_) | Credentials::Secrets(_) => Ok(()),
        }
    }

    /// Whether every one that worked before a change still does.
    fn last(&self, after: &Credentials, at: Timestamp) -> bool {
        match (self, after) {
            (Credentials::Keys(before), Credentials::Keys(after)) => before
                .iter()
                .filter(|key| key.works_at(at))
                .all(|key| after.iter().any(|kept| kept.id == key.id && kept.works_at(at))),
            (Credentials::Secrets(before), Credentials::Secrets(after)) => before
                .iter()
                .filter(|secret| secret.works_at(at))
                .all(|secret| after.iter().any(|kept| kept.id == secret.id && kept.works_at(at))),
            (Credentials::Keys(_), Credentials::Secrets(_)) | (Credentials::Secrets(_), Credentials::Keys(_)) => false,
        }
    }
}

/// Whether a client can sign in. One that the network entered waits for the council's own administrator; one that was
/// revoked never can again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(VariantArray))]
pub enum State {
    Pending,
    Active,
    Revoked { at: Timestamp },
}

/// A public key of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub id: ClientKeyId,
    /// Its thumbprint (RFC 7638); unique in the client, also among retired keys.
    pub kid: String,
    pub algorithm: String,
    /// Canonical JSON.
    pub jwk: String,
    /// Included.
    pub not_before: Timestamp,
    /// Not included; none while it has no end.
    pub retire_at: Option<Timestamp>,
}

impl Key {
    pub fn works_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && !self.is_retired_at(at)
    }

    fn is_retired_at(&self, at: Timestamp) -> bool {
        self.retire_at.is_some_and(|retire_at| retire_at <= at)
    }
}

/// A secret as it is kept: a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    pub id: SecretId,
    pub digest: String,
    pub created_at: Timestamp,
    /// Not included; none while it has no end.
    pub retire_at: Option<Timestamp>,
}

impl Secret {
    pub fn works_at(&self, at: Timestamp) -> bool {
        self.retire_at.is_none_or(|retire_at| at < retire_at)
    }
}

impl Client {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    pub fn create(
        id: ClientId,
        organisation: OrgId,
        name: &str,
        credentials: Credentials,
        scopes: &[Scope],
        now: Timestamp,
    ) -> Client {
        Client {
            id,
            organisation,
            version: 1,
            name: name.to_string(),
            credentials,
            scopes: tidy(scopes),
            state: State::Active,
            created_at: now,
            updated_at: now,
        }
    }

    /// The same, entered by the network: without credentials, until the council takes it over.
    pub fn waiting(self) -> Client {
        let credentials = match self.credentials {
            Credentials::Keys(_) => Credentials::Keys(Vec::new()),
            Credentials::Secrets(_) => Credentials::Secrets(Vec::new()),
        };
        Client { state: State::Pending, credentials, ..self }
    }

    /// Takes it over from the network. It signs in once it has a key or a secret.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it waits.
    pub fn activate(&self, now: Timestamp) -> Result<Client, Refusal> {
        let from = match self.state {
            State::Pending => return Ok(Client { state: State::Active, ..self.changed(now) }),
            State::Active => "active",
            State::Revoked { .. } => "revoked",
        };
        Err(Refusal::IllegalStep { what: "client", from, step: "activate" })
    }

    /// Replaces what it may do.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] once it is revoked.
    pub fn set_scopes(&self, scopes: &[Scope], now: Timestamp) -> Result<Client, Refusal> {
        self.expect_not_revoked("set_scopes")?;
        Ok(Client { scopes: tidy(scopes), ..self.changed(now) })
    }

    /// Scopes in `wanted` that the client does not have.
    pub fn added<'a>(&'a self, wanted: &'a [Scope]) -> impl Iterator<Item = Scope> + 'a {
        wanted.iter().copied().filter(|scope| !self.scopes.contains(scope))
    }

    /// Adds a key beside the others.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for a client with secrets, [`Error::AlreadyExists`] for a key that it has or had,
    /// [`Refusal::Invalid`] for one that is over before it begins, [`Error::TooMany`] beyond four that work or wait,
    /// [`Refusal::IllegalStep`] unless it is active.
    pub fn add_key(&self, key: Key, real_now: Timestamp, now: Timestamp) -> Result<Client, Error> {
        self.expect_active("add_key")?;
        let keys = self.keys()?;
        check_times(&key, real_now)?;
        if let Some(held) = keys.iter().find(|held| held.kid == key.kid) {
            return Err(Error::AlreadyExists { what: "key", field: "key.public_key", existing: held.id.to_string() });
        }
        if keys.iter().filter(|held| !held.is_retired_at(real_now)).count() >= MOST_KEYS {
            return Err(Error::TooMany { what: "keys", most: MOST_KEYS });
        }
        let mut keys = keys.clone();
        keys.push(key);
        keys.sort_by_key(|key| (key.not_before, key.id));
        Ok(Client { credentials: Credentials::Keys(keys), ..self.changed(now) })
    }

    /// Sets when a key is no longer taken; an instant that is past, or none, means now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a key that is not the client's, [`Error::EndedAlready`] for one that is retired,
    /// [`Error::WrongKind`] for a client with secrets, [`Refusal::IllegalStep`] unless it is active.
    pub fn retire_key(
        &self,
        id: ClientKeyId,
        retire_at: Option<Timestamp>,
        real_now: Timestamp,
        now: Timestamp,
    ) -> Result<Client, Error> {
        self.expect_active("retire_key")?;
        let mut keys = self.keys()?.clone();
        let key = keys.iter_mut().find(|key| key.id == id).ok_or(Refusal::NotFound { what: "key" })?;
        if let Some(over) = key.retire_at.filter(|over| *over <= real_now) {
            return Err(Error::EndedAlready { on: over.to_string() });
        }
        key.retire_at = Some(retire_at.map_or(real_now, |at| at.max(real_now)));
        Ok(Client { credentials: Credentials::Keys(keys), ..self.changed(now) })
    }

    /// Issues a new secret. Those before work until `previous_until`; a past instant, or none, ends them now.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for a client with keys, [`Refusal::Invalid`] for an overlap of more than 90 days,
    /// [`Error::TooMany`] when two already work and are to go on, [`Refusal::IllegalStep`] unless it is active.
    pub fn rotate(
        &self,
        new: Secret,
        previous_until: Option<Timestamp>,
        real_now: Timestamp,
        now: Timestamp,
    ) -> Result<Client, Error> {
        self.expect_active("rotate_secret")?;
        let Credentials::Secrets(secrets) = &self.credentials else {
            return Err(Error::WrongKind { signs_in_with: "public key" });
        };
        let until = previous_until.map_or(real_now, |until| until.max(real_now));
        if until > real_now.plus_seconds(LONGEST_OVERLAP_S) {
            let says = "the old secret may work for 90 days beside the new one at most";
            return Err(Refusal::bad_field("previous_until", "overlap", says).into());
        }
        let n_working = secrets.iter().filter(|secret| secret.works_at(real_now)).count();
        if until > real_now && n_working >= MOST_SECRETS {
            return Err(Error::TooMany { what: "secrets", most: MOST_SECRETS });
        }
        let mut secrets = secrets.clone();
        for secret in secrets.iter_mut().filter(|secret| secret.works_at(real_now)) {
            secret.retire_at = Some(secret.retire_at.map_or(until, |at| at.min(until)));
        }
        secrets.push(new);
        Ok(Client { credentials: Credentials::Secrets(secrets), ..self.changed(now) })
    }

    /// Ends it for good.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] when it was revoked before.
    pub fn revoke(&self, now: Timestamp) -> Result<Client, Refusal> {
        self.expect_not_revoked("revoke")?;
        Ok(Client { state: State::Revoked { at: now }, ..self.changed(now) })
    }

    /// Whether the tokens that the client has say no more than it may after a change, and were made with credentials
    /// that still work. If not, they must end.
    pub fn tokens_last(&self, after: &Client, real_now: Timestamp) -> bool {
        let in_force = match after.state {
            State::Pending | State::Active => true,
            State::Revoked { .. } => false,
        };
        let keeps_scopes = self.scopes.iter().all(|scope| after.scopes.contains(scope));
        in_force && keeps_scopes && self.credentials.last(&after.credentials, real_now)
    }

    fn keys(&self) -> Result<&Vec<Key>, Error> {
        match &self.credentials {
            Credentials::Keys(keys) => Ok(keys),
            Credentials::Secrets(_) => Err(Error::WrongKind { signs_in_with: "secret" }),
        }
    }

    fn expect_active(&self, step: &'static str) -> Result<(), Refusal> {
        self.expect_not_revoked(step)?;
        match self.state {
            State::Active | State::Revoked { .. } => Ok(()),
            State::Pending => Err(Refusal::IllegalStep { what: "client", from: "pending", step }),
        }
    }

    fn expect_not_revoked(&self, step: &'static str) -> Result<(), Refusal> {
        match self.state {
            State::Pending | State::Active => Ok(()),
            State::Revoked { .. } => Err(Refusal::IllegalStep { what: "client", from: "revoked", step }),
        }
    }

    fn changed(&self, now: Timestamp) -> Client {
        Client { version: self.version + 1, updated_at: now, ..self.clone() }
    }
}

fn check_times(key: &Key, real_now: Timestamp) -> Result<(), Refusal> {
    if key.retire_at.is_some_and(|retire_at| retire_at <= key.not_before.max(real_now)) {
        let says = "give an instant to come, after the key begins; or none for a key without an end";
        return Err(Refusal::bad_field("key.retire_at", "order", says));
    }
    Ok(())
}

fn tidy(scopes: &[Scope]) -> Vec<Scope> {
    let mut tidy = scopes.to_vec();
    tidy.sort_unstable();
    tidy.dedup();
    tidy
}

#[cfg(test)]
mod tests;
