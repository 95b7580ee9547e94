"""The world that the walk of hostile input goes through: each thing exists once it is named."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.links import issue_link
from app.assessment import appeals, challenges, decisions, judging, remarkings
from app.assessment.accommodations import Grant, grant
from app.assessment.marking import save_marking
from app.assessment.models import Attempt, ExamVersion, Panel, PanelJudge, QuestionVersion
from app.assessment.projects import add_file
from app.assessment.regrading import Kind
from app.assessment.release_queries import waiting_of
from app.assessment.remarkings import Wanted
from app.assessment.services import submit_attempt
from app.assessment.starting import start_attempt
from app.assessment.uploads import Upload
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.foundation.outbox import OutboxMessage, enqueue
from app.jobs.applications import apply_to_offer
from app.jobs.models import Employer
from app.learning.cohorts import CohortDraft, create_cohort
from app.learning.models import CohortMember
from app.matching import services as matching
from app.matching.models import Invitation
from tests.assessment.challenge_sittings import Arena
from tests.assessment.papers import WrittenExam
from tests.assessment.submissions import GOOD, Studio
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of
from tests.matching.people import Hiring


class World:
    """A site where each thing exists once it is named."""

    def __init__(self, app: Flask, session: Session, cast: Cast) -> None:
        self.app, self.session, self.cast = app, session, cast

    @cached_property
    def hiring(self) -> Hiring:
        return Hiring(self.session, self.cast.dora)

    @cached_property
    def offer(self) -> str:
        return str(self.hiring.offer().public_id)

    @cached_property
    def draft(self) -> str:
        return str(self.hiring.offer(publish=False, description="Une personne jeune et motivée.").public_id)

    @cached_property
    def employer(self) -> str:
        assert self.hiring
        return str(self.session.scalars(select(Employer.public_id)).one())

    @cached_property
    def application(self) -> str:
        sent = apply_to_offer(
            self.session,
            actor=self.cast.ada.actor(),
            offer=self.hiring.offer(),
            message="Bonjour.",
            certificates=[],
            score=None,
        )
        return str(sent.public_id)

    @cached_property
    def pseudonym(self) -> str:
        """Somebody whom employers see."""
        self.hiring.certify(self.cast.ada, {"python": 2})
        self.hiring.show(self.cast.ada)
        self.session.commit()
        client = self.cast.client("dora")
        client.get(f"/hire/offers/{self.offer}/candidates")
        found = client.page.find("input", attrs={"name": "candidate"})
        assert found
        return str(found["value"])

    @cached_property
    def invitation(self) -> str:
        assert self.pseudonym
        matching.invite(
            self.session,
            actor=self.cast.dora.actor(),
            offer=self.hiring.offer(),
            account_id=self.cast.ada.id,
            message="Parlons-en.",
        )
        return str(self.session.scalars(select(Invitation.public_id)).one())

    @cached_property
    def certificate(self) -> str:
        return str(self.hiring.certify(self.cast.ada, {"python": 2}).public_id)

    @cached_property
    def course(self) -> CourseVersion:
        version = Small().publish(self.session)
        begin(self.session, self.cast.ada, version)
        return version

    @cached_property
    def exam(self) -> str:
        return str(exam_of(self.session, self.course).exam.public_id)

    @cached_property
    def attempt(self) -> Attempt:
        return start_attempt(
            self.session,
            actor=self.cast.ada.actor(),
            exam_version=exam_of(self.session, self.course),
            enrolled=True,
            pledged=True,
        )

    @cached_property
    def rested(self) -> Attempt:
        """The attempt of somebody who may take breaks."""
        wanted = Grant(33, 10, True, date(2026, 1, 1), None, "dossier 12")
        grant(self.session, actor=self.cast.admin.actor(), account=self.cast.ada, wanted=wanted)
        return self.attempt

    @cached_property
    def written_version(self) -> QuestionVersion:
        """The question of the exam that is answered in words."""
        versions = decisions.versions_of_exam(self.session, exam_of(self.session, self.course).exam_id)
        return next(version for version in versions if version.type == "text")

    @property
    def question_parts(self) -> dict[str, Any]:
        """The address of that question."""
        version = self.written_version
        return {"exam_id": self.exam, "question_id": version.question.public_id, "number": version.number}

    @cached_property
    def decision(self) -> str:
        proposal = decisions.Proposal(Kind.VOID, None, {"fr": "Fautive.", "en": "Faulty."})
        made = decisions.propose(
            self.session, actor=self.cast.camille.actor(), version=self.written_version, proposal=proposal
        )  # fmt: skip
        return str(made.public_id)

    @cached_property
    def finished(self) -> Attempt:
        """The attempt, handed in."""
        submit_attempt(self.session, actor=self.cast.ada.actor(), attempt=self.attempt)
        return self.attempt

    @cached_property
    def in_order(self) -> Attempt:
        """An attempt whose questions are taken in order, at its first."""
        version = Small(slug="en-ordre", exam_settings={"navigation": "forward"}).publish(self.session)
        begin(self.session, self.cast.ada, version)
        found = exam_of(self.session, version)
        return start_attempt(self.session, actor=self.cast.ada.actor(), exam_version=found, enrolled=True)

    @cached_property
    def held(self) -> ExamVersion:
        """An exam whose results staff releases, with one that waits."""
        version = Small(slug="retenu", exam_settings={"release": "staff"}).publish(self.session)
        begin(self.session, self.cast.ada, version)
        found = exam_of(self.session, version)
        attempt = start_attempt(self.session, actor=self.cast.ada.actor(), exam_version=found, enrolled=True)
        submit_attempt(self.session, actor=self.cast.ada.actor(), attempt=attempt)
        return found

    @property
    def held_exam(self) -> str:
        return str(self.held.exam.public_id)

    @property
    def held_seen(self) -> str:
        return waiting_of(self.session, self.held).digest

    @cached_property
    def appeal(self) -> str:
        filed = appeals.file_appeal(
            self.session, actor=self.cast.ada.actor(), attempt=self.finished, grounds="La question 2."
        )  # fmt: skip
        return str(filed.public_id)

    @cached_property
    def taken_appeal(self) -> str:
        found = appeals.get_appeal(self.session, self.appeal)
        appeals.take(self.session, actor=self.cast.camille.actor(), appeal=found)
        return self.appeal

    @cached_property
    def remarking(self) -> str:
        """A mark that Camille proposes on an appeal that she looks into."""
        found = appeals.get_appeal(self.session, self.taken_appeal)
        made = remarkings.propose(
            self.session, actor=self.cast.camille.actor(), appeal=found, wanted=Wanted((), {1: (Decimal(0), "Vu.")})
        )  # fmt: skip
        return str(made.public_id)

    @cached_property
    def studio(self) -> Studio:
        """A course with a project that Ada has begun."""
        return Studio(self.session, self.cast)

    @cached_property
    def submission(self) -> str:
        return str(self.studio.handed_in().public_id)

    @cached_property
    def taken_submission(self) -> str:
        self.studio.take(self.cast.camille, self.studio.handed_in())
        return str(self.studio.submission().public_id)

    @cached_property
    def whole_marking(self) -> str:
        """Taken by Camille, every line marked, not signed."""
        taken = self.studio.take(self.cast.camille, self.studio.handed_in())
        save_marking(self.session, marking=taken, levels=GOOD, feedback={}, comment="Lu.")
        return str(self.studio.submission().public_id)

    @cached_property
    def accepted_submission(self) -> str:
        submission = self.studio.handed_in()
        self.studio.mark(self.cast.camille, submission, GOOD)
        return str(submission.public_id)

    @cached_property
    def arena(self) -> Arena:
        """A course with a challenge, and a session to come."""
        return Arena(self.session, self.cast)

    @cached_property
    def team_code(self) -> str:
        """The code of Blaise's team."""
        return self.arena.join(self.cast.blaise)

    @cached_property
    def running_session(self) -> str:
        """One that Ada has joined, moved so that it runs now."""
        self.arena.join()
        opening = self.arena.opening
        opening.starts_at -= timedelta(hours=2)
        opening.ends_at -= timedelta(hours=2)
        self.session.flush()
        return str(opening.public_id)

    @cached_property
    def team_file(self) -> str:
        """A file of the work of that team."""
        assert self.running_session
        upload = Upload("rapport.pdf", "pdf", b"%PDF-")
        challenges.add_file(self.session, seat=self.arena.seat(), upload=upload, sha256="0" * 64)
        self.session.flush()
        return str(self.arena.work().current.files[0].public_id)

    @cached_property
    def written_exam(self) -> WrittenExam:
        """An exam with an essay and a file."""
        return WrittenExam(self.app, self.session, self.cast)

    @cached_property
    def written_attempt(self) -> Attempt:
        """Ada's attempt at it, with a text and a file saved."""
        attempt = self.written_exam.begin(self.cast.ada)
        self.written_exam.answer(attempt, self.cast.ada)
        return attempt

    @property
    def file_slot(self) -> int:
        return self.written_exam.slot(self.written_attempt, "file")

    @cached_property
    def paper(self) -> str:
        """Her text, handed in."""
        self.written_exam.hand_in(self.written_attempt, self.cast.ada)
        return str(self.written_exam.paper(self.written_attempt, "essay").public_id)

    @cached_property
    def taken_paper(self) -> str:
        """The same, taken by Camille, nothing noted yet."""
        assert self.paper
        self.written_exam.take(self.cast.camille, self.written_exam.paper(self.written_attempt, "essay"), {})
        return self.paper

    @cached_property
    def whole_paper(self) -> str:
        """The same with every line marked, not signed."""
        assert self.paper
        self.written_exam.take(self.cast.camille, self.written_exam.paper(self.written_attempt, "essay"))
        return self.paper

    @cached_property
    def written_file(self) -> str:
        """A file of work that Ada is still writing."""
        submission, place = self.studio.written(), self.studio.place()
        upload = Upload("rapport.pdf", "pdf", b"%PDF-")
        add_file(self.session, actor=self.cast.actor("ada"), place=place, upload=upload, sha256="0" * 64)
        self.session.flush()
        return str(submission.current.files[0].public_id)

    @cached_property
    def written_slot(self) -> int:
        """The question of the attempt that is answered in words."""
        return next(item.slot for item in items_of(self.session, self.attempt) if item.version.type == "text")

    @cached_property
    def panel(self) -> Panel:
        """Camille's panel, which she judges too."""
        opened = judging.open_panel(
            self.session, actor=self.cast.camille.actor(), exam_version=exam_of(self.session, self.course)
        )
        self.session.add(PanelJudge(panel_id=opened.id, account_id=self.cast.camille.id, invited_at=clock.now()))
        self.session.flush()
        return opened

    @cached_property
    def dead_message(self) -> int:
        enqueue(self.session, "letter", dedupe_key="dead", recipient_id=None, language="fr", payload={})
        message = self.session.scalars(select(OutboxMessage)).one()
        message.dead_at = clock.now()
        self.session.flush()
        return message.id

    @cached_property
    def cohort(self) -> str:
        draft = CohortDraft("Groupe du soir")
        made = create_cohort(
            self.session, actor=self.cast.camille.actor(), course_id=self.course.course_id, draft=draft
        )
        self.session.add(CohortMember(cohort_id=made.id, account_id=self.cast.ada.id, added_at=clock.now()))
        self.session.flush()
        return str(made.public_id)

    def link(self, purpose: str) -> str:
        return issue_link(self.session, self.cast.ada, purpose)
