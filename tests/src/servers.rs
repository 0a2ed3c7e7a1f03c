//! Servers of a test's own, which it may kill and start again: a NATS broker, and a PostgreSQL cluster.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection};
use testing::stores::Fresh;

use crate::platform::{folder_of, free_port, provided};
use testing::seeded::Random;

/// How long a server may take to come up, crash recovery included.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until something is so.
///
/// # Panics
/// When it takes longer than a minute.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} takes longer than {PATIENCE:?}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// A NATS server with JetStream, its streams in files.
pub struct Broker {
    pub url: String,
    port: u16,
    command: Command,
    child: Child,
    _files: Fresh,
}

impl Broker {
    pub fn start() -> Broker {
        let files = Fresh::sqlite();
        let port = free_port();
        let mut command = Command::new(provided("TOADLANE_TEST_NATS_BIN"));
        command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(folder_of(&files));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("TOADLANE_TEST_NATS_BIN is a nats-server");
        let broker = Broker { url: format!("nats://127.0.0.1:{port}"), port, command, child, _files: files };
        broker.wait();
        broker
    }

    /// Ends it without a word (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().expect("it was started by us");
        self.child.wait().expect("it was started by us");
    }

    pub fn start_again(&mut self) {
        self.child = self.command.spawn().expect("it was started before");
        self.wait();
    }

    /// A NATS server speaks first and says what it can do.
    fn wait(&self) {
        until("the start of the broker", || {
            let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
            let mut greeting = String::new();
            BufReader::new(stream).read_line(&mut greeting).is_ok() && greeting.contains("\"jetstream\":true")
        });
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A PostgreSQL cluster with one database, its settings as PostgreSQL ships them.
pub struct Cluster {
    pub url: String,
    command: Command,
    postmaster: Child,
    _files: Fresh,
}

impl Cluster {
    pub fn start() -> Cluster {
        let files = Fresh::sqlite();
        let folder = folder_of(&files);
        let (password, port) = (format!("{:x}", Random::of_this_machine().between(0, u64::MAX)), free_port());
        let (password_file, data) = (folder.join("password"), folder.join("data"));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("the folder is ours");
        fs::write(&password_file, &password).expect("the folder is ours");
        if let Some((user, group)) = postgres_user() {
            for path in [&folder, &password_file] {
                chown(path, Some(user), Some(group)).expect("who is not PostgreSQL's user here is root");
            }
        }
        let mut init = of_postgres("initdb", &folder);
        init.args(["-U", "toadlane", "-A", "scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        let made = init.arg("--pwfile").arg(&password_file).arg("-D").arg(&data).output();
        let made = made.expect("TOADLANE_TEST_PG_BIN holds initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut command = of_postgres("postgres", &folder);
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        command.args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=200",
        ]);
        let postmaster = command.spawn().expect("TOADLANE_TEST_PG_BIN holds postgres");
        let url = format!("postgres://toadlane:{password}@127.0.0.1:{port}/postgres");
        let mut cluster = Cluster { url, command, postmaster, _files: files };
        cluster.wait();
        cluster
    }

    /// Ends the postmaster and all its children at one stroke (SIGKILL), as a machine that crashes does.
    pub fn kill(&mut self) {
        let mut all = children_of(self.postmaster.id());
        all.push(self.postmaster.id());
        let killed =
            Command::new("kill").arg("-KILL").args(all.iter().map(u32::to_string)).stderr(Stdio::null()).status();
        killed.expect("`kill` is there");
        self.postmaster.wait().expect("it was started by us");
        until("the end of PostgreSQL's processes", || !all.iter().any(|process| runs(*process)));
    }

    pub fn start_again(&mut self) {
        self.postmaster = self.command.spawn().expect("it was started before");
        self.wait();
    }

    fn wait(&mut self) {
        until("the start of PostgreSQL", || {
            // A child that was born while the others were killed ends a moment later, and until then it is in the way.
            if self.postmaster.try_wait().expect("it was started by us").is_some() {
                self.postmaster = self.command.spawn().expect("it was started before");
            }
            PgConnection::establish(&self.url).is_ok()
        });
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One of PostgreSQL's programs, as the user that it is run as: it refuses root.
fn of_postgres(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(PathBuf::from(provided("TOADLANE_TEST_PG_BIN")).join(program));
    command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some((user, group)) = postgres_user() {
        command.uid(user).gid(group);
    }
    command
}

/// User and group to run PostgreSQL as; none where that is who runs the tests.
fn postgres_user() -> Option<(u32, u32)> {
    let name = Some(provided("TOADLANE_TEST_PG_USER")).filter(|name| !name.is_empty())?;
    let id = |which: &str| {
        let said = Command::new("id").args([which, &name]).output().expect("`id` is there");
        String::from_utf8_lossy(&said.stdout).trim().parse().expect("TOADLANE_TEST_PG_USER is a user of this machine")
    };
    Some((id("-u"), id("-g")))
}

/// State and parent of a process, after the name in parentheses, which may hold anything.
fn stat_of(process: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.to_string(), fields.next()?.parse().ok()?))
}

fn children_of(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("Linux lists processes in /proc").flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    processes.filter(|process| stat_of(*process).is_some_and(|(_, of)| of == parent)).collect()
}

/// Whether a process is there, and not only its entry that waits to be collected.
fn runs(process: u32) -> bool {
    stat_of(process).is_some_and(|(state, _)| state != "Z")
}
