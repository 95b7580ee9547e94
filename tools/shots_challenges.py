"""Challenges in every state, for the school that is photographed: to come, running, over, marked, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import shots_projects
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import challenge_sessions, challenges, marking
from app.assessment.challenge_models import Challenge, ChallengeSession, ChallengeTeam
from app.assessment.challenge_queries import get_challenge, get_seat, get_session
from app.assessment.drafts import AttachedDraft, ChallengeDraft, ProjectDraft
from app.assessment.project_models import Submission
from app.assessment.project_queries import get_submission_to_mark
from app.foundation import clock
from app.foundation.actor import Actor
from app.learning import services as learning
from tests.courses import Small

COURSE, SLUG = "lettres-cours", "lettres-en-trop"
PATH = f"/courses/{COURSE}/challenges/{SLUG}"
TITLES = ("Lundi prochain", "Aujourd’hui", "Le mois dernier", "En octobre", "Annulée faute de salle")
NOTE = "La procédure tient sur une page ; les douze lettres sont dans le dossier, dans l’ordre."
COMMENT = "Vos douze réponses se lisent bien.\n\nIl manque le temps de relecture : comptez-le, il décide de tout."
WRITTEN = (*TITLES, NOTE, *COMMENT.split("\n\n"))
TODAY = timedelta(hours=1)
People = Callable[[str], Actor]


def _texts(french: str, english: str) -> dict[str, str]:
    return {"fr": french, "en": english}


def draft() -> ChallengeDraft:
    """A challenge of four hours for three, with files, sealed ones too."""
    body = {
        "id": SLUG,
        "rubric": shots_projects.RUBRIC,
        "pass": {"threshold": 0.5},
        "deliverables": [_texts("une procédure d’une page ;", "a one-page procedure;")],
    }
    title = _texts("Des lettres en trop", "Too many letters")
    brief = _texts(
        "<p>Une mairie reçoit 60 lettres par semaine. Dites qui répond à quoi, et <strong>prouvez-le</strong>.</p>",
        "<p>A town hall gets 60 letters a week. Say who answers what, and <strong>prove it</strong>.</p>",
    )
    letters = {code: (f"{SLUG}/lettres.{code}.md", b"# 1\n" * 900) for code in ("fr", "en")}
    sealed = dict.fromkeys(("fr", "en"), (f"{SLUG}/guide.md", b"# 2\n" * 400))
    return ChallengeDraft(
        project=ProjectDraft(SLUG, title, brief, body, markers=1),
        promise=_texts(
            "En quatre heures, proposez une façon de répondre que la mairie pourrait prendre demain.",
            "In four hours, propose a way of answering that the town hall could take up tomorrow.",
        ),
        minutes=240, duration_s=4 * 3600, team=3, feedback_s=10 * 86400,
        materials=[AttachedDraft(_texts("Les douze lettres", "The twelve letters"), letters)],
        sealed=[AttachedDraft(_texts("Le guide de correction", "The guide for markers"), sealed)],
    )  # fmt: skip


def add_challenges(session: Session, actor: People) -> None:
    """A course with a challenge, and sessions of it in every state; nobody is left where the demo school put them."""
    titles = _texts("Répondre par écrit", "Answering in writing")
    version = Small(slug=COURSE, title=titles, challenge=draft(), skill="prompt-writing").publish(session)
    for name in ("blaise", "dora", "henri", "admin", "fatou"):
        learning.enrol(session, actor=actor(name), version=version)
    found, now = get_challenge(session, COURSE, SLUG), clock.now()
    coming = opened(session, actor, found, TITLES[0], now + timedelta(days=4))
    running = opened(session, actor, found, TITLES[1], now - TODAY)
    overdue = opened(session, actor, found, TITLES[2], now - timedelta(days=15))
    decided = opened(session, actor, found, TITLES[3], now - timedelta(days=40))
    cancelled = opened(session, actor, found, TITLES[4], now + timedelta(days=9))
    challenge_sessions.cancel(session, actor=actor("camille"), opening=cancelled)
    for opening, names in ((decided, ("fatou", "henri")), (overdue, ("admin",)), (overdue, ("dora",))):
        joined(session, actor, opening, names)
        worked(session, actor(names[0]), opening)
        closed(session, actor(names[0]), opening)
    joined(session, actor, running, ("henri", "admin"))
    worked(session, actor("henri"), running)
    joined(session, actor, coming, ("blaise", "fatou"))
    marked(session, actor("camille"), actor("fatou"), decided, sign=True)
    marked(session, actor("camille"), actor("dora"), overdue, sign=False)


def opened(session: Session, actor: People, challenge: Challenge, title: str, starts_at: datetime) -> ChallengeSession:
    """A session that was opened twenty days before its start."""
    with clock.frozen(starts_at - timedelta(days=20)):
        return challenge_sessions.open_session(
            session, actor=actor("camille"), challenge=challenge, title=title, starts_at=starts_at
        )


def joined(session: Session, actor: People, opening: ChallengeSession, names: tuple[str, ...]) -> None:
    """These people make one team the day before."""
    code = None
    with clock.frozen(opening.starts_at - timedelta(days=1)):
        for name in names:
            found = get_session(session, opening.public_id)
            code = challenges.join(session, actor=actor(name), opening=found, code=code).join_code


def worked(
    session: Session, actor: Actor, opening: ChallengeSession, link: str = "https://example.org/lettres"
) -> None:
    """Half an hour after the start, leave a note and a link, and say where the team stands."""
    with clock.frozen(opening.starts_at + timedelta(minutes=30)):
        seat = get_seat(session, actor.account_id, opening.public_id)
        before = challenges.words_seen(seat.submission)
        challenges.save_words(session, seat=seat, note=NOTE, link=link, before=before)
        seat = get_seat(session, actor.account_id, opening.public_id)
        before = challenges.view_seen(seat.submission)
        challenges.assess_ourselves(session, seat=seat, levels=shots_projects.GOOD, before=before)


def closed(session: Session, actor: Actor, opening: ChallengeSession) -> None:
    """The worker closes this person's team."""
    with clock.frozen(opening.ends_at + timedelta(minutes=2)):
        team = get_seat(session, actor.account_id, opening.public_id).team
        challenge_sessions.close_if_over(session, team.id)


def marked(session: Session, marker: Actor, author: Actor, opening: ChallengeSession, *, sign: bool) -> None:
    """The work of this author's team is taken and marked, and signed or not."""
    found = get_submission_to_mark(session, marker.account_id, _work_of(session, author, opening).public_id)
    taken = marking.claim(session, actor=marker, submission=found)
    said = {"demande": COMMENT.split("\n\n", maxsplit=1)[0]}
    marking.save_marking(session, marking=taken, levels=shots_projects.GOOD, feedback=said, comment=COMMENT)
    if sign:
        marking.finish_marking(session, actor=marker, submission=found, marking=taken)


def _work_of(session: Session, author: Actor, opening: ChallengeSession) -> Submission:
    work = get_seat(session, author.account_id, opening.public_id).submission
    assert work is not None
    return work


def _handed_in(session: Session, opening: str, state: str) -> str:
    """The work of a session that is in this state."""
    wanted = select(Submission.public_id).join(ChallengeTeam, ChallengeTeam.id == Submission.team_id)
    found = wanted.join(ChallengeSession).where(ChallengeSession.public_id == opening, Submission.state == state)
    return session.scalars(found).one()


def named(session: Session) -> list[tuple[str, str, str]]:
    """(person, name, path) of each page to photograph."""
    ids = dict(session.execute(select(ChallengeSession.title, ChallengeSession.public_id)).fetchall())
    coming, running, overdue, decided, cancelled = (ids[title] for title in TITLES)
    taken, accepted = _handed_in(session, overdue, "in_review"), _handed_in(session, decided, "accepted")
    return [
        ("fatou", "challenge-course", f"/courses/{COURSE}"),
        ("visitor", "challenge-visitor", PATH),
        ("dora", "challenge-to-join", PATH),
        ("blaise", "challenge-coming", f"/challenges/{coming}"),
        ("henri", "challenge-running", f"/challenges/{running}"),
        ("admin", "challenge-waiting", f"/challenges/{overdue}"),
        ("fatou", "challenge-decided", f"/challenges/{decided}"),
        ("fatou", "challenge-portfolio-entry", f"/portfolio/{accepted}"),
        ("camille", "challenge-sessions", "/marking/challenges"),
        ("camille", "challenge-opening", f"/marking/challenges/of/{COURSE}/{SLUG}"),
        ("camille", "challenge-session-coming", f"/marking/challenges/{coming}"),
        ("camille", "challenge-session-overdue", f"/marking/challenges/{overdue}"),
        ("camille", "challenge-session-cancelled", f"/marking/challenges/{cancelled}"),
        ("camille", "challenge-marking", f"/marking/{taken}"),
        ("camille", "challenge-signature", f"/marking/{taken}/signature"),
        ("camille", "challenge-queue", "/marking"),
    ]
