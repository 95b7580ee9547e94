"""Staff screens of accommodations: who has one; one person's, granted, changed, ended, given to an open attempt."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.models import Account
from app.accounts.queries import get_account
from app.assessment import accommodations
from app.assessment.accommodations import Grant
from app.assessment.forms import AccommodationForm
from app.extensions import db
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.foundation.wording import moment_in_words
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("accommodations", __name__, url_prefix="/admin")


@blueprint.get("/accommodations")
@requires(Permission.ADMINISTER)
def everybody() -> ResponseReturnValue:
    """Who has an accommodation."""
    return page(
        "assessment/accommodations.html",
        rows=accommodations.standing_accommodations(db.session),
        today=accommodations.today(),
    )


@blueprint.get("/accounts/<public_id:account_id>/accommodation")
@requires(Permission.ADMINISTER)
def one(account_id: str) -> ResponseReturnValue:
    """What one person has, had, and could have; the attempts they sit just now."""
    account = get_account(db.session, account_id)
    found = accommodations.find_accommodation(db.session, account.id)
    form = AccommodationForm(obj=found) if found else AccommodationForm(data={"valid_from": accommodations.today()})
    return _page(account, form)


@blueprint.post("/accounts/<public_id:account_id>/accommodation")
@requires(Permission.ADMINISTER)
def grant(account_id: str) -> ResponseReturnValue:
    """Grant, or change what was granted."""
    account, form = get_account(db.session, account_id), AccommodationForm(request.form)
    if form.validate():
        with refusals(form):
            accommodations.grant(db.session, actor=current_actor(), account=account, wanted=Grant(**form.data))
    if form.errors:
        return _page(get_account(db.session, account_id), form)
    db.session.commit()
    flash(_("Noted. It holds for the exams that %(name)s starts from then on.", name=account.name), "info")
    return redirect(url_for(".one", account_id=account_id))


@blueprint.post("/accounts/<public_id:account_id>/accommodation/end")
@requires(Permission.ADMINISTER)
@sent_from("accommodations.one")
def end(account_id: str) -> ResponseReturnValue:
    """End it, from now on."""
    account = get_account(db.session, account_id)
    accommodations.end(db.session, actor=current_actor(), account=account)
    db.session.commit()
    flash(_("Ended. Attempts under way keep the time they have."), "info")
    return redirect(url_for(".one", account_id=account_id))


@blueprint.post("/accounts/<public_id:account_id>/attempts/<public_id:attempt_id>/extension")
@requires(Permission.ADMINISTER)
@sent_from("accommodations.one")
def extend(account_id: str, attempt_id: str) -> ResponseReturnValue:
    """Give an attempt under way what its candidate has today."""
    account = get_account(db.session, account_id)
    attempt = accommodations.apply_to_attempt(
        db.session, actor=current_actor(), account=account, public_id=attempt_id
    )  # fmt: skip
    db.session.commit()
    if attempt.deadline_at:
        flash(_("The attempt now ends on %(when)s.", when=moment_in_words(attempt.deadline_at)), "info")
    return redirect(url_for(".one", account_id=account_id))


def _page(account: Account, form: AccommodationForm) -> ResponseReturnValue:
    rows = accommodations.accommodations_of(db.session, account.id)
    standing = next((row for row in rows if row.ended_at is None), None)
    return form_page(
        "assessment/accommodation.html",
        form=form,
        account=account,
        standing=standing,
        in_force=standing is not None and standing.in_force(accommodations.today()),
        past=[row for row in rows if row.ended_at is not None],
        attempts=accommodations.open_attempts_of(db.session, account.id),
    )
