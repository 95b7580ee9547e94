"""Projects in a gradebook: a column each, whose cells say where the work stands; few statements for many people."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.assessment.project_models import Project, Submission, SubmissionRevision
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.foundation.identifiers import new_public_id
from app.gradebook.people import Wanted, find_people
from app.learning.models import Enrolment
from tests.assessment.submissions import GOOD, PROJECT, WEAK, Studio
from tests.builders import Cast
from tests.courses import Small, a_project, begin, selects
from tests.gradebook.crowd import fill
from tests.gradebook.reading import PAGE, cells, row_of

COLUMN = 3  # after the cohort, the progress and the exercises
LEARNER = "/studio/courses/petit-cours/learners/"


def said(cast: Cast, language: str = "en") -> str:
    client = cast.client("camille", language=language)
    client.get(PAGE)
    return cells(client)["Ada Lefèvre"][COLUMN]


def test_a_cell_follows_the_work_from_locked_to_accepted(cast: Cast, session: Session) -> None:
    studio = Studio(session, cast)
    assert said(cast) == "not begun"
    submission = studio.written()
    assert said(cast) == "being written"
    studio.handed_in()
    assert said(cast) == "handed in"
    marker = studio.marker()
    taken = studio.take(marker, submission)
    assert said(cast) == "being marked"
    studio.sign(marker, studio.submission(), taken, WEAK)
    assert said(cast) == "changes asked for, 22.2%"
    studio.handed_in()
    assert said(cast) == "handed in, 22.2% before, handed in again once"
    studio.mark(marker, studio.submission(), GOOD)
    assert said(cast) == "accepted, 77.7%, handed in again once"
    assert said(cast, "fr") == "accepté, 77,7 %, rendu de nouveau une fois"


def test_the_cell_leads_to_every_revision_and_names_no_marker(cast: Cast, session: Session) -> None:
    studio = Studio(session, cast)
    marker = studio.marker("Inès Marker")
    studio.mark(marker, studio.handed_in(), WEAK, "Pas encore")
    studio.mark(marker, studio.handed_in(), GOOD, "Bravo")
    client = cast.client("camille", language="en")
    client.get(PAGE)
    link = client.page.find("a", href=f"{LEARNER}{cast.ada.public_id}#project-{PROJECT}")
    assert link is not None
    client.get(f"{LEARNER}{cast.ada.public_id}")
    assert client.page.find(id=f"project-{PROJECT}") is not None
    rows = [
        [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
        for row in client.page.select("section[aria-labelledby=projects] tbody tr")
    ]
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("1", "changes asked for", "22.2%"), ("2", "accepted", "77.7%"),
    ]  # fmt: skip
    for hidden in ("Inès", "Bravo", "Pas encore"):
        assert hidden not in client.text(), "who marks does not know whose work it is, and it stays so"


def test_a_project_behind_a_lock_and_one_of_another_version(cast: Cast, session: Session) -> None:
    project = a_project()
    older = Small(project=project).publish(session)
    begin(session, cast.ada, older, mastered=False)
    newer = Small(content="2").publish(session)
    begin(session, cast.blaise, newer)
    row = row_of(session, older, cast.ada)
    assert list(row.projects) == [PROJECT]
    assert row_of(session, newer, cast.blaise).projects == {}
    client = cast.client("camille", language="en")
    client.get(PAGE)
    heads = [head.get_text(strip=True) for head in client.page.select("main thead th")]
    assert "Mini-projet (en)" not in heads, "the current version has no project: no column"
    Small(content="3", project=project).publish(session)
    client.get(PAGE)
    assert (cells(client)["Ada Lefèvre"][COLUMN], cells(client)["Blaise Okafor"][COLUMN]) == (
        "not begun", "not in their version",
    )  # fmt: skip


def test_work_on_an_older_version_is_shown_as_such(cast: Cast, session: Session) -> None:
    studio = Studio(session, cast)
    studio.handed_in()
    newer = Small(content="2", project=a_project()).publish(session)
    (person,) = find_people(session, newer.course_id, Wanted())
    session.get_one(Enrolment, person.enrolment_id).course_version_id = newer.id
    session.commit()
    assert said(cast) == "handed in"
    client = cast.client("camille", language="en")
    client.get(f"{LEARNER}{cast.ada.public_id}")
    assert "(in an earlier version of the course)" in client.text()


@pytest.mark.parametrize(("language", "separator", "score"), [("fr", ";", "22,2"), ("en", ",", "22.2")])
def test_the_file_has_the_state_the_score_and_the_resubmissions(
    cast: Cast, session: Session, language: str, separator: str, score: str
) -> None:
    studio = Studio(session, cast)
    begin(session, cast.blaise, studio.version, mastered=False)
    studio.mark(studio.marker(), studio.handed_in(), WEAK)
    studio.handed_in()
    text = cast.client("camille", language=language).post(PAGE, {}).get_data(as_text=True)
    heads, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator)
    place = next(number for number, head in enumerate(heads) if head.startswith("Mini-projet"))
    assert all(len(row) == len(heads) for row in rows)
    state, unbegun = ("handed in", "not begun") if language == "en" else ("rendu", "pas commencé")
    assert [row[place : place + 3] for row in rows] == [[state, score, "1"], [unbegun, "", ""]]


def hand_in_many(session: Session, version: CourseVersion) -> None:
    """Every learner's project, refused once and handed in again."""
    project = session.scalars(select(Project).where(Project.course_version_id == version.id)).one()
    known, now = set(session.scalars(select(Submission.account_id))), clock.now()
    people = [one for one in find_people(session, version.course_id, Wanted()) if one.account_id not in known]
    rows = [
        {"public_id": new_public_id(), "project_id": project.id, "account_id": one.account_id, "state": "submitted",
         "revision": 2, "handed_in_at": now, "changed_at": now}
        for one in people
    ]  # fmt: skip
    ids = session.scalars(insert(Submission).returning(Submission.id, sort_by_parameter_order=True), rows).all()
    revisions: list[dict[str, Any]] = []
    for id_ in ids:
        base = {"submission_id": id_, "note": "", "link": "", "own_levels": GOOD, "handed_in_at": now}
        revisions.append(base | {"number": 1, "levels": WEAK, "accepted": False, "decided_at": now})
        revisions.append(base | {"number": 2, "levels": None, "accepted": None, "decided_at": None})
    session.execute(insert(SubmissionRevision), revisions)
    session.commit()


@pytest.mark.parametrize("who", ["camille", "admin"])
def test_statements_do_not_grow_with_the_learners_their_projects_and_their_time(
    cast: Cast, session: Session, statements: SimpleNamespace, who: str
) -> None:
    version = Small(project=a_project()).publish(session)
    client, counted = cast.client(who), []
    for first, count in ((1, 6), (7, 44)):
        fill(session, version, count, first=first)
        hand_in_many(session, version)
        client._open("GET", PAGE)
        statements.clear()
        page = client._open("GET", PAGE)
        counted.append(selects(statements))
        assert page.get_data(as_text=True).count("rendu de nouveau une fois") == min(50, first + count - 1)
    assert counted[0] == counted[1] <= 19
