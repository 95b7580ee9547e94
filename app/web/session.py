"""The browser's session: a signed cookie with an opaque token; everything else about it is in the database."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, g, session, url_for
from flask_login import UserMixin
from werkzeug.routing import BuildError

from app.foundation.actor import Actor

DESTINATION = "destination"
ActorLoader = Callable[[str], Actor | None]


class SignedInPerson(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps: the token of the session and the actor behind it."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        return self.token


def new_token() -> str:
    """256 random bits for a session, a link or a key."""
    return secrets.token_urlsafe(32)


def remember_destination(endpoint: str, arguments: Mapping[str, Any]) -> None:
    """Keep where the person wanted to go: an endpoint and its arguments in the signed cookie, never a URL."""
    session[DESTINATION] = [endpoint, {name: str(value) for name, value in arguments.items()}]


def destination_after_sign_in(default: str) -> str:
    """Where to go after signing in; on our own site, always."""
    kept = session.pop(DESTINATION, None)
    if not kept:
        return default
    try:
        return url_for(kept[0], **kept[1])
    except (BuildError, TypeError, ValueError):
        return default


def set_up_cookies(app: Flask, *, insecure_http: bool) -> None:
    """One cookie; over plain HTTP (development) it cannot carry the __Host- prefix."""
    app.config.update(
        SESSION_COOKIE_NAME="session" if insecure_http else "__Host-session",
        SESSION_COOKIE_SECURE=not insecure_http,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
    )


def actor_of_request() -> Actor | None:
    """The actor Flask-Login found for this request, or None."""
    from flask_login import current_user

    return current_user.actor if current_user.is_authenticated else None


def load_actor() -> None:
    """Before each request: put the signed-in person, if any, within reach of the whole request."""
    g.actor = actor_of_request()
