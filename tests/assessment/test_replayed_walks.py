"""Random histories of an attempt, marked, regraded, marked again, voided: a replay always gives the stored mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import appeals, decisions, regrades, remarkings
from app.assessment.decisions import Proposal
from app.assessment.models import Attempt, Result, Score
from app.assessment.paper_queries import rubric_of
from app.assessment.records import record_of
from app.assessment.regrading import Kind
from app.assessment.replaying import replay
from app.assessment.rubrics import combined, disagree
from app.assessment.rubrics import score as rubric_score
from app.foundation.errors import RuleError
from app.wiring.deliveries import drain_outbox
from tests.assessment.papers import FAIR, GOOD, WEAK, WrittenExam
from tests.assessment.remarking import Contested
from tests.builders import Cast
from tests.certification.builders import make_keys

REASON = {"fr": "Fautive.", "en": "Faulty."}
KEYS = {"a": True, "b": False}  # the option that becomes right; the candidate ticked a
levels = st.sampled_from([GOOD, FAIR, WEAK])
marked = st.tuples(levels, levels)
steps = st.one_of(
    st.tuples(st.just("decide"), st.sampled_from(["single", "essay"]), st.sampled_from([Kind.VOID, Kind.CREDIT_ALL])),
    st.tuples(st.just("rekey"), st.just("single"), st.sampled_from(sorted(KEYS))),
    st.tuples(st.just("propose points"), st.just("single"), st.sampled_from(["0", "0.25", "0.5", "1"])),
    st.tuples(st.just("mark anew"), st.just("essay"), marked),
    st.tuples(st.just("work"), st.just(""), st.none()),
)


@dataclass
class Expected:
    """What one answer is worth, worked out apart from the engine: what was decided of it, in which order."""

    credit: Fraction
    by_key: Fraction | None = None  # since the last mark on appeal
    remark: Fraction | None = None
    settled: Kind | None = None

    def decide(self, kind: Kind, credit: int = 0) -> None:
        self.settled = None if kind is Kind.REKEY else kind
        self.by_key = Fraction(credit) if kind is Kind.REKEY else None

    def mark_again(self, credit: Fraction) -> None:
        self.remark, self.by_key = credit, None

    @property
    def now(self) -> Fraction | None:
        """Its credit; None where it counts no more."""
        if self.settled is not None:
            return None if self.settled is Kind.VOID else Fraction(1)
        known = [one for one in (self.by_key, self.remark) if one is not None]
        return max(known) if known else self.credit


@dataclass
class History:
    """One attempt at an exam of its own, and what should have become of it."""

    exam: WrittenExam
    attempt: Attempt
    expected: dict[str, Expected] = field(default_factory=dict)
    frozen: dict[tuple[int, ...], Any] = field(default_factory=dict)  # rows seen once, never to change

    def do(self, name: str, kind: str, given: Any) -> None:
        if name == "work":
            self.work()
        elif name in ("decide", "rekey"):
            self.decide(kind, given)
        else:
            self.mark_again(kind, given)

    def decide(self, kind: str, given: Any) -> None:
        """Proposed by one, approved by another; carried out when the worker comes."""
        session, cast = self.exam.session, self.exam.cast
        decided, key = (Kind.REKEY, {"correct": [given]}) if given in KEYS else (Kind(given), None)
        found = decisions.versions_of_exam(session, self.exam.exam_version.exam_id)
        version = next(one for one in found if one.type == kind)
        proposal = Proposal(decided, self.exam.exam_version.exam_id, REASON, key)
        made = decisions.propose(session, actor=cast.actor("camille"), version=version, proposal=proposal)
        regrades.start(session, actor=cast.actor("admin"), decision=made)
        session.commit()
        self.expected[kind].decide(decided, KEYS.get(given, 0))

    def mark_again(self, kind: str, given: Any) -> None:
        """An appeal of its own each time; refused where a decision leaves nothing to mark."""
        session, cast, slot = self.exam.session, self.exam.cast, self.exam.slot(self.attempt, kind)
        case = Contested(self.exam.app, session, cast, self.attempt)
        refused = self.expected[kind].settled is not None
        try:
            made = case.propose({slot}) if kind == "essay" else case.propose(marks={slot: given})
        except RuleError:
            session.rollback()
            assert refused
            case.appeal = session.merge(case.appeal)
            self.withdraw(case)
            return
        assert not refused
        credit = Fraction(given) if kind == "single" else self.marked_by(case, made, given)
        found = remarkings.get_remarking(session, made.public_id)
        remarkings.approve(session, actor=cast.actor("admin"), remarking=found, upheld=True, words="Vu.")
        session.commit()
        self.expected[kind].mark_again(credit)

    def withdraw(self, case: Contested) -> None:
        appeals.withdraw(self.exam.session, actor=case.who.actor(), appeal=case.appeal)
        self.exam.session.commit()

    def marked_by(self, case: Contested, made: Any, given: Sequence[Mapping[str, int]]) -> Fraction:
        """Two people who have never seen it, and a third where they differ."""
        (paper,) = case.papers(made)
        rubric, said = rubric_of(paper), list(given)
        if disagree(rubric, *given):
            said.append(FAIR)
        for one in said:
            case.mark(self.exam.marker("Quelqu’un"), paper, one)
        return rubric_score(rubric, combined(said))

    def work(self) -> None:
        self.exam.session.commit()
        for _round in range(6):
            drain_outbox(self.exam.app)
        self.exam.session.expire_all()

    def check(self, *, carried_out: bool) -> None:
        """What holds after every step; the mark itself once the worker has come."""
        session = self.exam.session
        assert replay(record_of(session, self.attempt)) == []
        results = session.scalars(
            select(Result).where(Result.attempt_id == self.attempt.id).order_by(Result.revision)
        ).all()
        scores = session.scalars(
            select(Score).where(Score.attempt_id == self.attempt.id).order_by(Score.revision)
        ).all()
        for row in results:
            seen = (row.total, row.max_points, row.cut, row.passed, row.kept, row.reason)
            assert self.frozen.setdefault((row.revision,), seen) == seen
        for one in scores:
            was = (one.credit, one.rule, one.reason)
            assert self.frozen.setdefault((one.revision, one.slot), was) == was
        for before, after in pairwise(results):
            assert after.passed or not before.passed, "a published pass is never withdrawn"
            assert after.kept == (after.passed and after.total < after.cut)
        if carried_out:
            self.check_mark(results[-1])

    def check_mark(self, result: Result) -> None:
        points = {"single": 1, "essay": 2, "file": 1}
        worth = {kind: one.now for kind, one in self.expected.items()}
        exact = sum((credit * points[kind] for kind, credit in worth.items() if credit is not None), Fraction(0))
        assert abs(Fraction(result.total) - exact) <= Fraction(1, 200)
        assert result.max_points == sum(points[kind] for kind, credit in worth.items() if credit is not None)


@pytest.mark.slow
def test_whatever_happens_to_an_attempt_its_record_replays_to_its_mark(
    app: Flask, session: Session, cast: Cast
) -> None:
    make_keys(app, session)
    numbers = count(1)

    @settings(max_examples=8, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(marked, st.lists(steps, min_size=2, max_size=7))
    def walk(first: tuple[Mapping[str, int], Mapping[str, int]], history: list[tuple[str, str, Any]]) -> None:
        exam = WrittenExam(app, session, cast, slug=f"cours-{next(numbers)}")
        attempt = exam.sit()
        essay, file = exam.papers(attempt)
        rubric = rubric_of(essay)
        said = [*first, FAIR] if disagree(rubric, *first) else list(first)
        for paper, given_levels in ((essay, said), (file, [GOOD, GOOD])):
            for one in given_levels:
                exam.mark(exam.marker("Quelqu’un"), paper, one)
        earned = {"single": Fraction(1), "essay": rubric_score(rubric, combined(said)), "file": Fraction(1)}
        one_history = History(exam, attempt, {kind: Expected(credit) for kind, credit in earned.items()})
        one_history.check(carried_out=True)
        for step in history:
            one_history.do(*step)
            one_history.check(carried_out=step[0] == "work")
        one_history.work()
        one_history.check(carried_out=True)

    walk()
