"""Identical wrong answers: how surprising it is that two people missed the same questions in the same way."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import prod
from operator import mul

LISTED_BELOW = Fraction(1, 1000)  # divided by the number of pairs compared: one exam in a thousand lists an honest pair

Wrong = Mapping[int, Hashable]  # what somebody answered to each question they got wrong; blanks are no answer


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, by their places in the sheets: `alike` of the `both_wrong` questions have the same wrong answer.

    `chance` is P(≥ alike) were they strangers, `limit` what it had to be below.
    """

    first: int
    second: int
    both_wrong: int
    alike: int
    chance: Fraction
    limit: Fraction


def chances_of(sheets: Sequence[Wrong]) -> dict[int, Fraction]:
    """Give, for each question, the chance p = Σ s² that two strangers who miss it miss it alike (assessment.md §4).

    s is the share of a wrong answer among all wrong answers to that question, those of the pair looked at included:
    with few answers p is then too high rather than too low, and nobody is listed for want of data.
    """
    counted: dict[int, Counter[Hashable]] = {}
    for sheet in sheets:
        for question, answer in sheet.items():
            counted.setdefault(question, Counter())[answer] += 1
    return {
        question: Fraction(sum(count * count for count in counts.values()), counts.total() ** 2)
        for question, counts in counted.items()
    }


def at_least(matches: int, chances: Collection[Fraction]) -> Fraction:
    """Give P(≥ matches) of a Poisson-binomial: independent questions, each alike with a chance of its own; exact."""
    below = [Fraction(1)] + [Fraction(0)] * (matches - 1)  # P(exactly k so far), k < matches
    if matches <= 0:
        return Fraction(1)
    for chance in chances:
        for count in range(matches - 1, 0, -1):
            below[count] += chance * (below[count - 1] - below[count])
        below[0] *= 1 - chance
    return 1 - sum(below, Fraction(0))


def listed(sheets: Sequence[Wrong], people: Sequence[Hashable]) -> list[Pair]:
    """List the pairs that chance does not explain: P(≥ M) below 1/1000 divided by the number of pairs, likest first.

    `people` says whose each sheet is: two attempts of one person are no pair. 2,000 sheets of 20 questions take
    about a second, since P(≥ M) is never below the product of the M smallest p: whoever cannot reach the limit
    is not looked at.
    """
    own = Counter(people)
    pairs = (len(people) ** 2 - sum(count * count for count in own.values())) // 2
    if not pairs:
        return []
    limit, chances = LISTED_BELOW / pairs, chances_of(sheets)
    fewest = _fewest(chances.values(), limit)
    if fewest is None:
        return []
    found = [
        pair
        for first, second, alike in _alike(sheets, fewest)
        if people[first] != people[second]
        and (pair := _compared(sheets, (first, second), alike, chances, limit)) is not None
    ]
    return sorted(found, key=lambda pair: (pair.chance, pair.first, pair.second))


def _fewest(chances: Collection[Fraction], limit: Fraction) -> int | None:
    """The fewest matches that any pair needs to fall below the limit; None when all questions together do not."""
    for count, least in enumerate(accumulate(sorted(chances), mul), start=1):
        if least < limit:
            return count
    return None


def _alike(sheets: Sequence[Wrong], fewest: int) -> Iterator[tuple[int, int, int]]:
    """(first, second, matches) of every pair with at least so many."""
    groups: dict[tuple[int, Hashable], list[int]] = {}  # whom each wrong answer has been met with so far
    for second, sheet in enumerate(sheets):
        if len(sheet) < fewest:
            continue
        counts: Counter[int] = Counter()
        for given in sheet.items():
            met = groups.setdefault(given, [])
            counts.update(met)
            met.append(second)
        yield from ((first, second, count) for first, count in counts.items() if count >= fewest)


def _compared(
    sheets: Sequence[Wrong], pair: tuple[int, int], alike: int, chances: Mapping[int, Fraction], limit: Fraction
) -> Pair | None:
    first, second = sheets[pair[0]], sheets[pair[1]]
    both = [chances[question] for question in first.keys() & second.keys()]
    if prod(sorted(both, reverse=True)[:alike]) >= limit:  # P(≥ M) ≥ P(the M likeliest all match)
        return None
    chance = at_least(alike, both)
    return Pair(*pair, len(both), alike, chance, limit) if chance < limit else None
