"""An exam with a text and a file, to photograph: written, waited for, marked, told; and an essay of exercises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import paper_queries, papers, starting
from app.assessment.answering import Incoming, save_answer
from app.assessment.attempt_files import keep_file
from app.assessment.drafts import QuestionDraft
from app.assessment.marking import save_marking
from app.assessment.models import Attempt, AttemptItem, Exam, ExamVersion
from app.assessment.paper_models import Paper, PaperMarking
from app.assessment.services import submit_attempt
from app.assessment.sittings import get_place, hold_attempt
from app.assessment.uploads import Upload
from app.foundation.actor import Actor
from app.foundation.i18n import use_language
from app.learning import services as learning
from app.learning.queries import find_enrolment
from tests.courses import Small, question

COURSE = "avant-de-payer"
TEXT = (
    "Je regarde d’abord qui écrit : l’adresse entière, pas le nom affiché.\n\n"
    "Ensuite je reprends chaque chiffre du message et je le recalcule avec la facture. "
    "Si le lien ne mène pas au site que je connais, je ne l’ouvre pas et j’appelle la personne."
)
SAID = {
    "faits": "L’adresse et les montants sont là ; il manque la pièce jointe.",
    "ordre": "On sait ce qui vient d’abord, et pourquoi.",
}
COMMENT = "Une démarche sûre, que l’on pourrait afficher dans un bureau."
MODEL = "L’expéditeur, les chiffres, le lien, la pièce jointe ; puis un appel au numéro déjà connu."
WRITTEN = (*TEXT.split("\n\n"), *SAID.values(), COMMENT, MODEL)  # what people wrote, which stays in their language
Named = tuple[str, str, str]


def _texts(french: str, english: str) -> dict[str, str]:
    return {"fr": french, "en": english}


def _line(key: str, weight: int, title: dict[str, str], *levels: dict[str, str]) -> dict[str, object]:
    points = [{"points": number, "text": text} for number, text in enumerate(levels)]
    return {"id": key, "weight": weight, "title": title, "levels": points}


RUBRIC = [
    _line(
        "faits", 2, _texts("Ce qui est vérifié", "What is checked"),
        _texts("Rien de précis", "Nothing precise"),
        _texts("Une chose, dite en passant", "One thing, in passing"),
        _texts("Deux choses, avec le moyen de les vérifier", "Two things, and how to check them"),
        _texts("Trois choses, avec le moyen de les vérifier", "Three things, and how to check them"),
    ),
    _line(
        "ordre", 1, _texts("L’ordre et la clarté", "Order and clarity"),
        _texts("On ne sait pas quoi faire", "One does not know what to do"),
        _texts("On peut suivre en relisant", "It takes a second reading"),
        _texts("On peut suivre du premier coup", "It can be followed at once"),
    ),
]  # fmt: skip
STEM = _texts(
    "Un message vous demande de payer une facture aujourd’hui. Expliquez ce que vous vérifiez, dans quel ordre, "
    "et ce qui vous ferait refuser.",
    "A message asks you to pay an invoice today. Explain what you check, in which order, and what would make you "
    "refuse.",
)


def _written(kind: str, slug: str, **changes: Any) -> QuestionDraft:
    return question(kind, slug, rubric=RUBRIC, solution=_texts(MODEL, MODEL), stem=STEM, **changes)


def add_exam(session: Session, actor: Callable[[str], Actor]) -> None:
    """Chloé writes, Fatou waits, Emile has his result; Camille has marked, and is marking; Ada does the exercises."""
    table = _texts("Rendez le tableau des vérifications que vous feriez.", "Hand in the table of the checks you make.")
    asked = [
        _written("essay", "verifier-texte", max_words=60),
        question("single", "verifier-simple", stem=_texts("Qui prévenir d’abord ?", "Whom do you tell first?")),
        question("file", "verifier-table", rubric=RUBRIC, stem=table, accept=["csv", "pdf", "ods"], max_mb=2),
    ]
    rows = [{"domain": "alpha", "level": 1, "type": one.type, "count": 1, "points": "2"} for one in asked]
    version = Small(
        slug=COURSE, title=_texts("Vérifier avant de payer", "Check before you pay"), skill="data-checking",
        exam_questions=asked, quiz_questions=[_written("essay", "verifier-essai", max_words=60)], blueprint=rows,
        exam_settings={"shuffle_questions": False},
    ).publish(session)  # fmt: skip
    exam_version = _exam(session, version.id, "certification")
    for name in ("chloe", "fatou", "emile", "ada"):
        learning.enrol(session, actor=actor(name), version=version)
    with use_language("fr"):
        _sit(session, actor("chloe"), exam_version)
        for name in ("emile", "fatou"):
            submit_attempt(session, actor=actor(name), attempt=_sit(session, actor(name), exam_version))
        _mark(session, actor)
        _practise(session, actor("ada"), _exam(session, version.id, "practice"))


def _exam(session: Session, version_id: int, kind: str) -> ExamVersion:
    return session.scalars(
        select(ExamVersion).join(Exam).where(ExamVersion.course_version_id == version_id, Exam.kind == kind)
    ).one()


def _sit(session: Session, actor: Actor, exam_version: ExamVersion) -> Attempt:
    assert find_enrolment(session, actor.account_id, exam_version.exam.course_id)
    attempt = starting.start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True)
    save_answer(session, attempt=attempt, incoming=Incoming(_slot(session, attempt, "essay"), {"text": TEXT}, 1, "e"))
    found = hold_attempt(session, actor.account_id, attempt.public_id)
    upload = Upload("verifications.csv", "csv", b"quoi;comment\nadresse;entier\n")
    place = get_place(session, found.id, _slot(session, attempt, "file"))
    keep_file(session, attempt=found, place=place, upload=upload, sha256="5" * 64)
    return attempt


def _slot(session: Session, attempt: Attempt, kind: str) -> int:
    items = session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt.id))
    return next(item.slot for item in items if item.version.type == kind)


def _mark(session: Session, actor: Callable[[str], Actor]) -> None:
    """Emile's are marked by two; Camille has begun with Fatou's."""
    first, *waiting = _papers(session)
    one, two = actor("camille"), actor("admin")
    for paper in (first, waiting[0]):
        for marker in (one, two):
            taken = _take(session, marker, paper, SAID, COMMENT)
            papers.finish_marking(session, actor=marker, paper=paper, marking=taken)
    _take(session, one, waiting[1], SAID, "")


def _papers(session: Session) -> list[Paper]:
    return list(session.scalars(select(Paper).order_by(Paper.id)))


def _take(session: Session, marker: Actor, paper: Paper, said: dict[str, str], comment: str) -> PaperMarking:
    found = paper_queries.get_paper(session, marker.account_id, paper.public_id)
    taken = papers.claim(session, actor=marker, paper=found)
    levels = {"faits": 2, "ordre": 2}
    save_marking(session, marking=taken, levels=levels, feedback=said, comment=comment)
    return taken


def _practise(session: Session, actor: Actor, quiz: ExamVersion) -> None:
    attempt = starting.start_attempt(session, actor=actor, exam_version=quiz, enrolled=True)
    short = {"text": TEXT.partition("\n")[0]}
    save_answer(session, attempt=attempt, incoming=Incoming(1, short, 1, "e"))


def named(session: Session) -> list[Named]:
    """Each state: who looks, its name, its address."""
    attempts = {
        attempt.account_id: attempt
        for attempt in session.scalars(select(Attempt).join(Exam).where(Exam.slug.in_(_slugs())).order_by(Attempt.id))
    }
    open_one, told, waits, exercises = list(attempts.values())
    papers_ = [paper.public_id for paper in _papers(session)]
    essay, file = (_slot(session, open_one, kind) for kind in ("essay", "file"))
    return [
        ("chloe", "essay-writing", f"/attempts/{open_one.public_id}?question={essay}"),
        ("chloe", "essay-file", f"/attempts/{open_one.public_id}?question={file}"),
        ("fatou", "essay-waiting", f"/attempts/{waits.public_id}/result"),
        ("emile", "essay-result", f"/attempts/{told.public_id}/result"),
        ("ada", "essay-exercise", f"/attempts/{exercises.public_id}?question=1"),
        ("camille", "essay-queue", "/marking/exams"),
        ("camille", "essay-marking", f"/marking/exams/{papers_[2]}"),
        ("camille", "essay-signature", f"/marking/exams/{papers_[2]}/signature"),
        ("camille", "essay-marked", f"/marking/exams/{papers_[0]}"),
    ]


def _slugs() -> tuple[str, ...]:
    return f"{COURSE}-quiz", f"{COURSE}-final"
