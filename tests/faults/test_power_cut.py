"""F2 of the fault list: after a power cut, every answer that was acknowledged is there, and the database is whole."""

from __future__ import annotations

import json
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random  # noqa: TID251 - seeded

import pytest

from tests.faults.exam import payload_of
from tests.faults.power import Acknowledged, Event, left_on_disk

ROOT = Path(__file__).resolve().parent.parent.parent
LENGTHS = [
    pytest.param(60, 30, id="short"),
    pytest.param(400, 150, id="long", marks=pytest.mark.nightly),
]


def recorded(folder: Path, mode: str, answers: int) -> list[Event]:
    """What happened to the database's files while answers were saved."""
    act = f"from tests.faults.power import record; record({str(folder)!r}, {mode!r}, {answers})"
    command = [sys.executable, "-c", act]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    events: list[Event] = pickle.loads((folder / "log").read_bytes())
    return events


def lost_by_cut(folder: Path, events: list[Event], place: int, chance: Random) -> int:
    """Cut the power after so many events; how many acknowledged answers are not in the database that is left."""
    before = events[:place]
    left = folder / f"cut-{place}.sqlite"
    left.write_bytes(left_on_disk(before, (folder / "base.sqlite").read_bytes(), "answers.sqlite", chance))
    log = left_on_disk(before, b"", "answers.sqlite-wal", chance)
    left.with_name(f"{left.name}-wal").write_bytes(log)
    database = sqlite3.connect(left)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = {slot: (rev, json.loads(payload)) for slot, rev, payload in database.execute(
            "SELECT slot, rev, payload FROM answer"
        )}  # fmt: skip
    finally:
        database.close()
    assert all(payload == payload_of(slot, rev) for slot, (rev, payload) in found.items())
    told = {one.slot: one.rev for one in before if isinstance(one, Acknowledged)}
    return sum(found.get(slot, (0, None))[0] < rev for slot, rev in told.items())


def cuts_that_lose(folder: Path, mode: str, answers: int, cuts: int) -> int:
    events, chance = recorded(folder, mode, answers), Random(f"power {cuts}")
    assert sum(isinstance(one, Acknowledged) for one in events) == answers
    places = [chance.randint(1, len(events)) for _ in range(cuts)]
    return sum(lost_by_cut(folder, events, place, chance) > 0 for place in places)


@pytest.mark.parametrize(("answers", "cuts"), LENGTHS)
def test_no_acknowledged_answer_is_lost(tmp_path: Path, answers: int, cuts: int) -> None:
    assert cuts_that_lose(tmp_path, "full", answers, cuts) == 0


@pytest.mark.parametrize(("answers", "cuts"), LENGTHS)
def test_the_same_test_fails_where_commits_are_not_synced(
    tmp_path: Path, answers: int, cuts: int, record_property: Callable[[str, object], None]
) -> None:
    losing = cuts_that_lose(tmp_path, "normal", answers, cuts)
    assert losing > cuts // 2
    record_property("cuts that lose acknowledged answers, NORMAL", f"{losing} of {cuts}")
