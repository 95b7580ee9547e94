"""Files that others sent us, handed out: always to be saved, never shown or run by the browser."""

from __future__ import annotations

from flask import make_response
from werkzeug.wrappers import Response

SANDBOX = "sandbox; default-src 'none'"


def attachment(content: bytes, media_type: str, name: str, plain_name: str) -> Response:
    """Answer with a file under its name; under `plain_name` where some browsers would read that otherwise."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    plain = name.isascii() and all(character.isalnum() or character in " .-_()" for character in name)
    response.headers.set("Content-Disposition", "attachment", filename=name if plain else plain_name)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response
