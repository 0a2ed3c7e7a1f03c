//! A platform of its own for one test: the program in one process or several, on a fresh store, gone afterwards.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use demo::deployment::Deployment;
use demo::network::ADMINISTRATOR;
use kit::caller::Area;
use kit::db::Storage;
use testing::stores::Fresh;
use toadlane_client::{Place, Places};
use tokio::sync::Mutex;

use crate::servers::Broker;
use testing::seeded::Random;

/// Held by tests that load the machine, so that they do not load it for each other.
pub static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The program under test: what `./infra/test` built, or what cargo built beside this test.
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("TOADLANE_TEST_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a running test has a path");
    let folder = test.parent().and_then(Path::parent).expect("cargo runs tests from `deps`");
    folder.join("toadlane")
}

/// A setting that `./infra/test` exports.
pub fn provided(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run the tests with ./infra/test"))
}

/// One process of the program.
pub struct Process {
    pub child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts the program and waits until it says where it listens.
    pub fn start(command: &mut Command) -> Process {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program was built before the tests");
        let out = child.stdout.take().expect("its output was asked for");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let line = loop {
            let line =
                receiver.recv_timeout(Duration::from_secs(60)).expect("it says within a minute where it listens");
            // The test harness of a child that is a test speaks first.
            if line.starts_with("toadlane serves ") {
                break line;
            }
        };
        let address = line.split(" on ").nth(1).and_then(|rest| rest.split(' ').next());
        let address = address.unwrap_or_else(|| panic!("it should say where it listens, but said: {line}")).to_string();
        Process { child, address }
    }

    /// Ends it without a word (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().expect("it was started by us");
        self.child.wait().expect("it was started by us");
    }

    /// Asks it to stop and waits until it has; its exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        signal(self.child.id(), "TERM");
        self.child.wait().expect("it was started by us").code()
    }
}

/// Sends a signal by its name.
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).status();
    assert!(sent.expect("`kill` is there").success(), "process {process} can be sent {name}");
}

/// A platform of one process or several, with an administrator who can sign in.
pub struct Platform {
    pub processes: Vec<Process>,
    /// How each of the processes was started.
    pub commands: Vec<Command>,
    pub deployment: Deployment,
    pub folder: PathBuf,
    // Dropped last: the stores go when nobody uses them any more.
    _broker: Option<Broker>,
    _fresh: Vec<Fresh>,
}

/// A store on each engine, by turns: the name is for messages.
pub fn each_engine() -> [(&'static str, Fresh); 2] {
    [("SQLite", Fresh::sqlite()), ("PostgreSQL", Fresh::postgres())]
}

fn store_arguments(command: &mut Command, data: &Path, keys: &Path, storage: &Storage) {
    command.arg("--data").arg(data).arg("--keys").arg(keys);
    if let Storage::Postgres { url } = storage {
        command.arg("--database").arg(url);
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program was built before the tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A port that was free a moment ago. Processes that need each other's addresses must know them beforehand.
///
/// It lies below those that the system gives to outgoing connections: whoever knocks at the port of a process that is
/// down could otherwise be given that very port, and be connected with itself.
pub fn free_port() -> u16 {
    let mut random = Random::of_this_machine();
    loop {
        let port = u16::try_from(random.between(10_000, 32_000)).expect("it is a port");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// What a process logs goes to a file of its platform; shown when the test fails.
fn log_to(command: &mut Command, file: &Path) {
    command.stderr(File::options().create(true).append(true).open(file).expect("the platform's folder can be written"));
}

impl Platform {
    /// All roles in one process. `clock` holds the clock of the store at that instant.
    pub fn embedded(fresh: Fresh, clock: Option<&str>) -> Platform {
        let files = Fresh::sqlite();
        let folder = folder_of(&files);
        let (data, keys) = (folder.join("data"), folder.join("keys"));
        prepare(&data, &keys, &fresh.storage, clock);
        let mut serve = Command::new(program());
        serve.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn"]);
        store_arguments(&mut serve, &data, &keys, &fresh.storage);
        let process = Process::start(&mut serve);
        let place = Place::new(format!("http://{}", process.address));
        let deployment = Deployment::at(place, data.join("mail"));
        Platform {
            processes: vec![process],
            commands: vec![serve],
            deployment,
            folder,
            _broker: None,
            _fresh: vec![fresh, files],
        }
    }

    /// Every role in a process of its own. Events go over a broker of its own: the consumers of two platforms that
    /// share one would take each other's.
    pub fn apart(fresh: Fresh, clock: Option<&str>) -> Platform {
        let broker = Broker::start();
        let mut platform = Platform::apart_over(&fresh.storage, &broker.url, clock);
        platform._broker = Some(broker);
        platform._fresh.insert(0, fresh);
        platform
    }

    /// The same in a given database and over a given broker. On SQLite each role's file lies in a folder of its own.
    pub fn apart_over(storage: &Storage, nats: &str, clock: Option<&str>) -> Platform {
        let files = Fresh::sqlite();
        let folder = folder_of(&files);
        let keys = folder.join("keys");
        let data = |role: Area| folder.join(role.name());
        // The stores are made before the roles part.
        match storage {
            Storage::Postgres { .. } => prepare(&data(Area::Registry), &keys, storage, clock),
            Storage::Sqlite { .. } => {
                for role in Area::ALL {
                    prepare(&data(role), &keys, &Storage::sqlite(data(role)), clock);
                }
            }
        }
        let ports: Vec<(Area, u16)> = Area::ALL.map(|role| (role, free_port())).to_vec();
        let address = |role: Area| {
            let port = ports.iter().find(|(of, _)| *of == role).map(|(_, port)| *port);
            format!("http://127.0.0.1:{}", port.expect("every role has a port"))
        };
        let (mut processes, mut commands) = (Vec::new(), Vec::new());
        for (role, port) in &ports {
            let mut serve = Command::new(program());
            serve.args(["serve", "--log", "warn", "--nats", nats, "--roles", role.name()]);
            serve.args(["--listen", &format!("127.0.0.1:{port}")]);
            for other in Area::ALL.into_iter().filter(|other| other != role) {
                serve.args(["--peer", &format!("{other}={}", address(other))]);
            }
            store_arguments(&mut serve, &data(*role), &keys, storage);
            log_to(&mut serve, &folder.join(format!("{role}.log")));
            processes.push(Process::start(&mut serve));
            commands.push(serve);
        }
        let places = Places {
            registry: Place::new(address(Area::Registry)),
            rounds: Place::new(address(Area::Rounds)),
            bids: Place::new(address(Area::Bids)),
            grading: Place::new(address(Area::Grading)),
            awards: Place::new(address(Area::Awards)),
            reporting: Place::new(address(Area::Reporting)),
            learning: Place::new(address(Area::Learning)),
        };
        let clocks = Area::ALL.map(|role| Place::new(address(role))).to_vec();
        let deployment = Deployment { clocks, places, mail: data(Area::Registry).join("mail") };
        Platform { processes, commands, deployment, folder, _broker: None, _fresh: vec![files] }
    }

    /// The process of a role that is placed apart.
    pub fn process(&mut self, area: Area) -> &mut Process {
        &mut self.processes[place_of(area)]
    }

    /// Starts the process of a role again, once it has ended.
    pub fn start_again(&mut self, area: Area) {
        let place = place_of(area);
        self.processes[place].child.wait().expect("it was started by us");
        self.processes[place] = Process::start(&mut self.commands[place]);
    }
}

/// Processes apart stand in the order of the roles.
fn place_of(area: Area) -> usize {
    Area::ALL.into_iter().position(|other| other == area).expect("every role is listed")
}

impl Drop for Platform {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        for role in Area::ALL {
            let log = std::fs::read_to_string(self.folder.join(format!("{role}.log"))).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            for line in &lines[lines.len().saturating_sub(20)..] {
                println!("{role}: {line}");
            }
        }
    }
}

/// The folder of a fresh place for files.
pub fn folder_of(fresh: &Fresh) -> PathBuf {
    match &fresh.storage {
        Storage::Sqlite { folder, .. } => folder.clone(),
        Storage::Postgres { .. } => panic!("files lie in a folder"),
    }
}

/// `toadlane init` and `toadlane admin first`.
fn prepare(data: &Path, keys: &Path, storage: &Storage, clock: Option<&str>) {
    let mut init = Command::new(program());
    init.arg("init");
    store_arguments(&mut init, data, keys, storage);
    if let Some(clock) = clock {
        init.args(["--clock", clock]);
    }
    run(&mut init);
    let mut first = Command::new(program());
    first.args(["admin", "first", "--network", "Co-operative Councils' Innovation Network"]);
    first.args(["--name", "Administrator", "--email", ADMINISTRATOR]);
    store_arguments(&mut first, data, keys, storage);
    run(&mut first);
}
