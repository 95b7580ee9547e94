"""GET /api/v1/offers: open offers as JobPosting, and never a draft."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.foundation import clock
from tests.builders import Cast
from tests.matching.people import Hiring
from tests.reviewer import ReviewedClient


@pytest.fixture
def hiring(session: Session, cast: Cast) -> Hiring:
    """Dora's approved organisation, with one open offer to make and drafts to hide."""
    return Hiring(session, cast.dora)


def test_open_offers_are_job_postings(client: ReviewedClient, session: Session, hiring: Hiring) -> None:
    offer, hidden = hiring.offer(), hiring.offer(publish=False)
    number, draft = offer.public_id, hidden.public_id
    session.commit()
    found = client.get("/api/v1/offers").get_json()
    assert (found["total"], found["page"], found["pages"]) == (1, 1, 1)
    posting = found["offers"][0]
    assert posting["@type"] == "JobPosting"
    assert posting["url"] == f"http://localhost:8000/offers/{number}"
    assert len(posting["skills"]) == len(offer.requirements)
    alone = client.get(f"/api/v1/offers/{number}")
    assert alone.mimetype == "application/ld+json"
    assert alone.get_json() == posting
    assert client.get(f"/api/v1/offers/{number}", headers={"Accept": "application/json"}).mimetype == "application/json"
    assert client.get(f"/api/v1/offers/{draft}").status_code == 404
    with clock.frozen(clock.now() + timedelta(days=4000)):
        assert client.get("/api/v1/offers").get_json()["offers"] == []
        assert client.get(f"/api/v1/offers/{number}").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "2"])
def test_any_page_may_be_asked_for(client: ReviewedClient, hiring: Hiring, page: str) -> None:
    assert client.get(f"/api/v1/offers?page={page}").status_code == 200


def test_a_page_of_offers_is_read_in_a_few_statements(
    client: ReviewedClient, session: Session, hiring: Hiring, statements
) -> None:
    for _number in range(3):
        hiring.offer()
    session.commit()
    statements.clear()
    assert len(client.get("/api/v1/offers").get_json()["offers"]) == 3
    assert len([one for one in statements.seen if one.startswith("SELECT")]) == 3
