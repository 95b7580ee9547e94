"""Matches: what is proven read from certificates, offers scored, lists ordered; nothing here writes."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.catalog.queries import courses_proving
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import RuleError
from app.foundation.folding import folded
from app.foundation.i18n import lazy_gettext as _l
from app.jobs.models import Application, Offer
from app.jobs.queries import open_offers
from app.matching.match import Advice, CourseAward, Match, Unlock, advice, closings, read_match, unlocks
from app.matching.models import Invitation, MatchProfile
from app.matching.profiles import find_profile
from app.matching.ranking import Ranked, ranked_people
from app.matching.rulebook import Rulebook, evidence_of, find_rulebook, get_rulebook
from app.matching.scoring import Placed, order
from app.matching.wishes import KINDS_BOTH_SIDES, OfferTerms, combined, fit, musts_met
from app.skills.queries import DEFAULT_IDF_CENTI

SHOWN_AT_ONCE = 20
log = logging.getLogger("app.matching")


# One offer and one person


def certificates_behind(session: Session, match: Match) -> Mapping[int, Certificate]:
    """The certificates that a match rests on, by key: for their owner, and for whom they were shown to."""
    keys = {line.explained.evidence.certificate for line in match.lines if line.explained.evidence}
    found = session.scalars(select(Certificate).where(Certificate.id.in_(keys)))
    return {certificate.id: certificate for certificate in found}


@dataclass(frozen=True)
class OfferMatch:
    """A match with the names of its skills and of the release it was computed in."""

    match: Match
    names: Mapping[int, Mapping[str, str]]
    release: str


def match_of(session: Session, offer: Offer, account_id: int) -> OfferMatch:
    """The match of an offer and a person: the learner's page, the employer's and the command line all call this."""
    rulebook = get_rulebook(session, offer)
    evidence = evidence_of(session, [account_id], clock.now().date()).get(account_id, ())
    match = read_match(rulebook.requirements[offer.id], evidence, rulebook.near)
    return OfferMatch(match, rulebook.names, rulebook.release.name)


def advised_courses(session: Session, offer: Offer, found: OfferMatch) -> Sequence[Advice]:
    """The courses that would close the gaps of a match, each once, and what each would bring."""
    rulebook = get_rulebook(session, offer)
    courses = course_awards(session, [gap.requirement.skill for gap in found.match.gaps])
    return advice(closings(found.match, rulebook.requirements[offer.id], rulebook.near, courses))


def course_awards(session: Session, skill_ids: Iterable[int]) -> Sequence[CourseAward]:
    """The courses whose certificate proves some of these skills."""
    by_slug: dict[str, CourseAward] = {}
    for row in courses_proving(session, skill_ids):
        known = by_slug.get(row.slug)
        proves = (*(known.proves if known else ()), (row.skill_id, row.tier))
        by_slug[row.slug] = CourseAward(row.slug, row.title, row.hours, proves)
    return list(by_slug.values())


# The employer's list


@dataclass(frozen=True)
class Candidate:
    """A person in an employer's list: a pseudonym, until they applied or accepted; never an account or a wish."""

    pseudonym: str
    place: int
    match: Match
    note: str
    invitation: str | None
    application: str | None
    name: str | None


@dataclass(frozen=True)
class CandidateList:
    """The people shown for an offer, how many were ranked in all, and the names of the skills."""

    candidates: Sequence[Candidate]
    people: int
    names: Mapping[int, Mapping[str, str]]


def candidates_for(session: Session, offer: Offer, places: int = SHOWN_AT_ONCE) -> CandidateList:
    """The visible people who prove something near what an offer asks, best first; ties broken by the offer's lot.

    Raises RuleError unless the offer is published by an approved employer: people agreed to be found by those only.
    """
    check_may_see_people(offer)
    rulebook = get_rulebook(session, offer)
    ranked = rank(session, offer, rulebook, places)
    profiles = _profiles(session, [one.account_id for one in ranked])
    matches = score_ranked(session, offer, rulebook, ranked)
    people = [one for one in ranked if one.account_id in profiles]
    placed = order(
        (
            Placed(profiles[one.account_id].pseudonym, matches[one.account_id].score, matches[one.account_id].essential)
            for one in people
        ),
        offer.salt,
    )
    account_ids = {profiles[one.account_id].pseudonym: one.account_id for one in people}
    shown = placed[:places]
    known = _known_people(session, offer, [account_ids[one.public_id] for one in shown])
    return CandidateList(
        candidates=[
            _candidate(place, profiles[account_ids[one.public_id]], matches[account_ids[one.public_id]], known)
            for place, one in enumerate(shown, start=1)
        ],
        people=ranked[0].people if ranked else 0,
        names=rulebook.names,
    )


def check_may_see_people(offer: Offer) -> None:
    """Raise RuleError unless the offer is public and its employer approved."""
    if offer.state != "published" or offer.employer.approved_at is None:
        raise RuleError(_l("People can be seen once the offer is public and your organisation approved."))


def rank(session: Session, offer: Offer, rulebook: Rulebook, places: int) -> Sequence[Ranked]:
    """The ranking query's rows, without those whose wishes the offer cannot meet and the employer's own account."""
    return ranked_people(
        session,
        offer_id=offer.id,
        release_id=rulebook.release.id,
        total_weight=sum(one.weight for one in rulebook.requirements[offer.id]),
        default_idf=DEFAULT_IDF_CENTI,
        excluded=_unwilling(session, offer) | {offer.employer.account_id},
        places=places,
    )


def _unwilling(session: Session, offer: Offer) -> set[int]:
    """Visible people with a wish that must be granted and that this offer refuses; the pay floor plays no part."""
    rows = session.execute(
        select(MatchProfile.account_id, MatchProfile.wishes).where(
            MatchProfile.visible, cast(MatchProfile.wishes, Text).like('%"must"%')
        )
    )
    terms = terms_of(offer)
    return {account_id for account_id, wishes in rows if not musts_met(wishes, terms, KINDS_BOTH_SIDES)}


def terms_of(offer: Offer) -> OfferTerms:
    """What wishes are read against."""
    pay = offer.pay_max if offer.pay_max is not None else offer.pay_min
    return OfferTerms(offer.contract, offer.remote, folded(offer.place), pay)


def score_ranked(session: Session, offer: Offer, rulebook: Rulebook, ranked: Sequence[Ranked]) -> Mapping[int, Match]:
    """The pure engine's matches of ranked people; a score that differs from SQL's is logged as an error, and stands."""
    evidence = evidence_of(session, [one.account_id for one in ranked], clock.now().date())
    requirements = rulebook.requirements[offer.id]
    matches = {
        one.account_id: read_match(requirements, evidence.get(one.account_id, ()), rulebook.near) for one in ranked
    }
    stale = sum(matches[one.account_id].score != one.score for one in ranked)
    if stale:
        log.error("index of proven skills is stale", extra={"fields": {"offer": offer.public_id, "people": stale}})
    return matches


def _profiles(session: Session, account_ids: Collection[int]) -> Mapping[int, MatchProfile]:
    found = session.scalars(
        select(MatchProfile)
        .join(Account, Account.id == MatchProfile.account_id)
        .where(
            MatchProfile.account_id.in_(list(account_ids)),
            MatchProfile.visible,
            Account.state == "active",
            ~Account.simulated,
        )
    )
    return {profile.account_id: profile for profile in found}


@dataclass(frozen=True)
class _Known:
    invitations: Mapping[int, str]
    applications: Mapping[int, str]
    names: Mapping[int, str]


def _known_people(session: Session, offer: Offer, account_ids: Collection[int]) -> _Known:
    """What passed between the employer and these people about this offer; names only of those who agreed."""
    here = list(account_ids)
    invitations = session.execute(
        select(Invitation.account_id, Invitation.state).where(
            Invitation.offer_id == offer.id, Invitation.account_id.in_(here)
        )
    )
    applications = session.execute(
        select(Application.account_id, Application.public_id).where(
            Application.offer_id == offer.id, Application.account_id.in_(here)
        )
    )
    by_invitation, by_application = dict(invitations.all()), dict(applications.all())
    agreed = {one for one, state in by_invitation.items() if state == "accepted"} | by_application.keys()
    names = session.execute(select(Account.id, Account.name).where(Account.id.in_(agreed)))
    return _Known(by_invitation, by_application, dict(names.all()))


def _candidate(place: int, profile: MatchProfile, match: Match, known: _Known) -> Candidate:
    return Candidate(
        pseudonym=profile.pseudonym,
        place=place,
        match=match,
        note=profile.note,
        invitation=known.invitations.get(profile.account_id),
        application=known.applications.get(profile.account_id),
        name=known.names.get(profile.account_id),
    )


# The learner's list


@dataclass(frozen=True)
class OfferInList:
    """An open offer in a learner's list: the match, and how far it grants their wishes (None when none)."""

    offer: Offer
    match: Match
    wish_fit: int | None

    @property
    def combined(self) -> int:
        return combined(self.match.score, self.wish_fit)


@dataclass(frozen=True)
class LearnerList:
    """Open offers in a learner's order, those that refuse a wish which must be granted, what courses would open."""

    offers: Sequence[OfferInList]
    refused: Sequence[OfferInList]
    unlocks: Sequence[Unlock]
    names: Mapping[int, Mapping[str, str]]


def offers_for(session: Session, actor: Actor) -> LearnerList:
    """Every open offer scored for a learner, in a constant number of statements."""
    offers = session.scalars(open_offers()).all()
    rulebook = find_rulebook(session, open_offers().with_only_columns(Offer.id))
    if not offers or rulebook is None:
        return LearnerList([], [], [], {})
    profile = find_profile(session, actor.account_id)
    wishes = profile.wishes if profile else {}
    evidence = evidence_of(session, [actor.account_id], clock.now().date()).get(actor.account_id, ())
    found = {
        offer.public_id: OfferInList(
            offer,
            read_match(rulebook.requirements[offer.id], evidence, rulebook.near),
            fit(wishes, terms_of(offer)),
        )
        for offer in offers
        if offer.id in rulebook.requirements
    }
    ordered = order(
        (Placed(public_id, one.combined, one.match.essential) for public_id, one in found.items()),
        profile.salt if profile else hashlib.sha256(actor.public_id.encode()).digest()[:16],
    )
    lines = [found[one.public_id] for one in ordered]
    granted = [one for one in lines if musts_met(wishes, terms_of(one.offer))]
    asked = {offer.offer.id: rulebook.requirements[offer.offer.id] for offer in granted}
    courses = course_awards(session, {one.skill for rows in asked.values() for one in rows})
    return LearnerList(
        offers=granted,
        refused=[one for one in lines if one.offer.id not in asked],
        unlocks=unlocks(asked, evidence, rulebook.near, courses),
        names=rulebook.names,
    )
