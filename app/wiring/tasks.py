"""Background work: Huey in a file of its own, whose tasks are wake-ups that re-read the database."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey import SqliteHuey
from huey.consumer import Consumer, Scheduler
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.certification.files import warm_up
from app.config import ConfigurationError, Settings
from app.foundation.database import sqlite_has_wal_bug
from app.foundation.outbox import OutboxMessage
from app.wiring.deliveries import drain_outbox
from app.wiring.fading import fade_proofs
from app.wiring.signals import forget_signals, look_for_signals
from app.wiring.signing import remind_holders, sign_after_compromise, sign_certificates
from app.wiring.sweeps import checkpoint_database, close_attempts, close_challenges, release_results

log = logging.getLogger("app.worker")
SWEEP_SECONDS = 30

# Done every 30 seconds, in this order, and at once after a request that put something in the outbox. Each
# re-reads the database and may be repeated, skipped or run twice at once without harm.
SWEEPS: Sequence[Callable[[Flask], object]] = (
    close_attempts,
    close_challenges,
    release_results,
    sign_certificates,
    sign_after_compromise,
    remind_holders,
    fade_proofs,
    drain_outbox,
    forget_signals,
    look_for_signals,  # last of what takes time: it may need seconds, and nobody waits for it
    checkpoint_database,
)


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON lists: Huey's own way, pickle, would run whatever is written into the file."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(list(data) if isinstance(data, Message) else data).encode()

    def _deserialize(self, data: bytes) -> Any:
        read = json.loads(bytes(data))
        return Message(*read) if isinstance(read, list) else read


class SweepScheduler(Scheduler):  # type: ignore[misc]
    """Huey's scheduler looks at periodic tasks once a minute; ours twice."""

    periodic_task_seconds = SWEEP_SECONDS


class SweepConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer with our scheduler."""

    scheduler_class = SweepScheduler


def open_queue(settings: Settings) -> SqliteHuey:
    """The queue of a setting such as sqlite:////var/lib/passerelle/tasks.sqlite; raises ConfigurationError."""
    scheme, _, path = settings.tasks_url.partition(":///")
    if scheme != "sqlite" or not path:
        raise ConfigurationError("PASSERELLE_TASKS_URL starts with sqlite:///.")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        "passerelle",
        filename=path,
        fsync=True,  # Huey's default may lose what was queued when the power goes
        journal_mode="truncate" if sqlite_has_wal_bug() else "wal",
        results=False,
        serializer=JsonSerializer(),
    )


def add_tasks(queue: SqliteHuey, app: Flask) -> Callable[[], object]:
    """Give the queue its tasks; returns what asks for a round at once."""

    def sweep() -> None:
        run_sweeps(app)

    queue.periodic_task(lambda _timestamp: True, name="sweep")(sweep)
    wake: Callable[[], object] = queue.task(name="round")(sweep)
    return wake


def run_sweeps(app: Flask) -> None:
    """One round; a sweep that fails is logged and does not keep the next ones from running."""
    for sweep in SWEEPS:
        try:
            sweep(app)
        except Exception:
            log.exception("sweep failed", extra={"fields": {"sweep": sweep.__name__}})


def set_up_tasks(app: Flask) -> None:
    """Wake the worker as soon as a transaction that queued something is committed; without luck, its sweep comes."""

    @cache
    def wake() -> Callable[[], object]:
        return add_tasks(open_queue(app.config["SETTINGS"]), app)

    def call(session: Session) -> None:
        if session.info.pop("wake", False):
            try:
                wake()()
            except Exception:
                log.warning("the worker could not be woken; its next round will do")

    event.listen(Session, "after_flush", _remember)
    event.listen(Session, "after_commit", call)
    event.listen(Session, "after_rollback", _forget)


def _remember(session: Session, _context: object) -> None:
    if any(isinstance(row, OutboxMessage) for row in session.new):
        session.info["wake"] = True


def _forget(session: Session) -> None:
    session.info.pop("wake", None)


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Do what waits in the background (letters, files, sweeps) until stopped; the task at hand is finished first."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    queue = open_queue(app.config["SETTINGS"])
    add_tasks(queue, app)
    warm_up()
    SweepConsumer(queue, workers=1, max_delay=1.0, graceful_signal="TERM").run()
