"""The file of a challenge in `course/1`: a project in a box of time, with files that open at its start."""

from __future__ import annotations

from app.authoring.schemas import PROJECT, RUBRIC_LINE
from app.authoring.shapes import Duration, ListOf, Localised, Record, Text, Whole

LARGEST_TEAM = 3
MOST_ATTACHED = 20
ATTACHED = ListOf(Record({"file": Localised(Text()), "title": Localised()}), most=MOST_ATTACHED)

CHALLENGE = Record(
    {
        "id": PROJECT.required["id"],
        "title": Localised(),
        "promise": Localised(),
        "brief": Localised(),
        "minutes": Whole(1, 6000),
        "duration": Duration(),
        "team": Whole(1, LARGEST_TEAM),
        "feedback": Duration(),
        "rubric": ListOf(RUBRIC_LINE, 1),
    },
    {
        "materials": ATTACHED,
        "sealed": ATTACHED,
        **{key: PROJECT.optional[key] for key in ("deliverables", "accept", "max_mb", "review", "pass")},
    },
)
