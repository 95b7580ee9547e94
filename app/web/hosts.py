"""A public site answers to its own name only: the Host header may end up in links, so it is not anybody's to choose."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, current_app, request
from werkzeug.sansio.utils import host_is_trusted

PROBES = ("/healthz", "/readyz")  # asked by address, from beside the server; they say nothing of where they are


def check_host() -> None:
    """Before each request: 400 unless Host is the public URL's; a development machine may be called anything."""
    settings = current_app.config["SETTINGS"]
    if settings.development or request.path in PROBES:
        return
    if not host_is_trusted(request.headers.get("Host", "").lower(), [urlsplit(settings.public_url).hostname or ""]):
        abort(400)
