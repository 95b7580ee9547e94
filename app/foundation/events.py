"""News between features: published by the lower, delivered to the higher at once and in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

Handler = Callable[[Session, Any], None]
_subscriptions: dict[type, list[Handler]] = {}


def subscribe(table: Mapping[type, Sequence[Handler]]) -> None:
    """Install the table of `app/wiring/subscriptions.py`; the last table installed is the one in force."""
    _subscriptions.clear()
    _subscriptions.update({event: list(handlers) for event, handlers in table.items()})


def publish(session: Session, event: object) -> None:
    """Hand `event` to its subscribers; an exception in one undoes the whole transaction."""
    for handler in _subscriptions.get(type(event), ()):
        handler(session, event)
