"""Challenges: who may join, when the work may be changed, what is handed in at the end, what is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import challenge_sessions, challenges
from app.assessment.accommodations import Grant, end, grant, today
from app.assessment.challenge_lists import Standing, by_standing, session_rows
from app.assessment.challenge_models import ChallengeMember, ChallengeTeam, CourseFile
from app.assessment.challenge_queries import challenges_of, get_attached, get_seat, get_session
from app.assessment.challenge_rules import Phase, is_closable, phase_of, still_arrives, team_end
from app.assessment.project_models import SubmissionRevision
from app.assessment.project_queries import accepted_projects, get_submission_to_mark, submissions_to_mark
from app.assessment.projects import show_project
from app.assessment.uploads import Upload
from app.audit.models import AuditEntry
from app.foundation import clock
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.outbox import OutboxMessage
from app.foundation.permissions import Role
from tests.assessment.challenge_sittings import GOOD, LINK, WEAK, Arena
from tests.builders import Cast
from tests.courses import Small, a_challenge, begin

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
END = START + timedelta(hours=4)


@pytest.fixture
def arena(session: Session, cast: Cast) -> Arena:
    return Arena(session, cast)


def learner(arena: Arena, name: str) -> Account:
    account = arena.cast.person(name)
    begin(arena.session, account, arena.version)
    return account


def letters(session: Session) -> list[tuple[str, str]]:
    """(letter, name of its recipient)."""
    rows = session.execute(select(OutboxMessage, Account.name).join(Account, Account.id == OutboxMessage.recipient_id))
    return sorted((row[0].payload["letter"], row[1]) for row in rows)


def events(session: Session) -> list[str]:
    return [
        event
        for event in session.scalars(select(AuditEntry.event).order_by(AuditEntry.seq))
        if event.startswith("challenge.")
    ]


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
    with arena.at(minutes=1), pytest.raises(RuleError, match="fichier, ou un lien"):
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


# Marking


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


# Staff, course, publication


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
