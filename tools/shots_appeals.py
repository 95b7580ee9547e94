"""Answers marked again on appeal, to photograph: chosen, proposed, approved, and the result that follows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shots_essays import COURSE
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.services import create_account
from app.assessment import appeals, paper_queries, papers, remarked, remarkings, standings
from app.assessment.appeal_models import Appeal
from app.assessment.marking import save_marking
from app.assessment.models import Attempt, Exam
from app.assessment.remarking_models import Remarking
from app.assessment.remarkings import Wanted
from app.foundation.actor import SYSTEM, Actor
from app.foundation.i18n import use_language
from app.foundation.permissions import Role
from app.wiring import demo

PEOPLE = {"nadia": "Nadia Belkacem", "karim": "Karim Oufkir", "lucie": "Lucie Aubert", "oscar": "Oscar Petit"}
GROUNDS = (
    "Mon texte traite les quatre points demandés. Je ne comprends pas les points de la première ligne.",
    "La page ne répondait plus à cette question, je l’ai signalé aussitôt.",
)
WHY = "L’incident de 14 h 12 est dans le journal : la réponse n’a pas pu être enregistrée."
SAID = "Les quatre points y sont, avec le moyen de les vérifier."
ANSWER = "L’incident est établi : la réponse compte."
WRITTEN = (*GROUNDS, WHY, SAID, ANSWER)
Named = tuple[str, str, str]


def add_states(session: Session) -> None:
    """Emile's text waits for an approval, which Oscar may give; Fatou was given a mark that her answer never got."""
    with use_language("fr"):
        staff = {key: _hired(session, key, name) for key, name in PEOPLE.items()}
        _mark_anew(session, staff)
        _make_good(session, staff)


def _hired(session: Session, key: str, name: str) -> Actor:
    camille = session.scalars(select(Account).where(Account.email == "camille@example.org")).one()
    made = create_account(
        session, actor=SYSTEM, name=name, email=f"{key}@example.org", role=Role.INSTRUCTOR, language="fr",
        password_hash=camille.password_hash,
    )  # fmt: skip
    made.state, made.confirmed_at = camille.state, camille.confirmed_at
    session.flush()
    return made.actor()


def _contested(session: Session, staff: dict[str, Actor], attempt: Attempt, grounds: str) -> Appeal:
    actor = session.get_one(Account, attempt.account_id).actor()
    appeal = appeals.file_appeal(session, actor=actor, attempt=attempt, grounds=grounds)
    appeals.take(session, actor=staff["nadia"], appeal=appeal)
    return appeal


def _mark_anew(session: Session, staff: dict[str, Actor]) -> None:
    attempt = _attempt(session, "emile", f"{COURSE}-final")
    appeal = _contested(session, staff, attempt, GROUNDS[0])
    choices = remarkings.choices_of(session, attempt)
    essay = next(one.item.slot for one in choices if one.item.version.type == "essay")
    single = next(one.item.slot for one in choices if one.item.version.type == "single")
    wanted = Wanted({essay}, {single: (Decimal("0.5"), WHY)})
    made = remarkings.propose(session, actor=staff["nadia"], appeal=appeal, wanted=wanted)
    for paper in remarked.papers_of(session, [made]):
        for key in ("karim", "lucie"):
            actor = staff[key]
            found = paper_queries.get_paper(session, actor.account_id, paper.public_id)
            taken = papers.claim(session, actor=actor, paper=found)
            levels = {"faits": 3, "ordre": 2}
            save_marking(session, marking=taken, levels=levels, feedback={}, comment=SAID)
            papers.finish_marking(session, actor=actor, paper=found, marking=taken)


def _make_good(session: Session, staff: dict[str, Actor]) -> None:
    attempt = _attempt(session, "fatou", demo.COURSE)
    appeal = _contested(session, staff, attempt, GROUNDS[1])
    (standing,) = standings.standings(session, [attempt.id], {})
    wrong = next(slot for slot in standing.slots if slot.credit < 1)
    wanted = Wanted((), {wrong.number: (wrong.points, WHY)})
    made = remarkings.propose(session, actor=staff["nadia"], appeal=appeal, wanted=wanted)
    remarkings.approve(session, actor=staff["oscar"], remarking=made, upheld=True, words=ANSWER)


def named(session: Session) -> Sequence[Named]:
    """Each state: who looks, its name, its address."""
    waits, done = session.scalars(select(Remarking).order_by(Remarking.id).limit(2)).all()
    result = f"/attempts/{done.appeal.attempt.public_id}/result"
    return [
        ("nadia", "remarking-form", f"/studio/appeals/{waits.appeal.public_id}/marking-again"),
        ("nadia", "remarking-proposed", f"/studio/remarkings/{waits.public_id}"),
        ("oscar", "remarking-to-approve", f"/studio/remarkings/{waits.public_id}"),
        ("nadia", "remarking-appeal", f"/studio/appeals/{waits.appeal.public_id}"),
        ("nadia", "remarking-approved", f"/studio/remarkings/{done.public_id}"),
        ("fatou", "remarking-result", result),
    ]


def _attempt(session: Session, key: str, slug: str) -> Attempt:
    """Somebody's newest attempt at an exam that certifies."""
    return session.scalars(
        select(Attempt)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Account, Account.id == Attempt.account_id)
        .where(Account.email == f"{key}@example.org", Exam.slug == slug, Exam.kind == "certification")
        .order_by(Attempt.id.desc())
    ).first() or _missing(key)


def _missing(key: str) -> Attempt:
    raise LookupError(f"{key} has no attempt in the demo school")
