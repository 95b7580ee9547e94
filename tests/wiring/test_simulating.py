"""Simulated people: how likely they are right, and answers right and wrong to every question of our courses."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from app.assessment import grading, layouts
from app.assessment.answers import MARKED_BY_PEOPLE
from app.authoring.cli import course_folders, read_checked
from app.config import ROOT
from app.wiring.simulating import Dice, chance, guess_of, right_answer, wrong_answer
from tests.courses import KINDS, PARTS_KINDS, RUBRIC_KINDS, question

SEED = bytes(range(16))


@pytest.mark.parametrize(
    ("strength", "difficulty", "guess", "probability"),
    [
        (0.0, 0.0, 0.0, 0.5),
        (0.0, 0.0, 0.25, 0.625),  # whoever does not know still guesses one in four
        (1.0, 0.0, 0.0, 0.768525),
        (0.0, 1.0, 0.0, 0.231475),
        (-0.1, -0.4, 0.5, 0.794520),
        (-9.0, 9.0, 0.25, 0.25),
        (9.0, -9.0, 0.0, 1.0),
    ],
)
def test_the_chance_of_being_right(strength: float, difficulty: float, guess: float, probability: float) -> None:
    assert chance(strength, difficulty, guess=guess) == pytest.approx(probability, abs=1e-6)


def test_a_sharper_question_tells_more() -> None:
    assert chance(1.0, 0.0, sharpness=1.8) == pytest.approx(1 / (1 + math.exp(-1.8)))
    assert chance(-1.0, 0.0, sharpness=1.8) < chance(-1.0, 0.0)


def test_dice_fall_as_before_and_normally() -> None:
    assert [Dice(SEED, "a").share() for _ in range(2)] == [Dice(SEED, "a").share()] * 2
    assert Dice(SEED, "a").share() != Dice(SEED, "b").share()
    dice = Dice(SEED, "normal")
    drawn = [dice.normal() for _ in range(4_000)]
    mean = sum(drawn) / len(drawn)
    assert abs(mean) < 0.05
    assert math.sqrt(sum((one - mean) ** 2 for one in drawn) / len(drawn)) == pytest.approx(1, abs=0.05)


def bodies() -> Iterator[dict[str, Any]]:
    """Every question of the courses of this repository, and one of each kind that they do not ask."""
    for folder in course_folders(ROOT / "content"):
        checked = read_checked(folder, None)
        assert checked.course is not None
        for bank in checked.course.banks:
            yield from (dict(one.body) for one in bank.questions)
    for kind in (*KINDS, *PARTS_KINDS, *RUBRIC_KINDS):
        yield dict(question(kind, f"q-{kind}").body)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_right_is_whole_and_wrong_is_less_for_every_question(language: str) -> None:
    kinds: Counter[str] = Counter()
    for body in bodies():
        order = layouts.draw_layout(body, SEED, 1)
        kinds[body["type"]] += 1
        right = right_answer(body, order, language)
        wrong = wrong_answer(body, order, language, Dice(SEED, str(body.get("id"))))
        if body["type"] in MARKED_BY_PEOPLE:
            assert right is wrong is None
            continue
        assert grading.score_stored(body, right, order).score == 1, body.get("id")
        assert grading.score_stored(body, wrong, order).score < 1, (body.get("id"), wrong)
    assert {"single", "multiple", "numeric", "text", "matching", "matrix", "ordering", "cloze"} <= kinds.keys()


def test_wrong_options_tempt_unevenly() -> None:
    body = next(one for one in bodies() if one["type"] == "single" and len(one["options"]) == 4)
    assert guess_of(body) == 0.25
    order, dice = layouts.draw_layout(body, SEED, 1), Dice(SEED, "many")
    names = dict(order)
    taken = Counter(names[(wrong_answer(body, order, "fr", dice) or {})["choice"]] for _ in range(600))
    shares = sorted((count / 600 for count in taken.values()), reverse=True)
    assert len(shares) == 3
    assert shares[0] > 0.45
    assert shares[2] < 0.3
