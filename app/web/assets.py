"""Static files: our own and the fonts of installed packages, named by content so that they may be cached for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from flask import Blueprint, abort, send_file, url_for
from werkzeug.wrappers import Response

from app.config import ROOT
from app.web.access import public

STATIC = ROOT / "static"
FONT_PACKAGES = ("font-source-serif-pro", "font-source-sans-pro")
blueprint = Blueprint("assets", __name__)


@cache
def asset(filename: str) -> str:
    """The address of a file of `static/`, with the hash of its content; worked out once: a page has many."""
    version = hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:10]
    return url_for("static", filename=filename, v=version)


@cache
def font_files() -> dict[str, Path]:
    """The font files of the installed packages, by file name."""
    return {
        Path(str(file)).name: Path(str(distribution(package).locate_file(file)))
        for package in FONT_PACKAGES
        for file in distribution(package).files or ()
        if str(file).endswith((".otf", ".ttf", ".woff2"))
    }


@blueprint.get("/fonts/<name>")
@public
def font(name: str) -> Response:
    """A font file of an installed package."""
    path = font_files().get(name)
    if path is None:
        abort(404)
    answer: Response = send_file(path, max_age=31536000)
    return answer
