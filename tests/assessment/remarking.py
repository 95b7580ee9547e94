"""Re-markings on appeal in one line each: contested, proposed, marked anew, approved; and what their tests share."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import appeals, paper_queries, papers, queries, remarkings
from app.assessment.appeal_models import Appeal
from app.assessment.marking import save_marking
from app.assessment.models import Attempt
from app.assessment.paper_models import Paper
from app.assessment.remarked import papers_of
from app.assessment.remarking_models import Remarking
from app.assessment.remarkings import Wanted
from app.foundation.i18n import use_language
from app.wiring.deliveries import drain_outbox
from tests.assessment.papers import GOOD, WEAK, WrittenExam
from tests.assessment.regraded import Regraded
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import items_of

WHY = "La page ne répondait plus : l’incident est noté."


class Contested:
    """An attempt, its appeal that Camille looks into, and what becomes of it."""

    def __init__(self, app: Flask, session: Session, cast: Cast, attempt: Attempt, who: Account | None = None) -> None:
        self.app, self.session, self.cast, self.attempt = app, session, cast, attempt
        self.who = who or cast.ada
        self.appeal = self.contest()

    def contest(self) -> Appeal:
        self.appeal = appeals.file_appeal(
            self.session, actor=self.who.actor(), attempt=self.attempt, grounds="La question 2 vaut plus."
        )  # fmt: skip
        appeals.take(self.session, actor=self.cast.actor("camille"), appeal=self.appeal)
        self.session.commit()
        return self.appeal

    def propose(
        self, by_people: Collection[int] = (), marks: Mapping[int, str] | None = None, why: str = WHY
    ) -> Remarking:
        given = {slot: (Decimal(points), why) for slot, points in (marks or {}).items()}
        made = remarkings.propose(
            self.session, actor=self.cast.actor("camille"), appeal=self.appeal, wanted=Wanted(by_people, given)
        )  # fmt: skip
        self.session.commit()
        return made

    def papers(self, remarking: Remarking) -> list[Paper]:
        return list(papers_of(self.session, [remarking]))

    def mark(self, who: Account, paper: Paper, levels: Mapping[str, int] = GOOD, said: str = "") -> bool:
        """Claim, mark and sign; says whether the re-marking is ready with it."""
        found = paper_queries.get_paper(self.session, who.id, paper.public_id)
        taken = papers.claim(self.session, actor=who.actor(), paper=found)
        save_marking(self.session, marking=taken, levels=levels, feedback={}, comment=said)
        ended = papers.finish_marking(self.session, actor=who.actor(), paper=found, marking=taken)
        self.session.commit()
        self.session.expire_all()
        return ended

    def approve(self, remarking: Remarking, *, upheld: bool = True, words: str = "Vous aviez raison.") -> None:
        """By the administrator, who has nothing else to do with it; then the worker."""
        found = remarkings.get_remarking(self.session, remarking.public_id)
        remarkings.approve(
            self.session, actor=self.cast.actor("admin"), remarking=found, upheld=upheld, words=words
        )  # fmt: skip
        self.session.commit()
        for _round in range(8):
            drain_outbox(self.app)
        self.session.expire_all()


@pytest.fixture
def english(app: Flask, session: Session) -> Iterator[None]:
    """Keys to sign with, and sentences in English."""
    make_keys(app, session)
    with use_language("en"):
        yield


@pytest.fixture
def written(app: Flask, session: Session, cast: Cast) -> WrittenExam:
    """A text and a file beside questions with a key; people mark them."""
    return WrittenExam(app, session, cast)


@pytest.fixture
def chosen(app: Flask, session: Session, cast: Cast) -> Regraded:
    """Ten questions of one point, 7 needed."""
    return Regraded(app, session, cast)


def failed_essay(exam: WrittenExam) -> Attempt:
    """2.22 of 4: the essay was marked as weak, the file as good."""
    attempt = exam.sit()
    for paper, levels in zip(exam.papers(attempt), (WEAK, GOOD), strict=True):
        for name in ("Un", "Deux"):
            exam.mark(exam.marker(name), paper, levels)
    return attempt


def contested(exam: WrittenExam | Regraded, attempt: Attempt) -> Contested:
    return Contested(exam.app, exam.session, exam.cast, attempt)


def slot_of(session: Session, attempt: Attempt, slug: str) -> int:
    return next(item.slot for item in items_of(session, attempt) if item.version.question.slug == slug)


def total(session: Session, attempt: Attempt) -> tuple[Decimal, bool, bool]:
    found = queries.find_result(session, attempt.id)
    assert found is not None
    return found.total, found.passed, found.kept


def files(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
