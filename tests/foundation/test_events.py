"""News is delivered in order, at once; a handler that fails stops the rest and lets its error through."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.foundation import events


@dataclass(frozen=True)
class Happened:
    what: str


@pytest.fixture(autouse=True)
def own_table() -> Iterator[None]:
    """A table of the test's own; the program's comes back after it."""
    kept = {event: list(handlers) for event, handlers in events._subscriptions.items()}
    yield
    events.subscribe(kept)


def test_each_subscriber_hears_it_in_order() -> None:
    heard: list[str] = []
    events.subscribe(
        {
            Happened: [
                lambda _session, event: heard.append(f"first {event.what}"),
                lambda _session, event: heard.append(f"then {event.what}"),
            ]
        }
    )
    events.publish(Session(), Happened("it"))
    assert heard == ["first it", "then it"]


def test_nobody_has_to_listen() -> None:
    events.subscribe({})
    events.publish(Session(), Happened("it"))


def test_a_failure_is_not_swallowed() -> None:
    heard: list[str] = []

    def fail(_session: Session, _event: Any) -> None:
        raise ZeroDivisionError

    events.subscribe({Happened: [fail, lambda _session, event: heard.append(event.what)]})
    with pytest.raises(ZeroDivisionError):
        events.publish(Session(), Happened("it"))
    assert heard == []
