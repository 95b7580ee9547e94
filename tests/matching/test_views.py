"""Stories of matching, in French and in English: the learner's list, wishes and consent, people without names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.matching.models import Consent, Invitation, MatchProfile, MatchRun
from tests.builders import Cast
from tests.matching.people import Hiring, make_course

LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])


@LANGUAGES
def test_a_learner_s_list(hiring: Hiring, cast: Cast, session: Session, language: str) -> None:
    ada = cast.client("ada", language=language)
    assert ada.get("/matches").status_code == 200
    hiring.certify(cast.ada, {"python": 2})
    hiring.offer({"python": 2}, title="Poste prouvé (H/F)")
    hiring.offer({"python": 2, "statistics": 2, "ethics": 3}, title="Poste loin (H/F)")
    make_course(session, "statistics-course", {"statistics": 2})
    ada.get("/matches")
    assert [title.get_text(strip=True) for title in ada.page.select("ul.listing h3")] == [
        "Poste prouvé (H/F)",
        "Poste loin (H/F)",
    ]
    assert "Course statistics-course" in ada.text() or "Cours statistics-course" in ada.text()


@LANGUAGES
def test_the_gap_names_the_course_that_closes_it(hiring: Hiring, cast: Cast, session: Session, language: str) -> None:
    make_course(session, "stats", {"statistics": 2})
    offer = hiring.offer({"statistics": 2, "ethics": 1})
    ada = cast.client("ada", language=language)
    ada.get(f"/offers/{offer.public_id}")
    assert ada.page.find("a", href="/courses/stats")
    assert ("environ 45 points de plus" if language == "fr" else "about 45 points more") in ada.text()


def test_a_course_that_closes_two_gaps_stands_once(hiring: Hiring, cast: Cast, session: Session) -> None:
    make_course(session, "both", {"statistics": 2, "ethics": 1})
    offer = hiring.offer({"statistics": 2, "ethics": 1})
    ada = cast.client("ada", language="en")
    ada.get(f"/offers/{offer.public_id}")
    assert len(ada.page.find_all("a", href="/courses/both")) == 1
    assert ada.text().count("points more here") == 1
    assert "Its certificate proves at the level asked:" in ada.text()


@LANGUAGES
def test_consent_and_wishes_in_the_browser(hiring: Hiring, cast: Cast, session: Session, language: str) -> None:
    hiring.certify(cast.ada, {"python": (3, 2)})
    offer = hiring.offer()
    ada, dora = cast.client("ada", language=language), cast.client("dora", language=language)
    ada.get("/profile")
    ada.get("/profile/preview")
    assert session.scalar(select(MatchProfile)) is None, "a GET writes nothing"
    ada.post("/profile/consent", {"visible": "yes"}, follow=True)
    assert session.scalars(select(Consent.language)).one() == language
    wishes = {
        "note": "Ma note.",
        "contract": ["permanent", "fixed-term"],
        "contract_weight": "must",
        "remote": ["hybrid"],
        "remote_weight": "nice",
        "place": "Nantes, Saint-Nazaire",
        "place_weight": "important",
        "pay_floor": "33 333",
        "pay_floor_weight": "important",
    }
    ada.post("/profile/wishes", wishes, follow=True)
    assert ada.page.find("input", attrs={"name": "pay_floor"})["value"] == "33333"
    assert len(ada.page.select("input[name=contract][checked]")) == 2
    assert ada.post("/profile/wishes", {**wishes, "pay_floor": "beaucoup"}).status_code == 422
    ada.get("/matches")
    ada.get("/profile/preview")
    assert "Ma note." in ada.text()
    dora.get(f"/hire/offers/{offer.public_id}/candidates")
    page = str(dora.page)
    assert "Ma note." in page
    for secret in ("33333", "33 333", "Saint-Nazaire", "Lefèvre", "ada@example.org", cast.ada.public_id):
        assert secret not in page
    ada.post("/profile/consent", {"visible": "no"}, follow=True)
    dora.get(f"/hire/offers/{offer.public_id}/candidates")
    assert "Ma note." not in dora.text()


def test_wishes_that_must_be_are_granted_first(hiring: Hiring, cast: Cast) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.offer(remote="on-site")
    ada = cast.client("ada", language="en")
    ada.post("/profile/wishes", {"remote": "remote", "remote_weight": "must"} | WEIGHTS)
    ada.get("/matches")
    assert "1 offer refuses something you said must be." in ada.text()
    assert not ada.page.select("ul.listing h3")
    ada.get("/matches?all=1")
    assert ada.page.select("ul.listing h3")


WEIGHTS = {"contract_weight": "nice", "place_weight": "nice", "pay_floor_weight": "nice"}


@LANGUAGES
def test_an_invitation_from_both_sides(hiring: Hiring, cast: Cast, session: Session, language: str) -> None:
    hiring.certify(cast.ada, {"python": 2, "programming": 1})
    hiring.show(cast.ada)
    offer = hiring.offer()
    ada, dora = cast.client("ada", language=language), cast.client("dora", language=language)
    base = f"/hire/offers/{offer.public_id}"
    dora.get(f"{base}/candidates")
    pseudonym = dora.page.find("input", attrs={"name": "candidate"})["value"]
    assert dora.post(f"{base}/invitations", {"candidate": pseudonym, "message": ""}).status_code == 422
    assert dora.post(f"{base}/invitations", {"candidate": "0" * 26, "message": "Bonjour."}).status_code == 404
    dora.post(f"{base}/invitations", {"candidate": pseudonym, "message": "Parlons-en."}, follow=True)
    assert "Ada" not in dora.text()
    ada.get("/matches")
    ada.get("/profile")
    assert "Parlons-en." in ada.text()
    invitation = session.scalars(select(Invitation)).one()
    path = f"/invitations/{invitation.public_id}/answer"
    assert cast.client("blaise").post(path, {"answer": "accept"}).status_code == 404
    ada.post(path, {"answer": "accept"}, follow=True)
    assert ada.post(path, {"answer": "accept"}).status_code == 409
    dora.get(f"{base}/candidates")
    assert "Ada Lefèvre" in dora.text()
    runs = len(session.scalars(select(MatchRun)).all())
    dora.post(f"{base}/candidates", follow=True)
    assert len(session.scalars(select(MatchRun)).all()) == runs + 1


def test_a_long_list_says_how_many_are_shown(hiring: Hiring, cast: Cast, session: Session) -> None:
    for number in range(23):
        person = cast.person(f"Person {number}")
        hiring.certify(person, {"python": 2})
        hiring.show(person)
    offer = hiring.offer()
    dora = cast.client("dora", language="en")
    dora.get(f"/hire/offers/{offer.public_id}/candidates")
    assert len(dora.page.select("ul.listing > li")) == 20
    more = dora.page.find("a", href=lambda href: href and "places=" in href)["href"]
    dora.get(more)
    assert len(dora.page.select("ul.listing > li")) == 23


def test_the_command_line_explains_and_replays(hiring: Hiring, cast: Cast, session: Session, app: Flask) -> None:
    certificate = hiring.certify(cast.ada, {"python": 2, "statistics": 1})
    hiring.show(cast.ada)
    offer = hiring.offer({"python": 2, "programming": 1, "statistics": (2, 0), "ethics": 1})
    session.commit()
    run = app.test_cli_runner().invoke
    told: list[dict[str, Any]] = []
    for learner in ("ada@example.org", cast.ada.public_id):
        answer = run(args=["matching", "explain", "--offer", offer.public_id, "--learner", learner, "--json"])
        assert answer.exit_code == 0, answer.output
        told.append(json.loads(answer.output))
    assert told[0] == told[1]
    rows = told[0]["requirements"]
    assert [row["relation"] for row in rows] == ["exact", "narrower", "exact", None]
    assert [row["held_tier"] for row in rows] == ["intermediate", None, "beginner", None]
    assert [row["credit"] for row in rows] == [900, 800, 450, 0]
    assert rows[0]["certificate"] == certificate.public_id
    assert told[0]["score"] == (2 * 900 + 2 * 800 + 450) * 100 // 7 / 1000
    assert run(args=["matching", "explain", "--offer", offer.public_id, "--learner", "ada@example.org"]).exit_code == 0
    assert run(args=["matching", "explain", "--offer", "nothing", "--learner", "nobody"]).exit_code == 1
    number = session.scalars(select(MatchRun.id)).first()
    replayed = run(args=["matching", "replay", str(number)])
    assert replayed.exit_code == 0
    assert "same" in replayed.output
    assert run(args=["matching", "replay", "999"]).exit_code == 1


def test_the_preview_shows_no_date_and_no_name(hiring: Hiring, cast: Cast) -> None:
    hiring.certify(cast.ada, {"python": 2}, valid_until=clock.now().date())
    hiring.show(cast.ada)
    ada = cast.client("ada", language="en")
    ada.get("/profile/preview")
    assert "Skill python" in ada.text()
    assert "Lefèvre" not in ada.text()
    assert str(clock.now().year) not in ada.text()
