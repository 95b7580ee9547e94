"""Every form of accounts against what no person types: a sentence or a refusal, never a crash, nothing stored."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation.forms import clean_lines, clean_text
from app.foundation.hidden_signs import carries_hidden_signs
from app.foundation.outbox import OutboxMessage
from tests.accounts.people import PASSWORD
from tests.builders import Cast
from tests.reviewer import ReviewedClient

TEXTS = {
    "empty": "",
    "blank": " \u00a0\u200b ",
    "too long": "m" * 10_000,
    "NUL": "Ada\x00Lefevre",
    "line break": "Ada\r\nBcc: all@example.org",
    "right to left": "Ada \u202egpj.exe",
    "isolate": "\u2066Ada\u2069",
    "mark": "Ada\u200f",
    "noncharacter": "Ada\ufffe",
    "separator": "Ada\u2028Lefevre",
    "replacement": "Ada \ufffd",
}
FORMS = {
    "/register": {"name": "Ada", "email": "new@example.org", "password": PASSWORD, "role": "learner"},
    "/sign-in": {"email": "new@example.org", "password": PASSWORD},
    "/reset": {"email": "new@example.org"},
    "/account": {"name": "Ada", "language": "fr"},
    "/account/password": {"current": PASSWORD, "password": "sept lanternes sous la pluie"},
}
TEXT_FIELDS = [(path, name) for path, form in FORMS.items() for name in form if name in ("name", "email")]
ALL_FIELDS = [(path, name) for path, form in FORMS.items() for name in form]


def client_for(path: str, client: ReviewedClient, cast: Cast) -> ReviewedClient:
    return cast.client("ada") if path.startswith("/account") else client


def send(client: ReviewedClient, path: str, body: bytes) -> int:
    """Send these very bytes, as no browser would; the status that answers."""
    with client.app.app_context():
        return client.raw.post(path, data=body, content_type="application/x-www-form-urlencoded").status_code


@pytest.mark.parametrize(("path", "name"), TEXT_FIELDS)
def test_a_text_that_no_person_types_gets_a_sentence(
    session: Session, client: ReviewedClient, cast: Cast, *, path: str, name: str
) -> None:
    client = client_for(path, client, cast)
    before = session.scalar(select(func.count(Account.id)))
    for kind, text in TEXTS.items():
        answer = client.post(path, {**FORMS[path], name: text})
        assert answer.status_code == 422, kind
        field = client.page.find(id=name)
        assert field is not None
        assert field["aria-invalid"] == "true", kind
        assert client.page.find("a", href=f"#{name}") is not None, kind
        assert PASSWORD not in answer.get_data(as_text=True), "a password is never sent back"
    assert session.scalar(select(func.count(Account.id))) == before
    assert session.scalar(select(func.count(OutboxMessage.id))) == 0


@pytest.mark.parametrize(("path", "name"), ALL_FIELDS)
def test_a_missing_field_gets_a_sentence(client: ReviewedClient, cast: Cast, *, path: str, name: str) -> None:
    client = client_for(path, client, cast)
    rest = {key: value for key, value in FORMS[path].items() if key != name}
    if (path, name) == ("/register", "role"):
        rest["role"] = "nobody"
    assert client.post(path, rest).status_code == 422


@pytest.mark.parametrize("path", ["/register", "/sign-in", "/account/password"])
@pytest.mark.parametrize("password", ["", "m" * 300, "m" * 100_000])
def test_a_password_too_short_or_too_long_gets_a_sentence(
    client: ReviewedClient, cast: Cast, *, path: str, password: str
) -> None:
    client = client_for(path, client, cast)
    assert client.post(path, {**FORMS[path], "password": password}).status_code == 422


def test_three_hundred_characters_are_refused_in_words(client: ReviewedClient) -> None:
    client.get("/register?lang=en")
    client.post("/register", {**FORMS["/register"], "password": "m" * 300})
    assert "At most 256 characters." in client.text()


@pytest.mark.parametrize("path", FORMS)
def test_ten_megabytes_are_too_large(client: ReviewedClient, cast: Cast, path: str) -> None:
    client = client_for(path, client, cast)
    body = b"csrf_token=x&email=" + b"m" * 10_000_000
    assert send(client, path, body) == 413


@pytest.mark.parametrize("path", FORMS)
def test_bytes_that_are_not_utf8_are_refused(session: Session, client: ReviewedClient, cast: Cast, path: str) -> None:
    client = client_for(path, client, cast)
    token = client.csrf_token().encode()
    surrogate = b"%ED%A0%80"  # half a character, as some programs send it
    sound = FORMS[path]
    for name in [name for name in sound if name != "current"] if path != "/sign-in" else ["email"]:
        whole = {key: quote(value).encode() for key, value in sound.items()}
        whole[name] = whole[name][:5] + surrogate + whole[name][5:]
        body = b"&".join([b"csrf_token=" + token, *(key.encode() + b"=" + value for key, value in whole.items())])
        assert send(client, path, body) == 422, name
    assert session.scalars(select(Account.name)).all() in ([], ["Ada Lefèvre"])


def test_bytes_that_are_not_text_are_asked_again_in_words(client: ReviewedClient) -> None:
    sound = "email=new%40example.org&role=learner&password=" + quote(PASSWORD)
    for broken in (b"Jean%ED%A0%80%20Dupont", b"Jean%FF%20Dupont", b"Jean\xff Dupont"):
        body = b"csrf_token=" + client.csrf_token().encode() + b"&name=" + broken + b"&" + sound.encode()
        form = "application/x-www-form-urlencoded"
        answer = client.raw.post("/register?lang=en", data=body, content_type=form)
        assert answer.status_code == 422, broken
        assert "Remove the invisible signs from this text" in answer.get_data(as_text=True)


def test_an_address_that_is_not_text_is_not_a_crash(client: ReviewedClient) -> None:
    for query in ("text=%ED%A0%80", "text=%FF", "page=%FF", "lang=%FF", "%FF=1"):
        assert client.get(f"/offers?{query}").status_code == 200
    with client.app.app_context():
        assert client.raw.get("/offers", environ_overrides={"QUERY_STRING": "text=\xff"}).status_code == 200


@pytest.mark.parametrize("path", [*FORMS, "/sign-out", "/account/sign-out-everywhere", "/confirm/x", "/reset/x"])
def test_without_its_token_or_from_another_site_nothing_is_done(cast: Cast, path: str) -> None:
    client = cast.client("ada")
    assert send(client, path, b"name=Ada&language=fr") == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, FORMS.get(path), headers=foreign).status_code == 403
    assert client.get("/account").status_code == 200, "still signed in"


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.org", "ada@localhost", "ada@example", "a b@example.org", "ada@exam_ple.org",
     "ada@example.org, eve@example.org", "<ada@example.org>", "é@example.org", "ada@[127.0.0.1]"],
)  # fmt: skip
def test_what_is_not_an_address_is_refused(client: ReviewedClient, email: str) -> None:
    assert client.post("/register", {**FORMS["/register"], "email": email}).status_code == 422
    assert client.page.find(id="email")["value"] == email, "what was typed is kept"


@pytest.mark.parametrize(
    "name", ["O’Brien", "Nguyễn Thị Ánh", "محمد علي", "李小龍", "Jean-Noël d'Été", "X Æ A-12", "🐘"]
)
def test_names_of_people_are_taken(app: Flask, session: Session, client: ReviewedClient, name: str) -> None:
    assert client.post("/register", {**FORMS["/register"], "name": name}).status_code == 200
    assert session.scalar(select(Account.name)) == name


def test_texts_are_cleaned_on_the_way_in() -> None:
    assert clean_text("  E\u0301lodie   Martin\ufeff ") == "Élodie Martin"
    assert clean_lines("\r\n un\r\ndeux\r") == "un\ndeux"
    assert clean_text(None) is clean_lines(None) is None


def test_hidden_signs() -> None:
    assert not carries_hidden_signs("première ligne\n\tseconde", lines=True)
    assert carries_hidden_signs("première ligne\nseconde")
    for sign in ("\x00", "\x7f", "\ud800", "\u202e", "\u2067", "\u200f", "\uffff", "\U0001fffe", "\u2028"):
        assert carries_hidden_signs(f"avant{sign}après", lines=True)
    assert not carries_hidden_signs("👩\u200d👩\u200d👧 نمی\u200cخواهم")
