"""Challenges once their time is over: who may mark what, what is decided, shown, and where sessions stand for staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import challenge_sessions, challenges
from app.assessment.challenge_lists import Standing, by_standing, session_rows
from app.assessment.challenge_queries import challenges_of, get_session
from app.assessment.project_models import SubmissionRevision
from app.assessment.project_queries import accepted_projects, get_submission_to_mark, submissions_to_mark
from app.assessment.projects import show_project
from app.catalog.models import CourseFile
from app.foundation.errors import NotFoundError
from app.foundation.i18n import use_language
from app.foundation.permissions import Role
from tests.assessment.challenge_sittings import GOOD, WEAK, Arena, events, letters
from tests.builders import Cast
from tests.courses import Small, a_challenge, begin


@pytest.fixture
def arena(session: Session, cast: Cast) -> Iterator[Arena]:
    """Sentences are read in English."""
    with use_language("en"):
        yield Arena(session, cast)


def test_a_work_waits_for_markers_once_its_time_is_over(arena: Arena) -> None:
    arena.join()
    arena.write()
    camille = arena.cast.camille
    with arena.at(hours=1):
        challenges.hand_in(arena.session, actor=arena.cast.ada.actor(), seat=arena.seat())
        arena.session.commit()
        assert not submissions_to_mark(arena.session, camille.id, 1).rows
        with pytest.raises(NotFoundError):
            get_submission_to_mark(arena.session, camille.id, arena.work().public_id)
    arena.close()
    ((work, due_at),) = submissions_to_mark(arena.session, camille.id, 1).rows
    assert (work.team_id, due_at) == (arena.work().team_id, arena.end + timedelta(days=10))


def test_who_took_part_in_a_session_marks_none_of_it(arena: Arena) -> None:
    arena.join()
    inside = arena.cast.person("Inès", Role.INSTRUCTOR)
    begin(arena.session, inside, arena.version)
    arena.join(inside)
    work = arena.handed_in()
    assert not submissions_to_mark(arena.session, inside.id, 1).rows
    with pytest.raises(NotFoundError):
        get_submission_to_mark(arena.session, inside.id, work.public_id)
    assert len(submissions_to_mark(arena.session, arena.cast.camille.id, 1).rows) == 1


@pytest.mark.parametrize(("levels", "state"), [(GOOD, "accepted"), (WEAK, "not_reached")])
def test_the_result_is_final_and_each_member_is_told(arena: Arena, levels: dict[str, int], state: str) -> None:
    arena.join(arena.cast.blaise, arena.join())
    arena.handed_in()
    work = arena.mark(arena.cast.camille, levels)
    letter = "challenge-accepted" if state == "accepted" else "challenge-not-reached"
    assert work.state == state
    assert letters(arena.session) == [(letter, "Ada Lefèvre"), (letter, "Blaise Okafor")]
    assert arena.session.scalar(select(func.count()).select_from(SubmissionRevision)) == 1, "there is no second time"
    assert events(arena.session)[-1] == letter.replace("challenge-", "challenge.")


def test_two_markers_who_differ_want_a_third(session: Session, cast: Cast) -> None:
    arena = Arena(session, cast, markers=2)
    arena.join()
    arena.handed_in()
    arena.mark(cast.camille, GOOD)
    assert arena.mark(cast.admin, WEAK).state == "in_review"
    assert arena.mark(cast.person("Inès", Role.INSTRUCTOR), GOOD).state == "accepted"


def test_each_member_shows_it_or_not_in_their_own_words(arena: Arena) -> None:
    arena.join(arena.cast.blaise, arena.join())
    arena.handed_in()
    work = arena.mark(arena.cast.camille, GOOD)
    for name, shown in (("ada", True), ("blaise", False)):
        actor = arena.cast.actor(name)
        show_project(arena.session, actor=actor, submission=work, presentation=name, link="", shown=shown)
    arena.session.commit()
    entries = [accepted_projects(arena.session, getattr(arena.cast, name).id)[0].entry for name in ("ada", "blaise")]
    assert [(one.presentation, one.shown) for one in entries if one] == [("ada", True), ("blaise", False)]
    with pytest.raises(NotFoundError):
        show_project(
            arena.session, actor=arena.cast.camille.actor(), submission=work, presentation="", link="", shown=True
        )


def test_where_sessions_stand_for_staff(arena: Arena) -> None:
    arena.join()
    cancelled = arena.open("Annulée", hours=1)
    challenge_sessions.cancel(arena.session, actor=arena.cast.camille.actor(), opening=cancelled)
    arena.session.commit()

    def groups() -> dict[str, list[str]]:
        arena.session.expire_all()
        found = by_standing(session_rows(arena.session))
        return {standing.value: [row.session.title for row in rows] for standing, rows in found.items() if rows}

    assert groups() == {"coming": ["Novembre"], "done": ["Annulée"]}
    with arena.at(hours=1):
        assert groups() == {"running": ["Novembre"], "done": ["Annulée"]}
    arena.handed_in()
    with arena.at(hours=5):
        assert groups()["to-mark"] == ["Novembre"]
        assert not by_standing(session_rows(arena.session))[Standing.TO_MARK][0].overdue
    with arena.at(days=11):
        assert by_standing(session_rows(arena.session))[Standing.TO_MARK][0].overdue
    arena.mark(arena.cast.camille, GOOD)
    with arena.at(days=11):
        assert groups() == {"done": ["Novembre", "Annulée"]} or groups() == {"done": ["Annulée", "Novembre"]}


def test_a_course_names_its_challenges_and_the_next_session(arena: Arena) -> None:
    arena.open("Décembre", days=2)
    (entry,) = challenges_of(arena.session, arena.version)
    assert (entry.slug, entry.next_start) == ("mini-defi", arena.start)
    newer = Small(content="2", challenge=a_challenge()).publish(arena.session)
    (entry,) = challenges_of(arena.session, newer)
    assert entry.next_start == arena.start, "a session goes on whatever version is published"
    assert get_session(arena.session, arena.opening.public_id).challenge.project.course_version_id != newer.id
    assert arena.session.scalar(select(func.count()).select_from(CourseFile)) == 3, "each content once"
