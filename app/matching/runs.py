"""The record of what was shown: each run of an offer's list, from inputs that are kept, so that it can be replayed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.identifiers import new_public_id
from app.jobs.models import Offer
from app.matching.match import Match
from app.matching.models import MatchInputs, MatchProfile, MatchRow, MatchRun, MatchSubject
from app.matching.queries import SHOWN_AT_ONCE, rank, score_ranked
from app.matching.rulebook import Rulebook, find_rulebook
from app.matching.scoring import FORMULA_VERSION, Evidence, Near, Placed, Reason, Requirement, order, score


def record_run(session: Session, offer: Offer) -> MatchRun | None:
    """Compute an offer's list as its employer sees it now and keep it; None while the offer asks for nothing."""
    rulebook = find_rulebook(session, select(Offer.id).where(Offer.id == offer.id))
    if rulebook is None or offer.id not in rulebook.requirements:
        return None
    ranked = rank(session, offer, rulebook, SHOWN_AT_ONCE)
    matches = score_ranked(session, offer, rulebook, ranked)
    run = MatchRun(offer_id=offer.id, formula_version=FORMULA_VERSION, release_id=rulebook.release.id, at=clock.now())
    session.add(run)
    session.flush()
    subjects = _subjects(session, matches)
    places = _places(session, offer, matches)
    inputs = {key: inputs_of(rulebook, offer.id, match) for key, match in matches.items()}
    hashes = _keep_inputs(session, inputs)
    session.add_all(
        MatchRow(
            run_id=run.id,
            subject=subjects[key],
            inputs_sha256=hashes[key],
            score=match.score,
            essential=match.essential,
            rank=places[key],
            eligible=not match.unmet,
        )
        for key, match in matches.items()
        if key in places
    )
    session.flush()
    return run


def _places(session: Session, offer: Offer, matches: Mapping[int, Match]) -> Mapping[int, int]:
    """The place of each person, from 1, in the order that the employer reads."""
    rows = session.execute(
        select(MatchProfile.pseudonym, MatchProfile.account_id).where(MatchProfile.account_id.in_(list(matches)))
    )
    people = dict(rows.all())
    placed = order(
        (Placed(name, matches[key].score, matches[key].essential) for name, key in people.items()), offer.salt
    )
    return {people[one.public_id]: place for place, one in enumerate(placed[:SHOWN_AT_ONCE], start=1)}


def _subjects(session: Session, matches: Mapping[int, Match]) -> Mapping[int, str]:
    """The random name of each person in the record, made the first time."""
    rows = session.execute(
        select(MatchSubject.account_id, MatchSubject.subject).where(MatchSubject.account_id.in_(list(matches)))
    )
    known = dict(rows.all())
    fresh = {key: new_public_id() for key in matches if key not in known}
    session.add_all(MatchSubject(account_id=key, subject=subject) for key, subject in fresh.items())
    session.flush()
    return {**known, **fresh}


def _keep_inputs(session: Session, inputs: Mapping[int, Mapping[str, Any]]) -> Mapping[int, str]:
    hashes = {key: hashlib.sha256(rfc8785.dumps(dict(one))).hexdigest() for key, one in inputs.items()}
    known = set(session.scalars(select(MatchInputs.sha256).where(MatchInputs.sha256.in_(set(hashes.values())))))
    fresh = {hashes[key]: one for key, one in inputs.items() if hashes[key] not in known}
    session.add_all(MatchInputs(sha256=sha256, inputs=dict(one)) for sha256, one in fresh.items())
    session.flush()
    return hashes


def inputs_of(rulebook: Rulebook, offer_id: int, match: Match) -> dict[str, Any]:
    """The integers of one score, and nothing else: no name, no date, no certificate."""
    requirements = rulebook.requirements[offer_id]
    return {
        "requirements": [
            [
                one.skill,
                one.level,
                one.idf_centi,
                int(one.essential),
                int(one.exact),
                int(one.blocking),
                one.min_assurance,
            ]
            for one in requirements
        ],
        "evidence": sorted(
            [one.skill, one.level, one.assurance, one.freshness, int(one.valid), int(one.third_party)]
            for one in match.evidence
        ),
        "near": [
            [one.skill, near.skill, near.pi_milli, int(near.reason)]
            for one in requirements
            for near in rulebook.near.get(one.skill, ())
        ],
    }


@dataclass(frozen=True)
class Replayed:
    """One row of a run, recomputed; `same` when the integers are the recorded ones, None when the inputs are erased."""

    subject: str
    rank: int
    recorded: tuple[int, int]
    recomputed: tuple[int, int] | None

    @property
    def same(self) -> bool | None:
        return None if self.recomputed is None else self.recomputed == self.recorded


def replay(session: Session, run_id: int) -> Sequence[Replayed]:
    """Recompute every row of a run from its kept inputs; raises NotFoundError."""
    if session.get(MatchRun, run_id) is None:
        raise NotFoundError("match run")
    rows = session.execute(
        select(MatchRow, MatchInputs.inputs)
        .outerjoin(MatchInputs, MatchInputs.sha256 == MatchRow.inputs_sha256)
        .where(MatchRow.run_id == run_id)
        .order_by(MatchRow.rank)
    )
    return [
        Replayed(row.subject, row.rank, (row.score, row.essential), rescore(inputs) if inputs else None)
        for row, inputs in rows
    ]


def rescore(inputs: Mapping[str, Any]) -> tuple[int, int]:
    """Score and essential score from kept inputs."""
    near: dict[int, list[Near]] = {}
    for skill, held, pi_milli, reason in inputs["near"]:
        near.setdefault(skill, []).append(Near(held, pi_milli, Reason(reason)))
    scored = score(
        [
            Requirement(skill, level, idf, bool(essential), bool(exact), bool(blocking), least)
            for skill, level, idf, essential, exact, blocking, least in inputs["requirements"]
        ],
        [
            Evidence(skill, level, assurance, freshness, bool(valid), bool(third_party))
            for skill, level, assurance, freshness, valid, third_party in inputs["evidence"]
        ],
        near,
    )
    return scored.score, scored.essential
