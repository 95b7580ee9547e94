"""Random walks of a learner and four markers through a project: whatever they try, nothing ends in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import marking, projects
from app.assessment.project_models import Submission
from app.assessment.project_queries import get_submission_to_mark
from app.assessment.rubrics import combined, is_accepted, markers_needed, may_move
from app.foundation.actor import Actor
from app.foundation.errors import DomainError
from tests.assessment.submissions import PROJECT, Studio
from tests.builders import Cast
from tests.courses import begin

LEARNER = ("assess", "write", "hand in", "again")
MARKER = ("take", "put back", "weak", "middling", "good")
LEVELS = {"weak": (0, 1), "middling": (1, 2), "good": (3, 3)}
moves = st.one_of(
    st.tuples(st.sampled_from(LEARNER), st.just(0)), st.tuples(st.sampled_from(MARKER), st.integers(0, 3))
)


@dataclass
class Walk:
    """One learner's submission, and what has been seen of it so far."""

    studio: Studio
    author: Account
    markers: list[Account]
    state: str = "draft"
    decided: dict[int, dict[str, int]] = field(default_factory=dict)

    def submission(self) -> Submission | None:
        self.studio.session.expire_all()
        wanted = select(Submission).where(Submission.account_id == self.author.id)
        return self.studio.session.scalars(wanted).one_or_none()

    def try_(self, name: str, who: int) -> None:
        """Do it, or be refused in words; never anything else."""
        session = self.studio.session
        try:
            self._act(name, self.markers[who])
            session.commit()
        except DomainError as error:
            session.rollback()
            assert str(error)

    def _act(self, name: str, marker: Account) -> None:
        session, author = self.studio.session, self.author.actor()
        place = self.studio.place(self.author)
        acts: dict[str, Callable[[], object]] = {
            "assess": lambda: projects.assess_oneself(
                session, actor=author, place=place, levels={"exactitude": 1, "clarte": 1}
            ),
            "write": lambda: projects.save_words(
                session, actor=author, place=place, note="", link="https://example.org"
            ),
            "hand in": lambda: projects.hand_in(session, actor=author, place=place),
            "again": lambda: self._again(author),
        }
        if name in acts:
            acts[name]()
            return
        submission = self.submission()
        if submission is not None:
            self._mark(name, marker, get_submission_to_mark(session, marker.id, submission.public_id))

    def _again(self, author: Actor) -> None:
        own = {"exactitude": 2, "clarte": 2}
        projects.assess_oneself(self.studio.session, actor=author, place=self.studio.place(self.author), levels=own)
        projects.hand_in(self.studio.session, actor=author, place=self.studio.place(self.author))

    def _mark(self, name: str, marker: Account, submission: Submission) -> None:
        session, actor = self.studio.session, marker.actor()
        if name == "take":
            marking.claim(session, actor=actor, submission=submission)
        elif name == "put back":
            marking.put_back(session, actor=actor, submission=submission)
        else:
            own = next((one for one in submission.current.markings if one.marker_id == marker.id), None)
            if own is None:
                return
            levels = dict(zip(("exactitude", "clarte"), LEVELS[name], strict=True))
            marking.save_marking(session, marking=own, levels=levels, feedback={}, comment="Lu.")
            marking.finish_marking(session, actor=actor, submission=submission, marking=own)

    def check(self) -> None:
        """What holds after every move."""
        submission = self.submission()
        if submission is None:
            return
        assert submission.state == self.state or may_move(self.state, submission.state)  # type: ignore[arg-type]
        self.state = submission.state
        assert [one.number for one in submission.revisions] == list(range(1, submission.revision + 1))
        rubric, wanted = submission.project.rubric, submission.project.markers
        for revision in submission.revisions:
            done = [one.levels for one in revision.markings if one.done_at]
            assert len(revision.markings) <= wanted + 1
            assert len({one.marker_id for one in revision.markings}) == len(revision.markings)
            if revision.levels is not None:
                assert len(done) == markers_needed(rubric, done, wanted)
                assert revision.levels == combined(done)
                assert revision.accepted == is_accepted(rubric, revision.levels)
                assert self.decided.setdefault(revision.number, revision.levels) == revision.levels
            else:
                assert revision is submission.current
                assert len(done) < markers_needed(rubric, done, wanted)
        assert (submission.state == "in_review") == (
            submission.current.levels is None and bool(submission.current.markings)
        )
        assert (submission.state == "accepted") == (submission.current.accepted is True)
        place = self.studio.place(self.author)
        assert place.path.done(PROJECT) == (submission.state == "accepted")
        assert place.path.waits(PROJECT) == (submission.state in ("submitted", "in_review"))


@pytest.mark.slow
@pytest.mark.parametrize("markers", [1, 2])
def test_every_walk_ends_in_a_state_that_says_what_is_so(session: Session, cast: Cast, markers: int) -> None:
    studio = Studio(session, cast, markers=markers)
    people = [studio.marker(f"Marker {number}") for number in range(4)]

    @settings(max_examples=6, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(st.lists(moves, min_size=5, max_size=25))
    def walk(steps: list[tuple[str, int]]) -> None:
        author = cast.person("Quelqu’un")
        begin(session, author, studio.version)
        one = Walk(studio, author, people)
        # Far enough for the rest to matter, whatever comes first.
        for name, who in [("assess", 0), ("write", 0), ("hand in", 0), *steps]:
            for act in ("take", name) if name in LEVELS else (name,):
                one.try_(act, who)
                one.check()

    walk()
