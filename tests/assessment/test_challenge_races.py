"""Challenges under many hands at once, in real threads: places, works, handing in, closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import challenge_sessions, challenges
from app.assessment.challenge_models import ChallengeMember, ChallengeTeam
from app.assessment.challenge_queries import get_seat, get_session
from app.assessment.project_models import Submission
from app.foundation.errors import ConflictError, RuleError
from tests.assessment.challenge_sittings import LINK, Arena, events
from tests.assessment.test_races import at_once
from tests.builders import Cast
from tests.courses import begin

pytestmark = pytest.mark.slow
REFUSED = (RuleError, ConflictError)


def joining(arena: Arena, account: Account, code: str | None) -> Callable[[Session], str]:
    actor, public_id = account.actor(), arena.opening.public_id

    def act(own: Session) -> str:
        challenges.join(own, actor=actor, opening=get_session(own, public_id), code=code)
        return "joined"

    return act


def members(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ChallengeMember)) or 0


def test_fifty_who_join_one_team_at_once_are_three_at_most(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    code = arena.join()
    people = [cast.person(f"Personne {number}") for number in range(50)]
    for account in people:
        begin(session, account, arena.version)
    results = at_once(app, session, [joining(arena, account, code) for account in people])
    assert results.count("joined") == 2
    assert sum(isinstance(result, REFUSED) for result in results) == 48
    assert members(session) == 3


def test_one_person_who_joins_many_times_at_once_is_in_one_team(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    results = at_once(app, session, [joining(arena, cast.ada, None)] * 6)
    assert results.count("joined") == 1
    assert sum(isinstance(result, REFUSED) for result in results) == 5
    assert members(session) == 1
    assert session.scalar(select(func.count()).select_from(ChallengeTeam)) == 1


def test_who_joins_what_is_being_cancelled_is_out_or_told(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    actor, public_id = cast.camille.actor(), arena.opening.public_id

    def cancelling(own: Session) -> str:
        challenge_sessions.cancel(own, actor=actor, opening=get_session(own, public_id))
        return "cancelled"

    at_once(app, session, [cancelling, joining(arena, cast.ada, None), joining(arena, cast.blaise, None)])
    session.expire_all()
    assert session.scalars(select(ChallengeMember.alive).where(ChallengeMember.alive)).all() == []


def test_leaving_and_joining_at_once_leave_no_empty_team(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    code = arena.join()
    ada, public_id = cast.ada.actor(), arena.opening.public_id

    def leaving(own: Session) -> str:
        challenges.leave(own, actor=ada, seat=get_seat(own, ada.account_id, public_id))
        return "left"

    results = at_once(app, session, [leaving, joining(arena, cast.blaise, code)])
    assert results[0] == "left"
    teams = session.scalar(select(func.count()).select_from(ChallengeTeam))
    assert teams == members(session) == (1 if results[1] == "joined" else 0)


def of_seat(arena: Arena, account: Account, do: Callable[[Session, Any], None]) -> Callable[[Session], str]:
    actor, public_id = account.actor(), arena.opening.public_id

    def act(own: Session) -> str:
        do(own, get_seat(own, actor.account_id, public_id))
        return "done"

    return act


def test_two_members_who_hand_in_at_once_hand_in_once(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    arena.join(cast.blaise, arena.join())
    arena.write()

    def handing_in(account: Account) -> Callable[[Session], str]:
        actor = account.actor()
        return of_seat(arena, account, lambda own, seat: challenges.hand_in(own, actor=actor, seat=seat))

    with arena.at(hours=1):
        assert at_once(app, session, [handing_in(cast.ada), handing_in(cast.blaise)] * 3) == ["done"] * 6
    assert events(session).count("challenge.handed-in") == 1
    assert arena.work().state == "submitted"


def test_two_members_who_begin_at_once_begin_one_work(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    arena.join(cast.blaise, arena.join())
    nothing = challenges.words_seen(None)

    def writing(account: Account, note: str) -> Callable[[Session], str]:
        return of_seat(
            arena,
            account,
            lambda own, seat: challenges.save_words(own, seat=seat, note=note, link=LINK, before=nothing),
        )

    with arena.at(hours=1):
        results = at_once(app, session, [writing(cast.ada, "D’Ada."), writing(cast.blaise, "De Blaise.")])
    assert sorted(map(str, results))[-1] == "done"
    assert sum(isinstance(result, ConflictError) for result in results) == 1, "the second is told of the first"
    assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_closing_many_times_at_once_hands_in_once(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    arena.join()
    arena.write()
    team_id = arena.seat().team.id
    with arena.at(hours=5):
        results = at_once(app, session, [lambda own: challenge_sessions.close_if_over(own, team_id)] * 6)
    assert sorted(results) == [False] * 5 + [True]
    assert events(session).count("challenge.handed-in") == 1


def test_what_comes_too_late_is_refused_while_the_clock_closes(app: Flask, session: Session, cast: Cast) -> None:
    arena = Arena(session, cast)
    arena.join()
    work = arena.write(link="")
    seen, team_id = challenges.words_seen(work), arena.seat().team.id

    ada_id, public_id = cast.ada.id, arena.opening.public_id

    def saving(own: Session) -> str:
        seat = get_seat(own, ada_id, public_id)
        challenges.save_words(own, seat=seat, note="", link=LINK, before=seen)
        return "saved"

    with arena.at(hours=4, seconds=61):
        results = at_once(app, session, [lambda own: challenge_sessions.close_if_over(own, team_id), saving])
    assert results[0] is True
    assert isinstance(results[1], ConflictError)
    assert arena.work().state == "not_handed_in"
