"""A list of certificates: a verdict a row, names within their budgets, a CSV back, with a script and without."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification.models import Certificate
from app.certification.services import forget_holder, revoke_certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.identifiers import grouped, new_public_id
from app.foundation.sheets import TRIGGERS
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient
from tests.verification.builders import upload

JSON = {"Accept": "application/json"}


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


@pytest.fixture
def other(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Blaise's."""
    return builders.certify(session, cast.blaise, exam)


def send(client: ReviewedClient, rows: str, language: str = "en") -> list[list[str]]:
    """Post a list; the cells of the table."""
    client.get(f"/verify/bulk?lang={language}")
    response = client.post("/verify/bulk", {"rows": rows})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return [
        [cell.get_text() for cell in row.find_all(["th", "td"])] for row in client.page.find("tbody").find_all("tr")
    ]


def as_csv(client: ReviewedClient) -> list[list[str]]:
    """What the button of the page gives back."""
    sealed = client.page.find("input", attrs={"name": "sealed"})["value"]
    response = client.post("/verify/bulk/csv", {"sealed": sealed})
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    text = response.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_verdict_a_row(
    client: ReviewedClient, session: Session, certificate: Certificate, other: Certificate, language: str
) -> None:
    revoke_certificate(session, actor=SYSTEM, certificate=other, reason="misconduct")
    rows = f"number;name\n{certificate.public_id};lefevre ADA\n{other.public_id};\n{new_public_id()};Zoé\n12;=1+1\n"
    table = send(client, rows, language)
    assert [row[0] for row in table] == ["2", "3", "4", "5"]
    if language == "en":
        assert [row[2] for row in table] == ["Valid", "Revoked", "Not found", "No number read"]
        assert table[0][6] == "lefevre ADA: matches"
        assert "a number has 26" in table[3][7]
    assert "Lefèvre" not in client.text(), "a list never shows a name that was not sent"
    heading, *answers = as_csv(client)
    assert len(heading) == 10
    assert answers[0][1] == grouped(certificate.public_id)
    assert answers[3][7] == "'=1+1"
    assert not any(cell[:1] in TRIGGERS for row in answers for cell in row if cell)


def test_a_list_is_no_way_around_the_budget_of_names(client: ReviewedClient, certificate: Certificate) -> None:
    names = ["Ada Lefort", "Ada Lefevre", "Ada", "Ada B", "Ada C", "Ada Lefèvre", "Ada Lefevre"]
    table = send(client, "\n".join(f"{certificate.public_id},{name}" for name in names))
    said = [row[6].rpartition(": ")[2] for row in table]
    assert said == ["does not match", "matches", *["does not match"] * 3, *["not compared"] * 2]
    page = client.post(f"/verify/{certificate.public_id}/name", {"name": "Ada Lefevre"})
    assert page.status_code == 429, "the page of the certificate counts the same tries"


def test_an_erased_name_is_not_compared(
    client: ReviewedClient, session: Session, cast: Cast, certificate: Certificate
) -> None:
    forget_holder(session, cast.ada.id)
    (row,) = send(client, f"{certificate.public_id},Ada Lefèvre")
    assert row[2] == "Valid"
    assert row[6].endswith("cannot be compared here, ask for the file")


def test_as_a_file(client: ReviewedClient, certificate: Certificate) -> None:
    client.get("/verify/bulk?lang=en")
    content = f"Numéro\tNom\r\n{certificate.public_id}\tLefèvre Ada\r\n".encode("utf-16")
    response = client.post("/verify/bulk", upload(content, "liste.csv"), content_type="multipart/form-data")
    assert response.status_code == 200
    assert "matches" in client.text()


@pytest.mark.parametrize("rows", ["", "number", "x\n" * 1001, '"' + "a" * 20_000, "\x00", "\ufffd" * 40])
def test_what_is_no_list_is_answered_in_words(client: ReviewedClient, keys: str, rows: str) -> None:
    response = client.post("/verify/bulk", {"rows": rows})
    assert response.status_code in (200, 422)
    if response.status_code == 422 and "\x00" not in rows:
        assert client.page.find(id="bulk-problem").get_text(strip=True)
        assert client.page.find("textarea").get_text().strip() == rows.strip(), "what was typed is kept"


def test_ten_lists_an_hour(client: ReviewedClient, keys: str) -> None:
    with clock.frozen(clock.now()):
        statuses = [client.post("/verify/bulk", {"rows": "1"}).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


def test_the_answer_that_comes_back_must_be_ours(client: ReviewedClient, keys: str) -> None:
    for sealed in ("", "x", "=cmd|' /C calc'!A0", "é"):
        assert client.post("/verify/bulk/csv", {"sealed": sealed}).status_code == 422


def start(client: ReviewedClient, rows: str) -> dict[str, Any]:
    response = client.post("/verify/bulk/start", {"rows": rows}, headers=JSON)
    assert response.status_code == 200
    begun: dict[str, Any] = response.get_json()
    return begun


def ask_slice(client: ReviewedClient, body: Any) -> Any:
    return client._open("POST", "/verify/bulk/slice", json=body, headers={**JSON, "X-CSRFToken": client.csrf_token()})


def test_in_slices(client: ReviewedClient, certificate: Certificate) -> None:
    client.get("/verify/bulk?lang=en")
    begun = start(client, "\n".join([certificate.public_id] * 60))
    assert (len(begun["rows"]), begun["slice"]) == (60, 50)
    told = ask_slice(client, {"ticket": begun["ticket"], "rows": begun["rows"][:50]}).get_json()
    assert [one["state"] for one in told["answers"]] == ["valid"] * 50
    assert len(told["csv"].splitlines()) == 50
    assert told["words"] == {"valid": "Valid"}


def test_a_ticket_is_good_for_a_thousand_rows(client: ReviewedClient, keys: str) -> None:
    begun = start(client, "1")
    body = {"ticket": begun["ticket"], "rows": [[1, "x", ""]]}
    statuses = [ask_slice(client, body).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize(
    "rows",
    [None, "x", [["1"]], [[1, "x", ""]] * 51, [[1, 2]], [["é", "x", ""]], [[1e400, "x", ""]], {"a": 1}, [[[], [], []]]],
)
def test_hostile_slices_are_problems(client: ReviewedClient, keys: str, rows: Any) -> None:
    begun = start(client, "1")
    for body in ({"ticket": begun["ticket"], "rows": rows}, {"ticket": "x", "rows": [[1, "x", ""]]}, rows):
        assert ask_slice(client, body).status_code == 422


def test_hostile_cells_are_cells(client: ReviewedClient, keys: str) -> None:
    begun = start(client, "1")
    cells = ["\x00", "\ud800", "\u202e", "x" * 100_000, "http://[", "%(name)s {0}"]
    told = ask_slice(client, {"ticket": begun["ticket"], "rows": [[1, cell, cell] for cell in cells]})
    assert told.status_code == 200
    assert {one["state"] for one in told.get_json()["answers"]} == {"unreadable"}


def test_statements_do_not_grow_with_the_rows(
    client: ReviewedClient, session: Session, certificate: Certificate, other: Certificate, statements
) -> None:
    counts = []
    for rows in ([certificate.public_id], [certificate.public_id, other.public_id] * 40 + [new_public_id()] * 20):
        session.commit()
        statements.clear()
        client.post("/verify/bulk", {"rows": "\n".join(rows)})
        counts.append(len([one for one in statements.seen if not one.startswith(("PRAGMA", "BEGIN"))]))
    assert counts[1] <= counts[0] + 1, counts
