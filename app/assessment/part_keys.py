"""What is right in each part of a question: as its author wrote it, or under `key` as it was decided since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.assessment import layouts

Body = Mapping[str, Any]


def right_sides(body: Body, place: int) -> tuple[str, ...]:
    """The ids of what goes with the pair at `place`: several once it was decided that several do."""
    key = body.get("key")
    return tuple(key[f"{layouts.LEFT}{place}"]) if key else (layouts.right_id(body, place),)


def right_columns(body: Body, row: str) -> tuple[str, ...]:
    """The ids of the columns that are right for a row: an author names one, a decision may name several."""
    columns: str | Sequence[str] = body["key"][row]
    return tuple(layouts.COLUMN + one for one in ([columns] if isinstance(columns, str) else columns))


def right_order(body: Body) -> list[str]:
    """The ids of the items in their right order."""
    return list(body.get("key") or (f"{layouts.ITEM}{place}" for place in range(len(body["order"]))))
