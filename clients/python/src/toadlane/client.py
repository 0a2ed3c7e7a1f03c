"""The connection of one client to the platform."""

from __future__ import annotations

import importlib.metadata
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import grpc

from . import files
from .awards.v1 import AwardsServiceStub, PaymentsServiceStub, WatchAwardsRequest, WatchAwardsResponse
from .bids.v1 import (
    Attachment,
    AttachmentHeader,
    Bid,
    BidsServiceStub,
    DownloadAttachmentRequest,
    UploadAttachmentRequest,
    WatchBidsRequest,
    WatchBidsResponse,
)
from .grading.v1 import AssessmentsServiceStub, DecisionsServiceStub, ReviewsServiceStub
from .learning.v1 import (
    CaseStudiesServiceStub,
    CommissionsServiceStub,
    CorpusServiceStub,
    InsightsServiceStub,
    OpenDataServiceStub,
    PublicationsServiceStub,
)
from .patience import persist
from .refused import Refused
from .registry.v1 import (
    BoardsServiceStub,
    ClientsServiceStub,
    OrganisationsServiceStub,
    PeopleServiceStub,
    SignInServiceStub,
)
from .reporting.v1 import (
    DownloadEvidenceRequest,
    Evidence,
    EvidenceHeader,
    Report,
    ReportsServiceStub,
    UploadEvidenceRequest,
    WatchReportsRequest,
    WatchReportsResponse,
)
from .rounds.v1 import FrameworksServiceStub, RoundsServiceStub
from .sign_in import Given, KeyProof, Proof, Renewed, SecretProof, Tokens
from .signed_in import SignedIn
from .types.v1 import ClockServiceStub
from .watch import watch

Answer = TypeVar("Answer")

SIGN_IN_TIMEOUT_S = 10.0
OPTIONS = [
    ("grpc.primary_user_agent", f"toadlane-python/{importlib.metadata.version('toadlane')}"),
    # A page of bids may exceed gRPC's 4 MiB; the platform bounds its pages itself.
    ("grpc.max_receive_message_length", -1),
    # A watch may be silent for long. Pings notice when the other side has gone without a word.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    # gRPC's own two minutes between attempts to connect would outlast a restart of the platform by far.
    ("grpc.initial_reconnect_backoff_ms", 250),
    ("grpc.max_reconnect_backoff_ms", 4_000),
]


class Client:
    """Calls the platform as one integration client, or as a person, from any number of threads.

    A client signs in with the first call. Each service is an attribute with gRPC's own methods, such as
    `client.bids.GetBid(request)`; every refusal is raised as a `Refused`.
    """

    def __init__(
        self,
        address: str,
        *,
        client_id: str = "",
        key: str | bytes | None = None,
        secret: str | None = None,
        token: str | None = None,
        authority: str | bytes | None = None,
        issuer: str | None = None,
        timeout_s: float = 30.0,
        patience_s: float = 60.0,
    ) -> None:
        """Raises `ValueError` for settings that cannot work. Does not connect yet.

        `address`: such as `https://grants.example:7070`; `http://` is without TLS.
        `client_id`, and either `key`, a private key in PEM (Ed25519 or P-256), or `secret`: as registered.
        `token`, instead of all three: the access token of a person, which is not renewed.
        `authority`: certificate in PEM of the authority to trust, if not those that browsers trust.
        `issuer`: the platform's name for itself in tokens, if it is not `address`.
        `timeout_s`: limit of a single call. `patience_s`: how long `once`, `pages` and files try again.
        """
        self._address = address
        self._client_id = client_id
        self._patience_s = patience_s
        self._closed = False
        proof = proof_of(client_id, key, secret, token, (issuer or address).rstrip("/"))
        self._channel = connect(address, authority)
        exchange = SignInServiceStub(self._channel).ExchangeToken
        if isinstance(proof, Given):
            tokens: Tokens = proof
        else:
            tokens = Renewed(lambda request: exchange(request, timeout=SIGN_IN_TIMEOUT_S), proof)
        channel = grpc.intercept_channel(self._channel, SignedIn(tokens, timeout_s))
        self.bids = BidsServiceStub(channel)
        self.assessments = AssessmentsServiceStub(channel)
        self.reviews = ReviewsServiceStub(channel)
        self.decisions = DecisionsServiceStub(channel)
        self.awards = AwardsServiceStub(channel)
        self.payments = PaymentsServiceStub(channel)
        self.reports = ReportsServiceStub(channel)
        self.commissions = CommissionsServiceStub(channel)
        self.corpus = CorpusServiceStub(channel)
        self.insights = InsightsServiceStub(channel)
        self.case_studies = CaseStudiesServiceStub(channel)
        self.publications = PublicationsServiceStub(channel)
        self.open_data = OpenDataServiceStub(channel)
        self.rounds = RoundsServiceStub(channel)
        self.frameworks = FrameworksServiceStub(channel)
        self.organisations = OrganisationsServiceStub(channel)
        self.people = PeopleServiceStub(channel)
        self.boards = BoardsServiceStub(channel)
        self.clients = ClientsServiceStub(channel)
        self.sign_in = SignInServiceStub(channel)
        self.clock = ClockServiceStub(channel)

    def once(self, method: Callable[..., Answer], request: Any, *, timeout_s: float | None = None) -> Answer:
        """Makes a call that changes something take effect once, however often it has to be sent.

        Writes a new `request_id` into `request` unless it has one, and sends the same again while the platform cannot
        be reached. Calling once more with the same object is the same request too: make a new one for a new thing.
        """
        if "request_id" not in request.DESCRIPTOR.fields_by_name:
            raise TypeError(f"{request.DESCRIPTOR.name} has no request_id; call the method itself")
        if not request.request_id:
            request.request_id = str(uuid.uuid4())
        return persist(lambda: method(request, timeout=timeout_s), self._patience_s)

    def pages(self, method: Callable[..., Answer], request: Any) -> Iterator[Answer]:
        """Every page of a list, such as `client.pages(client.rounds.ListRounds, ListRoundsRequest())`."""
        request = type(request).FromString(request.SerializeToString())
        while True:
            page: Any = persist(lambda: method(request), self._patience_s)
            yield page
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def upload_attachment(self, bid: Bid, path: str | os.PathLike[str], media_type: str | None = None) -> Bid:
        """Adds the file to the draft and answers with the bid as it then is.

        Without `media_type` the file's name must tell its type. A failed upload starts again from the first byte.
        """
        header = AttachmentHeader(bid_id=bid.id, etag=bid.etag, **files.declared(Path(path), media_type))
        return self._upload(self.bids.UploadAttachment, UploadAttachmentRequest, header, Path(path))

    def download_attachment(self, bid: Bid, attachment: Attachment, path: str | os.PathLike[str]) -> None:
        """Writes an attachment of the bid to `path`, in place of what is there.

        Raises `DigestMismatch`, and writes nothing, if the bytes are not those that the bid names.
        """
        request = DownloadAttachmentRequest(bid_id=bid.id, attachment_id=attachment.id)
        persist(lambda: files.keep(self.bids.DownloadAttachment(request), attachment, Path(path)), self._patience_s)

    def upload_evidence(self, report: Report, path: str | os.PathLike[str], media_type: str | None = None) -> Report:
        """Adds the file to the report and answers with the report as it then is; else as `upload_attachment`."""
        header = EvidenceHeader(report_id=report.id, etag=report.etag, **files.declared(Path(path), media_type))
        return self._upload(self.reports.UploadEvidence, UploadEvidenceRequest, header, Path(path))

    def download_evidence(self, report: Report, evidence: Evidence, path: str | os.PathLike[str]) -> None:
        """Writes a file of the report to `path`; else as `download_attachment`."""
        request = DownloadEvidenceRequest(report_id=report.id, evidence_id=evidence.id)
        persist(lambda: files.keep(self.reports.DownloadEvidence(request), evidence, Path(path)), self._patience_s)

    def _upload(self, method: Callable[..., Answer], part: Callable[..., Any], header: Any, path: Path) -> Answer:
        def attempt() -> Answer:
            try:
                return method(files.parts(part, header, path))
            except Refused as refused:
                if refused.code is not grpc.StatusCode.UNAUTHENTICATED:
                    raise
            # There is a new token by now, and the bytes can be read again.
            return method(files.parts(part, header, path))

        return persist(attempt, self._patience_s)

    def watch_bids(
        self, *, round_id: str = "", organisation_id: str = "", resume_token: str = ""
    ) -> Iterator[WatchBidsResponse]:
        """Every change of the bids that the client may see; goes on where it was after a break, however long that is.

        The first message comes at once, and others when nothing happens, as signs of life without a bid. Keep the
        `resume_token` of the last one to watch on from there in another process; for one that is too old the
        refusal is OUT_OF_RANGE: list, then watch again. Ends when the client is closed.
        """
        request = WatchBidsRequest(round_id=round_id, organisation_id=organisation_id, resume_token=resume_token)
        return watch(self.bids.WatchBids, request, lambda: self._closed)

    def watch_awards(
        self, *, round_id: str = "", organisation_id: str = "", resume_token: str = ""
    ) -> Iterator[WatchAwardsResponse]:
        """Every change of the awards that the client may see, as `watch_bids` does for bids."""
        request = WatchAwardsRequest(round_id=round_id, organisation_id=organisation_id, resume_token=resume_token)
        return watch(self.awards.WatchAwards, request, lambda: self._closed)

    def watch_reports(
        self, *, round_id: str = "", organisation_id: str = "", resume_token: str = ""
    ) -> Iterator[WatchReportsResponse]:
        """Every change of the reports that the client may see, reminders too, as `watch_bids` does for bids."""
        request = WatchReportsRequest(round_id=round_id, organisation_id=organisation_id, resume_token=resume_token)
        return watch(self.reports.WatchReports, request, lambda: self._closed)

    def close(self) -> None:
        """Ends the connection and what still runs over it."""
        self._closed = True
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._address!r}, client_id={self._client_id!r})"


def proof_of(
    client_id: str, key: str | bytes | None, secret: str | None, token: str | None, audience: str
) -> Proof | Given:
    """What the client shows for its tokens; the token of a person stands for itself."""
    if token:
        if client_id or key is not None or secret is not None:
            raise ValueError("a token goes without client_id, key and secret")
        return Given(token)
    if not client_id:
        raise ValueError("give client_id, or the token of a person")
    if key is not None and secret is None:
        return KeyProof(client_id, key, audience)
    if secret is not None and key is None:
        return SecretProof(client_id, secret)
    raise ValueError("give either key or secret")


def connect(address: str, authority: str | bytes | None) -> grpc.Channel:
    url = urlsplit(address)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.path.strip("/") or url.query:
        raise ValueError(f"{address!r} is not an address; give one such as https://grants.example:7070")
    if url.scheme == "http":
        if authority is not None:
            raise ValueError("an authority is for https:// addresses; http:// is without TLS")
        return grpc.insecure_channel(target(url.netloc, 80), OPTIONS)
    trusted = authority.encode() if isinstance(authority, str) else authority
    return grpc.secure_channel(target(url.netloc, 443), grpc.ssl_channel_credentials(trusted), OPTIONS)


def target(netloc: str, port: int) -> str:
    return netloc if urlsplit(f"//{netloc}").port else f"{netloc}:{port}"
