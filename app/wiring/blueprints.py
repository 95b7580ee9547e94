"""Every blueprint of the program and its URL prefix."""

from __future__ import annotations

from flask import Flask

from app.extensions import csrf
from app.web import assets, health

PAGES = (health.blueprint, assets.blueprint)
# /api/v1 reads no cookie, so there is nothing for a forged request to borrow: no CSRF token is asked.
API: tuple = ()


def register_blueprints(app: Flask) -> None:
    """Mount every feature."""
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for blueprint in API:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
