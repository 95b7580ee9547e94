"""Offers and applications: who may do what, and what is kept of it."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.foundation import clock
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.permissions import Role
from app.jobs import applications, queries, rules, services
from app.jobs.drafts import RequirementDraft
from app.jobs.models import ApplicationChange
from app.jobs.posting import PostedOffer, PostedSkill, job_posting
from tests.builders import Cast
from tests.matching.people import Hiring, draft

APP = Path(__file__).resolve().parents[2] / "app"


def test_no_rejection_without_a_person_and_a_reason(hiring: Hiring, cast: Cast, session: Session) -> None:
    application = applications.apply_to_offer(
        session, actor=cast.actor("ada"), offer=hiring.offer(), message="Bonjour.", certificates=[], score=0
    )
    dora = cast.actor("dora")
    for reason, note in (("", "Non."), ("because", "Non."), ("level", ""), ("level", "  ")):
        with pytest.raises(RuleError):
            applications.decline_application(session, actor=dora, application=application, reason=reason, note=note)
    with pytest.raises(RuleError):
        applications.mark_application(session, actor=dora, application=application, state="declined")
    for stranger in ("ada", "camille", "admin"):
        with pytest.raises(NotFoundError):
            applications.decline_application(
                session, actor=cast.actor(stranger), application=application, reason="level", note="Non."
            )
    assert application.state == "sent"
    applications.decline_application(session, actor=dora, application=application, reason="level", note="Niveau 1.")
    last = session.scalars(select(ApplicationChange).order_by(ApplicationChange.id.desc())).first()
    assert (last.state, last.by_account_id) == ("declined", cast.dora.id)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.event, entry.actor) == ("application.declined", cast.dora.public_id)


def test_nothing_in_the_program_declines_but_the_verb_that_asks_for_a_reason() -> None:
    writers = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "_move"
        and any(isinstance(one, ast.Constant) and one.value == "declined" for one in node.args)
    ]
    assert [place.split(":")[0] for place in writers] == ["jobs/applications.py"]


@pytest.mark.parametrize(
    ("state", "wanted", "allowed"),
    [
        ("sent", "read", True),
        ("sent", "hired", True),
        ("read", "sent", False),
        ("interview", "read", False),
        ("declined", "hired", False),
        ("withdrawn", "interview", False),
        ("hired", "declined", False),
        ("sent", "nonsense", False),
    ],
)
def test_moves(state: str, wanted: str, allowed: bool) -> None:
    assert rules.may_move(state, wanted) is allowed


def test_one_applies_once_to_an_open_offer_of_somebody_else(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer()

    def apply(who: str) -> None:
        applications.apply_to_offer(
            session, actor=cast.actor(who), offer=offer, message="Bonjour.", certificates=[], score=None
        )

    with pytest.raises(RuleError):
        apply("dora")
    apply("ada")
    with pytest.raises(RuleError):
        apply("ada")
    with clock.frozen(clock.now() + timedelta(days=40)), pytest.raises(RuleError):
        apply("blaise")
    services.close_offer(session, actor=cast.actor("dora"), offer=offer)
    with pytest.raises(RuleError):
        apply("blaise")


def test_the_closing_day_counts(hiring: Hiring) -> None:
    day = clock.now().date()
    assert rules.is_open("published", day, day)
    assert not rules.is_open("published", day - timedelta(days=1), day)
    assert not rules.is_open("draft", day, day)


def test_a_new_name_asks_for_approval_again(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer()
    dora = cast.actor("dora")
    same = {"about": "Autre texte.", "place": "Rennes", "website": ""}
    assert services.save_employer(session, actor=dora, name="Nantes Logistique", **same).approved_at
    assert services.save_employer(session, actor=dora, name="Autre nom", **same).approved_at is None
    with pytest.raises(NotFoundError):
        queries.get_public_offer(session, offer.public_id, None)


def test_publishing_has_conditions(hiring: Hiring, cast: Cast, session: Session) -> None:
    dora = cast.actor("dora")
    offer = hiring.offer(publish=False)
    with clock.frozen(clock.now() + timedelta(days=40)), pytest.raises(RuleError):
        services.publish_offer(session, actor=dora, offer=offer, reasons={})
    services.close_offer(session, actor=dora, offer=offer)
    with pytest.raises(ConflictError):
        services.publish_offer(session, actor=dora, offer=offer, reasons={})
    henri = cast.person("Henri", Role.EMPLOYER).actor()
    with pytest.raises(RuleError):
        services.create_offer(session, actor=henri, draft=draft([RequirementDraft("python", 1, True)]))


def test_rewriting_an_offer_replaces_its_rows(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer({"python": 2, "databases": 1})
    rows = [RequirementDraft("databases", 3, False), RequirementDraft("python", 1, True)]
    assert services.change_offer(session, actor=cast.actor("dora"), offer=offer, draft=draft(rows))
    session.commit()
    session.expire_all()
    asked = queries.skills_asked(session, offer.id)
    assert [(row.slug, row.tier, row.essential) for row in asked] == [("databases", 3, False), ("python", 1, True)]


POSTED = PostedOffer(
    public_id="A" * 26,
    url="https://site.example/offers/A",
    title="Analyste (H/F)",
    description="Prévoir.\n\n<b>Compter</b> & trier.",
    language="fr",
    employer="Nantes Logistique",
    employer_url="",
    contract="permanent",
    place="Nantes",
    remote="remote",
    pay_min=34000,
    pay_max=None,
    pay_currency="EUR",
    published_at=clock.now(),
    closes_on=clock.now().date(),
    skills=[PostedSkill("python", {"fr": "Python", "en": "Python"}, "http://data.europa.eu/esco/skill/1", 2, True)],
)


def test_job_posting() -> None:
    posting = job_posting(POSTED, site="https://site.example")
    required = {"title", "description", "datePosted", "hiringOrganization", "jobLocation"}
    assert required <= posting.keys()
    assert posting["description"] == "<p>Prévoir.</p><p>&lt;b&gt;Compter&lt;/b&gt; &amp; trier.</p>"
    assert posting["jobLocationType"] == "TELECOMMUTE"
    assert posting["baseSalary"]["value"] == {"@type": "QuantitativeValue", "unitText": "YEAR", "minValue": 34000}
    assert posting["skills"][0]["@id"] == "http://data.europa.eu/esco/skill/1"
    assert posting["skills"][0]["passerelle:level"] == 2
    assert posting["qualifications"] == "Python (intermediate)"
