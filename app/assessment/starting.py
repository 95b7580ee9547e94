"""Starting an attempt: what stands in the way, the draw, the frozen form."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import drawing, queries, rules
from app.assessment.models import Attempt, AttemptItem, ExamVersion, QuestionVersion
from app.assessment.rules import Reason, StartFacts
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import RuleError
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id
from app.foundation.wording import moment_in_words

SEED_BYTES = 16


def start_facts(
    session: Session, *, account_id: int, exam_version: ExamVersion, enrolled: bool, modules_missing: Sequence[str] = ()
) -> StartFacts:
    """Everything that decides whether this person may start this exam now."""
    attempts = queries.attempts_of(session, account_id, exam_version.exam_id)
    settings = exam_version.settings
    courses_missing = queries.missing_prerequisites(session, account_id, exam_version.course_version_id)
    return StartFacts(
        enrolled=enrolled,
        missing_prerequisites=(*modules_missing, *(f"course:{course_id}" for course_id in sorted(courses_missing))),
        attempts_used=len(attempts),
        most_attempts=settings.get("max_attempts"),
        next_start=_next_start(session, attempts, settings),
        opens=_instant(settings.get("opens")),
        closes=_instant(settings.get("closes")),
        has_open_attempt=any(_is_open(session, attempt) for attempt in attempts),
    )


def _next_start(session: Session, attempts: Sequence[Attempt], settings: dict[str, Any]) -> datetime | None:
    """When the wait after the last finished attempt ends; an attempt the clock has closed counts, swept or not."""
    ended = [(attempt, rules.state_at(timing_of(session, attempt), clock.now()).submitted_at) for attempt in attempts]
    finished = [(attempt, at) for attempt, at in ended if at is not None]
    if not finished or not settings.get("cooldown_s"):
        return None
    last, submitted_at = finished[-1]
    duration = settings.get("duration_s")
    return rules.next_start_at(
        last.number,
        started_at=last.started_at,
        submitted_at=submitted_at,
        allowed_s=rules.allowed_seconds(duration, last.extra_percent) if duration else None,
        delays=[timedelta(seconds=seconds) for seconds in settings["cooldown_s"]],
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _is_open(session: Session, attempt: Attempt) -> bool:
    return rules.state_at(timing_of(session, attempt), clock.now()).state is rules.State.IN_PROGRESS


def timing_of(session: Session, attempt: Attempt) -> rules.Timing:
    """What the clock's rules need of an attempt."""
    untimed_and_open = attempt.deadline_at is None and attempt.state == rules.State.IN_PROGRESS
    return rules.Timing(
        state=rules.State(attempt.state),
        deadline_at=attempt.deadline_at,
        last_activity_at=queries.last_activity(session, attempt) if untimed_and_open else attempt.started_at,
        submitted_at=attempt.submitted_at,
        finish_reason=rules.FinishReason(attempt.finish_reason) if attempt.finish_reason else None,
    )


def start_attempt(
    session: Session,
    *,
    actor: Actor,
    exam_version: ExamVersion,
    enrolled: bool,
    modules_missing: Sequence[str] = (),
    pledged: bool = False,
) -> Attempt:
    """Start, or return the attempt already open; raises RuleError with the reasons. Idempotent under any race."""
    facts = start_facts(
        session,
        account_id=actor.account_id,
        exam_version=exam_version,
        enrolled=enrolled,
        modules_missing=modules_missing,
    )
    reasons = rules.may_start(facts, clock.now())
    if reasons:
        raise RuleError(refusal_sentence(reasons[0]))
    opened = queries.find_open_attempt(session, actor.account_id, exam_version.exam_id)
    if opened is not None:
        return opened
    attempt = _new_attempt(actor, exam_version, number=facts.attempts_used + 1, pledged=pledged)
    try:
        with session.begin_nested():
            session.add(attempt)
            session.flush()
    except IntegrityError:  # another click was faster; the partial unique index let one through
        return _attempt_of_the_winner(session, actor, exam_version)
    _draw_form(session, attempt, exam_version)
    record(
        session, actor=actor, event="attempt.started", subject=attempt.public_id, details={"seed": attempt.seed.hex()}
    )
    return attempt


def _attempt_of_the_winner(session: Session, actor: Actor, exam_version: ExamVersion) -> Attempt:
    opened = queries.find_open_attempt(session, actor.account_id, exam_version.exam_id)
    if opened is None:
        raise RuleError(_("This attempt was started elsewhere and is already over."))
    return opened


def _new_attempt(actor: Actor, exam_version: ExamVersion, *, number: int, pledged: bool) -> Attempt:
    now = clock.now()
    settings = exam_version.settings
    duration = settings.get("duration_s")
    deadline = rules.deadline(
        now, duration, closes=_instant(settings.get("closes")), full=settings.get("policy") == "full"
    ) if duration else None  # fmt: skip
    return Attempt(
        public_id=new_public_id(),
        exam_id=exam_version.exam_id,
        exam_version_id=exam_version.id,
        account_id=actor.account_id,
        number=number,
        seed=secrets.token_bytes(SEED_BYTES),
        state=rules.State.IN_PROGRESS.value,
        language=current_language(),
        started_at=now,
        deadline_at=deadline,
        pledged_at=now if pledged else None,
    )


def _draw_form(session: Session, attempt: Attempt, exam_version: ExamVersion) -> None:
    """Draw, order and freeze the questions; the stored layout is the truth, the seed is the proof."""
    pool = {version.question.public_id: version for version in queries.pool_of(session, exam_version.id)}
    slots = draw_form(
        exam_version,
        list(pool.values()),
        seed=attempt.seed,
        seen=queries.times_seen(session, attempt.account_id, attempt.exam_id),
        exposure=queries.exposure_of(session, attempt.exam_id),
    )
    for slot in slots:
        version = pool[slot.drawn.candidate.public_id]
        session.add(
            AttemptItem(
                attempt_id=attempt.id,
                slot=slot.number,
                question_version_id=version.id,
                option_order=option_order(version, attempt.seed, slot.number, exam_version.settings),
                points=slot.drawn.points,
            )
        )
    session.flush()


def draw_form(
    exam_version: ExamVersion,
    pool: Sequence[QuestionVersion],
    *,
    seed: bytes,
    seen: dict[str, int],
    exposure: tuple[int, dict[str, int]],
) -> tuple[drawing.Slot, ...]:
    """The form of a seed: the same arguments give the same form for ever."""
    public_ids = {version.question.slug: version.question.public_id for version in pool}
    try:
        drawn = drawing.draw(
            [_row(row) for row in exam_version.blueprint],
            [_candidate(version, public_ids) for version in pool],
            seen,
            drawing.Exposure(attempts=exposure[0], counts=exposure[1]),
            seed,
        )
    except drawing.PoolTooSmall as error:
        raise RuleError(
            _("This exam cannot be drawn just now: its bank is too small. The people who teach it have been told.")
        ) from error
    return drawing.layout(drawn, seed, shuffle=exam_version.settings.get("shuffle_questions", True))


def _row(row: dict[str, Any]) -> drawing.Row:
    return drawing.Row(
        domain=row.get("domain"),
        level=row.get("level"),
        count=row["count"],
        points=Decimal(str(row.get("points", 1))),
        type=row.get("type"),
        tags=frozenset(row.get("tags") or ()),
        skills=frozenset(row.get("skills") or ()),
    )


def _candidate(version: QuestionVersion, public_ids: dict[str, str]) -> drawing.Candidate:
    body = version.body
    return drawing.Candidate(
        public_id=version.question.public_id,
        domain=version.domain,
        level=version.level,
        type=version.type,
        tags=frozenset(body.get("tags") or ()),
        skills=frozenset(body.get("skills") or ()),
        enemies=frozenset(public_ids[slug] for slug in body.get("enemies") or () if slug in public_ids),
        case=body.get("case"),
    )


def option_order(version: QuestionVersion, seed: bytes, slot: int, settings: dict[str, Any]) -> list[list[str]]:
    """The options of one slot as this candidate sees them: [[token, option id], …]."""
    options = version.body.get("options") or []
    return [
        list(pair)
        for pair in drawing.option_tokens(
            seed,
            slot,
            [option["id"] for option in options],
            fixed={option["id"] for option in options if option.get("fixed")},
            shuffle=settings.get("shuffle_options", True),
        )
    ]


def next_start_of(session: Session, attempt: Attempt) -> datetime | None:
    """When the next attempt opens, if one is left and the wait is not over; None otherwise."""
    attempts = queries.attempts_of(session, attempt.account_id, attempt.exam_id)
    when = _next_start(session, attempts, attempt.exam_version.settings)
    return when if when is not None and when > clock.now() else None


def attempts_left_of(session: Session, attempt: Attempt) -> int | None:
    """How many attempts remain after this one; None without limit."""
    used = len(queries.attempts_of(session, attempt.account_id, attempt.exam_id))
    return rules.attempts_left(used, attempt.exam_version.settings.get("max_attempts"))


def refusal_sentence(reason: Reason) -> str:
    """Why an attempt may not start, in words."""
    at = moment_in_words(reason.at) if reason.at else ""
    sentences = {
        rules.Obstacle.NOT_ENROLLED: _("Begin the course first: the exam comes with it."),
        rules.Obstacle.PREREQUISITES: _("Something has to be passed before this exam opens: the page says what."),
        rules.Obstacle.NO_ATTEMPT_LEFT: _("All the attempts at this exam have been used."),
        rules.Obstacle.COOL_DOWN: _("The next attempt opens on %(when)s.", when=at),
        rules.Obstacle.NOT_OPEN_YET: _("This exam opens on %(when)s.", when=at),
        rules.Obstacle.CLOSED: _("This exam closed on %(when)s.", when=at),
        rules.Obstacle.SESSION_CODE: _("The code of the supervised session is needed."),
        rules.Obstacle.POOL_TOO_SMALL: _("This exam cannot be drawn just now: its bank is too small."),
    }
    return sentences[reason.code]
