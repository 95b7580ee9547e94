"""The first looks of each network in a minute, counted in this process: most visitors need no more than these."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.foundation import clock
from app.foundation.throttle import Allowance
from app.verification.budgets import BY_NUMBER, FIRST_LOOKS

MOST_NETWORKS = 100_000


class FirstLooks:
    """So many free looks for each network in each window of time; forgotten when the window ends."""

    def __init__(self, looks: int, seconds: int) -> None:
        self._looks = looks
        self._seconds = seconds
        self._window = -1
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, network: str) -> bool:
        """Count one look; false when the network has had its free ones and must be counted for good."""
        window = int(clock.now().timestamp()) // self._seconds
        with self._lock:
            if window != self._window or len(self._counts) >= MOST_NETWORKS:
                self._window, self._counts = window, {}
            self._counts[network] = self._counts.get(network, 0) + 1
            return self._counts[network] <= self._looks


_first_looks = FirstLooks(FIRST_LOOKS, int(BY_NUMBER.period.total_seconds()))


def count_look(network: str, spend: Callable[[Allowance, str], None]) -> None:
    """Count one verification by number; beyond the free ones `spend` counts, and refuses the sixty-first."""
    if not _first_looks.take(network):
        spend(BY_NUMBER, network)
