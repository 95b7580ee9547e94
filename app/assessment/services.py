"""Handing in, closing by the clock, marking and releasing attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.assessment import exact, grading, panels, queries, regrades, release_queries, rules, waiting
from app.assessment.events import ExamFailed, ExamPassed
from app.assessment.models import Answer, Attempt, AttemptItem, Result, Score
from app.assessment.rubrics import Levels
from app.assessment.rules import FinishReason, Policy, State
from app.assessment.scored import Scored
from app.audit.services import record
from app.catalog.queries import get_item
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError
from app.foundation.events import publish
from app.foundation.i18n import gettext as _
from app.foundation.outbox import enqueue
from app.learning.queries import find_enrolment
from app.learning.services import record_quiz

RESULT_OUT_LETTER = "exam-result-out"


def submit_attempt(session: Session, *, actor: Actor, attempt: Attempt) -> Result | None:
    """Hand in once; handing in again, or after the clock did, gives the same result to everyone.

    None while people still mark an essay or a file of it.
    """
    timing, now = queries.timing_of(session, attempt), queries.time_of(attempt)
    if rules.state_at(timing, now).state is not State.IN_PROGRESS:
        return close_by_clock(session, attempt)
    at = rules.finish_time(timing, now)
    return _finish(session, actor, attempt, at=at, reason=FinishReason.CANDIDATE)


def close_by_clock(session: Session, attempt: Attempt) -> Result | None:
    """Close an attempt whose time ran out, at its deadline and never later; return the result in force, if any yet."""
    effective = queries.effective_state(session, attempt)
    if State(attempt.state) is State.IN_PROGRESS and effective.state is State.SUBMITTED:
        at = effective.submitted_at or clock.now()
        return _finish(session, SYSTEM, attempt, at=at, reason=FinishReason.CLOCK)
    return _result_in_force(session, attempt)


def close_if_over(session: Session, attempt: Attempt) -> bool:
    """What any write does on its way: close the attempt when its time is over; says whether it did."""
    if attempt.state != State.IN_PROGRESS or queries.is_open(session, attempt):
        return False
    close_by_clock(session, attempt)
    return True


def close_due_attempt(session: Session, attempt_id: int) -> bool:
    """The sweeper's work on one of `queries.due_attempts`; says whether this call closed it."""
    attempt = session.get(Attempt, attempt_id)
    return attempt is not None and close_if_over(session, attempt)


def _finish(session: Session, actor: Actor, attempt: Attempt, *, at: datetime, reason: FinishReason) -> Result | None:
    # The move comes first: it waits for an answer being saved and keeps out the next, so that what is marked
    # is what was acknowledged.
    if not _move(session, attempt, State.IN_PROGRESS, State.SUBMITTED, submitted_at=at, finish_reason=reason.value):
        session.refresh(attempt)
        return _result_in_force(session, attempt)
    regrades.hold_exam(session, attempt.exam_id)  # before the record's lock, which whoever approves takes last too
    in_force = queries.answers_of(session, attempt.id)
    receipt = rules.receipt((answer.slot, answer.rev, answer.payload) for answer in in_force.values())
    attempt.receipt_sha256 = receipt
    record(session, actor=actor, event="attempt.submitted", subject=attempt.public_id, details={"receipt": receipt})
    items = waiting.counted_items(attempt, queries.items_of(session, attempt.id))
    waits = () if attempt.kind == "practice" else waiting.open_papers(session, attempt, items, in_force)
    earned = _score(session, attempt, [item for item in items if item.slot not in waits], in_force)
    return None if waits else _conclude(session, attempt, items, earned)


def conclude_marked(session: Session, attempt: Attempt) -> Result:
    """Add up an attempt once people have marked all its papers, and release it by its policy.

    To be called with the attempt held in the state `submitted`, by whoever decided the last paper.
    """
    items, in_force = queries.items_of(session, attempt.id), queries.answers_of(session, attempt.id)
    levels = waiting.decided_levels(waiting.papers_of(session, attempt.id))
    rows = session.execute(select(Score.slot, Score.credit).where(Score.attempt_id == attempt.id, Score.revision == 1))
    earned = {row.slot: row.credit for row in rows}
    by_people = [item for item in items if item.slot not in earned]
    earned |= _score(session, attempt, by_people, in_force, levels)
    return _conclude(session, attempt, items, earned)


def _conclude(
    session: Session, attempt: Attempt, items: Sequence[AttemptItem], earned: Mapping[int, Decimal]
) -> Result:
    result = _add_up(session, attempt, items, earned)
    result = regrades.bring_up_to_date(session, attempt) or result
    moment = release_queries.moment_of(attempt.exam_version)
    _move(session, attempt, State.SUBMITTED, State.SCORED, release_at=moment)
    if not _is_held(attempt) or release_queries.is_due(session, attempt):
        release(session, attempt=attempt, result=result)
    return result


def _move(session: Session, attempt: Attempt, start: State, end: State, **values: Any) -> bool:
    """One conditional update decides every race: true for the one who changed the state."""
    changed = session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.state == start.value)
        .values(state=end.value, **values)
        .execution_options(synchronize_session=False)
    )
    won: bool = changed.rowcount == 1  # type: ignore[attr-defined]
    if won:
        session.refresh(attempt)
    return won


def _result_in_force(session: Session, attempt: Attempt) -> Result | None:
    result = queries.find_result(session, attempt.id)
    if result is None and attempt.state != State.SUBMITTED:
        raise ConflictError(_("This attempt has no result yet."))
    return result


def _score(
    session: Session,
    attempt: Attempt,
    items: Sequence[AttemptItem],
    in_force: Mapping[int, Answer],
    levels: Mapping[int, Levels] | None = None,
) -> dict[int, Decimal]:
    """Score these slots with today's rules, those of people by the `levels` they decided; the credits by slot."""
    now, earned = clock.now(), {}
    for item in items:
        scored = score_of(item, in_force.get(item.slot), (levels or {}).get(item.slot))
        session.add(
            Score(
                attempt_id=attempt.id, slot=item.slot, revision=1, credit=scored.score, rule=scored.rule,
                rule_version=grading.RULE_VERSION, reason="marked", scored_at=now,
            )
        )  # fmt: skip
        earned[item.slot] = scored.score
    return earned


def _add_up(session: Session, attempt: Attempt, items: Sequence[AttemptItem], earned: Mapping[int, Decimal]) -> Result:
    """Add up the result, exactly (assessment.md §3)."""
    mark = grading.total(
        grading.MarkedItem(score=earned[item.slot], points=item.points, domain=item.version.domain) for item in items
    )
    cut = panels.cut_of(session, attempt, mark.maximum)
    result = Result(
        attempt_id=attempt.id,
        revision=1,
        total=mark.total,
        max_points=mark.maximum,
        cut=cut,
        passed=mark.maximum > 0 and grading.passed(mark.total, cut),  # exercises of essays alone reach nothing
        per_domain=domain_rows(mark),
        reason="marked",
        decided_at=clock.now(),
    )
    session.add(result)
    session.flush()
    return result


def domain_rows(mark: grading.Mark) -> list[dict[str, str]]:
    """The part of each domain in a mark, as a result keeps it."""
    return [
        {"domain": one.domain, "total": str(one.total), "max": str(one.maximum), "percent": str(one.percent)}
        for one in mark.per_domain
    ]


def score_of(item: AttemptItem, answer: Answer | None, levels: Levels | None = None) -> Scored:
    """The score of one slot's answer in force; nothing the browser sent but the answer itself counts."""
    return grading.score_stored(item.version.body, answer.payload if answer else None, item.option_order, levels)


def release(session: Session, *, attempt: Attempt, result: Result) -> bool:
    """Let the candidate know, once: says whether this call did. A passed certification exam certifies with it."""
    if not _move(session, attempt, State.SCORED, State.RELEASED):
        return False
    if attempt.exam.kind == "practice":
        _tell_learning(session, attempt, result)
        return True
    news = ExamPassed if result.passed else ExamFailed
    record(
        session, actor=SYSTEM, event="attempt.released", subject=attempt.public_id,
        details={"total": str(result.total), "cut": str(result.cut), "passed": result.passed},
    )  # fmt: skip
    publish(session, news(attempt_id=attempt.id, account_id=attempt.account_id))
    if _is_held(attempt) or waiting.papers_of(session, attempt.id):
        _say_that_it_is_out(session, attempt)
    return True


def _is_held(attempt: Attempt) -> bool:
    return release_queries.policy_of(attempt.exam_version) is not Policy.AT_ONCE


def _say_that_it_is_out(session: Session, attempt: Attempt) -> None:
    """A letter to somebody who could not read the result as soon as they had handed in."""
    enqueue(
        session,
        "mail",
        dedupe_key=f"{RESULT_OUT_LETTER}-{attempt.public_id}",
        recipient_id=attempt.account_id,
        language=attempt.language,
        payload={"letter": RESULT_OUT_LETTER, "attempt_id": attempt.id},
    )


def annul_attempt(session: Session, *, actor: Actor, attempt_id: int, reason: str) -> None:
    """Let an attempt that is over count neither for nor against its candidate; done once, whoever asks again."""
    attempt = session.get_one(Attempt, attempt_id)
    state = State(attempt.state)
    if State.ANNULLED in rules.TRANSITIONS[state] and _move(session, attempt, state, State.ANNULLED):
        record(session, actor=actor, event="attempt.annulled", subject=attempt.public_id, details={"reason": reason})


def _tell_learning(session: Session, attempt: Attempt, result: Result) -> None:
    enrolment = find_enrolment(session, attempt.account_id, attempt.exam.course_id)
    if enrolment is None:
        return
    item = get_item(session, attempt.exam_version.course_version_id, attempt.exam.slug)
    ratio = result.total / result.max_points if result.max_points else Decimal(0)
    threshold = Decimal(attempt.exam_version.settings.get("threshold", str(rules.MASTERY_THRESHOLD)))
    record_quiz(
        session,
        enrolment=enrolment,
        item=item,
        ratio=ratio,
        mastered=rules.mastered(result.total, result.max_points, threshold),
    )


def shown_percent(result: Result) -> Decimal:
    """The percentage a page shows, one decimal."""
    return rounded_unless(result.total, result.max_points, shown_cut(result))


def rounded_unless(total: Decimal, maximum: Decimal, cut: Decimal) -> Decimal:
    """A share in percent for display: to the nearest tenth, 2 of 3 is 66.7; truncated where that would reach `cut`."""
    below = grading.percent(total, maximum)
    nearest = exact.rounded(Fraction(total) * 100 / Fraction(maximum), 1) if maximum else below
    return below if below < cut <= nearest else nearest


def shown_cut(result: Result) -> Decimal:
    """The cut as a percentage of the points."""
    return grading.percent(result.cut, result.max_points)
