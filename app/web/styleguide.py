"""The style guide: every component in every state, in development only."""

from __future__ import annotations

from flask import Blueprint, abort, current_app

from app.web.access import public
from app.web.rendering import page

blueprint = Blueprint("styleguide", __name__)


@blueprint.get("/style-guide")
@public
def style_guide() -> str:
    """Every component in every state."""
    if not current_app.config["SETTINGS"].development:
        abort(404)
    return page("styleguide/index.html")
