"""An exam to break things on: questions to type an answer to, so that every answer says which revision it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.answering import Incoming, Outcome, save_answer
from app.assessment.sittings import hold_attempt
from app.assessment.starting import start_attempt
from app.config import read_settings
from app.foundation.actor import Actor
from app.wiring.application import create_app
from app.wiring.migrations import alembic_config
from tests.browser.site import site_environment
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, question

QUESTIONS = 20


@dataclass(frozen=True)
class Seat:
    """Somebody in the middle of the exam."""

    actor: Actor
    attempt: str
    slots: tuple[int, ...]


def an_app(database_url: str, instance: Path) -> Flask:
    """The program on an empty, migrated database of its own, with the settings that an installation has."""
    command.upgrade(alembic_config(database_url), "head")
    return app_of(site_environment(instance, 8000, database_url, development=False))


def app_of(environ: dict[str, str]) -> Flask:
    """The program with these settings."""
    return create_app(read_settings(environ), testing=True)


def seats(app: Flask, session: Session, number: int) -> list[Seat]:
    """So many people, each with an attempt just begun; committed."""
    exam = Small(
        exam_questions=[question("text", f"examen-{one}") for one in range(QUESTIONS)],
        blueprint=[{"domain": "alpha", "level": 1, "count": QUESTIONS, "points": "1"}],
        exam_settings={"duration_s": 7200},
    )
    version, cast = exam.publish(session), Cast(app, session)
    return [_sit_down(session, cast, version, one) for one in range(number)]


def _sit_down(session: Session, cast: Cast, version: Any, number: int) -> Seat:
    account = cast.person(f"Candidate {number}")
    begin(session, account, version)
    exam_version = exam_of(session, version)
    attempt = start_attempt(session, actor=account.actor(), exam_version=exam_version, enrolled=True)
    session.commit()
    return Seat(account.actor(), attempt.public_id, tuple(range(1, QUESTIONS + 1)))


def payload_of(slot: int, rev: int) -> dict[str, Any]:
    """An answer that says whose it is."""
    return {"text": f"question {slot}, revision {rev}", "lang": "fr"}


def save(session: Session, seat: Seat, slot: int, rev: int) -> None:
    """Save one answer as the site does, committed; the candidate may be told once this returns."""
    attempt = hold_attempt(session, seat.actor.account_id, seat.attempt)
    incoming = Incoming(slot, payload_of(slot, rev), rev, f"slot-{slot}-rev-{rev}")
    assert save_answer(session, attempt=attempt, incoming=incoming).outcome is Outcome.SAVED
    session.commit()
