"""Cohorts: opened, renamed, put away; for those who teach, of one course each."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.foundation import clock
from app.foundation.errors import ConflictError, NotFoundError
from app.learning import cohorts
from app.learning.cohorts import CohortDraft
from app.learning.models import Cohort, CohortMember
from tests.builders import Cast
from tests.courses import Small, begin
from tests.reviewer import ReviewedClient

LIST = "/studio/courses/petit-cours/cohorts"


def open_cohort(session: Session, cast: Cast, course_id: int, name: str = "Groupe A") -> Cohort:
    made = cohorts.create_cohort(session, actor=cast.actor("camille"), course_id=course_id, draft=CohortDraft(name))
    session.commit()
    return made


def put_in(session: Session, cohort: Cohort, *account_ids: int) -> None:
    session.add_all(CohortMember(cohort_id=cohort.id, account_id=one, added_at=clock.now()) for one in account_ids)
    session.commit()


def events(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.event).where(AuditEntry.event.startswith("cohort."))))


def test_two_cohorts_of_a_course_never_share_a_name(cast: Cast, session: Session) -> None:
    version, other = Small().publish(session), Small(slug="autre").publish(session)
    first = open_cohort(session, cast, version.course_id, "Groupe d’été")
    open_cohort(session, cast, other.course_id, "Groupe d’été")
    cohorts.archive_cohort(session, actor=cast.actor("camille"), cohort=first, archived=True)
    with pytest.raises(ConflictError):
        open_cohort(session, cast, version.course_id, "GROUPE D'ETE")
    second = open_cohort(session, cast, version.course_id, "Groupe d’hiver")
    with pytest.raises(ConflictError):
        cohorts.change_cohort(session, actor=cast.actor("camille"), cohort=second, draft=CohortDraft("groupe d'été"))
    assert session.scalar(select(Cohort.name).where(Cohort.id == second.id)) == "Groupe d’hiver"


def test_a_cohort_counts_those_who_are_in_the_course(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    cohort = open_cohort(session, cast, version.course_id)
    begin(session, cast.ada, version)
    begin(session, cast.blaise, version).state = "left"
    put_in(session, cohort, cast.ada.id, cast.blaise.id)
    assert [(one.cohort.name, one.learners) for one in cohorts.cohorts_of(session, version.course_id)] == [
        ("Groupe A", 1)
    ]
    assert cohorts.cohorts_of(session, Small(slug="autre").publish(session).course_id) == []


def test_archiving_twice_is_recorded_once(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    cohort = open_cohort(session, cast, version.course_id)
    later = open_cohort(session, cast, version.course_id, "Zoé")
    for archived in (True, True, False, True):
        cohorts.archive_cohort(session, actor=cast.actor("camille"), cohort=cohort, archived=archived)
    session.commit()
    assert cohort.archived_at is not None
    assert [one.cohort for one in cohorts.cohorts_of(session, version.course_id)] == [later, cohort]
    assert events(session)[2:] == ["cohort.archived", "cohort.reopened", "cohort.archived"]


def test_somebody_is_taken_out_of_a_cohort_once(cast: Cast, session: Session) -> None:
    cohort = open_cohort(session, cast, Small().publish(session).course_id)
    put_in(session, cohort, cast.ada.id, cast.blaise.id)
    found = cohorts.cohorts_of_people(session, cohort.course_id, [cast.ada.id, cast.dora.id])
    assert found == {cast.ada.id: [cohort]}
    arguments = {"actor": cast.actor("camille"), "cohort": cohort, "account_public_id": cast.ada.public_id}
    cohorts.remove_member(session, **arguments)
    with pytest.raises(NotFoundError):
        cohorts.remove_member(session, **arguments)
    assert list(session.scalars(select(CohortMember.account_id))) == [cast.blaise.id]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_cohort_lives_from_page_to_page(cast: Cast, session: Session, language: str) -> None:
    version = Small().publish(session)
    client = cast.client("camille", language=language)
    client.get(LIST)
    asked = {"name": " Groupe  A ", "starts_on": "2026-12-01", "ends_on": "2027-02-28"}
    assert client.post(LIST, asked).status_code == 302
    client.get(LIST)
    assert "Groupe A" in client.text()
    cohort = session.scalars(select(Cohort)).one()
    assert (cohort.course_id, cohort.name) == (version.course_id, "Groupe A")
    assert (cohort.starts_on, cohort.ends_on) == (date(2026, 12, 1), date(2027, 2, 28))
    one = f"{LIST}/{cohort.public_id}"
    client.get(one)
    assert client.post(one, {"name": "Groupe B", "starts_on": "", "ends_on": ""}).status_code == 302
    assert client.post(f"{one}/archive", {"archived": "yes"}).status_code == 302
    client.get(one)
    session.expire_all()
    assert (cohort.name, cohort.starts_on, cohort.archived_at is None) == ("Groupe B", None, False)
    assert client.post(f"{one}/archive", {"archived": "no"}).status_code == 302
    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": ""}, "Donnez un nom"),
        ({"name": " … "}, "au moins une lettre"),
        ({"name": "x" * 61}, "60"),
        ({"name": "A", "starts_on": "demain"}, "2027-01-31"),
        ({"name": "A", "starts_on": "0001-01-01"}, "entre 2000 et 2199"),
        ({"name": "A", "starts_on": "2027-02-01", "ends_on": "2027-01-31"}, "avant le premier"),
        ({"name": "groupe a"}, "porte déjà"),
    ],
)
def test_a_cohort_that_cannot_be_is_told_why(cast: Cast, session: Session, asked: dict[str, str], said: str) -> None:
    version = Small().publish(session)
    cohort = open_cohort(session, cast, version.course_id)
    other = open_cohort(session, cast, version.course_id, "Groupe B")
    client = cast.client("camille")
    for address in (LIST, f"{LIST}/{other.public_id}"):
        assert client.post(address, asked).status_code in (409, 422)
        assert said in client.text()
        typed = client.page.find("input", attrs={"name": "name"})
        assert typed
        assert typed["value"] == asked["name"].strip()
    assert session.scalars(select(Cohort.name).order_by(Cohort.id)).all() == [cohort.name, "Groupe B"]


def test_cohorts_are_for_those_who_teach(cast: Cast, session: Session, client: ReviewedClient) -> None:
    cohort = open_cohort(session, cast, Small().publish(session).course_id)
    Small(slug="autre").publish(session)
    assert cast.client("ada").get(LIST).status_code == 403
    assert cast.client("dora").post(LIST, {"name": "A"}).status_code == 403
    assert client.get(LIST).status_code == 302
    camille = cast.client("camille")
    assert camille.get("/studio/courses/rien/cohorts").status_code == 404
    assert camille.get(f"/studio/courses/autre/cohorts/{cohort.public_id}").status_code == 404
