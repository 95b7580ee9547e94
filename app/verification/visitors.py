"""The looks of each network in a minute: the first ones are the process's own, the others are paid for in the database.

They are paid for several at a time: a commit costs more than a whole verification.
"""

from __future__ import annotations

import threading
from typing import Protocol

from app.foundation import clock
from app.foundation.throttle import Allowance
from app.verification.budgets import BY_NUMBER, FIRST_LOOKS, LOOKS_AT_ONCE

MOST_NETWORKS = 100_000


class Spend(Protocol):
    """Counts uses of a key in the database; raises TooManyRequestsError beyond the allowance."""

    def __call__(self, allowance: Allowance, key: str, uses: int) -> None: ...


class Looks:
    """How many looks each network has left in this process and window of time; forgotten when the window ends."""

    def __init__(self, first: int, seconds: int) -> None:
        self._first = first
        self._seconds = seconds
        self._window = -1
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, network: str) -> bool:
        """Take one look; false when the network has none left here."""
        with self._lock:
            left = self._current().get(network, self._first)
            if left:
                self._left[network] = left - 1
            return left > 0

    def add(self, network: str, looks: int) -> None:
        """Give the network more looks, until the window ends."""
        with self._lock:
            self._current()[network] = self._left.get(network, self._first) + looks

    def _current(self) -> dict[str, int]:
        window = int(clock.now().timestamp()) // self._seconds
        if window != self._window or len(self._left) >= MOST_NETWORKS:
            self._window, self._left = window, {}
        return self._left


_looks = Looks(FIRST_LOOKS, int(BY_NUMBER.period.total_seconds()))


def count_look(network: str, spend: Spend) -> None:
    """Count one verification by number; `spend` pays for a few at a time, and refuses beyond sixty a minute."""
    if not _looks.take(network):
        spend(BY_NUMBER, network, LOOKS_AT_ONCE)
        _looks.add(network, LOOKS_AT_ONCE - 1)
