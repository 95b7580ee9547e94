"""Another key for every type that has one: how it marks, how it is written and read back, and page stories."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import grading, layouts
from app.assessment.answering import Incoming, save_answer
from app.assessment.decision_models import ItemDecision
from app.assessment.decisions import Proposal, propose, versions_of_exam
from app.assessment.models import Attempt, QuestionVersion
from app.assessment.new_keys import answers_of, in_words, key_of, key_parts
from app.assessment.queries import find_result
from app.assessment.records import record_of
from app.assessment.regrading import Kind, rekeyed
from app.assessment.replaying import replay
from app.assessment.services import submit_attempt
from app.foundation.errors import RuleError
from app.foundation.i18n import use_language
from app.foundation.outbox import OutboxMessage
from tests.assessment.regraded import REASON, Regraded
from tests.assessment.test_parts import CLOZE, MATCHING, MATRIX, ORDERING, SEED
from tests.builders import Cast
from tests.courses import PARTS_KINDS, Small, items_of, question, right_payload

TEXT: dict[str, Any] = {
    "type": "text",
    "match": {"accents": False},
    "answers": [
        {"value": "Carthage", "credit": "0.5"},
        {"value": {"fr": "Rome", "en": "Roma"}, "feedback": "Oui."},
        {"regex": "r[oô]me antique"},
    ],
}
NUMBER: dict[str, Any] = {
    "type": "numeric",
    "answers": [
        {"value": "12", "credit": "0.5"},
        {"value": "12.5", "tolerance": {"absolute": "0.1"}, "unit": "km"},
        {"range": ["20", "21"], "unit": "km"},
    ],
}
MULTIPLE: dict[str, Any] = {
    "type": "multiple",
    "stem": "Lesquelles ?",
    "options": [{"id": "a", "correct": True, "text": "A"}, {"id": "b", "text": "B"}, {"id": "c", "text": "C"}],
}
BODIES = (MATCHING, ORDERING, MATRIX, CLOZE, TEXT, NUMBER, MULTIPLE)
TYPED = ("12", "12,5", "12,55 km", "20,5", "Rome", "roma", "Carthage", "rome antique", "train", "x")


def version(body: Mapping[str, Any]) -> QuestionVersion:
    return QuestionVersion(type=body["type"], body=dict(body))


def as_it_is(body: Mapping[str, Any]) -> dict[str, Any]:
    """The key that follows when nothing in the form is touched."""
    return key_of(body, {part.name: part.read(part.now) for part in key_parts(version(body))})


def payload(body: Mapping[str, Any], ids: Mapping[str, Any]) -> dict[str, Any]:
    """An answer in parts, by the ids of the layout."""
    tokens = {name: token for token, name in layouts.draw_layout(body, SEED, 1)}
    key = {"matching": "pairs", "matrix": "rows", "ordering": "places", "cloze": "gaps"}[body["type"]]
    language = {"lang": "fr"} if body["type"] == "cloze" else {}
    return {key: {tokens[part]: tokens.get(str(one), one) for part, one in ids.items()}, **language}


def credit(body: Mapping[str, Any], key: Mapping[str, Any], ids: Mapping[str, Any]) -> str:
    order = layouts.draw_layout(body, SEED, 1)
    return str(grading.score_stored(rekeyed(body, key), payload(body, ids), order).credit)


@pytest.mark.parametrize(
    ("body", "key", "ids", "before", "after"),
    [
        # A pair's other side is right too; the pairs that keep theirs are marked as before.
        (MATCHING, {"pairs": {"left:0": ["right:0", "right:1"], "left:1": ["right:1"], "left:2": ["right:0"],
                              "left:3": ["right:3"]}}, {"left:0": "right:1", "left:1": "right:1"}, "1/4", "1/2"),
        # A distractor was right, and the author's side is wrong.
        (MATCHING, {"pairs": {"left:0": ["right:4"], "left:1": ["right:1"], "left:2": ["right:0"],
                              "left:3": ["right:3"]}}, {"left:0": "right:0"}, "1/4", "0"),
        (MATRIX, {"rows": {"one": ["odd"], "two": ["odd", "even"], "three": ["odd"]}},
         {"row:one": "column:odd", "row:two": "column:odd"}, "1/4", "3/4"),  # the second row weighs 2
        (ORDERING, {"order": ["item:3", "item:0", "item:1", "item:2"]},
         {"item:3": 1, "item:0": 2, "item:1": 3, "item:2": 4}, "2/3", "1"),
        (ORDERING, {"order": ["item:3", "item:0", "item:1", "item:2"]},
         {"item:0": 1, "item:1": 2, "item:2": 3, "item:3": 4}, "1", "2/3"),
        (ORDERING | {"scoring": "all"}, {"order": ["item:1", "item:0", "item:2", "item:3"]},
         {"item:1": 1, "item:0": 2, "item:2": 3, "item:3": 4}, "0", "1"),
        (CLOZE, {"gaps": {"unit": {"correct": ["h", "s"]}}}, {"select:unit": "option:unit:s"}, "0", "1/4"),
        (CLOZE, {"gaps": {"n": {"answers": [{"value": "13"}]}}},
         {"numeric:n": "13", "text:way": "train"}, "1/4", "3/4"),
        (CLOZE, {"gaps": {}}, {"numeric:n": "12", "text:way": "train"}, "1/2", "1/2"),
    ],
)  # fmt: skip
def test_each_key(body: dict[str, Any], key: dict[str, Any], ids: dict[str, Any], before: str, after: str) -> None:
    assert credit(body, as_it_is(body), ids) == before
    assert credit(body, key, ids) == after


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (MATCHING, {"rows": {}}), (MATRIX, {"pairs": {}}), (ORDERING, {"correct": ["item:0"]}),
        (CLOZE, {"answers": []}),
        (CLOZE, {"gaps": {"unit": {"answers": []}}}), (TEXT, {"correct": []}), (MULTIPLE, {}),
        (MULTIPLE, {"correct": [], "answers": []}), ({"type": "essay"}, {"answers": []}),
    ],
)  # fmt: skip
def test_a_key_of_another_type_is_an_error(body: dict[str, Any], key: dict[str, Any]) -> None:
    with pytest.raises(grading.GradingError, match="no such key"):
        rekeyed(body, key)


@st.composite
def answered(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A body, and any answer to it."""
    body = draw(st.sampled_from(BODIES))
    order = layouts.draw_layout(body, SEED, 1)
    if body["type"] in ("text", "numeric"):
        return body, {"text": draw(st.sampled_from(TYPED)), "lang": "fr"}
    if body["type"] == "multiple":
        return body, {"choices": draw(st.lists(st.sampled_from([token for token, _name in order]), unique=True))}
    names = {name for _token, name in order}
    chosen = sorted(name for name in names if name.startswith(("right:", "column:", "option:")))
    values: dict[str, Any] = {
        "matching": st.sampled_from(chosen or [""]), "matrix": st.sampled_from(chosen or [""]),
        "ordering": st.integers(1, 4), "cloze": st.sampled_from([*chosen, *TYPED]),
    }  # fmt: skip
    parts = sorted(names - set(chosen))
    ids = draw(st.dictionaries(st.sampled_from(parts), values[body["type"]]))
    return body, payload(body, ids)


@given(answered())
def test_the_same_key_changes_no_mark(case: tuple[dict[str, Any], dict[str, Any] | None]) -> None:
    body, answer = case
    order = layouts.draw_layout(body, SEED, 1)
    again = rekeyed(body, json.loads(json.dumps(as_it_is(body))))
    assert grading.score_stored(again, answer, order) == grading.score_stored(body, answer, order)


@pytest.mark.parametrize(
    ("body", "lines", "entries"),
    [
        (TEXT, "Rome\nRoma\n/r[oô]me antique/", TEXT["answers"]),
        (TEXT, "Rome\nCarthage", [{"value": "Carthage"}, TEXT["answers"][0],
                                  {"value": {"fr": "Rome"}, "feedback": "Oui."}]),
        (TEXT, " Albe \n\nAlbe", [{"value": "Albe"}, TEXT["answers"][0]]),
        (NUMBER, "12,5\n20..21", NUMBER["answers"]),
        (NUMBER, "12", [{"value": "12", "tolerance": {"absolute": "0.1"}, "unit": "km"}, NUMBER["answers"][0]]),
        (NUMBER | {"answers": NUMBER["answers"][1:2]}, "-2..-1", [{"range": ["-2", "-1"], "unit": "km"}]),
    ],
)  # fmt: skip
def test_lines_keep_what_the_author_wrote_and_come_before_the_traps(
    body: dict[str, Any], lines: str, entries: list[Any]
) -> None:
    assert answers_of(body, lines) == entries


@pytest.mark.parametrize(("line", "said"), [("douze", "not a number"), ("3..1", "not a range"), ("1..2..3", "range")])
def test_what_is_no_number_is_said(line: str, said: str) -> None:
    with use_language("en"), pytest.raises(RuleError, match=said):
        answers_of(NUMBER, f"12,5\n{line}")


def test_a_key_is_read_back_in_words() -> None:
    def read(body: dict[str, Any], key: dict[str, Any]) -> list[tuple[Any, Any]]:
        return [(about, given.words) for about, given in in_words(version(body), key)]

    with use_language("en"):
        assert read(MATCHING, {"pairs": {"left:0": ["right:1", "right:4"]}}) == [("chat", "oiseau / reptile")]
        assert read(MATRIX, {"rows": {"two": ["odd"]}}) == [("2", "impair")]
        assert read(ORDERING, {"order": ["item:1", "item:0", "item:2", "item:3"]})[0] == ("B", "1")
        gaps = {
            "unit": {"correct": ["s"]},
            "n": {"answers": [{"value": "13", "unit": "km"}, {"value": "1", "credit": 0}]},
        }
        assert read(CLOZE, {"gaps": gaps}) == [("Gap 2", "secondes"), ("Gap 1", "13 km")]
        assert read(TEXT, {"answers": [{"value": "*Rome*"}]}) == [("", "*Rome*")]
        assert read(MULTIPLE, {"correct": ["b", "c"]}) == [("", "B"), ("", "C")]


# Stories


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Iterator[Regraded]:
    """An exam of one question of each type in parts, and a cut that one of them decides."""
    questions = [question(kind, f"q-{kind}") for kind in PARTS_KINDS]
    small = Small(exam_questions=questions, exam_settings={"shows": "items", "cut": "1"})
    with use_language("en"):
        yield Regraded(app, session, cast, small)


def sit(exam: Regraded, kind: str, answer: Mapping[str, Any]) -> Attempt:
    """An attempt with everything right but the question of this type, which gets an answer by layout ids."""
    attempt = exam.begin("ada")
    for item in items_of(exam.session, attempt):
        given = right_payload(item)
        if item.version.type == kind:
            tokens = {name: token for token, name in item.option_order}
            for parts in (value for value in given.values() if isinstance(value, dict)):
                parts |= {tokens[part]: tokens.get(str(one), one) for part, one in answer.items()}
        save_answer(exam.session, attempt=attempt, incoming=Incoming(item.slot, given, 1, f"k{item.slot}"))
    submit_attempt(exam.session, actor=exam.cast.ada.actor(), attempt=attempt)
    exam.session.commit()
    return attempt


def address_of(exam: Regraded, kind: str) -> str:
    found = next(one for one in versions_of_exam(exam.session, exam.exam_version.exam_id) if one.type == kind)
    return f"/studio/exams/{exam.exam_version.exam.public_id}/questions/{found.question.public_id}/{found.number}"


def sent(**fields: Any) -> dict[str, Any]:
    return {"kind": "rekey", "scope": "exam", "reason_fr": REASON["fr"], "reason_en": REASON["en"], **fields}


STORIES = [
    # What the candidate gave, what the form sends, what the page says of the key, what it says is expected.
    ("matching", {"left:1": "right:3"},
     {"key-0": ["right:0"], "key-1": ["right:1", "right:3"], "key-2": ["right:0"]},
     "Merle (en): Oiseau (en) / Poisson (en)", "Oiseau (en) / Poisson (en)"),
    ("ordering", {"item:0": 2, "item:1": 1},
     {"key-0": "2", "key-1": "1", "key-2": "3", "key-3": "4"}, "Mesurer (en): 1", "1"),
    ("cloze", {"numeric:speed": "15"},
     {"key-0": "12.5\n15", "key-1": ["a"], "key-2": "Éléonore"}, "Gap 1: 15 km / 12.5 km", "15 km"),
    ("matrix", {"row:two": "column:yes"},
     {"key-0": ["yes"], "key-1": ["yes"]}, "Trois est pair (en): Vrai (en)", "Vrai (en)"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer", "fields", "key", "expected"), STORIES, ids=[one[0] for one in STORIES])
def test_from_the_form_to_the_letter(
    exam: Regraded, session: Session, cast: Cast, kind: str, answer: dict[str, Any], fields: dict[str, Any], key: str,
    expected: str,
) -> None:  # fmt: skip
    attempt, author = sit(exam, kind, answer), cast.client("camille", language="en")
    before = find_result(session, attempt.id)
    assert before is not None
    assert not before.passed
    author.get(address_of(exam, kind))
    assert "The key, when it changes" in author.text()
    proposed = author.post(address_of(exam, kind), sent(**fields))
    assert proposed.status_code == 302
    author.get(proposed.location)
    assert key in author.text()
    assert "Results that change 1" in author.text()
    assert "From failed to passed 1" in author.text()
    colleague = cast.client("admin", language="en")
    assert colleague.post(f"{proposed.location}/approval", {}).status_code == 302
    exam.work()
    after = find_result(session, attempt.id)
    assert after is not None
    assert (after.revision, after.passed, after.total) == (before.revision + 1, True, after.max_points)
    ada = cast.client("ada", language="en")
    ada.get(f"/attempts/{attempt.public_id}/result")
    assert REASON["en"] in ada.text()
    assert expected in ada.text()
    letters = select(OutboxMessage.recipient_id).where(OutboxMessage.dedupe_key.startswith("exam-regraded-"))
    assert session.scalars(letters).all() == [cast.ada.id]
    record = json.loads(json.dumps(record_of(session, attempt)))
    assert record["decisions"][0]["key"] == session.scalar(select(ItemDecision.new_key))
    assert replay(record) == []


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("ordering", {"key-0": "2", "key-1": "2", "key-2": "3", "key-3": "4"}, "Another item has the place 2."),
        ("ordering", {"key-0": "", "key-1": "x", "key-2": "9", "key-3": "²"}, "Write a place from 1 to 4."),
        ("ordering", {"key-0": "1" * 5000, "key-1": "2", "key-2": "3", "key-3": "4"}, "At most 20 characters"),
        ("cloze", {"key-0": "1\u202e5", "key-1": ["a"], "key-2": "Éléonore"}, "Remove the invisible signs"),
        ("matching", {"key-0": [], "key-1": ["right:1"], "key-2": ["right:0"]}, "Say which answers are right."),
        ("matching", {"key-0": ["left:0"], "key-1": ["right:1"], "key-2": ["right:0"]}, "Choose among the answers"),
        ("matrix", {"key-0": ["yes", "maybe"], "key-1": ["no"]}, "Choose among the answers that are shown."),
        ("cloze", {"key-0": "quinze", "key-1": ["a"], "key-2": "Éléonore"}, "“quinze” is not a number"),
        ("cloze", {"key-0": "15", "key-1": ["a"], "key-2": "x" * 2001}, "At most 2000 characters"),
        ("hotspot", {"right": ["z"]}, "Choose among the answers that are shown."),
    ],
)
def test_what_is_wrong_is_said_beside_its_part_and_kept(
    exam: Regraded, session: Session, cast: Cast, kind: str, fields: dict[str, Any], said: str
) -> None:
    author = cast.client("camille", language="en")
    assert author.post(address_of(exam, kind), sent(**fields)).status_code == 422
    assert said in author.text()
    assert REASON["en"] in author.text()
    typed = {
        field["name"]: field.get("value", field.text) for field in author.page.select("input[type=text], textarea")
    }
    for name, value in fields.items():
        assert not isinstance(value, str) or typed[name].strip() == value
    assert session.scalars(select(ItemDecision)).all() == []
    assert author.post(address_of(exam, kind), sent(kind="void", **fields)).status_code in (302, 422)


def test_the_key_as_it_is_and_another_kind_of_decision_carry_no_key(
    exam: Regraded, session: Session, cast: Cast
) -> None:
    """The fields of the key weigh nothing where the key does not change."""
    sit(exam, "cloze", {"numeric:speed": "15"})
    author = cast.client("camille", language="en")
    place = author.post(address_of(exam, "ordering"), sent(kind="void", **{"key-0": "x"}))
    assert place.status_code == 302
    as_it_was = {"key-0": "12.5", "key-1": ["a"], "key-2": "Éléonore"}
    proposed = author.post(address_of(exam, "cloze"), sent(**as_it_was))
    assert proposed.status_code == 302
    author.get(proposed.location)
    assert "No result would change." in author.text()
    keys = {one.kind: one.new_key for one in session.scalars(select(ItemDecision))}
    assert keys == {"void": None, "rekey": {"gaps": {}}}


NEXT = [
    # A key in force, which the form shows; sent back as it is, it is the same key.
    ("matching", {"pairs": {"left:0": ["right:0"], "left:1": ["right:1", "right:3"], "left:2": ["right:0"]}}),
    ("ordering", {"order": ["item:1", "item:0", "item:2", "item:3"]}),
    ("matrix", {"rows": {"one": ["yes"], "two": ["no", "yes"]}}),
    ("cloze", {"gaps": {"unit": {"correct": ["a", "b"]}, "speed": {"answers": [{"value": "15"}]}}}),
    ("hotspot", {"correct": ["a", "b"]}),
]


@pytest.mark.parametrize(("kind", "key"), NEXT, ids=[one[0] for one in NEXT])
def test_the_form_shows_the_key_in_force_and_sends_it_back_as_it_is(
    exam: Regraded, session: Session, cast: Cast, kind: str, key: dict[str, Any]
) -> None:
    found = next(one for one in versions_of_exam(session, exam.exam_version.exam_id) if one.type == kind)
    proposal = Proposal(Kind.REKEY, None, REASON, key)
    exam.approve(propose(session, actor=cast.actor("camille"), version=found, proposal=proposal))
    author = cast.client("camille", language="en")
    author.get(address_of(exam, kind))
    shown: dict[str, Any] = {}
    for field in author.page.select("main form input, main form textarea"):
        name = str(field.get("name"))
        if field.get("type") == "checkbox" and field.has_attr("checked"):
            shown.setdefault(name, []).append(field["value"])
        elif field.get("type") == "text" or field.name == "textarea":
            shown[name] = field.get("value") or field.get_text().strip()
    assert author.post(address_of(exam, kind), {**shown, **sent()}).status_code == 302
    newest = session.scalars(select(ItemDecision).order_by(ItemDecision.id.desc())).first()
    assert newest is not None
    assert newest.new_key == key
