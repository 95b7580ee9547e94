"""Score ticked options by the rules of assessment.md §3."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.assessment.answers import Answer, Chosen
from app.assessment.exact import snapped
from app.assessment.scored import Body, GradingError, Remark, Scored, clamped, finish

DEFAULT_MULTIPLE_RULE = "balanced"


@dataclass(frozen=True, slots=True)
class Ticks:
    """A ticked sheet: right and wrong options ticked, out of how many of each."""

    right: int
    wrong: int
    all_right: int
    all_wrong: int

    @property
    def errors(self) -> int:
        """Count right options left out and wrong options ticked."""
        return self.all_right - self.right + self.wrong

    @property
    def options(self) -> int:
        """Count all options."""
        return self.all_right + self.all_wrong


def options_of(body: Body) -> Sequence[Mapping[str, Any]]:
    """Give what can be ticked: the options of a question, or the areas of a picture."""
    options: Sequence[Mapping[str, Any]] = body[options_key(body)]
    return options


def options_key(body: Body) -> str:
    """Name the part of a body that lists what can be ticked."""
    return "areas" if body["type"] == "hotspot" else "options"


def score_single(body: Body, answer: Answer) -> Scored:
    """Score one choice: the credit of the option or area chosen; blank is 0."""
    ticked = _ticked(body, answer)
    credit = _option_credit(ticked[0], Fraction(1)) if ticked else Fraction(0)
    rule = "hotspot" if body["type"] == "hotspot" else "single"
    return finish(body, answer, credit, rule, _option_remarks(ticked))


def score_multiple(body: Body, answer: Answer) -> Scored:
    """Score a ticked sheet by the rule the question names; raises GradingError on one it does not know."""
    rule = body.get("scoring") or DEFAULT_MULTIPLE_RULE
    ticked = _ticked(body, answer)
    if not ticked:
        credit = Fraction(0)
    elif rule == "per-option":
        credit = _per_option(body, ticked)
    elif rule in _TICK_RULES:
        credit = _TICK_RULES[rule](_ticks(body, ticked))
    else:
        raise GradingError(f"unknown scoring rule {rule!r}")
    return finish(body, answer, credit, rule, _option_remarks(ticked))


def _ticked(body: Body, answer: Answer) -> list[Mapping[str, Any]]:
    """Give the ticked options, each once; a stranger's id and a written answer tick nothing."""
    chosen = set(answer.options) if isinstance(answer, Chosen) else set()
    return [option for option in options_of(body) if option["id"] in chosen]


def is_right(option: Mapping[str, Any]) -> bool:
    """Say whether an option belongs to the key: marked correct, or, when not said, worth something."""
    if "correct" in option:
        return bool(option["correct"])
    return snapped(option.get("credit") or 0) > 0


def _ticks(body: Body, ticked: Sequence[Mapping[str, Any]]) -> Ticks:
    right = sum(map(is_right, ticked))
    all_right = sum(map(is_right, body["options"]))
    if not all_right:
        raise GradingError("no right option")
    return Ticks(right, len(ticked) - right, all_right, len(body["options"]) - all_right)


def _option_credit(option: Mapping[str, Any], when_right: Fraction) -> Fraction:
    if option.get("credit") is not None:
        return clamped(snapped(option["credit"]), -1)
    return when_right if is_right(option) else Fraction(0)


def _balanced(ticks: Ticks) -> Fraction:
    lost = Fraction(ticks.wrong, ticks.all_wrong) if ticks.all_wrong else Fraction(0)
    return max(Fraction(0), Fraction(ticks.right, ticks.all_right) - lost)


def _all_or_nothing(ticks: Ticks) -> Fraction:
    return Fraction(ticks.errors == 0)


def _net(ticks: Ticks) -> Fraction:
    return max(Fraction(0), Fraction(ticks.right - ticks.wrong, ticks.all_right))


def _every_decision(ticks: Ticks) -> Fraction:
    return Fraction(ticks.options - ticks.errors, ticks.options)


def _halves(ticks: Ticks) -> Fraction:
    if ticks.errors == 0:
        return Fraction(1)
    if ticks.errors == 1 and ticks.options >= 3:
        return Fraction(1, 2)
    return Fraction(1, 4) if ticks.errors == 2 and ticks.options >= 5 else Fraction(0)


_TICK_RULES: Mapping[str, Callable[[Ticks], Fraction]] = {
    "balanced": _balanced,
    "all": _all_or_nothing,
    "net": _net,
    "edc": _every_decision,
    "halves": _halves,
}
MULTIPLE_RULES = (*_TICK_RULES, "per-option")


def _per_option(body: Body, ticked: Sequence[Mapping[str, Any]]) -> Fraction:
    share = Fraction(1, max(1, sum(map(is_right, body["options"]))))
    return clamped(sum((_option_credit(option, share) for option in ticked), Fraction(0)), 0)


def _option_remarks(ticked: Iterable[Mapping[str, Any]]) -> list[Remark]:
    return [
        Remark(option["id"], option.get("feedback") or "", option.get("misconception") or "")
        for option in ticked
        if option.get("feedback") or option.get("misconception")
    ]
