"""Starting an exam: what stands in the way and until when, the draw, the pools of versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import draws
from app.assessment.answering import Incoming, save_answer
from app.assessment.drawing import Exposure
from app.assessment.exposure import exposure_of
from app.assessment.models import Attempt, AttemptItem, Question, QuestionVersion
from app.assessment.queries import due_attempts, start_facts
from app.assessment.rules import may_start
from app.assessment.services import close_due_attempt, submit_attempt
from app.assessment.starting import attempts_left_of, draw_form, option_order, start_attempt
from app.foundation import clock
from app.foundation.errors import RuleError
from app.foundation.i18n import use_language
from tests.builders import Cast
from tests.courses import KINDS, Small, begin, exam_of, items_of, question, right_payload, selects

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Paris


def start(session: Session, cast: Cast, small: Small, who: str = "ada") -> Attempt:
    version = small.publish(session)
    begin(session, getattr(cast, who), version)
    exam_version = exam_of(session, version)
    attempt = start_attempt(session, actor=cast.actor(who), exam_version=exam_version, enrolled=True, pledged=True)
    session.commit()
    return attempt


def test_starting_again_gives_the_same_attempt(cast: Cast, session: Session) -> None:
    first = start(session, cast, Small())
    again = start_attempt(session, actor=cast.actor("ada"), exam_version=first.exam_version, enrolled=True)
    assert again.id == first.id
    assert first.pledged_at is not None
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1
    assert [item.slot for item in items_of(session, first)] == [1, 2, 3, 4, 5]


def test_the_wait_is_a_day_then_a_week_then_there_is_no_attempt_left(cast: Cast, session: Session) -> None:
    small = Small()
    with clock.frozen(MONDAY):
        attempt = start(session, cast, small)
    exam_version, actor = attempt.exam_version, cast.actor("ada")
    at = MONDAY
    for wait in (timedelta(days=1), timedelta(days=7)):
        with clock.frozen(at + timedelta(minutes=20)):
            submit_attempt(session, actor=actor, attempt=attempt)
        opens = at + timedelta(minutes=20) + wait
        with clock.frozen(opens - timedelta(seconds=1)), use_language("en"):
            facts = start_facts(session, account_id=actor.account_id, exam_version=exam_version, enrolled=True)
            assert [reason.at for reason in may_start(facts, clock.now())] == [opens]
            with pytest.raises(RuleError, match=r"The next attempt opens on \d+ (November|December) 2026"):
                start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True)
        with clock.frozen(opens):
            attempt = start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True)
        at = opens
    submit_attempt(session, actor=actor, attempt=attempt)
    with use_language("en"), pytest.raises(RuleError, match="All the attempts"):
        start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True)


def test_who_has_passed_sits_again_only_to_renew(cast: Cast, session: Session) -> None:
    awards = {"level": 1, "assurance": 1, "validity_months": 24, "skills": []}
    with clock.frozen(MONDAY):
        attempt = start(session, cast, Small(exam_settings={"awards": awards, "cooldown_s": [], "max_attempts": 1}))
        exam_version, actor = attempt.exam_version, cast.actor("ada")
        for item in items_of(session, attempt):
            save_answer(session, attempt=attempt, incoming=Incoming(item.slot, right_payload(item), 1, f"k{item.slot}"))
        submit_attempt(session, actor=actor, attempt=attempt)
        with use_language("en"), pytest.raises(RuleError, match="From 25 August 2028, 11:00 you may sit it again"):
            start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True)
    with clock.frozen(datetime(2028, 8, 25, 9, 0, tzinfo=UTC)):
        renewal = start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True)
        assert renewal.number == 2
        assert attempts_left_of(session, renewal) == 0


def test_a_closed_laptop_makes_the_wait_no_longer(cast: Cast, session: Session) -> None:
    with clock.frozen(MONDAY):
        attempt = start(session, cast, Small())
    exam_version, actor = attempt.exam_version, cast.actor("ada")
    end = MONDAY + timedelta(minutes=30)
    for swept in (False, True):  # read before anyone has written it, then after the sweeper came at 15:00
        with clock.frozen(MONDAY + timedelta(hours=5)):
            if swept:
                assert close_due_attempt(session, attempt.id)
            facts = start_facts(session, account_id=actor.account_id, exam_version=exam_version, enrolled=True)
        assert facts.next_start == end + timedelta(days=1)
        assert not facts.has_open_attempt


def test_a_start_closes_the_attempt_whose_time_is_over(cast: Cast, session: Session) -> None:
    with clock.frozen(MONDAY):
        first = start(session, cast, Small(exam_settings={"cooldown_s": []}))
    with clock.frozen(MONDAY + timedelta(hours=1)):
        second = start_attempt(session, actor=cast.actor("ada"), exam_version=first.exam_version, enrolled=True)
    assert (first.state, first.submitted_at) == ("released", MONDAY + timedelta(minutes=30))
    assert (second.number, second.state) == (2, "in_progress")


def test_practice_left_for_a_month_is_closed_and_may_begin_again(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version, mastered=False)
    quiz, actor = exam_of(session, version, "practice"), cast.actor("ada")
    with clock.frozen(MONDAY):
        first = start_attempt(session, actor=actor, exam_version=quiz, enrolled=True)
    with clock.frozen(MONDAY + timedelta(days=30, seconds=60)):
        assert due_attempts(session) == []
        assert start_attempt(session, actor=actor, exam_version=quiz, enrolled=True).id == first.id
    with clock.frozen(MONDAY + timedelta(days=30, seconds=61)):
        assert due_attempts(session) == [first.id]
        assert start_attempt(session, actor=actor, exam_version=quiz, enrolled=True).number == 2
    assert first.finish_reason == "clock"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"opens": "2026-11-24T09:00:00+00:00"}, "opens on 24 November 2026, 10:00"),
        ({"closes": "2026-11-22T09:00:00+00:00"}, "closed on 22 November 2026, 10:00"),
    ],
)
def test_an_exam_has_its_window(cast: Cast, session: Session, settings: dict[str, str], sentence: str) -> None:
    with clock.frozen(MONDAY), use_language("en"), pytest.raises(RuleError, match=sentence):
        start(session, cast, Small(exam_settings=settings))


def test_the_window_closes_the_attempt_early_unless_the_rule_is_full(cast: Cast, session: Session) -> None:
    closes = MONDAY + timedelta(minutes=10)
    for policy, end in (("min", closes), ("full", MONDAY + timedelta(minutes=30))):
        with clock.frozen(MONDAY):
            settings = {"closes": closes.isoformat(), "policy": policy}
            assert start(session, cast, Small(f"cours-{policy}", exam_settings=settings)).deadline_at == end


def test_a_course_to_certify_first_keeps_the_exam_shut(cast: Cast, session: Session) -> None:
    before = Small("avant").publish(session)
    with pytest.raises(RuleError):
        start(session, cast, Small("apres", tier=2, prerequisites=["avant"]))
    facts = start_facts(
        session,
        account_id=cast.ada.id,
        exam_version=exam_of(session, Small("apres", tier=2, prerequisites=["avant"]).publish(session)),
        enrolled=True,
    )
    assert facts.missing_prerequisites == (f"course:{before.course_id}",)


def test_blueprint_row_that_cannot_be_filled_refuses_the_start(cast: Cast, session: Session) -> None:
    blueprint = [{"domain": "alpha", "level": 1, "count": 6, "points": "1"}]
    with use_language("en"), pytest.raises(RuleError, match=r"its bank is too small\. No attempt was counted"):
        start(session, cast, Small(blueprint=blueprint))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_enemies_never_meet(cast: Cast, session: Session) -> None:
    questions = [question("single", f"q-{number}") for number in range(3)]
    questions[0] = question("single", "q-0", enemies=["q-1"])
    small = Small(exam_questions=questions, blueprint=[{"domain": "alpha", "level": 1, "count": 2, "points": "1"}])
    version = small.publish(session)
    exam_version = exam_of(session, version)
    pool = draws.pool_of(session, exam_version.id)
    for number in range(40):
        slots = draw_form(
            exam_version, draws.candidates_in(pool), seed=number.to_bytes(16, "big"), seen={}, exposure=Exposure()
        )
        drawn = {slot.drawn.candidate.public_id for slot in slots}
        slugs = {one.question.slug for one in pool if one.question.public_id in drawn}
        assert slugs != {"q-0", "q-1"}


def test_a_form_is_redrawn_identically_from_its_seed(cast: Cast, session: Session) -> None:
    questions = [question(KINDS[number % 5], f"q-{number}") for number in range(30)]
    attempt = start(session, cast, Small(exam_questions=questions))
    exam_version = attempt.exam_version
    pool = draws.pool_of(session, exam_version.id)
    again = draw_form(exam_version, draws.candidates_in(pool), seed=attempt.seed, seen={}, exposure=Exposure())
    by_public_id = {one.question.public_id: one for one in pool}
    stored = items_of(session, attempt)
    assert [by_public_id[slot.drawn.candidate.public_id].id for slot in again] == [
        item.question_version_id for item in stored
    ]
    for item in stored:
        assert option_order(item.version.body, attempt.seed, item.slot, exam_version.settings) == item.option_order


def test_the_same_question_comes_back_last(cast: Cast, session: Session) -> None:
    questions = [question("single", f"q-{number}") for number in range(10)]
    small = Small(exam_questions=questions, exam_settings={"cooldown_s": []})
    first = start(session, cast, small)
    submit_attempt(session, actor=cast.actor("ada"), attempt=first)
    second = start_attempt(session, actor=cast.actor("ada"), exam_version=first.exam_version, enrolled=True)
    drawn = [{item.question_version_id for item in items_of(session, attempt)} for attempt in (first, second)]
    assert drawn[0].isdisjoint(drawn[1])


def test_tokens_mean_nothing_in_another_attempt(cast: Cast, session: Session) -> None:
    tokens = [
        {
            token
            for item in items_of(session, start(session, cast, Small(), who))
            for token, _option in item.option_order
        }
        for who in ("ada", "blaise")
    ]
    assert tokens[0].isdisjoint(tokens[1])


def test_people_in_progress_draw_from_the_pool_of_their_version(cast: Cast, session: Session) -> None:
    old = Small().publish(session)
    begin(session, cast.ada, old)
    changed = [replace(question(kind, f"petit-cours-examen-{kind}")) for kind in KINDS[:4]]
    changed.append(question("text", "petit-cours-examen-nouvelle"))
    changed[0] = question("single", "petit-cours-examen-single", stem={"fr": "Autre énoncé", "en": "Other"})
    new = Small(content="2", exam_questions=changed).publish(session)
    begin(session, cast.blaise, new)
    drawn = {}
    for who, version in (("ada", old), ("blaise", new)):
        attempt = start_attempt(session, actor=cast.actor(who), exam_version=exam_of(session, version), enrolled=True)
        drawn[who] = {(item.version.question.slug, item.version.number) for item in items_of(session, attempt)}
    assert ("petit-cours-examen-text", 1) in drawn["ada"]
    assert ("petit-cours-examen-single", 1) in drawn["ada"]
    assert ("petit-cours-examen-nouvelle", 1) in drawn["blaise"]
    assert ("petit-cours-examen-single", 2) in drawn["blaise"]


def test_editing_a_question_leaves_open_and_past_attempts_untouched(cast: Cast, session: Session) -> None:
    small = Small(exam_settings={"cooldown_s": []})
    past = start(session, cast, small)
    submit_attempt(session, actor=cast.actor("ada"), attempt=past)
    opened = start(session, cast, small, "blaise")
    before = {
        attempt.id: [
            (item.question_version_id, item.option_order, item.version.body) for item in items_of(session, attempt)
        ]
        for attempt in (past, opened)
    }
    edited = [question(kind, f"petit-cours-examen-{kind}", stem={"fr": "Modifié", "en": "Edited"}) for kind in KINDS]
    Small(content="2", exam_questions=edited).publish(session)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) > session.scalar(
        select(func.count()).select_from(Question)
    )
    for attempt in (past, opened):
        frozen = [
            (item.question_version_id, item.option_order, item.version.body) for item in items_of(session, attempt)
        ]
        assert frozen == before[attempt.id]
    assert session.scalar(select(func.count()).select_from(AttemptItem)) == 10


def test_exposure_is_kept_up_attempt_by_attempt(cast: Cast, session: Session, statements: Any) -> None:
    version = Small().publish(session)
    exam_version = exam_of(session, version)
    seen = []
    for number in range(4):
        account = cast.person(f"Candidate {number}")
        begin(session, account, version)
        attempt = start_attempt(session, actor=account.actor(), exam_version=exam_version, enrolled=True)
        statements.clear()
        seen.append(exposure_of(session, exam_version.exam, attempt))
        assert selects(statements) <= 2
        session.commit()
    assert [one.attempts for one in seen] == [0, 1, 2, 3]
    assert [sum((one.counts or {}).values()) for one in seen] == [0, 5, 10, 15]
    with clock.frozen(clock.now() + timedelta(days=91)):  # the hour is over: counted again, and those are too old
        assert exposure_of(session, exam_version.exam, attempt).attempts == 0
