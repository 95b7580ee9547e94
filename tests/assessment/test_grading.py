"""Grading: every scoring table of assessment.md §3, exact totals, and properties that no answer may break."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.answers import Answer, Chosen, Written
from app.assessment.choices import MULTIPLE_RULES, is_right
from app.assessment.grading import score
from app.assessment.scored import GradingError, Outcome, Remark
from app.assessment.texts import Match, PatternError, check_pattern, wildcard_pattern
from app.assessment.tolerances import ToleranceError, within

ABCDE = [{"id": name, "correct": name in "abc", "text": name} for name in "abcde"]
TICKED = ["abc", "ab", "a", "abd", "abcd", "abcde", "d", ""]
TABLE = {
    "balanced": "1 2/3 1/3 1/6 1/2 0 0 0",
    "all": "1 0 0 0 0 0 0 0",
    "net": "1 2/3 1/3 1/3 2/3 1/3 0 0",
    "edc": "1 4/5 3/5 3/5 4/5 3/5 1/5 0",
    "halves": "1 1/2 1/4 1/4 1/2 1/4 0 0",
}


def ticks(options: str) -> Answer:
    return Chosen(tuple(options)) if options else None


def credit(body: dict[str, object], answer: Answer) -> Fraction:
    return score(body, answer).credit


def multiple(rule: str | None = None, options: list[dict[str, object]] | None = None) -> dict[str, object]:
    return {"type": "multiple", "options": options or ABCDE} | ({"scoring": rule} if rule else {})


@pytest.mark.parametrize(
    ("rule", "ticked", "expected"),
    [(rule, *cell) for rule, row in TABLE.items() for cell in zip(TICKED, row.split(), strict=True)],
)
def test_multiple_choice_table(rule: str, ticked: str, expected: str) -> None:
    scored = score(multiple(rule), ticks(ticked))
    assert (scored.credit, scored.rule) == (Fraction(expected), rule)


def test_balanced_is_the_house_rule() -> None:
    assert score(multiple(), ticks("abd")).rule == "balanced"


@pytest.mark.parametrize(
    ("rule", "options", "ticked", "expected"),
    [
        ("balanced", [{"id": "a", "correct": True}, {"id": "b", "correct": True}], "a", "1/2"),
        ("halves", [{"id": "a", "correct": True}, {"id": "b", "correct": False}], "ab", "0"),
        ("halves", [{"id": n, "correct": n == "a"} for n in "abcd"], "bc", "0"),
        ("halves", [{"id": n, "correct": n == "a"} for n in "abc"], "ab", "1/2"),
    ],
)
def test_multiple_choice_edges(rule: str, options: list[dict[str, object]], ticked: str, expected: str) -> None:
    assert credit(multiple(rule, options), ticks(ticked)) == Fraction(expected)


@pytest.mark.parametrize(
    ("worth", "ticked", "expected"),
    [
        ({"a": "33.33333e-2", "b": 0.33333, "c": "1/3", "d": 0, "e": 0}, "abc", "1"),
        ({"a": 0.5, "b": 0.5, "c": 0, "d": 0, "e": 0}, "abcde", "1"),
        ({"a": 0.5, "b": 0.5, "c": 0, "d": -1, "e": 0}, "abcde", "0"),
        ({"a": 0.5, "b": 0.5, "c": 0, "d": "-0.25", "e": 0}, "ad", "1/4"),
        ({}, "ab", "2/3"),
        ({}, "abde", "2/3"),
    ],
)
def test_per_option_credits_add_up_between_0_and_1(worth: dict[str, object], ticked: str, expected: str) -> None:
    options = [option | ({"credit": worth[option["id"]]} if worth else {}) for option in ABCDE]
    assert credit(multiple("per-option", options), ticks(ticked)) == Fraction(expected)


def test_an_option_without_correct_is_right_when_it_is_worth_something() -> None:
    assert [is_right({"credit": value}) for value in (0.5, 0, None, -1)] == [True, False, False, False]


@pytest.mark.parametrize(
    ("answer", "expected", "outcome"),
    [
        (Chosen(("a",)), "1", Outcome.RIGHT),
        (Chosen(("b",)), "1/2", Outcome.PARTIAL),
        (Chosen(("c",)), "-1/4", Outcome.WRONG),
        (Chosen(("d",)), "0", Outcome.WRONG),
        (Chosen(("stranger",)), "0", Outcome.WRONG),
        (Written("a", "fr"), "0", Outcome.WRONG),
        (None, "0", Outcome.BLANK),
    ],
)
@pytest.mark.parametrize("question_type", ["single", "truefalse"])
def test_single_gives_the_credit_of_the_choice(
    question_type: str, answer: Answer, expected: str, outcome: Outcome
) -> None:
    options = [
        {"id": "a", "correct": True},
        {"id": "b", "correct": False, "credit": 0.5},
        {"id": "c", "correct": False, "credit": "-0.25"},
        {"id": "d"},
    ]
    scored = score({"type": question_type, "options": options}, answer)
    assert (scored.credit, scored.outcome) == (Fraction(expected), outcome)


def test_feedback_follows_the_choice_and_the_outcome() -> None:
    body = {
        "type": "single",
        "options": [
            {"id": "a", "correct": True, "feedback": {"fr": "Oui", "en": "Yes"}},
            {"id": "b", "correct": False, "misconception": "swap"},
            {"id": "c", "correct": False},
        ],
        "feedback": {"correct": "Good", "incorrect": "Look again", "general": "See lesson 2"},
    }
    general = Remark("", "See lesson 2")
    assert score(body, ticks("a")).remarks == (
        Remark("a", {"fr": "Oui", "en": "Yes"}),
        Remark("", "Good"),
        general,
    )
    assert score(body, ticks("b")).remarks == (Remark("b", "", "swap"), Remark("", "Look again"), general)
    assert score(body, ticks("c")).remarks == (Remark("", "Look again"), general)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "code"},
        multiple("lottery"),
        multiple("balanced", [{"id": "a", "correct": False}, {"id": "b", "correct": False}]),
    ],
)
def test_a_body_that_cannot_be_graded_is_an_error(body: dict[str, object]) -> None:
    with pytest.raises(GradingError):
        score(body, ticks("a"))


def numeric(*answers: dict[str, object], **rest: object) -> dict[str, object]:
    return {"type": "numeric", "answers": list(answers)} | rest


@pytest.mark.parametrize(
    ("expected", "tolerance", "typed", "right"),
    [
        (3, None, "3,0", True),
        (3, None, "3,01", False),
        ("-11.7", {"absolute": "0.02"}, "-11,72", True),
        (-11.7, {"absolute": 0.02}, "\u221211,73", False),
        (200, {"relative": 0.05}, "190", True),
        (-200, {"relative": 0.05}, "-210", True),
        (200, {"relative": 0.05}, "189,99", False),
        (0, {"relative": 0.5}, "0", True),
        (0, {"relative": 0.5}, "0,0001", False),
        (3, {"sigfigs": 2}, "2,99", True),
        (3, {"sigfigs": 2}, "3,05", True),
        (3, {"sigfigs": 2}, "2,94", False),
        (1234, {"sigfigs": 2}, "1284", True),
        (1234, {"sigfigs": 2}, "1285", False),
        ("0.00123", {"sigfigs": 3}, "0,001225", True),
        (0, {"sigfigs": 2}, "0,01", False),
        (0, {"sigfigs": 2}, "0", True),
        (100, {"geometric": 1}, "50", True),
        (100, {"geometric": 1}, "200", True),
        (100, {"geometric": 1}, "49,9", False),
        (-100, {"geometric": 1}, "-200", True),
        (-100, {"geometric": 1}, "-49", False),
        (0, {"geometric": 1}, "0", True),
    ],
)
def test_tolerances(expected: object, tolerance: dict[str, object] | None, typed: str, right: bool) -> None:
    body = numeric({"value": expected, "tolerance": tolerance})
    assert credit(body, Written(typed, "fr")) == int(right)


def test_minus_11_72_is_within_two_hundredths_of_minus_11_7() -> None:
    assert credit(numeric({"value": -11.7, "tolerance": {"absolute": 0.02}}), Written("-11.72", "en")) == 1


@pytest.mark.parametrize("tolerance", [{"vague": 1}, {"absolute": 1, "relative": 1}])
def test_a_tolerance_of_no_known_kind_is_an_error(tolerance: dict[str, object]) -> None:
    with pytest.raises(ToleranceError):
        within(Fraction(1), 1, tolerance)


@pytest.mark.parametrize(("typed", "right"), [("0,52", True), ("0,53", True), ("0,519", False), ("0,531", False)])
def test_a_range_holds_its_ends(typed: str, right: bool) -> None:
    assert credit(numeric({"range": [0.52, 0.53]}), Written(typed, "fr")) == int(right)


@pytest.mark.parametrize("answer", [None, Written("beaucoup", "fr"), Chosen(("a",))])
def test_what_is_not_a_number_earns_nothing(answer: Answer) -> None:
    assert credit(numeric({"value": 3}), answer) == 0


def test_a_trap_earns_nothing_and_explains_itself() -> None:
    body = numeric(
        {"value": 25.8, "tolerance": {"absolute": 0.05}},
        {
            "value": 20.5,
            "tolerance": {"absolute": 0.05},
            "credit": 0,
            "feedback": "By the end",
            "misconception": "base",
        },
        {"value": 25, "tolerance": {"absolute": 1}, "credit": 0.5},
    )
    assert score(body, Written("25,8 %", "fr")).credit == 1
    trapped = score(body, Written("20,5", "fr"))
    assert (trapped.credit, trapped.outcome) == (0, Outcome.WRONG)
    assert trapped.remarks == (Remark("answer", "By the end", "base"),)
    assert score(body, Written("25", "fr")).outcome is Outcome.PARTIAL


def test_a_trap_placed_before_a_wide_range_is_met_first() -> None:
    body = numeric({"value": 42, "credit": 0}, {"range": [40, 50]})
    assert [credit(body, Written(text, "fr")) for text in ("42", "43")] == [0, 1]


DISTANCES = [{"unit": "km", "factor": 1}, {"unit": "m", "factor": 0.001}]


@pytest.mark.parametrize(
    ("typed", "penalty", "expected"),
    [
        ("1,5 km", 1, "1"),
        ("1500 m", 1, "1"),
        ("1,5", 1, "1"),
        ("1,5 kg", 1, "0"),
        ("1,5 kg", 0.25, "3/4"),
        ("1,5 KM", 1, "0"),
        ("1500 kg", 0.25, "0"),
    ],
)
@pytest.mark.parametrize("entry", [{"value": 1.5}, {"value": 1.5, "unit": "km"}])
def test_units_are_converted_and_unknown_ones_cost_the_penalty(
    entry: dict[str, object], typed: str, penalty: object, expected: str
) -> None:
    body = numeric(entry, units=DISTANCES, unit_penalty=penalty)
    assert credit(body, Written(typed, "fr")) == Fraction(expected)


@pytest.mark.parametrize(
    ("entry", "rest", "typed", "expected"),
    [
        ({"value": 1500, "unit": "m"}, {"units": DISTANCES}, "1,5 km", 1),
        ({"value": 4, "unit": "m²"}, {}, "4 m2", 1),
        ({"value": 4, "unit": "m²"}, {}, "4 m", 0),
        ({"value": 4, "unit": "m²"}, {}, "4", 1),
        ({"value": 4, "unit": "ares"}, {"units": DISTANCES}, "4 km", 0),
        ({"value": 12}, {}, "12 jetons", 1),
    ],
)
def test_units_of_the_answer_itself(
    entry: dict[str, object], rest: dict[str, object], typed: str, expected: int
) -> None:
    assert credit(numeric(entry, **rest), Written(typed, "fr")) == expected


def text(*answers: dict[str, object], **match: bool) -> dict[str, object]:
    return {"type": "text", "answers": list(answers)} | ({"match": match} if match else {})


def test_text_is_simplified_as_published() -> None:
    assert Match(accents=False).simplify("L\u2019Été\u00a0 à Œuvre") == "l'ete a oeuvre"


@pytest.mark.parametrize(
    ("accepted", "match", "typed", "right"),
    [
        ("été", {}, "e\u0301te\u0301", True),
        ("été", {}, " ÉTÉ ", True),
        ("été", {}, "ete", False),
        ("été", {"accents": False}, "ete", True),
        ("Python", {"case": True}, "python", False),
        ("Python", {"case": True}, "Python", True),
        ("a b", {}, "a\u00a0\u202f b", True),
        ("a b", {"spaces": True}, "a  b", False),
        ("a b", {"spaces": True}, "a b", True),
        ("l'eau", {}, "l\u2019eau", True),
        ("Æsir", {"accents": False}, "aesir", True),
        ({"fr": "surapprentissage", "en": "overfitting"}, {}, "Overfitting", True),
        ("**", {}, "anything", False),
        ("**", {}, "**", True),
    ],
)
def test_text_answers(accepted: object, match: dict[str, bool], typed: str, right: bool) -> None:
    assert credit(text({"value": accepted}, **match), Written(typed, "fr")) == int(right)


@pytest.mark.parametrize(
    ("pattern", "match", "typed", "right"),
    [
        ("sur-?apprentissage", {}, "Sur-Apprentissage", True),
        ("sur-?apprentissage", {}, "le surapprentissage", False),
        ("sur-?apprentissage", {"case": True}, "Surapprentissage", False),
        ("mod[eè]le", {}, "MODÈLE", True),
        ("modèle", {"accents": False}, "modele", True),
        (r"\S+", {}, "a b", False),
        ("a|b", {}, "ab", False),
    ],
)
def test_patterns_are_anchored_and_follow_the_switches(
    pattern: str, match: dict[str, bool], typed: str, right: bool
) -> None:
    assert credit(text({"regex": pattern}, **match), Written(typed, "fr")) == int(right)


def test_the_first_accepted_text_decides_the_credit() -> None:
    body = text(
        {"value": "précision"}, {"regex": "pr.*", "credit": 0.5, "feedback": "Almost"}, {"regex": ".*", "credit": 0}
    )
    scored = [score(body, Written(typed, "fr")) for typed in ("Précision", "prec", "x")]
    assert [one.credit for one in scored] == [1, Fraction(1, 2), 0]
    assert scored[1].remarks == (Remark("answer", "Almost"),)


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "("])
def test_patterns_re2_cannot_run_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        check_pattern(pattern)


@pytest.mark.parametrize(
    ("accepted", "typed", "right"),
    [("Malev*", "Malevitch", True), ("Malev*", "K. Malevitch", False), (r"2\*3", "2*3", True), (r"2\*3", "23", False)],
)
def test_moodle_stars_are_wildcards(accepted: str, typed: str, right: bool) -> None:
    check_pattern(wildcard_pattern(accepted))
    assert Match().fits(typed, wildcard_pattern(accepted)) is right


def test_a_score_within_a_billionth_of_one_is_one() -> None:
    options = [{"id": "a", "correct": True, "credit": "0.4999999999"}, {"id": "b", "correct": True, "credit": 0.5}]
    assert score(multiple("per-option", options), ticks("ab")).outcome is Outcome.RIGHT


KEYS = st.lists(st.booleans(), min_size=2, max_size=8).filter(any)


def options_from(key: list[bool]) -> list[dict[str, object]]:
    return [{"id": str(place), "correct": right} for place, right in enumerate(key)]


@given(KEYS.filter(lambda key: not all(key)))
def test_tick_all_never_pays_under_balanced(key: list[bool]) -> None:
    options = options_from(key)
    assert credit(multiple("balanced", options), Chosen(tuple(str(place) for place in range(len(key))))) == 0


@given(KEYS, st.sets(st.integers(0, 7)), st.sampled_from(MULTIPLE_RULES))
def test_every_rule_stays_between_0_and_1_and_ignores_order(key: list[bool], ticked: set[int], rule: str) -> None:
    options = options_from(key)
    answer = [str(place) for place in sorted(ticked)]
    once = credit(multiple(rule, options), Chosen(tuple(answer)))
    assert 0 <= once <= 1
    assert credit(multiple(rule, options[::-1]), Chosen(tuple(answer[::-1] * 2))) == once


@given(KEYS, st.sets(st.integers(0, 7)), st.sampled_from(MULTIPLE_RULES))
def test_one_more_right_tick_never_costs_and_one_more_wrong_never_pays(
    key: list[bool], ticked: set[int], rule: str
) -> None:
    known = ticked & set(range(len(key)))
    if not known:
        return
    body = multiple(rule, options_from(key))
    before = credit(body, Chosen(tuple(map(str, known))))
    for place, right in enumerate(key):
        after = credit(body, Chosen(tuple(map(str, known | {place}))))
        assert after >= before if right else after <= before
