"""This browser's cookie when somebody comes in or goes out."""

from __future__ import annotations

from flask import flash, redirect, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from app.foundation.actor import Actor
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Role
from app.web.session import SignedInPerson, destination_after_sign_in

HOMES = {Role.LEARNER: "/", Role.INSTRUCTOR: "/studio/", Role.EMPLOYER: "/hire/", Role.ADMINISTRATOR: "/admin/"}


def home_of(actor: Actor) -> str:
    """Where this person's work begins."""
    return HOMES[actor.role]


def enter(actor: Actor, token: str) -> Response:
    """Put a fresh session in the cookie, and go where the person wanted to go."""
    destination = destination_after_sign_in(home_of(actor))
    renew(actor, token)
    return redirect(destination)


def renew(actor: Actor, token: str) -> None:
    """Empty the cookie of everything but the language and the messages to show, and give it this token."""
    kept = {name: session[name] for name in ("language", "_flashes") if name in session}
    session.clear()
    session.update(kept)
    # Learners stay signed in when the browser closes; those who act on others' data do not.
    session.permanent = actor.role == Role.LEARNER
    login_user(SignedInPerson(token, actor))


def leave() -> Response:
    """Empty the cookie and ask the browser to drop what it kept of these pages."""
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language
    flash(_("You are signed out."), "info")
    response = redirect(url_for("accounts.sign_in_form"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
