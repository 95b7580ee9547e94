"""The projects of a course in its gradebook: how each person's work on them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.assessment.project_outcomes import ProjectOutcome
from app.catalog.models import Module
from app.gradebook.rules import Blank
from app.learning.queries import Path


@dataclass(frozen=True)
class Work:
    """Somebody's work on a project; without any, `blank` says why."""

    outcome: ProjectOutcome | None
    blank: Blank | None


def works_of(
    version_id: int, projects: Mapping[str, Module], path: Path, outcomes: Sequence[ProjectOutcome]
) -> dict[str, Work]:
    """By the slug of each project of a version: the work on that version's, else the last on an older one's."""
    found: dict[str, Work] = {}
    for slug, module in projects.items():
        own = [one for one in outcomes if one.slug == slug]
        best = next((one for one in own if one.course_version_id == version_id), own[0] if own else None)
        blank = Blank.LOCKED if path.locks_of(module.slug) else Blank.NOT_BEGUN
        found[slug] = Work(best, None if best else blank)
    return found
