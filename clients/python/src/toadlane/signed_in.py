"""The layer around each call: it adds the token, sets a time limit and turns gRPC's errors into `Refused`."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from typing import Any, NoReturn

import grpc

from .refused import Refused
from .sign_in import Tokens

_FIELDS = "method timeout metadata credentials wait_for_ready compression"


class Details(namedtuple("Details", _FIELDS), grpc.ClientCallDetails):
    """What gRPC knows of a call before it is made; its own type cannot be changed."""

    def signed(self, token: str) -> Details:
        metadata = [*(self.metadata or ()), ("authorization", f"Bearer {token}")]
        return self._replace(metadata=metadata)


def details_of(given: grpc.ClientCallDetails) -> Details:
    return Details(*(getattr(given, field, None) for field in _FIELDS.split()))


class SignedIn(
    grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor
):
    """Signs each call. One that is refused as UNAUTHENTICATED is made once more, with a new token.

    Calls block: `.future()` of a method returns when the answer is there.
    """

    def __init__(self, tokens: Tokens, timeout_s: float) -> None:
        """`timeout_s` holds for calls of one message each way that bring no limit of their own."""
        self._tokens = tokens
        self._timeout_s = timeout_s

    def intercept_unary_unary(self, continuation: Any, given: grpc.ClientCallDetails, request: Any) -> Any:
        details = details_of(given)
        if details.timeout is None:
            details = details._replace(timeout=self._timeout_s)
        token = self._tokens.present()
        call = continuation(details.signed(token), request)
        error = call.exception()
        if is_unauthenticated(error):
            call = continuation(details.signed(self._tokens.instead_of(token)), request)
            error = call.exception()
        return call if error is None else refuse(error)

    def intercept_unary_stream(self, continuation: Any, given: grpc.ClientCallDetails, request: Any) -> Stream:
        details = details_of(given)
        token = self._tokens.present()

        def begin(token: str) -> Any:
            return continuation(details.signed(token), request)

        return Stream(begin(token), lambda: begin(self._tokens.instead_of(token)))

    def intercept_stream_unary(self, continuation: Any, given: grpc.ClientCallDetails, requests: Any) -> Any:
        token = self._tokens.present()
        call = continuation(details_of(given).signed(token), requests)
        error = call.exception()
        if is_unauthenticated(error):
            # What was sent cannot be sent again from here; the next call will have a token that holds.
            self._tokens.instead_of(token)
        return call if error is None else refuse(error)


class Stream(Iterator[Any]):
    """Messages as they come. `cancel` ends it."""

    def __init__(self, call: Any, again: Any) -> None:
        """`again` begins anew with another token."""
        self._call = call
        self._again = again

    def __next__(self) -> Any:
        try:
            message = next(self._call)
        except grpc.RpcError as error:
            if self._again is None or not is_unauthenticated(error):
                refuse(error)
            self._call, self._again = self._again(), None
            return next(self)
        # From here on a new beginning would repeat messages.
        self._again = None
        return message

    def cancel(self) -> None:
        self._call.cancel()


def is_unauthenticated(error: Exception | None) -> bool:
    return isinstance(error, grpc.RpcError) and error.code() is grpc.StatusCode.UNAUTHENTICATED


def refuse(error: Exception) -> NoReturn:
    """Raises it: what gRPC reports as a `Refused`, all else as it is."""
    if isinstance(error, grpc.RpcError):
        raise Refused.of(error) from error
    raise error
