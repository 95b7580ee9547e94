"""Projects in every state, for the school that is photographed: written, handed in, marked, accepted, shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import marking, projects
from app.assessment.drafts import ProjectDraft
from app.assessment.project_models import Marking, Portfolio, Submission
from app.assessment.project_queries import Workplace, get_submission_to_mark, get_workplace
from app.assessment.uploads import Upload
from app.foundation.actor import Actor
from app.learning import services as learning
from tests.courses import Small

COURSE, SLUG = "petit-cours", "une-tache"
PATH = f"/projects/{COURSE}/{SLUG}"
GOOD = {"demande": 2, "preuves": 3, "donnees": 3, "clarte": 2}
WEAK = {"demande": 2, "preuves": 0, "donnees": 1, "clarte": 2}
NOTE = "Les trois demandes sont dans le PDF, dans l’ordre. Je doute de la deuxième."
COMMENT = (
    "Vos trois demandes se comparent bien, et la dernière est nette.\n\n"
    "Il manque les preuves : dites, pour chaque réponse, ce que vous avez vérifié et où."
)
SAID = {
    "demande": "La troisième dit le public et la longueur : c’est elle qui change tout.",
    "preuves": "Le tableau des vérifications est vide. Une ligne par affirmation suffit.",
}
SHOWN = "J’ai réécrit les courriers d’un atelier de vélos, en comparant trois façons de demander."
# What people wrote, which stays in their language.
WRITTEN = (NOTE, *COMMENT.split("\n\n"), *SAID.values(), SHOWN)


def _texts(french: str, english: str) -> dict[str, str]:
    return {"fr": french, "en": english}


def _line(key: str, weight: int, title: dict[str, str], *levels: dict[str, str]) -> dict[str, object]:
    points = [{"points": number, "text": text} for number, text in enumerate(levels)]
    return {"id": key, "weight": weight, "title": title, "levels": points}


RUBRIC = [
    _line(
        "demande", 2, _texts("La demande", "The request"),
        _texts("Absente, ou recopiée", "Missing, or copied"),
        _texts("Une seule demande", "A single request"),
        _texts("Trois demandes comparées", "Three requests compared"),
        _texts("Trois demandes, et pourquoi la dernière vaut mieux", "Three requests, and why the last is better"),
    ),
    _line(
        "preuves", 3, _texts("Les preuves des vérifications", "Evidence of checks"),
        _texts("Aucune", "None"),
        _texts("Quelques-unes, sans source", "Some, without a source"),
        _texts("La plupart, avec leur source", "Most, with their source"),
        _texts("Toutes, avec source et date", "All, with source and date"),
    ),
    _line(
        "donnees", 2, _texts("La protection des données", "Data protection"),
        _texts("Des données de personnes sont visibles", "Data of people can be seen"),
        _texts("Elles sont masquées à la main", "They are masked by hand"),
        _texts("Rien de personnel n’a été envoyé", "Nothing personal was sent"),
        _texts("Rien n’a été envoyé, et le choix est expliqué", "Nothing was sent, and the choice is explained"),
    ),
    _line(
        "clarte", 1, _texts("La clarté", "Clarity"),
        _texts("On ne comprend pas", "It cannot be followed"),
        _texts("On comprend en relisant", "It takes a second reading"),
        _texts("On comprend du premier coup", "It is clear at once"),
    ),
]  # fmt: skip
BODY = {
    "rubric": RUBRIC,
    "pass": {"threshold": 0.6, "no_zero": ["preuves", "donnees"]},
    "deliverables": [
        _texts("un PDF avec les trois demandes et les réponses ;", "a PDF with the three requests and the answers;"),
        _texts("une note de 150 mots.", "a note of 150 words."),
    ],
}
BRIEF = _texts(
    "<p>Choisissez une tâche que vous faites vraiment. Écrivez <strong>trois demandes</strong> à un assistant, "
    "gardez les réponses, et vérifiez chaque affirmation.</p>",
    "<p>Choose a task that you really do. Write <strong>three requests</strong> to an assistant, keep the answers, "
    "and check every statement.</p>",
)


def add_projects(session: Session, actor: Callable[[str], Actor]) -> None:
    """A course with a project, and people at every step of it."""
    title = _texts("Une tâche, avant et après", "A task, before and after")
    draft = ProjectDraft(SLUG, title, BRIEF, BODY, markers=1)
    courses = _texts("Écrire à une machine", "Writing to a machine")
    version = Small(slug=COURSE, title=courses, project=draft, skill="prompt-writing").publish(session)
    for name in ("ada", "blaise", "chloe", "emile", "fatou"):
        learning.enrol(session, actor=actor(name), version=version)
    for name in ("ada", "blaise", "chloe", "emile"):
        _write(session, actor(name))
    for name in ("ada", "blaise", "emile"):
        _hand_in(session, actor(name))
    _mark(session, actor("camille"), actor("ada"), GOOD)
    _mark(session, actor("camille"), actor("blaise"), WEAK)
    accepted = _submission(session, actor("ada"))
    projects.show_project(
        session, actor=actor("ada"), submission=accepted, presentation=SHOWN, link="https://ada.example", shown=True
    )
    taken = _claim(session, actor("camille"), actor("emile"))
    marking.save_marking(session, marking=taken, levels=WEAK, feedback=SAID, comment=COMMENT)
    _write(session, actor("fatou"))
    _hand_in(session, actor("fatou"))


def _write(session: Session, actor: Actor) -> None:
    def place() -> Workplace:
        return get_workplace(session, actor.account_id, COURSE, SLUG)

    projects.assess_oneself(session, actor=actor, place=place(), levels=GOOD)
    projects.save_words(session, actor=actor, place=place(), note=NOTE, link="https://example.org/trois-demandes")
    upload = Upload("trois demandes.pdf", "pdf", b"%PDF-" + b" " * 200_000)
    projects.add_file(session, actor=actor, place=place(), upload=upload, sha256="0" * 64)


def _submission(session: Session, actor: Actor) -> Submission:
    return session.scalars(select(Submission).where(Submission.account_id == actor.account_id)).one()


def _hand_in(session: Session, actor: Actor) -> None:
    projects.hand_in(session, actor=actor, place=get_workplace(session, actor.account_id, COURSE, SLUG))


def _claim(session: Session, marker: Actor, author: Actor) -> Marking:
    found = get_submission_to_mark(session, marker.account_id, _submission(session, author).public_id)
    return marking.claim(session, actor=marker, submission=found)


def _mark(session: Session, marker: Actor, author: Actor, levels: Mapping[str, int]) -> None:
    taken = _claim(session, marker, author)
    marking.save_marking(session, marking=taken, levels=levels, feedback=SAID, comment=COMMENT)
    marking.finish_marking(session, actor=marker, submission=_submission(session, author), marking=taken)


def named(session: Session) -> list[tuple[str, str, str]]:
    """(person, name, path) of each page to photograph."""

    def of(name: str) -> str:
        wanted = select(Submission.public_id).join(Account, Account.id == Submission.account_id)
        return session.scalars(wanted.where(Account.email == f"{name}@example.org")).one()

    address = session.scalars(select(Portfolio.public_id)).one()
    return [
        ("chloe", "project-written", PATH),
        ("chloe", "project-hand-in", f"{PATH}/hand-in"),
        ("fatou", "project-handed-in", PATH),
        ("blaise", "project-changes", PATH),
        ("ada", "project-accepted", PATH),
        ("ada", "portfolio-entry", f"/portfolio/{of('ada')}"),
        ("visitor", "portfolio-public", f"/portfolios/{address}"),
        ("camille", "marking-one", f"/marking/{of('emile')}"),
        ("camille", "marking-signature", f"/marking/{of('emile')}/signature"),
        ("camille", "marking-done", f"/marking/{of('ada')}"),
        ("chloe", "project-course", f"/learn/{COURSE}"),
    ]
