//! Connections of one store, each set up the same. The settings that correctness rests on are read back; a store that
//! cannot be trusted is refused in one sentence.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::Conn;
use super::conn::toadlane_now_utils;
use crate::clock::Clock;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Writer,
    Reader,
}

/// Where the stores of a process are.
#[derive(Clone)]
pub enum Storage {
    /// One SQLite file per service in this folder. Without `syncs` a power cut can take what was answered; only a test
    /// asks for that, to show that it would be found out.
    Sqlite { folder: PathBuf, syncs: bool },
    /// One schema per service in this database.
    Postgres { url: String },
}

impl Storage {
    pub fn sqlite(folder: PathBuf) -> Storage {
        Storage::Sqlite { folder, syncs: true }
    }
}

impl std::fmt::Debug for Storage {
    /// A URL may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Storage::Sqlite { folder, .. } => write!(f, "SQLite in {}", folder.display()),
            Storage::Postgres { .. } => f.write_str("PostgreSQL"),
        }
    }
}

/// Why a store cannot be opened. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database of {name} cannot be reached: {cause}; check --database and that it runs")]
    Unreachable { name: &'static str, cause: String },
    #[error("the address in --database is not understood; give postgres://user:password@host:port/database")]
    BadAddress,
    #[error("the database file {file} cannot be used: {cause}")]
    File { file: String, cause: String },
    #[error("the database file {file} is damaged ({cause}); restore it from a backup")]
    Damaged { file: String, cause: String },
    #[error("the database of {name} was written by a newer toadlane (it holds {migration}); run that version")]
    Newer { name: &'static str, migration: String },
    #[error(
        "the database of {name} runs with {setting} = {found}, which can lose what was answered; set it to {needed}"
    )]
    Unsafe { name: &'static str, setting: String, found: String, needed: &'static str },
    #[error("--database asks for TLS, which this build lacks; build with --features postgres-tls")]
    NoTls,
    #[error("the database of {name} could not be brought up to date: {cause}")]
    Migration { name: &'static str, cause: String },
}

/// Makes connections of one store, each set up the same.
#[derive(Clone)]
pub struct Connector {
    pub name: &'static str,
    pub storage: Storage,
    pub clock: Clock,
    pub kind: Kind,
}

impl Connector {
    pub fn connect(&self) -> Result<Conn, OpenError> {
        match &self.storage {
            Storage::Sqlite { folder, syncs } => self.sqlite(folder.join(format!("{}.sqlite", self.name)), *syncs),
            Storage::Postgres { url } => self.postgres(url),
        }
    }

    fn sqlite(&self, file: PathBuf, syncs: bool) -> Result<Conn, OpenError> {
        private(&file)
            .map_err(|cause| OpenError::File { file: file.display().to_string(), cause: cause.to_string() })?;
        let unusable = |cause: &dyn std::fmt::Display| of_file(&file, cause);
        let mut conn = SqliteConnection::establish(&file.display().to_string()).map_err(|cause| unusable(&cause))?;
        conn.batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
        )
        .map_err(|cause| unusable(&cause))?;
        if !syncs {
            conn.batch_execute("PRAGMA synchronous = OFF").map_err(|cause| unusable(&cause))?;
        }
        if self.kind == Kind::Reader {
            conn.batch_execute("PRAGMA query_only = ON").map_err(|cause| unusable(&cause))?;
        }
        let clock = self.clock.clone();
        toadlane_now_utils::register_nondeterministic_impl(&conn, move || clock.now().micros())
            .map_err(|cause| unusable(&cause))?;
        Ok(Conn::Sqlite(conn))
    }

    fn postgres(&self, url: &str) -> Result<Conn, OpenError> {
        let mut conn =
            PgConnection::establish(&with_limits(url)).map_err(|cause| self.of_address(&cause.to_string()))?;
        // A host that vanishes would keep its locks until the server's own keepalive finds out, after two hours.
        conn.batch_execute(&format!(
            "SET search_path TO {0}; SET application_name TO 'toadlane-{0}'; SET tcp_keepalives_idle = 10;
             SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3",
            self.name
        ))
        .map_err(|cause| OpenError::Unreachable { name: self.name, cause: cause.to_string() })?;
        // A deadlock is known by its English message only. Servers that do not let us choose are English mostly.
        let _ = conn.batch_execute("SET lc_messages = 'C'");
        let mut conn = Conn::Postgres(conn);
        // On every connection: what a database has set may change while we run.
        trust(&mut conn, self.name, &self.storage)?;
        Ok(conn)
    }

    /// libpq never repeats a password it has understood; of an address it has not understood it may repeat anything.
    fn of_address(&self, cause: &str) -> OpenError {
        if cause.contains("SSL support is not compiled in") {
            return OpenError::NoTls;
        }
        if !["connection to server", "could not translate host name"].iter().any(|known| cause.starts_with(known)) {
            return OpenError::BadAddress;
        }
        OpenError::Unreachable { name: self.name, cause: cause.trim_end().replace('\n', "; ") }
    }
}

/// What SQLite says of a file: damage asks for a backup, and everything else for a look at the file.
fn of_file(file: &Path, cause: &dyn std::fmt::Display) -> OpenError {
    let (file, cause) = (file.display().to_string(), cause.to_string());
    if ["malformed", "not a database"].iter().any(|damage| cause.contains(damage)) {
        OpenError::Damaged { file, cause }
    } else {
        OpenError::File { file, cause }
    }
}

/// The address with limits on how long a host that does not answer is waited for, where it names none itself.
fn with_limits(url: &str) -> String {
    let mut url = url.to_string();
    if !url.starts_with("postgres") {
        return url;
    }
    let limits = [
        ("connect_timeout", "5"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "25000"),
    ];
    for (name, value) in limits {
        if !url.contains(name) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{separator}{name}={value}"));
        }
    }
    url
}

/// The file is readable by its owner alone from its first byte on.
fn private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    if file.exists() {
        return std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600));
    }
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map(drop)
}

/// Reads back the settings that an answer rests on, and refuses to run without them.
pub fn trust(conn: &mut Conn, name: &'static str, storage: &Storage) -> Result<(), OpenError> {
    let ask: &[(&str, &str, &'static str)] = match conn {
        Conn::Sqlite(_) => &[
            ("quick_check", "(SELECT quick_check FROM pragma_quick_check LIMIT 1)", "ok"),
            ("journal_mode", "(SELECT journal_mode FROM pragma_journal_mode)", "wal"),
            ("synchronous", "(SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous)", "2"),
            ("foreign_keys", "(SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys)", "1"),
            ("trusted_schema", "(SELECT CAST(trusted_schema AS TEXT) FROM pragma_trusted_schema)", "0"),
        ],
        Conn::Postgres(_) => &[
            ("fsync", "current_setting('fsync')", "on"),
            ("full_page_writes", "current_setting('full_page_writes')", "on"),
            // `remote_apply` promises more than `on`.
            ("synchronous_commit", "replace(current_setting('synchronous_commit'), 'remote_apply', 'on')", "on"),
        ],
    };
    for (setting, sql, needed) in ask {
        let found: QueryResult<String> = diesel::select(diesel::dsl::sql::<Text>(sql)).get_result(conn);
        let found = match (found, storage) {
            (Ok(found), _) => found,
            (Err(cause), Storage::Sqlite { folder, .. }) => {
                return Err(of_file(&folder.join(format!("{name}.sqlite")), &cause));
            }
            (Err(cause), Storage::Postgres { .. }) => {
                let cause = cause.to_string();
                return Err(OpenError::Unreachable { name, cause });
            }
        };
        match (*setting, storage) {
            _ if found == *needed => {}
            ("synchronous", Storage::Sqlite { syncs: false, .. }) => {}
            ("quick_check", Storage::Sqlite { folder, .. }) => {
                let file = folder.join(format!("{name}.sqlite")).display().to_string();
                return Err(OpenError::Damaged { file, cause: found });
            }
            _ => {
                let setting = (*setting).to_string();
                return Err(OpenError::Unsafe { name, setting, found, needed });
            }
        }
    }
    Ok(())
}
