"""What in a question's figures deserves a look: thresholds of assessment.md §5. A flag opens a review, nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.assessment.bias import Bias, BiasClass
from app.assessment.statistics import Estimate, ItemFigures

TOO_HARD, TOO_EASY = 0.20, 0.95  # facility
WEAK, MODEST = 10, 20  # discrimination, in percent
UNUSED = 0.05  # share of people who choose a wrong option
WANTED_ALPHA = {"certification": 0.80, "graded": 0.80, "practice": 0.70}  # by kind of exam


class Flag(StrEnum):
    """A reason to read a question again."""

    WRONG_KEY = "wrong_key"  # those who choose the key earn less elsewhere
    INVERTED = "inverted"  # the same of a question without options
    WEAK = "weak"
    MODEST = "modest"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    TEMPTING = "tempting"  # those who choose a wrong option earn more elsewhere
    UNUSED = "unused"
    BIAS = "bias"
    LARGE_BIAS = "large_bias"

    @property
    def grave(self) -> bool:
        """Say whether it is red: the question probably harms somebody's mark."""
        return self in (Flag.WRONG_KEY, Flag.INVERTED, Flag.WEAK, Flag.LARGE_BIAS)


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """How often an option is chosen (share of 0–1), and how choosing it goes with the rest, in percent."""

    option: str  # its id
    right: bool
    count: int
    share: Estimate
    discrimination: Estimate | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A flag, and the option it is about ("" for the whole question)."""

    flag: Flag
    option: str = ""


def findings(figures: ItemFigures, options: Iterable[OptionFigures], bias: Bias | None = None) -> tuple[Finding, ...]:
    """List what to look at, the gravest first."""
    listed = tuple(options)
    found = [*_of_options(listed), *_of_discrimination(figures, listed), *_of_facility(figures), *_of_bias(bias)]
    return tuple(sorted(found, key=lambda finding: (not finding.flag.grave, list(Flag).index(finding.flag))))


def _of_options(options: tuple[OptionFigures, ...]) -> Iterable[Finding]:
    for option in options:
        going_with = option.discrimination.value if option.discrimination else None
        if option.right and going_with is not None and going_with < 0:
            yield Finding(Flag.WRONG_KEY, option.option)
        if not option.right and going_with is not None and going_with > 0:
            yield Finding(Flag.TEMPTING, option.option)
        if not option.right and option.share.value < UNUSED:
            yield Finding(Flag.UNUSED, option.option)


def _of_discrimination(figures: ItemFigures, options: tuple[OptionFigures, ...]) -> Iterable[Finding]:
    if figures.discrimination is None:
        return
    value = figures.discrimination.value
    if value < 0 and not options:
        yield Finding(Flag.INVERTED)
    elif value < 0 and any(finding.flag is Flag.WRONG_KEY for finding in _of_options(options)):
        return  # said of the key already
    elif value < WEAK:
        yield Finding(Flag.WEAK)
    elif value < MODEST:
        yield Finding(Flag.MODEST)


def _of_facility(figures: ItemFigures) -> Iterable[Finding]:
    if figures.facility.value < TOO_HARD:
        yield Finding(Flag.TOO_HARD)
    elif figures.facility.value > TOO_EASY:
        yield Finding(Flag.TOO_EASY)


def _of_bias(bias: Bias | None) -> Iterable[Finding]:
    if bias is not None and bias.bias_class is not BiasClass.A:
        yield Finding(Flag.LARGE_BIAS if bias.bias_class is BiasClass.C else Flag.BIAS)
