"""A platform small enough to read: real gRPC, scripted refusals, and no rule of its own."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent import futures
from datetime import timedelta

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from toadlane.bids import v1 as bids
from toadlane.registry import v1 as registry
from toadlane.rounds import v1 as rounds

COUNCIL = "org_" + "1" * 32
ROUND = "rnd_" + "2" * 32
BID = "bid_" + "3" * 32


def refusal(
    code: grpc.StatusCode,
    reason: str,
    message: str = "no",
    *,
    metadata: dict[str, str] | None = None,
    violations: list[tuple[str, str, str]] | None = None,
    retry_after: timedelta | None = None,
    newer: Message | None = None,
) -> Status:
    """A refusal with its details, in the order in which `kit::fault` puts them."""
    details: list[Message] = [ErrorInfo(reason=reason, domain="toadlane", metadata=metadata)]
    if retry_after is not None:
        retry = RetryInfo()
        retry.retry_delay.FromTimedelta(retry_after)
        details.append(retry)
    if violations:
        found = [BadRequest.FieldViolation(field=f, reason=r, description=s) for f, r, s in violations]
        details.append(BadRequest(field_violations=found))
    if newer is not None:
        details.append(newer)
    status = Status(code=code.value[0], message=message)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


AWAY = refusal(grpc.StatusCode.UNAVAILABLE, "TRY_AGAIN", "the registry cannot be reached")
EXPIRED = refusal(grpc.StatusCode.UNAUTHENTICATED, "SIGN_IN_NEEDED", "the token has expired")


class Platform:
    """What the services share: who may call, what to refuse, and what was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.lock = threading.Lock()
        # Refusals to come, per RPC; None lets one call through.
        self.script: dict[str, list[Status | None]] = defaultdict(list)
        self.n_calls: Counter[str] = Counter()
        self.requests: dict[str, list[Message]] = defaultdict(list)
        self.expires_in = 600
        self.valid_tokens: set[str] = set()
        self.n_tokens = 0
        self.files: dict[str, bytes] = {}
        # One list per watch, which ends with the refusal after it, or cleanly with None.
        self.watches: list[tuple[list[bids.WatchBidsResponse], Status | None]] = []
        self.bid = bids.Bid(id=BID, etag="e1", state=bids.Bid.STATE_DRAFT)

    def called(self, context: grpc.ServicerContext, rpc: str, request: Message | None = None) -> None:
        with self.lock:
            self.n_calls[rpc] += 1
            if request is not None:
                self.requests[rpc].append(request)
            refused = self.script[rpc].pop(0) if self.script[rpc] else None
        if refused is not None:
            abort(context, refused)
        token = dict(context.invocation_metadata()).get("authorization", "").removeprefix("Bearer ")
        if rpc != "ExchangeToken" and token not in self.valid_tokens:
            abort(context, EXPIRED)

    def revoke_tokens(self) -> None:
        with self.lock:
            self.valid_tokens.clear()


def abort(context: grpc.ServicerContext, refused: Status) -> None:
    context.set_trailing_metadata([("grpc-status-details-bin", refused.SerializeToString())])
    code = next(code for code in grpc.StatusCode if code.value[0] == refused.code)
    context.abort(code, refused.message)


class SignIn(registry.SignInServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def ExchangeToken(self, request, context):
        self.platform.called(context, "ExchangeToken", request)
        with self.platform.lock:
            self.platform.n_tokens += 1
            token = f"token-{self.platform.n_tokens}"
            self.platform.valid_tokens.add(token)
        return registry.AccessToken(access_token=token, token_type="Bearer", expires_in=self.platform.expires_in)

    def WhoAmI(self, request, context):
        self.platform.called(context, "WhoAmI", request)
        return registry.WhoAmIResponse(subject="cli_1", organisation_id=COUNCIL)


class Rounds(rounds.RoundsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def ListRounds(self, request, context):
        """Three pages of one round each."""
        self.platform.called(context, "ListRounds", request)
        page = int(request.page_token or 1)
        found = [rounds.Round(id=ROUND[:-1] + str(page), state=rounds.Round.STATE_OPEN)]
        return rounds.ListRoundsResponse(rounds=found, next_page_token=str(page + 1) if page < 3 else "")


class Bids(bids.BidsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def change(self, context, rpc, request, etag, **fields):
        self.platform.called(context, rpc, request)
        self.platform.bid.MergeFrom(bids.Bid(etag=etag, **fields))
        return self.platform.bid

    def GetBid(self, request, context):
        self.platform.called(context, "GetBid", request)
        return self.platform.bid

    def CreateBid(self, request, context):
        return self.change(context, "CreateBid", request, "e1", content=request.content)

    def SignOffBid(self, request, context):
        return self.change(context, "SignOffBid", request, "e3")

    def SubmitBid(self, request, context):
        received_at = bids.Bid().received_at
        received_at.FromJsonString("2020-01-31T12:00:00Z")
        return self.change(
            context, "SubmitBid", request, "e4", number=7, received_at=received_at, state=bids.Bid.STATE_SUBMITTED
        )

    def GetReceipt(self, request, context):
        self.platform.called(context, "GetReceipt", request)
        return bids.Receipt(jws="head.body.signature", bid_id=request.bid_id, number=7)

    def UploadAttachment(self, request_iterator, context):
        self.platform.called(context, "UploadAttachment")
        first, *rest = list(request_iterator)
        data = b"".join(part.data for part in rest)
        assert hashlib.sha256(data).hexdigest() == first.header.sha256
        assert len(data) == first.header.size_bytes
        self.platform.requests["UploadAttachment"].append(first.header)
        self.platform.files["att_1"] = data
        self.platform.bid.attachments.add(id="att_1", file_name=first.header.file_name, sha256=first.header.sha256)
        self.platform.bid.etag = "e2"
        return self.platform.bid

    def DownloadAttachment(self, request, context):
        self.platform.called(context, "DownloadAttachment", request)
        data = self.platform.files[request.attachment_id]
        yield bids.DownloadAttachmentResponse(attachment=bids.Attachment(id=request.attachment_id))
        yield bids.DownloadAttachmentResponse(data=data[:1000])
        # A script of two breaks the first attempt off in the middle.
        self.platform.called(context, "DownloadAttachment, half way")
        yield bids.DownloadAttachmentResponse(data=data[1000:])

    def WatchBids(self, request, context):
        self.platform.called(context, "WatchBids", request)
        responses, ending = self.platform.watches.pop(0) if self.platform.watches else ([], None)
        yield from responses
        if ending is not None:
            abort(context, ending)


@contextlib.contextmanager
def running(credentials: grpc.ServerCredentials | None = None) -> Iterator[Platform]:
    platform = Platform()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    registry.add_SignInServiceServicer_to_server(SignIn(platform), server)
    rounds.add_RoundsServiceServicer_to_server(Rounds(platform), server)
    bids.add_BidsServiceServicer_to_server(Bids(platform), server)
    if credentials is None:
        platform.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    else:
        platform.address = f"https://localhost:{server.add_secure_port('localhost:0', credentials)}"
    server.start()
    try:
        yield platform
    finally:
        server.stop(grace=None).wait()


class Clock:
    """Stands in for the `time` module: sleeping takes no time, but it passes."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
