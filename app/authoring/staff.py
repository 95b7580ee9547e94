"""The studio: what instructors follow. Writing is done as text so far; the page says how."""

from __future__ import annotations

from flask import Blueprint

from app.assessment.panels import panels_to_rate
from app.authoring.queries import courses_in_use
from app.extensions import db
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.rendering import page

blueprint = Blueprint("studio", __name__, url_prefix="/studio")


@blueprint.get("/")
@requires(Permission.AUTHOR_COURSES)
def home() -> str:
    """Every course with its learners and its exam's outcomes."""
    return page(
        "authoring/studio.html",
        courses=courses_in_use(db.session),
        panels=panels_to_rate(db.session, current_actor().account_id),
    )
