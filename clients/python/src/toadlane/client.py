"""The connection of one client to the platform."""

from __future__ import annotations

import importlib.metadata
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import grpc

from . import files
from .bids.v1 import (
    Attachment,
    Bid,
    BidsServiceStub,
    DownloadAttachmentRequest,
    WatchBidsRequest,
    WatchBidsResponse,
)
from .patience import PASSING, Backoff, log, persist
from .refused import Refused
from .registry.v1 import (
    BoardsServiceStub,
    ClientsServiceStub,
    OrganisationsServiceStub,
    PeopleServiceStub,
    SignInServiceStub,
)
from .rounds.v1 import FrameworksServiceStub, RoundsServiceStub
from .sign_in import KeyProof, Proof, SecretProof, Tokens
from .signed_in import SignedIn
from .types.v1 import ClockServiceStub

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
    """Calls the platform as one integration client, from any number of threads.

    It signs in with the first call. Each service is an attribute with gRPC's own methods, such as
    `client.bids.GetBid(request)`; every refusal is raised as a `Refused`.
    """

    def __init__(
        self,
        address: str,
        *,
        client_id: str,
        key: str | bytes | None = None,
        secret: str | None = None,
        authority: str | bytes | None = None,
        issuer: str | None = None,
        timeout_s: float = 30.0,
        patience_s: float = 60.0,
    ) -> None:
        """Raises `ValueError` for settings that cannot work. Does not connect yet.

        `address`: such as `https://grants.example:7070`; `http://` is without TLS.
        `client_id`, and either `key`, a private key in PEM (Ed25519 or P-256), or `secret`: as registered.
        `authority`: certificate in PEM of the authority to trust, if not those that browsers trust.
        `issuer`: the platform's name for itself in tokens, if it is not `address`.
        `timeout_s`: limit of a single call. `patience_s`: how long `once`, `pages` and attachments try again.
        """
        self._address = address
        self._client_id = client_id
        self._patience_s = patience_s
        self._closed = False
        proof = proof_of(client_id, key, secret, (issuer or address).rstrip("/"))
        self._channel = connect(address, authority)
        exchange = SignInServiceStub(self._channel).ExchangeToken
        tokens = Tokens(lambda request: exchange(request, timeout=SIGN_IN_TIMEOUT_S), proof)
        channel = grpc.intercept_channel(self._channel, SignedIn(tokens, timeout_s))
        self.bids = BidsServiceStub(channel)
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
        path = Path(path)
        declared = files.header(path, media_type, str(uuid.uuid4()), bid.id, bid.etag)

        def attempt() -> Bid:
            try:
                return self.bids.UploadAttachment(files.parts(declared, path))
            except Refused as refused:
                if refused.code is not grpc.StatusCode.UNAUTHENTICATED:
                    raise
            # There is a new token by now, and the bytes can be read again.
            return self.bids.UploadAttachment(files.parts(declared, path))

        return persist(attempt, self._patience_s)

    def download_attachment(self, bid: Bid, attachment: Attachment, path: str | os.PathLike[str]) -> None:
        """Writes an attachment of the bid to `path`, in place of what is there.

        Raises `DigestMismatch`, and writes nothing, if the bytes are not those that the bid names.
        """
        request = DownloadAttachmentRequest(bid_id=bid.id, attachment_id=attachment.id)
        persist(lambda: files.keep(self.bids.DownloadAttachment(request), attachment, Path(path)), self._patience_s)

    def watch_bids(
        self, *, round_id: str = "", organisation_id: str = "", resume_token: str = ""
    ) -> Iterator[WatchBidsResponse]:
        """Every change of the bids that the client may see; goes on where it was after a break, however long that is.

        The first message comes at once, and others when nothing happens, as signs of life without a bid. Keep the
        `resume_token` of the last one to watch on from there in another process; for one that is too old the
        refusal is OUT_OF_RANGE: list, then watch again. Ends when the client is closed.
        """
        request = WatchBidsRequest(round_id=round_id, organisation_id=organisation_id, resume_token=resume_token)
        backoff = Backoff()
        while not self._closed:
            stream = self.bids.WatchBids(request)
            begun = False
            try:
                for response in stream:
                    begun, backoff = True, Backoff()
                    request.resume_token = response.resume_token
                    yield response
                ended = Refused(grpc.StatusCode.UNAVAILABLE, "the stream ended")
            except Refused as refused:
                if self._closed:
                    return
                # A token may run out while it is watched with; a new watch begins with a new one.
                expired = begun and refused.code is grpc.StatusCode.UNAUTHENTICATED
                if refused.code not in PASSING and not expired:
                    raise
                ended = refused
            finally:
                stream.cancel()
            wait_s = backoff.next_s(ended)
            log.warning("the watch on bids broke off and resumes in %.1f s: %s", wait_s, ended)
            time.sleep(wait_s)

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


def proof_of(client_id: str, key: str | bytes | None, secret: str | None, audience: str) -> Proof:
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
