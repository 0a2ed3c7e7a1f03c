"""The statements of one submission, read from PostgreSQL's log, as a script for pgbench.

What differs between two submissions (ids, the number, the instant) becomes an expression over pgbench's counters or a
result of the statement that gave it; everything else stays as it was logged. Where that makes a difference it is in
pgbench's favour, and `DIFFERENCES` says so.
"""

import re
from dataclasses import dataclass, field

DIFFERENCES = (
    "The look-ups before the write (stored answer, bid, partners) run as single statements without a transaction.",
    "SAVEPOINT, RELEASE and SET lock_timeout are left out: a client alone needs none of them.",
    "Values that are the same for every bid are part of the prepared statement and are not sent.",
    "The receipt is not signed, its words and the event are not composed: they stay those of the logged bid.",
    "Nothing publishes the events: the server's relay does, and its statements count against the server alone.",
)

# pgbench's variables: `n` is a draft that only this transaction uses, `r` the draft's round, `c` its council. A
# transaction that fails to serialize begins here again, still with its lock and its draft.
HEAD = r"""\if :holds
SELECT pg_advisory_unlock_all();
\else
\set i :i + 1
\endif
\set holds 0
\set n :first_n + :client_id * :span + :i
\set r :first_r + (:n * 2654435761) % 4294967296 / 65536 % :rounds
\set c :n % :councils
"""


@dataclass
class Statement:
    text: str
    values: dict[int, str | None] = field(default_factory=dict)


def made_up(kind: str, number: str) -> str:
    """An id for a number, as SQL, here and where the drafts are made."""
    return f"('{kind}_' || lpad(({number})::text, 32, '0'))"


def read_log(text: str) -> dict[str, list[Statement]]:
    """The statements of each session, in order. A line that goes on is indented by a tab."""
    sessions: dict[str, list[Statement]] = {}
    entries = re.split(r"^(?=\d{4}-\d\d-\d\d )", text.replace("\n\t", "\n"), flags=re.M)
    for entry in entries:
        head = re.match(r"\S+ \S+ \S+ \[(\d+)\] (LOG|DETAIL):  (.*)", entry, flags=re.S)
        if not head:
            continue
        session, kind, rest = sessions.setdefault(head[1], []), head[2], head[3].rstrip("\n")
        if kind == "DETAIL" and rest.startswith("parameters: ") and session:
            for number, value in re.findall(r"\$(\d+) = (NULL|'(?:[^']|'')*')", rest):
                session[-1].values[int(number)] = None if value == "NULL" else value[1:-1].replace("''", "'")
        elif said := re.match(r"(?:statement|execute [^:]+): (.*)", rest, flags=re.S):
            session.append(Statement(said[1]))
    return sessions


def transactions(statements: list[Statement]) -> list[list[Statement]]:
    """Cuts a session into its transactions, each with the statements just before BEGIN and just after COMMIT."""
    found: list[list[Statement]] = [[]]
    for statement in statements:
        if re.match(r"BEGIN|SET lock_timeout", statement.text) and any("COMMIT" in s.text for s in found[-1]):
            found.append([])
        found[-1].append(statement)
    return found


def columns(text: str) -> dict[int, str]:
    """Which column each placeholder is written to."""
    into = {int(number): name for name, number in re.findall(r'"(\w+)" = \$(\d+)', text)}
    if insert := re.match(r'INSERT INTO "\w+" \(([^)]*)\) VALUES \(([^)]*)\)', text):
        names, values = (part.split(", ") for part in insert.groups())
        into |= {int(value[1:]): name.strip('"') for name, value in zip(names, values) if value.startswith("$")}
    return into


def literal(value: str | None) -> str:
    """A value as pgbench can read it: it takes a colon and a word for a variable, also within quotes."""
    if value is None:
        return "NULL"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace(":", "\\x3a")
    return f"E'{escaped}'"


class Script:
    """`known` maps the logged bid's own values to what stands for them."""

    def __init__(self, known: dict[str, str]):
        self.known = known
        self.lines: list[str] = []

    def value(self, value: str | None, column: str | None) -> str:
        if column == "number" and value is not None:
            return ":last_number"
        if value in self.known:
            return self.known[value]
        if value and value[0] == "{" and value[1:-1] in self.known:
            return f"ARRAY[{self.known[value[1:-1]]}]"
        return literal(value)

    def put(self, statement: Statement):
        into = columns(statement.text)
        filled = re.sub(
            r"\$(\d+)", lambda at: self.value(statement.values[int(at[1])], into.get(int(at[1]))), statement.text
        )
        end = r" \gset" if statement.text.startswith('UPDATE "intake"') else ";"
        self.lines.append(filled + end)

    def text(self) -> str:
        return HEAD + "\n".join(self.lines) + "\n"


def n_statements(text: str) -> int:
    return sum(not line.startswith("\\") for line in text.removeprefix(HEAD).splitlines())


def script(sessions: dict[str, list[Statement]], bid: str, known: dict[str, str]) -> str:
    """The script of the one submission of this bid among what was logged."""
    reads, writes = Script(known), Script(known)
    for session in sessions.values():
        for transaction in transactions(session):
            told = "\n".join(f"{s.text} {s.values.values()}" for s in transaction)
            if bid not in told and '"idempotency"' not in told:
                continue
            work = [s for s in transaction if re.match("SELECT|INSERT|UPDATE|DELETE", s.text)]
            work = [s for s in work if "pg_advisory" not in s.text]
            into = writes if any(s.text.startswith('UPDATE "intake"') for s in work) else reads
            for statement in work:
                into.put(statement)
    if not reads.lines or not writes.lines:
        raise SystemExit("infra/bench: the log does not show the statements of the submission")
    lock = [r"\set holds 1", "SELECT pg_advisory_lock(:r);", "BEGIN ISOLATION LEVEL SERIALIZABLE;"]
    unlock = ["COMMIT;", "SELECT pg_advisory_unlock(:r);", r"\set holds 0"]
    writes.lines = reads.lines + lock + writes.lines + unlock
    return writes.text()
