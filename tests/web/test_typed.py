"""What was typed is kept when a form cannot be taken: an old token, a session over, a budget, a closed offer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from wtforms import PasswordField

from app.accounts import forms as accounts_forms
from app.accounts.models import Account
from app.foundation import throttle
from app.foundation.forms import Form
from app.foundation.throttle import Budget
from app.jobs.models import Application, Offer
from app.jobs.services import close_offer
from app.jobs.views import APPLICATIONS
from app.matching.models import Invitation
from app.matching.staff import INVITATIONS
from app.web.typed import MOST_CHARACTERS, MOST_FIELDS, NEVER_SHOWN
from tests.accounts.people import PASSWORD
from tests.builders import Cast
from tests.jobs.test_views import offer_form
from tests.matching.people import Hiring
from tests.reviewer import ReviewedClient

TEXT = "Bonjour,\n\nje compte bien ; </textarea><script>alert(1)</script>"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def hiring(session: Session, cast: Cast) -> Hiring:
    return Hiring(session, cast.dora)


def send_old(client: ReviewedClient, path: str, data: dict[str, Any], headers: dict[str, str] = OURS) -> TestResponse:
    """Send a form whose token is not of this browser's session."""
    return client.post(path, {**data, "csrf_token": "old"}, headers=headers)


def shown(client: ReviewedClient) -> list[str]:
    """The texts kept on the page, line ends as they were typed."""
    return [box.get_text().replace("\r\n", "\n") for box in client.page.select("main textarea")]


def fields_of(client: ReviewedClient) -> dict[str, str]:
    """What pressing the button of the page's form would send."""
    form = client.page.select_one("main form")
    assert form is not None
    typed = {box["name"]: box.get_text() for box in form.find_all("textarea")}
    return {"": form["action"], **typed, **{box["name"]: box["value"] for box in form.find_all("input")}}


@pytest.mark.parametrize("headers", [OURS, {"Origin": "http://localhost:8000"}])
def test_a_form_with_an_old_token_is_sent_again_at_once(
    hiring: Hiring, cast: Cast, session: Session, headers: dict[str, str]
) -> None:
    path = f"/offers/{hiring.offer().public_id}/application"
    ada = cast.client("ada")
    assert send_old(ada, path, {"message": TEXT}, headers).status_code == 400
    assert shown(ada) == [TEXT]
    assert ada.page.select_one("main h1 + p + p") is None, "one sentence, no second that contradicts it"
    again = fields_of(ada)
    assert again.pop("") == path
    assert ada.post(path, again).status_code == 302
    assert session.scalars(select(Application.message)).one().replace("\r\n", "\n") == TEXT


def test_a_long_form_keeps_every_field(hiring: Hiring, cast: Cast, session: Session) -> None:
    dora = cast.client("dora")
    assert send_old(dora, "/hire/offers/new", offer_form()).status_code == 400
    again = fields_of(dora)
    assert dora.post(again.pop(""), again).status_code == 302
    assert session.scalars(select(Offer)).one().pay_min == 34_000


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Sec-Fetch-Site": "none"}])
def test_words_that_may_come_from_elsewhere_are_not_shown(client: ReviewedClient, headers: dict[str, str]) -> None:
    assert send_old(client, "/reset", {"email": "call-me@evil.example"}, headers).status_code in (400, 403)
    assert "evil" not in client.text()
    assert client.page.select_one("main form") is None


def test_no_password_and_no_token_is_shown(client: ReviewedClient) -> None:
    form = {"name": "Ada Lefèvre", "email": "ada@example.org", "password": PASSWORD, "role": "learner"}
    answer = send_old(client, "/register", form)
    assert shown(client) == ["Ada Lefèvre", "ada@example.org"]
    assert PASSWORD not in answer.get_data(as_text=True)
    assert "old" not in fields_of(client).values()
    forms = [one for one in vars(accounts_forms).values() if isinstance(one, type) and issubclass(one, Form)]
    secret = {field.name for one in forms for field in one() if isinstance(field, PasswordField)}
    assert {"password", "current"} <= secret
    assert [name for name in secret if not NEVER_SHOWN.search(name)] == []


@pytest.mark.parametrize(
    "data",
    [{f"field-{n}": "a word" for n in range(MOST_FIELDS + 1)}, {"message": "x " * (MOST_CHARACTERS // 2)}],
    ids=["many", "long"],
)
def test_what_no_form_of_ours_holds_is_not_sent_back(client: ReviewedClient, data: dict[str, str]) -> None:
    assert send_old(client, "/reset", data).status_code == 400
    assert shown(client) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_session_that_ended_meanwhile(
    hiring: Hiring, client: ReviewedClient, session: Session, language: str
) -> None:
    offer = f"/offers/{hiring.offer().public_id}"
    client.get(f"{offer}?lang={language}")
    assert client.post(f"{offer}/application", {"message": TEXT}, headers=OURS).status_code == 401
    assert shown(client) == [TEXT]
    assert client.page.select_one("main form") is None, "to copy: nobody is signed in"
    with client.raw.session_transaction() as cookie:
        assert cookie["destination"] == ["jobs.offer", {"offer_id": offer.removeprefix("/offers/")}]
    assert session.scalar(select(Application)) is None


def test_an_offer_that_closed_meanwhile(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer()
    ada, dora = cast.client("ada", language="en"), cast.client("dora", language="en")
    close_offer(session, actor=cast.dora.actor(), offer=offer)
    path = f"/offers/{offer.public_id}/application"
    assert ada.post(path, {"message": TEXT}, headers=OURS).status_code == 422
    assert "This offer no longer takes applications." in ada.text()
    assert shown(ada) == [TEXT]
    assert ada.post(path, {"message": ""}, headers=OURS).status_code == 422
    assert "This offer no longer takes applications." in ada.text()
    assert dora.post(f"/hire/offers/{offer.public_id}", offer_form(description=TEXT)).status_code == 409
    assert "This offer is closed" in dora.text()
    assert shown(dora) == [TEXT]
    draft = hiring.offer(publish=False)
    assert ada.post(f"/offers/{draft.public_id}/application", {"message": TEXT}).status_code == 404


def test_somebody_invited_meanwhile(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    base = f"/hire/offers/{hiring.offer().public_id}"
    dora = cast.client("dora", language="en")
    dora.get(f"{base}/candidates")
    sent = {"candidate": dora.page.find("input", attrs={"name": "candidate"})["value"], "message": TEXT}  # type: ignore[index]
    assert dora.post(f"{base}/invitations", sent).status_code == 302
    assert dora.post(f"{base}/invitations", sent, headers=OURS).status_code in (409, 422)
    assert shown(dora) == [TEXT]
    assert dora.page.select_one("main a.button")["href"] == f"{base}/candidates"  # type: ignore[index]
    assert dora.post(f"{base}/invitations", {**sent, "candidate": "0" * 26}, headers=OURS).status_code == 404
    assert shown(dora) == [TEXT]
    assert len(session.scalars(select(Invitation)).all()) == 1


def spent(session: Session, scope: str) -> int:
    return sum(session.scalars(select(Budget.count).where(Budget.scope == scope)))


def test_what_is_refused_costs_no_budget_and_a_spent_one_keeps_the_text(
    hiring: Hiring, cast: Cast, session: Session
) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer = hiring.offer()
    ada, dora = cast.client("ada"), cast.client("dora")
    dora.get(f"/hire/offers/{offer.public_id}/candidates")
    candidate = dora.page.find("input", attrs={"name": "candidate"})["value"]  # type: ignore[index]
    for client, person, path, allowance, whom in (
        (ada, cast.ada, f"/offers/{offer.public_id}/application", APPLICATIONS, {}),
        (dora, cast.dora, f"/hire/offers/{offer.public_id}/invitations", INVITATIONS, {"candidate": candidate}),
    ):
        for wrong in ("", "x" * 3000, "a\u202eb"):
            assert client.post(path, {"message": wrong, **whom}).status_code == 422
        assert spent(session, allowance.scope) == 0
        for _ in range(allowance.uses):
            throttle.spend(session, allowance, person.public_id)
        answer = client.post(path, {"message": TEXT, **whom})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert shown(client) == [TEXT]
    assert session.scalar(select(Application)) is session.scalar(select(Invitation)) is None


def test_too_many_registrations_keep_the_name(client: ReviewedClient, session: Session) -> None:
    form = {"name": "Ada Lefèvre", "email": "ada@example.org", "password": PASSWORD, "role": "learner"}
    answers = [client.post("/register", form) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert client.page.find(id="name")["value"] == "Ada Lefèvre"  # type: ignore[index]
    assert PASSWORD not in str(client.page)
    assert len(session.scalars(select(Account)).all()) == 1


@pytest.mark.parametrize(("language", "limit"), [("fr", "3\u00a0Mo"), ("en", "3 MB")])
def test_ten_megabytes_are_answered_with_the_limit_and_the_way_back(
    client: ReviewedClient, language: str, limit: str
) -> None:
    client.get(f"/reset?lang={language}")
    assert client.post("/reset", {"email": "m" * 10_000_000}).status_code == 413
    assert limit in client.page.main.get_text()  # type: ignore[union-attr]
    assert client.page.select_one("main a.button")["href"] == "/reset"  # type: ignore[index]
