"""What a gradebook may be sorted by, and why one of its cells holds no mark."""

from __future__ import annotations

from enum import StrEnum


class Sort(StrEnum):
    """The orders a gradebook may be read in; people without what is sorted by come last."""

    NAME = "name"
    BEHIND = "behind"
    AHEAD = "ahead"
    LOWEST = "lowest"
    HIGHEST = "highest"


class Blank(StrEnum):
    """Why there is no mark to show, or what stands in its way."""

    ELSEWHERE = "elsewhere"  # the version this person follows has no such exercises
    LOCKED = "locked"
    NOT_BEGUN = "not-begun"
    IN_PROGRESS = "in-progress"
    BEING_MARKED = "being-marked"
    NOT_RELEASED = "not-released"
    ANNULLED = "annulled"
    NOT_FINISHED = "not-finished"
