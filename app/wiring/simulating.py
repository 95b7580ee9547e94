"""Simulated people: seeded chance, how likely somebody of known strength is right, and the answer they then give."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from statistics import NormalDist
from typing import Any

from app.assessment import grading
from app.assessment.answers import MARKED_BY_PEOPLE, PARTS_KEYS, SINGLE_TYPES, WRITTEN_TYPES
from app.assessment.choices import is_right, options_of
from app.assessment.drawing import Stream, shuffled
from app.assessment.layouts import COLUMN, ITEM, LEFT, OPTION, ROW, right_id

Body = Mapping[str, Any]
Order = Sequence[Sequence[str]]  # [[token, id], …], as a candidate sees it
Payload = dict[str, Any]
SHARPNESS = 1.2
MOST_CHOSEN = 0.55  # of those who take a wrong option and have not taken a more tempting one, who takes the next
_STEPS = 1 << 30


class Dice:
    """Chance that the same seed and label make again."""

    def __init__(self, seed: bytes, label: str) -> None:
        self._stream = Stream(seed, label)

    def below(self, limit: int) -> int:
        """A number from 0 to limit − 1."""
        return self._stream.below(limit)

    def share(self) -> float:
        """A number of 0–1, 1 left out."""
        return self._stream.below(_STEPS) / _STEPS

    def normal(self) -> float:
        """A number of the normal distribution, mean 0 and standard deviation 1."""
        return NormalDist().inv_cdf((self._stream.below(_STEPS) + 0.5) / _STEPS)


def chance(strength: float, difficulty: float, *, guess: float = 0.0, sharpness: float = SHARPNESS) -> float:
    """How likely somebody is right, 0–1: c + (1 − c) / (1 + e^−a(θ − b)), Birnbaum's model of three parameters."""
    return guess + (1 - guess) / (1 + math.exp(-sharpness * (strength - difficulty)))


def guess_of(body: Body) -> float:
    """How likely whoever knows nothing is right: one in k where one of k is chosen, else never."""
    return 1 / len(options_of(body)) if body["type"] in SINGLE_TYPES else 0.0


def right_answer(body: Body, order: Order, language: str) -> Payload | None:
    """The right answer as a browser would send it; None to what people mark: nobody simulated writes an essay."""
    kind = body["type"]
    if kind in MARKED_BY_PEOPLE:
        return None
    if kind in PARTS_KEYS:
        return _right_parts(body, order, language)
    if kind in WRITTEN_TYPES:
        return {"text": _typed(body["answers"], language), "lang": language}
    return chosen(kind, [token for token, name in order if is_right(_named(body, name))])


def wrong_answer(body: Body, order: Order, language: str, dice: Dice) -> Payload | None:
    """A wrong answer as people give it, perhaps worth a part of the points; None where only a blank is surely wrong.

    Of the wrong options of a question, always the same is the most tempting.
    """
    kind = body["type"]
    if kind in MARKED_BY_PEOPLE:
        return None
    if kind in PARTS_KEYS:
        return _spoiled(_right_parts(body, order, language), PARTS_KEYS[kind], dice)
    if kind in WRITTEN_TYPES:
        written = ({"text": text, "lang": language} for text in _mistyped(body, language, dice))
        return next((one for one in written if grading.score_stored(body, one, order).score < 1), None)
    wrong = [name for _token, name in order if not is_right(_named(body, name))]
    right = [name for _token, name in order if name not in wrong]
    if kind != "multiple":
        taken = [_tempting(body, wrong, dice)]
    elif wrong and (len(right) < 2 or dice.share() < 0.5):
        taken = [*right, _tempting(body, wrong, dice)]
    else:
        del right[dice.below(len(right))]
        taken = right
    return chosen(kind, [token for token, name in order if name in taken])


def chosen(kind: str, tokens: list[str]) -> Payload | None:
    """What a browser sends of options ticked; None when none is."""
    if not tokens:
        return None
    return {"choices": tokens} if kind == "multiple" else {"choice": tokens[0]}


def _named(body: Body, name: str) -> Mapping[str, Any]:
    return next(option for option in options_of(body) if option["id"] == name)


def _tempting(body: Body, wrong: Sequence[str], dice: Dice) -> str:
    ranked = shuffled(sorted(wrong), b"tempting", str(body.get("id", "")))
    return next((one for one in ranked[:-1] if dice.share() < MOST_CHOSEN), ranked[-1])


def _right_parts(body: Body, order: Order, language: str) -> Payload:
    kind, tokens = body["type"], {name: token for token, name in order}
    given: Payload = {}
    if kind == "matching":
        given = {f"{LEFT}{place}": tokens[right_id(body, place)] for place in range(len(body["pairs"]))}
    elif kind == "ordering":
        given = {f"{ITEM}{place}": place + 1 for place in range(len(body["order"]))}
    elif kind == "matrix":
        given = {ROW + row: tokens[COLUMN + column] for row, column in body["key"].items()}
    else:
        for name, gap in body["gaps"].items():
            right = next((option["id"] for option in gap.get("options", ()) if is_right(option)), "")
            typed = tokens.get(f"{OPTION}{name}:{right}")
            given[f"{gap['type']}:{name}"] = typed or _typed(gap["answers"], language)
    parts: Payload = {PARTS_KEYS[kind]: {tokens[part]: value for part, value in given.items()}}
    return parts | ({"lang": language} if kind == "cloze" else {})


def _spoiled(right: Payload, key: str, dice: Dice) -> Payload | None:
    """A right answer in parts with two neighbouring places exchanged, or one or two other parts left blank."""
    parts = dict(right[key])
    names = sorted(parts)
    if key == PARTS_KEYS["ordering"]:
        first = 1 + dice.below(len(parts) - 1)
        moved = {first: first + 1, first + 1: first}
        return {**right, key: {name: moved.get(place, place) for name, place in parts.items()}}
    for _one in range(1 + dice.below(2)):
        parts.pop(names.pop(dice.below(len(names)))) if names else None
    return {**right, key: parts} if parts else None


def _typed(entries: Sequence[Mapping[str, Any]], language: str) -> str:
    """What is accepted in full, as somebody types it: a value where there is one, else what fits a pattern."""
    whole = [one for one in entries if one.get("credit", 1) == 1]
    entry = next((one for one in whole if "value" in one), whole[0] if whole else {})
    value = entry.get("value", entry.get("regex", ""))
    if isinstance(value, dict):
        value = value[language]
    if "value" not in entry:
        return _fitting(value)
    return str(value).replace(".", ",") if language == "fr" and isinstance(value, int | float) else str(value)


def _fitting(pattern: str) -> str:
    """The shortest text of a simple pattern: what may be left out is, and of several signs the first is taken."""
    without = re.sub(r"(?<!\\)\([^()]*\)\?|\\?.\?", "", pattern)
    first = re.sub(r"(?<!\\)\[([^\]])[^\]]*\]", r"\1", without)
    return re.sub(r"\\(.)", r"\1", first)


def _mistyped(body: Body, language: str, dice: Dice) -> list[str]:
    """What people type who do not know, likeliest first, some of it in another order."""
    right = _typed(body["answers"], language)
    vague = "je ne sais pas" if language == "fr" else "I do not know"
    try:
        number = Decimal(right.replace(",", "."))
    except InvalidOperation:
        return [vague]
    near = [number + 1, number * 10, number / 2 + 3, Decimal(0)]
    first = near.pop(dice.below(len(near)) if dice.share() < 0.5 else 0)
    texts = [format(round(one, 4).normalize(), "f") for one in (first, *near)]
    if body["type"] == "text":
        return [*texts, vague]
    return [text.replace(".", ",") if language == "fr" else text for text in texts]
