"""Draw the questions of an attempt and lay them out, all from one seed, so that any form can be made again."""

import hashlib
import hmac
from collections.abc import Collection, Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

SEED_BYTES = 16
EXPOSURE_LIMIT_PERCENT = 30
EXPOSURE_COUNTED_FROM = 50  # attempts: below, a share means nothing
MOST_TRIES = 5_000  # ways to fill a row, before a form is given up: 20 are enough where nothing is in the way
TOKEN_HEX_DIGITS = 16
_WORD_BYTES = 8
_WORDS = 1 << (8 * _WORD_BYTES)

Item = TypeVar("Item")
OptionOrder: TypeAlias = list[list[str]]  # [[token, option id], …] as stored in the layout


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a blueprint: how many questions of what kind, and the points of each; None takes any."""

    domain: str | None
    level: int | None
    count: int
    points: Decimal = Decimal(1)
    type: str | None = None
    bank: str | None = None
    tags: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be drawn: its latest version, neither retired nor void; enemies are public ids."""

    public_id: str
    domain: str
    level: int
    type: str
    bank: str = ""
    tags: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    enemies: frozenset[str] = frozenset()
    case: str | None = None


def row_of(written: Mapping[str, Any]) -> Row:
    """Read a line of a stored blueprint: {domain, level, count, points, type, tags, skills}."""
    return Row(
        domain=written.get("domain"),
        level=written.get("level"),
        count=written["count"],
        points=Decimal(str(written.get("points", 1))),
        type=written.get("type"),
        tags=frozenset(written.get("tags") or ()),
        skills=frozenset(written.get("skills") or ()),
    )


def candidates_of(described: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    """Read the questions of a pool: {public_id, slug, domain, level, type, tags, skills, enemies (slugs), case}."""
    public_ids = {one["slug"]: one["public_id"] for one in described}
    return [
        Candidate(
            public_id=one["public_id"],
            domain=one["domain"],
            level=one["level"],
            type=one["type"],
            tags=frozenset(one["tags"]),
            skills=frozenset(one["skills"]),
            enemies=frozenset(public_ids[slug] for slug in one["enemies"] if slug in public_ids),
            case=one["case"],
        )
        for one in described
    ]


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often each question was in this exam's attempts of the last 90 days, out of how many attempts."""

    attempts: int = 0
    counts: Mapping[str, int] | None = None

    def count(self, public_id: str) -> int:
        """Count the attempts that held this question."""
        return (self.counts or {}).get(public_id, 0)

    def is_high(self, public_id: str) -> bool:
        """Say whether more than 30 % of the attempts held it, once there are 50."""
        enough = self.attempts >= EXPOSURE_COUNTED_FROM
        return enough and self.count(public_id) * 100 > self.attempts * EXPOSURE_LIMIT_PERCENT

    def share(self, public_id: str) -> float | None:
        """Give the share (0–1) of the attempts that held it; None while there are fewer than 50."""
        return self.count(public_id) / self.attempts if self.attempts >= EXPOSURE_COUNTED_FROM else None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of the form, the points it is worth, and the blueprint row (from 0) that asked for it."""

    candidate: Candidate
    points: Decimal
    row: int


class PoolTooSmall(Exception):  # noqa: N818 - said as a fact, as the design does
    """A blueprint row that cannot be filled: the start is refused and staff are told."""

    def __init__(self, row: int, missing: int) -> None:
        super().__init__(f"blueprint row {row}: {missing} more needed")
        self.row = row
        self.missing = missing


class Stream:
    """Repeatable random words: SHA-256(seed | label | i), read as big-endian 64-bit words (assessment.md §4)."""

    def __init__(self, seed: bytes, label: str) -> None:
        self._words = self._generate(seed + b"|" + label.encode() + b"|")

    def below(self, limit: int) -> int:
        """Give a number from 0 to limit − 1, each equally likely."""
        fair = _WORDS - _WORDS % limit
        return next(word for word in self._words if word < fair) % limit

    @staticmethod
    def _generate(prefix: bytes) -> Iterator[int]:
        block = 0
        while True:
            digest = hashlib.sha256(prefix + str(block).encode()).digest()
            for start in range(0, len(digest), _WORD_BYTES):
                yield int.from_bytes(digest[start : start + _WORD_BYTES], "big")
            block += 1


def shuffled(items: Sequence[Item], seed: bytes, label: str) -> list[Item]:
    """Shuffle by Fisher–Yates from the last place down; the same seed and label always give the same order."""
    order = list(items)
    _shuffle(order, Stream(seed, label))
    return order


def _shuffle(order: MutableSequence[Item], stream: Stream) -> None:
    for last in range(len(order) - 1, 0, -1):
        other = stream.below(last + 1)
        order[last], order[other] = order[other], order[last]


def draw(
    blueprint: Sequence[Row],
    candidates: Collection[Candidate],
    seen: Mapping[str, int],
    exposure: Exposure,
    seed: bytes,
) -> tuple[Drawn, ...]:
    """Fill the rows in order with the least seen and least exposed questions; raises PoolTooSmall.

    `seen` counts, by public id, how often this person has had each question.
    """
    ranked = sorted(candidates, key=lambda one: _rank(one.public_id, seen, exposure, seed))
    whole = _Search(blueprint, ranked).fill(())
    return tuple(Drawn(candidate, blueprint[number].points, number) for number, candidate in whole)


Picked: TypeAlias = tuple[tuple[int, Candidate], ...]  # the number of a row, a question that fills it


class _Search:
    """Rows filled in order, each with the first questions that fit; where enemies leave a later row short, the next."""

    def __init__(self, blueprint: Sequence[Row], ranked: Sequence[Candidate]) -> None:
        self._blueprint, self._ranked = blueprint, ranked
        self._tries = 0
        self._short: PoolTooSmall | None = None

    def fill(self, drawn: Picked) -> Picked:
        """All rows; raises PoolTooSmall of the first row that could not be filled, when no other way was found."""
        found = self._from_row(0, drawn)
        if found is None:
            raise self._short or PoolTooSmall(0, 0)
        return found

    def _from_row(self, number: int, drawn: Picked) -> Picked | None:
        if number == len(self._blueprint):
            return drawn
        for filled in self._fillings(number, drawn, 0, self._blueprint[number].count):
            whole = self._from_row(number + 1, filled)
            if whole is not None or self._tries > MOST_TRIES:
                return whole
        return None

    def _fillings(self, number: int, drawn: Picked, start: int, wanted: int) -> Iterator[Picked]:
        """The ways to fill what is `wanted` of a row from the questions ranked `start` or later, best first."""
        if not wanted:
            yield drawn
            return
        self._tries += 1
        for place in range(start, len(self._ranked)):
            group = _whole_case(self._ranked[place], self._ranked)
            fits = len(group) <= wanted and all(answers_to(self._blueprint[number], one) for one in group)
            if fits and not _clash([one for _row, one in drawn], group):
                more = (*drawn, *((number, one) for one in group))
                yield from self._fillings(number, more, place + 1, wanted - len(group))
            if self._tries > MOST_TRIES:
                return
        self._short = self._short or PoolTooSmall(number, wanted)


def _rank(public_id: str, seen: Mapping[str, int], exposure: Exposure, seed: bytes) -> tuple[int, bool, int, bytes]:
    lot = hashlib.sha256(seed + b"|draw|" + public_id.encode()).digest()
    return seen.get(public_id, 0), exposure.is_high(public_id), exposure.count(public_id), lot


def _whole_case(candidate: Candidate, pool: Sequence[Candidate]) -> list[Candidate]:
    """Give the questions that come with this one: those of the same case, or itself alone."""
    if candidate.case is None:
        return [candidate]
    return [one for one in pool if one.case == candidate.case]


def answers_to(row: Row, candidate: Candidate) -> bool:
    """Say whether a row may draw this question."""
    return (
        row.domain in (None, candidate.domain)
        and row.level in (None, candidate.level)
        and row.type in (None, candidate.type)
        and row.bank in (None, candidate.bank)
        and row.tags <= candidate.tags
        and row.skills <= candidate.skills
    )


def _clash(drawn: Sequence[Candidate], group: Sequence[Candidate]) -> bool:
    """Say whether one of the group is already drawn, or is an enemy, on either side, of one that is."""
    return any(
        one.public_id == other.public_id or one.public_id in other.enemies or other.public_id in one.enemies
        for one in group
        for other in drawn
    )


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the form, from 1: the question and its points."""

    number: int
    drawn: Drawn


def layout(drawn: Sequence[Drawn], seed: bytes, *, shuffle: bool = True) -> tuple[Slot, ...]:
    """Order the questions of a form, keeping those of one case together, and number the slots from 1."""
    groups: dict[str, list[Drawn]] = {}
    for one in drawn:
        groups.setdefault(one.candidate.case or f"|{one.candidate.public_id}", []).append(one)
    ordered = shuffled(list(groups.values()), seed, "questions") if shuffle else list(groups.values())
    questions = [one for group in ordered for one in group]
    return tuple(Slot(number, one) for number, one in enumerate(questions, start=1))


def option_tokens(
    seed: bytes,
    slot: int,
    option_ids: Sequence[str],
    *,
    fixed: Collection[str] = (),
    shuffle: bool = True,
    label: str = "",
) -> OptionOrder:
    """Give the options of a slot in the order to show them, each behind a token that means nothing elsewhere.

    Where a question has several groups to shuffle (left and right sides), each has a label of its own.
    """
    free = [option for option in option_ids if option not in fixed]
    lot = f"options:{slot}:{label}" if label else f"options:{slot}"
    moved = iter(shuffled(free, seed, lot) if shuffle else free)
    order = [option if option in fixed else next(moved) for option in option_ids]
    return [[_token(seed, slot, option), option] for option in order]


def _token(seed: bytes, slot: int, option_id: str) -> str:
    return hmac.new(seed, f"token|{slot}|{option_id}".encode(), hashlib.sha256).hexdigest()[:TOKEN_HEX_DIGITS]
