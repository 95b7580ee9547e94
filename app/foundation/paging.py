"""Pages of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.foundation.numbers import whole

Row = TypeVar("Row")
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class PageOf(Generic[Row]):
    """One page of rows; `number` counts from 1."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.total, self.number * self.size)


def page_number(text: str | None) -> int:
    """The page asked for in an address, 1 when it is missing or nonsense."""
    return whole(text, most=LAST_PAGE, beyond=LAST_PAGE) or 1
