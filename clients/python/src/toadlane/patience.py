"""Trying again, for what may be tried again."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

import grpc

from .refused import Refused

log = logging.getLogger("toadlane")

Answer = TypeVar("Answer")

# What passes by itself: a part of the platform cannot be reached, or did not answer in time.
PASSING = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 8.0


class Backoff:
    """Waits that double, with chance in them, so that many clients do not come back all at once."""

    def __init__(self) -> None:
        self.wait_s = FIRST_WAIT_S

    def next_s(self, refused: Refused) -> float:
        """Seconds to wait now; never less than the platform asked for."""
        wait_s = random.uniform(self.wait_s / 2, self.wait_s)
        self.wait_s = min(self.wait_s * 2, LONGEST_WAIT_S)
        asked_s = refused.retry_after.total_seconds() if refused.retry_after else 0.0
        return max(wait_s, asked_s)


def persist(attempt: Callable[[], Answer], patience_s: float) -> Answer:
    """Tries until there is an answer, or a refusal that does not pass, or `patience_s` would be over.

    Raises the last `Refused`.
    """
    give_up_at = time.monotonic() + patience_s
    backoff = Backoff()
    while True:
        try:
            return attempt()
        except Refused as refused:
            wait_s = backoff.next_s(refused)
            if refused.code not in PASSING or time.monotonic() + wait_s > give_up_at:
                raise
            log.info("trying again in %.1f s: %s", wait_s, refused)
        time.sleep(wait_s)
