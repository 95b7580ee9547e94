"""F4 and F5 of the fault list: another program holds the database; there is no room left in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, event, func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import UserSession
from app.assessment.models import Answer, AnswerEvent, Attempt
from app.assessment.starting import start_attempt
from app.extensions import db
from app.foundation import clock
from tests.browser.site import Site, new_site, served
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, question
from tests.faults.candidates import Candidate, check, port_of_the_system, seated
from tests.faults.holding import held_by_another_process
from tests.throwaway_postgres import DURABLE, find_binaries, throwaway_postgres

MOST_PAGES = 1_073_741_823  # SQLite's own limit


def not_seen_for_an_hour(site: Site, candidate: Candidate) -> None:
    """As after a long think over one question: the next request has to note that somebody is there."""
    engine = create_engine(site.database_url)
    with engine.begin() as connection:
        mine = UserSession.account_id == candidate.seat.actor.account_id
        connection.execute(update(UserSession).where(mine).values(seen_at=clock.now() - timedelta(hours=1)))
    engine.dispose()


def all_save(candidates: list[Candidate], rev: int) -> None:
    """Everybody answers their first question at once; returns when the last one is told that it is saved."""
    threads = [Thread(target=one.save, args=(1, rev)) for one in candidates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


LENGTHS = [pytest.param(6, id="short"), pytest.param(30, id="long", marks=pytest.mark.nightly)]


@pytest.mark.sockets
@pytest.mark.parametrize("long", LENGTHS)
def test_f4_a_held_database_makes_answers_wait_and_loses_none(
    exam_site: tuple[Site, list[Candidate]],
    sitting: Callable[[int], list[Candidate]],
    long: int,
    record_property: Callable[[str, object], None],
) -> None:
    """Held for 3 s, a save waits; for longer than 5 s it is refused with a time to come again, then saved."""
    candidates = sitting(4)
    save_while_held(exam_site[0], candidates, long)
    record_property("refused, then saved", sum(len(one.refusals) for one in candidates))


@pytest.mark.sockets
@pytest.mark.nightly
def test_f4_on_postgresql(tmp_path: Path) -> None:
    if find_binaries() is None:
        pytest.skip("PostgreSQL's server is not installed")
    with throwaway_postgres(DURABLE) as database:
        site = new_site(tmp_path / "instance", database, port=port_of_the_system())
        candidates = seated(site, 4)
        save_while_held(site, candidates, 6)
        for one in candidates:
            check(site, one)


def save_while_held(site: Site, candidates: list[Candidate], long: int) -> None:
    """Everybody answers while another process holds the database for 3 seconds, then for longer."""
    with served(site, threads=8, with_tasks=False):
        with held_by_another_process(site, 3):
            all_save(candidates, rev=1)
        assert [one.refusals for one in candidates] == [[]] * len(candidates)
        assert all(1.5 < one.longest_wait < 5 for one in candidates), [one.longest_wait for one in candidates]
        not_seen_for_an_hour(site, candidates[0])
        with held_by_another_process(site, long), ThreadPoolExecutor(1) as reading:
            page = reading.submit(candidates[0].ask, "GET", f"/attempts/{candidates[0].seat.attempt}")
            all_save(candidates, rev=2)
    assert page.result().status == 200, "whoever reads is served, also when that would be noted"
    for one in candidates[1:]:  # the first waited for two locks one after the other
        assert one.refusals
        assert {status for status, _again in one.refusals} == {503}
        assert all(int(again) > 0 for _status, again in one.refusals)
        assert one.unanswered == one.duplicates == 0


# F5


class Disk:
    """Says whether the database may grow, on every connection that the program takes from its pool."""

    def __init__(self) -> None:
        self.full = False

    def __call__(self, connection: Any, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages if self.full else MOST_PAGES}")


@pytest.fixture
def disk(session: Session) -> Iterator[Disk]:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only on SQLite")
    disk = Disk()
    event.listen(db.engine, "checkout", disk)
    yield disk
    event.remove(db.engine, "checkout", disk)
    db.engine.dispose()


def sit(session: Session, cast: Cast) -> Attempt:
    version = Small(
        exam_questions=[question("text", f"examen-{one}") for one in range(20)],
        blueprint=[{"domain": "alpha", "level": 1, "count": 20, "points": "1"}],
    ).publish(session)
    begin(session, cast.ada, version)
    exam_version = exam_of(session, version)
    attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=exam_version, enrolled=True)
    session.commit()
    return attempt


def rows(session: Session) -> tuple[int, int]:
    """Events and answers; the transaction that counted them is over."""
    counts = tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in (AnswerEvent, Answer))
    session.commit()
    return counts[0], counts[1]


def test_f5_a_full_disk_is_said_and_leaves_no_partial_row(session: Session, cast: Cast, disk: Disk) -> None:
    attempt, ada = sit(session, cast), cast.client("ada", language="en")
    session.commit()

    def put(slot: int) -> TestResponse:
        body = {"v": 1, "rev": 1, "payload": {"text": f"{slot} ".ljust(3900, "x"), "lang": "en"}}
        headers = {"Idempotency-Key": f"key-{slot}", "Accept": "application/json"}
        return ada.put_json(f"/attempts/{attempt.public_id}/answers/{slot}", body, **headers)

    assert put(1).status_code == 200
    disk.full = True
    slot, reply = 1, put(1)
    while reply.status_code == 200:
        before, slot = rows(session), slot + 1
        reply = put(slot)
    assert (reply.status_code, reply.headers["Retry-After"]) == (507, "5")
    assert "is not saved" in reply.get_json(force=True)["detail"]
    assert rows(session) == before
    typed = f"{slot} ".ljust(3900, "y")
    fields, ours = {"answer": typed, "rev": "1", "key": "f" * 32}, {"Sec-Fetch-Site": "same-origin"}
    page = ada.post(f"/attempts/{attempt.public_id}/answers/{slot}", fields, headers=ours)
    assert page.status_code == 507
    assert "The site has no room left" in ada.text()
    assert typed in page.get_data(as_text=True)
    assert rows(session) == before
    assert ada.get(f"/attempts/{attempt.public_id}").status_code == 200, "what is there can be read"
    disk.full = False
    assert put(slot).status_code == 200
    assert put(slot).get_json()["duplicate"] is True
    assert rows(session) == (before[0] + 1, before[1] + 1)
