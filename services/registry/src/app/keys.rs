//! The public keys of the platform's areas: published by each, and taken over when an installation starts.

use kit::cx::Cx;
use kit::db::Tx;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use kit::tokens::{KeySet, PublicKey};

use super::reading;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::sign_in::AllKeys;
use crate::store::keys::{self as store, Known};

#[derive(Clone, Debug)]
pub struct PublishKey {
    pub key: PublicKey,
    pub real_now: Timestamp,
}

pub fn publish_key(tx: &mut Tx, cx: &Cx, cmd: &PublishKey) -> Result<AllKeys, Error> {
    policy::check_at_large(&cx.caller, Action::ServePlatform, "key")?;
    if cx.caller.subject.to_string() != format!("role:{}", cmd.key.role) {
        return Err(Refusal::bad_field("jwks", "role", "a role publishes its own key").into());
    }
    put_key(tx, &cmd.key, cmd.real_now)?;
    reading::keys(tx)
}

/// Makes a new key known and retires the one before; one that is in use changes nothing.
///
/// # Errors
/// [`Error::RetiredKey`] for one that was retired: nothing that it signs would be believed.
fn put_key(tx: &mut Tx, key: &PublicKey, real_now: Timestamp) -> Result<(), Error> {
    match store::known(tx, key)? {
        Known::New => Ok(store::succeed(tx, key, real_now.seconds())?),
        Known::InUse => Ok(()),
        Known::Retired => Err(Error::RetiredKey { role: key.role.clone(), kid: key.kid() }),
    }
}

/// Takes over the keys of an installation, dated ones as retired. What is retired here already stays so, whatever an
/// old copy of the set says.
///
/// # Errors
/// [`Error::TwoKeys`] when the set has two keys in use for one area, [`Error::RetiredKey`] when our own was retired.
pub fn take_keys(tx: &mut Tx, set: &KeySet, own: &str, real_now: Timestamp) -> Result<(), Error> {
    let mut areas: Vec<&str> = Vec::new();
    for key in set.iter().filter(|key| key.retired_at.is_none()) {
        if areas.contains(&key.role.as_str()) {
            return Err(Error::TwoKeys { role: key.role.clone() });
        }
        areas.push(&key.role);
        match put_key(tx, key, real_now) {
            Err(Error::RetiredKey { .. }) if key.kid() != own => {}
            other => other?,
        }
    }
    for key in set.iter() {
        if let Some(retired_at) = key.retired_at {
            store::retire(tx, key, retired_at)?;
        }
    }
    Ok(())
}
