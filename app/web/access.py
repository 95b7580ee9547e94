"""Deny by default: every endpoint carries exactly one of @public, @signed_in, @requires(Permission.X)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, flash, g, redirect, request
from werkzeug.wrappers import Response

from app.foundation.actor import Actor
from app.foundation.errors import ForbiddenError
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.web.sent_from import page_behind
from app.web.session import remember_destination

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SIGNED_IN = "signed-in"


def public(view: View) -> View:
    """Anyone may ask for this."""
    return _with_rule(view, PUBLIC)


def signed_in(view: View) -> View:
    """Only somebody who is signed in may ask for this."""
    return _with_rule(view, SIGNED_IN)


def requires(permission: Permission) -> Callable[[View], View]:
    """Only somebody whose role carries `permission` may ask for this."""
    return lambda view: _with_rule(view, permission)


def _with_rule(view: View, rule: str) -> View:
    if hasattr(view, "access_rule"):
        raise TypeError(f"{view.__name__} has two access rules")
    view.access_rule = rule  # type: ignore[attr-defined]
    return view


def rule_of(app: Flask, endpoint: str) -> str | None:
    """The rule of an endpoint, or None when it has none (and is therefore refused)."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], "access_rule", None)


def current_actor() -> Actor:
    """The signed-in person; only for endpoints that are @signed_in or @requires."""
    actor = find_actor()
    if actor is None:
        abort(401)
    return actor


def find_actor() -> Actor | None:
    """The signed-in person, or None."""
    actor: Actor | None = g.get("actor")
    return actor


def enforce_access() -> Response | None:
    """Before each request: let it through, send it to sign in, or refuse it."""
    if request.endpoint is None:
        return None
    rule = rule_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    if rule == PUBLIC:
        return None
    if rule is None:
        raise ForbiddenError(_("This page is not open."))
    actor = find_actor()
    if actor is None:
        return _ask_to_sign_in()
    if rule != SIGNED_IN and not actor.may(Permission(rule)):
        raise ForbiddenError(_("Your account is not made for this page."))
    return None


def _ask_to_sign_in() -> Response:
    behind = page_behind()
    if behind is not None:  # for a form that was being written: the page it stands on
        remember_destination(*behind)
    if request.method not in ("GET", "HEAD") or request.accept_mimetypes.best == "application/json":
        abort(401)
    flash(_("Sign in to open this page."), "info")
    return redirect("/sign-in")
