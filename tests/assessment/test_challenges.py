"""Challenges: who may join, when the work may be changed, what is handed in at the end, what is decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import challenge_sessions, challenges
from app.assessment.accommodations import Grant, end, grant, today
from app.assessment.challenge_models import ChallengeMember, ChallengeTeam
from app.assessment.challenge_queries import get_attached, get_seat
from app.assessment.challenge_rules import Phase, is_closable, phase_of, still_arrives, team_end
from app.assessment.project_queries import submissions_to_mark
from app.assessment.uploads import Upload
from app.foundation import clock
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import use_language
from tests.assessment.challenge_sittings import GOOD, LINK, WEAK, Arena, events, learner, letters
from tests.builders import Cast

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
END = START + timedelta(hours=4)


@pytest.fixture
def arena(session: Session, cast: Cast) -> Iterator[Arena]:
    """Sentences are read in English."""
    with use_language("en"):
        yield Arena(session, cast)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [(0, END), (33, END + timedelta(hours=1, minutes=19, seconds=12)), (100, END + timedelta(hours=4))],
)
def test_the_end_of_a_team(extra: int, expected: datetime) -> None:
    assert team_end(START, END, extra) == expected


@pytest.mark.parametrize(
    ("after_start", "cancelled", "expected"),
    [
        (-1, False, Phase.COMING),
        (-1, True, Phase.CANCELLED),
        (0, False, Phase.RUNNING),
        (4 * 3600 - 1, False, Phase.RUNNING),
        (4 * 3600, False, Phase.OVER),
    ],
)
def test_phases(after_start: int, cancelled: bool, expected: Phase) -> None:
    now = START + timedelta(seconds=after_start)
    assert phase_of(START, END, cancelled=cancelled, now=now) is expected


@pytest.mark.parametrize(("seconds", "arrives"), [(0, True), (60, True), (61, False)])
def test_the_minute_for_what_was_on_its_way(seconds: int, arrives: bool) -> None:
    now = END + timedelta(seconds=seconds)
    assert still_arrives(END, now) is arrives
    assert is_closable(END, now) is not arrives


# Joining


def test_alone_or_by_a_code_up_to_three(arena: Arena) -> None:
    code = arena.join()
    arena.join(arena.cast.blaise, f"{code[:4].lower()}-{code[4:].lower()} ")
    arena.join(learner(arena, "Chloé"), code)
    names = [member.account.name for member in arena.seat().team.members]
    assert names == ["Ada Lefèvre", "Blaise Okafor", "Chloé"]
    with pytest.raises(RuleError, match="complete"):
        arena.join(learner(arena, "Dimitri"), code)


def test_who_does_not_follow_the_course_cannot_join(arena: Arena) -> None:
    with pytest.raises(RuleError, match="Begin the course"):
        arena.join(arena.cast.person("Ailleurs"))


def test_nobody_joins_after_the_start_or_with_a_wrong_code(arena: Arena) -> None:
    with pytest.raises(RuleError, match="code"):
        arena.join(code="00000000")
    with arena.at(seconds=0), pytest.raises(RuleError, match="has begun"):
        arena.join()


def test_one_challenge_at_a_time(arena: Arena) -> None:
    arena.join()
    with pytest.raises(RuleError, match="this session already"):
        arena.join()
    later = arena.open("Décembre", days=2)
    with pytest.raises(RuleError, match="one at a time"):
        arena.join(opening=later)
    with arena.at(days=1):  # over, and closed by whoever comes first
        arena.join(opening=later)
    assert get_seat(arena.session, arena.cast.ada.id, later.public_id).team.members[0].alive


def test_the_database_keeps_one_work_alive_a_person(arena: Arena) -> None:
    arena.join()
    later = arena.open("Décembre", days=2)
    team = ChallengeTeam(session_id=later.id, join_code="ZZZZZZZZ", changed_at=clock.now())
    arena.session.add(team)
    arena.session.flush()
    twice = ChallengeMember(
        team_id=team.id, account_id=arena.cast.ada.id, session_id=later.id, place=1, alive=True, joined_at=clock.now()
    )
    arena.session.add(twice)
    with pytest.raises(IntegrityError):
        arena.session.flush()
    arena.session.rollback()


def test_leaving_before_the_start_frees_the_place_and_the_person(arena: Arena) -> None:
    code = arena.join()
    arena.join(arena.cast.blaise, code)
    challenges.leave(arena.session, actor=arena.cast.ada.actor(), seat=arena.seat())
    arena.session.commit()
    with pytest.raises(NotFoundError):
        arena.seat()
    assert [member.account.name for member in arena.seat(arena.cast.blaise).team.members] == ["Blaise Okafor"]
    arena.join(code=code)
    challenges.leave(arena.session, actor=arena.cast.ada.actor(), seat=arena.seat())
    challenges.leave(arena.session, actor=arena.cast.blaise.actor(), seat=arena.seat(arena.cast.blaise))
    assert arena.session.scalar(select(func.count()).select_from(ChallengeTeam)) == 0
    arena.join()
    with arena.at(seconds=1), pytest.raises(RuleError, match="no longer leave"):
        challenges.leave(arena.session, actor=arena.cast.ada.actor(), seat=arena.seat())


def test_cancelling_frees_everybody_and_writes_to_each(arena: Arena) -> None:
    code = arena.join()
    arena.join(arena.cast.blaise, code)
    challenge_sessions.cancel(arena.session, actor=arena.cast.camille.actor(), opening=arena.opening)
    arena.session.commit()
    assert letters(arena.session) == [
        ("challenge-cancelled", "Ada Lefèvre"),
        ("challenge-cancelled", "Blaise Okafor"),
    ]
    assert arena.seat().phase is Phase.CANCELLED
    with pytest.raises(ConflictError):
        challenge_sessions.cancel(arena.session, actor=arena.cast.camille.actor(), opening=arena.opening)
    with pytest.raises(RuleError, match="cancelled"):
        arena.join(learner(arena, "Chloé"))
    arena.join(opening=arena.open("Décembre", days=2))


def test_a_session_that_has_begun_is_not_cancelled(arena: Arena) -> None:
    with arena.at(seconds=0), pytest.raises(RuleError, match="has begun"):
        challenge_sessions.cancel(arena.session, actor=arena.cast.camille.actor(), opening=arena.opening)


@pytest.mark.parametrize("days", [-1, 400])
def test_a_session_starts_within_a_year(arena: Arena, days: int) -> None:
    with pytest.raises(RuleError, match="start lies"):
        arena.open(days=days)


# Working


def test_nothing_opens_before_the_start(arena: Arena) -> None:
    arena.join()
    seat = arena.seat()
    (material, _english) = [file for file in seat.challenge.files if not file.sealed]
    sealed = next(file for file in seat.challenge.files if file.sealed)
    ada, id_ = arena.cast.ada.id, arena.opening.public_id
    with pytest.raises(NotFoundError):
        get_attached(arena.session, ada, id_, material.public_id)
    with pytest.raises(NotFoundError):
        challenges.save_words(arena.session, seat=seat, note="", link=LINK, before="")
    with arena.at(seconds=0):
        assert get_attached(arena.session, ada, id_, material.public_id)[1] == b"lettre;fr"
        for who, file in ((ada, sealed), (arena.cast.blaise.id, material), (arena.cast.camille.id, sealed)):
            with pytest.raises(NotFoundError):
                get_attached(arena.session, who, id_, file.public_id)


def test_teammates_never_undo_one_another(arena: Arena) -> None:
    arena.join(arena.cast.blaise, arena.join())
    with arena.at(minutes=1):
        first, second = (challenges.words_seen(None),) * 2
        challenges.save_words(arena.session, seat=arena.seat(), note="D’Ada.", link="", before=first)
        arena.session.commit()
        blaise = arena.seat(arena.cast.blaise)
        with pytest.raises(ConflictError, match="teammate"):
            challenges.save_words(arena.session, seat=blaise, note="De Blaise.", link="", before=second)
        arena.session.rollback()
        assert arena.work().current.note == "D’Ada."
        challenges.save_words(arena.session, seat=arena.seat(), note="D’Ada.", link="", before=first)  # sent twice
        seen = challenges.words_seen(arena.work())
        both = "D’Ada, puis de Blaise."
        challenges.save_words(arena.session, seat=arena.seat(arena.cast.blaise), note=both, link="", before=seen)
        nothing = challenges.view_seen(None)
        challenges.assess_ourselves(arena.session, seat=arena.seat(), levels=GOOD, before=nothing)
        with pytest.raises(ConflictError, match="teammate"):
            challenges.assess_ourselves(arena.session, seat=arena.seat(), levels=WEAK, before=nothing)


def test_files_are_the_team_s(arena: Arena) -> None:
    arena.join(arena.cast.blaise, arena.join())
    upload = Upload("rapport.txt", "txt", b"texte")
    with arena.at(minutes=1):
        challenges.add_file(arena.session, seat=arena.seat(), upload=upload, sha256="a" * 64)
        file = arena.seat(arena.cast.blaise).submission.current.files[0]
        challenges.remove_file(arena.session, seat=arena.seat(arena.cast.blaise), file_id=file.public_id)
        with pytest.raises(NotFoundError):
            challenges.remove_file(arena.session, seat=arena.seat(), file_id=file.public_id)


def test_handing_in_early_and_taking_it_back(arena: Arena) -> None:
    arena.join()
    arena.write()
    ada = arena.cast.ada.actor()
    with arena.at(hours=1):
        challenges.hand_in(arena.session, actor=ada, seat=arena.seat())
        challenges.hand_in(arena.session, actor=ada, seat=arena.seat())
        with pytest.raises(ConflictError, match="handed in"):
            challenges.save_words(arena.session, seat=arena.seat(), note="", link=LINK, before="")
        challenges.take_back(arena.session, actor=ada, seat=arena.seat())
        with pytest.raises(ConflictError):
            challenges.take_back(arena.session, actor=ada, seat=arena.seat())
    arena.session.commit()
    assert (arena.work().state, arena.work().handed_in_at) == ("draft", None)
    with arena.at(hours=2):
        challenges.hand_in(arena.session, actor=ada, seat=arena.seat())
    with arena.at(hours=4), pytest.raises(ConflictError, match="over"):
        challenges.take_back(arena.session, actor=ada, seat=arena.seat())
    arena.session.commit()
    arena.close()
    assert arena.work().handed_in_at == arena.start + timedelta(hours=2), "the clock hands nothing in a second time"
    assert events(arena.session).count("challenge.handed-in") == 2


def test_handing_in_early_wants_a_look_at_oneself_and_something_to_read(arena: Arena) -> None:
    arena.join()
    with arena.at(minutes=1), pytest.raises(RuleError, match="file, or a link"):
        challenges.hand_in(arena.session, actor=arena.cast.ada.actor(), seat=arena.seat())


def test_the_clock_hands_in_what_stands_there(arena: Arena) -> None:
    arena.join()
    work = arena.handed_in()
    assert (work.state, work.handed_in_at, work.current.handed_in_at) == ("submitted", arena.end, arena.end)
    assert arena.close() == 0
    assert arena.session.scalars(select(ChallengeMember.alive)).all() == [False]
    assert events(arena.session)[-1] == "challenge.handed-in"


def test_an_empty_work_is_closed_as_not_handed_in(arena: Arena) -> None:
    arena.join()
    arena.write(link="")
    assert arena.close() == 1
    assert arena.work().state == "not_handed_in"
    assert not submissions_to_mark(arena.session, arena.cast.camille.id, 1).rows


def test_who_never_wrote_anything_is_closed_too(arena: Arena) -> None:
    arena.join()
    assert arena.close() == 1
    with clock.frozen(arena.end + timedelta(minutes=2)):
        assert arena.seat().phase is Phase.OVER


def test_what_arrives_within_a_minute_counts_and_not_after(arena: Arena) -> None:
    arena.join()
    arena.write()
    before = challenges.words_seen(arena.work())
    with arena.at(hours=4, seconds=59):
        challenges.save_words(arena.session, seat=arena.seat(), note="Juste à temps.", link=LINK, before=before)
    arena.session.commit()
    with arena.at(hours=4, seconds=61), pytest.raises(ConflictError, match="over"):
        challenges.save_words(arena.session, seat=arena.seat(), note="Trop tard.", link=LINK, before=before)
    arena.session.rollback()
    assert arena.work().current.note == "Juste à temps."


def granted(arena: Arena, account: Account, percent: int, days: int = 0) -> None:
    """More time from `days` ahead on."""
    first = today() + timedelta(days=days)
    wanted = Grant(percent, 0, False, first, None, "dossier")
    grant(arena.session, actor=arena.cast.admin.actor(), account=account, wanted=wanted)
    arena.session.commit()


def test_more_time_of_one_lengthens_the_end_for_the_team_alone(arena: Arena) -> None:
    arena.join(arena.cast.blaise, arena.join())
    alone = learner(arena, "Chloé")
    arena.join(alone)
    granted(arena, arena.cast.blaise, 50)
    assert arena.seat().end == arena.end + timedelta(hours=2)
    assert arena.seat(alone).end == arena.end
    arena.write()
    assert arena.close() == 1, "the other team works on"
    with clock.frozen(arena.end + timedelta(hours=2, minutes=2)):
        assert challenge_sessions.close_if_over(arena.session, arena.seat().team.id)
    assert arena.work().handed_in_at == arena.end + timedelta(hours=2)


def test_time_that_was_ended_before_or_begins_after_does_not_count(arena: Arena) -> None:
    arena.join(arena.cast.blaise, arena.join())
    granted(arena, arena.cast.ada, 50)
    end(arena.session, actor=arena.cast.admin.actor(), account=arena.cast.ada)
    granted(arena, arena.cast.blaise, 50, days=9)
    assert arena.seat().end == arena.end
