"""What is long, for the school that is photographed: long names, long titles, teams of three, queues of many rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import shots_challenges
import shots_essays
import shots_order
from playwright.sync_api import Page
from shots_challenges import closed, joined, marked, opened, worked
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.services import create_account
from app.assessment import appeals, papers, remarkings, starting
from app.assessment.answering import Incoming, save_answer
from app.assessment.challenge_models import ChallengeSession
from app.assessment.challenge_queries import get_challenge
from app.assessment.drafts import QuestionDraft
from app.assessment.leaving import leave_question
from app.assessment.models import Attempt, Exam, ExamVersion
from app.assessment.paper_models import Paper
from app.assessment.paper_queries import get_paper
from app.assessment.remarking_models import Remarking
from app.assessment.remarkings import Wanted
from app.assessment.services import submit_attempt
from app.assessment.sittings import hold_attempt
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.i18n import use_language
from app.foundation.permissions import Role
from app.learning import services as learning
from tests.courses import Small, question, right_payload

MANY = 42
FIRST = (
    "Anne-Catherine", "Bernard-Alexandre", "Marie-Emmanuelle", "Jean-Christophe", "Guillemette-Éléonore",
    "Maximilien-Auguste", "Élisabeth-Joséphine",
)  # fmt: skip
LAST = (
    "de la Rochefoucauld-Montmorency-Lavalette-Str.", "von und zu Hohenzollern-Sigmaringen-Vogel",
    "Nguyễn Phước Bảo Long-Trần Thị Minh Châu", "Ouédraogo-Tiendrébéogo de Ouahigouya-Sud",
    "Papadopoulos-Χατζηκωνσταντίνου",
)  # fmt: skip
TEAM = ("anne", "bernard", "marie")
STAFF = ("gabrielle", "theodore", "ursule")
COURSE = "lettres-longues"
CHALLENGE = "reponses-longues"
ORDER, ESSAYS = "trier-longuement", "verifier-longuement"
SESSIONS = (
    "Promotion de printemps des collectivités de Bourgogne-Franche-Comté, groupe 14 b",
    "Rattrapage pour celles et ceux qui n’ont pu venir au groupe de février, à Nantes",
    "Groupe du soir ouvert aux agents d’accueil des mairies de moins de 2 000 âmes",
    "Groupe pilote de janvier, avec les secrétaires de mairie de la Haute-Garonne",
)
MONTHLY = "Groupe n° {} des agentes et agents d’accueil, en ligne"
LINK = (
    "https://documents.example.org/mairies/2026/propositions/repondre-aux-habitants/version-definitive-relue-deux-fois"
)
GROUNDS = (
    "À la question 1, l’énoncé disait « avant midi » alors que le message reproduit au-dessous dit « avant la fin de "
    "la journée » : j’ai répondu à l’énoncé, et la correction suit le message.",
    "La page ne répondait plus, je l’ai signalé aussitôt, et ma réponse n’a pas été gardée.",
)
WHY = (
    "L’énoncé et le message ne disent pas la même chose : la réponse donnée est juste pour qui lit l’énoncé, fausse "
    "pour qui lit le message. Les deux lectures se défendent, la moitié des points est due."
)
SHARED = "Chaque modèle de lettre dit ce qu’il ne sait pas, et à qui demander quand la question sort de l’ordinaire."
TITLES = {
    COURSE: (
        "Répondre par écrit aux habitants d’une commune quand les lettres arrivent plus vite que les réponses",
        "Answering in writing to the people of a small town when letters come faster than anybody can reply",
    ),
    CHALLENGE: (
        "Soixante lettres par semaine et deux personnes pour répondre : proposez une façon de faire qui tienne",
        "Sixty letters a week and two people to answer them: propose a way of working that will last the year",
    ),
    ORDER: (
        "Trier les messages d’une boîte commune avant de répondre à qui que ce soit, même quand tout presse",
        "Sorting the messages of a shared inbox before answering anybody at all, even when everything is urgent",
    ),
    ESSAYS: (
        "Vérifier qui demande, combien et pourquoi avant de payer une facture arrivée par courrier électronique",
        "Checking who is asking, how much and why, before paying an invoice that came by electronic mail one day",
    ),
}
PROMISE = (
    "En quatre heures, proposez une façon de répondre que la mairie pourrait prendre demain, avec ce qu’elle coûte en "
    "temps de relecture et ce qu’elle ne saura jamais faire à la place de quelqu’un.",
    "In four hours, propose a way of answering that the town hall could take up tomorrow, with what it costs in time "
    "for reading over and what it will never be able to do in the place of a person.",
)
STEM = (
    "Un message reproduit ci-dessous presse un agent de payer avant midi, depuis une adresse qui ressemble à celle du "
    "fournisseur habituel. Que regardez-vous avant tout le reste ?",
    "The message below presses an agent to pay before noon, from an address that looks like that of the usual "
    "supplier. What do you look at before anything else?",
)
OPTIONS = (
    ("L’adresse entière de qui écrit, lettre par lettre, et le numéro de compte sur la dernière facture payée",
     "The whole address of the writer, letter by letter, and the account number on the last invoice paid"),
    ("L’heure d’arrivée du message, parce qu’un fournisseur sérieux n’écrit jamais pendant la pause de midi",
     "The hour at which the message came, because a serious supplier never writes during the lunch break"),
)  # fmt: skip
BEGUN = f"{GROUNDS[0].partition(' correction')[0]}…"  # as the queue of appeals shows it
WRITTEN = (*SESSIONS, MONTHLY.format("…"), LINK, *GROUNDS, BEGUN, WHY, SHARED)
People = Callable[[str], Actor]
Named = tuple[str, str, str] | tuple[str, str, str, Callable[[Page], None]]


def _texts(pair: tuple[str, str]) -> dict[str, str]:
    return {"fr": pair[0], "en": pair[1]}


def names() -> list[str]:
    """Names of sixty signs or so: every first name with every last one, then with an ordinal."""
    whole = [f"{first} {last}" for first in FIRST for last in LAST]
    return [*whole, *(f"{one[:56]} II" for one in whole)]


def add_states(session: Session, actor: People) -> None:
    """Many people with long names: challenged, waiting for results, appealing, written texts waiting to be marked."""
    given = iter(names())
    for key in TEAM:
        _person(session, key, next(given), Role.LEARNER)
    for key in STAFF:
        _person(session, key, next(given), Role.INSTRUCTOR)
    crowd = [f"long-{number}" for number in range(MANY)]
    for key in crowd:
        _person(session, key, next(given), Role.LEARNER)
    with use_language("fr"):
        _challenge(session, actor, crowd)
        _appeal(session, actor, crowd)
        _hold_back(session, actor, crowd)
        _write(session, actor, crowd)


def _person(session: Session, key: str, name: str, role: Role) -> None:
    camille = session.scalars(select(Account).where(Account.email == "camille@example.org")).one()
    create_account(
        session, actor=SYSTEM, name=name, email=f"{key}@example.org", role=role, language="fr",
        password_hash=camille.password_hash,
    )  # fmt: skip


# Challenges


def _challenge(session: Session, actor: People, crowd: Sequence[str]) -> None:
    """A team of three in a session that runs and in one that is decided, another that waits; 42 works to mark."""
    plain = shots_challenges.draft()
    body = {**plain.project.body, "id": CHALLENGE}
    project = replace(plain.project, slug=CHALLENGE, title=_texts(TITLES[CHALLENGE]), body=body)
    draft = replace(plain, project=project, promise=_texts(PROMISE))
    asked = [_asked("longue-lettre"), question("numeric", "longue-part"), question("text", "longue-personne")]
    version = _published(session, COURSE, asked, challenge=draft)
    _enrol(session, actor, version, [*TEAM, *crowd])
    found, now = get_challenge(session, COURSE, CHALLENGE), clock.now()
    starts = (now - timedelta(days=40), now - timedelta(days=12), now - shots_challenges.TODAY, now + timedelta(days=4))
    decided, to_mark, running, coming = (
        opened(session, actor, found, title, moment) for title, moment in zip(SESSIONS, starts, strict=True)
    )
    for number in range(MANY):
        opened(session, actor, found, MONTHLY.format(number + 1), now + timedelta(days=5 + number))
    for opening, keys in ((decided, TEAM), *((to_mark, (key,)) for key in crowd)):
        _take_part(session, actor, opening, keys)
        closed(session, actor(keys[0]), opening)
    _take_part(session, actor, running, TEAM)
    joined(session, actor, coming, tuple(crowd[:2]))
    marked(session, actor("camille"), actor("anne"), decided, sign=True)
    for key, marker in zip(crowd[::4], STAFF * 4, strict=False):
        marked(session, actor(marker), actor(key), to_mark, sign=False)


def _take_part(session: Session, actor: People, opening: ChallengeSession, keys: Sequence[str]) -> None:
    joined(session, actor, opening, tuple(keys))
    worked(session, actor(keys[0]), opening, LINK)


# Exams


def _asked(slug: str) -> QuestionDraft:
    right, wrong = (_texts(pair) for pair in OPTIONS)
    options = [{"id": "a", "text": right, "correct": True}, {"id": "b", "text": wrong}]
    return question("single", slug, stem=_texts(STEM), options=options)


def _published(session: Session, slug: str, asked: Sequence[QuestionDraft], **changes: Any) -> CourseVersion:
    """A course with a long title whose exam has one too."""
    rows = [{"domain": "alpha", "level": 1, "type": one.type, "count": 1, "points": "2"} for one in asked]
    version = Small(
        slug=slug, title=_texts(TITLES[slug]), skill="data-checking", exam_questions=list(asked), blueprint=rows,
        **changes,
    ).publish(session)  # fmt: skip
    french, english = TITLES[slug]
    _exam(session, slug).title = _texts((f"{french} : examen", f"{english}: exam"))
    return version


def _enrol(session: Session, actor: People, version: CourseVersion, keys: Sequence[str]) -> None:
    for key in keys:
        learning.enrol(session, actor=actor(key), version=version)


def _exam(session: Session, slug: str) -> ExamVersion:
    return session.scalars(select(ExamVersion).join(Exam).where(Exam.slug == f"{slug}-final")).one()


def _start(session: Session, actor: Actor, slug: str) -> Attempt:
    return starting.start_attempt(session, actor=actor, exam_version=_exam(session, slug), enrolled=True)


def _sit(session: Session, actor: Actor, slug: str, right: int, *, in_order: bool = False) -> Attempt:
    """An attempt whose first answers are right, handed in."""
    attempt = _start(session, actor, slug)
    for item in attempt.items[:right]:
        save_answer(session, attempt=attempt, incoming=Incoming(item.slot, right_payload(item), 1, f"l{item.slot}"))
        if in_order and item.slot < len(attempt.items):
            held = hold_attempt(session, actor.account_id, attempt.public_id)
            leave_question(session, actor=actor, attempt=held, slot=item.slot)
            session.refresh(attempt)
    submit_attempt(session, actor=actor, attempt=attempt)
    return attempt


def _appeal(session: Session, actor: People, crowd: Sequence[str]) -> None:
    """Everybody has contested a result; Anne's has a mark proposed, Bernard's was answered with one."""
    head, second = actor(STAFF[0]), actor(STAFF[1])
    for place, key in enumerate((*TEAM[:2], *crowd)):
        attempt = _sit(session, actor(key), COURSE, place % 3)
        made = appeals.file_appeal(session, actor=actor(key), attempt=attempt, grounds=GROUNDS[place % 2])
        if place % 3 == 2:
            appeals.take(session, actor=head, appeal=made)
        if place < 2:
            appeals.take(session, actor=head, appeal=made)
            points = remarkings.choices_of(session, attempt)[-1].item
            wanted = Wanted((), {points.slot: (points.points / 2, WHY)})
            proposed = remarkings.propose(session, actor=head, appeal=made, wanted=wanted)
            if place:
                remarkings.approve(session, actor=second, remarking=proposed, upheld=True, words=WHY)


def _hold_back(session: Session, actor: People, crowd: Sequence[str]) -> None:
    """An exam in order whose results wait for staff; Anne sits it."""
    asked = [_asked("tri-long-un"), question("numeric", "tri-long-deux"), question("text", "tri-long-trois")]
    version = _published(session, ORDER, asked, exam_settings=shots_order.SETTINGS)
    _enrol(session, actor, version, [*TEAM, *crowd])
    _start(session, actor("anne"), ORDER)
    for place, key in enumerate(("bernard", *crowd)):
        _sit(session, actor(key), ORDER, place % 4, in_order=True)


def _write(session: Session, actor: People, crowd: Sequence[str]) -> None:
    """Texts to mark, some of them taken."""
    essay = question("essay", "longue-verification", rubric=shots_essays.RUBRIC, stem=shots_essays.STEM, max_words=60)
    version = _published(session, ESSAYS, [essay])
    _enrol(session, actor, version, crowd)
    for key in crowd:
        attempt = _start(session, actor(key), ESSAYS)
        incoming = Incoming(1, {"text": shots_essays.TEXT}, 1, "l")
        save_answer(session, attempt=attempt, incoming=incoming)
        submit_attempt(session, actor=actor(key), attempt=attempt)
    waiting = select(Paper).join(Attempt).where(Attempt.exam_id == _exam(session, ESSAYS).exam_id).order_by(Paper.id)
    for paper in session.scalars(waiting).all()[::3]:
        for marker in STAFF[:2]:
            taker = actor(marker)
            papers.claim(session, actor=taker, paper=get_paper(session, taker.account_id, paper.public_id))


# What is typed, and refused


def _sent(page: Page, form: str) -> None:
    with page.expect_navigation():
        page.locator(form).locator("button[type=submit]").first.click()


def _open_badly(page: Page) -> None:
    page.locator("#title").fill(SESSIONS[0])
    page.locator("#day").evaluate("field => { field.type = 'text'; field.value = 'lundi prochain'; }")
    page.locator("#hour").evaluate("field => { field.type = 'text'; field.value = 'vers midi'; }")
    _sent(page, "main form[method=post]")


def _join_badly(page: Page) -> None:
    page.locator("main details.more summary").first.click()
    page.locator("main details.more input[type=text]").first.fill("ABCD-1234")
    _sent(page, "main details.more[open] form")


def _save_after_another(page: Page) -> None:
    form = "main form:has([name=link])"
    page.locator(form).locator("[name=seen]").evaluate("field => { field.value = 'another'; }")
    page.locator(form).locator("[name=note]").fill(SHARED)
    _sent(page, form)


def _place_after_another(page: Page) -> None:
    form = "main section[aria-labelledby=self] form"
    page.locator(form).locator("[name=seen]").evaluate("field => { field.value = 'another'; }")
    for line in page.locator(form).locator("fieldset").all():
        line.locator("input[type=radio]").first.check()
    _sent(page, form)


def _release_another(page: Page) -> None:
    page.locator("[name=seen]").evaluate("field => { field.value = 'another'; }")
    _sent(page, "main form[method=post]")


def _propose_badly(page: Page) -> None:
    page.locator("main details.more").first.locator("summary").click()
    page.locator("[name^=points]").first.fill("beaucoup")
    page.locator("[name^=reason]").first.fill(WHY)
    _sent(page, "main form.stack")


def _approve_badly(page: Page) -> None:
    page.locator("[name=answer]").fill(WHY)
    _sent(page, "main form.stack")


def named(session: Session) -> list[Named]:
    """(person, name, path, what is done there) of each page to photograph."""
    ids = dict(session.execute(select(ChallengeSession.title, ChallengeSession.public_id)).fetchall())
    decided, to_mark, running, coming = (ids[title] for title in SESSIONS)
    page, opening = f"/courses/{COURSE}/challenges/{CHALLENGE}", f"/marking/challenges/of/{COURSE}/{CHALLENGE}"
    return [
        ("anne", "challenge-long-course", f"/courses/{COURSE}"),
        ("anne", "challenge-long-page", page),
        ("long-5", "challenge-long-code-refused", page, _join_badly),
        ("anne", "challenge-long-running", f"/challenges/{running}"),
        ("anne", "challenge-long-both-notes", f"/challenges/{running}", _save_after_another),
        ("anne", "challenge-long-both-views", f"/challenges/{running}", _place_after_another),
        ("anne", "challenge-long-decided", f"/challenges/{decided}"),
        ("long-0", "challenge-long-coming", f"/challenges/{coming}"),
        ("camille", "challenge-long-opening-refused", opening, _open_badly),
        ("camille", "challenge-long-session-coming", f"/marking/challenges/{coming}"),
        ("camille", "challenge-long-session-to-mark", f"/marking/challenges/{to_mark}"),
        *_named_exams(session),
    ]


def _named_exams(session: Session) -> list[Named]:
    order, course = _exam(session, ORDER), _exam(session, COURSE)
    attempts = session.scalars(select(Attempt).where(Attempt.exam_id == order.exam_id).order_by(Attempt.id)).all()
    sitting, waiting = (one.public_id for one in attempts[:2])
    results = f"/studio/exams/{order.exam.public_id}/results/1"
    remarked = select(Remarking).join(Remarking.appeal).join(Attempt).where(Attempt.exam_id == course.exam_id)
    waits, done = session.scalars(remarked.order_by(Remarking.id)).all()
    appeal = f"/studio/appeals/{waits.appeal.public_id}"
    plain = next(
        row.public_id for row, _account in appeals.queue(session, closed=False)
        if row.state == "in_review" and row.id != waits.appeal_id and row.attempt.exam_id == course.exam_id
    )  # fmt: skip
    return [
        ("marie", "order-long-exam", f"/exams/{order.exam.public_id}"),
        ("anne", "order-long-question", f"/attempts/{sitting}"),
        ("anne", "order-long-departure", f"/attempts/{sitting}/questions/1/departure"),
        ("anne", "order-long-review", f"/attempts/{sitting}/review"),
        ("bernard", "result-long-held", f"/attempts/{waiting}/result"),
        ("camille", "results-long-release", results),
        ("camille", "results-long-release-refused", results, _release_another),
        (STAFF[0], "remarking-long-form-refused", f"/studio/appeals/{plain}/marking-again", _propose_badly),
        (STAFF[0], "remarking-long-appeal", appeal),
        (STAFF[0], "remarking-long-proposed", f"/studio/remarkings/{waits.public_id}"),
        (STAFF[1], "remarking-long-approval-refused", f"/studio/remarkings/{waits.public_id}", _approve_badly),
        (STAFF[0], "remarking-long-approved", f"/studio/remarkings/{done.public_id}"),
        ("bernard", "remarking-long-result", f"/attempts/{done.appeal.attempt.public_id}/result"),
        ("camille", "figures-long-exam", f"/studio/exams/{course.exam.public_id}/1"),
    ]
