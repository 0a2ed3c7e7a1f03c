//! The data folder of a process: held by one process at a time, readable by its owner alone.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::caller::Area;
use kit::tokens::{KeyError, KeySet, SigningKey};

use crate::settings::Store;

const LOCK: &str = "toadlane.lock";

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    #[error("another toadlane uses the folder {0}; stop it, or give another folder with --data")]
    InUse(PathBuf),
    #[error("{path} is open to others, and that cannot be changed: {cause}; give a folder of this user with --data")]
    Exposed { path: PathBuf, cause: io::Error },
    #[error("{0} is open to others and holds what is not toadlane's; give a folder of its own with --data")]
    Foreign(PathBuf),
    #[error("{path}: {cause}")]
    Io { path: PathBuf, cause: io::Error },
    #[error("{0}")]
    Key(#[from] KeyError),
    #[error("{path}: {cause}; the file lists the public keys of the roles")]
    KeySet { path: PathBuf, cause: KeyError },
}

/// An opened data folder. The lock ends with the process.
pub struct Home {
    pub folder: PathBuf,
    keys: HashMap<Area, Arc<SigningKey>>,
    /// The public keys of all roles, this process's or not.
    pub key_set: KeySet,
    _lock: File,
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> HomeError + use<> {
    let path = path.to_path_buf();
    move |cause| HomeError::Io { path: path.clone(), cause }
}

impl Home {
    /// Opens the folder for these roles, and makes what is absent: the folder, and the keys of all roles where there
    /// are none at all. A role without its key among existing ones is refused: keys are handed out, not guessed.
    pub fn open(store: &Store, roles: &[Area]) -> Result<Home, HomeError> {
        make_private(&store.data)?;
        keep_private(&store.data)?;
        let lock = lock(&store.data)?;
        // One that is elsewhere may be shared or read-only, so it stays as it is: each key in it is asked by itself.
        let key_folder = store.keys();
        make_private(&key_folder)?;
        let set_path = key_folder.join("roles.json");
        if !set_path.exists() {
            make_keys(&key_folder, &set_path)?;
        }
        let text = fs::read_to_string(&set_path).map_err(io_error(&set_path))?;
        let key_set = KeySet::parse(&text).map_err(|cause| HomeError::KeySet { path: set_path, cause })?;
        let mut keys = HashMap::new();
        for &role in roles {
            let key = SigningKey::read(role.name(), &key_folder.join(format!("{role}.key")))?;
            keys.insert(role, Arc::new(key));
        }
        Ok(Home { folder: store.data.clone(), keys, key_set, _lock: lock })
    }

    /// The signing key of a role that this process hosts.
    pub fn key(&self, area: Area) -> Option<Arc<SigningKey>> {
        self.keys.get(&area).cloned()
    }
}

/// Takes a data folder for this process, until the file is dropped.
pub fn lock(folder: &Path) -> Result<File, HomeError> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.map_err(io_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(HomeError::InUse(folder.to_path_buf())),
        Err(TryLockError::Error(cause)) => Err(HomeError::Io { path, cause }),
    }
}

/// Makes a folder that its owner alone may open, if it is absent.
pub fn make_private(path: &Path) -> Result<(), HomeError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io_error(path))
}

/// Closes a folder to all but its owner, and with it all that lies in it.
fn keep_private(path: &Path) -> Result<(), HomeError> {
    let mode = fs::metadata(path).map_err(io_error(path))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    // Such as /var/lib, which everybody needs.
    if !is_ours(path)? {
        return Err(HomeError::Foreign(path.to_path_buf()));
    }
    let closed = fs::set_permissions(path, Permissions::from_mode(mode & 0o700));
    closed.map_err(|cause| HomeError::Exposed { path: path.to_path_buf(), cause })?;
    let folder = path.display();
    tracing::warn!(%folder, "{folder} was open to other users of this machine, and is no more");
    Ok(())
}

/// Whether a folder is empty, or one that toadlane has used before.
fn is_ours(path: &Path) -> Result<bool, HomeError> {
    let stores = Area::ALL.map(|role| format!("{role}.sqlite"));
    let mut is_empty = true;
    for entry in fs::read_dir(path).map_err(io_error(path))? {
        let name = entry.map_err(io_error(path))?.file_name();
        if name == LOCK || stores.iter().any(|store| name == store.as_str()) {
            return Ok(true);
        }
        is_empty = false;
    }
    Ok(is_empty)
}

/// Makes a key for every role, so that the public half of each is known everywhere from the first day.
fn make_keys(folder: &Path, set_path: &Path) -> Result<(), HomeError> {
    let mut set = KeySet::default();
    for role in Area::ALL {
        let key = SigningKey::generate(role.name())?;
        key.write(&folder.join(format!("{role}.key")))?;
        set.add(key.public())?;
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(set_path);
    let written = file.and_then(|mut file| file.write_all(set.to_json().as_bytes()));
    written.map_err(io_error(set_path))
}

#[cfg(test)]
mod tests;
