"""GET /api/v1/certificates/<id>, in the very shape of contract.md; batches; the description; errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification.models import Certificate
from app.certification.services import revoke_certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.identifiers import new_public_id
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's, of a known instant."""
    with clock.frozen(datetime(2026, 11, 22, 10, 0, tzinfo=UTC)):
        return builders.certify(session, cast.ada, exam, right=3)


def test_the_shape_of_the_contract(client: ReviewedClient, certificate: Certificate) -> None:
    response = client.get(f"/api/v1/certificates/{certificate.public_id.lower()}")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.get_json()
    earned = answer.pop("earned")
    assert {name: earned[name] for name in ("score", "cut", "items", "attempt", "supervised", "course_version")} == {
        "score": 0.75,
        "cut": 0.7,
        "items": 4,
        "attempt": 1,
        "supervised": False,
        "course_version": "1",
    }
    assert answer == {
        "id": certificate.public_id,
        "status": "valid",
        "reason": None,
        "status_since": "2026-11-22T10:00:00Z",
        "achievement": {
            "name": certificate.achievement.name,
            "tier": "beginner",
            "skills": [
                {"id": "ai-literacy", "name": {"fr": "Culture de l’IA", "en": "AI literacy"}, "tier": "beginner"},
                {
                    "id": "ai-principles",
                    "name": {"fr": "Principes de l’IA", "en": "Principles of AI"},
                    "tier": "beginner",
                },
            ],
        },
        "issuer": {"id": "did:web:localhost%3A8000", "name": "Passerelle"},
        "holder": {"name": "A… L…", "masked": True},
        "issued_at": "2026-11-22T10:00:00Z",
        "expires_at": "2027-11-22T10:00:00Z",
        "superseded_by": None,
        "checks": [
            {"name": "signature", "passed": True},
            {"name": "status", "passed": True},
            {"name": "validity", "passed": True},
        ],
    }


def test_the_page_answers_the_same_by_accept(client: ReviewedClient, certificate: Certificate) -> None:
    api = client.get(f"/api/v1/certificates/{certificate.public_id}").get_json()
    page = client.get(f"/verify/{certificate.public_id}", headers={"Accept": "application/json"})
    assert page.get_json() == api
    assert "Accept" in page.headers["Vary"]


def test_revoked(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    with clock.frozen(datetime(2026, 11, 23, 9, 30, tzinfo=UTC)):
        revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")
    answer = client.get(f"/api/v1/certificates/{certificate.public_id}").get_json()
    assert (answer["status"], answer["reason"], answer["status_since"]) == (
        "revoked",
        "misconduct",
        "2026-11-23T09:30:00Z",
    )
    assert {check["name"]: check["passed"] for check in answer["checks"]}["status"] is False


@pytest.mark.parametrize("number", ["A" * 26, "short", "%00", "é"])
def test_unknown_numbers_are_problems(client: ReviewedClient, keys: str, number: str) -> None:
    response = client.get(f"/api/v1/certificates/{number}")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["status"] == 404


def test_a_batch_keeps_its_order(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    unknown = new_public_id()
    typed = ["nonsense", certificate.public_id.lower(), unknown, certificate.public_id]
    session.commit()
    response = client.raw.post("/api/v1/verify/batch", json={"ids": typed})
    results = response.get_json()["results"]
    assert [result["status"] for result in results] == ["unknown", "valid", "unknown", "valid"]
    assert [result["id"] for result in results] == ["nonsense", certificate.public_id, unknown, certificate.public_id]
    assert results[1]["holder"] == {"name": "A… L…", "masked": True}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b'{"ids": "x"}', b"[" * 100_000, b"\xff", json.dumps({"ids": ["x"] * 1001}).encode()],
)
def test_what_is_no_batch_is_a_problem(client: ReviewedClient, keys: str, body: bytes) -> None:
    response = client.raw.post("/api/v1/verify/batch", data=body)
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"


def test_a_thousand_numbers_in_a_few_statements(
    client: ReviewedClient, session: Session, certificate: Certificate, statements
) -> None:
    session.commit()
    typed = [new_public_id() for _ in range(999)] + [certificate.public_id]
    client.raw.post("/api/v1/verify/batch", json={"ids": typed})
    statements.clear()
    response = client.raw.post("/api/v1/verify/batch", json={"ids": typed})
    assert len(response.get_json()["results"]) == 1000
    work = [one for one in statements.seen if not one.startswith(("PRAGMA", "BEGIN"))]
    assert len(work) == 2


def test_budgets(client: ReviewedClient, session: Session, keys: str) -> None:
    session.commit()
    with clock.frozen(clock.now()):
        batches = [client.raw.post("/api/v1/verify/batch", json={"ids": []}).status_code for _ in range(11)]
        files = [client.raw.post("/api/v1/verify", data=b"{}").status_code for _ in range(21)]
    assert batches == [200] * 10 + [429]
    assert files == [422] * 20 + [429]


def test_any_site_may_ask(client: ReviewedClient, session: Session, keys: str) -> None:
    session.commit()
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    preflight = client.raw.open("/api/v1/verify", method="OPTIONS", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Headers"] == "Content-Type"
    answer = client.raw.post("/api/v1/verify", data=b"{}", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 422
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


def test_no_file_is_a_problem(client: ReviewedClient, session: Session, keys: str) -> None:
    session.commit()
    for options in ({"data": {"other": "x"}, "content_type": "multipart/form-data"}, {"data": b""}):
        response = client.raw.post("/api/v1/verify", **options)
        assert response.status_code == 422
        assert response.get_json()["detail"]


def test_the_description_names_every_route_and_no_other(app: Flask, client: ReviewedClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    routes = {
        (rule.rule.replace("<public_id:", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == routes


def test_the_description_describes_what_is_answered(client: ReviewedClient, certificate: Certificate) -> None:
    schema = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]["Verification"]
    answer = client.get(f"/api/v1/certificates/{certificate.public_id}").get_json()
    assert set(answer) <= set(schema["properties"])
    assert answer["status"] in schema["properties"]["status"]["enum"]
