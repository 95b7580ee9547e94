"""The simulated cohort: true attempts that replay, told apart wherever it shows, and never taken for people."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from app.accounts.letters import ask_for_reset, send_letter
from app.accounts.models import Account
from app.accounts.passwords import verify_password
from app.accounts.services import register
from app.assessment.events import ExamPassed
from app.assessment.models import AnswerEvent, Attempt, Exam, ExamVersion, Result
from app.assessment.records import Pools, record_of
from app.assessment.replaying import replay
from app.assessment.signal_queries import rates_of
from app.assessment.signal_rounds import look_through
from app.catalog.models import CourseVersion
from app.certification import bulk
from app.certification.models import Certificate
from app.certification.services import award_if_eligible, issue_certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.errors import NotFoundError
from app.foundation.outbox import OutboxMessage
from app.foundation.permissions import Role
from app.learning.models import Enrolment, ItemProgress
from app.matching import profiles
from app.matching import services as matching
from app.matching.models import MatchProfile
from app.wiring.deliveries import deliver, prepare_letter
from app.wiring.demo_cohort import PERIOD, add_cohort
from app.wiring.demo_sittings import ExamToSit, Learner
from tests.assessment.cohort import four_options, slugs
from tests.builders import Cast
from tests.courses import KINDS, PARTS_KINDS, RUBRIC_KINDS, Small, exam_of, question, selects

PEOPLE = 60
FORM = 10


def small(**changes: object) -> Small:
    """A course whose exam draws ten of twenty-two questions of every type."""
    drafts = [*map(four_options, slugs(10)), *(question(kind, f"x-{kind}") for kind in (*KINDS, *PARTS_KINDS))]
    drafts += [question(kind, f"x-{kind}") for kind in RUBRIC_KINDS]
    blueprint = [{"domain": "alpha", "count": FORM, "points": "1"}]
    return Small(exam_questions=drafts, blueprint=blueprint, **changes)  # type: ignore[arg-type]


@pytest.fixture
def version(session: Session) -> CourseVersion:
    return small().publish(session)


@pytest.fixture
def exam(session: Session, version: CourseVersion, cast: Cast) -> ExamVersion:
    """Its exam, once sixty people who are none have taken the course."""
    add_cohort(session, opened_by=cast.actor("camille"), people=PEOPLE)
    session.commit()
    return exam_of(session, version)


@pytest.fixture
def nobody(session: Session, exam: ExamVersion) -> Account:
    """One of them, who has passed."""
    passed = select(Attempt.account_id).join(Result).where(Attempt.exam_id == exam.exam_id, Result.passed)
    return session.scalars(select(Account).where(Account.id.in_(passed)).order_by(Account.id)).first() or missing()


def missing() -> Account:
    raise LookupError("nobody has passed")


def passed_attempt(session: Session, exam: ExamVersion, account: Account) -> Attempt:
    return session.scalars(
        select(Attempt).where(Attempt.exam_id == exam.exam_id, Attempt.account_id == account.id)
    ).one()


def test_all_of_it_replays(session: Session, exam: ExamVersion) -> None:
    wanted = select(Attempt).options(joinedload(Attempt.exam), joinedload(Attempt.exam_version))
    attempts, pools = session.scalars(wanted).all(), Pools()
    assert {attempt.kind for attempt in attempts} == {"practice", "certification"}
    assert [replay(record_of(session, attempt, pools)) for attempt in attempts] == [[]] * len(attempts)


def test_it_has_shapes_and_times(session: Session, version: CourseVersion, exam: ExamVersion) -> None:
    sat = session.scalars(select(Attempt).where(Attempt.exam_id == exam.exam_id)).all()
    assert PEOPLE * 0.6 < len(sat) < PEOPLE  # some have stopped early
    assert {attempt.language for attempt in sat} == {"fr", "en"}
    results = session.scalars(select(Result).join(Attempt).where(Attempt.exam_id == exam.exam_id)).all()
    assert {result.passed for result in results} == {True, False}
    assert {result.revision for result in results} == {1}
    now = clock.now()
    for attempt in session.scalars(select(Attempt)):
        assert attempt.submitted_at is not None
        assert now - PERIOD <= attempt.started_at < attempt.submitted_at <= now
        assert attempt.deadline_at is None or attempt.submitted_at <= attempt.deadline_at
    asked = len(sat) * FORM
    answered = session.scalar(
        select(func.count()).select_from(AnswerEvent).join(Attempt).where(Attempt.exam_id == exam.exam_id)
    )
    assert answered is not None
    assert asked * 0.8 < answered < asked  # some blanks, and no essay nor file
    assert session.scalar(select(func.count()).select_from(Enrolment)) == PEOPLE
    ratios = session.scalars(select(ItemProgress.best_ratio).where(ItemProgress.best_ratio.is_not(None))).all()
    assert len(ratios) > len(sat) * 0.9


def test_the_same_seed_gives_the_same_marks(session: Session, exam: ExamVersion) -> None:
    learner, at = Learner(number=7, account_id=1, language="en", talent=0.4), clock.now()
    one, other = (ExamToSit(session, exam).sit(learner, 0.1, at) for _ in range(2))
    assert one.rows == other.rows
    assert one.attempt["seed"] == other.attempt["seed"]
    stranger = ExamToSit(session, exam).sit(Learner(8, 1, "en", 0.4), 0.1, at)
    assert stranger.rows != one.rows


def test_nobody_signs_in_or_is_written_to(app: Flask, session: Session, nobody: Account) -> None:
    assert not verify_password(nobody.password_hash, "!").right
    before = nobody.password_hash
    register(session, name="Mallory", email=nobody.email, role=Role.LEARNER, language="fr", password_hash="$argon2id$x")
    ask_for_reset(session, email=nobody.email, language="fr")
    send_letter(session, nobody, "password-changed")
    session.commit()
    session.refresh(nobody)
    assert nobody.password_hash == before
    assert nobody.name.startswith("Parcours simulé")
    letters = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "mail")).all()
    assert len(letters) == 3
    assert [prepare_letter(session, letter, app.config["SETTINGS"]) for letter in letters] == [None] * 3
    session.rollback()
    ids = session.scalars(select(OutboxMessage.id)).all()
    session.rollback()
    engine = session.get_bind()
    assert not any(deliver(engine, app.config["SETTINGS"], one) for one in ids)  # type: ignore[arg-type]


def test_no_certificate_is_issued(session: Session, exam: ExamVersion, nobody: Account) -> None:
    attempt = passed_attempt(session, exam, nobody)
    award_if_eligible(session, ExamPassed(attempt_id=attempt.id, account_id=nobody.id))
    with pytest.raises(NotFoundError):
        issue_certificate(session, actor=SYSTEM, attempt_id=attempt.id)
    assert bulk.plan(session, exam.exam.course, None) == []
    assert [line.outcome for line in bulk.plan(session, exam.exam.course, [nobody.email])] == [bulk.Outcome.NOT_PASSED]
    assert session.scalar(select(func.count()).select_from(Certificate)) == 0


def test_no_employer_ever_sees_one(session: Session, nobody: Account) -> None:
    assert session.scalar(select(func.count()).select_from(MatchProfile)) == 0
    matching.give_consent(session, actor=nobody.actor(), language="fr")  # as no page ever does
    profile = session.scalars(select(MatchProfile)).one()
    with pytest.raises(NotFoundError):
        profiles.get_visible_account_id(session, profile.pseudonym)
    session.execute(update(Account).where(Account.id == nobody.id).values(simulated=False))
    assert profiles.get_visible_account_id(session, profile.pseudonym) == nobody.id


def test_signals_compare_people_alone(session: Session, exam: ExamVersion) -> None:
    assert rates_of(session, exam.exam_id).attempts == 0
    assert look_through(session, exam.exam_id) == []
    session.execute(update(Account).values(simulated=False))
    assert rates_of(session, exam.exam_id).attempts > 0  # those of the last thirty days


@pytest.mark.parametrize(
    ("language", "note", "tag", "people"),
    [
        ("fr", "réponses simulées sont comptées ici.", "simulé·e", "60 personnes inscrites, dont 60 simulé·es"),
        ("en", "simulated answers are among them.", "simulated", "60 learners, of whom 60 simulated"),
    ],
)
def test_pages_say_so(
    cast: Cast, exam: ExamVersion, nobody: Account, language: str, note: str, tag: str, people: str
) -> None:
    camille, admin = cast.client("camille", language=language), cast.client("admin", language=language)
    figures, course = f"/studio/exams/{exam.exam.public_id}/1", f"/studio/courses/{exam.exam.course.slug}"
    camille.get(f"{figures}/questions")
    assert note in camille.text()
    for address in (figures, str(camille.page.select("tbody th a")[0]["href"])):
        camille.get(address)
        assert note in camille.text()
    camille.get(f"{course}/gradebook")
    assert people in camille.text()
    assert [one.text for one in camille.page.select("tbody th .tag")] == [tag] * 50
    camille.get(f"{course}/learners/{nobody.public_id}")
    assert [one.text for one in camille.page.select("main .eyebrow")] == [tag]
    for address in (f"{course}/cohorts", "/studio/exams", "/studio/"):
        camille.get(address)
        assert tag.partition("·")[0] in camille.text(), address
    admin.get(f"/admin/accounts?q={nobody.email}")
    assert [one.text for one in admin.page.select("tbody th .tag")] == [tag]
    admin.get("/admin/")
    assert {"fr": "et 60 simulé·es", "en": "and 60 simulated"}[language] in admin.text()


def test_tables_to_download_say_so(cast: Cast, exam: ExamVersion) -> None:
    client = cast.client("camille", language="en")
    answer = client.get(f"/studio/exams/{exam.exam.public_id}/1/questions.csv?lang=en")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert all(row["Of them simulated"] == row["People"] for row in rows)
    assert sum(int(row["People"]) for row in rows) > PEOPLE * 0.6 * FORM
    table = client.post(f"/studio/courses/{exam.exam.course.slug}/gradebook", {"q": ""})
    assert table.text.count("(simulated)") == PEOPLE


def test_people_of_flesh_are_counted_without_them(session: Session, cast: Cast, exam: ExamVersion) -> None:
    admin = cast.client("admin", language="en")
    session.execute(update(Account).where(Account.name_key.like("parcours simule 00%")).values(simulated=False))
    session.commit()
    admin.get("/admin/")
    assert "9 and 51 simulated" in admin.text()


@pytest.mark.parametrize("page", ["", "/questions"])
def test_statements_are_as_many_with_and_without(
    session: Session, cast: Cast, exam: ExamVersion, statements: SimpleNamespace, page: str
) -> None:
    client, address = cast.client("camille"), f"/studio/exams/{exam.exam.public_id}/1{page}"
    client.get(address)
    statements.clear()
    client.get(address)
    kept = selects(statements)
    session.execute(update(Account).values(simulated=False))
    session.commit()
    statements.clear()
    client.get(address)
    assert selects(statements) == kept


def test_courses_without_an_exam_that_certifies_are_left_alone(session: Session, cast: Cast) -> None:
    add_cohort(session, opened_by=cast.actor("camille"), people=3)
    assert session.scalar(select(func.count()).select_from(Account).where(Account.simulated)) == 3
    assert session.scalar(select(func.count()).select_from(Exam)) == 0
