"""When an exam lets its results out: an author reads what could never happen, with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.authoring.checks import check
from app.foundation.i18n import use_language
from tests.authoring.planted import plant

EXAM, CLOSES = "exams/certif.yaml", ', closes: "2026-12-31T09:00:00+01:00"'


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ([("at_once", "staff")], []),
        ([("at_once", "window")], ["W167"]),
        ([("at_once", "window"), ("attempts: {max: 3, cooldown: [24h, 7d]}\n", "")], ["W167"]),
        ([("at_once", "window"), ("max: 3, cooldown: [24h, 7d]", "max: 1")], []),
        ([("at_once", "window"), ("max: 3, cooldown: [24h, 7d]", "max: 1"), (CLOSES, "")], ["E166"]),
        ([("duration: 25m", "duration: 25m\nnavigation: forward")], []),
    ],
)
def test_what_could_never_happen_is_said(tmp_path: Path, changes: list[tuple[str, str]], codes: list[str]) -> None:
    with use_language("en"):
        course, findings = check(
            plant(tmp_path, *((EXAM, old, new) for old, new in changes)), ["python"], today=date(2026, 11, 22)
        )
    assert [finding.code for finding in findings] == codes
    assert {finding.path for finding in findings} <= {EXAM}
    assert (course is None) == ("E166" in codes)
