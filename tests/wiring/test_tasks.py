"""The worker: its queue survives a power cut and runs nothing that was planted, its round goes on past a failure."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.letters import send_letter
from app.config import ROOT, ConfigurationError, Settings
from app.foundation import outbox
from app.wiring import tasks
from app.wiring.tasks import add_tasks, open_queue, run_sweeps
from tests.builders import Cast


@pytest.fixture
def settings(app: Flask, tmp_path: Path) -> Settings:
    """The settings of the tests, with a queue of their own."""
    return replace(app.config["SETTINGS"], tasks_url=f"sqlite:///{tmp_path / 'folder' / 'tasks.sqlite'}")


def test_the_queue_is_a_file_of_its_own_written_durably(settings: Settings) -> None:
    queue = open_queue(settings)
    assert queue.storage.conn.execute("pragma synchronous").fetchone() == (2,)
    assert settings.tasks_url.removeprefix("sqlite:///") != settings.database_url.removeprefix("sqlite:///")
    assert queue.results is False
    queue.storage.close()


def test_a_task_is_json_in_the_file_and_comes_back_whole(app: Flask, settings: Settings) -> None:
    queue = open_queue(settings)
    wake = add_tasks(queue, app)
    wake()
    with sqlite3.connect(settings.tasks_url.removeprefix("sqlite:///")) as file:
        [(data,)] = file.execute("select data from task").fetchall()
    file.close()
    assert json.loads(bytes(data))[1].endswith("round")
    task = queue.dequeue()
    assert task is not None
    assert queue.execute(task) is None
    queue.storage.close()


def test_pickles_planted_in_the_file_are_not_opened(app: Flask, settings: Settings) -> None:
    import pickle

    queue = open_queue(settings)
    add_tasks(queue, app)
    queue.storage.enqueue(pickle.dumps(["anything"]))
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
        queue.dequeue()
    queue.storage.close()


@pytest.mark.parametrize("url", ["redis://localhost", "sqlite://", "tasks.sqlite"])
def test_another_kind_of_queue_is_refused_in_words(settings: Settings, url: str) -> None:
    with pytest.raises(ConfigurationError, match="PASSERELLE_TASKS_URL"):
        open_queue(replace(settings, tasks_url=url))


def test_a_sweep_that_fails_does_not_keep_the_next_from_running(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def failing(_app: Flask) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(tasks, "SWEEPS", (failing, done.append))
    run_sweeps(app)
    assert done == [app]


@pytest.fixture
def own_environ(app: Flask, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a process beside the tests: their database, a queue and a mail folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    return {
        **kept,
        **environ,
        "PASSERELLE_TASKS_URL": f"sqlite:///{tmp_path / 'tasks.sqlite'}",
        "PASSERELLE_MAIL_URL": f"file://{tmp_path / 'mail'}",
    }


@pytest.mark.slow
def test_the_worker_sends_what_waits_and_stops_when_told(
    session: Session, cast: Cast, own_environ: dict[str, str], tmp_path: Path
) -> None:
    send_letter(session, cast.ada, "password-changed")
    session.commit()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    worker = subprocess.Popen(command, env=own_environ, stderr=subprocess.PIPE, cwd=ROOT)
    try:
        deadline = time.monotonic() + 30
        while not list((tmp_path / "mail").glob("*.eml")) and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        _output, errors = worker.communicate(timeout=30)
    assert worker.returncode == 0, errors.decode()
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    assert outbox.waiting(session) == []


ENQUEUE = """
from app.extensions import db
from app.foundation.outbox import enqueue
from wsgi import app

with app.app_context():
    for key, end in (("undone", db.session.rollback), ("done", db.session.commit)):
        enqueue(db.session(), "mail", dedupe_key=key, recipient_id=None, language="fr", payload={})
        end()
"""


@pytest.mark.slow
def test_a_committed_message_wakes_the_worker_and_an_undone_one_does_not(
    session: Session, own_environ: dict[str, str], tmp_path: Path
) -> None:
    session.commit()
    subprocess.run([sys.executable, "-c", ENQUEUE], env=own_environ, cwd=ROOT, check=True, timeout=60)
    file = sqlite3.connect(tmp_path / "tasks.sqlite")
    assert file.execute("select count(*) from task").fetchone() == (1,)
    file.close()
