"""Projects under many hands at once, in real threads: one claim a place, one decision, one handing in."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.assessment import marking, projects
from app.assessment.project_models import Marking, Portfolio, PortfolioEntry, Submission, SubmissionFile
from app.assessment.project_queries import get_submission_to_mark, get_workplace
from app.assessment.uploads import Upload
from app.foundation.errors import ConflictError, NotFoundError
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


def test_putting_back_and_taking_at_once_leaves_nothing_hanging(app: Flask, session: Session, cast: Cast) -> None:
    studio = Studio(session, cast, markers=2)
    submission = studio.handed_in()
    public_id, first, second = submission.public_id, cast.camille.actor(), studio.marker().actor()
    studio.take(cast.camille, submission)

    def putting_back(own: Session) -> str:
        marking.put_back(own, actor=first, submission=get_submission_to_mark(own, first.account_id, public_id))
        return "put back"

    def taking(own: Session) -> str:
        marking.claim(own, actor=second, submission=get_submission_to_mark(own, second.account_id, public_id))
        return "taken"

    assert at_once(app, session, [putting_back, taking]) == ["put back", "taken"]
    session.expire_all()
    assert session.scalars(select(Submission.state)).one() == "in_review"
    assert session.scalars(select(Marking.marker_id)).all() == [second.account_id]


def test_removing_and_showing_many_times_at_once_is_once(app: Flask, session: Session, cast: Cast) -> None:
    studio = Studio(session, cast)
    studio.written()
    actor = cast.ada.actor()
    upload = Upload("a.pdf", "pdf", b"%PDF-")
    projects.add_file(session, actor=actor, place=studio.place(), upload=upload, sha256="a" * 64)
    session.commit()

    def removing(own: Session) -> str:
        submission = own.scalars(select(Submission)).one()
        projects.remove_file(own, submission=submission, file=own.scalars(select(SubmissionFile)).one())
        return "removed"

    results = at_once(app, session, [removing] * 6)
    assert results.count("removed") == 1
    assert all(result == "removed" or isinstance(result, NotFoundError | NoResultFound) for result in results)
    studio.mark(cast.camille, studio.handed_in(), GOOD)
    session.commit()

    def showing(own: Session) -> str:
        projects.show_project(
            own, actor=actor, submission=own.scalars(select(Submission)).one(), presentation="", link="", shown=True
        )
        return "shown"

    assert at_once(app, session, [showing] * 6) == ["shown"] * 6
    assert session.scalar(select(func.count()).select_from(PortfolioEntry)) == 1
    assert session.scalar(select(func.count()).select_from(Portfolio)) == 1
