"""`python -m benchmarks.rush [--postgresql]`: a thousand candidates start within ten seconds, then save every five.

Their browsers run in one process of this machine and take their part of its processors, so that what is printed is
what a candidate would wait for at worst. Times are milliseconds from the request to the whole answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.school import build
from tests.browser.site import new_site, served
from tests.throwaway_postgres import DURABLE, throwaway_postgres

CANDIDATES, START_SECONDS, SAVE_SECONDS, EVERY = 1000, 10.0, 60.0, 5.0
WORKERS, THREADS = 2, 4
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Watch:
    """What every request took, by kind of request, and how each was answered."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    def line(self, kind: str) -> str:
        """A row of the table."""
        times = sorted(self.times[kind]) or [0.0]
        good = sum(count for (name, status), count in self.statuses.items() if name == kind and status < 400)
        middle, late, last = (1000 * times[int(share * (len(times) - 1))] for share in (0.5, 0.99, 1.0))
        errors = len(self.times[kind]) - good + self.broken[kind]
        return f"{kind:10}{good:>9}{errors:>8}{middle:>10.0f}{late:>10.0f}{last:>10.0f}"


class Candidate:
    """One browser, on a connection that it keeps while the server does."""

    def __init__(self, number: int, port: int, seat: dict[str, Any], watch: Watch) -> None:
        self.number, self.port, self.seat, self.watch = number, port, seat, watch
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def sit(self, begin: float) -> None:
        """Start at a moment of one's own within the first seconds, then save until the end."""
        await self._wait(begin + START_SECONDS * self.number / CANDIDATES)
        typed = urlencode({"csrf_token": self.seat["csrf"], "pledge": "y"})
        location = await self._ask("start", "POST", f"/exams/{self.seat['exam']}", typed, FORM)
        if location is None:
            return
        attempt = location.partition("/attempts/")[2][:26]
        ends = begin + START_SECONDS + SAVE_SECONDS
        at, rev = begin + START_SECONDS + EVERY * self.number / CANDIDATES, 0
        while at < ends:
            await self._wait(at)
            at += EVERY
            body = json.dumps({"v": 1, "rev": rev + 1, "payload": None, "tab": "rush"})
            headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
            rev += await self._ask("save", "PUT", f"/attempts/{attempt}/answers/1", body, headers) is not None

    async def _wait(self, moment: float) -> None:
        await asyncio.sleep(max(0.0, moment - time.monotonic()))

    async def _ask(self, kind: str, method: str, path: str, body: str, headers: dict[str, str]) -> str | None:
        """Send a request; returns where the answer leads ("" for nowhere), or None when it is no success."""
        began = time.monotonic()
        for _try in range(2):  # the server may close a connection that was idle: once more, on a new one
            try:
                status, location = await self._exchange(method, path, body, headers)
                break
            except (OSError, asyncio.IncompleteReadError):
                self.streams = None
        else:
            self.watch.broken[kind] += 1
            return None
        self.watch.times[kind].append(time.monotonic() - began)
        self.watch.statuses[kind, status] += 1
        return location if status < 400 else None

    async def _exchange(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        address = f"10.9.{self.number >> 8}.{self.number & 255}"
        lines = {
            "Host": f"localhost:{self.port}", "X-Forwarded-For": address, "Cookie": self.seat["cookie"],
            "X-CSRFToken": self.seat["csrf"], "Content-Length": str(len(body)), **headers,
        }  # fmt: skip
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n{body}".encode())
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in answer[1:])}
        await reader.readexactly(int(found.get("content-length", 0)))
        if found.get("connection", "").lower() == "close":
            writer.close()
            self.streams = None
        return int(answer[0].split()[1]), found.get("location", "")


async def rush(port: int, seats: list[dict[str, Any]]) -> Watch:
    """Let them all sit down."""
    watch, begin = Watch(), time.monotonic() + 1
    await asyncio.gather(*(Candidate(n, port, seat, watch).sit(begin) for n, seat in enumerate(seats)))
    return watch


def main() -> int:
    """Print the table; 1 when anything was refused or broke."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rush", description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="start a throw-away PostgreSQL server, durable")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-rush-")))
        url = stack.enter_context(throwaway_postgres(DURABLE)) if chosen.postgresql else None
        site = new_site(folder / "instance", url, TRUSTED_PROXIES="1")
        school = build(site.environ, sitting=CANDIDATES)
        with served(site, workers=WORKERS, threads=THREADS, with_tasks=False):
            watch = asyncio.run(rush(site.port, school.sitting))
    print(f"{'':10}{'done':>9}{'errors':>8}{'p50 ms':>10}{'p99 ms':>10}{'last ms':>10}")
    print(watch.line("start"), watch.line("save"), sep="\n")
    refused = {key: count for key, count in watch.statuses.items() if key[1] >= 400}
    if refused or watch.broken:
        print(f"Refused: {refused}; broken: {dict(watch.broken)}")
    return 1 if refused or watch.broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
