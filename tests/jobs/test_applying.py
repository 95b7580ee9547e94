"""On the way to an application: signing in from an offer, and what is attached unless it is unticked."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts import passwords
from app.certification.models import Certificate
from tests.accounts.people import PASSWORD, sign_in
from tests.builders import Cast
from tests.matching.people import Hiring
from tests.reviewer import ReviewedClient


def test_the_certificates_behind_the_match_are_ticked_until_they_are_unticked(hiring: Hiring, cast: Cast) -> None:
    behind: Certificate = hiring.certify(cast.ada, {"python": 2})
    beside: Certificate = hiring.certify(cast.ada, {"ethics": 2})
    offer = hiring.offer({"python": 2})
    ada = cast.client("ada", language="en")

    def ticked() -> dict[str, bool]:
        boxes = ada.page.select("input[name=certificates]")
        return {str(box["value"]): box.has_attr("checked") for box in boxes}

    ada.get(f"/offers/{offer.public_id}")
    assert ticked() == {behind.public_id: True, beside.public_id: False}
    ada.post(f"/offers/{offer.public_id}/application", {"message": ""})
    assert ticked() == {behind.public_id: False, beside.public_id: False}


def test_signing_in_from_an_offer_leads_back_to_it(
    hiring: Hiring, client: ReviewedClient, cast: Cast, session: Session
) -> None:
    cast.ada.password_hash = passwords.hash_password(PASSWORD)
    session.commit()
    offer = hiring.offer({"python": 2})
    client.get(f"/offers/{offer.public_id}?lang=en")
    link = client.page.find("a", string="Sign in", class_="button")
    assert client.get(link["href"]).headers["Location"] == "/sign-in"
    client.get("/sign-in?lang=en")
    sent = sign_in(client, "ada@example.org")
    assert sent.headers["Location"] == link["href"]
    assert client.get(link["href"]).headers["Location"] == f"/offers/{offer.public_id}#match"
    client.get(f"/offers/{offer.public_id}")
    assert client.page.select_one("h2#match")
