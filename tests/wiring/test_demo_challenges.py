"""The challenge of the demo school: one session runs, one is decided; without a challenge there is neither."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.challenge_lists import Standing, session_rows
from app.assessment.challenge_models import ChallengeSession
from app.assessment.project_models import Submission
from app.foundation.actor import Actor
from app.foundation.permissions import Role
from app.wiring.demo import PEOPLE
from app.wiring.demo_challenges import add_challenges
from tests.builders import Cast
from tests.courses import Small, a_challenge


def actors(cast: Cast) -> dict[str, Actor]:
    return {
        person.key: cast.person(person.name, person.role).actor() for person in PEOPLE if person.role != Role.EMPLOYER
    }


def test_two_sessions_of_the_first_challenge(session: Session, cast: Cast) -> None:
    Small(challenge=a_challenge()).publish(session)
    assert add_challenges(session, actors(cast)) is not None
    session.commit()
    standings = {row.session.title: (row.standing, row.people) for row in session_rows(session)}
    assert standings == {"La première fois": (Standing.DONE, 2), "En ce moment": (Standing.RUNNING, 3)}
    assert sorted(session.scalars(select(Submission.state))) == ["accepted", "draft"]


def test_a_challenge_for_one_takes_people_alone(session: Session, cast: Cast) -> None:
    Small(challenge=a_challenge(team=1)).publish(session)
    add_challenges(session, actors(cast))
    assert [row.people for row in session_rows(session)] == [2, 1]


def test_without_a_challenge_there_is_none(session: Session, cast: Cast) -> None:
    Small().publish(session)
    assert add_challenges(session, actors(cast)) is None
    assert session.scalars(select(ChallengeSession)).all() == []
