"""Coming in and going out: register, confirm, sign in, sign out, reset."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.accounts import letters, queries, rules, services, sessions
from app.accounts.authentication import authenticate
from app.accounts.browser import enter, home_of, leave
from app.accounts.forms import NewPasswordForm, RegistrationForm, ResetRequestForm, SignInForm
from app.accounts.models import Account
from app.accounts.passwords import hash_password
from app.extensions import db
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.permissions import Role
from app.foundation.throttle import Allowance
from app.web import budgets
from app.web.access import find_actor, public, signed_in
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.session import new_token
from app.web.transactions import reading_session

blueprint = Blueprint("accounts", __name__)

REGISTER_BY_ADDRESS = Allowance("register-address", 20, timedelta(hours=1))
REGISTER_BY_ACCOUNT = Allowance("register-account", 3, timedelta(hours=1))
RESET_BY_ADDRESS = Allowance("reset-address", 20, timedelta(hours=1))
RESET_BY_ACCOUNT = Allowance("reset-account", 3, timedelta(hours=1))
# One sentence for a wrong password, no account, a closed one and one to confirm: they must look alike.
REFUSED = _l("This address and this password do not go together, or the address is not confirmed yet.")


@blueprint.get("/register")
@public
def registration() -> ResponseReturnValue:
    """The form of a new account."""
    if (actor := find_actor()) is not None:
        return redirect(home_of(actor))
    return form_page("accounts/register.html", form=RegistrationForm())


@blueprint.post("/register")
@public
def register() -> ResponseReturnValue:
    """Make the account, or write to the one the address has; the page says the same."""
    form = RegistrationForm(request.form)
    form.site_name = current_app.config["SETTINGS"].site_name
    if not form.validate():
        return form_page("accounts/register.html", form=form)
    with refusals(form):
        budgets.spend_by_address(REGISTER_BY_ADDRESS)
        budgets.spend(REGISTER_BY_ACCOUNT, rules.email_key(form.email.data))
    if form.errors:
        return form_page("accounts/register.html", form=form)
    password_hash = hash_password(form.password.data)
    try:
        services.register(
            db.session,
            name=form.name.data,
            email=form.email.data,
            role=Role(form.role.data),
            language=current_language(),
            password_hash=password_hash,
        )
        db.session.commit()
    except IntegrityError:  # the same address, registered in this very instant by somebody else
        db.session.rollback()
    return page("accounts/letter_sent.html", purpose="confirm", email=form.email.data)


@blueprint.get("/confirm/<token>")
@public
def confirmation(token: str) -> ResponseReturnValue:
    """A button: mail programs that follow links must not use them up."""
    with reading_session() as reading:
        found = queries.find_link(reading, token, "confirm")
    if found is None:
        return dead_link("confirm")
    return page("accounts/confirm.html", email=found[1].email, token=token)


@blueprint.post("/confirm/<token>")
@public
def confirm(token: str) -> ResponseReturnValue:
    """The address is theirs: open the account and come in."""
    account = services.confirm(db.session, token=token)
    if account is None:
        return dead_link("confirm")
    flash(_("Your address is confirmed. Welcome."), "info")
    return come_in(account)


@blueprint.get("/sign-in")
@public
def sign_in_form() -> ResponseReturnValue:
    """Address and password."""
    if (actor := find_actor()) is not None:
        return redirect(home_of(actor))
    return form_page("accounts/sign_in.html", form=SignInForm())


@blueprint.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Come in, or hear one sentence for every reason not to."""
    form = SignInForm(request.form)
    if not form.validate():
        return form_page("accounts/sign_in.html", form=form)
    proof = None
    with refusals(form):
        proof = authenticate(form.email.data, form.password.data)
    if form.errors:
        return form_page("accounts/sign_in.html", form=form)
    token = new_token()
    account = sessions.sign_in(db.session, proof=proof, token=token) if proof else None
    if account is not None:
        db.session.commit()
        return enter(account.actor(), token)
    sessions.note_refusal(db.session, form.email.data)
    db.session.commit()
    form.form_errors.append(REFUSED)
    return form_page("accounts/sign_in.html", form=form)


@blueprint.get("/signed-in")
@signed_in
def back_to_the_window() -> ResponseReturnValue:
    """Where somebody comes in again for a page that waits in another window: an exam whose session had ended."""
    return page("accounts/signed_in.html")


@blueprint.post("/sign-out")
@public
@sent_from("accounts.sign_in_form")
def sign_out() -> ResponseReturnValue:
    """End this browser's session; doing it twice does no harm."""
    actor = find_actor()
    if actor is not None:
        sessions.sign_out(db.session, actor=actor, token=current_user.get_id())
        db.session.commit()
    return leave()


@blueprint.get("/reset")
@public
def reset_request() -> ResponseReturnValue:
    """Ask for a link to a new password."""
    return form_page("accounts/reset.html", form=ResetRequestForm())


@blueprint.post("/reset")
@public
def ask_for_reset() -> ResponseReturnValue:
    """Send the link, if the address has an account; the page says the same."""
    form = ResetRequestForm(request.form)
    if not form.validate():
        return form_page("accounts/reset.html", form=form)
    with refusals(form):
        budgets.spend_by_address(RESET_BY_ADDRESS)
        budgets.spend(RESET_BY_ACCOUNT, rules.email_key(form.email.data))
    if form.errors:
        return form_page("accounts/reset.html", form=form)
    letters.ask_for_reset(db.session, email=form.email.data, language=current_language())
    db.session.commit()
    return page("accounts/letter_sent.html", purpose="reset", email=form.email.data)


@blueprint.get("/reset/<token>")
@public
def new_password(token: str) -> ResponseReturnValue:
    """The form of a new password, while its link works."""
    with reading_session() as reading:
        found = queries.find_link(reading, token, "reset")
    if found is None:
        return dead_link("reset")
    return form_page("accounts/new_password.html", form=NewPasswordForm(), token=token, email=found[1].email)


@blueprint.post("/reset/<token>")
@public
def reset(token: str) -> ResponseReturnValue:
    """Set the new password, end every session, and have it used once at the sign-in page."""
    with reading_session() as reading:
        found = queries.find_link(reading, token, "reset")
    if found is None:
        return dead_link("reset")
    own = rules.own_words(current_app.config["SETTINGS"].site_name, found[1].name, found[1].email)
    form = NewPasswordForm(request.form, own=own)
    if not form.validate():
        return form_page("accounts/new_password.html", form=form, token=token, email=found[1].email)
    password_hash = hash_password(form.password.data)
    if services.reset_password(db.session, token=token, password_hash=password_hash) is None:
        return dead_link("reset")
    db.session.commit()
    flash(_("Your password is changed. Sign in with the new one."), "info")
    return redirect(url_for("accounts.sign_in_form"))


def come_in(account: Account) -> Response:
    """Open a session for somebody who has just proven who they are."""
    token = new_token()
    sessions.open_session(db.session, account=account, token=token)
    db.session.commit()
    return enter(account.actor(), token)


def dead_link(purpose: str) -> ResponseReturnValue:
    """A link that was used, is too old, or was overtaken by a new password: 410, and what to do."""
    db.session.rollback()
    return page("accounts/dead_link.html", purpose=purpose), 410
