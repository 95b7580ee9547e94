"""The time an attempt had in a gradebook: for those who grant more of it, and in no file (ADR 0014)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from app.assessment.accommodations import Grant, grant
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Attempt
from app.assessment.services import submit_attempt
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.foundation.i18n import use_language
from app.gradebook.wording import time_allowed
from tests.builders import Cast
from tests.courses import Small, begin
from tests.gradebook.reading import NOON, PAGE, cells, start

ADDRESS = "/studio/courses/petit-cours/learners/"
TELLS = re.compile(r"53|\b17\b|\b77\b|extra|accommodation|time allowed|durée accordée|aménagement", re.IGNORECASE)


@pytest.fixture
def accommodated(cast: Cast, session: Session) -> tuple[CourseVersion, Attempt]:
    """Ada, with 77 % more of half an hour and a break of 17 minutes, has handed in; Blaise sits it with no more."""
    version = Small().publish(session)
    with clock.frozen(NOON):
        wanted = Grant(77, 20, False, NOON.date(), None, "dossier 7")
        grant(session, actor=cast.actor("admin"), account=cast.ada, wanted=wanted)
        for one in (cast.ada, cast.blaise):
            begin(session, one, version)
        attempt = start(session, cast.ada, version)
        start(session, cast.blaise, version)
        start_break(session, actor=cast.actor("ada"), attempt=attempt)
    with clock.frozen(NOON + timedelta(minutes=17)):
        end_break(session, actor=cast.actor("ada"), attempt=attempt)
        submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    session.commit()
    return version, attempt


def test_whoever_grants_time_reads_the_time_of_each_attempt(
    cast: Cast, session: Session, accommodated: tuple[CourseVersion, Attempt]
) -> None:
    admin = cast.client("admin", language="en")
    admin.get(PAGE)
    heads = [head.get_text(strip=True) for head in admin.page.select("main thead th")]
    place = heads.index("Time allowed") - 1
    said = {name: row[place] for name, row in cells(admin).items()}
    assert said == {"Ada Lefèvre": "54 min, and 17 min of breaks", "Blaise Okafor": "30 min"}
    admin.get(f"{ADDRESS}{cast.ada.public_id}")
    assert "Time allowed 54 min, and 17 min of breaks" in admin.text()
    link = admin.page.find("a", string="Accommodations of this person")
    assert link is not None
    assert admin.get(str(link["href"])).status_code == 200  # type: ignore[index]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_extra_time_is_nowhere_in_the_gradebook_of_those_who_teach(
    cast: Cast, accommodated: tuple[CourseVersion, Attempt], language: str
) -> None:
    """Neither the page, nor a learner's, nor the file; a factor, a deadline or a break would tell of it."""
    client = cast.client("camille", language=language)
    said = [client.get(PAGE), client.get(f"{ADDRESS}{cast.ada.public_id}"), client.post(PAGE, {})]
    for answer in said:
        text = BeautifulSoup(answer.get_data(as_text=True), "html5lib").get_text()
        assert not TELLS.search(text), TELLS.search(text)


def test_no_file_holds_the_time_whoever_takes_it(cast: Cast, accommodated: tuple[CourseVersion, Attempt]) -> None:
    admin, camille = cast.client("admin", language="en"), cast.client("camille", language="en")
    taken = [one.post(PAGE, {}).get_data(as_text=True) for one in (admin, camille)]
    assert taken[0] == taken[1]
    assert not TELLS.search(taken[0])


def test_the_time_is_that_of_the_attempt_s_own_clock(cast: Cast, session: Session) -> None:
    """A window that closes cuts it, a break under way counts whole until it ends, no limit is no time."""
    with clock.frozen(NOON):
        closes = (NOON + timedelta(minutes=12)).isoformat()
        version = Small(exam_settings={"closes": closes}).publish(session)
        wanted = Grant(0, 5, False, NOON.date(), None, "dossier 7")
        grant(session, actor=cast.actor("admin"), account=cast.ada, wanted=wanted)
        begin(session, cast.ada, version)
        attempt, practice = start(session, cast.ada, version), start(session, cast.ada, version, "practice")
        with use_language("en"):
            assert (time_allowed(attempt), time_allowed(practice), time_allowed(None)) == ("12 min", "", "")
    other = Small(slug="autre").publish(session)
    with clock.frozen(NOON), use_language("en"):
        begin(session, cast.ada, other)
        attempt = start(session, cast.ada, other)
        start_break(session, actor=cast.actor("ada"), attempt=attempt)
        assert time_allowed(attempt) == "30 min, and 5 min of breaks"
