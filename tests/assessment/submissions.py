"""Projects for tests: published, begun, handed in, marked, in one line each."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import marking, projects
from app.assessment.project_models import Marking, Submission
from app.assessment.project_queries import Workplace, get_submission_to_mark, get_workplace
from app.foundation.i18n import use_language
from app.foundation.permissions import Role
from tests.builders import Cast
from tests.courses import Small, a_project, begin

COURSE, PROJECT = "petit-cours", "mini-projet"
PATH = f"/projects/{COURSE}/{PROJECT}"
GOOD, WEAK = {"exactitude": 2, "clarte": 3}, {"exactitude": 1, "clarte": 0}  # 7/9, 2/9
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


class Studio:
    """A course with a project, Ada in it, and people who mark."""

    def __init__(
        self,
        session: Session,
        cast: Cast,
        *,
        markers: int = 1,
        mastery: bool = True,
        exam_settings: Mapping[str, object] | None = None,
        **body: object,
    ) -> None:
        self.session, self.cast = session, cast
        project = a_project(markers=markers, **body)
        small = Small(project=project, mastery=mastery, exam_settings=dict(exam_settings or {}))
        self.version = small.publish(session)
        begin(session, cast.ada, self.version)

    def place(self, account: Account | None = None) -> Workplace:
        return get_workplace(self.session, (account or self.cast.ada).id, COURSE, PROJECT)

    def written(self, account: Account | None = None, link: str = "https://example.org/travail") -> Submission:
        """Assessed by its author, with a link, not handed in."""
        actor = (account or self.cast.ada).actor()
        projects.assess_oneself(self.session, actor=actor, place=self.place(account), levels=GOOD)
        projects.save_words(self.session, actor=actor, place=self.place(account), note="Ma note.", link=link)
        self.session.commit()
        return self.submission(account)

    def submission(self, account: Account | None = None) -> Submission:
        found = self.session.scalars(
            select(Submission).where(Submission.account_id == (account or self.cast.ada).id)
        ).one()
        self.session.expire_all()
        return found

    def handed_in(self, account: Account | None = None) -> Submission:
        submission = self.written(account)
        projects.hand_in(self.session, actor=(account or self.cast.ada).actor(), place=self.place(account))
        self.session.commit()
        return submission

    def take(self, marker: Account, submission: Submission) -> Marking:
        """Claim the work as a marker."""
        self.session.expire_all()
        found = get_submission_to_mark(self.session, marker.id, submission.public_id)
        taken = marking.claim(self.session, actor=marker.actor(), submission=found)
        self.session.commit()
        return taken

    def mark(self, marker: Account, submission: Submission, levels: dict[str, int], comment: str = "Lu.") -> None:
        """Claim, mark and sign."""
        taken = self.take(marker, submission)
        self.sign(marker, submission, taken, levels, comment)

    def sign(
        self, marker: Account, submission: Submission, taken: Marking, levels: dict[str, int], comment: str = "Lu."
    ) -> None:
        said = {key: f"{comment} {key}" for key in levels}
        marking.save_marking(self.session, marking=taken, levels=levels, feedback=said, comment=comment)
        with use_language("fr"):
            marking.finish_marking(self.session, actor=marker.actor(), submission=submission, marking=taken)
        self.session.commit()
        self.session.expire_all()

    def marker(self, name: str = "Inès Marker") -> Account:
        return self.cast.person(name, Role.INSTRUCTOR)
