"""Challenges for tests: opened, joined, worked on, over, marked, in one line each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import challenge_sessions, challenges, marking
from app.assessment.challenge_models import ChallengeSession, ChallengeTeam
from app.assessment.challenge_queries import Seat, get_challenge, get_seat, get_session
from app.assessment.project_models import Submission
from app.assessment.project_queries import get_submission_to_mark
from app.audit.models import AuditEntry
from app.foundation import clock
from app.foundation.i18n import use_language
from app.foundation.outbox import OutboxMessage
from tests.builders import Cast
from tests.courses import Small, a_challenge, begin

COURSE, CHALLENGE = "petit-cours", "mini-defi"
PATH = f"/courses/{COURSE}/challenges/{CHALLENGE}"
GOOD, WEAK = {"exactitude": 2, "clarte": 3}, {"exactitude": 1, "clarte": 0}  # 7/9, 2/9
LINK = "https://example.org/travail"


class Arena:
    """A course with a challenge, Ada and Blaise in it, and a session that starts in an hour."""

    def __init__(self, session: Session, cast: Cast, *, markers: int = 1, team: int = 3, **body: object) -> None:
        self.session, self.cast = session, cast
        self.version = Small(challenge=a_challenge(markers=markers, team=team, **body)).publish(session)
        for name in ("ada", "blaise"):
            begin(session, getattr(cast, name), self.version)
        self.start = clock.now().replace(microsecond=0) + timedelta(hours=1)
        self.opening = self.open()
        self.end = self.opening.ends_at

    @property
    def path(self) -> str:
        """The page of whoever takes part."""
        return f"/challenges/{self.opening.public_id}"

    def open(self, title: str = "Novembre", **later: float) -> ChallengeSession:
        found = get_challenge(self.session, COURSE, CHALLENGE)
        opening = challenge_sessions.open_session(
            self.session, actor=self.cast.camille.actor(), challenge=found, title=title,
            starts_at=self.start + timedelta(**later),
        )  # fmt: skip
        self.session.commit()
        return opening

    @contextmanager
    def at(self, **after: float) -> Iterator[None]:
        """So long after the common start."""
        with clock.frozen(self.start + timedelta(**after)):
            yield

    def join(
        self, account: Account | None = None, code: str | None = None, opening: ChallengeSession | None = None
    ) -> str:
        """Take part; gives the code of the team."""
        found = get_session(self.session, (opening or self.opening).public_id)
        team = challenges.join(self.session, actor=(account or self.cast.ada).actor(), opening=found, code=code)
        self.session.commit()
        return team.join_code

    def seat(self, account: Account | None = None) -> Seat:
        self.session.expire_all()
        return get_seat(self.session, (account or self.cast.ada).id, self.opening.public_id)

    def write(self, account: Account | None = None, link: str = LINK) -> Submission:
        """The team looks at its work and gives a link, ten minutes after the start; not handed in."""
        with self.at(minutes=10):
            seat = self.seat(account)
            challenges.assess_ourselves(
                self.session, seat=seat, levels=GOOD, before=challenges.view_seen(seat.submission)
            )
            seat = self.seat(account)
            before = challenges.words_seen(seat.submission)
            challenges.save_words(self.session, seat=seat, note="Notre note.", link=link, before=before)
        self.session.commit()
        return self.work()

    def work(self) -> Submission:
        self.session.expire_all()
        return self.session.scalars(
            select(Submission)
            .join(ChallengeTeam, ChallengeTeam.id == Submission.team_id)
            .where(ChallengeTeam.session_id == self.opening.id)
        ).one()

    def close(self) -> int:
        """What the worker does two minutes after the end."""
        with clock.frozen(self.end + timedelta(minutes=2)):
            closed = sum(
                challenge_sessions.close_if_over(self.session, team_id)
                for team_id in self.session.scalars(select(ChallengeTeam.id)).all()
            )
        self.session.commit()
        self.session.expire_all()
        return closed

    def handed_in(self, account: Account | None = None) -> Submission:
        """Written, and closed by the clock."""
        self.write(account)
        self.close()
        return self.work()

    def take(self, marker: Account) -> None:
        found = get_submission_to_mark(self.session, marker.id, self.work().public_id)
        marking.claim(self.session, actor=marker.actor(), submission=found)
        self.session.commit()

    def mark(self, marker: Account, levels: dict[str, int]) -> Submission:
        """Claim, mark and sign."""
        found = get_submission_to_mark(self.session, marker.id, self.work().public_id)
        taken = marking.claim(self.session, actor=marker.actor(), submission=found)
        said = {key: f"Sur {key}." for key in levels}
        marking.save_marking(self.session, marking=taken, levels=levels, feedback=said, comment="Lu par nous.")
        with use_language("fr"):
            marking.finish_marking(self.session, actor=marker.actor(), submission=found, marking=taken)
        self.session.commit()
        return self.work()


def learner(arena: Arena, name: str) -> Account:
    account = arena.cast.person(name)
    begin(arena.session, account, arena.version)
    return account


def letters(session: Session) -> list[tuple[str, str]]:
    """(letter, name of its recipient)."""
    rows = session.execute(select(OutboxMessage, Account.name).join(Account, Account.id == OutboxMessage.recipient_id))
    return sorted((row[0].payload["letter"], row[1]) for row in rows)


def events(session: Session) -> list[str]:
    return [
        event
        for event in session.scalars(select(AuditEntry.event).order_by(AuditEntry.seq))
        if event.startswith("challenge.")
    ]
