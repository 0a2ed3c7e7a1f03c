//! Opening a store: settings read back, migrations run, workers started. A store that cannot be trusted stops the
//! start with one sentence.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::queue::Queue;
use super::worker::{Kind, Worker};
use super::{Db, Inner, Tx, toadlane_now_utils};
use crate::clock::Clock;
use crate::time::Timestamp;

const KIT: EmbeddedMigrations = embed_migrations!("migrations");
const MOST_PER_BATCH: usize = 64;
/// Reads that wait share a snapshot, which begins after all of them were asked. Few: they are answered together.
const MOST_READS_PER_BATCH: usize = 8;
const POSTGRES_WRITERS: usize = 4;
const READERS: usize = 4;

diesel::table! {
    clock (only_row) {
        only_row -> BigInt,
        instant -> BigInt,
    }
}

/// Where the stores of a process are.
#[derive(Clone)]
pub enum Storage {
    /// One SQLite file per service in this folder.
    Sqlite { folder: PathBuf },
    /// One schema per service in this database.
    Postgres { url: String },
}

impl std::fmt::Debug for Storage {
    /// A URL may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Storage::Sqlite { folder } => write!(f, "SQLite in {}", folder.display()),
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
    storage: Storage,
    clock: Clock,
    kind: Kind,
}

impl Connector {
    pub fn connect(&self) -> Result<Tx, OpenError> {
        match &self.storage {
            Storage::Sqlite { folder } => self.sqlite(folder.join(format!("{}.sqlite", self.name))),
            Storage::Postgres { url } => self.postgres(url),
        }
    }

    fn sqlite(&self, file: PathBuf) -> Result<Tx, OpenError> {
        private(&file)
            .map_err(|cause| OpenError::File { file: file.display().to_string(), cause: cause.to_string() })?;
        let unusable = |cause: &dyn std::fmt::Display| of_file(&file, cause);
        let mut conn = SqliteConnection::establish(&file.display().to_string()).map_err(|cause| unusable(&cause))?;
        conn.batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
        )
        .map_err(|cause| unusable(&cause))?;
        if self.kind == Kind::Reader {
            conn.batch_execute("PRAGMA query_only = ON").map_err(|cause| unusable(&cause))?;
        }
        let clock = self.clock.clone();
        toadlane_now_utils::register_nondeterministic_impl(&conn, move || clock.now().micros())
            .map_err(|cause| unusable(&cause))?;
        Ok(Tx::Sqlite(conn))
    }

    fn postgres(&self, url: &str) -> Result<Tx, OpenError> {
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
        let mut tx = Tx::Postgres(conn);
        // On every connection: what a database has set may change while we run.
        trust(&mut tx, self.name, &self.storage)?;
        Ok(tx)
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

impl Db {
    /// Opens the store of a service, brings it up to date and starts its workers.
    ///
    /// `held` puts a clock row into a new store; an existing one keeps what it has.
    pub fn open(
        storage: &Storage,
        name: &'static str,
        migrations: EmbeddedMigrations,
        held: Option<Timestamp>,
    ) -> Result<Db, OpenError> {
        let setup = Connector { storage: storage.clone(), name, clock: Clock::real(), kind: Kind::Writer };
        let mut tx = setup.connect()?;
        if let Storage::Sqlite { .. } = storage {
            trust(&mut tx, name, storage)?;
        }
        let fresh = migrate(&mut tx, name, &migrations)?;
        let clock = held_clock(&mut tx, held.filter(|_| fresh))
            .map_err(|cause| OpenError::Migration { name, cause: cause.to_string() })?;
        drop(tx);

        let n_writers = match storage {
            Storage::Sqlite { .. } => 1,
            Storage::Postgres { .. } => POSTGRES_WRITERS,
        };
        // Made first: where a worker does not start, dropping it ends those that did.
        let db = Db {
            inner: Arc::new(Inner {
                name,
                writers: Arc::new(Queue::new(MOST_PER_BATCH, matches!(storage, Storage::Postgres { .. }))),
                readers: Arc::new(Queue::new(MOST_READS_PER_BATCH, false)),
                clock,
                changed: Arc::default(),
                published: Arc::default(),
            }),
        };
        let kinds = [(Kind::Writer, n_writers, &db.inner.writers), (Kind::Reader, READERS, &db.inner.readers)];
        for (kind, n_workers, queue) in kinds {
            for _ in 0..n_workers {
                let connector = Connector { clock: db.inner.clock.clone(), kind, ..setup.clone() };
                let first = connector.connect()?;
                #[cfg(any(test, feature = "testing"))]
                let first = crate::each_db::as_asked(first);
                let worker = Worker { connector, queue: queue.clone(), kind, changed: db.inner.changed.clone() };
                let thread = std::thread::Builder::new().name(format!("{name}-db"));
                thread
                    .spawn(move || worker.run(first))
                    .map_err(|cause| OpenError::Unreachable { name, cause: cause.to_string() })?;
            }
        }
        Ok(db)
    }

    /// Moves the held clock of this store forward. False when it follows real time, or is ahead of this already.
    pub async fn move_clock(&self, to: Timestamp) -> Result<bool, super::DbError> {
        let moved = self
            .work(None, move |tx| {
                let row = clock::table.filter(clock::instant.le(to.micros()));
                Ok::<usize, super::DbError>(diesel::update(row).set(clock::instant.eq(to.micros())).execute(tx)?)
            })
            .await?;
        self.inner.clock.move_to(to);
        Ok(moved == 1)
    }
}

/// Reads back the settings that an answer rests on, and refuses to run without them.
fn trust(tx: &mut Tx, name: &'static str, storage: &Storage) -> Result<(), OpenError> {
    let ask: &[(&str, &str, &'static str)] = match tx {
        Tx::Sqlite(_) => &[
            ("quick_check", "(SELECT quick_check FROM pragma_quick_check LIMIT 1)", "ok"),
            ("journal_mode", "(SELECT journal_mode FROM pragma_journal_mode)", "wal"),
            ("synchronous", "(SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous)", "2"),
            ("foreign_keys", "(SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys)", "1"),
            ("trusted_schema", "(SELECT CAST(trusted_schema AS TEXT) FROM pragma_trusted_schema)", "0"),
        ],
        Tx::Postgres(_) => &[
            ("fsync", "current_setting('fsync')", "on"),
            ("full_page_writes", "current_setting('full_page_writes')", "on"),
            // `remote_apply` promises more than `on`.
            ("synchronous_commit", "replace(current_setting('synchronous_commit'), 'remote_apply', 'on')", "on"),
        ],
    };
    for (setting, sql, needed) in ask {
        let found: QueryResult<String> = diesel::select(diesel::dsl::sql::<Text>(sql)).get_result(tx);
        let found = match (found, storage) {
            (Ok(found), _) => found,
            (Err(cause), Storage::Sqlite { folder }) => {
                return Err(of_file(&folder.join(format!("{name}.sqlite")), &cause));
            }
            (Err(cause), Storage::Postgres { .. }) => {
                let cause = cause.to_string();
                return Err(OpenError::Unreachable { name, cause });
            }
        };
        match (*setting, storage) {
            _ if found == *needed => {}
            ("quick_check", Storage::Sqlite { folder }) => {
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

/// Brings the store up to date. True when it was empty before.
fn migrate(tx: &mut Tx, name: &'static str, own: &EmbeddedMigrations) -> Result<bool, OpenError> {
    let failed = |cause: String| OpenError::Migration { name, cause };
    match tx {
        Tx::Sqlite(conn) => run_migrations(conn, name, own),
        Tx::Postgres(conn) => {
            // Two processes may start together: one migrates, the other then finds nothing to do.
            conn.batch_execute("SELECT pg_advisory_lock(7302026)").map_err(|cause| failed(cause.to_string()))?;
            conn.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {name}"))
                .map_err(|cause| failed(cause.to_string()))?;
            let fresh = run_migrations(conn, name, own)?;
            // In PL/pgSQL, which plans it once for each connection; a function in SQL is planned for each statement.
            conn.batch_execute(
                "CREATE OR REPLACE FUNCTION toadlane_now() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$ BEGIN
                     RETURN COALESCE((SELECT instant FROM clock),
                                     (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
                 END $$",
            )
            .map_err(|cause| failed(cause.to_string()))?;
            // Apart: sent together they are one transaction, and the lock would be given up before its commit.
            conn.batch_execute("SELECT pg_advisory_unlock(7302026)").map_err(|cause| failed(cause.to_string()))?;
            Ok(fresh)
        }
    }
}

fn run_migrations<C, DB>(conn: &mut C, name: &'static str, own: &EmbeddedMigrations) -> Result<bool, OpenError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed =
        |cause: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration { name, cause: cause.to_string() };
    let mut known: HashSet<String> = HashSet::new();
    for source in [&KIT, own] {
        let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(failed)?;
        known.extend(migrations.iter().map(|migration| migration.name().version().to_string()));
    }
    let applied = conn.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        return Err(OpenError::Newer { name, migration: newer.to_string() });
    }
    for source in [&KIT, own] {
        for migration in source.migrations().map_err(failed)? {
            if !applied.contains(&migration.name().version()) {
                conn.run_migration(&migration).map_err(failed)?;
            }
        }
    }
    Ok(applied.is_empty())
}

fn held_clock(tx: &mut Tx, start: Option<Timestamp>) -> QueryResult<Clock> {
    if let Some(start) = start {
        diesel::insert_into(clock::table)
            .values((clock::only_row.eq(1_i64), clock::instant.eq(start.micros())))
            .execute(tx)?;
    }
    let held: Option<i64> = clock::table.select(clock::instant).first(tx).optional()?;
    Ok(match held {
        Some(micros) => Clock::held(Timestamp::from_micros(micros)),
        None => Clock::real(),
    })
}
