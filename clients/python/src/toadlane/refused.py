"""What the platform says when it does not do what was asked (`google.rpc.Status` with its details)."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import grpc
from google.protobuf import symbol_database
from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

# gRPC's name for the trailer with the details.
DETAILS = "grpc-status-details-bin"


class Violation(NamedTuple):
    """One thing wrong with one field of a request."""

    field: str
    """Path of the field, such as `content.answers[2].text`."""
    rule: str
    """Identity of the rule, such as `string.max_len`."""
    says: str
    """What is wrong and what to do, for a person."""


class Refused(Exception):
    """A call that came to nothing: refused by the platform, or never answered.

    Branch on `code` and `reason`; `message` and what the violations say are for people.
    """

    code: grpc.StatusCode
    reason: str
    """Name in `toadlane.errors.v1.Reason` without its prefix, such as `STALE_ETAG`; empty if no answer came."""
    message: str
    violations: list[Violation]
    """Everything wrong with the request, at once."""
    metadata: dict[str, str]
    """What goes with the reason, such as `who_may` or `existing`."""
    retry_after: timedelta | None
    """How long to wait before the same request is tried again; None if the platform does not say."""
    newer: Message | None
    """With `STALE_ETAG`: the resource as it now is; None if it is too long to come along, then read it."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.reason = ""
        self.message = message
        self.violations = []
        self.metadata = {}
        self.retry_after = None
        self.newer = None

    @classmethod
    def of(cls, error: grpc.RpcError) -> Refused:
        """Reads what gRPC raised. Details that are absent or not readable leave their fields empty."""
        refused = cls(error.code(), error.details() or "")
        for key, value in error.trailing_metadata() or ():
            if key == DETAILS:
                try:
                    details = Status.FromString(value).details
                except DecodeError:
                    continue
                for detail in details:
                    refused._take(detail)
        return refused

    def _take(self, detail: Any) -> None:
        info, bad_request, retry = ErrorInfo(), BadRequest(), RetryInfo()
        if detail.Unpack(info):
            self.reason, self.metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad_request):
            found = bad_request.field_violations
            self.violations = [Violation(one.field, one.reason, one.description) for one in found]
        elif detail.Unpack(retry):
            self.retry_after = retry.retry_delay.ToTimedelta()
        elif detail.TypeName().startswith("toadlane."):
            self.newer = resource(detail)

    def __str__(self) -> str:
        lines = [f"{self.code.name} {self.reason}".rstrip() + f": {self.message}"]
        lines += [f"  {one.field}: {one.says} ({one.rule})" for one in self.violations]
        return "\n".join(lines)


def resource(packed: Any) -> Message | None:
    """The message in it; None for a type that is younger than this client."""
    try:
        message: Message = symbol_database.Default().GetSymbol(packed.TypeName())()
    except KeyError:
        return None
    return message if packed.Unpack(message) else None
