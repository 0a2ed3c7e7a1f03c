//! The data folder of a process: held by one process at a time, readable by its owner alone.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::caller::Area;
use kit::tokens::{KeyError, KeySet, SigningKey};

use crate::settings::Store;

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    #[error("another toadlane uses the folder {0}; stop it, or give another folder with --data")]
    InUse(PathBuf),
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
        private_folder(&store.data)?;
        let lock = lock(&store.data)?;
        let key_folder = store.keys();
        private_folder(&key_folder)?;
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
    let path = folder.join("toadlane.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.map_err(io_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(HomeError::InUse(folder.to_path_buf())),
        Err(TryLockError::Error(cause)) => Err(HomeError::Io { path, cause }),
    }
}

fn private_folder(path: &Path) -> Result<(), HomeError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io_error(path))
}

/// Makes a key for every role, so that the public half of each is known everywhere from the first day.
fn make_keys(folder: &Path, set_path: &Path) -> Result<(), HomeError> {
    let mut set = KeySet::default();
    for role in Area::ALL {
        let key = SigningKey::generate(role.name())?;
        key.write(&folder.join(format!("{role}.key")))?;
        set.add(key.public())?;
    }
    fs::write(set_path, set.to_json()).map_err(io_error(set_path))
}
