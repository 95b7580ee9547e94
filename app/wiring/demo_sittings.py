"""Attempts of simulated people: true forms, drawn and laid out as at a start, truly marked; rows, nothing stored."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.assessment import draws, grading, release_queries, rules, starting
from app.assessment.accommodations import deadline_from
from app.assessment.answers import MARKED_BY_PEOPLE, normalise
from app.assessment.answers import Answer as Given
from app.assessment.drawing import Exposure, Slot
from app.assessment.models import Answer, AnswerEvent, AttemptItem, ExamVersion, Result, Score
from app.assessment.services import domain_rows
from app.foundation.database import Base
from app.foundation.identifiers import new_public_id
from app.wiring.simulating import Dice, Order, Payload, chance, guess_of, right_answer, wrong_answer

SEED = b"passerelle/demo-cohort"
LEFT_BLANK = 0.02
# What a question of each tier asks, in logits (assessment.md §7), where its author wrote no `b`.
TIER_DIFFICULTY = {1: -1.75, 2: -0.4, 3: 0.9, 4: 2.1}

Row = dict[str, Any]


@dataclass(frozen=True)
class Learner:
    """Somebody simulated; `talent` has mean 0 and standard deviation 1, in logits."""

    number: int
    account_id: int
    language: str
    talent: float


@dataclass
class Sat:
    """The rows of one attempt that is over; but for that of the attempt, they want its id. Questions by public id."""

    attempt: Row
    questions: Sequence[str]
    rows: dict[type[Base], list[Row]] = field(default_factory=dict)

    @property
    def ratio(self) -> Decimal:
        """The share of the points, 0–1."""
        result = self.rows[Result][0]
        return Decimal(result["total"]) / Decimal(result["max_points"]) if result["max_points"] else Decimal(0)

    def mastered(self, threshold: Decimal) -> bool:
        """Does it reach so great a share of the points?"""
        result = self.rows[Result][0]
        return rules.mastered(result["total"], result["max_points"], threshold)


class ExamToSit:
    """One exam version with what its draws look at, read once; each attempt exposes its questions to the next."""

    def __init__(self, session: Session, version: ExamVersion) -> None:
        self.version, self.exam = version, version.exam
        self.pool = draws.frozen_pool(session, version)
        self.candidates = [pooled.candidate for pooled in self.pool.values()]
        self.attempts = 0
        self.counts: Counter[str] = Counter()
        self._marks: dict[tuple[int, Given], tuple[Decimal, str]] = {}  # the same answer earns the same: marked once

    def sit(self, learner: Learner, strength: float, at: datetime, before: Sequence[Sat] = ()) -> Sat:
        """One attempt begun at `at`, after those of the same person in `before`; strength in logits."""
        number = len(before) + 1
        seed = seed_of(f"{self.exam.course.slug}|{self.exam.slug}|{learner.number}|{number}")
        seen = dict(Counter(question for sat in before for question in sat.questions))
        saw = {"seen": seen, "attempts": self.attempts, "counts": dict(self.counts), "void": []}
        exposure = Exposure(self.attempts, dict(self.counts))
        form = starting.draw_form(self.version, self.candidates, seed=seed, seen=seen, exposure=exposure)
        questions = [slot.drawn.candidate.public_id for slot in form]
        self.attempts += 1
        self.counts.update(questions)
        sheet = Sheet(seed, learner.language, strength, at, self._end(at, len(form), seed))
        for slot in form:
            pooled = self.pool[slot.drawn.candidate.public_id]
            order = starting.option_order(pooled.body, seed, slot.number, self.version.settings)
            payload = sheet.answer(slot, pooled, order, of=len(form))
            if self._counts(pooled):
                sheet.mark(slot, *self._scored(pooled, payload, order))
        attempt = self._attempt(learner, number, sheet) | {"drawn_from": saw}
        return Sat(attempt, questions, {**sheet.rows, Result: [self._result(sheet)]})

    def _scored(self, pooled: draws.Pooled, payload: Payload | None, order: Order) -> tuple[Decimal, str]:
        """What an answer earns, and by which rule."""
        key = (pooled.version_id, normalise(pooled.body["type"], payload, order))
        if key not in self._marks:
            scored = grading.score_stored(pooled.body, payload, order)
            self._marks[key] = scored.score, scored.rule
        return self._marks[key]

    def _counts(self, pooled: draws.Pooled) -> bool:
        """In exercises, what people mark counts neither for nor against; in an exam, left blank, it earns nothing."""
        return self.exam.kind != "practice" or pooled.candidate.type not in MARKED_BY_PEOPLE

    def _end(self, at: datetime, questions: int, seed: bytes) -> datetime:
        """After half of the time allowed to nearly all of it; without a limit, half a minute to two a question."""
        allowed, share = self.version.settings.get("duration_s"), Dice(seed, "time").share()
        seconds = allowed * (0.5 + 0.45 * share) if allowed else questions * (30 + 90 * share)
        return at + timedelta(seconds=1 + round(seconds))

    def _attempt(self, learner: Learner, number: int, sheet: Sheet) -> Row:
        settings = self.version.settings
        released = settings.get("release", "at_once") == "at_once"
        return {
            "public_id": new_public_id(), "exam_id": self.exam.id, "exam_version_id": self.version.id,
            "account_id": learner.account_id, "number": number, "seed": sheet.seed,
            "state": (rules.State.RELEASED if released else rules.State.SCORED).value, "language": learner.language,
            "started_at": sheet.at, "deadline_at": deadline_from(sheet.at, settings), "extra_percent": 0,
            "pause_s": 0, "break_allowance_s": 0, "timer_hidden": False,
            "pledged_at": None if self.exam.kind == "practice" else sheet.at, "submitted_at": sheet.end,
            "release_at": release_queries.moment_of(self.version), "current_slot": None,
            "finish_reason": rules.FinishReason.CANDIDATE.value, "receipt_sha256": sheet.receipt(),
        }  # fmt: skip

    def _result(self, sheet: Sheet) -> Row:
        mark = grading.total(sheet.marked)
        cut = grading.cut_points(mark.maximum, Decimal(self.version.settings["cut"]))  # no panel has met yet
        return {
            "revision": 1, "total": mark.total, "max_points": mark.maximum, "cut": cut,
            "passed": mark.maximum > 0 and grading.passed(mark.total, cut), "kept": False,
            "per_domain": domain_rows(mark), "reason": "marked", "decided_at": sheet.end,
        }  # fmt: skip


class Sheet:
    """The answers of one attempt as they come, one after the other from its begin to its end."""

    def __init__(self, seed: bytes, language: str, strength: float, at: datetime, end: datetime) -> None:
        self.seed, self.language, self.strength, self.at, self.end = seed, language, strength, at, end
        self.dice = Dice(seed, "answers")
        self.rows: dict[type[Base], list[Row]] = {AttemptItem: [], AnswerEvent: [], Answer: [], Score: []}
        self.marked: list[grading.MarkedItem] = []

    def answer(self, slot: Slot, pooled: draws.Pooled, order: list[list[str]], *, of: int) -> Payload | None:
        """Answer one question of so many; what was answered, None for a blank."""
        payload = answer_to(pooled, order, self.language, self.strength, self.dice)
        saved = self.at + (self.end - self.at) * (slot.number / (of + 1))
        self.rows[AttemptItem].append(
            {
                "slot": slot.number, "question_version_id": pooled.version_id, "option_order": order,
                "points": slot.drawn.points, "flagged": False,
            }
        )  # fmt: skip
        if payload is not None:
            self.rows[AnswerEvent].append(_event(slot.number, payload, saved))
            self.rows[Answer].append({"slot": slot.number, "rev": 1, "payload": payload, "saved_at": saved})
        return payload

    def mark(self, slot: Slot, score: Decimal, rule: str) -> None:
        """Keep the mark of one question."""
        self.marked.append(grading.MarkedItem(score, slot.drawn.points, slot.drawn.candidate.domain))
        self.rows[Score].append(
            {
                "slot": slot.number, "revision": 1, "credit": score, "rule": rule,
                "rule_version": grading.RULE_VERSION, "reason": "marked", "scored_at": self.end,
            }
        )  # fmt: skip

    def receipt(self) -> str:
        """What the candidate would have been shown for what they handed in."""
        return rules.receipt((one["slot"], one["rev"], one["payload"]) for one in self.rows[Answer])


def seed_of(label: str) -> bytes:
    """The seed of one attempt: 16 bytes."""
    return hashlib.sha256(SEED + b"|" + label.encode()).digest()[:16]


def difficulty_of(pooled: draws.Pooled) -> float:
    """What a question asks, in logits: what its author estimated, else that of its tier."""
    written = pooled.body.get("b")
    return TIER_DIFFICULTY[pooled.candidate.level] if written is None else float(written)


def answer_to(pooled: draws.Pooled, order: Order, language: str, strength: float, dice: Dice) -> Payload | None:
    """What somebody of this strength answers; None is a blank."""
    if dice.share() < LEFT_BLANK:
        return None
    if dice.share() < chance(strength, difficulty_of(pooled), guess=guess_of(pooled.body)):
        return right_answer(pooled.body, order, language)
    return wrong_answer(pooled.body, order, language, dice)


def _event(slot: int, payload: Payload, at: datetime) -> Row:
    return {
        "slot": slot, "rev": 1, "payload": payload, "idempotency_key": f"simulated-{slot}",
        "body_sha256": rules.answer_digest(slot, 1, payload), "tab_id": "simulated", "client_at": None,
        "server_at": at, "counted": True,
    }  # fmt: skip
