"""Looking through the answers of an exam once attempts have ended: windows in turn, fast answers, identical errors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Table, and_, delete, func, insert, or_, select, true, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from app.accounts.queries import simulated_ids
from app.assessment import answers, likeness, pace
from app.assessment.answers import Answer as Given
from app.assessment.answers import Chosen, Filled, Paired, Placed, Written
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem, Exam, QuestionVersion, Score
from app.assessment.pace import Save
from app.assessment.regrading import VOID_RULE
from app.assessment.rules import State
from app.assessment.signal_models import FOUND_LATER, Kind, Signal, SignalRound
from app.assessment.signals import breaks_of, term_is_over
from app.foundation import clock

NOT_SOONER = timedelta(minutes=15)  # after the last look at the same exam: a rush ends once, not two thousand times
ENDED = (State.SCORED.value, State.RELEASED.value)
_attempts = cast(Table, Attempt.__table__)
_items = cast(Table, AttemptItem.__table__)
_answers = cast(Table, Answer.__table__)
_scores = cast(Table, Score.__table__)
_events = cast(Table, AnswerEvent.__table__)
_versions = cast(Table, QuestionVersion.__table__)


@dataclass
class Sheet:
    """One attempt as it is compared with others: what was wrong by question version, and every save that counted."""

    attempt_id: int
    public_id: str
    account_id: int
    started_at: datetime
    break_allowance_s: int
    wrong: dict[int, Hashable] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)  # question version by slot
    saves: list[Save] = field(default_factory=list)
    times: dict[int, timedelta] = field(default_factory=dict)  # of the first answer, by slot


def due_exams(session: Session) -> list[tuple[int, int]]:
    """Exams in which attempts have ended since they were looked through a quarter of an hour ago; and how many have."""
    ended = (
        select(Attempt.exam_id, func.count().label("attempts"))
        .join(Exam, Exam.id == Attempt.exam_id)
        .where(Exam.kind != "practice", Attempt.state.in_(ENDED))
        .group_by(Attempt.exam_id)
        .subquery()
    )
    stale = and_(SignalRound.attempts != ended.c.attempts, SignalRound.looked_at <= clock.now() - NOT_SOONER)
    rows = session.execute(
        select(ended.c.exam_id, ended.c.attempts)
        .join(SignalRound, SignalRound.exam_id == ended.c.exam_id, isouter=True)
        .where(or_(SignalRound.exam_id.is_(None), stale))
        .order_by(ended.c.exam_id)
    )
    return [(row[0], row[1]) for row in rows]


def look_through(session: Session, exam_id: int) -> list[dict[str, Any]]:
    """What the answers of an exam say, as rows to store; reads only, a few seconds for 2,000 attempts."""
    sheets = _read_sheets(session, exam_id)
    _read_wrong(session, exam_id, sheets)
    _read_saves(session, exam_id, sheets)
    return [*_in_turn(sheets.values()), *_fast(session, sheets), *_alike(list(sheets.values()))]


def store(session: Session, exam_id: int, ended: int, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Put what was found when so many had `ended` in the place of what was before; false when another was faster."""
    if not _take_turn(session, exam_id, ended):
        return False
    attempts = select(Attempt.id).where(Attempt.exam_id == exam_id)
    session.execute(
        delete(Signal)
        .where(Signal.kind.in_([kind.value for kind in FOUND_LATER]), Signal.attempt_id.in_(attempts))
        .execution_options(synchronize_session=False)
    )
    if rows:
        session.execute(insert(Signal), list(rows))
    return True


def _take_turn(session: Session, exam_id: int, ended: int) -> bool:
    now = clock.now()
    changed = session.execute(
        update(SignalRound)
        .where(SignalRound.exam_id == exam_id, SignalRound.looked_at <= now - NOT_SOONER)
        .values(attempts=ended, looked_at=now)
    )
    if cast("CursorResult[Any]", changed).rowcount == 1:
        return True
    try:
        with session.begin_nested():
            session.add(SignalRound(exam_id=exam_id, attempts=ended, looked_at=now))
            session.flush()
    except IntegrityError:
        return False
    return True


def _compared(exam_id: int) -> Any:
    """Conditions on the attempts that are compared: those of people, of which signals may still be kept."""
    of_people = Attempt.account_id.not_in(simulated_ids())
    return and_(Attempt.exam_id == exam_id, Attempt.state.in_(ENDED), ~term_is_over(clock.now()), of_people)


def _read_sheets(session: Session, exam_id: int) -> dict[int, Sheet]:
    rows = session.execute(
        select(Attempt.id, Attempt.public_id, Attempt.account_id, Attempt.started_at, Attempt.break_allowance_s)
        .where(_compared(exam_id))
        .order_by(Attempt.id)
    )
    return {row[0]: Sheet(*row) for row in rows}


def _read_wrong(session: Session, exam_id: int, sheets: Mapping[int, Sheet]) -> None:
    rows = session.execute(
        select(
            _items.c.attempt_id, _items.c.slot, _items.c.question_version_id, _versions.c.type, _items.c.option_order,
            _answers.c.payload, type_coerce(_scores.c.credit, String), _scores.c.rule,
        )
        .join_from(_attempts, _items, _items.c.attempt_id == _attempts.c.id)
        .join(_versions, _versions.c.id == _items.c.question_version_id)
        .join(_scores, and_(_scores.c.attempt_id == _items.c.attempt_id, _scores.c.slot == _items.c.slot))
        .outerjoin(_answers, and_(_answers.c.attempt_id == _items.c.attempt_id, _answers.c.slot == _items.c.slot))
        .where(_compared(exam_id))
        .order_by(_items.c.attempt_id, _items.c.slot, _scores.c.revision)
    )  # fmt: skip
    for attempt_id, slot, version, kind, order, payload, credit, rule in rows:
        sheet = sheets.get(attempt_id)
        if sheet is None:
            continue
        sheet.versions[slot] = version
        sheet.wrong.pop(version, None)  # of several revisions the last counts
        if rule != VOID_RULE and float(credit) < 1 and (answer := _plain(kind, payload, order)) is not None:
            sheet.wrong[version] = answer


def _plain(kind: str, payload: object, order: Any) -> Hashable:
    """An answer as it compares with that of somebody who saw the options in another order; None when blank."""
    try:
        return same_form(answers.normalise(kind, payload, order))
    except answers.PayloadError:
        return None


def same_form(answer: Given) -> Hashable:
    """One value for equal answers, whatever the order of options and the spaces and capitals of a text."""
    match answer:
        case Chosen():
            return tuple(sorted(answer.options))
        case Written():
            return " ".join(answer.text.casefold().split())
        case Paired():
            return tuple(sorted(answer.pairs))
        case Placed():
            return tuple(sorted(answer.places))
        case Filled():
            return tuple(sorted((gap.name, str(same_form(gap.given))) for gap in answer.gaps))
        case _:
            return None


def _read_saves(session: Session, exam_id: int, sheets: Mapping[int, Sheet]) -> None:
    rows = session.execute(
        select(_events.c.attempt_id, _events.c.slot, _events.c.server_at, _events.c.tab_id)
        .join_from(_attempts, _events, _events.c.attempt_id == _attempts.c.id)
        .where(_compared(exam_id), _events.c.counted == true())
        .order_by(_events.c.attempt_id, _events.c.id)
    )
    for attempt_id, *save in rows:
        if attempt_id in sheets:
            sheets[attempt_id].saves.append(Save(*save))


def _in_turn(sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    rows = []
    for sheet in sheets:
        found = pace.turns(sheet.saves)
        if found:
            rows.append(_row(sheet, Kind.WINDOWS, found[0].at, slot=found[0].slot, amount=len(found)))
    return rows


def _fast(session: Session, sheets: Mapping[int, Sheet]) -> list[dict[str, Any]]:
    """First answers in less than a tenth of the median time of their question, where thirty people measured it."""
    by_question: dict[int, list[timedelta]] = defaultdict(list)
    for sheet in sheets.values():
        breaks = breaks_of(session, sheet.public_id, sheet.break_allowance_s)
        sheet.times = pace.first_answers(sheet.saves, sheet.started_at, breaks)
        for slot, taken in sheet.times.items():
            if slot in sheet.versions:
                by_question[sheet.versions[slot]].append(taken)
    usual = pace.medians(by_question)
    rows = []
    for sheet in sheets.values():
        ends = {save.slot: save.at for save in reversed(sheet.saves)}
        for slot, taken in sorted(sheet.times.items()):
            question = sheet.versions.get(slot, 0)
            if question in usual and pace.is_fast(taken, usual[question]):
                details = {"usual_ms": _milliseconds(usual[question]), "people": len(by_question[question])}
                amount = max(1, _milliseconds(taken))
                rows.append(_row(sheet, Kind.FAST, ends[slot], slot=slot, amount=amount, details=details))
    return rows


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _alike(sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """Both attempts of each pair that chance does not explain."""
    pairs = likeness.listed([sheet.wrong for sheet in sheets], [sheet.account_id for sheet in sheets])
    rows, now = [], clock.now()
    for pair in pairs:
        details = {
            "both_wrong": pair.both_wrong, "chance": f"{float(pair.chance):.3g}", "limit": f"{float(pair.limit):.3g}"
        }  # fmt: skip
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            row = _row(sheets[one], Kind.ALIKE, now, amount=pair.alike, details=details)
            rows.append(row | {"other_id": sheets[other].attempt_id})
    return rows


def _row(
    sheet: Sheet, kind: Kind, at: datetime, *, amount: int, slot: int | None = None, details: Any = None
) -> dict[str, Any]:
    return {
        "attempt_id": sheet.attempt_id, "kind": kind.value, "at": at, "slot": slot, "amount": amount,
        "details": details, "other_id": None, "mark": None,
    }  # fmt: skip
