"""The challenge of the demo school: a session that runs, and one that was marked, on the first challenge there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.assessment import challenge_sessions, challenges, marking
from app.assessment.challenge_models import Challenge, ChallengeSession
from app.assessment.challenge_queries import get_seat, get_session, published_challenges
from app.assessment.project_queries import get_submission_to_mark
from app.catalog.queries import get_version
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.i18n import use_language
from app.learning import services as learning

AGO = timedelta(days=20)  # when the first session was
RUNNING_FOR = timedelta(hours=1)
NOTE = "Notre procédure tient sur une page. Le tableau des vérifications est à la fin."
LINK = "https://example.org/notre-defi"
COMMENT = "Votre travail se lit d’un trait, et chaque choix y est dit. Comptez aussi le temps de relecture."


def add_challenges(session: Session, actors: Mapping[str, Actor]) -> Challenge | None:
    """Two sessions of the first challenge of the easiest course that has one; None where no course has any."""
    found = next(iter(published_challenges(session)), None)
    if found is None:
        return None
    version = get_version(session, found.project.course_version_id)
    for key in ("ada", "chloe", "emile", "fatou", "grace"):
        learning.enrol(session, actor=actors[key], version=version)
    now = clock.now()
    with use_language("fr"):
        past = _open(session, actors["camille"], found, "La première fois", now - AGO)
        with clock.frozen(past.starts_at - timedelta(days=1)):
            _join(session, past, actors["emile"], actors["fatou"])
        _work(session, past, actors["emile"])
        _mark(session, past, actors["emile"], actors["camille"])
        running = _open(session, actors["camille"], found, "En ce moment", now - RUNNING_FOR)
        with clock.frozen(running.starts_at - timedelta(days=1)):
            _join(session, running, actors["ada"], actors["chloe"])
            _join(session, running, actors["grace"])
        _work(session, running, actors["ada"])
    return found


def _open(session: Session, actor: Actor, challenge: Challenge, title: str, starts_at: datetime) -> ChallengeSession:
    with clock.frozen(starts_at - timedelta(days=3)):
        return challenge_sessions.open_session(
            session, actor=actor, challenge=challenge, title=title, starts_at=starts_at
        )


def _join(session: Session, opening: ChallengeSession, first: Actor, *others: Actor) -> None:
    """One team; a challenge for one takes the first alone."""
    found = get_session(session, opening.public_id)
    code = challenges.join(session, actor=first, opening=found).join_code
    for actor in others[: found.challenge.team - 1]:
        challenges.join(session, actor=actor, opening=found, code=code)


def _work(session: Session, opening: ChallengeSession, actor: Actor) -> None:
    """A note, a link, and how the team sees its own work."""
    with clock.frozen(opening.starts_at + timedelta(minutes=40)):
        seat = get_seat(session, actor.account_id, opening.public_id)
        challenges.save_words(session, seat=seat, note=NOTE, link=LINK, before=challenges.words_seen(seat.submission))
        seat = get_seat(session, actor.account_id, opening.public_id)
        levels = {criterion.key: 2 for criterion in seat.project.rubric.criteria}
        before = challenges.view_seen(seat.submission)
        challenges.assess_ourselves(session, seat=seat, levels=levels, before=before)


def _mark(session: Session, opening: ChallengeSession, author: Actor, marker: Actor) -> None:
    """Closed by the clock, then marked by one person; where two are wanted, it waits for the second."""
    with clock.frozen(opening.ends_at + timedelta(minutes=2)):
        seat = get_seat(session, author.account_id, opening.public_id)
        challenge_sessions.close_if_over(session, seat.team.id)
    with clock.frozen(opening.ends_at + timedelta(days=4)):
        work = get_seat(session, author.account_id, opening.public_id).submission
        assert work is not None
        found = get_submission_to_mark(session, marker.account_id, work.public_id)
        taken = marking.claim(session, actor=marker, submission=found)
        levels = {criterion.key: 3 - place % 2 for place, criterion in enumerate(found.project.rubric.criteria)}
        marking.save_marking(session, marking=taken, levels=levels, feedback={}, comment=COMMENT)
        marking.finish_marking(session, actor=marker, submission=found, marking=taken)
