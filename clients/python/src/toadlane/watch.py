"""Streams of changes that outlast breaks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc

from .patience import PASSING, Backoff, log
from .refused import Refused


def watch(method: Callable[..., Any], request: Any, is_closed: Callable[[], bool]) -> Iterator[Any]:
    """Every message of the stream; after a break a new one goes on from the last `resume_token`.

    Raises the `Refused` that does not pass. Ends once `is_closed`. `request` is written to.
    """
    backoff = Backoff()
    while not is_closed():
        stream = method(request)
        begun = False
        try:
            for response in stream:
                begun, backoff = True, Backoff()
                request.resume_token = response.resume_token
                yield response
            ended = Refused(grpc.StatusCode.UNAVAILABLE, "the stream ended")
        except Refused as refused:
            if is_closed():
                return
            # A token may run out while it is watched with; a new watch begins with a new one.
            expired = begun and refused.code is grpc.StatusCode.UNAUTHENTICATED
            if refused.code not in PASSING and not expired:
                raise
            ended = refused
        finally:
            stream.cancel()
        wait_s = backoff.next_s(ended)
        log.warning("a watch (%s) broke off and resumes in %.1f s: %s", request.DESCRIPTOR.name, wait_s, ended)
        time.sleep(wait_s)
