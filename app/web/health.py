"""Is the process alive, and is it ready to work?"""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.extensions import db
from app.foundation.database import writable
from app.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """The server is not about to stop, and the database can be written to: tried on its own connection, and undone."""
    if current_app.extensions.get("stopping", _never)():
        return jsonify(status="stopping"), 503
    try:
        with writable(), db.engine.connect() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            connection.rollback()
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="cannot be written to"), 503
    return jsonify(status="ok"), 200


def _never() -> bool:
    """No server said that it might stop: see gunicorn.conf.py."""
    return False
