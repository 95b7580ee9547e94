"""Migrations go up, down and up again with data in the tables, on each database, and end at what the models say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, func, inspect, make_url, pool, select, text
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.services import create_account
from app.assessment.appeal_models import Appeal
from app.assessment.challenge_models import ChallengeMember, ChallengeSession, ChallengeTeam, SealedFile
from app.assessment.drafts import AttachedDraft, ChallengeDraft, ProjectDraft
from app.assessment.models import Attempt, AttemptItem, ExamVersion, QuestionVersion
from app.assessment.paper_models import AttemptFile, Paper, PaperMarking
from app.assessment.project_models import (
    Marking,
    Portfolio,
    PortfolioEntry,
    Project,
    Submission,
    SubmissionFile,
    SubmissionRevision,
)
from app.assessment.publishing import publish_challenge
from app.assessment.remarking_models import ProposedMark, Remarking
from app.authoring.cli import read_checked
from app.authoring.services import import_course, import_skills
from app.catalog.models import CourseVersion
from app.certification.models import Certificate
from app.config import ROOT
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.database import Base, prepare_engine, set_read_only
from app.foundation.permissions import Role
from app.wiring.migrations import alembic_config
from tests.matching.people import Hiring

COURSE = ROOT / "content" / "ia-au-travail"


@pytest.fixture
def url(database_url: str, worker: str, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own, beside that of the other tests."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'migrated.sqlite'}"
        return
    name = f"migrated_{worker}_{os.getpid()}"
    server = create_engine(database_url, isolation_level="AUTOCOMMIT", poolclass=pool.NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine with our own transaction rules."""
    engine = create_engine(url, poolclass=pool.NullPool)
    prepare_engine(engine)
    set_read_only(False)
    yield engine
    engine.dispose()


def fill(engine: Engine) -> None:
    """A person, an audit entry, and a real course with its questions and exam."""
    checked = read_checked(COURSE, None)
    assert checked.course is not None
    assert checked.skills is not None
    with Session(engine) as session:
        create_account(
            session, actor=SYSTEM, name="Ada Lefèvre", email="ada@example.org",
            role=Role.LEARNER, language="fr", password_hash="none",
        )  # fmt: skip
        import_skills(session, checked.skills)
        import_course(session, actor=SYSTEM, course=checked.course)
        _hand_in_a_project(session)
        _hand_in_a_challenge(session)
        _hand_in_a_text(session)
        session.commit()


def _hand_in_a_project(session: Session) -> None:
    """A project with everything that may hang on it."""
    version = session.scalars(select(CourseVersion)).one()
    ada = session.scalars(select(Account)).one()
    project = Project(course_version_id=version.id, slug="p", title={}, brief_html={}, body={"rubric": []}, markers=1)
    session.add(project)
    session.flush()
    now = clock.now()
    submission = Submission(
        public_id="0" * 26, project_id=project.id, account_id=ada.id, state="draft", revision=1, changed_at=now
    )
    submission.revisions = [SubmissionRevision(number=1, note="", link="")]
    session.add(submission)
    session.flush()
    of_revision = {"submission_id": submission.id, "revision": 1}
    session.add_all([
        SubmissionFile(public_id="0" * 26, name="a", kind="txt", sha256="0" * 64, size=1, added_at=now, **of_revision),
        Marking(marker_id=ada.id, place=1, levels={}, feedback={}, comment="", claimed_at=now, **of_revision),
        Portfolio(account_id=ada.id, public_id="0" * 26),
        PortfolioEntry(
            submission_id=submission.id, account_id=ada.id, presentation="", link="", shown=True, changed_at=now
        ),
    ])  # fmt: skip


def _hand_in_a_challenge(session: Session) -> None:
    """A session with a team of one, its work, a sealed file; whoever wrote it shows it."""
    version = session.scalars(select(CourseVersion)).one()
    ada, now = session.scalars(select(Account)).one(), clock.now()
    end = now + timedelta(hours=4)
    attached = AttachedDraft({}, {"fr": ("challenges/c/a.csv", b"a")})
    challenge = publish_challenge(
        session, course_version_id=version.id,
        draft=ChallengeDraft(
            ProjectDraft("c", {}, {}, {"rubric": []}, 1), {}, 240, 14400, 3, 864000, [attached], [attached]
        ),
    )  # fmt: skip
    opening = ChallengeSession(
        public_id="2" * 26, project_id=challenge.project_id, title="s", starts_at=now, ends_at=end, feedback_due_at=end,
        opened_by=ada.id, opened_at=now, cancelled_by=None, cancelled_at=None,
    )  # fmt: skip
    session.add(opening)
    session.flush()
    team = ChallengeTeam(session_id=opening.id, join_code="0" * 8, changed_at=now, closed_at=None)
    session.add(team)
    session.flush()
    work = Submission(
        public_id="2" * 26, project_id=challenge.project_id, team_id=team.id, state="not_reached", revision=1,
        changed_at=now, revisions=[SubmissionRevision(number=1, note="", link="")],
    )  # fmt: skip
    session.add(work)
    session.flush()
    session.add_all([
        ChallengeMember(
            team_id=team.id, account_id=ada.id, session_id=opening.id, place=1, alive=True, joined_at=now
        ),
        SealedFile(
            session_id=opening.id, place=1, name="a.csv", kind="csv", sha256="0" * 64, size=1, added_by=ada.id,
            added_at=now,
        ),
        PortfolioEntry(
            submission_id=work.id, account_id=ada.id, presentation="", link="", shown=True, changed_at=now
        ),
    ])  # fmt: skip


def _hand_in_a_text(session: Session) -> None:
    """An attempt whose first question has a file, a paper and a marking."""
    ada, now = session.scalars(select(Account)).one(), clock.now()
    exam_version = session.scalars(select(ExamVersion).limit(1)).one()
    version = session.scalars(select(QuestionVersion).limit(1)).one()
    attempt = Attempt(
        public_id="1" * 26, exam_id=exam_version.exam_id, exam_version_id=exam_version.id, account_id=ada.id, number=1,
        seed=b"0" * 16, state="submitted", language="fr", started_at=now, submitted_at=now, finish_reason="candidate",
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    slot = {"attempt_id": attempt.id, "slot": 1}
    session.add(AttemptItem(question_version_id=version.id, option_order=[], points=Decimal(1), **slot))
    session.flush()
    paper = Paper(public_id="1" * 26, markers=2, handed_in_at=now, levels={"a": 1}, decided_at=now, **slot)
    session.add_all([paper, AttemptFile(sha256="0" * 64, size=1, sent_at=now, **slot)])
    session.flush()
    again = _mark_again(session, attempt, ada)
    session.add_all(
        PaperMarking(
            paper_id=one.id, marker_id=ada.id, place=1, levels={"a": 1}, feedback={}, comment="", claimed_at=now
        )
        for one in (paper, again)
    )


def _mark_again(session: Session, attempt: Attempt, ada: Account) -> Paper:
    """A second paper of the same question, on an appeal, beside a proposed mark."""
    now = clock.now()
    appeal = Appeal(
        public_id="1" * 26, attempt_id=attempt.id, state="in_review", grounds="Non.", filed_at=now, due_at=now
    )  # fmt: skip
    session.add(appeal)
    session.flush()
    made = Remarking(
        public_id="1" * 26, appeal_id=appeal.id, state="marking", proposed_by=ada.id, proposed_at=now,
        marks=[ProposedMark(slot=1, points=Decimal(1), reason="Vu.")],
    )  # fmt: skip
    session.add(made)
    session.flush()
    paper = Paper(
        public_id="2" * 26, attempt_id=attempt.id, slot=1, remarking_id=made.id, markers=2, handed_in_at=now
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper


def rows(engine: Engine) -> tuple[int, int]:
    """How many people and course versions there are."""
    with Session(engine) as session:
        people, versions = (
            session.scalar(select(func.count()).select_from(model)) for model in (Account, CourseVersion)
        )
        return people or 0, versions or 0


def differences(engine: Engine) -> list[object]:
    """What alembic would still change, and checks and triggers that only one side has."""
    with engine.connect() as connection:
        found: list[object] = list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
        )
        inspector = inspect(connection)
        for table in Base.metadata.sorted_tables:
            wanted = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint) and c.name}
            there = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
            found += [(table.name, name) for name in wanted ^ there]
    return found


def test_there_is_one_line_of_numbered_migrations(url: str) -> None:
    script = ScriptDirectory.from_config(alembic_config(url))
    revisions = [revision.revision for revision in script.walk_revisions()][::-1]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


@pytest.mark.slow
def test_up_down_up_with_data(url: str, engine: Engine) -> None:
    config = alembic_config(url)
    command.upgrade(config, "head")
    assert differences(engine) == []
    fill(engine)
    assert rows(engine) == (1, 1)
    for _revision in ScriptDirectory.from_config(config).walk_revisions():
        command.downgrade(config, "-1")
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    command.upgrade(config, "head")
    assert differences(engine) == []
    assert rows(engine) == (0, 0)


@pytest.mark.slow
def test_certificates_that_are_there_are_found_without_accents(url: str, engine: Engine) -> None:
    config = alembic_config(url)
    command.upgrade(config, "head")
    with Session(engine) as session:
        ada = create_account(
            session, actor=SYSTEM, name="Ada Lefèvre", email="ada@example.org",
            role=Role.LEARNER, language="fr", password_hash="none",
        )  # fmt: skip
        hiring = Hiring(session, ada)
        for name in ("Ada Lefèvre", "Zoé Œuvrard-Çelik", None):
            hiring.certify(ada, {}).holder_name = name
        session.commit()
    command.downgrade(config, "0002")
    with engine.connect() as connection:
        assert "holder_key" not in {column["name"] for column in inspect(connection).get_columns("certificate")}
    command.upgrade(config, "head")
    with Session(engine) as session:
        keys = session.scalars(select(Certificate.holder_key).order_by(Certificate.id)).all()
    assert keys == ["ada lefevre", "zoe oeuvrard celik", None]
