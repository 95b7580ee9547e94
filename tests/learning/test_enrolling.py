"""Enrolling from a list: each row says what it would do, then all of it happens, once, without a word too many."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.audit.models import AuditBody, AuditEntry
from app.foundation import clock
from app.foundation.errors import RuleError
from app.foundation.outbox import OutboxMessage
from app.foundation.permissions import Role
from app.learning import enrolling
from app.learning.enrolling import State, enrol_list, plan
from app.learning.lists import MOST_ROWS, Asked, read_list
from app.learning.models import Cohort, CohortMember, Enrolment
from tests.builders import Cast
from tests.courses import Small, begin
from tests.learning.test_cohorts import open_cohort, put_in
from tests.reviewer import ReviewedClient

FORM = "/studio/courses/petit-cours/enrolment"


def sent(client: ReviewedClient, content: str | bytes, cohort: str = "") -> int:
    data = content.encode() if isinstance(content, str) else content
    return client.post(FORM, {"file": (io.BytesIO(data), "liste.csv"), "cohort": cohort}).status_code


def confirmed(client: ReviewedClient, **changes: str) -> int:
    sealed = client.page.find("input", attrs={"name": "sealed"})
    assert sealed
    return client.post(f"{FORM}/confirmation", {"sealed": str(sealed["value"]), **changes}).status_code


def said(client: ReviewedClient) -> dict[str, str]:
    """What the table says of each line."""
    rows = client.page.select("table tbody tr")
    return {row.find("th").get_text(): row.find_all("td")[-1].get_text() for row in rows}


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("a@example.org\n\nb@example.org", [(1, "a@example.org", ""), (3, "b@example.org", "")]),
        ("\ufeffCourriel;Cohorte\r\nA@Example.org;Été\r\n", [(2, "a@example.org", "Été")]),
        ("Groupe,Nom,E-mail\nA,Zoé,z@example.org\n", [(2, "z@example.org", "A")]),
        ("Nom;Adresse électronique;Groupe\nZoé;z@example.org;\n".encode("cp1252"), [(2, "z@example.org", "")]),
        ("Zoé;z@example.org;x".encode("cp1252"), [(1, "z@example.org", "")]),
        ("email\tpromotion\nz@example.org\tSoir".encode("utf-16"), [(2, "z@example.org", "Soir")]),
        ("'z@example.org\nzz.example.org\n", [(1, "z@example.org", ""), (2, None, "")]),
        ("email\n" + "x" * 250 + "@example.org", [(2, None, "")]),
    ],
)
def test_lists_are_read_as_spreadsheets_save_them(data: str | bytes, rows: list[tuple[Any, ...]]) -> None:
    found = read_list(data.encode() if isinstance(data, str) else data)
    assert [(row.line, row.key, row.cohort) for row in found] == rows


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"email\n",
        b"nothing here\n",
        b"x" * (2 * 1024 * 1024 + 1),
        b"a@example.org\n" * (MOST_ROWS + 1),
        b"email,cohort\na@example.org,...",
        b"email,cohort\na@example.org," + b"x" * 61,
        'email,cohort\na@example.org,"a\u202eb"'.encode(),
        b'"a@example.org\n' + b"x" * 140_000,
    ],
)
def test_lists_that_cannot_be_read_are_told_why(data: bytes) -> None:
    with pytest.raises(RuleError) as refused:
        read_list(data)
    assert str(refused.value)


def test_each_row_says_what_it_would_do(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    begin(session, cast.blaise, version).state = "left"
    cast.person("Nadia Petit", email="nadia@example.org")
    assert cast.dora
    client = cast.client("camille")
    client.get(FORM)
    people = ["nadia", "ada", "blaise", "dora", "personne", "NADIA"]
    assert sent(client, "\n".join(f"{one}@example.org" for one in people) + "\npas une adresse") == 200
    assert said(client) == {
        "1": "sera inscrite",
        "2": "déjà inscrite",
        "3": "a quitté ce cours : seule cette personne peut y revenir".replace(" :", "\u00a0:"),
        "4": "aucun compte",
        "5": "aucun compte",
        "6": "nommée deux fois, d’abord à la ligne 1",
        "7": "adresse illisible",
    }
    copied = client.page.find("textarea", id="addresses")
    assert copied
    assert copied.get_text().split() == ["dora@example.org", "personne@example.org"]
    assert session.scalar(select(func.count(Enrolment.id))) == 2
    assert confirmed(client) == 302
    client.get("/studio/courses/petit-cours/gradebook")
    rows = session.execute(select(Account.email, Enrolment.state).join(Enrolment, Enrolment.account_id == Account.id))
    states = dict(rows.all())
    assert states == {"ada@example.org": "active", "blaise@example.org": "left", "nadia@example.org": "active"}
    assert session.scalar(select(func.count(OutboxMessage.id))) == 0


def test_a_list_tells_nothing_of_an_account_but_that_it_is_a_learner_s(cast: Cast, session: Session) -> None:
    """Staff, suspended, unconfirmed and erased accounts look like nobody; no name is shown."""
    version = Small().publish(session)
    hidden = [cast.person(f"Caché {role}", role) for role in (Role.EMPLOYER, Role.INSTRUCTOR, Role.ADMINISTRATOR)]
    for state in ("suspended", "erased"):
        hidden.append(cast.person(f"Caché {state}"))
        hidden[-1].state = state
    hidden.append(cast.person("Caché sans preuve"))
    hidden[-1].confirmed_at = None
    cast.person("Caché lui aussi", email="seen@example.org")
    client = cast.client("camille")
    addresses = [*(one.email for one in hidden), "nobody@example.org", "seen@example.org"]
    assert sent(client, "\n".join(addresses)) == 200
    assert list(said(client).values()) == ["aucun compte"] * 7 + ["sera inscrite"]
    assert "Caché" not in client.text()
    assert session.scalars(select(Enrolment).where(Enrolment.course_id == version.course_id)).all() == []


def test_looking_addresses_up_is_counted_and_recorded(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    Small().publish(session)
    client = cast.client("camille")
    monkeypatch.setattr(enrolling, "HUNDREDS", enrolling.Allowance("enrolment-hundreds", 3, enrolling.LISTS.period))
    many = "\n".join(f"u{number}@example.org" for number in range(150))
    assert sent(client, many) == 200
    entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "learners.looked-up")).one()
    assert entry.subject == "petit-cours"
    assert session.get_one(AuditBody, entry.seq).details == {"addresses": 150, "unknown": 150}
    assert sent(client, many) == 429
    assert sent(cast.client("admin"), many) == 200


def test_cohorts_named_in_a_list(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    known = open_cohort(session, cast, version.course_id, "Groupe d’été")
    begin(session, cast.ada, version)
    begin(session, cast.blaise, version)
    put_in(session, known, cast.blaise.id)
    cast.person("Nadia Petit", email="nadia@example.org")
    cast.person("Omar Petit", email="omar@example.org")
    client = cast.client("camille")
    rows = "courriel;cohorte\nada@example.org;Soir\nblaise@example.org;groupe d'ete\nnadia@example.org;\n"
    assert sent(client, rows + "omar@example.org;SOIR", known.public_id) == 200
    assert said(client)["2"] == "déjà inscrite, rejoindra la cohorte"
    assert said(client)["3"] == "déjà inscrite"
    assert "Soir" in client.text()
    assert confirmed(client) == 302
    members = session.execute(
        select(Cohort.name, Account.email)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .join(Account, Account.id == CohortMember.account_id)
        .order_by(Account.email)
    )
    assert [tuple(row) for row in members] == [
        ("Soir", "ada@example.org"),
        ("Groupe d’été", "blaise@example.org"),
        ("Groupe d’été", "nadia@example.org"),
        ("Soir", "omar@example.org"),
    ]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "learners.enrolled")).one()
    details = session.get_one(AuditBody, entry.seq).details
    assert (len(details["enrolled"]), details["placed"]) == (2, 3)


def test_a_list_that_names_an_archived_cohort_is_refused_with_its_line(cast: Cast, session: Session) -> None:
    cohort = open_cohort(session, cast, Small().publish(session).course_id)
    cohort.archived_at = clock.now()
    client = cast.client("camille")
    assert sent(client, "email,cohort\nada@example.org,groupe a") == 422
    assert "Ligne 2" in client.text()


def test_a_dry_run_is_confirmed_by_its_own_reader_for_its_own_course(cast: Cast, session: Session) -> None:
    Small().publish(session)
    Small(slug="autre").publish(session)
    assert cast.ada
    camille, admin = cast.client("camille"), cast.client("admin")
    sent(camille, "ada@example.org")
    sealed = str(camille.page.find("input", attrs={"name": "sealed"})["value"])  # type: ignore[index]
    assert admin.post(f"{FORM}/confirmation", {"sealed": sealed}).status_code == 422
    other = "/studio/courses/autre/enrolment/confirmation"
    assert camille.post(other, {"sealed": sealed}).status_code == 422
    assert camille.post(f"{FORM}/confirmation", {"sealed": sealed[:-1]}).status_code == 422
    assert session.scalars(select(Enrolment)).all() == []
    for status in (302, 422):  # the second time, nobody is left to enrol
        assert camille.post(f"{FORM}/confirmation", {"sealed": sealed}).status_code == status
    assert session.scalars(select(Enrolment.account_id)).all() == [cast.ada.id]


def test_a_list_may_wait_an_hour(cast: Cast, session: Session) -> None:
    Small().publish(session)
    assert cast.ada
    client = cast.client("camille")
    assert sent(client, "") == 422
    assert client.post(FORM, {"cohort": ""}).status_code == 422
    assert sent(client, "ada@example.org") == 200


def test_two_lists_at_once_enrol_everybody_once(app: Flask, cast: Cast, session: Session) -> None:
    """The second was planned before the first was done."""
    version = Small().publish(session)
    rows = [Asked(1, cast.ada.email, cast.ada.email_key, "A"), Asked(2, cast.blaise.email, cast.blaise.email_key, "A")]
    plans = [plan(session, version.course_id, rows), plan(session, version.course_id, rows[:1])]
    actor = cast.actor("camille")
    assert enrol_list(session, actor=actor, version=version, found=plans[0]) == 2
    late = enrolling.Plan(plans[1].lines, {"a": session.scalars(select(Cohort)).one()}, ())
    assert enrol_list(session, actor=actor, version=version, found=late) == 0
    assert session.scalar(select(func.count()).select_from(CohortMember)) == 2


def test_a_long_list_takes_few_statements(cast: Cast, session: Session, statements: Any) -> None:
    version = Small().publish(session)
    people = [cast.person(f"Personne {number}") for number in range(30)]
    open_cohort(session, cast, version.course_id, "Soir")
    rows = [Asked(number, one.email, one.email_key, "Soir") for number, one in enumerate(people)]
    found = plan(session, version.course_id, rows)
    counted = []
    for some in (found.lines[:5], found.lines[5:]):
        statements.clear()
        part = enrolling.Plan(some, found.cohorts, ())
        enrol_list(session, actor=cast.actor("camille"), version=version, found=part)
        counted.append(len(statements.seen))
    assert max(counted) < 12
    assert session.scalar(select(func.count(Enrolment.id))) == 30
    assert found.count(State.ENROL) == 30
