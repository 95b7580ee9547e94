"""The questions inside a lesson: which they are, how their reader sees them, how an answer to one is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.assessment import essays, layouts
from app.assessment.answers import PayloadError, receive
from app.assessment.candidate import (
    CandidateQuestion,
    Correction,
    answer_values,
    candidate_question,
    correction,
    payload_of_form,
)
from app.assessment.models import Bank, Exam, ExamPool, ExamVersion, Question, QuestionVersion
from app.assessment.wording import BLANK, unreadable_sentence
from app.foundation.errors import NotFoundError
from app.foundation.keeping import Kept

# Questions that lessons embed: never one that an exam of the course may draw.
_DRAWN = (
    select(ExamPool.question_version_id)
    .join(ExamVersion, ExamVersion.id == ExamPool.exam_version_id)
    .join(Exam, Exam.id == ExamVersion.exam_id)
    .where(Exam.course_id == bindparam("course_id"), Exam.kind != "practice")
)
_EMBEDDED = (
    select(Question.slug, QuestionVersion.id, QuestionVersion.body_sha256)
    .join(Question, Question.current_version_id == QuestionVersion.id)
    .join(Bank, Bank.id == Question.bank_id)
    .where(
        Bank.course_id == bindparam("course_id"),
        Question.slug.in_(bindparam("slugs", expanding=True)),
        QuestionVersion.id.not_in(_DRAWN),
    )
)

_FACES: Kept[tuple[int, str], CandidateQuestion] = Kept(2048)  # by question version and digest of its body


def _embedded_keys(session: Session, course_id: int, slugs: Sequence[str]) -> dict[str, tuple[int, str]]:
    rows = session.execute(_EMBEDDED, {"course_id": course_id, "slugs": list(slugs)})
    return {row.slug: (row.id, row.body_sha256) for row in rows}


def _layout(version: QuestionVersion) -> list[list[str]]:
    """Options behind tokens, in an order that is always the same: an author's own order and ids may tell the key."""
    seed = hashlib.sha256(f"embedded|{version.body_sha256}".encode()).digest()
    return layouts.draw_layout(version.body, seed, 0)


def embedded_questions(session: Session, course_id: int, slugs: Sequence[str]) -> dict[str, CandidateQuestion]:
    """The questions of a lesson as its reader sees them, by slug; without keys or feedback."""
    if not slugs:
        return {}
    keys = _embedded_keys(session, course_id, slugs)
    faces = _FACES.get_all(keys.values(), lambda missing: _faces(session, missing))
    return {slug: faces[key] for slug, key in keys.items()}


def _faces(session: Session, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], CandidateQuestion]:
    rows = session.scalars(select(QuestionVersion).where(QuestionVersion.id.in_([number for number, _digest in keys])))
    return {(one.id, one.body_sha256): candidate_question(one.body, _layout(one)) for one in rows}


@dataclass(frozen=True)
class Checked:
    """An answer to an embedded question, and how it was read; `refusal` says instead why it could not be."""

    chosen: list[str]
    correction: Correction | None
    refusal: str = ""


def check_embedded(
    session: Session, course_id: int, slug: str, form: Mapping[str, Sequence[str]], language: str
) -> Checked:
    """Correct an answer to a question inside a lesson, sent under its slug; raises NotFoundError for any other."""
    key = _embedded_keys(session, course_id, [slug]).get(slug)
    version = session.get(QuestionVersion, key[0]) if key else None
    if version is None:
        raise NotFoundError("question")
    values, order = answer_values(form, slug), _layout(version)
    payload = payload_of_form(version.type, values, language)
    try:
        answer = receive(version.type, payload, order)
    except PayloadError as error:
        return Checked([], None, unreadable_sentence(error.reason))
    if answer is None:
        return Checked([], None, str(BLANK))
    not_yet = essays.not_yet(version.body, version.type, answer)
    if not_yet is not None:
        return Checked(values, None, unreadable_sentence(not_yet))
    return Checked(values, correction(version.body, order, payload))
