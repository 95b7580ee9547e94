"""Stories of hiring, in French and in English: an employer from nothing to an answer, a learner who applies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditBody
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.permissions import Role
from app.jobs.models import Application, Employer, Offer
from app.matching.models import MatchRun
from tests.builders import Cast
from tests.matching.people import Hiring, make_taxonomy
from tests.reviewer import ReviewedClient

ORGANISATION = {"name": "Nantes Logistique", "about": "Des stocks.", "place": "Nantes", "website": "https://nl.example"}


def offer_form(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Analyste de données (H/F)",
        "language": "fr",
        "description": "Prévoir les stocks.\n\nAvec l’équipe.",
        "contract": "permanent",
        "place": "Nantes",
        "remote": "hybrid",
        "pay_min": "34 000",
        "pay_max": "38 000",
        "closes_on": (clock.now().date() + timedelta(days=30)).isoformat(),
        "row-0-skill": "python",
        "row-0-tier": "2",
        "row-0-need": "essential",
        "row-1-skill": "spreadsheets",
        "row-1-tier": "1",
        "row-1-need": "optional",
        "row-2-skill": "",
        "row-2-tier": "1",
        "row-2-need": "essential",
        **changes,
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_employer_publishes_and_answers(cast: Cast, session: Session, language: str) -> None:
    make_taxonomy(session)
    dora = cast.client("dora", language=language)
    admin = cast.client("admin", language=language)

    assert dora.get("/hire/").status_code == 200
    assert dora.page.find("input", attrs={"name": "website"})
    assert dora.post("/hire/organisation", ORGANISATION).status_code == 302
    dora.get("/hire/")
    dora.get("/hire/offers/new")
    assert dora.post("/hire/offers/new", offer_form(add="rows")).status_code == 200
    assert dora.page.find("input", attrs={"name": "title"})["value"] == "Analyste de données (H/F)"
    assert dora.page.find("select", attrs={"name": "row-5-skill"})
    assert session.scalar(select(Offer)) is None
    dora.post("/hire/offers/new", offer_form(), follow=True)
    offer = session.scalars(select(Offer)).one()
    path = f"/hire/offers/{offer.public_id}"
    assert [(row.tier, row.essential) for row in offer.requirements] == [(2, True), (1, False)]

    assert dora.post(f"{path}/publication").status_code == 422
    assert session.scalars(select(Offer)).one().state == "draft"
    admin.get("/admin/employers")
    assert "Nantes Logistique" in admin.text()
    employer = session.scalars(select(Employer)).one()
    admin.post(f"/admin/employers/{employer.public_id}/approval", {"approve": "yes"}, follow=True)
    assert dora.post(f"{path}/publication", follow=True).status_code == 200
    assert session.scalars(select(Offer)).one().state == "published"
    assert session.scalar(select(MatchRun.offer_id)) == offer.id
    dora.get(path)
    dora.get(f"{path}/candidates")
    assert dora.post(f"{path}/closing", follow=True).status_code == 200
    assert session.scalars(select(Offer)).one().state == "closed"
    assert dora.post(path, offer_form()).status_code == 409
    admin.post(f"/admin/employers/{employer.public_id}/approval", {"approve": "no"}, follow=True)
    assert session.scalars(select(Employer)).one().approved_at is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_learner_applies_and_reads_every_step(hiring: Hiring, cast: Cast, session: Session, language: str) -> None:
    certificate = hiring.certify(cast.ada, {"python": 2})
    offer = hiring.offer()
    ada, dora = cast.client("ada", language=language), cast.client("dora", language=language)
    ada.get("/applications")
    ada.get(f"/offers/{offer.public_id}")
    assert ada.page.find("table", class_="match")
    refused = ada.post(f"/offers/{offer.public_id}/application", {"message": "", "certificates": certificate.public_id})
    assert refused.status_code == 422
    ada.post(
        f"/offers/{offer.public_id}/application",
        {"message": "Bonjour,\n\nje compte bien.", "certificates": certificate.public_id},
        follow=True,
    )
    application = session.scalars(select(Application)).one()
    assert (application.state, application.score) == ("sent", 60_000)
    ada.get(f"/offers/{offer.public_id}")
    assert ada.page.find("textarea") is None

    dora.get("/hire/applications")
    assert "Ada Lefèvre" in dora.text()
    path = f"/hire/applications/{application.public_id}"
    dora.get(path)
    assert "ada@example.org" not in dora.text()
    assert dora.page.find("a", href=f"/verify/{certificate.public_id}")
    dora.post(f"{path}/state", {"state": "read"}, follow=True)
    dora.post(f"{path}/state", {"state": "interview"}, follow=True)
    assert "ada@example.org" in dora.text()
    assert dora.post(f"{path}/refusal", {"reason": "", "note": ""}).status_code == 422
    assert dora.post(f"{path}/refusal", {"reason": "interview", "note": " "}).status_code == 422
    assert session.scalars(select(Application)).one().state == "interview"
    note = "La préparation des données manquait."
    dora.post(f"{path}/refusal", {"reason": "interview", "note": note}, follow=True)
    ada.get("/applications")
    assert note in ada.text()
    assert len(ada.page.find("ol", class_="dashes").find_all("li")) == 4
    assert dora.post(f"{path}/state", {"state": "hired"}).status_code == 409
    assert ada.post(f"/applications/{application.public_id}/withdrawal").status_code == 409


def test_withdrawing_ends_an_application(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer()
    ada = cast.client("ada")
    ada.post(f"/offers/{offer.public_id}/application", {"message": "Bonjour."}, follow=True)
    application = session.scalars(select(Application)).one()
    ada.post(f"/applications/{application.public_id}/withdrawal", follow=True)
    assert session.scalars(select(Application)).one().state == "withdrawn"
    dora = cast.client("dora")
    assert dora.post(f"/hire/applications/{application.public_id}/state", {"state": "hired"}).status_code == 409


def cells(page: Any) -> list[list[str]]:
    table = page.find("table", class_="match")
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_sides_read_the_same_breakdown(hiring: Hiring, cast: Cast, session: Session, language: str) -> None:
    hiring.certify(cast.ada, {"python": (1, 2), "programming": 3, "statistics": 2}, valid_until=clock.now().date())
    hiring.show(cast.ada)
    offer = hiring.offer({"python": 2, "programming": 2, "statistics": (2, 0), "ethics": 1, "databases": (1, 0)})
    ada, dora = cast.client("ada", language=language), cast.client("dora", language=language)
    ada.get(f"/offers/{offer.public_id}")
    learner = cells(ada.page)
    dora.get(f"/hire/offers/{offer.public_id}/candidates")
    assert cells(dora.page) == learner
    ada.post(f"/offers/{offer.public_id}/application", {"message": "Bonjour."})
    application = session.scalars(select(Application)).one()
    dora.get(f"/hire/applications/{application.public_id}")
    assert cells(dora.page) == learner
    assert len(learner) == 6


def test_a_closed_offer_is_gone_for_strangers_and_kept_for_those_who_applied(
    hiring: Hiring, cast: Cast, client: ReviewedClient
) -> None:
    offer = hiring.offer()
    path = f"/offers/{offer.public_id}"
    ada, dora, blaise = cast.client("ada"), cast.client("dora"), cast.client("blaise")
    ada.post(f"{path}/application", {"message": "Bonjour."})
    dora.post(f"/hire/offers/{offer.public_id}/closing")
    assert client.get(path).status_code == 404
    assert blaise.get(path).status_code == 404
    assert blaise.post(f"{path}/application", {"message": "Bonjour."}).status_code == 422
    assert offer.title not in blaise.text()
    assert ada.get(path).status_code == 200
    client.get("/offers")
    assert offer.title not in client.text()


def test_an_offer_of_somebody_else_is_not_found(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer()
    cast.client("ada").post(f"/offers/{offer.public_id}/application", {"message": "Bonjour."})
    application = session.scalars(select(Application)).one()
    other = cast.client(cast.person("Henri Vasseur", Role.EMPLOYER))
    other.post("/hire/organisation", ORGANISATION)
    base = f"/hire/offers/{offer.public_id}"
    for path in (base, f"{base}/preview", f"{base}/candidates", f"/hire/applications/{application.public_id}"):
        assert other.get(path).status_code == 404, path
    for path in (base, f"{base}/publication", f"{base}/closing", f"{base}/candidates", f"{base}/invitations"):
        assert other.post(path, offer_form()).status_code in (404, 422), path
    for path in ("state", "refusal"):
        sent = {"state": "hired", "reason": "interview", "note": "Non."}
        assert other.post(f"/hire/applications/{application.public_id}/{path}", sent).status_code == 404
    assert cast.client("blaise").post(f"/applications/{application.public_id}/withdrawal").status_code == 404
    assert session.scalars(select(Application)).one().state == "sent"
    assert session.get(Offer, offer.id).state == "published"


def test_learners_and_instructors_have_no_desk(hiring: Hiring, cast: Cast) -> None:
    for who in ("ada", "camille"):
        assert cast.client(who).get("/hire/").status_code == 403
    assert cast.client("dora").get("/admin/employers").status_code == 403


def test_somebody_else_s_certificate_cannot_be_attached(hiring: Hiring, cast: Cast, session: Session) -> None:
    stolen: Certificate = hiring.certify(cast.blaise, {"python": 2})
    offer = hiring.offer()
    answer = cast.client("ada").post(
        f"/offers/{offer.public_id}/application", {"message": "Bonjour.", "certificates": stolen.public_id}
    )
    assert answer.status_code == 422
    assert session.scalar(select(Application)) is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_searching_the_offers(hiring: Hiring, client: ReviewedClient, language: str) -> None:
    hiring.offer(title="Chargée ou chargé d’études (H/F)", place="Saint-Nazaire", remote="remote")
    hiring.offer(title="Technicienne ou technicien", place="Nantes", contract="internship", description="À Rennes.")
    for query, expected in (
        ("", 2),
        ("text=etudes", 1),
        ("text=ÉTUDES+nazaire", 1),
        ("text=competence+python", 2),
        ("text=introuvable", 0),
        ("text=100%25", 0),
        ("place=saint+nazaire", 1),
        ("place=rennes", 0),
        ("contract=internship", 1),
        ("contract=internship&contract=permanent", 2),
        ("contract=nonsense", 2),
        ("remote=remote&contract=internship", 0),
        ("text=%00", 2),
        ("page=2", 0),
        ("page=-1&place=_", 2),
    ):
        assert client.get(f"/offers?lang={language}&{query}").status_code == 200
        assert len(client.page.select("ul.listing > li")) == expected, query


def test_an_offer_s_words_are_text_and_nothing_else(hiring: Hiring, client: ReviewedClient) -> None:
    offer = hiring.offer(description="<script>alert(1)</script>\n\n<b>gras</b> {{ 7 * 7 }}", title="<i>Poste</i> (H/F)")
    client.raw.get(f"/offers/{offer.public_id}")
    answer = client.raw.get(f"/offers/{offer.public_id}").get_data(as_text=True)
    assert "<script>alert" not in answer
    assert "<b>gras" not in answer
    assert "{{ 7 * 7 }}" in answer


def test_blocking_words_ask_for_an_edit_or_a_reason(hiring: Hiring, cast: Cast, session: Session) -> None:
    dora = cast.client("dora")
    offer = hiring.offer(publish=False, description="Une personne jeune et motivée.")
    path = f"/hire/offers/{offer.public_id}"
    dora.get(f"{path}/preview")
    [field] = dora.page.find_all("textarea")
    for wrong in ("parce que", "Motivée.\u202e" * 10, "m" * 1001, "\x00" * 40):
        assert dora.post(f"{path}/publication", {field["name"]: wrong}).status_code == 422, wrong
        box = dora.page.find(id=field["id"])
        assert box["aria-invalid"] == "true"
        assert "\x00" in wrong or box.get_text().strip() == wrong, "what was typed is kept"
        assert dora.page.find("a", href=f"#{field['id']}"), "said above, and at the field"
    assert session.get(Offer, offer.id).state == "draft"
    reason = "Le contrat d’apprentissage est réservé par la loi."
    assert dora.post(f"{path}/publication", {field["name"]: reason}).status_code == 302
    assert session.get(Offer, offer.id).state == "published"
    dora.get(f"{path}/preview")
    assert reason in dora.text()
    changed = offer_form(description="Une personne jeune. Langue maternelle française.")
    dora.post(path, changed, follow=True)
    assert session.get(Offer, offer.id).state == "draft"
    dora.get(f"{path}/preview")
    [field] = dora.page.find_all("textarea")
    assert dora.post(f"{path}/publication", {field["name"]: "m" * 1000}).status_code == 302
    kept = session.scalars(select(AuditBody.details)).all()
    assert any("m" * 1000 in str(body) for body in kept), "kept whole"
    dora.post(path, offer_form(description="Une personne curieuse."), follow=True)
    dora.post(f"{path}/publication", follow=True)
    assert session.get(Offer, offer.id).state == "published"
    dora.post(path, offer_form(description="Une personne curieuse, et jeune."), follow=True)
    assert session.get(Offer, offer.id).state == "published"


HOSTILE = (
    "\x00",
    "a\u202eb",
    "x" * 9000,
    "\ufffd",
    "-1",
    "1e400",
    "9" * 400,
    "２０",
    "2026-02-30",
    "0000-00-00",
    "31/31/2026",
    "javascript:alert(1)",
    "http://[",
    "' OR 1=1 --",
    "é" * 100,
)


def post_hostile(client: ReviewedClient, path: str, sound: dict[str, Any]) -> None:
    """Each field meets some of the hostile values alone, and every value is met in all fields at once."""
    tries = [{**sound, name: HOSTILE[place % len(HOSTILE)]} for place, name in enumerate(sound)]
    tries += [dict.fromkeys(sound, value) for value in HOSTILE]
    for sent in tries:
        answer = client.post(path, sent)
        assert answer.status_code in (200, 302, 404, 409, 422), (path, sent, answer.status_code)


def test_no_form_falls_over_what_is_typed(hiring: Hiring, cast: Cast, session: Session) -> None:
    make: Callable[[], Offer] = hiring.offer
    offer = make()
    ada, dora, admin = cast.client("ada"), cast.client("dora"), cast.client("admin")
    post_hostile(dora, "/hire/organisation", ORGANISATION)
    employer = session.scalars(select(Employer)).one()
    post_hostile(admin, f"/admin/employers/{employer.public_id}/approval", {"approve": "yes"})
    post_hostile(dora, "/hire/offers/new", offer_form())
    post_hostile(dora, f"/hire/offers/{offer.public_id}", offer_form())
    post_hostile(dora, f"/hire/offers/{offer.public_id}/publication", {"reason-age-young:jeune": "x"})
    post_hostile(ada, f"/offers/{offer.public_id}/application", {"message": "Bonjour.", "certificates": ""})
    post_hostile(ada, "/profile/consent", {"visible": "yes"})
    wishes = {"note": "", "contract": "", "contract_weight": "must", "place": "", "pay_floor": "", "remote": ""}
    post_hostile(ada, "/profile/wishes", wishes)
    post_hostile(dora, f"/hire/offers/{offer.public_id}/invitations", {"candidate": "", "message": "Bonjour."})
    for query in HOSTILE:
        ada.get("/offers", query_string={"text": query, "place": query, "page": query, "remote": query})
        ada.get("/matches", query_string={"page": query, "all": query})
        dora.get("/hire/applications", query_string={"page": query})
        dora.get(f"/hire/offers/{offer.public_id}/candidates", query_string={"places": query})


def test_too_many_rows_are_not_taken(hiring: Hiring, cast: Cast, session: Session) -> None:
    rows = {
        f"row-{n}-{name}": value
        for n in range(99)
        for name, value in (("skill", ""), ("tier", "1"), ("need", "optional"))
    }
    answer = cast.client("dora").post("/hire/offers/new", {**rows, **offer_form(add="rows")})
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).count("<fieldset") == 30


def test_the_same_skill_twice_or_none_is_said(hiring: Hiring, cast: Cast, session: Session) -> None:
    dora = cast.client("dora", language="en")
    dora.post("/hire/offers/new", offer_form(**{"row-1-skill": "python"}))
    assert "Ask for each skill once" in dora.text()
    dora.post("/hire/offers/new", offer_form(**{"row-0-skill": "", "row-1-skill": ""}))
    assert "Ask for at least one skill" in dora.text()
    assert dora.page.select_one('.error-summary a[href="#row-0-skill"]')
    assert dora.page.select_one('select#row-0-skill[aria-invalid="true"]')
    assert session.scalar(select(Offer)) is None


def test_the_desk_takes_a_constant_number_of_statements(hiring: Hiring, cast: Cast, statements: Any) -> None:
    dora, ada = cast.client("dora"), cast.client("ada")
    counts = []
    for number in range(3):
        offer = hiring.offer(title=f"Poste {number} (H/F)")
        ada.post(f"/offers/{offer.public_id}/application", {"message": "Bonjour."})
        if not number:
            continue
        found = []
        for client, path in ((dora, "/hire/"), (dora, "/hire/applications"), (ada, "/applications"), (ada, "/offers")):
            statements.clear()
            client.get(path)
            found.append(len(statements.seen))
        counts.append(found)
    assert counts[0] == counts[1]


def test_the_desk_before_and_after_everything(hiring: Hiring, cast: Cast) -> None:
    fresh = cast.client(cast.person("Henri Vasseur", Role.EMPLOYER))
    for path in ("/hire/offers/new", "/hire/applications"):
        assert fresh.get(path).headers["Location"] == "/hire/"
    dora = cast.client("dora")
    dora.get("/hire/organisation")
    assert dora.page.find("input", attrs={"name": "name"})["value"] == "Nantes Logistique"
    assert dora.post("/hire/organisation", {**ORGANISATION, "website": "javascript:alert(1)"}).status_code == 422
    offer = hiring.offer()
    dora.post(f"/hire/offers/{offer.public_id}/closing")
    assert dora.get(f"/hire/offers/{offer.public_id}").headers["Location"].endswith("/preview")
    assert dora.get(f"/hire/offers/{offer.public_id}/candidates").status_code == 422
    assert dora.post(f"/hire/offers/{offer.public_id}", offer_form(title="")).status_code == 422
