"""The school that is photographed: the demo school, and one example of every state that its pages can be in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import shots_appeals
import shots_challenges
import shots_essays
import shots_exams
import shots_figures
import shots_long
import shots_order
import shots_projects
import shots_studio
import shots_verification
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import answering, queries, starting
from app.assessment.models import Attempt, Exam, ExamVersion
from app.catalog.queries import get_current_version
from app.certification.models import BulkTask, Certificate
from app.certification.queries import certificates_of
from app.certification.services import correct_name, renew_certificate, revoke_certificate, suspend_certificate
from app.config import read_settings
from app.extensions import db
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.i18n import use_language
from app.foundation.identifiers import new_public_id
from app.foundation.permissions import Permission, Role
from app.jobs import applications
from app.jobs import services as jobs
from app.jobs.drafts import OfferDraft, RequirementDraft
from app.jobs.models import Application, Offer
from app.learning import services as learning
from app.matching import services as matching
from app.matching.queries import match_of
from app.web.access import PUBLIC, SIGNED_IN, rule_of
from app.wiring import demo
from app.wiring.application import create_app
from app.wiring.tasks import run_sweeps

VISITOR = "visitor"
LEARNERS = ("ada", "blaise")  # one far on the way, one new
HOLDERS = {
    Permission.AUTHOR_COURSES: "camille", Permission.MARK_WORK: "camille", Permission.PUBLISH_OFFERS: "dora",
}  # fmt: skip
# What people of the school wrote: it stays in their language.
LETTERS = (
    *shots_exams.GROUNDS,
    "Le journal montre la fin à l’heure dite.",
    "Voici ce que j’ai prouvé. Je suis libre dès le mois prochain.",
    "Votre parcours nous intéresse : parlons-en.",
    *shots_projects.WRITTEN,
    *shots_challenges.WRITTEN,
    *shots_essays.WRITTEN,
    *shots_appeals.WRITTEN,
    *shots_long.WRITTEN,
    *shots_long.names(),
)
# Answers for machines, and files.
NOT_PAGES = re.compile(r"^/(api|static|fonts|credentials|\.well-known)/|^/(healthz|readyz|metrics)$|\.(pdf|html)$")


@dataclass(frozen=True)
class Shot:
    """A page as one person sees it; `act` leads from the address to the state to photograph."""

    person: str
    name: str
    path: str
    act: Callable[[Page], None] | None = None


def prepare(environ: dict[str, str]) -> list[Shot]:
    """Fill the migrated, empty database of these settings; returns every page to photograph."""
    app = create_app(read_settings(environ), testing=True)
    with app.app_context():
        demo.load(db.session, today=clock.now().date())
        _add_states(db.session)
        shots_verification.add_certificates(db.session)
        shots_exams.add_states(db.session)
        shots_figures.add_cohort(db.session)
        shots_projects.add_projects(db.session, lambda name: _actor(db.session, name))
        shots_challenges.add_challenges(db.session, lambda name: _actor(db.session, name))
        shots_essays.add_exam(db.session, lambda name: _actor(db.session, name))
        shots_appeals.add_states(db.session)
        shots_order.add_exam(db.session, lambda name: _actor(db.session, name))
        shots_long.add_states(db.session, lambda name: _actor(db.session, name))
        shots_studio.add_cohorts(db.session)
        db.session.commit()
        counter = [Shot(VISITOR, *named) for named in shots_verification.named(db.session)]
        counter += [Shot(*named) for named in shots_exams.named(db.session)]
        studio = [Shot("camille", *named) for part in (shots_figures, shots_studio) for named in part.named(db.session)]
        shots = [*_plain_pages(app), *_examples(db.session), *_answers(), *counter, *studio]
        shots += [
            Shot(*one)
            for part in (shots_projects, shots_challenges, shots_essays, shots_appeals, shots_order, shots_long)
            for one in part.named(db.session)
        ]
        db.session.rollback()
        db.session.close()
        run_sweeps(app)
        shots_verification.leave_unsigned(db.session)
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return shots


def _add_states(session: Session) -> None:
    """What the demo school leaves out: things half done, sent, taken back."""
    version = get_current_version(session, demo.COURSE)
    exams = queries.exam_versions_of(session, version.id)
    first_quiz, exam = (next(one for one in exams if one.exam.kind == kind) for kind in ("practice", "certification"))
    learning.enrol(session, actor=_actor(session, "henri"), version=version)
    _sit_partly(session, _actor(session, "henri"), exam)
    _sit_partly(session, _actor(session, "chloe"), first_quiz)
    ada, dora, fatou = (_actor(session, name) for name in ("ada", "dora", "fatou"))
    offer = session.scalars(select(Offer).order_by(Offer.id)).first()
    own = session.scalars(select(Certificate).where(Certificate.account_id == ada.account_id)).one()
    if offer is None:
        raise LookupError("the demo school has no offer")
    with use_language("fr"):
        score = match_of(session, offer, ada.account_id).match.score
        applications.apply_to_offer(
            session, actor=ada, offer=offer, message=LETTERS[0], certificates=[own.public_id], score=score
        )
        matching.invite(session, actor=dora, offer=offer, account_id=fatou.account_id, message=LETTERS[1])
        jobs.create_offer(session, actor=dora, draft=_draft())
    grace = _actor(session, "grace")
    taken = session.scalars(select(Certificate).where(Certificate.account_id == grace.account_id)).one()
    revoke_certificate(session, actor=SYSTEM, certificate=taken, reason="issued-in-error")
    _live_through(session)


def _live_through(session: Session) -> None:
    """Fatou's certificate corrected, then renewed long ago so that it ends soon; Camille's suspended; tasks in bulk."""
    version = get_current_version(session, demo.COURSE)
    (first,) = certificates_of(session, _actor(session, "fatou").account_id)
    months = first.achievement.validity_months or 12
    with clock.frozen(clock.months_after(clock.now(), -months) + timedelta(days=20)):
        second = correct_name(session, actor=SYSTEM, certificate=first, name="Fatou Diarra-Sow")
        renew_certificate(session, actor=SYSTEM, certificate=second)
    camille, studied = _actor(session, "camille"), demo.Person("camille", "", Role.LEARNER, wrong=0)
    with use_language("fr"):
        demo.study(session, camille, studied, version)
    (held,) = certificates_of(session, camille.account_id)
    suspend_certificate(session, actor=_actor(session, "admin"), certificate=held, reason="identity-check")
    attempts = list(session.scalars(select(Attempt.id).limit(3)))
    session.add(BulkTask(
        public_id=new_public_id(), course_slug=demo.COURSE, attempts=attempts * 40, position=50, issued=49, waiting=0,
        refused=1, created_at=clock.now(),
    ))  # fmt: skip


def _actor(session: Session, key: str) -> Actor:
    return session.scalars(select(Account).where(Account.email == f"{key}@example.org")).one().actor()


def _sit_partly(session: Session, actor: Actor, exam: ExamVersion) -> None:
    """Three questions answered, one of them marked."""
    started = starting.start_attempt(session, actor=actor, exam_version=exam, enrolled=True, pledged=True)
    attempt = queries.get_attempt(session, actor.account_id, started.public_id)
    for item in attempt.items[:3]:
        payload = demo.answer_of(item, right=item.slot != 2, language="fr")
        incoming = answering.Incoming(slot=item.slot, payload=payload, rev=1, idempotency_key=f"shots-{item.slot}")
        answering.save_answer(session, attempt=attempt, incoming=incoming)
    answering.flag_question(session, attempt_id=attempt.id, slot=2, flagged=True)


def _draft() -> OfferDraft:
    """An offer with words that the linter reads twice."""
    return OfferDraft(
        title="Jeune ninja de la donnée",
        description="Vous rejoignez une équipe jeune et dynamique. Vous tenez les tableaux de suivi.",
        language="fr",
        contract="internship",
        place="Nantes",
        remote="hybrid",
        pay_min=None,
        pay_max=None,
        closes_on=clock.now().date() + timedelta(days=30),
        requirements=(RequirementDraft("ai-literacy", 1, True),),
    )


def _plain_pages(app: Flask) -> list[Shot]:
    """Every page whose address says everything, as those who may open it."""
    shots = []
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()) or NOT_PAGES.search(rule.rule):
            continue
        people = (VISITOR, *LEARNERS) if rule.rule in ("/", "/courses") else _people(rule_of(app, rule.endpoint))
        shots += [Shot(person, _name(rule.rule), rule.rule) for person in people]
    return sorted(shots, key=lambda shot: (shot.name, shot.person))


def _people(access: str | None) -> tuple[str, ...]:
    """Who shows a page of this rule of access."""
    if access == PUBLIC:
        return (VISITOR,)
    return LEARNERS if access == SIGNED_IN or access is None else (HOLDERS.get(Permission(access), "admin"),)


def _name(path: str) -> str:
    return re.sub(r"\W+", "-", path).strip("-") or "home"


def _examples(session: Session) -> list[Shot]:
    """Pages of one thing, by real ids."""
    course = f"/courses/{demo.COURSE}"
    learn = f"/learn/{demo.COURSE}"
    version = get_current_version(session, demo.COURSE)
    items = [item for module in version.modules for item in module.items]
    lesson, quiz = items[0].slug, next(item.slug for item in items if item.kind == "quiz")
    lessons = [item.slug for item in items if item.kind == "lesson"]
    certifying = select(Exam.public_id).where(Exam.kind == "certification").order_by(Exam.id)
    exam = session.scalars(certifying.limit(1)).one()
    shots = [
        *(Shot(person, "course", course) for person in (VISITOR, "ada", "blaise")),
        *(Shot(person, "course-home", learn) for person in ("ada", "chloe", "emile", "grace", "henri")),
        *(Shot(person, "lesson", f"{learn}/{lesson}") for person in (VISITOR, "chloe")),
        *(Shot("ada", f"lesson-{number}", f"{learn}/{slug}") for number, slug in enumerate(lessons[1:], start=2)),
        Shot("chloe", "lesson-locked", f"{learn}/{lessons[-1]}"),
        *(Shot(person, "quiz", f"{learn}/{quiz}") for person in ("ada", "chloe")),
        *(Shot(person, "exam", f"/exams/{exam}") for person in ("ada", "chloe", "emile", "grace", "henri")),
        Shot("grace", "home-revoked", "/"),
    ]
    return [*shots, *_attempts(session), *_certificates(session), *_hiring(session)]


def _exam_script(words: str) -> Callable[[Page], None]:
    """Shows what the script of an exam shows when it must: its banner, its dialog, its choice between two answers."""

    def act(page: Page) -> None:
        page.locator("#exam:not([hidden])").wait_for()
        page.evaluate(
            "() => { const dialog = document.getElementById('sign-in-again');"
            "const offline = document.getElementById('offline');"
            "const question = document.querySelector('form[data-slot]:not([hidden]) fieldset');"
            "const choice = document.getElementById('conflict').content.firstElementChild.cloneNode(true);"
            "offline.querySelector('[data-since]').textContent = '14:33';"
            "for (const place of choice.querySelectorAll('dd')) place.textContent = 'Ada';"
            f"{words}; }}"
        )

    return act


def _attempts(session: Session) -> list[Shot]:
    def newest(person: str, kind: str) -> str:
        wanted = select(Attempt.public_id).join(Exam, Exam.id == Attempt.exam_id).where(Exam.kind == kind)
        owned = wanted.where(Attempt.account_id == _actor(session, person).account_id)
        return session.scalars(owned.order_by(Attempt.id.desc())).first() or ""

    sitting, practising = newest("henri", "certification"), newest("chloe", "practice")
    return [
        Shot("henri", "attempt", f"/attempts/{sitting}"),
        Shot("henri", "attempt-answered", f"/attempts/{sitting}?question=2"),
        Shot("henri", "attempt-review", f"/attempts/{sitting}/review"),
        Shot("henri", "attempt-plain", f"/attempts/{sitting}?question=2&plain=y"),
        Shot("henri", "attempt-offline", f"/attempts/{sitting}", _exam_script("offline.hidden = false")),
        Shot("henri", "attempt-signed-out", f"/attempts/{sitting}", _exam_script("dialog.showModal()")),
        Shot("henri", "attempt-two-answers", f"/attempts/{sitting}", _exam_script("question.append(choice)")),
        Shot("chloe", "practice", f"/attempts/{practising}"),
        Shot("chloe", "practice-right", f"/attempts/{practising}?question=1"),
        Shot("chloe", "practice-wrong", f"/attempts/{practising}?question=2"),
        Shot("ada", "practice-result", f"/attempts/{newest('ada', 'practice')}/result"),
        Shot("ada", "result-passed", f"/attempts/{newest('ada', 'certification')}/result"),
        Shot("grace", "result-annulled", f"/attempts/{newest('grace', 'certification')}/result"),
        Shot("emile", "result-failed", f"/attempts/{newest('emile', 'certification')}/result"),
    ]


def _certificates(session: Session) -> list[Shot]:
    def of(person: str) -> Certificate:
        account_id = _actor(session, person).account_id
        return session.scalars(select(Certificate).where(Certificate.account_id == account_id)).one()

    valid, revoked, suspended = of("ada"), of("grace"), of("camille")
    *_older, ending = reversed(certificates_of(session, _actor(session, "fatou").account_id))
    task = session.scalars(select(BulkTask.public_id)).one()
    register = "/admin/certificates"
    unknown = "0" * len(valid.public_id)
    return [
        Shot("grace", "certificates-revoked", "/certificates"),
        Shot(VISITOR, "verify-valid", f"/verify/{valid.public_id}"),
        Shot(VISITOR, "verify-named", f"/verify/{valid.public_id}?k={valid.reveal_key}"),
        Shot(VISITOR, "verify-revoked", f"/verify/{revoked.public_id}"),
        Shot(VISITOR, "verify-unknown", f"/verify/{unknown}"),
        Shot("ada", "certificates-share", f"/certificates/{valid.public_id}/share"),
        Shot("fatou", "certificates-ending", "/certificates"),
        Shot("fatou", "certificates-share-ending", f"/certificates/{ending.public_id}/share"),
        Shot("camille", "certificates-suspended", "/certificates"),
        Shot("camille", "certificates-share-suspended", f"/certificates/{suspended.public_id}/share"),
        Shot("admin", "register-suspended", f"{register}/{suspended.public_id}"),
        Shot("admin", "register-renewed", f"{register}/{ending.public_id}"),
        Shot("admin", "register-suspension", f"{register}/{valid.public_id}/suspension"),
        Shot("admin", "register-correction", f"{register}/{valid.public_id}/correction", _send_empty),
        Shot("admin", "register-refused", f"{register}/{revoked.public_id}/renewal"),
        Shot("admin", "register-by-state", f"{register}?status=superseded"),
        Shot("admin", "bulk-plan", f"{register}/bulk", _plan_in_bulk),
        Shot("admin", "bulk-task", f"{register}/bulk/{task}"),
        Shot("admin", "designs-course", f"/admin/designs/courses/{demo.COURSE}"),
        Shot("admin", "designs-errors", "/admin/designs/site", _send_text_logo),
        Shot("admin", "register-certificate", f"/admin/certificates/{valid.public_id}"),
        Shot("admin", "register-revoked", f"/admin/certificates/{revoked.public_id}"),
    ]


def _hiring(session: Session) -> list[Shot]:
    offers = session.scalars(select(Offer).order_by(Offer.id)).all()
    near, far, draft = offers[0], offers[6], offers[-1]
    application = session.scalars(select(Application)).one()
    return [
        *(Shot(person, "offer", f"/offers/{near.public_id}") for person in (VISITOR, "ada", "blaise", "fatou")),
        Shot("ada", "offer-far", f"/offers/{far.public_id}"),
        Shot("fatou", "profile-invited", "/profile"),
        Shot("dora", "hire-offer", f"/hire/offers/{near.public_id}"),
        Shot("dora", "hire-preview", f"/hire/offers/{near.public_id}/preview"),
        Shot("dora", "hire-draft", f"/hire/offers/{draft.public_id}/preview"),
        Shot("dora", "hire-candidates", f"/hire/offers/{near.public_id}/candidates"),
        Shot("dora", "hire-application", f"/hire/applications/{application.public_id}"),
    ]


def _answers() -> list[Shot]:
    """What a form, an address or a file says when something is wrong."""
    return [
        Shot(VISITOR, "register-errors", "/register", _send_empty),
        Shot(VISITOR, "sign-in-refused", "/sign-in", _sign_in_wrongly),
        Shot(VISITOR, "verify-errors", "/verify", _send_empty),
        Shot(VISITOR, "verify-unreadable", "/verify", _send_text_file),
        Shot(VISITOR, "confirm-dead", "/confirm/no-such-link"),
        Shot(VISITOR, "not-found", "/nowhere"),
        Shot("blaise", "forbidden", "/admin/"),
        Shot("dora", "hire-offer-errors", "/hire/offers/new", _send_empty),
        Shot("ada", "courses-none", "/courses?q=astrolabe"),
    ]


def _send_empty(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form[method=post] button[type=submit]:not([name])").first.click()


def _sign_in_wrongly(page: Page) -> None:
    page.locator("#email").fill("nobody@example.org")
    page.locator("#password").fill("not the right password")
    _send_empty(page)


def _send_text_file(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "diploma.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nothing"}
    )
    with page.expect_navigation():
        page.locator("form[enctype] button[type=submit]").click()


def _plan_in_bulk(page: Page) -> None:
    people = "\n".join(f"{name}@example.org" for name in ("ada", "blaise", "emile", "grace", "nobody"))
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": people.encode()}
    )
    _send_empty(page)


def _send_text_logo(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    _send_empty(page)
