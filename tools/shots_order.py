"""An exam whose questions are taken in order and whose results staff releases, to photograph."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.answering import Incoming, save_answer
from app.assessment.leaving import leave_question
from app.assessment.models import Attempt, Exam, ExamVersion
from app.assessment.services import submit_attempt
from app.assessment.sittings import hold_attempt
from app.assessment.starting import start_attempt
from app.foundation.actor import Actor
from app.foundation.i18n import use_language
from app.learning import services as learning
from tests.courses import Small, question

COURSE = "trier-avant-de-repondre"
STEMS = (
    (
        "Un message presse de payer avant midi. Que regardez-vous d’abord ?",
        "A message urges you to pay before noon. What do you look at first?",
    ),
    (
        "Combien de messages sur 40 restent à relire, si 15 % sont douteux ?",
        "How many of 40 messages are left to read again, if 15% are doubtful?",
    ),
    (
        "À qui transmettez-vous un message que vous jugez faux ?",
        "To whom do you pass on a message that you judge to be false?",
    ),
)
SETTINGS = {"navigation": "forward", "release": "staff", "shuffle_questions": False, "cooldown_s": [3600, 3600]}
Named = tuple[str, str, str]


def add_exam(session: Session, actor: Callable[[str], Actor]) -> None:
    """Ada may start; Chloé is at the second question; Fatou and Emile wait for their results."""
    kinds = ("single", "numeric", "text")
    asked = [
        question(kind, f"trier-{kind}", stem={"fr": french, "en": english})
        for kind, (french, english) in zip(kinds, STEMS, strict=True)
    ]
    rows = [{"domain": "alpha", "level": 1, "type": kind, "count": 1, "points": "1"} for kind in kinds]
    version = Small(
        slug=COURSE, title={"fr": "Trier avant de répondre", "en": "Sort before you answer"}, skill="data-checking",
        exam_questions=asked, blueprint=rows, exam_settings=SETTINGS,
    ).publish(session)  # fmt: skip
    exam_version = _exam_version(session)
    for name in ("ada", "chloe", "fatou", "emile"):
        learning.enrol(session, actor=actor(name), version=version)
    with use_language("fr"):
        _leave_the_first(session, actor("chloe"), exam_version)
        for name in ("fatou", "emile"):
            attempt = start_attempt(session, actor=actor(name), exam_version=exam_version, enrolled=True)
            submit_attempt(session, actor=actor(name), attempt=attempt)


def _leave_the_first(session: Session, actor: Actor, exam_version: ExamVersion) -> None:
    attempt = start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True)
    chosen = {"choice": attempt.items[0].option_order[0][0]}
    save_answer(session, attempt=attempt, incoming=Incoming(1, chosen, 1, "o"))
    leave_question(session, actor=actor, attempt=hold_attempt(session, actor.account_id, attempt.public_id), slot=1)


def _exam_version(session: Session) -> ExamVersion:
    found = select(ExamVersion).join(Exam).where(Exam.slug == f"{COURSE}-final")
    return session.scalars(found).one()


def named(session: Session) -> list[Named]:
    """Each state: who looks, its name, its address."""
    exam_version = _exam_version(session)
    exam = exam_version.exam.public_id
    attempts = select(Attempt).where(Attempt.exam_id == exam_version.exam_id).order_by(Attempt.id)
    sitting, waiting, _other = session.scalars(attempts)
    return [
        ("ada", "order-exam", f"/exams/{exam}"),
        ("chloe", "order-question", f"/attempts/{sitting.public_id}"),
        ("chloe", "order-departure", f"/attempts/{sitting.public_id}/questions/2/departure"),
        ("chloe", "order-review", f"/attempts/{sitting.public_id}/review"),
        ("fatou", "result-held", f"/attempts/{waiting.public_id}/result"),
        ("camille", "results-to-release", "/studio/results"),
        ("camille", "results-release", f"/studio/exams/{exam}/results/1"),
    ]
