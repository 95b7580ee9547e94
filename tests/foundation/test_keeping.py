"""What is kept is read once, never beyond its bound, and belongs to its key alone."""

from __future__ import annotations

from app.foundation.keeping import Kept


def test_a_value_is_read_once_and_the_least_used_goes_first() -> None:
    kept: Kept[str, str] = Kept(2)
    read: list[str] = []

    def reader(key: str) -> str:
        return kept.get(key, lambda: read.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [reader(key) for key in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert read == ["a", "b", "c", "b"]


def test_only_what_is_missing_is_read_and_in_one_call() -> None:
    kept: Kept[int, int] = Kept(10)
    calls: list[list[int]] = []

    def squares(keys: list[int]) -> dict[int, int]:
        calls.append(keys)
        return {key: key * key for key in keys if key != 7}

    assert kept.get_all([1, 2], squares) == {1: 1, 2: 4}
    assert kept.get_all([2, 3, 7], squares) == {2: 4, 3: 9}
    assert calls == [[1, 2], [3, 7]]
