"""The demo school: whole, once, and never in production."""

from __future__ import annotations

import dataclasses

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import Attempt, Exam
from app.assessment.models import Result as Outcome
from app.certification.models import Certificate
from app.jobs.models import Offer
from app.wiring.demo import PASSWORD, PEOPLE
from tests.builders import Cast


def load(app: Flask) -> Result:
    """Load the demo school as `make run` does."""
    return app.test_cli_runner().invoke(args=["demo", "load"])


def sat(session: Session, who: str) -> dict[str, list[int]]:
    """The points of what somebody handed in, by kind of exam."""
    wanted = (
        select(Exam.kind, Outcome.total)
        .join(Attempt, Attempt.exam_id == Exam.id)
        .join(Outcome, Outcome.attempt_id == Attempt.id)
        .join(Account, Account.id == Attempt.account_id)
        .where(Account.email == f"{who}@example.org")
    )
    points: dict[str, list[int]] = {}
    for kind, total in session.execute(wanted):
        points[kind] = sorted([*points.get(kind, []), int(total)])
    return points


def test_it_is_whole_and_loaded_once(app: Flask, session: Session, cast: Cast) -> None:
    loaded = load(app)
    assert loaded.exit_code == 0, loaded.output
    assert PASSWORD in loaded.output
    assert all(f"{person.key}@example.org" in loaded.output for person in PEOPLE)
    certified = session.scalars(
        select(Account.email)
        .join(Certificate, Certificate.account_id == Account.id)
        .where(Certificate.state == "valid")
    ).all()
    assert "ada@example.org" in certified
    assert "emile@example.org" not in certified
    assert sat(session, "emile") == {"certification": [12], "practice": [6, 6, 8]}  # eight wrong answers of twenty
    assert sat(session, "chloe") == {}  # in the middle of the first module
    published = session.scalar(select(func.count()).select_from(Offer).where(Offer.state == "published"))
    assert published is not None
    assert published >= 6
    ada = session.scalars(select(Account).where(Account.email == "ada@example.org")).one()
    client = cast.client(ada, language="fr")
    client.get("/matches")
    assert "90 %" in client.text()  # the best fit of what was proven in an unsupervised exam
    people = session.scalar(select(func.count()).select_from(Account))
    session.rollback()
    again = load(app)
    assert again.exit_code == 0
    assert "not loaded" in again.output
    assert session.scalar(select(func.count()).select_from(Account)) == people


def test_production_refuses_it(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    production = dataclasses.replace(app.config["SETTINGS"], environment="production")
    monkeypatch.setitem(app.config, "SETTINGS", production)
    refused = load(app)
    assert refused.exit_code == 1
    assert "development only" in refused.output
    assert session.scalar(select(func.count()).select_from(Account)) == 0
