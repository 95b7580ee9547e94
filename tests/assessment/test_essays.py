"""The rules of essays and files: words and their limit, payloads, scores of decided levels, what a candidate sees."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import essays, grading
from app.assessment.answers import LARGEST_ESSAY, Essay, Filed, PayloadError, Reason, normalise, receive
from app.assessment.candidate import candidate_question, chosen_values, correction, payload_of_form
from app.assessment.schemas import LARGEST_BODY
from app.assessment.scored import GradingError
from tests.courses import a_rubric, question

SHA = "0a" * 32


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("   \n\t ", 0),
        ("Un", 1),
        ("l'essai d’aujourd’hui", 2),
        ("Attention : trois mots !", 3),
        ("Vraiment\u00a0?", 1),
        ("un\u00a0deux\u202ftrois", 3),
        ("3,5 km — 1 234", 4),
        ("e-mail, porte-à-faux", 2),
        ("… ; ! — «", 0),
        ("été\nété\r\nété", 3),
        ("日本語 한국어", 2),
        ("snake_case _", 2),
    ],
)
def test_words_are_counted_as_candidates_are_told(text: str, count: int) -> None:
    assert essays.count_words(text) == count


@pytest.mark.parametrize(
    ("text", "most", "within", "beyond"),
    [
        ("un deux trois", 3, "un deux trois", ""),
        ("un deux trois", 2, "un deux ", "trois"),
        ("un : deux ! trois quatre", 2, "un : deux ! ", "trois quatre"),
        ("", 1, "", ""),
        ("un\n\ndeux", 1, "un\n\n", "deux"),
    ],
)
def test_a_text_is_cut_after_its_last_word(text: str, most: int, within: str, beyond: str) -> None:
    assert essays.cut_after(text, most) == (within, beyond)


@given(st.text(), st.integers(1, 20))
def test_cutting_loses_nothing_and_keeps_the_limit(text: str, most: int) -> None:
    within, beyond = essays.cut_after(text, most)
    assert within + beyond == text
    assert essays.count_words(within) == min(most, essays.count_words(text))
    assert essays.words_too_many({"max_words": most}, text) == max(0, essays.count_words(text) - most)
    assert essays.words_too_many({}, text) == 0


@pytest.mark.parametrize(
    ("kind", "payload", "answer"),
    [
        ("essay", None, None),
        ("essay", {"text": "  \n"}, None),
        ("essay", {"text": "Un.\nDeux."}, Essay("Un.\nDeux.")),
        ("essay", {"text": "x" * (LARGEST_ESSAY - 2)}, Essay("x" * (LARGEST_ESSAY - 2))),
        ("file", {"sha256": SHA, "name": "rapport.pdf"}, Filed(SHA, "rapport.pdf")),
        ("file", None, None),
    ],
)
def test_payloads_are_read(kind: str, payload: Any, answer: Any) -> None:
    assert normalise(kind, payload) == receive(kind, payload) == answer


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        ("essay", {"text": "Un", "lang": "fr"}, Reason.SHAPE),
        ("essay", {"text": 3}, Reason.SHAPE),
        ("essay", "Un", Reason.SHAPE),
        ("essay", {"text": "x" * LARGEST_ESSAY}, Reason.TOO_LARGE),
        ("essay", {"text": "\n" * (LARGEST_ESSAY // 2)}, Reason.TOO_LARGE),
        ("essay", {"text": "é" * (LARGEST_ESSAY // 2)}, Reason.TOO_LARGE),
        ("essay", {"text": "a\0b"}, Reason.UNSTORABLE),
        ("essay", {"text": "a\ud800"}, Reason.UNSTORABLE),
        ("essay", {"text": "a\u202eb"}, Reason.UNSTORABLE),
        ("file", {"sha256": SHA}, Reason.SHAPE),
        ("file", {"sha256": SHA.upper(), "name": "a.pdf"}, Reason.SHAPE),
        ("file", {"sha256": "../" * 21 + "a", "name": "a.pdf"}, Reason.SHAPE),
        ("file", {"sha256": SHA, "name": ""}, Reason.SHAPE),
        ("file", {"sha256": SHA, "name": "n" * 121}, Reason.TOO_LONG),
        ("file", {"sha256": None, "name": "a.pdf"}, Reason.SHAPE),
    ],
)
def test_payloads_that_are_no_answer_are_refused(kind: str, payload: Any, reason: Reason) -> None:
    with pytest.raises(PayloadError) as refusal:
        receive(kind, payload)
    assert refusal.value.reason is reason


def test_the_longest_essay_fits_in_what_a_page_may_send() -> None:
    assert LARGEST_ESSAY + 1024 < LARGEST_BODY


@pytest.mark.parametrize(
    ("levels", "credit", "stored"),
    [
        ({"exactitude": 3, "clarte": 3}, Fraction(1), "1"),
        # (2·2 + 1·3) / (2·3 + 1·3), as in assessment.md §3
        ({"exactitude": 2, "clarte": 3}, Fraction(7, 9), "0.777777777778"),
        ({"exactitude": 0, "clarte": 1}, Fraction(1, 9), "0.111111111111"),
        ({"exactitude": 0, "clarte": 0}, Fraction(0), "0"),
    ],
)
def test_the_score_is_that_of_the_levels_decided(levels: dict[str, int], credit: Fraction, stored: str) -> None:
    body = question("essay", "q").body
    scored = grading.score_stored(body, {"text": "Un"}, [], levels)
    assert (scored.credit, scored.rule) == (credit, "rubric")
    assert scored.score == Decimal(stored)


def test_nothing_handed_in_earns_nothing_and_waits_for_nobody() -> None:
    for kind in ("essay", "file"):
        scored = grading.score_stored(question(kind, "q").body, None, [])
        assert (scored.credit, scored.outcome.value) == (0, "blank")


@pytest.mark.parametrize(
    "levels", [None, {}, {"exactitude": 1}, {"exactitude": 1, "clarte": 4}, {"exactitude": 1, "x": 1}]
)
def test_an_answer_without_all_its_levels_has_no_score(levels: Any) -> None:
    with pytest.raises(GradingError):
        grading.score_stored(question("essay", "q").body, {"text": "Un"}, [], levels)
    with pytest.raises(GradingError):
        grading.score(question("essay", "q").body, Essay("Un"))


def test_a_question_without_a_rubric_cannot_be_marked() -> None:
    body = {"type": "essay", "rubric": [{"id": "a"}]}
    with pytest.raises(GradingError):
        grading.score_stored(body, {"text": "Un"}, [], {"a": 1})


def test_two_mark_where_an_exam_certifies() -> None:
    kinds = {kind: essays.markers_for(kind) for kind in ("certification", "graded", "practice")}
    assert kinds == {"certification": 2, "graded": 1, "practice": 1}


def test_a_candidate_sees_the_rubric_and_neither_ids_nor_the_solution() -> None:
    body = dict(question("essay", "q").body)
    body["rubric"] = [{**line, "id": f"zqcanari-{line['id']}", "x-note": "zqcanari"} for line in a_rubric()]
    face = candidate_question(body, [])
    assert face.task is not None
    assert [line["weight"] for line in face.task.rubric] == [2, 1]
    assert [level["points"] for level in face.task.rubric[0]["levels"]] == [0, 1, 2, 3]
    assert (face.task.most_words, face.options, face.parts) == (5, (), ())
    assert "zqcanari" not in repr(face)
    assert "modèle" not in repr(face)
    sent = candidate_question(question("file", "q").body, []).task
    assert sent is not None
    assert (sent.kinds, sent.most_mb, sent.most_words) == (("pdf", "txt"), 1, None)


def test_what_was_typed_comes_back_as_it_was() -> None:
    assert payload_of_form("essay", ["Un.\r\nDeux."], "fr") == {"text": "Un.\nDeux."}
    assert payload_of_form("essay", [" \r\n"], "fr") is None
    assert chosen_values({"text": "Un.\nDeux."}) == ["Un.\nDeux."]
    assert chosen_values({"sha256": SHA, "name": "rapport.pdf"}) == ["rapport.pdf"]


def test_an_essay_of_exercises_is_compared_and_not_judged() -> None:
    read = correction(question("essay", "q").body, [], {"text": "Un"})
    assert (read.outcome, read.readings, read.expected) == ("unmarked", {}, "")
    assert read.model == {"fr": "Une réponse modèle.", "en": "Une réponse modèle. (en)"}
    assert correction(question("essay", "q").body, [], None).outcome == "blank"
