"""Questions in parts through plain forms: asked without their keys, kept as given, corrected part by part."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.assessment import readings
from app.assessment.answers import normalise
from app.assessment.candidate import answer_values, candidate_question, chosen_values, payload_of_form
from app.assessment.grading import score
from app.assessment.models import Answer, Attempt, AttemptItem
from app.assessment.starting import option_order
from app.wiring.demo import answer_of
from tests.builders import Cast
from tests.courses import (
    PARTS_KINDS,
    Small,
    attempt_at,
    begin,
    both,
    exam_of,
    form_fields,
    items_of,
    question,
    right_payload,
)
from tests.reviewer import ReviewedClient

# What each type answers wrong, or half right, by the ids of its layout.
WRONG: dict[str, dict[str, Any]] = {
    "matching": {"left:0": "right:1", "left:1": "right:1"},
    "ordering": {"item:0": 2, "item:1": 1, "item:2": 3},
    "cloze": {"numeric:speed": "99", "select:unit": "option:unit:b", "text:name": "Éléonore"},
    "matrix": {"row:two": "column:yes"},
    "hotspot": {"b": ""},
}


def fields(item: AttemptItem, given: dict[str, Any]) -> dict[str, str]:
    """Parts by their ids as the fields of the form."""
    tokens = {name: token for token, name in item.option_order}
    if item.version.type == "hotspot":
        return {"answer": tokens[next(iter(given))]}
    return {f"answer-{tokens[part]}": tokens.get(str(value), str(value)) for part, value in given.items()}


def sitting(cast: Cast, session: Session, language: str = "en", **settings: str) -> tuple[ReviewedClient, Attempt]:
    """Ada in an exam with one question of each type in parts."""
    asked = [question(kind, f"petit-cours-examen-{kind}") for kind in PARTS_KINDS]
    version = Small(exam_questions=asked, exam_settings=settings).publish(session)
    begin(session, cast.ada, version)
    ada = cast.client("ada", language=language)
    exam = f"/exams/{exam_of(session, version).exam.public_id}"
    return ada, attempt_at(session, ada.post(exam, {"pledge": "y"}).headers["Location"])


def by_kind(session: Session, attempt: Attempt) -> dict[str, AttemptItem]:
    return {item.version.type: item for item in items_of(session, attempt)}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_exam_of_every_type_is_passed_through_plain_forms(cast: Cast, session: Session, language: str) -> None:
    ada, attempt = sitting(cast, session, language)
    root = f"/attempts/{attempt.public_id}"
    for item in items_of(session, attempt):
        sent = form_fields(right_payload(item))
        saved = ada.post(f"{root}/answers/{item.slot}", {**sent, "rev": "1", "key": f"k{item.slot}"})
        assert saved.status_code == 302
        ada.get(f"{root}?question={item.slot}")
        kept = {one["name"]: one.get("value", "") for one in ada.page.select("fieldset.question input[checked]")}
        kept |= {one["name"]: one["value"] for one in ada.page.select("fieldset.question .gap input")}
        for select in ada.page.select("fieldset.question select"):
            kept[select["name"]] = select.select_one("option[selected]")["value"]
        assert kept == {name: value[0] if isinstance(value, list) else value for name, value in sent.items()}
    ada.post(f"{root}/submission", follow=True)
    assert ("Examen réussi" if language == "fr" else "Exam passed") in ada.text()
    assert ada.page.select_one("p.score").get_text(" ", strip=True).startswith("5")


def test_half_an_answer_is_kept_and_counts_for_what_it_is(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session, shows="items")
    root = f"/attempts/{attempt.public_id}"
    for kind, item in by_kind(session, attempt).items():
        ada.post(f"{root}/answers/{item.slot}", {**fields(item, WRONG[kind]), "rev": "1", "key": f"k{item.slot}"})
    ada.post(f"{root}/submission", follow=True)
    # 1 of 3 pairs, no neighbours kept but none right either, 2 of 4 for the gaps, nothing else.
    assert ada.page.select_one("p.score").get_text(" ", strip=True).startswith("0.83")
    tables = ada.page.select("table.readings")
    assert len(tables) == 4
    assert "Il allaite ses petits" in " ".join(table.get_text() for table in tables)
    marks = [one.get_text(strip=True) for one in ada.page.select("table.readings .mark")]
    assert {"Right", "Wrong", "No answer"} == set(marks)


def test_what_is_asked_shows_neither_ids_nor_the_order_they_were_written_in(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session)
    for kind, item in by_kind(session, attempt).items():
        ada.get(f"/attempts/{attempt.public_id}?question={item.slot}")
        form = str(ada.page.select_one("#answer-form"))
        for _token, name in item.option_order:
            if ":" in name:
                assert name not in form, kind
        assert "[[" not in form
        assert item.option_order == option_order(item.version.body, attempt.seed, item.slot, {})
        if kind == "cloze":
            assert not any(f"-{gap}" in form or f'"{gap}"' in form for gap in ("speed", "unit"))


def test_every_field_of_a_part_has_a_name_to_be_called_by(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session)
    named: dict[str, list[str]] = {}
    for kind, item in by_kind(session, attempt).items():
        ada.get(f"/attempts/{attempt.public_id}?question={item.slot}")
        controls = ada.page.select("fieldset.question :is(select, .gap input, .matrix input)")
        labels = [ada.page.select_one(f"label[for={one['id']}]") or one.find_parent("label") for one in controls]
        named[kind] = [label.get_text(" ", strip=True) for label in labels]
    assert sorted(named["matching"]) == ["Chat (en)", "Merle (en)", "Vache (en)"]
    assert all(name.startswith("Place of:") for name in named["ordering"])
    assert [name.split()[:2] for name in named["cloze"]] == [["Gap", "1,"], ["Gap", "2"], ["Gap", "3"]]
    assert "Deux est pair (en), Vrai (en)" in {" ".join(name.split()).replace(" ,", ",") for name in named["matrix"]}
    assert len(named["matrix"]) == 4


def test_a_place_given_twice_is_kept_and_told(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session)
    item = by_kind(session, attempt)["ordering"]
    twice = fields(item, {"item:0": 1, "item:1": 1})
    address = f"/attempts/{attempt.public_id}/answers/{item.slot}"
    assert ada.post(address, {**twice, "rev": "1", "key": "k"}).status_code == 302
    ada.get(f"/attempts/{attempt.public_id}?question={item.slot}")
    assert "Two items have the same place: give each its own." in ada.text()
    assert "two items share a place" in ada.page.get_text()
    payload = {"places": {token: place for place, (token, _name) in enumerate(item.option_order, start=1)}}
    reply = ada.put_json(address, {"v": 1, "rev": 2, "payload": payload}).get_json()
    assert (reply["outcome"], reply["unread"], reply["read_as"]) == ("saved", False, None)


def test_numbers_in_gaps_are_said_back(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session)
    item = by_kind(session, attempt)["cloze"]
    tokens = {name: token for token, name in item.option_order}
    address = f"/attempts/{attempt.public_id}/answers/{item.slot}"
    for rev, (typed, read, unread) in enumerate(
        (("1 234,5 km", "1234.5 km", False), ("beaucoup", None, True)), start=1
    ):
        payload = {"gaps": {tokens["numeric:speed"]: typed, tokens["text:name"]: "Ada"}, "lang": "fr"}
        reply = ada.put_json(address, {"v": 1, "rev": rev, "payload": payload}).get_json()
        assert (reply["read_as"], reply["unread"]) == (read, unread)
    ada.get(f"/attempts/{attempt.public_id}?question={item.slot}")
    assert "Write a number, for example 32,000." in ada.text()
    assert "not read as a number" in ada.page.get_text()


def test_two_windows_are_told_in_words(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session)
    said = {
        "matching": "Chat (en): Mammifère (en); ",
        "ordering": "Préparer (en): 1; ",
        "cloze": "1: 12,5; 2: une heure (en); 3: éléonore",
        "matrix": "Deux est pair (en): Vrai (en)",
        "hotspot": "Le bout droit (en)",
    }
    for kind, item in by_kind(session, attempt).items():
        address = f"/attempts/{attempt.public_id}/answers/{item.slot}"
        ada.put_json(address, {"v": 1, "rev": 1, "payload": right_payload(item)})
        assert ada.post(address, {**fields(item, WRONG[kind]), "rev": "1", "key": "late"}).status_code == 409
        assert said[kind].strip("; ") in ada.text(), kind
        reply = ada.put_json(address, {"v": 1, "rev": 1, "payload": None}).get_json()
        assert said[kind].strip("; ") in reply["said"], kind


@pytest.mark.parametrize("kind", PARTS_KINDS)
def test_exercises_correct_each_part_and_refuse_a_blank_one(cast: Cast, session: Session, kind: str) -> None:
    feedback = {"general": both("On retient cela.")}
    version = Small(quiz_questions=[question(kind, f"e-{kind}", feedback=feedback)]).publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada", language="en")
    attempt = attempt_at(session, ada.post("/learn/petit-cours/petit-cours-quiz/attempts").headers["Location"])
    (item,) = items_of(session, attempt)
    address = f"/attempts/{attempt.public_id}/answers/1"
    ada.get(f"/attempts/{attempt.public_id}")
    assert "On retient cela" not in ada.text()
    assert ada.post(address, {"rev": "1", "key": "b"}).status_code == 422
    assert "Choose or write an answer first." in ada.text()
    if kind == "ordering":
        refused = ada.post(address, {**fields(item, {"item:0": 2, "item:1": 2}), "rev": "1", "key": "t"})
        assert refused.status_code == 422
        assert "Two items have the same place" in ada.text()
        assert len(ada.page.select("option[selected][value='2']")) == 2
    sent = form_fields(right_payload(item))
    ada.post(address, {**sent, "rev": "1", "key": "k"}, follow=True)
    assert "On retient cela" in ada.text()
    assert not ada.page.select("fieldset.question select, fieldset.question input:not([disabled])")
    right = [one for one in ada.page.select(".mark") if "Right" in one.get_text()]
    assert len(right) == (1 if kind == "hotspot" else len(ada.page.select("table.readings tbody tr")))
    ada.post(f"/attempts/{attempt.public_id}/submission", follow=True)
    assert "Exercises passed" in ada.text()


@pytest.mark.parametrize("kind", PARTS_KINDS)
def test_a_lesson_asks_and_corrects_them_too(client: ReviewedClient, session: Session, kind: str) -> None:
    Small(lesson_questions=[question(kind, "petit-cours-lecon")]).publish(session)
    lesson = "/learn/petit-cours/lecon-1"
    client.get(f"{lesson}?lang=en")
    form = client.page.select_one("form.try")
    fields_of_form = {one["name"]: "x" for one in form.select("select, .gap input, .matrix input, .option input")}
    for hostile in ("x", "=", "\u202e", "9" * 30, "0"):
        sent = dict.fromkeys(fields_of_form, hostile)
        assert client.post(f"{lesson}/questions/petit-cours-lecon", sent).status_code == 200
    sent = {}
    for select in form.select("select"):
        sent[select["name"]] = select.select("option")[len(sent) % 3 + 1 if kind == "ordering" else 1]["value"]
    sent |= {one["name"]: one["value"] for one in form.select("input[type=radio]")}
    sent |= {one["name"]: "12,5" for one in form.select(".gap input")}
    if kind == "ordering":
        sent = {name: str(place) for place, name in enumerate(sent, start=1)}
    client.post(f"{lesson}/questions/petit-cours-lecon", sent)
    assert client.page.select("form.try .mark")
    assert not client.page.select("form.try select")


def test_a_picture_shows_every_area_alike(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session)
    item = by_kind(session, attempt)["hotspot"]
    ada.get(f"/attempts/{attempt.public_id}?question={item.slot}")
    marks = ada.page.select("svg.marks g")
    assert [mark["data-choice"] for mark in marks] == [token for token, _name in item.option_order]
    assert [mark.select_one("text").get_text() for mark in marks] == ["A", "B", "C"]
    assert [sorted(child.name for child in mark.children) for mark in marks] == [
        ["circle", "rect", "text"], ["circle", "polygon", "text"], ["circle", "circle", "text"],
    ]  # fmt: skip
    options = [one.get_text(" ", strip=True) for one in ada.page.select(".options label")]
    assert options == ["A Le bout droit (en)", "B", "C Le bout gauche (en)"]
    assert ada.page.select_one(".picture svg[role=img]")["aria-label"] == "Une droite"


@pytest.mark.parametrize(
    ("kind", "form", "payload"),
    [
        ("matching", {"answer-t1": ["r"], "answer-t2": [""], "other": ["x"]}, {"pairs": {"t1": "r"}}),
        ("matrix", {"answer-t1": ["c"]}, {"rows": {"t1": "c"}}),
        ("ordering", {"answer-t1": ["2"], "answer-t2": ["two"]}, {"places": {"t1": 2, "t2": "two"}}),
        ("cloze", {"answer-t1": ["a=b"]}, {"gaps": {"t1": "a=b"}, "lang": "fr"}),
        ("hotspot", {"answer": ["t"]}, {"choice": "t"}),
        ("matching", {"answer-t1": [" "]}, None),
        ("cloze", {}, None),
    ],
)
def test_forms_and_payloads(kind: str, form: dict[str, list[str]], payload: dict[str, Any] | None) -> None:
    values = answer_values(form, "answer")
    assert payload_of_form(kind, values, "fr") == payload
    assert payload_of_form(kind, chosen_values(payload), "fr") == payload


def test_a_part_without_a_value_to_show_expects_nothing() -> None:
    assert readings.expected_entry([{"regex": "a.*"}, {"value": 3, "credit": 0.5}]) == ""
    assert readings.expected_entry([{"value": "3.5", "unit": "km"}]) == {"fr": "3,5 km", "en": "3.5 km"}
    assert readings.expected_entry([{"value": both("mot")}]) == both("mot")
    assert readings.expected_entry([{"value": "v1.2"}]) == "v1.2"


def test_a_gap_is_known_by_its_place_in_either_language() -> None:
    asked = question("cloze", "c", stem={"fr": "[[name]] puis [[unit]]", "en": "[[unit]] then [[name]]"}).body
    face = candidate_question(asked, [["t1", "text:name"], ["t2", "select:unit"], ["t3", "option:unit:a"]])
    assert face.stem == {"fr": "[[1]] puis [[2]]", "en": "[[2]] then [[1]]"}
    assert [part.value for part in face.parts] == ["t1", "t2"]


def test_nothing_else_is_stored_than_what_was_given(cast: Cast, session: Session) -> None:
    ada, attempt = sitting(cast, session)
    item = by_kind(session, attempt)["matching"]
    sent = {**form_fields(right_payload(item)), "answer-credit": "1", "answer": "x", "credit": "1"}
    ada.post(f"/attempts/{attempt.public_id}/answers/{item.slot}", {**sent, "rev": "1", "key": "k"})
    kept = session.get(Answer, (attempt.id, item.slot))
    assert kept is not None
    assert kept.payload == {"pairs": {**right_payload(item)["pairs"], "credit": "1"}}


def test_the_demo_school_answers_them(cast: Cast, session: Session) -> None:
    _ada, attempt = sitting(cast, session)
    for kind, item in by_kind(session, attempt).items():
        for right in (True, False):
            answer = normalise(kind, answer_of(item, right=right, language="fr"), item.option_order)
            assert score(item.version.body, answer).credit == right, kind


@pytest.mark.parametrize(
    ("kind", "scoring", "sentence"),
    [
        ("ordering", None, "Every two neighbours in the right order count."),
        ("ordering", "all", "Only the whole order counts."),
        ("ordering", "inversions", "Every two that stand in the right order count."),
        ("multiple", None, "A wrong tick takes away part of the mark."),
        ("multiple", "all", "only the whole counts"),
    ],
)
def test_the_rule_is_known_before_the_answer(
    client: ReviewedClient, session: Session, kind: str, scoring: str | None, sentence: str
) -> None:
    asked = question(kind, "petit-cours-lecon", **({"scoring": scoring} if scoring else {}))
    Small(lesson_questions=[asked]).publish(session)
    client.get("/learn/petit-cours/lecon-1?lang=en")
    assert sentence in client.text()
