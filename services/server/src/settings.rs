//! The settings of a process, from the command line with the environment as fallback. `--help` is the reference; a
//! wrong setting stops the start before a port opens.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kit::caller::Area;
use kit::clock::Clock;
use kit::db::Storage;
use kit::guard::PerMinute;
use kit::listener::Tls;
use kit::time::Timestamp;
use learning::open_data::Publisher;
use registry::mail::{Mail, MailError};

/// Where a process keeps what it keeps.
#[derive(clap::Args, Clone, Debug)]
pub struct Store {
    /// Folder of all that this process keeps: SQLite files, attachments, keys, mail
    #[arg(long, env = "TOADLANE_DATA", default_value = "toadlane-data")]
    pub data: PathBuf,
    /// PostgreSQL URL, one schema per role; without it, SQLite files in the data folder
    #[arg(long, env = "TOADLANE_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder of the roles' signing keys, if not `keys` in the data folder
    #[arg(long, env = "TOADLANE_KEYS")]
    pub keys: Option<PathBuf>,
    /// Whether SQLite syncs what was answered; no argument says otherwise, only a test does.
    #[arg(skip = true)]
    pub syncs: bool,
}

impl Store {
    pub fn storage(&self) -> Storage {
        match &self.database {
            Some(url) => Storage::Postgres { url: url.clone() },
            None => Storage::Sqlite { folder: self.data.clone(), syncs: self.syncs },
        }
    }

    pub fn keys(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data.join("keys"))
    }
}

#[derive(clap::Args, Clone, Debug)]
pub struct Serve {
    #[command(flatten)]
    pub store: Store,
    /// Roles that this process hosts, separated by commas; all by default
    #[arg(long, env = "TOADLANE_ROLES", value_delimiter = ',', default_values_t = Area::ALL)]
    pub roles: Vec<Area>,
    /// Address and port to listen on; port 0 chooses a free one
    #[arg(long, env = "TOADLANE_LISTEN", default_value = "127.0.0.1:7070")]
    pub listen: SocketAddr,
    /// PEM file with the certificate chain; with --tls-key it turns TLS on
    #[arg(long, env = "TOADLANE_TLS_CERTIFICATE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with the private key of the certificate
    #[arg(long, env = "TOADLANE_TLS_KEY", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Address of a role placed elsewhere, such as `registry=http://10.0.0.5:7070`; once for each
    #[arg(long = "peer", env = "TOADLANE_PEERS", value_delimiter = ',', value_parser = peer)]
    pub peers: Vec<(Area, String)>,
    /// PEM file with the authority that signed the certificates of the peers, if it is a private one
    #[arg(long, env = "TOADLANE_PEER_AUTHORITY")]
    pub peer_authority: Option<PathBuf>,
    /// NATS URL, over which events travel between processes
    #[arg(long, env = "TOADLANE_NATS", hide_env_values = true)]
    pub nats: Option<String>,
    /// Address under which clients know the registry, as it stands in tokens; by default its own
    #[arg(long, env = "TOADLANE_ISSUER")]
    pub issuer: Option<String>,
    /// SMTP URL for mail; without it, mail is written to `mail` in the data folder
    #[arg(long, env = "TOADLANE_SMTP", hide_env_values = true)]
    pub smtp: Option<String>,
    /// Sender of mail
    #[arg(long, env = "TOADLANE_MAIL_FROM", default_value = "Toad Lane <toadlane@localhost>")]
    pub mail_from: String,
    /// Make identities in a fixed order: only on a store with a held clock, and a seed only once for a store
    #[arg(long, hide = true)]
    pub seed_ids: Option<u64>,
    #[command(flatten)]
    pub limits: LimitSettings,
    #[command(flatten)]
    pub publisher: PublisherSettings,
    /// Seconds that running requests may take to finish when the process is stopped
    #[arg(long, env = "TOADLANE_DRAIN", default_value_t = 30)]
    pub drain_s: u64,
}

/// How many calls a minute are taken, and as many at once. Behind a proxy all are one address: they are limited there.
#[derive(clap::Args, Clone, Debug)]
pub struct LimitSettings {
    /// Calls a minute of one address without a good token (of IPv6 one /64); 0 sets no limit
    #[arg(long, env = "TOADLANE_ANONYMOUS_CALLS_PER_MINUTE", default_value_t = 600)]
    pub anonymous_calls_per_minute: u32,
    /// Steps of signing in a minute of one address: starts, codes, exchanged credentials; 0 sets no limit
    #[arg(long, env = "TOADLANE_SIGN_INS_PER_MINUTE", default_value_t = 120)]
    pub sign_ins_per_minute: u32,
    /// Calls a minute of one person or client; 0 sets no limit
    #[arg(long, env = "TOADLANE_CALLS_PER_MINUTE", default_value_t = 6000)]
    pub calls_per_minute: u32,
}

impl LimitSettings {
    /// For callers who are all on this machine.
    pub fn none() -> LimitSettings {
        LimitSettings { anonymous_calls_per_minute: 0, sign_ins_per_minute: 0, calls_per_minute: 0 }
    }

    pub fn per_minute(&self) -> PerMinute {
        let &LimitSettings { anonymous_calls_per_minute, sign_ins_per_minute, calls_per_minute } = self;
        PerMinute { anonymous: anonymous_calls_per_minute, sign_ins: sign_ins_per_minute, signed_in: calls_per_minute }
    }
}

/// Who publishes the open data (360Giving). The defaults are the example's, under a prefix that 360Giving never issues.
#[derive(clap::Args, Clone, Debug)]
pub struct PublisherSettings {
    /// Prefix that 360Giving issued: it begins the identifier of every grant
    #[arg(long = "publisher-prefix", env = "TOADLANE_PUBLISHER_PREFIX", default_value_t = Publisher::default().prefix)]
    pub prefix: String,
    /// Identifier of the publisher, such as `GB-CHC-1234567`
    #[arg(long = "publisher-id", env = "TOADLANE_PUBLISHER_ID", default_value_t = Publisher::default().identifier)]
    pub identifier: String,
    /// Its name
    #[arg(long = "publisher-name", env = "TOADLANE_PUBLISHER_NAME", default_value_t = Publisher::default().name)]
    pub name: String,
    /// Its website
    #[arg(long = "publisher-website", env = "TOADLANE_PUBLISHER_WEBSITE",
          default_value_t = Publisher::default().website)]
    pub website: String,
    /// Page on which the open data stand
    #[arg(long = "publisher-data-source", env = "TOADLANE_PUBLISHER_DATA_SOURCE",
          default_value_t = Publisher::default().data_source)]
    pub data_source: String,
    /// Licence under which they are given
    #[arg(long = "publisher-license", env = "TOADLANE_PUBLISHER_LICENSE",
          default_value_t = Publisher::default().license)]
    pub license: String,
}

impl PublisherSettings {
    /// Files from a store whose clock is held say so: their days are a demo's or a test's.
    pub fn publisher(&self, clock: &Clock) -> Publisher {
        let note = match clock.is_held() {
            true => "From a store with a held clock, as demos and tests have: its days are made up.".to_string(),
            false => String::new(),
        };
        let of = self.clone();
        let PublisherSettings { prefix, identifier, name, website, data_source, license } = of;
        Publisher { prefix, identifier, name, website, data_source, license, note }
    }
}

impl Default for PublisherSettings {
    fn default() -> PublisherSettings {
        let Publisher { prefix, identifier, name, website, data_source, license, .. } = Publisher::default();
        PublisherSettings { prefix, identifier, name, website, data_source, license }
    }
}

fn peer(text: &str) -> Result<(Area, String), String> {
    let form = "give a role and its address, such as registry=http://10.0.0.5:7070";
    let (role, address) = text.split_once('=').ok_or(form)?;
    if !(address.starts_with("http://") || address.starts_with("https://")) {
        return Err(form.to_string());
    }
    Ok((role.parse().map_err(|error: kit::caller::UnknownName| error.to_string())?, address.to_string()))
}

/// Settings that do not go together. Each sentence names the setting and what is accepted.
#[derive(Debug, thiserror::Error)]
pub enum WrongSetting {
    #[error("--peer {role}=..: this process hosts {role} itself; leave one of the two out")]
    HostedAndPeer { role: Area },
    #[error("--roles leaves {role} out; give its address with --peer {role}=http://..")]
    NoPeer { role: Area },
    #[error("--roles places roles apart; give the NATS URL with --nats, over which their events travel")]
    NoNats,
    #[error("--roles names no role; accepted are {}", Area::ALL.map(Area::name).join(", "))]
    NoRole,
    #[error("--seed-ids: this store has a real clock, and its identities must not be foreseeable; leave it out")]
    SeedOnRealClock,
    #[error("--peer-authority {path}: {cause}")]
    Authority { path: PathBuf, cause: std::io::Error },
}

impl Serve {
    /// All roles in one process on a free port, with nothing else set.
    pub fn embedded(store: Store) -> Serve {
        Serve {
            store,
            roles: Area::ALL.to_vec(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls_certificate: None,
            tls_key: None,
            peers: Vec::new(),
            peer_authority: None,
            nats: None,
            issuer: None,
            smtp: None,
            mail_from: "Toad Lane <toadlane@localhost>".to_string(),
            seed_ids: None,
            limits: LimitSettings::none(),
            publisher: PublisherSettings::default(),
            drain_s: 30,
        }
    }

    pub fn hosts(&self, area: Area) -> bool {
        self.roles.contains(&area)
    }

    pub fn peers(&self) -> HashMap<Area, String> {
        self.peers.iter().cloned().collect()
    }

    pub fn tls(&self) -> Option<Tls> {
        let (certificates, key) = self.tls_certificate.clone().zip(self.tls_key.clone())?;
        Some(Tls { certificates, key })
    }

    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_s)
    }

    /// One-time codes go out by SMTP where it is set, and to a folder otherwise.
    pub fn mail(&self, folder: &Path) -> Result<Mail, MailError> {
        match &self.smtp {
            Some(url) => Mail::to_smtp(url, &self.mail_from),
            None => Mail::to_folder(&folder.join("mail"), &self.mail_from),
        }
    }

    pub fn authority(&self) -> Result<Option<Vec<u8>>, WrongSetting> {
        let Some(path) = &self.peer_authority else { return Ok(None) };
        std::fs::read(path).map(Some).map_err(|cause| WrongSetting::Authority { path: path.clone(), cause })
    }

    /// Refuses settings that do not go together.
    pub fn check(&self) -> Result<(), WrongSetting> {
        if self.roles.is_empty() {
            return Err(WrongSetting::NoRole);
        }
        let peers = self.peers();
        for role in Area::ALL {
            match (self.hosts(role), peers.contains_key(&role)) {
                (true, true) => return Err(WrongSetting::HostedAndPeer { role }),
                // Only who calls a role needs its address, and a role calls only those before it.
                (false, false) if self.needs(role) => return Err(WrongSetting::NoPeer { role }),
                (true, false) | (false, true | false) => {}
            }
        }
        let apart = Area::ALL.into_iter().any(|role| !self.hosts(role));
        if apart && self.nats.is_none() { Err(WrongSetting::NoNats) } else { Ok(()) }
    }

    /// Whether what is hosted here calls another role. Every process asks the registry who is revoked.
    fn needs(&self, area: Area) -> bool {
        area == Area::Registry || self.roles.iter().any(|&hosted| hosted > area)
    }
}

#[derive(clap::Args, Clone, Debug)]
pub struct Init {
    #[command(flatten)]
    pub store: Store,
    /// Make stores whose clock stands still at this instant (RFC 3339) until it is moved: for demos and tests only
    #[arg(long)]
    pub clock: Option<Timestamp>,
}
