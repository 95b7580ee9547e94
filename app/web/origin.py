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
    allowed = site in ("same-origin", "none") if site is not None else "Origin" not in request.headers or _ours()
    if not allowed:
        raise ForbiddenError(_("This form was sent from another site."))


def is_from_our_page() -> bool:
    """Does the browser say that one of our own pages sent this? A silent one does not."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site is not None else _ours()


def _ours() -> bool:
    settings = current_app.config["SETTINGS"]
    return request.headers.get("Origin") in (settings.public_url, request.host_url.rstrip("/"))
