"""The load, in a process of its own: a few keep-alive connections on this machine, for a few seconds.

Reads a plan as JSON on standard input and prints what happened as JSON.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

USES_OF_AN_ADDRESS = 40  # below the least budget of a network, so that no request is refused for being one of many
# What the document of an exam says of each question: its place, its type, its first choice.
ASKED = re.compile(r'data-slot="(\d+)" data-kind="(\w+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
ANSWER = re.compile(r'<input[^>]*name="answer"[^>]*>')
VALUE = re.compile(r'value="([^"]*)"')
Answer = tuple[int, dict[str, str], bytes]


class Connection:
    """One keep-alive connection of one client."""

    def __init__(self, port: int, statuses: Counter[int], addresses: Iterator[int]) -> None:
        self.http = HTTPConnection("127.0.0.1", port, timeout=20)
        self.statuses = statuses
        self.addresses = addresses
        self.host = f"localhost:{port}"  # as the public URL says it, whatever address we connect to

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> Answer:
        """Send a request, read the whole answer, count its status."""
        number = next(self.addresses) // USES_OF_AN_ADDRESS
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.http.request(
            method, path, body=body, headers={"Host": self.host, "X-Forwarded-For": address, **(headers or {})}
        )
        response: HTTPResponse = self.http.getresponse()
        content = response.read()
        self.statuses[response.status] += 1
        return response.status, dict(response.getheaders()), content


def fetch(plan: dict[str, Any], connection: Connection, _seat: int) -> Iterator[None]:
    """The same page again and again."""
    while True:
        connection.ask("GET", plan["path"], plan["headers"])
        yield


def save(plan: dict[str, Any], connection: Connection, seat: int) -> Iterator[None]:
    """Several candidates per connection, in turn, so that none is faster than an attempt may be; keys of their own."""
    candidates = plan["seats"][seat :: plan["connections"]]
    for revision in count(1):
        for number in range(len(candidates[0]["answers"])):
            for candidate in candidates:
                slot, payload = candidate["answers"][number]
                headers = {**plan["headers"], "Cookie": candidate["cookie"], "X-CSRFToken": candidate["csrf"]}
                body = json.dumps({"v": 1, "rev": revision, "payload": payload, "tab": "bench"})
                key = {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/json"}
                connection.ask("PUT", f"/attempts/{candidate['attempt']}/answers/{slot}", headers | key, body)
                yield


def sit(plan: dict[str, Any], connection: Connection, seat: int) -> Iterator[None]:
    """Attempts, one candidate after another: start, questions' pages and forms, review, hand in, result."""
    for candidate in plan["seats"][seat :: plan["connections"]]:
        headers = {**plan["headers"], "Cookie": candidate["cookie"]}
        form = {"Content-Type": "application/x-www-form-urlencoded"} | headers
        where = f"/exams/{candidate['exam']}"
        typed = {"csrf_token": candidate["csrf"], "pledge": "y"}
        for _question in range(plan["questions"]):
            where = _submit(connection, where, form, typed)
            page = connection.ask("GET", where, headers)[2].decode()
            typed = {**dict(HIDDEN.findall(page)), "answer": _some_answer(page)}
            where = f"{urlsplit(where).path}/answers/{_slot(page)}"
        review = _submit(connection, where, form, typed)
        if plan["review"]:
            connection.ask("GET", review, headers)
        attempt = re.match(r"/attempts/\w+", review)[0]  # type: ignore[index]
        result = _submit(connection, f"{attempt}/submission", form, {"csrf_token": candidate["csrf"]})
        connection.ask("GET", result, headers)
        yield


def sit_by_script(plan: dict[str, Any], connection: Connection, seat: int) -> Iterator[None]:
    """Attempts as a browser with scripts makes them: the one document, each answer saved, hand in, result."""
    for candidate in plan["seats"][seat :: plan["connections"]]:
        headers = {**plan["headers"], "Cookie": candidate["cookie"]}
        form = {"Content-Type": "application/x-www-form-urlencoded"} | headers
        typed = {"csrf_token": candidate["csrf"]}
        where = _submit(connection, f"/exams/{candidate['exam']}", form, typed | {"pledge": "y"})
        connection.ask("GET", where, headers)
        page = connection.ask("GET", f"{where}/questions", headers)[2].decode()
        for slot, kind in ASKED.findall(page):
            body = json.dumps({"v": 1, "rev": 1, "payload": _some_payload(page, slot, kind), "tab": "bench"})
            key = {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/json"}
            token = {"X-CSRFToken": candidate["csrf"]}
            connection.ask("PUT", f"{where}/answers/{slot}", headers | key | token, body)
        connection.ask("GET", _submit(connection, f"{where}/submission", form, typed), headers)
        yield


def _some_payload(page: str, slot: str, kind: str) -> dict[str, Any] | None:
    """The first option, or a number; nothing for a question in parts."""
    options = re.findall(rf'<input[^>]*name="q{slot}"[^>]*value="([^"]*)"', page)
    if kind in ("single", "multiple") and options:
        return {"choice": options[0]} if kind == "single" else {"choices": options[:1]}
    return {"text": "12", "lang": "en"} if kind in ("numeric", "text") else None


def _submit(connection: Connection, path: str, headers: dict[str, str], typed: dict[str, str]) -> str:
    """Send a form; returns where it leads."""
    status, answered, content = connection.ask("POST", path, headers, urlencode(typed))
    if status not in (302, 303):
        raise RuntimeError(f"POST {path} answered {status}: {content[:2000].decode()}")
    parts = urlsplit(answered["Location"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _some_answer(page: str) -> str:
    """The first option of the question, or a number."""
    found = VALUE.search((ANSWER.search(page) or [""])[0])
    return found[1] if found and found[1] else "12"


def _slot(page: str) -> str:
    found = re.search(r'action="/attempts/\w+/answers/(\d+)"', page)
    if found is None:
        raise RuntimeError("no question on the page")
    return found[1]


KINDS: dict[str, Callable[[dict[str, Any], Connection, int], Iterator[None]]] = {
    "fetch": fetch,
    "save": save,
    "sit": sit,
    "sit-by-script": sit_by_script,
}


def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Carry a plan out; returns units of work done, seconds, statuses, and what went wrong."""
    statuses: Counter[int] = Counter()
    units, errors, addresses = [0] * plan["connections"], [], count(plan["first_address"])
    ends = time.monotonic() + plan["seconds"]

    def work(seat: int) -> None:
        connection = Connection(plan["port"], statuses, addresses)
        try:
            for _unit in KINDS[plan["kind"]](plan, connection, seat):
                units[seat] += 1
                if time.monotonic() > ends:
                    return
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=work, args=(seat,)) for seat in range(plan["connections"])]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    return {"units": sum(units), "seconds": seconds, "statuses": dict(statuses), "errors": errors}


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
