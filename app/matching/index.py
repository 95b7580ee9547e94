"""The index of proven skills that the ranking query reads: rows of visible people only, rebuilt from certificates."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import clock
from app.jobs.models import Offer, OfferRequirement
from app.jobs.queries import open_offers
from app.matching.models import CandidateSkill, MatchProfile
from app.matching.rulebook import evidence_of
from app.matching.scoring import best_evidence
from app.skills.models import SkillNear
from app.skills.queries import find_current_release


def reindex(session: Session, account_ids: Collection[int]) -> None:
    """Bring these people's rows to what their certificates prove today; people who are not visible have none."""
    visible = session.scalars(
        select(MatchProfile.account_id)
        .join(Account, Account.id == MatchProfile.account_id)
        .where(
            MatchProfile.account_id.in_(list(account_ids)),
            MatchProfile.visible,
            Account.state == "active",
            ~Account.simulated,
        )
    ).all()
    session.execute(delete(CandidateSkill).where(CandidateSkill.account_id.in_(list(account_ids))))
    rows = [
        {
            "skill_id": one.skill,
            "account_id": account_id,
            "ev_milli": one.milli,
            "certificate_id": one.certificate,
        }
        for account_id, evidence in evidence_of(session, visible, clock.now().date()).items()
        for one in best_evidence(evidence).values()
        if one.milli
    ]
    if rows:
        session.execute(insert(CandidateSkill), rows)
    session.flush()


def offers_touching(session: Session, account_id: int) -> Sequence[int]:
    """Open offers whose list this person is in: they ask for something that an indexed skill of theirs is near."""
    release = find_current_release(session)
    if release is None:
        return []
    touched = (
        select(OfferRequirement.offer_id)
        .join(SkillNear, SkillNear.skill_id == OfferRequirement.skill_id)
        .join(CandidateSkill, CandidateSkill.skill_id == SkillNear.near_id)
        .where(SkillNear.release_id == release.id, CandidateSkill.account_id == account_id)
    )
    return session.scalars(open_offers().with_only_columns(Offer.id).where(Offer.id.in_(touched))).all()
