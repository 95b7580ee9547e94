"""The one document of an exam: whole, light, without keys; who may go on after signing in again; marked questions."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import UserSession
from app.assessment import rules
from app.assessment.models import AnswerEvent, AttemptItem
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.foundation.i18n import LANGUAGES
from tests.assessment.test_accommodations import give
from tests.assessment.test_views import Candidate
from tests.builders import Cast
from tests.courses import KINDS, PARTS_KINDS, attempt_at, begin, exam_of, items_of, question, right_payload, selects

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LIGHT = 60 * 1024


def of_every_type(cast: Cast, session: Session, **changes: Any) -> Candidate:
    """Ada, in an exam with a question of each type."""
    kinds = (*KINDS, *PARTS_KINDS)
    asked = [question(kind, f"examen-{kind}") for kind in kinds]
    rows = [{"domain": "alpha", "level": 1, "count": len(kinds), "points": "1"}]
    candidate = Candidate(cast, session, exam_questions=asked, blueprint=rows, **changes)
    candidate.start()
    return candidate


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_in_the_document_with_its_answer(cast: Cast, session: Session, language: str) -> None:
    candidate = of_every_type(cast, session, language=language)
    items = items_of(session, candidate.attempt)
    for item in items:
        body = {"v": 1, "rev": 1, "payload": right_payload(item)}
        assert candidate.client.put_json(f"{candidate.root}/answers/{item.slot}", body).status_code == 200
    candidate.client.get(f"{candidate.root}/questions")
    page = candidate.client.page
    forms = page.select("form[data-slot]")
    assert [int(form["data-slot"]) for form in forms] == [item.slot for item in items]
    assert {form["data-rev"] for form in forms} == {"1"}
    assert all(form.has_attr("hidden") for form in forms), "without its script the document would answer wrongly"
    for item, form in zip(items, forms, strict=True):
        assert _given(form, item.slot) == _expected(item), item.version.type
    ids = [one["id"] for one in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert len(page.select(".navigator .answered")) == 2 * len(items)


def _given(form: Any, slot: int) -> dict[str, str]:
    """What the fields of a question hold, by the end of their names."""
    found = {}
    for field in form.select(f"[name^=q{slot}]"):
        name = field["name"].removeprefix(f"q{slot}")
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            found[name] = chosen["value"] if chosen else ""
        elif field.get("type") in ("radio", "checkbox"):
            if field.has_attr("checked"):
                found[name + field["value"] if field["type"] == "checkbox" else name] = field["value"]
        else:
            found[name] = field["value"]
    return found


def _expected(item: AttemptItem) -> dict[str, str]:
    payload = dict(right_payload(item))
    payload.pop("lang", None)
    if "choices" in payload:
        return {value: value for value in payload["choices"]}
    (given,) = payload.values()
    return {f"-{part}": str(value) for part, value in given.items()} if isinstance(given, dict) else {"": str(given)}


def test_twenty_real_questions_are_light(cast: Cast, course: CourseVersion, session: Session) -> None:
    begin(session, cast.ada, course)
    client = cast.client("ada", language="fr")
    attempt = attempt_at(
        session, client.post(f"/exams/{exam_of(session, course).exam.public_id}", {"pledge": "y"}).headers["Location"]
    )
    response = client.get(f"/attempts/{attempt.public_id}/questions")
    assert len(client.page.select("form[data-slot]")) == 20
    scripts = [client.page.find(id="exam")[f"data-{name}"] for name in ("unsent", "sending", "fields", "timer")]
    weight = len(gzip.compress(response.data))
    for address in [*scripts, *(one["src"] for one in client.page.select("script[src]"))]:
        with client.get(address) as script:
            weight += len(gzip.compress(script.data))
    assert weight < LIGHT


def test_the_document_asks_the_same_statements_however_long_the_exam(
    cast: Cast, session: Session, statements: SimpleNamespace
) -> None:
    counts = []
    for size in (5, 25):
        asked = [question((*KINDS, *PARTS_KINDS)[number % 10], f"d{size}-{number}") for number in range(size)]
        blueprint = [{"domain": "alpha", "level": 1, "count": size, "points": "1"}]
        candidate = Candidate(cast, session, slug=f"cours-{size}", exam_questions=asked, blueprint=blueprint)
        candidate.start()
        for _twice in range(2):  # bodies are kept after the first time
            statements.clear()
            candidate.client.get(f"{candidate.root}/questions")
            counts.append(selects(statements))
    assert counts[0] == counts[2] <= 5
    assert counts[1] == counts[3] < counts[0]


def test_the_page_of_one_question_leads_to_the_document_where_scripts_run(cast: Cast, session: Session) -> None:
    candidate = of_every_type(cast, session)
    candidate.client.get(f"{candidate.root}?question=3")
    assert candidate.client.page.select_one("[data-open]")["data-open"] == f"{candidate.root}/questions#question-3"
    candidate.client.get(f"{candidate.root}/review")
    assert candidate.client.page.select_one("[data-open]")["data-open"] == f"{candidate.root}/questions#review"


def test_the_document_hides_in_a_break_and_leads_to_the_result_when_it_is_over(cast: Cast, session: Session) -> None:
    give(session, cast)
    with clock.frozen(NOON):
        candidate = of_every_type(cast, session)
        assert candidate.client.get(f"{candidate.root}/questions").status_code == 200
        form = candidate.client.page.select_one("form[action$='/break']")
        candidate.client.post(form["action"])
        candidate.client.get(f"{candidate.root}/questions")
        assert not candidate.client.page.select("form[data-slot]")
        assert "The questions are hidden" in candidate.client.text()
    with clock.frozen(NOON + timedelta(hours=3)):
        response = candidate.client.get(f"{candidate.root}/questions")
        assert response.headers["Location"].endswith("/result")


def test_exercises_have_no_document(cast: Cast, session: Session) -> None:
    candidate = Candidate(cast, session)
    started = candidate.client.post("/learn/petit-cours/petit-cours-quiz/attempts").headers["Location"]
    response = candidate.client.get(f"{started.partition('?')[0]}/questions")
    assert response.headers["Location"] == started.partition("?")[0]


def test_standing_says_who_may_go_on_and_touches_no_cookie(cast: Cast, session: Session) -> None:
    candidate = of_every_type(cast, session)
    address, json = f"{candidate.root}/standing", {"Accept": "application/json"}
    standing = candidate.client.get(address, headers=json).json
    assert (standing["open"], standing["on_break"]) == (True, False)
    assert 0 < standing["remaining_s"] <= 1800
    item = items_of(session, candidate.attempt)[0]
    body = {"v": 1, "rev": 1, "payload": right_payload(item)}
    headers = {"X-CSRFToken": standing["csrf_token"], "Accept": "application/json"}
    assert candidate.client.put_json(f"{candidate.root}/answers/{item.slot}", body, **headers).status_code == 200
    blaise = cast.client("blaise")
    assert blaise.get(address, headers=json).status_code == 404
    for row in session.scalars(select(UserSession)):
        row.revoked_at = clock.now()
    gone = candidate.client.get(address, headers=json)
    assert (gone.status_code, gone.headers.getlist("Set-Cookie")) == (401, [])


def test_questions_are_marked_and_unmarked(cast: Cast, session: Session) -> None:
    candidate = of_every_type(cast, session)
    address = f"{candidate.root}/flags/2"
    for flagged in (True, True, False):
        assert candidate.client.put_json(address, {"flagged": flagged}).status_code == 200
        session.expire_all()
        assert session.get_one(AttemptItem, (candidate.attempt.id, 2)).flagged is flagged
    for wrong in ({}, {"flagged": "yes"}, {"flagged": 1}, {"flagged": True, "score": 1}, [], None):
        assert candidate.client.put_json(address, wrong, Accept="application/json").status_code == 422
    assert candidate.client.put_json(f"{candidate.root}/flags/99", {"flagged": True}).status_code == 404
    assert cast.client("blaise").put_json(address, {"flagged": True}).status_code == 404
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert candidate.client.put_json(address, {"flagged": True}).status_code == 200
    session.expire_all()
    assert session.get_one(AttemptItem, (candidate.attempt.id, 2)).flagged is False, "the exam was over"


def test_a_page_of_another_release_is_told_to_reload(cast: Cast, session: Session) -> None:
    candidate = of_every_type(cast, session)
    item = items_of(session, candidate.attempt)[0]
    address, payload = f"{candidate.root}/answers/{item.slot}", right_payload(item)
    old = {"v": 1, "rev": 1, "payload": payload, "tab": "0b7c", "client_at": "2026-11-22T12:00:00.000Z"}
    assert candidate.client.put_json(address, old).status_code == 200
    for version in (0, 2, "1", None):
        answer = candidate.client.put_json(address, old | {"v": version, "rev": 2}, Accept="application/json")
        assert (answer.status_code, answer.json["detail"]) == (
            422,
            "This page is of another release of the site. Reload it: your answers stay on this device.",
        )
    assert len(session.scalars(select(AnswerEvent)).all()) == 1


def test_an_attempt_saves_ten_answers_a_second_and_is_asked_to_wait_beyond(cast: Cast, session: Session) -> None:
    candidate = of_every_type(cast, session)
    item = next(item for item in items_of(session, candidate.attempt) if item.version.type == "text")
    address = f"{candidate.root}/answers/{item.slot}"

    def save(rev: int, key: str) -> Any:
        body = {"v": 1, "rev": rev, "payload": {"text": f"answer {rev}", "lang": "fr"}}
        headers = {"Idempotency-Key": key, "Accept": "application/json"}
        return candidate.client.put_json(address, body, **headers)

    with clock.frozen(NOON):
        candidate.attempt.started_at, candidate.attempt.deadline_at = NOON, NOON + timedelta(minutes=30)
        for rev in range(1, rules.BURST + 1):
            assert save(rev, f"key-{rev}").status_code == 200
        refused = save(rules.BURST + 1, "next")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
        assert save(rules.BURST, f"key-{rules.BURST}").json["duplicate"] is True, "a retry takes nothing"
        form = {"answer": "by the form", "rev": str(rules.BURST + 1), "key": "form"}
        assert candidate.client.post(address, form).status_code == 429
        assert candidate.client.page.find("input", attrs={"name": "answer"})["value"] == "by the form"
    with clock.frozen(NOON + rules.BURST_TIME):
        assert save(rules.BURST + 1, "next").status_code == 200
    assert len(session.scalars(select(AnswerEvent)).all()) == rules.BURST + 1


@pytest.mark.parametrize(
    ("seconds", "wait"), [(0, 10), (0.5, 10), (1, 9), (9.2, 1), (10, 0), (4000, 0), (-1, 0), (-3600, 0)]
)
def test_the_wait_before_saving_again(seconds: float, wait: int) -> None:
    assert rules.wait_before_saving(NOON, NOON + timedelta(seconds=seconds)) == wait
    assert rules.wait_before_saving(None, NOON) == 0


def test_a_conflict_says_both_answers_in_words(cast: Cast, session: Session) -> None:
    candidate = of_every_type(cast, session, language="en")
    for item in items_of(session, candidate.attempt):
        address, payload = f"{candidate.root}/answers/{item.slot}", right_payload(item)
        assert candidate.client.put_json(address, {"v": 1, "rev": 1, "payload": payload}).status_code == 200
        reply = candidate.client.put_json(address, {"v": 1, "rev": 1, "payload": None}).json
        assert reply["said"]
        assert reply["yours"] == ""
        assert not re.search(r"right:|item:|area:|row:", reply["said"])


def test_the_way_back_is_a_page_for_whoever_is_signed_in(cast: Cast, client: Any) -> None:
    client.get("/signed-in")
    ada = cast.client("ada", language="en")
    assert ada.get("/signed-in").status_code == 200
    assert "goes on by itself" in ada.text()
