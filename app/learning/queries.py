"""Finding enrolments and what was done in them, always the asking person's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.catalog.models import CourseVersion, Module
from app.learning.models import Enrolment, ItemProgress
from app.learning.rules import Item, Kind, Lock, Place, is_passed, item_after, locks, next_place, percent_complete
from app.learning.rules import Module as ModuleFacts


@dataclass(frozen=True)
class Path:
    """A person's way through one version: what is done, what is shut and why, what comes next."""

    modules: tuple[ModuleFacts, ...]
    started: frozenset[str] = frozenset()
    last: str | None = None  # the item opened last

    @property
    def percent(self) -> int:
        return percent_complete(self.modules)

    @property
    def next(self) -> Place | None:
        return next_place(self.modules)

    @property
    def resume(self) -> Place | None:
        """Where to go on: the item opened last while it is unfinished and open, else the next one to do."""
        for facts in self.modules:
            for step in facts.items:
                if step.key == self.last and not step.done and not step.waiting and not self.locks_of(facts.key):
                    return Place(facts.key, step.key)
        return self.next

    def after(self, module: str, item: str) -> Place | None:
        return item_after(self.modules, Place(module, item))

    def before(self, module: str, item: str) -> Place | None:
        places = [Place(facts.key, step.key) for facts in self.modules for step in facts.items]
        position = places.index(Place(module, item))
        return places[position - 1] if position else None

    @property
    def state(self) -> tuple[frozenset[str], frozenset[str], str | None]:
        """What tells this path from another through the same version: items done, waiting, and opened last."""
        return self._done, self._waiting, self.last

    @cached_property
    def _locks(self) -> Mapping[str, tuple[Lock, ...]]:
        return locks(self.modules)

    @cached_property
    def _done(self) -> frozenset[str]:
        return frozenset(step.key for facts in self.modules for step in facts.items if step.done)

    @cached_property
    def _waiting(self) -> frozenset[str]:
        return frozenset(step.key for facts in self.modules for step in facts.items if step.waiting)

    def waits(self, item: str) -> bool:
        """Was it handed in, and is it for others to act?"""
        return item in self._waiting

    def locks_of(self, module: str) -> tuple[Lock, ...]:
        return self._locks[module]

    def done(self, item: str) -> bool:
        return item in self._done

    def mastered(self, module: str) -> bool:
        return any(is_passed(facts) for facts in self.modules if facts.key == module)

    @property
    def items_done(self) -> int:
        return sum(step.done for facts in self.modules for step in facts.items)

    @property
    def items(self) -> int:
        return sum(len(facts.items) for facts in self.modules)


def path_through(
    modules: Sequence[Module],
    done: frozenset[str],
    started: frozenset[str] = frozenset(),
    last: str | None = None,
    waiting: frozenset[str] = frozenset(),
) -> Path:
    """The path over loaded modules, with the slugs of what is done, begun, and handed in for others to read."""
    return Path(
        modules=tuple(
            ModuleFacts(
                key=module.slug,
                items=tuple(
                    Item(item.slug, Kind(item.kind), done=item.slug in done, waiting=item.slug in waiting)
                    for item in module.items
                ),
                requires=tuple(module.requires),
                mastery_item=(module.mastery or {}).get("quiz"),
            )
            for module in modules
        ),
        started=started,
        last=last,
    )


def missing_modules(version: CourseVersion, path: Path, settings: Mapping[str, Any]) -> list[Module]:
    """The modules that an exam asks for and that are not mastered yet."""
    wanted = set(settings.get("requires") or ())
    return [module for module in version.modules if module.slug in wanted and not path.mastered(module.slug)]


# Built once: building a statement costs more than running it.
_ENROLMENT = select(Enrolment).where(
    Enrolment.account_id == bindparam("account_id"), Enrolment.course_id == bindparam("course_id")
)
_PROGRESS = select(ItemProgress.item_id, ItemProgress.completed_at, ItemProgress.waiting_since).where(
    ItemProgress.enrolment_id == bindparam("enrolment_id")
)


def find_enrolment(session: Session, account_id: int, course_id: int) -> Enrolment | None:
    """This person's enrolment in a course, or None."""
    return session.scalar(_ENROLMENT, {"account_id": account_id, "course_id": course_id})


def find_progress(session: Session, enrolment_id: int, item_id: int) -> ItemProgress | None:
    """What was done of one item, or None."""
    return session.get(ItemProgress, (enrolment_id, item_id))


def progress_of(session: Session, enrolment: Enrolment | None) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Ids of the items done, of those begun, and of those that wait for others."""
    if enrolment is None:
        return frozenset(), frozenset(), frozenset()
    rows = session.execute(_PROGRESS, {"enrolment_id": enrolment.id}).all()
    return (
        frozenset(row.item_id for row in rows if row.completed_at),
        frozenset(row.item_id for row in rows),
        frozenset(row.item_id for row in rows if row.waiting_since),
    )


def path_of(session: Session, version: CourseVersion, enrolment: Enrolment | None) -> Path:
    """A person's path through a version whose modules and items are loaded; nobody's when enrolment is None."""
    done, started, waiting = progress_of(session, enrolment)
    slugs = {item.id: item.slug for module in version.modules for item in module.items}
    return path_through(
        version.modules,
        frozenset(slugs[item_id] for item_id in done if item_id in slugs),
        frozenset(slugs[item_id] for item_id in started if item_id in slugs),
        slugs.get(enrolment.last_item_id or 0) if enrolment else None,
        frozenset(slugs[item_id] for item_id in waiting if item_id in slugs),
    )
