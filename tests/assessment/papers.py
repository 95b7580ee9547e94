"""Exams with an essay and a file: sat, handed in, marked, in one line each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import paper_queries, papers
from app.assessment.answering import Incoming, save_answer
from app.assessment.attempt_files import keep_file
from app.assessment.marking import save_marking
from app.assessment.models import Attempt, Result, Score
from app.assessment.paper_models import Paper, PaperMarking
from app.assessment.services import submit_attempt
from app.assessment.sittings import get_place, get_sitting, hold_attempt
from app.assessment.starting import start_attempt
from app.assessment.uploads import Upload
from app.foundation.permissions import Role
from app.foundation.storage import open_storage
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, question, right_payload

TEXT = "Le modèle se trompe parfois."  # five words
PDF = b"%PDF-1.7 rapport"
GOOD, FAIR, WEAK = {"exactitude": 3, "clarte": 3}, {"exactitude": 2, "clarte": 3}, {"exactitude": 0, "clarte": 1}
ROWS = [
    {"domain": "alpha", "level": 1, "type": "single", "count": 1, "points": "1"},
    {"domain": "alpha", "level": 1, "type": "essay", "count": 1, "points": "2"},
    {"domain": "alpha", "level": 1, "type": "file", "count": 1, "points": "1"},
]


class WrittenExam:
    """One single of one point, an essay of two, a file of one; it certifies, so two people mark."""

    def __init__(self, app: Flask, session: Session, cast: Cast, **changes: Any) -> None:
        self.app, self.session, self.cast = app, session, cast
        questions = [question(kind, f"q-{kind}") for kind in ("single", "essay", "file")]
        settings = {"shuffle_questions": False, **changes.pop("exam_settings", {})}
        small = {"exam_questions": questions, "blueprint": ROWS, "exam_settings": settings, **changes}
        self.version = Small(**small).publish(session)
        self.exam_version = exam_of(session, self.version)

    def begin(self, who: Account) -> Attempt:
        begin(self.session, who, self.version)
        attempt = start_attempt(self.session, actor=who.actor(), exam_version=self.exam_version, enrolled=True)
        self.session.commit()
        return attempt

    def slot(self, attempt: Attempt, kind: str) -> int:
        return next(item.slot for item in items_of(self.session, attempt) if item.version.type == kind)

    def answer(self, attempt: Attempt, who: Account, text: str | None = TEXT, content: bytes | None = PDF) -> None:
        """The single question rightly, and the text and the file given."""
        for item in items_of(self.session, attempt):
            if item.version.type == "file":
                continue
            payload = right_payload(item) if item.version.type == "single" else {"text": text}
            if payload != {"text": None}:
                save_answer(self.session, attempt=attempt, incoming=Incoming(item.slot, payload, 1, f"k{item.slot}"))
        if content is not None:
            self.send(attempt, who, content)
        self.session.commit()

    def send(self, attempt: Attempt, who: Account, content: bytes, name: str = "rapport.pdf") -> None:
        storage = open_storage(self.app.config["SETTINGS"].storage_url)
        sha256 = storage.put(content)
        assert sha256 == hashlib.sha256(content).hexdigest()
        found = hold_attempt(self.session, who.id, attempt.public_id)
        place = get_place(self.session, found.id, self.slot(attempt, "file"))
        upload = Upload(name, name.rpartition(".")[2], content)
        keep_file(self.session, attempt=found, place=place, upload=upload, sha256=sha256)
        self.session.commit()

    def hand_in(self, attempt: Attempt, who: Account) -> Result | None:
        result = submit_attempt(self.session, actor=who.actor(), attempt=attempt)
        self.session.commit()
        return result

    def sit(self, who: Account | None = None, **given: Any) -> Attempt:
        """A whole attempt, handed in."""
        who = who or self.cast.ada
        attempt = self.begin(who)
        self.answer(attempt, who, **given)
        self.hand_in(attempt, who)
        return attempt

    def papers(self, attempt: Attempt) -> list[Paper]:
        self.session.expire_all()
        return list(
            self.session.scalars(select(Paper).where(Paper.attempt_id == attempt.id).order_by(Paper.slot, Paper.id))
        )

    def paper(self, attempt: Attempt, kind: str) -> Paper:
        return next(one for one in self.papers(attempt) if one.slot == self.slot(attempt, kind))

    def marker(self, name: str = "Inès Marker") -> Account:
        return self.cast.person(name, Role.INSTRUCTOR)

    def take(self, marker: Account, paper: Paper, levels: Mapping[str, int] = GOOD, said: str = "") -> PaperMarking:
        """Claim a paper and note the levels, without signing."""
        found = paper_queries.get_paper(self.session, marker.id, paper.public_id)
        taken = papers.claim(self.session, actor=marker.actor(), paper=found)
        feedback = {key: f"{said} {key}" for key in levels} if said else {}
        save_marking(self.session, marking=taken, levels=levels, feedback=feedback, comment=said)
        self.session.commit()
        return taken

    def mark(self, marker: Account, paper: Paper, levels: Mapping[str, int] = GOOD, said: str = "") -> bool:
        """Claim, mark and sign; says whether the attempt is over with it."""
        taken = self.take(marker, paper, levels, said)
        found = paper_queries.get_paper(self.session, marker.id, paper.public_id)
        ended = papers.finish_marking(self.session, actor=marker.actor(), paper=found, marking=taken)
        self.session.commit()
        self.session.expire_all()
        return ended

    def mark_all(self, attempt: Attempt, levels: Mapping[str, int] = GOOD) -> None:
        """Two people mark everything the same."""
        markers = [self.marker("Un"), self.marker("Deux")]
        for paper in self.papers(attempt):
            for marker in markers[: paper.markers]:
                self.mark(marker, paper, levels, said="Lu")

    def scores(self, attempt: Attempt) -> dict[int, Any]:
        rows = self.session.scalars(select(Score).where(Score.attempt_id == attempt.id, Score.revision == 1))
        return {row.slot: (row.credit, row.rule) for row in rows}


def sitting_of(exam: WrittenExam, attempt: Attempt, who: Account) -> Any:
    """The attempt as its pages read it."""
    return get_sitting(exam.session, who.id, attempt.public_id)
