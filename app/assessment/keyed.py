"""A question with its key, as those who teach read it: never for a candidate's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.assessment import layouts
from app.assessment.answers import SINGLE_TYPES
from app.assessment.candidate import CandidateQuestion, Words, candidate_question, correction
from app.assessment.drawing import SEED_BYTES
from app.assessment.models import QuestionVersion
from app.assessment.readings import PartReading
from app.assessment.regrading import Decision, body_in_force
from app.foundation.i18n import gettext as _
from app.foundation.i18n import localised


@dataclass(frozen=True)
class Keyed:
    """A question in its author's order: which options are right, what each part expects, what may be written."""

    question: CandidateQuestion
    right: frozenset[str]  # values of options
    parts: tuple[PartReading, ...]
    accepted: tuple[str, ...]
    model: Words = ""  # of an essay or a file


def with_key(version: QuestionVersion, decision: Decision | None = None) -> Keyed:
    """Read a question with its author's key, or that of the decision in force, in the language of the page."""
    body = body_in_force(version.body, decision)
    order = layouts.draw_layout(body, bytes(SEED_BYTES), 0, shuffle=False)
    read = correction(body, order, None)
    return Keyed(
        question=candidate_question(body, order),
        right=frozenset(value for value, reading in read.readings.items() if reading.mark == "right"),
        parts=read.parts,
        accepted=tuple(_in_words(entry) for entry in body.get("answers", ()) if entry.get("credit", 1) == 1),
        model=read.model,
    )


def options_by_id(version: QuestionVersion) -> list[tuple[str, Words]]:
    """The id and the words of what can be chosen, in the author's order; the areas of a picture after their letters."""
    if not has_options(version.body):
        return []
    order = layouts.draw_layout(version.body, bytes(SEED_BYTES), 0, shuffle=False)
    ids = {pair[0]: pair[1] for pair in order}
    return [(ids[option.value], option.text) for option in candidate_question(version.body, order).options]


def has_options(body: Mapping[str, Any]) -> bool:
    """Is it answered by choosing among options, or among the areas of a picture?"""
    return body.get("type") == "multiple" or body.get("type") in SINGLE_TYPES


def _in_words(entry: Mapping[str, Any]) -> str:
    """A written answer that earns everything; a range from low to high."""
    if "range" in entry:
        said = _("%(low)s to %(high)s", low=entry["range"][0], high=entry["range"][1])
    else:
        value = entry.get("value", entry.get("regex", ""))
        said = str(localised(value) if isinstance(value, Mapping) else value)
    return f"{said} {entry['unit']}" if entry.get("unit") else said
