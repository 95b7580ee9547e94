"""The page of the signing keys: states in words, what rests on each, what is wrong, how far the drill is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import keyring, queries
from app.certification.compromise import sign_anew, withdraw_key
from app.certification.key_files import key_problems
from app.certification.key_usage import signing_anew, usage_of_keys
from app.certification.keys import rotate_key
from app.foundation import clock
from app.foundation.actor import SYSTEM
from certificates.keys import generate_key
from tests.builders import Cast
from tests.certification import builders
from tests.certification.test_sharing import revoke


def another(path: Path) -> None:
    path.unlink()
    generate_key("did:web:localhost#other").save_pem(path, None)


def damaged(path: Path) -> None:
    path.chmod(0o600)
    path.write_text("not a key")
    path.chmod(0o400)


FAULTS: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "open": lambda path: path.chmod(0o444),
    "closed": damaged,
    "other": another,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_fault_says_what_to_do(app: Flask, session: Session, cast: Cast, fault: str, language: str) -> None:
    key_id = builders.make_keys(app, session)
    path = app.config["SETTINGS"].keys_path / f"{key_id}.pem"
    assert key_problems(session) == []
    FAULTS[fault](path)
    assert [one.fault for one in key_problems(session)] == [fault]
    keyring._signers.clear()
    client = cast.client("admin", language=language)
    client.get("/admin/keys")
    banner = client.page.find("main").find("div", class_="banner")
    assert key_id in banner.get_text()
    assert str(path) in banner.get_text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_after_a_withdrawal_the_page_says_how_far_it_is(
    session: Session, cast: Cast, exam: ExamVersion, language: str
) -> None:
    first = queries.get_active_key(session).key_id
    people = [builders.certify(session, cast.person(f"Person {number}"), exam) for number in range(3)]
    revoke(session, people[0])
    withdraw_key(session, actor=SYSTEM, key_id=first, since=clock.now())
    session.commit()
    assert (signing_anew(session).done, signing_anew(session).left) == (0, 2)
    sign_anew(session, limit=1)
    client = cast.client("admin", language=language)
    client.get("/admin/keys")
    bar = client.page.find("progress")
    assert (bar["value"], bar["max"]) == ("1", "2")
    assert [one.fault for one in key_problems(session)] == ["left"]
    sign_anew(session)
    client.get("/admin/keys")
    assert client.page.find("progress") is None
    second = queries.get_active_key(session).key_id
    assert f"flask --app wsgi keys compromise {second} --since" in client.page.find("pre").get_text()
    assert usage_of_keys(session) == {first: {"revoked": 1}, second: {"valid": 2}}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_rests_on_each_key_is_counted(session: Session, cast: Cast, exam: ExamVersion, language: str) -> None:
    builders.certify(session, cast.ada, exam)
    rotate_key(session, actor=SYSTEM)
    builders.certify(session, cast.blaise, exam)
    client = cast.client("admin", language=language)
    client.get("/admin/keys")
    rows = [
        [cell.get_text(strip=True) for cell in row.find_all("td")] for row in client.page.find("tbody").find_all("tr")
    ]
    assert [(row[2], row[3]) for row in rows] == [("1", "0"), ("1", "0")]
