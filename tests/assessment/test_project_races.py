"""Projects under many hands at once, in real threads: one claim a place, one decision, one handing in."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import marking, projects
from app.assessment.project_models import Marking, Submission
from app.assessment.project_queries import get_submission_to_mark, get_workplace
from app.foundation.errors import ConflictError
from app.foundation.outbox import OutboxMessage
from tests.assessment.submissions import COURSE, GOOD, PROJECT, Studio
from tests.assessment.test_projects import events
from tests.assessment.test_races import at_once
from tests.builders import Cast

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("places", [1, 2])
def test_many_markers_at_once_share_the_places(app: Flask, session: Session, cast: Cast, places: int) -> None:
    studio = Studio(session, cast, markers=places)
    public_id = studio.handed_in().public_id
    markers = [studio.marker(f"Marker {number}").actor() for number in range(8)]

    def taking(actor: Any) -> Any:
        def act(own: Session) -> int:
            found = get_submission_to_mark(own, actor.account_id, public_id)
            return marking.claim(own, actor=actor, submission=found).place

        return act

    results = at_once(app, session, [taking(actor) for actor in markers])
    assert sorted(place for place in results if isinstance(place, int)) == list(range(1, places + 1))
    assert sum(isinstance(result, ConflictError) for result in results) == 8 - places
    assert session.scalar(select(func.count()).select_from(Marking)) == places


def test_two_markers_who_sign_at_once_decide_once(app: Flask, session: Session, cast: Cast) -> None:
    studio = Studio(session, cast, markers=2)
    submission = studio.handed_in()
    markers = [studio.marker(name) for name in ("Un", "Deux")]
    for marker in markers:
        taken = studio.take(marker, submission)
        marking.save_marking(session, marking=taken, levels=GOOD, feedback={}, comment="Lu.")
    session.commit()
    public_id = submission.public_id

    def signing(actor: Any) -> Any:
        def act(own: Session) -> str:
            found = get_submission_to_mark(own, actor.account_id, public_id)
            mine = next(one for one in found.current.markings if one.marker_id == actor.account_id)
            marking.finish_marking(own, actor=actor, submission=found, marking=mine)
            return "signed"

        return act

    actors = [marker.actor() for marker in markers]
    assert at_once(app, session, [signing(actor) for actor in actors]) == ["signed"] * 2
    session.expire_all()
    assert session.scalars(select(Submission.state)).one() == "accepted"
    assert events(session).count("project.accepted") == 1
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_handing_in_many_times_at_once_hands_in_once(app: Flask, session: Session, cast: Cast) -> None:
    Studio(session, cast).written()
    actor = cast.ada.actor()

    def act(own: Session) -> str:
        place = get_workplace(own, actor.account_id, COURSE, PROJECT)
        projects.hand_in(own, actor=actor, place=place)
        return "done"

    assert at_once(app, session, [act] * 6) == ["done"] * 6
    assert events(session) == ["project.handed-in"]


def test_beginning_many_times_at_once_makes_one_submission(app: Flask, session: Session, cast: Cast) -> None:
    Studio(session, cast)
    actor = cast.ada.actor()

    def act(own: Session) -> str:
        place = get_workplace(own, actor.account_id, COURSE, PROJECT)
        projects.save_words(own, actor=actor, place=place, note="Ma note.", link="")
        return "saved"

    assert at_once(app, session, [act] * 6) == ["saved"] * 6
    assert session.scalar(select(func.count()).select_from(Submission)) == 1
