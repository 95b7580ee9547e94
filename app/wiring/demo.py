"""The demo school: people, progress, results and offers on the real course, in an empty development database only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.passwords import hash_password
from app.accounts.services import create_account
from app.assessment import answering, queries, services, starting
from app.assessment.answers import PARTS_KEYS
from app.assessment.choices import is_right, options_of
from app.assessment.models import Attempt, AttemptItem, ExamVersion
from app.authoring.cli import read_in_order
from app.authoring.services import import_course, import_skills
from app.catalog.models import CourseVersion
from app.catalog.queries import get_current_version
from app.certification.keys import generate_first_key
from app.certification.queries import find_active_key
from app.config import ROOT
from app.extensions import db
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.i18n import use_language
from app.foundation.permissions import Role
from app.jobs import services as jobs
from app.jobs.drafts import OfferDraft, RequirementDraft
from app.learning import services as learning
from app.matching import services as matching
from app.web.transactions import reading_session
from app.wiring import simulating
from app.wiring.demo_challenges import add_challenges
from app.wiring.demo_cohort import PERIOD, add_cohort
from app.wiring.demo_offers import EMPLOYERS, OFFERS, DemoOffer
from app.wiring.simulating import Dice

PASSWORD = "passerelle-demo-2026"  # noqa: S105 - printed at load, and refused outside development
COURSE = "ia-au-travail"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo school.

    `wrong` is how many exam questions they miss, after the whole course; None when they sat none and stopped after so
    many `steps`, lessons and exercises alike.
    """

    key: str
    name: str
    role: Role
    language: str = "fr"
    steps: int = 0
    wrong: int | None = None
    visible: bool = False

    @property
    def studies(self) -> bool:
        return self.steps > 0 or self.wrong is not None


PEOPLE = (
    Person("ada", "Ada Lefèvre", Role.LEARNER, wrong=1, visible=True),
    Person("blaise", "Blaise Okafor", Role.LEARNER),
    Person("chloe", "Chloé Marchetti", Role.LEARNER, steps=2),
    Person("emile", "Émile Nguyen", Role.LEARNER, wrong=8),
    Person("fatou", "Fatou Diarra", Role.LEARNER, wrong=3, visible=True),
    Person("grace", "Grace Whitfield", Role.LEARNER, "en", wrong=0, visible=True),
    Person("camille", "Camille Roux", Role.INSTRUCTOR),
    Person("dora", "Dora Nilsson", Role.EMPLOYER),
    Person("henri", "Henri Vasseur", Role.EMPLOYER),
    Person("admin", "Alex Moreau", Role.ADMINISTRATOR),
)

demo_commands = AppGroup("demo", help="The demo school, in development only.")


@demo_commands.command("load")
def load_command() -> None:
    """Load the demo school into an empty database."""
    if not current_app.config["SETTINGS"].development:
        raise click.ClickException("The demo school is for development only: its passwords are public.")
    with reading_session() as reading:
        inhabited = bool(reading.scalar(select(func.count()).select_from(Account)))
    if inhabited:
        click.echo("The database has people in it: the demo school is not loaded.")
        return
    load(db.session, today=clock.now().date())
    db.session.commit()
    click.echo(f"Demo school loaded. Everybody signs in with the password {PASSWORD}:")
    for person in PEOPLE:
        click.echo(f"  {person.key}@example.org  {person.name}, {person.role.value}")


def load(session: Session, *, today: date) -> None:
    """Everything, in the order in which it would have happened, the last days before `today`."""
    if find_active_key(session) is None:
        generate_first_key(session, actor=SYSTEM)
    with clock.frozen(clock.now() - PERIOD - timedelta(days=1)):  # before anybody took them
        publish_courses(session, ROOT / "content")
    password_hash = hash_password(PASSWORD)
    actors = {person.key: _join(session, person, password_hash) for person in PEOPLE}
    for offer in OFFERS:
        _publish_offer(session, actors, offer, today)
    version = get_current_version(session, COURSE)
    for days_ago, person in enumerate(PEOPLE, start=2):
        if person.studies:
            with clock.frozen(clock.now() - timedelta(days=days_ago, hours=3)), use_language(person.language):
                study(session, actors[person.key], person, version)
    for person in PEOPLE:
        if person.visible:
            matching.give_consent(session, actor=actors[person.key], language=person.language)
    add_challenges(session, actors)
    add_cohort(session, opened_by=actors["camille"])


def publish_courses(session: Session, folder: Path) -> None:
    """The real courses of `content/`, with their skills."""
    for course_folder, checked in read_in_order(folder):
        if checked.course is None or checked.skills is None:
            raise click.ClickException(f"{course_folder.name} does not pass its check.")
        import_skills(session, checked.skills)
        import_course(session, actor=SYSTEM, course=checked.course)


def _join(session: Session, person: Person, password_hash: str) -> Actor:
    account = create_account(
        session,
        actor=SYSTEM,
        name=person.name,
        email=f"{person.key}@example.org",
        role=person.role,
        language=person.language,
        password_hash=password_hash,
    )
    actor = account.actor()
    if person.key in EMPLOYERS:
        about = EMPLOYERS[person.key]
        employer = jobs.save_employer(
            session, actor=actor, name=about.name, about=about.about, place=about.place, website=about.website
        )
        jobs.approve_employer(session, actor=SYSTEM, employer=employer)
    return actor


def _publish_offer(session: Session, actors: dict[str, Actor], offer: DemoOffer, today: date) -> None:
    actor = actors[offer.employer]
    draft = OfferDraft(
        title=offer.title,
        description=offer.description,
        language=offer.language,
        contract=offer.contract,
        place=offer.place,
        remote=offer.remote,
        pay_min=offer.pay[0],
        pay_max=offer.pay[1],
        closes_on=today + timedelta(days=offer.closes_in),
        requirements=tuple(RequirementDraft(*row) for row in offer.requirements),
    )
    written = jobs.create_offer(session, actor=actor, draft=draft)
    jobs.publish_offer(session, actor=actor, offer=written, reasons={})


def study(session: Session, actor: Actor, person: Person, version: CourseVersion) -> None:
    """Learn as far as `person` says, and sit the exam if they do."""
    enrolment = learning.enrol(session, actor=actor, version=version)
    exams = {one.exam.slug: one for one in queries.exam_versions_of(session, version.id)}
    way = [item for module in version.modules for item in module.items]
    for item in way if person.wrong is not None else way[: person.steps]:
        if item.kind == "lesson":
            learning.complete_lesson(session, enrolment=enrolment, item=item)
        elif item.kind == "quiz":
            _sit(session, actor, exams[item.slug], wrong=0)
    if person.wrong is not None:
        exam = next(one for one in exams.values() if one.exam.kind == "certification")
        started = clock.now()
        with clock.frozen(started + timedelta(minutes=5)):
            attempt = _sit_down(session, actor, exam, wrong=person.wrong)
        with clock.frozen(started + timedelta(minutes=31)):
            services.submit_attempt(session, actor=actor, attempt=attempt)


def _sit(session: Session, actor: Actor, exam_version: ExamVersion, *, wrong: int) -> None:
    attempt = _sit_down(session, actor, exam_version, wrong=wrong)
    services.submit_attempt(session, actor=actor, attempt=attempt)


def _sit_down(session: Session, actor: Actor, exam_version: ExamVersion, *, wrong: int) -> Attempt:
    """Start an attempt and answer every question, missing the last `wrong` of them."""
    started = starting.start_attempt(session, actor=actor, exam_version=exam_version, enrolled=True, pledged=True)
    attempt = queries.get_attempt(session, actor.account_id, started.public_id)
    right = len(attempt.items) - wrong
    for item in attempt.items:
        payload = answer_of(item, right=item.slot <= right, language=attempt.language)
        answering.save_answer(
            session,
            attempt=attempt,
            incoming=answering.Incoming(
                slot=item.slot, payload=payload, rev=1, idempotency_key=f"demo-{item.slot}", tab="demo"
            ),
        )
    return attempt


def answer_of(item: AttemptItem, *, right: bool, language: str) -> dict[str, object] | None:
    """A right answer to one question as a browser would send it, or one worth nothing; of what has parts, a blank."""
    body = item.version.body
    if right:
        return simulating.right_answer(body, item.option_order, language)
    if item.version.type in PARTS_KEYS:
        return None
    if item.version.type == "multiple":  # all that is wrong and nothing else: a part of it might be worth a part
        rights = {option["id"] for option in options_of(body) if is_right(option)}
        return simulating.chosen("multiple", [token for token, name in item.option_order if name not in rights])
    return simulating.wrong_answer(body, item.option_order, language, Dice(b"demo", item.version.question.slug))
