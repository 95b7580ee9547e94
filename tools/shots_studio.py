"""The studio that is photographed: a gradebook with cohorts, one learner of each kind, a list of people to enrol."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.catalog.queries import get_current_version
from app.foundation import clock
from app.learning.cohorts import CohortDraft, archive_cohort, create_cohort
from app.learning.models import Cohort, CohortMember
from app.wiring import demo

Act = Callable[[Page], None]
STUDIO = f"/studio/courses/{demo.COURSE}"
# What people of the school wrote, or are called: it stays in their language.
NAMES = ("Groupe du soir", "Promotion de …", "pas une adresse", "Marguerite-Anne de La Rochefoucauld")
LIST = (
    "courriel;cohorte\nada@example.org;Promotion de mars\npersonne@example.org;\npas une adresse;\nada@example.org;\n"
)


def add_cohorts(session: Session) -> None:
    """Two cohorts with people in one, and one put away."""
    camille = session.scalars(select(Account).where(Account.email == "camille@example.org")).one()
    course_id = get_current_version(session, demo.COURSE).course_id
    for name in ("Promotion de mars", "Groupe du soir", "Promotion de 2025"):
        made = create_cohort(session, actor=camille.actor(), course_id=course_id, draft=CohortDraft(name))
    archive_cohort(session, actor=camille.actor(), cohort=made, archived=True)
    evening = session.scalars(select(Cohort).where(Cohort.name == "Groupe du soir")).one()
    evening.starts_on = clock.now().date()
    people = session.scalars(select(Account.id).where(Account.role == "learner").order_by(Account.id).limit(4))
    session.add_all(CohortMember(cohort_id=evening.id, account_id=one, added_at=clock.now()) for one in people)
    session.flush()


def named(session: Session) -> list[tuple[str, str, Act | None]]:
    """Names, addresses and what to do there."""
    people = dict(session.execute(select(Account.email, Account.public_id)).all())
    cohort = session.scalars(select(Cohort.public_id).where(Cohort.name == "Groupe du soir")).one()
    learners: list[tuple[str, str, Act | None]] = [
        (f"gradebook-{name}", f"{STUDIO}/learners/{people[f'{name}@example.org']}", None)
        for name in ("ada", "blaise", "emile", "grace", "henri", "chloe")
        if f"{name}@example.org" in people
    ]
    return [
        ("gradebook", f"{STUDIO}/gradebook", None),
        ("gradebook-cohort", f"{STUDIO}/gradebook?cohort={cohort}&sort=highest", None),
        ("gradebook-nobody", f"{STUDIO}/gradebook?q=zzz", None),
        ("gradebook-cohorts", f"{STUDIO}/cohorts", None),
        ("gradebook-cohort-change", f"{STUDIO}/cohorts/{cohort}", None),
        ("gradebook-enrolment", f"{STUDIO}/enrolment", None),
        ("gradebook-enrolment-plan", f"{STUDIO}/enrolment", _send_list),
        *learners,
    ]


def _send_list(page: Page) -> None:
    page.locator("#file").set_input_files({"name": "liste.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("load")
