"""How far a learner is, what is still locked and why, and what to do next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Kind(StrEnum):
    """What an item of a module is."""

    LESSON = "lesson"
    QUIZ = "quiz"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a module; done means read (lesson), passed at mastery (quiz) or accepted (project).

    `waiting` says that it was handed in and that it is for others to act.
    """

    key: str
    kind: Kind
    done: bool = False
    required: bool = True
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """One module with its items in order.

    `mastery_item` is the key of the quiz that gates what follows, if any; `gate_opened` says that staff opened it.
    """

    key: str
    items: tuple[Item, ...]
    requires: tuple[str, ...] = ()
    mastery_item: str | None = None
    gate_opened: bool = False


class LockReason(StrEnum):
    """Why a module is locked: a module before it is unfinished, or finished but not yet mastered."""

    UNFINISHED = "unfinished"
    NOT_MASTERED = "not_mastered"


@dataclass(frozen=True, slots=True)
class Lock:
    """One thing that stands before a module, and the module to finish first."""

    reason: LockReason
    module: str


@dataclass(frozen=True, slots=True)
class Place:
    """An item of a course, by module key and item key."""

    module: str
    item: str


def percent_complete(modules: Sequence[Module]) -> int:
    """Give the share of required items done, 0 to 100, truncated: 100 means all; a course of none is complete."""
    required = [item for module in modules for item in module.items if item.required]
    done = sum(item.done for item in required)
    return done * 100 // len(required) if required else 100


def is_passed(module: Module) -> bool:
    """Say whether a module lets the next ones open: its mastery quiz is passed, or it has none and all is done.

    Passing the quiz is enough: whoever knows the matter need not read it first.
    """
    if module.gate_opened:
        return True
    if module.mastery_item is not None:
        return any(item.done for item in module.items if item.key == module.mastery_item)
    return all(item.done for item in module.items if item.required)


def locks(modules: Sequence[Module]) -> Mapping[str, tuple[Lock, ...]]:
    """Say for every module what locks it, directly required modules only; an empty tuple is an open module.

    A required module that is not in the course locks nothing: the validator refuses it (E181).
    """
    by_key = {module.key: module for module in modules}
    return {
        module.key: tuple(
            Lock(_lock_reason(by_key[key]), key)
            for key in module.requires
            if key in by_key and not is_passed(by_key[key])
        )
        for module in modules
    }


def _lock_reason(module: Module) -> LockReason:
    others = [item for item in module.items if item.required and item.key != module.mastery_item]
    waits_for_quiz = module.mastery_item is not None and all(item.done for item in others)
    return LockReason.NOT_MASTERED if waits_for_quiz else LockReason.UNFINISHED


def next_place(modules: Sequence[Module]) -> Place | None:
    """Say where to resume: the first required item still to do in an open module; None when nothing is left.

    What waits for others comes last: there is nothing to do about it.
    """
    locked = locks(modules)
    left = [(place, item) for place, item in _places(modules) if not item.done and not locked[place.module]]
    return next((place for place, _item in sorted(left, key=lambda one: one[1].waiting)), None)


def item_after(modules: Sequence[Module], place: Place) -> Place | None:
    """Give the place that follows in reading order, optional items included; None after the last or if unknown."""
    order = [Place(module.key, item.key) for module in modules for item in module.items]
    return dict(pairwise(order)).get(place)


def _places(modules: Sequence[Module]) -> Iterator[tuple[Place, Item]]:
    for module in modules:
        yield from ((Place(module.key, item.key), item) for item in module.items if item.required)
