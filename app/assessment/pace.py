"""How fast questions were answered, and which windows answered in turn: read from the times of what was saved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from statistics import median

MEASURED_FROM = 30  # answers: below, a median means nothing
FAST = Fraction(1, 10)  # of the median
TOGETHER = timedelta(milliseconds=500)  # answers that arrive so close were waiting for a network, not given so fast

Interval = tuple[datetime, datetime]  # begin and end


@dataclass(frozen=True, slots=True)
class Save:
    """One answer that arrived and counted: where, when, and from which window; None where the page had no script."""

    slot: int
    at: datetime
    window: str | None


def first_answers(saves: Sequence[Save], started_at: datetime, breaks: Sequence[Interval] = ()) -> dict[int, timedelta]:
    """Give the time that the first answer to each slot took: since the save before it, or the start, breaks aside.

    What arrived in one burst has no time of its own and is left out. `saves` come in the order of their arrival.
    """
    taken: dict[int, timedelta] = {}
    seen: set[int] = set()
    before, bursts = started_at, _bursts(saves)
    for place, save in enumerate(saves):
        if save.slot not in seen and place not in bursts:
            taken[save.slot] = time_within((before, save.at), breaks)
        seen.add(save.slot)
        before = save.at
    return taken


def _bursts(saves: Sequence[Save]) -> set[int]:
    """Places of the saves that arrived together with the one before or after."""
    together = [place for place in range(1, len(saves)) if saves[place].at - saves[place - 1].at < TOGETHER]
    return {place for last in together for place in (last - 1, last)}


def time_within(interval: Interval, breaks: Iterable[Interval]) -> timedelta:
    """Give how long an interval lasted, less what lies in breaks; breaks never overlap."""
    begin, end = interval
    resting = (min(end, until) - max(begin, since) for since, until in breaks)
    return max(timedelta(0), end - begin - sum((rest for rest in resting if rest > timedelta(0)), timedelta(0)))


def medians(times: Mapping[int, Sequence[timedelta]]) -> dict[int, timedelta]:
    """Give the median time of each question that has been answered by enough people."""
    return {
        question: timedelta(milliseconds=median(one // timedelta(milliseconds=1) for one in taken))
        for question, taken in times.items()
        if len(taken) >= MEASURED_FROM
    }


def is_fast(taken: timedelta, usual: timedelta) -> bool:
    """Say whether an answer took less than a tenth of the median."""
    return taken < usual * FAST.numerator / FAST.denominator


def turns(saves: Sequence[Save]) -> list[Save]:
    """List the saves with which a window took over from another that had come after it: two windows in turn.

    A page that was reloaded, or left for the next question, never answers again, so that A B C is one person
    going on, and A B A two windows open at once.
    """
    found, seen, current = [], set[str](), None
    for save in saves:
        if save.window is None or save.window == current:
            continue
        if save.window in seen:
            found.append(save)
        seen.add(save.window)
        current = save.window
    return found
