"""Cross-site writes are refused by where they come from, beside the token of each form."""

from __future__ import annotations

from flask import current_app, request

from app.foundation.errors import ForbiddenError
from app.foundation.i18n import gettext as _
from app.web.transactions import SAFE_METHODS


def check_origin() -> None:
    """Before each unsafe request: Sec-Fetch-Site must be our own; without it, Origin (when sent) must be."""
    if request.method in SAFE_METHODS or request.path.startswith("/api/"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        settings = current_app.config["SETTINGS"]
        allowed = origin is None or origin == settings.public_url or origin == request.host_url.rstrip("/")
    if not allowed:
        raise ForbiddenError(_("This form was sent from another site."))
