"""A real platform for one test run: the program itself on a store of its own, one council in it, and one open round.

Everything is entered through the public API, signed in with the codes that people get by mail. No council, person or
round here exists. The store's clock is held, for a round that opens and closes would otherwise be over one day.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from toadlane.registry import v1 as registry
from toadlane.rounds import v1 as rounds
from toadlane.types.v1 import ClockServiceStub, SetClockRequest

Answer = TypeVar("Answer")

BEGINS = "2019-10-28T09:00:00Z"
OPEN = "2019-11-05T09:00:00Z"
ADMINISTRATOR = "administrator@network.example"
SCOPES = [
    "bids.read",
    "bids.write",
    "bids.certify",
    "awards.read",
    "awards.certify",
    "reports.read",
    "reports.write",
    "reports.certify",
]
WAIT_S = 60


def provided(name: str) -> str:
    """A setting that `./infra/test` exports. A test without it fails rather than passing over what it is for."""
    return os.environ.get(name) or _absent(name)


def _absent(name: str) -> str:
    raise LookupError(f"{name} is not set; run the tests with ./infra/test")


def program(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs `toadlane` to its end."""
    command = [provided("TOADLANE_TEST_BIN"), *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=WAIT_S)


@dataclass
class Credentials:
    """What a client of the council shows: its secret, or nothing where it has a key."""

    client_id: str
    secret: str = ""


class Caller:
    """A person or a system with an access token; without one, whoever comes along."""

    def __init__(self, channel: grpc.Channel, token: str = "") -> None:
        self.token = token
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        self.sign_in = registry.SignInServiceStub(channel)
        self.organisations = registry.OrganisationsServiceStub(channel)
        self.people = registry.PeopleServiceStub(channel)
        self.boards = registry.BoardsServiceStub(channel)
        self.clients = registry.ClientsServiceStub(channel)
        self.frameworks = rounds.FrameworksServiceStub(channel)
        self.rounds = rounds.RoundsServiceStub(channel)
        self.clock = ClockServiceStub(channel)

    def ask(self, method: Callable[..., Answer], request: Any) -> Answer:
        """Makes a call; one that changes something gets a request id of its own."""
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = str(uuid.uuid4())
        return method(request, metadata=self._metadata, timeout=WAIT_S)


class Town:
    """A running platform, and the ids of what was entered there."""

    def __init__(self, address: str, data: Path, channel: grpc.Channel) -> None:
        self.address = address
        self.data = data
        self.channel = channel
        self.keys = data / "keys" / "roles.json"

    def sign_in(self, email: str) -> Caller:
        """Signs a person in with the code from their mail."""
        anyone = Caller(self.channel)
        started = anyone.ask(anyone.sign_in.StartSignIn, registry.StartSignInRequest(email=email))
        finish = registry.FinishSignInRequest(sign_in_id=started.sign_in_id, code=self._code_for(email))
        return Caller(self.channel, anyone.ask(anyone.sign_in.FinishSignIn, finish).access_token)

    def _code_for(self, email: str) -> str:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            for path in (self.data / "mail").glob("*.eml"):
                mail = path.read_text(encoding="utf-8")
                code = re.search(r"^Subject: (\S+) is your sign-in code", mail, re.M)
                if code and re.search(rf"^To: .*{re.escape(email)}", mail, re.M):
                    path.unlink()
                    return code[1]
            time.sleep(0.02)
        raise TimeoutError(f"no mail came for {email}")

    def set_up(self) -> None:
        """Enters the network, the council with its people, and a round, and moves the clock to when it is open."""
        self.administrator = administrator = self.sign_in(ADMINISTRATOR)
        self.network_id = administrator.ask(administrator.sign_in.WhoAmI, registry.WhoAmIRequest()).organisation_id
        self.enter_person(self.network_id, "manager", registry.ROLE_ROUND_MANAGER)
        self.council_id = self.enter_organisation("Toadbridge Town Council", registry.Organisation.KIND_LOCAL_COUNCIL)
        membership = registry.AddMembershipRequest(
            organisation_id=self.council_id,
            membership_class=registry.MEMBERSHIP_CLASS_ASSOCIATE,
            from_date="2018-04-01",
        )
        administrator.ask(administrator.organisations.AddMembership, membership)
        self.certifier_id = self.enter_person(self.council_id, "certifier", registry.ROLE_CERTIFIER)
        self.enter_person(self.council_id, "clerk", registry.ROLE_COUNCIL_ADMINISTRATOR)
        self.clerk = self.sign_in("clerk@network.example")
        self._schedule(administrator, self.network_id)
        self.move_clock(OPEN)

    def move_clock(self, instant: str) -> None:
        now = Timestamp()
        now.FromJsonString(instant)
        self.administrator.ask(self.administrator.clock.SetClock, SetClockRequest(now=now))

    def enter_organisation(self, name: str, kind: int) -> str:
        details = registry.OrganisationDetails(
            kind=kind, name=name, nation=registry.NATION_ENGLAND, legal_body=True
        )
        create = registry.CreateOrganisationRequest(details=details)
        return self.administrator.ask(self.administrator.organisations.CreateOrganisation, create).id

    def enter_person(self, organisation_id: str, name: str, role: int) -> str:
        """Enters a person of the organisation, who holds the role there."""
        administrator = self.administrator
        create = registry.CreatePersonRequest(
            organisation_id=organisation_id, name=name, email=f"{name}@network.example"
        )
        person = administrator.ask(administrator.people.CreatePerson, create)
        grant = registry.GrantRoleRequest(
            person_id=person.id, etag=person.etag, role=role, organisation_id=organisation_id
        )
        administrator.ask(administrator.people.GrantRole, grant)
        return person.id

    def _schedule(self, administrator: Caller, network: str) -> None:
        wording = {"label": "1", "statements": [{"code": "share", "shortName": text("Share"), "text": text("Share.")}]}
        framework = administrator.ask(administrator.frameworks.CreateFramework, json_format.ParseDict(
            {"name": text("Principles"), "ownerOrganisationId": network, "wording": wording},
            rounds.CreateFrameworkRequest(),
        ))
        create = registry.CreateBoardRequest(name="Grants Board", short_name="GB", quorum=1)
        board = administrator.ask(administrator.boards.CreateBoard, create)
        self.board_id = board.id
        manager = self.sign_in("manager@network.example")
        request = json_format.ParseDict(a_round(framework.id, board.id), rounds.CreateRoundRequest())
        draft = manager.ask(manager.rounds.CreateRound, request)
        schedule = rounds.ScheduleRoundRequest(round_id=draft.id, etag=draft.etag)
        self.round_id = manager.ask(manager.rounds.ScheduleRound, schedule).id

    def client_with_secret(self) -> Credentials:
        """Enters a client of the council that signs in with a secret."""
        created = self._create_client(kind=registry.Client.KIND_SECRET)
        return Credentials(created.client.id, created.secret)

    def client_with_key(self, public_pem: str, algorithm: str = "") -> Credentials:
        """Enters a client of the council that signs in with a key, of which this is the public half."""
        key = registry.NewClientKey(public_key=public_pem, algorithm=algorithm)
        return Credentials(self._create_client(kind=registry.Client.KIND_PUBLIC_KEY, key=key).client.id)

    def _create_client(self, **settings: Any) -> registry.CreateClientResponse:
        request = registry.CreateClientRequest(
            organisation_id=self.council_id, name=f"Forms {uuid.uuid4()}", scopes=SCOPES, **settings
        )
        return self.clerk.ask(self.clerk.clients.CreateClient, request)

    def verify(self, jws: str) -> subprocess.CompletedProcess[str]:
        """What an auditor does with a receipt, without the platform."""
        return program("verify", "receipt", "-", "--keys", self.keys, stdin=jws)


def text(en: str) -> dict[str, str]:
    return {"en": en}


def a_round(framework_id: str, board_id: str) -> dict[str, Any]:
    """As a round manager would write it; a bid for it needs no answers and no files."""
    fifteen_hundred = {"minorUnits": 150_000, "currency": "GBP"}
    instrument = {
        "code": "policy_prototype",
        "name": text("Policy prototype"),
        "pot": {"minorUnits": 1_500_000, "currency": "GBP"},
        "floor": fifteen_hundred,
        "ceiling": fifteen_hundred,
        "monthsMin": 6,
        "monthsMax": 9,
        "admittedClasses": ["MEMBERSHIP_CLASS_FULL", "MEMBERSHIP_CLASS_ASSOCIATE"],
    }
    rules = {
        "reference": "sheds-2020",
        "programme": {"code": "policy-prototypes", "title": text("Policy prototypes")},
        "title": text("Sheds 2020"),
        "frameworkId": framework_id,
        "frameworkVersion": 1,
        "instruments": [instrument],
        "form": {"titleMaxChars": 140, "summaryMaxWords": 200},
        "attachments": {"mediaTypes": ["application/pdf"], "maxCount": 1, "maxBytesEach": 1_000_000},
        "criteria": [{"code": "need", "name": text("Need"), "weight": 1}],
        "scale": {"min": 0, "max": 5},
        "boards": [{"boardId": board_id, "part": "PART_JOINT"}],
    }
    timetable = {
        "opens": deadline("2019-11-04T09:00:00Z", "9:00am on 4 November 2019"),
        "closes": deadline("2019-12-14T00:00:00Z", "11:59pm on 13 December 2019"),
        "announces": deadline("2020-02-03T09:00:00Z", "9:00am on 3 February 2020"),
    }
    return {"rules": rules, "timetable": timetable}


def deadline(instant: str, announced: str) -> dict[str, str]:
    return {"instant": instant, "zone": "Europe/London", "announced": announced}


@contextlib.contextmanager
def serving(data: Path, *arguments: str | Path) -> Iterator[str]:
    """Serves the store on a free port, where `host:port` is handed over, and stops in order."""
    command = [provided("TOADLANE_TEST_BIN"), "serve", "--data", data, "--listen", "127.0.0.1:0", "--log", "warn"]
    with subprocess.Popen([*map(str, command), *map(str, arguments)], stdout=subprocess.PIPE, text=True) as process:
        try:
            ready, _, _ = select.select([process.stdout], [], [], WAIT_S)
            says = process.stdout.readline() if ready else "nothing"
            place = re.search(r" on (\S+:\d+) ", says)
            assert place, f"it should say where it listens, but said {says!r}"
            yield place[1]
            process.terminate()
            assert process.wait(WAIT_S) == 0
        finally:
            process.kill()


@contextlib.contextmanager
def running(data: Path, certificate: Path | None = None) -> Iterator[Town]:
    """A platform from its first command to its last; over TLS with a certificate, whose `key.pem` lies beside it."""
    first = ["--network", "Toadbridge Network", "--name", "Administrator", "--email", ADMINISTRATOR]
    for arguments in (["init", "--clock", BEGINS], ["admin", "first", *first]):
        done = program(*arguments, "--data", data)
        assert done.returncode == 0, done.stderr
    tls = ["--tls-certificate", certificate, "--tls-key", certificate.with_name("key.pem")] if certificate else []
    with serving(data, *tls) as place, channel_to(place, certificate) as channel:
        town = Town(f"{'https' if certificate else 'http'}://{place}", data, channel)
        town.set_up()
        yield town


def channel_to(place: str, certificate: Path | None) -> grpc.Channel:
    if certificate is None:
        return grpc.insecure_channel(place)
    return grpc.secure_channel(place, grpc.ssl_channel_credentials(certificate.read_bytes()))
