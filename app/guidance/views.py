"""The first page: for a visitor what this is, for everyone else the one next thing to do."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.catalog.queries import tier_counts
from app.extensions import db
from app.foundation.permissions import Role
from app.guidance.queries import furthest_tier, journeys_of, next_journey
from app.web.access import find_actor, public
from app.web.rendering import page

blueprint = Blueprint("guidance", __name__)
STAFF_HOMES = {Role.EMPLOYER: "/hire/", Role.INSTRUCTOR: "/studio/", Role.ADMINISTRATOR: "/admin/"}


@blueprint.get("/")
@public
def home() -> str | Response:
    """Home."""
    actor = find_actor()
    if actor is None:
        return page("guidance/welcome.html", tiers=tier_counts(db.session))
    if actor.role in STAFF_HOMES:
        return redirect(STAFF_HOMES[actor.role])
    journeys = journeys_of(db.session, actor.account_id)
    return page(
        "guidance/path.html",
        journeys=journeys,
        next_one=next_journey(journeys),
        reached=furthest_tier(db.session, actor.account_id, journeys),
    )


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """What was tested, what was not, whom to tell."""
    return page("guidance/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What is kept about people, why, and for how long."""
    return page("guidance/privacy.html")


@blueprint.get("/transparency")
@public
def transparency() -> str:
    """How a match is worked out, with its numbers and its limits."""
    return page("guidance/transparency.html")
