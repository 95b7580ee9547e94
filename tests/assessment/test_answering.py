"""The answer protocol (trust.md §4), over the route that the page's script uses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.assessment.models import Answer, AnswerEvent, Attempt
from app.assessment.starting import start_attempt
from app.foundation import clock
from tests.builders import Cast
from tests.courses import KINDS, Small, begin, exam_of, items_of, question, selects
from tests.reviewer import ReviewedClient

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DEADLINE = NOON + timedelta(minutes=30)


class Sitting:
    """Ada in an exam of five questions, begun at noon."""

    def __init__(self, cast: Cast, session: Session, **changes: Any) -> None:
        self.session = session
        version = Small(**changes).publish(session)
        begin(session, cast.ada, version)
        self.attempt: Attempt = start_attempt(
            session, actor=cast.actor("ada"), exam_version=exam_of(session, version), enrolled=True
        )
        session.commit()
        self.client = cast.client("ada", language="fr")
        self.items = {item.version.type: item for item in items_of(session, self.attempt)}
        root = f"/attempts/{self.attempt.public_id}/answers"
        self.addresses = {kind: f"{root}/{item.slot}" for kind, item in self.items.items()}

    def put(
        self, kind: str = "text", payload: Any = "…", rev: Any = 1, key: str = "k" * 32, **body: Any
    ) -> TestResponse:
        """Send an answer as exam.js does."""
        payload = {"text": payload, "lang": "fr"} if isinstance(payload, str) else payload
        sent = {"v": 1, "rev": rev, "payload": payload, "tab": "t", "client_at": "2026-11-22T12:00:00Z", **body}
        return self.client.put_json(self.address(kind), sent, **{"Idempotency-Key": key})

    def address(self, kind: str = "text") -> str:
        return self.addresses[kind]

    def in_force(self, kind: str = "text") -> Any:
        self.session.expire_all()
        answer = self.session.get(Answer, (self.attempt.id, self.items[kind].slot))
        return (answer.rev, answer.payload) if answer else None

    def events(self) -> list[tuple[int, Any, bool]]:
        rows = self.session.scalars(select(AnswerEvent).order_by(AnswerEvent.id))
        return [(row.rev, (row.payload or {}).get("text"), row.counted) for row in rows]


@pytest.fixture
def sitting(cast: Cast, session: Session) -> Any:
    with clock.frozen(NOON):
        yield Sitting(cast, session)


def test_an_answer_is_saved_and_the_reply_says_when(sitting: Sitting) -> None:
    response = sitting.put(payload="Éléonore")
    assert response.status_code == 200
    assert response.json["rev"] == 1
    assert response.json["server_time"] == "2026-11-22T12:00:00+00:00"
    assert response.json["remaining_s"] == 1800
    assert response.json["counted"] is True
    assert response.headers["Cache-Control"] == "no-store"
    assert sitting.in_force() == (1, {"text": "Éléonore", "lang": "fr"})
    assert sitting.put(payload="Ada", rev=2, key="other").status_code == 200
    assert sitting.put(payload=None, rev=3, key="third").status_code == 200
    assert sitting.in_force() == (3, None)
    assert sitting.events() == [(1, "Éléonore", True), (2, "Ada", True), (3, None, True)]


def test_the_reply_says_which_number_was_read(sitting: Sitting) -> None:
    assert sitting.put("numeric", "1 234,5 km").json["read_as"] == "1234,5 km"
    assert sitting.put("text", "beaucoup", key="t").json.get("unread") is None


def test_an_exam_keeps_what_is_no_number_and_says_so(sitting: Sitting) -> None:
    saved = sitting.put("numeric", "beaucoup")
    assert (saved.status_code, saved.json["counted"], saved.json["unread"]) == (200, True, True)
    assert saved.json["read_as"] is None
    assert sitting.in_force("numeric") == (1, {"text": "beaucoup", "lang": "fr"})
    question = f"/attempts/{sitting.attempt.public_id}?question={sitting.items['numeric'].slot}"
    sitting.client.get(question)
    assert "mais pas lu comme un nombre" in sitting.client.page.select_one("#saved").get_text()
    assert sitting.client.page.select_one("#answer-read").get_text() == "Écrivez un nombre, par exemple 32\u202f000."
    assert sitting.put("numeric", "12", rev=2, key="b").json["unread"] is False
    assert sitting.put("numeric", None, rev=3, key="c").json["unread"] is False
    sitting.client.get(question)
    assert "pas lu" not in sitting.client.text()
    assert sitting.client.page.select_one("#answer-read") is None


def test_an_answer_with_a_hidden_sign_is_refused_but_one_kept_before_is_still_marked(sitting: Sitting) -> None:
    assert sitting.put(payload="Éléo\u202enore").status_code == 422
    sitting.put(payload="Ada")
    kept = sitting.session.get(Answer, (sitting.attempt.id, sitting.items["text"].slot))
    assert kept is not None
    kept.payload = {"text": "Éléo\u202enore", "lang": "fr"}
    sitting.session.commit()
    sitting.client.post(f"/attempts/{sitting.attempt.public_id}/submission", follow=True)
    assert "0" in sitting.client.page.select_one("p.score").get_text()


def test_the_same_answer_twice_counts_once(sitting: Sitting) -> None:
    sitting.put(payload="Ada")
    again = sitting.put(payload="Ada")
    assert again.status_code == 200
    assert again.json["duplicate"] is True
    assert sitting.events() == [(1, "Ada", True)]


def test_a_key_is_for_one_answer(sitting: Sitting) -> None:
    sitting.put(payload="Ada")
    assert sitting.put(payload="Blaise", rev=2).status_code == 422
    assert sitting.put("numeric", "12").status_code == 422
    assert sitting.in_force() == (1, {"text": "Ada", "lang": "fr"})
    assert len(sitting.events()) == 1


def test_two_tabs_never_lose_an_answer(sitting: Sitting) -> None:
    sitting.put(payload="first tab", key="a1")
    conflict = sitting.put(payload="second tab", key="b1")
    assert conflict.status_code == 409
    assert (conflict.json["rev"], conflict.json["counted"]) == (1, False)
    assert conflict.json["payload"] == {"text": "first tab", "lang": "fr"}
    assert conflict.json["said"] == "first tab"
    assert sitting.in_force() == (1, {"text": "first tab", "lang": "fr"})
    assert sitting.put(payload="second tab", key="b1").status_code == 409  # the reply was lost: asked again
    assert sitting.events() == [(1, "first tab", True), (1, "second tab", False)]
    chosen = sitting.put(payload="second tab", rev=conflict.json["rev"] + 1, key="b2")
    assert chosen.status_code == 200
    assert sitting.in_force() == (2, {"text": "second tab", "lang": "fr"})
    assert sitting.put(payload="first again", rev=2, key="a2").status_code == 409
    assert sitting.put(payload="from the future", rev=9, key="a3").status_code == 409
    assert [text for _rev, text, _counted in sitting.events()] == [
        "first tab", "second tab", "second tab", "first again", "from the future",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "status", "counted"),
    [(-1, 200, True), (0, 200, True), (60, 200, True), (61, 202, False), (9999, 202, False)],
)
def test_write_after_grace_is_stored_and_not_counted(
    cast: Cast, session: Session, seconds: int, status: int, counted: bool
) -> None:
    with clock.frozen(NOON):
        sitting = Sitting(cast, session)
    with clock.frozen(DEADLINE + timedelta(seconds=seconds)):
        response = sitting.put(payload="Ada")
    assert response.status_code == status
    assert response.json["counted"] is counted
    assert response.json["remaining_s"] == max(0, -seconds)
    assert sitting.events() == [(1, "Ada", counted)]
    assert (sitting.in_force() is not None) is counted


def test_a_late_write_closes_the_attempt_at_its_deadline(cast: Cast, session: Session) -> None:
    with clock.frozen(NOON):
        sitting = Sitting(cast, session)
    with clock.frozen(DEADLINE + timedelta(minutes=5)):
        assert sitting.put(payload="late").status_code == 202
        assert sitting.put(payload="late").status_code == 202
    session.expire_all()
    assert (sitting.attempt.state, sitting.attempt.finish_reason) == ("released", "clock")
    assert sitting.attempt.submitted_at == DEADLINE


def test_after_handing_in_nothing_counts(sitting: Sitting) -> None:
    sitting.put(payload="Ada")
    sitting.client.post(f"/attempts/{sitting.attempt.public_id}/submission")
    late = sitting.put(payload="Blaise", rev=2, key="late")
    assert late.status_code == 202
    assert late.json["counted"] is False
    assert sitting.put(payload="Ada").json["outcome"] == "duplicate"
    assert sitting.in_force() == (1, {"text": "Ada", "lang": "fr"})
    assert sitting.events() == [(1, "Ada", True), (2, "Blaise", False)]


def test_another_persons_attempt_does_not_exist(sitting: Sitting, cast: Cast) -> None:
    address, body = sitting.address(), {"v": 1, "rev": 1, "payload": {"text": "x", "lang": "fr"}}
    for who in ("blaise", "camille", "dora", "admin"):
        assert cast.client(who).put_json(address, body).status_code == 404
    root = f"/attempts/{sitting.attempt.public_id}"
    blaise = cast.client("blaise")
    for path in ("", "/review", "/result"):
        assert blaise.get(root + path).status_code == 404
    assert blaise.post(f"{root}/submission").status_code == 404
    assert blaise.post(f"{root}/answers/1", {"answer": "x"}).status_code == 404
    assert sitting.events() == []
    assert sitting.attempt.state == "in_progress"


def test_signed_out_is_said_by_its_status(sitting: Sitting, client: ReviewedClient) -> None:
    response = client.put_json(sitting.address(), {"v": 1}, Accept="application/json")
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"


def test_without_its_token_nothing_is_saved(sitting: Sitting) -> None:
    body = {"v": 1, "rev": 1, "payload": {"text": "x", "lang": "fr"}}
    with sitting.client.app.app_context():
        assert sitting.client.raw.put(sitting.address(), json=body).status_code == 400
    assert sitting.events() == []


DEEP = json.loads("[" * 60 + "]" * 60)
MALFORMED: list[dict[str, Any]] = [
    {"payload": {"text": "x" * 4001, "lang": "fr"}},
    {"payload": {"text": "a\0b", "lang": "fr"}},
    {"payload": {"text": 5, "lang": "fr"}},
    {"payload": {"text": "x", "lang": "de"}},
    {"payload": {"text": "x", "lang": ["fr"]}},
    {"payload": {"text": "x"}},
    {"payload": {"choice": "x"}},
    {"payload": {}},
    {"payload": []},
    {"payload": {"text": DEEP, "lang": "fr"}},
    {"rev": 0},
    {"rev": -1},
    {"rev": "1; DROP"},
    {"rev": 1.5},
    {"rev": 10**30},
    {"rev": None},
    {"v": 2},
    {"score": 1},
    {"tab": "a\0b"},
    {"tab": "x" * 65},
    {"tab": "\u202e"},
    {"client_at": "\0"},
    {"client_at": 7},
]


def test_a_malformed_body_is_refused_with_a_sentence(sitting: Sitting) -> None:
    for change in MALFORMED:
        response = sitting.put(**change)
        assert response.status_code == 422, change
    for key in ("a\u00e9", "x" * 65, "two words"):
        assert sitting.put(key=key).status_code == 422, key
    assert sitting.events() == []
    assert sitting.put().status_code == 200


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"v":1,"rev":1,"payload":{"text":"\\ud800","lang":"fr"}}']
)
def test_a_body_that_is_no_answer_is_refused_with_a_sentence(sitting: Sitting, raw: bytes) -> None:
    headers = {
        "X-CSRFToken": sitting.client.csrf_token(),
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    with sitting.client.app.app_context():
        response = sitting.client.raw.put(sitting.address(), data=raw, headers=headers)
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"
    assert response.json["detail"]


def test_a_body_has_its_limit(sitting: Sitting) -> None:
    assert sitting.put(payload={"text": "x" * 60_000, "lang": "fr"}).status_code == 413
    assert sitting.put(payload={"text": "x" * 47_000, "lang": "fr"}).status_code == 422


def test_a_slot_that_is_not_there_is_missing(sitting: Sitting) -> None:
    root = f"/attempts/{sitting.attempt.public_id}/answers"
    for slot in ("0", "6", "9999", "10000", "9" * 40, "-1", "1.5", "a", "%00"):
        assert sitting.client.put_json(f"{root}/{slot}", {"v": 1, "rev": 1, "payload": None}).status_code in (
            404,
            405,
        ), slot
        assert sitting.client.post(f"{root}/{slot}", {"answer": "x"}).status_code == 404, slot


def test_unknown_tokens_choose_nothing(sitting: Sitting) -> None:
    assert sitting.put("single", {"choice": "a"}).status_code == 200
    assert sitting.put("multiple", {"choices": ["a", "b"]}, key="m").status_code == 200
    sitting.client.post(f"/attempts/{sitting.attempt.public_id}/submission", follow=True)
    assert "0" in sitting.client.page.select_one("p.score").get_text()


def test_saving_asks_the_same_statements_however_long_the_exam(
    cast: Cast, session: Session, statements: SimpleNamespace
) -> None:
    counts = []
    for count in (5, 25):
        questions = [question(KINDS[number % 5], f"q{count}-{number}") for number in range(count)]
        blueprint = [{"domain": "alpha", "level": 1, "count": count, "points": "1"}]
        sitting = Sitting(cast, session, slug=f"cours-{count}", exam_questions=questions, blueprint=blueprint)
        sitting.put(payload="first")
        statements.clear()
        sitting.put(payload="second", rev=2, key="second")
        counts.append(selects(statements))
    assert counts[0] == counts[1] <= 6
