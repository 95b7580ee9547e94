"""F9 of the fault list: the server has stored what was sent, and the reply is lost on the way."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from threading import Thread
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from app.assessment.models import AnswerEvent, Attempt, Result
from tests.browser.site import Site, served
from tests.faults.candidates import Candidate


class LosesEveryOtherReply:
    """A proxy that takes the whole reply from the server, then hangs up on whoever asked: for odd requests alone."""

    def __init__(self, port: int) -> None:
        self.server = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.lost = self.passed = 0

    def serve(self) -> None:
        """Until the socket is closed; one request a connection, one after the other."""
        while True:
            try:
                browser, _address = self.listening.accept()
            except OSError:
                return
            with browser:
                self._carry(browser)

    def _carry(self, browser: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.server)) as server:
            server.sendall(self._request(browser))
            server.shutdown(socket.SHUT_WR)
            reply = b"".join(iter(lambda: server.recv(65536), b""))
        if self.lost > self.passed:
            self.passed += 1
            browser.sendall(reply)
        else:
            self.lost += 1

    def _request(self, browser: socket.socket) -> bytes:
        """A whole request, asking the server to hang up after its reply."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += browser.recv(65536)
        head, _gap, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0
        )
        while len(body) < length:
            body += browser.recv(65536)
        return head + b"\r\nConnection: close\r\n\r\n" + body


@contextmanager
def losing(port: int) -> Iterator[LosesEveryOtherReply]:
    proxy = LosesEveryOtherReply(port)
    thread = Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        with contextlib.suppress(OSError):
            proxy.listening.shutdown(socket.SHUT_RDWR)
        proxy.listening.close()
        thread.join()


def post(candidate: Candidate, path: str, **fields: str) -> int:
    """Press a form's button until a page comes back; its status."""
    body = urlencode({"csrf_token": candidate.csrf, **fields})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    for _again in range(4):
        with contextlib.suppress(OSError, HTTPException):
            return candidate.ask("POST", path, body, headers).status
    raise AssertionError("every reply was lost")


@pytest.mark.sockets
def test_f9_a_reply_lost_after_the_commit_is_asked_for_again_and_counts_once(
    exam_site: tuple[Site, list[Candidate]], sitting: Callable[[int], list[Candidate]]
) -> None:
    """By the script, by the plain form, and handing in: what comes twice is there once."""
    site, free = exam_site
    scripted, plain = sitting(1)[0], free.pop()
    attempt = f"/attempts/{plain.seat.attempt}"
    with served(site, with_tasks=False), losing(site.port) as proxy:
        scripted.port = plain.port = proxy.port
        for slot in (1, 2, 3):
            scripted.save(slot, 1)
        assert (scripted.unanswered, scripted.duplicates) == (3, 3)
        assert post(plain, f"{attempt}/answers/1", answer="Bonjour", rev="1", key="k" * 32) == 302
        assert post(plain, f"{attempt}/submission") == 302
        assert (proxy.lost, proxy.passed) == (5, 5)
    with site.database() as session:
        of_plain = select(Attempt.id).where(Attempt.public_id == plain.seat.attempt).scalar_subquery()
        events = session.scalars(select(AnswerEvent.counted).where(AnswerEvent.attempt_id == of_plain)).all()
        assert events == [True]
        assert session.scalar(select(func.count()).where(Result.attempt_id == of_plain)) == 1
