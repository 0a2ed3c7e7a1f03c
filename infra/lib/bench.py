"""Measures the server and pgbench by turns. Called by infra/bench, whose head says what for."""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import replay

CLIENTS = (4, 8, 16)
# How often pgbench tries a transaction that fails to serialize; those that never succeed are not counted.
MAX_TRIES = 20


@dataclass
class Figures:
    per_second: float
    p99_ms: float
    worst_ms: float
    note: str = ""


class Postgres:
    def __init__(self, url: str, pg_bin: str, log: Path):
        self.url, self.pg_bin, self.log = url, Path(pg_bin), log

    def of(self, database: str) -> str:
        return self.url.rsplit("/", 1)[0] + "/" + database

    def run(self, program: str, *arguments: str, **more) -> str:
        command = [str(self.pg_bin / program), *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, **more)
        if done.returncode:
            raise SystemExit(f"infra/bench: {program} failed")
        return done.stdout

    def sql(self, database: str, *texts: str) -> str:
        commands = [part for text in texts for part in ("-c", text)]
        return self.run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *commands, "-d", self.of(database)).strip()

    def rows(self, database: str, query: str) -> dict:
        return json.loads(self.sql(database, f"SELECT row_to_json(found) FROM ({query}) found"))

    def settle(self, database: str):
        """The same start for everybody: fresh statistics, nothing left to write back."""
        self.sql(database, "VACUUM ANALYZE", "CHECKPOINT")


class Server:
    """`toadlane serve` with all roles on a database of its own."""

    def __init__(self, program: str, postgres: Postgres, folder: Path):
        self.program, self.postgres, self.folder = program, postgres, folder
        postgres.sql("postgres", "CREATE DATABASE bench")
        store = ["--data", str(folder / "data"), "--database", postgres.of("bench")]
        self.command("init", *store)
        network = "Co-operative Councils' Innovation Network"
        people = ["--name", "Administrator", "--email", "administrator@network.example"]
        self.command("admin", "first", "--network", network, *people, *store)
        # One caller's load is measured, not how it is held down.
        unlimited = ["--calls-per-minute", "0", "--sign-ins-per-minute", "0", "--anonymous-calls-per-minute", "0"]
        serve = [program, "serve", "--listen", "127.0.0.1:0", "--log", "warn", *unlimited, *store]
        self.process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.address = "http://" + re.search(r" on (\S+)", line)[1]

    def command(self, *arguments: str) -> str:
        done = subprocess.run([self.program, *arguments], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"infra/bench: toadlane {arguments[0]} failed")
        return done.stdout

    def bench(self, step: str, *arguments: str) -> str:
        where = ["--server", self.address, "--plan", str(self.folder / "plan.json")]
        return self.command("bench", step, *where, *arguments)

    def prepare(self, rounds: int, bids: int, councils: int):
        mail = str(self.folder / "data" / "mail")
        self.bench("prepare", "--mail", mail, *f"--rounds {rounds} --bids {bids} --councils {councils}".split())

    def submit(self, callers: int) -> Figures:
        said = self.bench("submit", "--callers", str(callers))
        figures = re.search(r": ([\d.]+)/s; .* p99 ([\d.]+) ms, worst ([\d.]+) ms", said)
        waiting = self.postgres.sql("bench", "SELECT count(*) FROM bids.outbox WHERE position IS NULL")
        return Figures(*map(float, figures.groups()), note=f"{waiting} events still to be published")

    def stand_still(self):
        """pgbench has the machine alone meanwhile."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.go_on()
        self.process.terminate()
        self.process.wait()


class Beside:
    """pgbench on a copy of the server's tables, with drafts like those that the server was given."""

    def __init__(self, server: Server, folder: Path):
        self.server, self.postgres = server, server.postgres
        self.script = folder / "submit.pgbench"
        self.logs = folder / "pgbench"
        self.logs.mkdir()

    def learn(self):
        """Logs the statements of one submission, and keeps its draft as the pattern of others."""
        postgres = self.postgres
        self.server.prepare(1, 1, 1)
        draft = json.loads((self.server.folder / "plan.json").read_text())["drafts"][0]
        bid, round_id = draft["bid_id"], draft["round_id"]
        postgres.sql(
            "bench",
            "CREATE SCHEMA pattern",
            f"CREATE TABLE pattern.intake AS SELECT * FROM bids.intake WHERE round_id = '{round_id}'",
            f"CREATE TABLE pattern.call AS SELECT * FROM bids.call WHERE round_id = '{round_id}'",
            f"CREATE TABLE pattern.bid AS SELECT * FROM bids.bid WHERE id = '{bid}'",
            f"CREATE TABLE pattern.revision AS SELECT * FROM bids.revision WHERE bid_id = '{bid}'",
            f"CREATE TABLE pattern.history AS SELECT * FROM bids.history WHERE bid_id = '{bid}'",
        )
        begun = postgres.log.stat().st_size
        postgres.sql("bench", "ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()")
        time.sleep(0.5)  # the reload has no answer to wait for
        self.server.submit(1)
        postgres.sql("bench", "ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()")
        log = postgres.log.read_bytes()[begun:].decode()
        self.script.write_text(replay.script(replay.read_log(log), bid, self.known(bid)))

    def known(self, bid: str) -> dict[str, str]:
        """What of a submission belongs to its bid alone, and what stands for it in the script."""
        row = self.postgres.rows("bench", f"SELECT * FROM bids.bid WHERE id = '{bid}'")
        sent = f"SELECT id FROM bids.outbox WHERE subject = '{bid}' AND kind LIKE '%.BidSubmitted'"
        answered = f"""SELECT request_id FROM bids.idempotency
            WHERE caller = '{row["client"]}' AND rpc LIKE '%/SubmitBid' ORDER BY answered_at DESC LIMIT 1"""
        return {
            bid: replay.made_up("bid", ":n"),
            row["round_id"]: replay.made_up("rnd", ":r"),
            row["applicant_id"]: replay.made_up("org", ":c"),
            row["client"]: replay.made_up("cli", ":c"),
            row["client_reference"]: replay.made_up("BENCH/", ":n"),
            self.postgres.sql("bench", sent): replay.made_up("evt", ":n"),
            self.postgres.sql("bench", answered): replay.made_up("req", ":n"),
            str(row["received_at"]): ":last_instant",
        }

    def copy(self):
        """The tables of `bids` as they now are, in a database of pgbench's own."""
        postgres = self.postgres
        postgres.sql("postgres", "SET client_min_messages = warning", "DROP DATABASE IF EXISTS beside", "CREATE DATABASE beside")
        dumped = postgres.run("pg_dump", "-n", "bids", "-n", "pattern", "-d", postgres.of("bench"))
        postgres.run("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", postgres.of("beside"), "-o", os.devnull, input=dumped)

    def drafts(self, first_n: int, n_bids: int, first_r: int, n_rounds: int, councils: int):
        """Rounds, and drafts scattered over them as `toadlane bench prepare` scatters them."""
        round_of = f"{first_r} + n * 2654435761 % 4294967296 / 65536 % {n_rounds}"
        made = replay.made_up
        of_bid = f"jsonb_build_object('bid_id', {made('bid', 'n')})"
        changed = f"""jsonb_build_object('id', {made("bid", "n")}, 'round_id', {made("rnd", round_of)},
            'applicant_id', {made("org", f"n % {councils}")}, 'lead_id', {made("org", f"n % {councils}")},
            'client', {made("cli", f"n % {councils}")}, 'client_reference', {made("BENCH/", "n")})"""
        of_round = f"jsonb_build_object('round_id', {made('rnd', 'r')})"
        bids = f"generate_series({first_n}::bigint, {first_n + n_bids - 1}) n"
        rounds = f"generate_series({first_r}, {first_r + n_rounds - 1}) r"
        fill = "INSERT INTO bids.{0} SELECT (jsonb_populate_record(p, {1})).* FROM pattern.{0} p, {2}"
        self.postgres.sql(
            "beside",
            fill.format("intake", of_round, rounds),
            fill.format("call", of_round, rounds),
            fill.format("bid", changed, bids),
            fill.format("revision", of_bid, bids),
            fill.format("history", of_bid, bids),
        )

    def measure(self, clients: int, n_bids: int, n_rounds: int, councils: int) -> Figures:
        each = n_bids // clients
        first_n, first_r = clients * 1_000_000, clients * 1000
        self.drafts(first_n, clients * each, first_r, n_rounds, councils)
        self.postgres.settle("beside")
        for old in self.logs.iterdir():
            old.unlink()
        counters = {"first_n": first_n, "first_r": first_r, "rounds": n_rounds, "councils": councils, "span": each, "i": -1, "holds": 0}
        defined = [part for name, value in counters.items() for part in ("-D", f"{name}={value}")]
        said = self.postgres.run(
            "pgbench", "-n", "-M", "prepared", "-f", str(self.script), "-c", str(clients), "-j", "2", "-t", str(each),
            "--max-tries", str(MAX_TRIES), "-l", "--log-prefix", str(self.logs / "log"), *defined,
            self.postgres.of("beside"), env={**os.environ, "PGOPTIONS": "-c search_path=bids"},
        )
        waits = [int(line.split()[2]) / 1000 for log in self.logs.iterdir() for line in log.read_text().splitlines()
                 if line.split()[2].isdigit()]
        waits.sort()
        failed = re.search(r"failed transactions: (\d+)", said)[1]
        retried = re.search(r"transactions retried: (\d+)", said)[1]
        rate = float(re.search(r"tps = ([\d.]+)", said)[1])
        p99 = waits[(len(waits) * 99 + 99) // 100 - 1]
        return Figures(rate, p99, waits[-1], note=f"{clients} clients, {retried} retried, {failed} failed")


def load() -> str:
    return Path("/proc/loadavg").read_text().split()[0]


def show(name: str, run: int, rounds: int, figures: Figures):
    line = f"{run:>3}  {rounds:>6}  {name:<9} {figures.per_second:>8.0f}/s  p99 {figures.p99_ms:>7.1f} ms"
    print(f"{line}  worst {figures.worst_ms:>7.1f} ms  ({figures.note})", flush=True)


def told():
    parser = argparse.ArgumentParser(prog="infra/bench")
    for name in ("program", "postgres", "pg-bin", "pg-log", "folder"):
        parser.add_argument(f"--{name}", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--bids", type=int, default=2048, help="in each measurement")
    parser.add_argument("--councils", type=int, default=512)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--target", action="append", help="ROUNDS=RATIO; by default 1=1.2 and 16=0.6")
    return parser.parse_args()


def setting(postgres: Postgres):
    names = ("server_version", "fsync", "full_page_writes", "synchronous_commit", "shared_buffers", "max_wal_size")
    values = ", ".join(f"{name} {postgres.sql('postgres', f'SHOW {name}')}" for name in names)
    print(f"PostgreSQL: {values}")
    print(f"machine: {os.cpu_count()} cores; load average at the start {load()}")


def main():
    asked = told()
    targets = dict(pair.split("=") for pair in asked.target or ["1=1.2", "16=0.6"])
    folder = Path(asked.folder)
    postgres = Postgres(asked.postgres, asked.pg_bin, Path(asked.pg_log))
    setting(postgres)
    server = Server(asked.program, postgres, folder)
    beside = Beside(server, folder)
    try:
        ratios = measure(asked, targets, server, beside)
    finally:
        server.stop()
    print()
    missed = False
    for rounds, target in targets.items():
        of_rounds = ratios[rounds]
        median = statistics.median(of_rounds)
        verdict = "reached" if median >= float(target) else "MISSED"
        missed |= verdict == "MISSED"
        spread = f"{min(of_rounds):.2f} to {max(of_rounds):.2f}"
        print(f"{rounds} round(s): server / best pgbench, median {median:.2f} ({spread}); target {target} {verdict}")
    sys.exit(missed)


def measure(asked, targets, server: Server, beside: Beside) -> dict[str, list[float]]:
    # Councils and warm caches first; nobody is measured cold.
    server.prepare(1, asked.councils, asked.councils)
    server.submit(asked.callers)
    beside.learn()
    n_statements = replay.n_statements(beside.script.read_text())
    print(f"pgbench repeats the {n_statements} statements of one submission, -M prepared; otherwise than the server:")
    print("\n".join(f"  - {difference}" for difference in replay.DIFFERENCES))
    print(f"{asked.bids} bids of {asked.councils} councils a measurement, {asked.callers} callers; pgbench as many\n")
    ratios: dict[str, list[float]] = {rounds: [] for rounds in targets}
    for run in range(1, asked.runs + 1):
        for rounds in targets:
            server.prepare(int(rounds), asked.bids, asked.councils)
            server.postgres.settle("bench")
            ours = server.submit(asked.callers)
            ours.note += f", load {load()}"
            show("server", run, int(rounds), ours)
            server.stand_still()
            beside.copy()
            theirs = []
            for clients in CLIENTS:
                theirs.append(beside.measure(clients, asked.bids, int(rounds), asked.councils))
                show("pgbench", run, int(rounds), theirs[-1])
            server.go_on()
            ratios[rounds].append(ours.per_second / max(one.per_second for one in theirs))
            print(f"{run:>3}  {rounds:>6}  ratio     {ratios[rounds][-1]:>8.2f}", flush=True)
    return ratios


if __name__ == "__main__":
    main()
