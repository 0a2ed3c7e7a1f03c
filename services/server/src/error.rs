//! Why a process does not start.

use kit::bus::BusError;
use kit::db::OpenError;
use kit::listener::ListenError;
use kit::rules;

use crate::home::HomeError;
use crate::net::BadPeer;
use crate::settings::WrongSetting;

/// One clear sentence each.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Setting(#[from] WrongSetting),
    #[error("{0}")]
    Home(#[from] HomeError),
    #[error("{0}")]
    Store(#[from] OpenError),
    #[error("{0}")]
    Listen(#[from] ListenError),
    #[error("{0}")]
    Peer(#[from] BadPeer),
    #[error("the contract cannot be held: {0}")]
    Rules(#[from] rules::Error),
    #[error("--nats: {0}")]
    Bus(#[from] BusError),
    #[error("the folder of attachments and evidence cannot be used: {0}")]
    Files(#[from] kit::files::FileError),
    #[error("learning cannot start: {0}")]
    Learning(#[from] learning::error::Error),
    #[error("the registry cannot start: {0}")]
    Registry(#[from] registry::error::Error),
    #[error("--mail-from or --smtp: {0}")]
    Mail(#[from] registry::mail::MailError),
}
