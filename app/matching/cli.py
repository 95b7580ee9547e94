"""`flask matching`: explain one match as both sides read it, and replay a recorded run."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import AppGroup

from app.extensions import db
from app.foundation.database import reading
from app.foundation.errors import DomainError
from app.foundation.i18n import localised
from app.foundation.identifiers import parse_public_id
from app.foundation.tiers import Tier
from app.jobs.models import Offer
from app.jobs.queries import get_offer
from app.matching.match import Line
from app.matching.profiles import get_account_id
from app.matching.queries import OfferMatch, certificates_behind, match_of
from app.matching.runs import replay
from app.matching.scoring import FORMULA_VERSION, Reason, shown_percent

matching_commands = AppGroup("matching", help="Matches: explain one, replay a recorded run.")
RELATIONS = {
    Reason.SAME: "exact",
    Reason.NARROWER: "narrower",
    Reason.BROADER: "broader",
    Reason.CO_REQUIRED: "co-required",
}


@matching_commands.command("explain")
@click.option("--offer", "offer_id", required=True, help="The offer's id.")
@click.option("--learner", required=True, help="E-mail address or id.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def explain(offer_id: str, learner: str, as_json: bool) -> None:
    """Print a match requirement by requirement, in the numbers that both sides read."""
    with reading():
        try:
            offer = get_offer(db.session, parse_public_id(offer_id) or "")
            found = match_of(db.session, offer, get_account_id(db.session, parse_public_id(learner) or learner))
        except DomainError as error:
            raise click.ClickException(f"not found or not possible: {error}") from error
        certificates = {key: one.public_id for key, one in certificates_behind(db.session, found.match).items()}
    report = explained(offer, found, certificates)
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else table_of(report))


def explained(offer: Offer, found: OfferMatch, certificates: dict[int, str]) -> dict[str, Any]:
    """The match as the contract prints it; points are out of 100, q and weight are the integers of the formula."""
    return {
        "offer": offer.public_id,
        "formula": FORMULA_VERSION,
        "release": found.release,
        "score": found.match.score / 1000,
        "essential_score": found.match.essential / 1000,
        "eligible": not found.match.unmet,
        "requirements": [_row(line, found, certificates) for line in found.match.lines],
    }


def _row(line: Line, found: OfferMatch, certificates: dict[int, str]) -> dict[str, Any]:
    near, evidence = line.explained.near, line.explained.evidence
    return {
        "skill": found.names[line.requirement.skill],
        "essential": line.requirement.essential,
        "required_tier": Tier.from_number(line.requirement.level).value,
        "held_tier": Tier.from_number(line.held).value if line.held else None,
        "certificate": certificates.get(evidence.certificate) if evidence else None,
        "relation": RELATIONS[near.reason] if near else None,
        "counts_instead": found.names[near.skill] if near and near.reason != Reason.SAME else None,
        "credit": line.explained.q,
        "weight": line.requirement.weight,
        "points": line.explained.contribution / 1000,
        "points_missing": line.explained.missing / 1000,
    }


def table_of(report: dict[str, Any]) -> str:
    """The report for eyes."""
    lines = [f"score {shown_percent(round(report['score'] * 1000))} % ({report['formula']}, {report['release']})"]
    lines += [
        f"{row['points']:7.3f}  missing {row['points_missing']:7.3f}  {localised(row['skill'], 'en')}: "
        f"{row['held_tier'] or 'nothing'} for {row['required_tier']}"
        for row in report["requirements"]
    ]
    return "\n".join(lines)


@matching_commands.command("replay")
@click.argument("run", type=int)
def replay_run(run: int) -> None:
    """Recompute a recorded RUN; exit 1 when an integer differs."""
    with reading():
        try:
            rows = replay(db.session, run)
        except DomainError as error:
            raise click.ClickException(f"there is no run {run}") from error
    for row in rows:
        verdict = {True: "same", False: "DIFFERENT", None: "inputs erased"}[row.same]
        click.echo(f"{row.rank:4d}  {row.subject}  {row.recorded[0]}  {row.recorded[1]}  {verdict}")
    if any(row.same is False for row in rows):
        raise click.ClickException("the formula no longer gives the recorded scores")
