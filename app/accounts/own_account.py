"""One's own account: name, language, password, sessions."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries, services, sessions
from app.accounts.authentication import authenticate
from app.accounts.browser import leave, renew
from app.accounts.forms import PasswordChangeForm, ProfileForm
from app.accounts.passwords import hash_password
from app.accounts.rules import own_words
from app.extensions import db
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.web.access import current_actor, signed_in
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.session import new_token
from app.web.transactions import reading_session

blueprint = Blueprint("own_account", __name__)


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Everything about one's account on one page."""
    return _account_page()


@blueprint.post("/account")
@signed_in
def save_profile() -> ResponseReturnValue:
    """Save name and language; this browser speaks the language chosen from now on."""
    form = ProfileForm(request.form)
    if not form.validate():
        return _account_page(profile=form)
    services.save_profile(db.session, actor=current_actor(), name=form.name.data, language=form.language.data)
    db.session.commit()
    session["language"] = form.language.data
    flash(_("Saved."), "info")
    return redirect(url_for("own_account.account"))


@blueprint.post("/account/password")
@signed_in
@sent_from("own_account.account")
def change_password() -> ResponseReturnValue:
    """Change the password: the current one proves who asks; every other browser is signed out."""
    with reading_session() as reading:
        own = queries.get_own_account(reading, current_actor())
    site_name = current_app.config["SETTINGS"].site_name
    form = PasswordChangeForm(request.form, own=own_words(site_name, own.name, own.email))
    if not form.validate():
        return _account_page(password=form)
    if authenticate(own.email, form.current.data) is None:
        form.current.errors = [_l("This is not your current password.")]
        return _account_page(password=form)
    password_hash, token = hash_password(form.password.data), new_token()
    changed = services.change_password(db.session, actor=current_actor(), password_hash=password_hash)
    sessions.open_session(db.session, account=changed, token=token)
    db.session.commit()
    renew(current_actor(), token)
    flash(_("Your password is changed. Your other devices are signed out."), "info")
    return redirect(url_for("own_account.account"))


@blueprint.post("/account/sign-out-everywhere")
@signed_in
@sent_from("own_account.account")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session, this one included."""
    sessions.sign_out_everywhere(db.session, actor=current_actor())
    db.session.commit()
    return leave()


def _account_page(profile: ProfileForm | None = None, password: PasswordChangeForm | None = None) -> tuple[str, int]:
    with reading_session() as reading:
        own = queries.get_own_account(reading, current_actor())
        open_sessions = queries.count_open_sessions(reading, current_actor())
    status = 422 if profile or password else 200
    content = page(
        "accounts/account.html",
        account=own,
        profile=profile or ProfileForm(name=own.name, language=own.language),
        password=password or PasswordChangeForm(),
        open_sessions=open_sessions,
    )
    return content, status
