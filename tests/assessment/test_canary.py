"""Nothing that a candidate can fetch holds a key, a credit, a feedback, a misconception or a tag before release."""

from __future__ import annotations

import re
from collections import deque
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment import papers, waiting
from app.assessment.answers import PARTS_KEYS
from app.assessment.drafts import QuestionDraft
from app.assessment.marking import save_marking
from app.assessment.models import Attempt, AttemptItem
from app.assessment.release_queries import waiting_of
from app.assessment.releasing import let_out
from app.foundation import clock
from app.foundation.i18n import LANGUAGES
from app.foundation.permissions import Role
from app.wiring.sweeps import release_results
from tests.builders import Cast
from tests.courses import (
    KINDS,
    PARTS_KINDS,
    RUBRIC_KINDS,
    Small,
    attempt_at,
    begin,
    both,
    exam_of,
    items_of,
    question,
    right_payload,
)
from tests.reviewer import ReviewedClient

CANARY = "zqcanari"
LINK = re.compile(r'(?:href|src|action|data-[a-z-]+)="(/[^"#]*)')
PAGES = ("", "/questions", "/standing", "/review", "/result")
NEVER = ("/sign-out", "/submission", "/static/css/", "/fonts/")


def canary(name: str) -> str:
    return f"{CANARY}-{name}"


def planted(kind: str, slug: str) -> QuestionDraft:
    """A question of the exam whose every secret field carries a canary; ids of options are secrets too."""
    asked = question(kind, slug, **({} if kind == "cloze" else {"stem": both(f"Énoncé {kind}")}))
    body: dict[str, Any] = asked.body  # type: ignore[assignment]
    for number, option in enumerate(body.get("options", ())):
        option["id"] = canary(f"id-{number}")
        option["feedback"] = both(canary("option-feedback"))
        option["misconception"] = canary("misconception")
    for entry in body.get("answers", ()):
        entry["value"] = both(canary("expected")) if kind == "text" else "987654321.25"
        entry["feedback"] = both(canary("entry-feedback"))
        entry["misconception"] = canary("entry-misconception")
    _plant_in_parts(body)
    for line in body.get("rubric", ()):  # its words and points are public, its ids are not
        line["id"] = canary(f"line-{line['id']}")
    body["feedback"] = {name: both(canary(f"feedback-{name}")) for name in ("correct", "incorrect", "general")}
    body |= {
        "hints": [both(canary("hint"))], "solution": both(canary("solution")), "tags": [canary("tag")],
        "skills": [canary("skill")], "enemies": [canary("enemy")], "b": "0.123456789", "x-note": canary("note"),
        "match": {"accents": "ignore"} if kind == "text" else None,
    }  # fmt: skip
    return asked


def _plant_in_parts(body: dict[str, Any]) -> None:
    """Ids, names of gaps, weights, credits and feedback of a question in parts; what is shown stays clean."""
    for part in (*body.get("pairs", ()), *body.get("rows", ()), *body.get("areas", ())):
        part["feedback"] = both(canary("part-feedback"))
        part["misconception"] = canary("part-misconception")
    for key in ("rows", "columns", "areas"):
        for number, part in enumerate(body.get(key, ())):
            part["id"] = canary(f"{key}-{number}")
    if body["type"] == "matrix":
        body["key"] = {row["id"]: body["columns"][0]["id"] for row in body["rows"]}
    if body["type"] == "hotspot":
        body["image"], body["areas"][0]["credit"] = canary("image"), "0.123456789"
    if body["type"] == "cloze":
        body["stem"] = {language: text.replace("[[", f"[[{CANARY}-") for language, text in body["stem"].items()}
        body["gaps"] = {canary(name): gap | {"weight": "0.123456789"} for name, gap in body["gaps"].items()}
    for gap in body.get("gaps", {}).values():
        for number, option in enumerate(gap.get("options", ())):
            option["id"], option["feedback"] = canary(f"option-{number}"), both(canary("gap-feedback"))
        for entry in gap.get("answers", ()):
            entry["value"] = both(canary("gap-expected")) if gap["type"] == "text" else "987654321.25"
            entry["feedback"] = both(canary("gap-entry-feedback"))


SECRETS = (CANARY, "987654321", "0.123456789", "petit-cours-examen")


def leaks(response: Any) -> list[str]:
    """Every secret found in the body or the headers."""
    seen = response.get_data().decode("utf-8", "replace") + str(response.headers) + response.headers.get("ETag", "")
    return [secret for secret in SECRETS if secret in seen]


def crawl(
    client: ReviewedClient, starts: list[str], seen: set[str], read: dict[str, str] | None = None
) -> dict[str, list[str]]:
    """Fetch everything reachable from `starts` on our site that was not seen yet; address -> secrets found there.

    `read` takes the texts of it all.
    """
    waiting, found = deque(starts), {}
    while waiting:
        address = waiting.popleft()
        if address in seen or any(part in address for part in NEVER):
            continue
        seen.add(address)
        with client.get(address) as response:
            found[address] = leaks(response)
            if read is not None:
                read[address] = response.get_data().decode("utf-8", "replace")
            links = LINK.findall(response.get_data(as_text=True)) if response.mimetype == "text/html" else []
            links += [response.headers["Location"]] if "Location" in response.headers else []
        waiting.extend(link.replace("&amp;", "&") for link in links if link.startswith("/"))
    return found


def _sitting(cast: Cast, session: Session, **settings: str) -> tuple[ReviewedClient, Attempt]:
    """Ada in an exam whose questions carry canaries."""
    kinds = (*KINDS, *PARTS_KINDS, *RUBRIC_KINDS)
    questions = [planted(kind, f"petit-cours-examen-{kind}") for kind in kinds]
    rows = [{"domain": "alpha", "level": 1, "count": len(kinds), "points": "1"}]
    version = Small(exam_questions=questions, exam_settings=settings, blueprint=rows).publish(session)
    begin(session, cast.ada, version)
    ada = cast.client("ada")
    exam = f"/exams/{exam_of(session, version).exam.public_id}"
    return ada, attempt_at(session, ada.post(exam, {"pledge": "y"}).headers["Location"])


@pytest.mark.slow
def test_answer_key_never_reaches_a_candidate(client: ReviewedClient, cast: Cast, session: Session) -> None:
    ada, attempt = _sitting(cast, session, release="staff")
    root = f"/attempts/{attempt.public_id}"
    starts = ["/", "/courses", f"/exams/{attempt.exam.public_id}", root, f"{root}/questions", f"{root}/standing"]
    replies = [*_answers(ada, session, attempt), ada.get(f"{root}?question=99"), ada.get(f"{root}/answers/1")]
    replies += [ada.put_json(f"{root}/flags/1", {"flagged": wanted}) for wanted in (True, "x")]
    replies += [ada.put_json(f"{root}/answers/1", {"v": 9}, Accept=kind) for kind in ("application/json", "text/html")]
    pages = {f"reply {number}": leaks(reply) for number, reply in enumerate(replies)}
    seen: set[str] = set()
    for language in LANGUAGES:
        pages |= crawl(ada, [f"{start}?lang={language}" for start in [*starts, f"{root}/review"]], seen)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        pages |= {f"over {path}": leaks(ada.get(root + path)) for path in PAGES}
    pages["submission"] = leaks(ada.post(f"{root}/submission", follow=True))
    pages |= {f"after {path}": leaks(ada.get(root + path)) for path in PAGES}
    pages |= {f"late {number}": leaks(reply) for number, reply in enumerate(_answers(ada, session, attempt))}
    pages |= {f"visitor {address}": found for address, found in crawl(client, ["/", "/courses"], set()).items()}
    assert len(pages) > 60
    assert any(address.startswith(f"{root}/questions?lang=") for address in pages)
    assert {address: found for address, found in pages.items() if found} == {}


FIGURES = re.compile(
    r"\b(23[.,]64|16[.,]55|11[.,]82)\b|per_domain|needs work|à travailler|Get my certificate|Obtenir mon"
)


def test_no_figure_of_a_result_reaches_a_candidate_before_its_release(app: Flask, cast: Cast, session: Session) -> None:
    """Two questions of 11.82 points: total, maximum and cut are numbers that stand nowhere else."""
    rows = [{"domain": "alpha", "level": 1, "type": "single", "count": 2, "points": "11.82"}]
    questions = [question("single", f"petit-cours-examen-{number}") for number in range(2)]
    version = Small(exam_questions=questions, exam_settings={"release": "staff"}, blueprint=rows).publish(session)
    begin(session, cast.ada, version)
    ada, exam = cast.client("ada"), exam_of(session, version)
    attempt = attempt_at(session, ada.post(f"/exams/{exam.exam.public_id}", {"pledge": "y"}).headers["Location"])
    root = f"/attempts/{attempt.public_id}"
    for item in items_of(session, attempt):
        ada.put_json(f"{root}/answers/{item.slot}", {"v": 1, "rev": 1, "payload": right_payload(item)})
    reply = ada.post(f"{root}/submission", follow=True)
    assert not FIGURES.search(reply.get_data(as_text=True))
    starts = [
        "/",
        "/courses",
        "/certificates",
        "/profile",
        f"/exams/{exam.exam.public_id}",
        *(root + page for page in PAGES),
    ]
    read: dict[str, str] = {}
    for language in LANGUAGES:
        crawl(ada, [f"{start}?lang={language}" for start in starts], set(), read)
    assert len(read) > 30
    assert {address: found.group() for address, text in read.items() if (found := FIGURES.search(text))} == {}
    waits = waiting_of(session, exam)
    let_out(session, actor=cast.actor("camille"), exam_version=exam, seen=waits.digest)
    session.commit()
    assert release_results(app) == 1
    assert FIGURES.search(ada.get(f"{root}/result").get_data(as_text=True)), "the test above can fail"


def _answers(ada: ReviewedClient, session: Session, attempt: Attempt) -> list[Any]:
    """The replies to answers of every kind, saved, refused and in conflict, over both routes."""
    replies = []
    for item in items_of(session, attempt):
        address = f"/attempts/{attempt.public_id}/answers/{item.slot}"
        tokens = [token for token, _option in item.option_order]
        values = tokens[:1] or ["12"]
        payload: dict[str, Any] = {"text": values[0], "lang": "fr"}
        if item.version.type in PARTS_KEYS:
            replies += _answers_in_parts(ada, address, item)
            continue
        if item.version.type in RUBRIC_KINDS:
            replies += _answers_for_people(ada, attempt, item)
            continue
        if tokens:
            payload = {"choices": values} if item.version.type == "multiple" else {"choice": values[0]}
        replies.append(ada.post(address, {"answer": values, "rev": "1", "key": f"f{item.slot}"}))
        replies.append(ada.post(address, {"answer": tokens[1:2] or ["13"], "rev": "1", "key": f"g{item.slot}"}))
        replies.append(ada.post(address, {"answer": ["x" * 4001], "rev": "2", "key": f"h{item.slot}"}))
        for rev in (1, 2, 2):
            replies.append(ada.put_json(address, {"v": 1, "rev": rev, "payload": payload}))
        replies.append(ada.put_json(address, {"v": 1, "rev": 1, "payload": {"wrong": True}}))
    return replies


def _answers_for_people(ada: ReviewedClient, attempt: Attempt, item: AttemptItem) -> list[Any]:
    """A text and a file, well and badly sent, over every route that takes them."""
    address, files = (f"/attempts/{attempt.public_id}/{name}/{item.slot}" for name in ("answers", "files"))
    replies = [ada.put_json(address, {"v": 1, "rev": rev, "payload": {"text": "Un texte."}}) for rev in (1, 1, 2)]
    replies.append(ada.put_json(address, {"v": 1, "rev": 1, "payload": {"sha256": "0" * 64, "name": "a.pdf"}}))
    replies.append(ada.post(address, {"answer": "Un autre.", "rev": "1", "key": f"w{item.slot}"}))
    for name, content in (("a.pdf", b"%PDF-"), ("a.exe", b"MZ")):
        sent = {"file": (BytesIO(content), name), "then": "stay"}
        replies.append(ada.post(files, sent, content_type="multipart/form-data"))
    return [*replies, ada.get(files), ada.post(f"{files}/removal", {})]


def _answers_in_parts(ada: ReviewedClient, address: str, item: AttemptItem) -> list[Any]:
    """Every part answered by each of the tokens in turn, well and badly, then at once by somebody else."""
    tokens, key = [token for token, _name in item.option_order], PARTS_KEYS[item.version.type]
    replies = []
    for rev, value in enumerate((tokens[0], tokens[-1], "1", "x" * 4001), start=1):
        sent = {f"answer-{token}": value for token in tokens}
        replies.append(ada.post(address, {**sent, "rev": str(rev), "key": f"p{item.slot}-{rev}"}))
        place = 1 if key == "places" else value
        payload = {key: dict.fromkeys(tokens, place)} | ({"lang": "fr"} if key == "gaps" else {})
        replies += [ada.put_json(address, {"v": 1, "rev": n, "payload": payload}) for n in (1, rev, rev + 1)]
    return replies


def _released(ada: ReviewedClient, cast: Cast, session: Session, attempt: Attempt) -> Any:
    """The result page once two people have marked the text."""
    waits = ada.post(f"/attempts/{attempt.public_id}/submission", follow=True)
    assert leaks(waits) == []
    (paper,) = waiting.papers_of(session, attempt.id)
    levels = {line["id"]: 1 for line in paper.item.version.body["rubric"]}
    for name in ("Un", "Deux"):
        marker = cast.person(name, Role.INSTRUCTOR).actor()
        taken = papers.claim(session, actor=marker, paper=paper)
        save_marking(session, marking=taken, levels=levels, feedback={}, comment="")
        papers.finish_marking(session, actor=marker, paper=paper, marking=taken)
    session.commit()
    return ada.get(f"/attempts/{attempt.public_id}/result")


def test_the_canaries_would_be_seen(cast: Cast, session: Session) -> None:
    """An exam whose policy shows the corrected questions after release: the test above can fail."""
    ada, attempt = _sitting(cast, session, shows="items")
    _answers(ada, session, attempt)
    response = _released(ada, cast, session, attempt)
    assert CANARY in leaks(response)
    assert canary("solution") in response.get_data(as_text=True)
    assert canary("feedback-incorrect") in response.get_data(as_text=True)


def test_a_result_by_domain_shows_no_key_either(cast: Cast, session: Session) -> None:
    ada, attempt = _sitting(cast, session)
    _answers(ada, session, attempt)
    response = _released(ada, cast, session, attempt)
    assert ada.page.select_one("p.score")
    assert leaks(response) == []
