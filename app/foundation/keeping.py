"""Keeping in the process what never changes once it is stored, under keys that name its content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The `most` values used last. A key must name the content itself (a digest), never only a row that holds it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, read: Callable[[], Value]) -> Value:
        """The value of `key`, read when it is not kept yet."""
        return self.get_all([key], lambda _missing: {key: read()})[key]

    def get_all(self, keys: Iterable[Key], read: Callable[[list[Key]], Mapping[Key, Value]]) -> dict[Key, Value]:
        """The values of `keys`; those not kept yet are read in one call, outside the lock."""
        wanted = list(keys)
        with self._lock:
            found = {key: self._values[key] for key in wanted if key in self._values}
            for key in found:
                self._values.move_to_end(key)
        missing = [key for key in wanted if key not in found]
        if missing:
            found.update(read(missing))
            self._keep({key: found[key] for key in missing if key in found})
        return found

    def _keep(self, values: Mapping[Key, Value]) -> None:
        with self._lock:
            self._values.update(values)
            while len(self._values) > self._most:
                self._values.popitem(last=False)


def apart(session: Session) -> Session:
    """A session of its own in the transaction of `session`: what it reads may outlive the request, detached."""
    session.flush()
    return Session(session.connection(), autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")
