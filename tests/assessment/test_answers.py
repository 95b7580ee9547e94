"""Answer payloads: shapes, tokens, blanks, and what cannot be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.answers import (
    Answer,
    Chosen,
    Filled,
    Gap,
    PayloadError,
    Placed,
    Reason,
    Written,
    normalise,
    receive,
    unready,
)

TOKENS = [["t3", "c"], ["t1", "a"], ["t2", "b"]]


@pytest.mark.parametrize(
    ("question_type", "payload", "answer"),
    [
        ("single", None, None),
        ("single", {"choice": None}, None),
        ("single", {"choice": "t1"}, Chosen(("a",))),
        ("single", {"choice": "stranger"}, None),
        ("truefalse", {"choice": "t2"}, Chosen(("b",))),
        ("multiple", {"choices": []}, None),
        ("multiple", {"choices": ["t1", "t3", "t1", "stranger"]}, Chosen(("c", "a"))),
        ("multiple", {"choices": ["a"]}, None),
        ("numeric", {"text": "1,5", "lang": "fr"}, Written("1,5", "fr")),
        ("text", {"text": " \u202f", "lang": "en"}, None),
        ("text", {"text": " Été ", "lang": "fr"}, Written(" Été ", "fr")),
    ],
)
def test_payloads_become_answers(question_type: str, payload: object, answer: object) -> None:
    assert normalise(question_type, payload, TOKENS) == answer


@pytest.mark.parametrize(
    ("question_type", "payload", "reason"),
    [
        ("code", None, Reason.TYPE),
        ("single", "t1", Reason.SHAPE),
        ("single", {"choices": ["t1"]}, Reason.SHAPE),
        ("single", {"choice": "t1", "score": 1}, Reason.SHAPE),
        ("single", {"choice": 1}, Reason.SHAPE),
        ("single", {"choice": "t" * 65}, Reason.TOO_LONG),
        ("multiple", {"choices": "t1"}, Reason.SHAPE),
        ("multiple", {"choices": [["t1"]]}, Reason.SHAPE),
        ("multiple", {"choices": ["t1"] * 101}, Reason.TOO_LONG),
        ("text", {"text": "a"}, Reason.SHAPE),
        ("text", {"text": 1, "lang": "fr"}, Reason.SHAPE),
        ("text", {"text": "a", "lang": "de"}, Reason.LANGUAGE),
        ("text", {"text": "a", "lang": ["fr"]}, Reason.LANGUAGE),
        ("text", {"text": "a" * 4_001, "lang": "fr"}, Reason.TOO_LONG),
        ("text", {"text": "a\0b", "lang": "fr"}, Reason.UNSTORABLE),
        ("text", {"text": "a\ud800", "lang": "fr"}, Reason.UNSTORABLE),
    ],
)
def test_what_cannot_be_an_answer_is_refused(question_type: str, payload: object, reason: Reason) -> None:
    with pytest.raises(PayloadError) as refusal:
        normalise(question_type, payload, TOKENS)
    assert refusal.value.reason is reason


@pytest.mark.parametrize("sign", "\u202e\u2066\u200f\u2028\ufffd\x07")
def test_what_comes_in_carries_no_hidden_sign_and_what_was_kept_stays_readable(sign: str) -> None:
    payload = {"text": f"a{sign}b", "lang": "fr"}
    with pytest.raises(PayloadError) as refusal:
        receive("text", payload)
    assert refusal.value.reason is Reason.UNSTORABLE
    assert normalise("text", payload) == Written(f"a{sign}b", "fr")
    assert receive("text", {"text": "a\nb\u202fc", "lang": "fr"}) == Written("a\nb\u202fc", "fr")


@pytest.mark.parametrize(
    ("question_type", "answer", "not_yet"),
    [
        ("numeric", Written("abc", "fr"), Reason.NOT_A_NUMBER),
        ("numeric", Written("12 à 15", "fr"), Reason.NOT_A_NUMBER),
        ("numeric", Written("1 234,5 km", "fr"), None),
        ("numeric", None, None),
        ("text", Written("abc", "fr"), None),
        ("single", Chosen(("a",)), None),
        ("ordering", Placed((("item:0", 1), ("item:1", 1))), Reason.SHARED_PLACE),
        ("ordering", Placed((("item:0", 1), ("item:1", 3))), None),
        ("cloze", Filled((Gap("n", "numeric", Written("abc", "fr")),)), Reason.NOT_A_NUMBER),
        ("cloze", Filled((Gap("n", "numeric", Written("2", "fr")), Gap("t", "text", Written("x", "fr")))), None),
    ],
)
def test_what_is_no_answer_yet(question_type: str, answer: Answer, not_yet: Reason | None) -> None:
    assert unready(question_type, answer) is not_yet


def test_the_longest_text_is_accepted() -> None:
    assert normalise("text", {"text": "a" * 4_000, "lang": "fr"}) == Written("a" * 4_000, "fr")


@given(st.lists(st.sampled_from(["t1", "t2", "t3", "x"])))
def test_the_order_of_ticks_and_repeats_change_nothing(choices: list[str]) -> None:
    once = normalise("multiple", {"choices": sorted(set(choices))}, TOKENS)
    assert normalise("multiple", {"choices": choices}, TOKENS) == once
