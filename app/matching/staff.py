"""The employer's side of matching: people in order, without names, and invitations to talk."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import parse_public_id
from app.foundation.numbers import whole
from app.foundation.permissions import Permission
from app.foundation.throttle import Allowance
from app.jobs.models import Offer
from app.jobs.queries import get_offer_of
from app.matching import profiles, queries, services
from app.matching.forms import InvitationForm
from app.web import budgets
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.sent_from import sent_from

blueprint = Blueprint("recruiting", __name__)
INVITATIONS = Allowance("invitation", 50, timedelta(days=1))


@blueprint.get("/hire/offers/<public_id:offer_id>/candidates")
@requires(Permission.PUBLISH_OFFERS)
def candidates(offer_id: str) -> ResponseReturnValue:
    """The visible people who prove something near what an offer asks, best first, under random names."""
    return _list(get_offer_of(db.session, current_actor(), offer_id))


def _list(offer: Offer, form: InvitationForm | None = None) -> ResponseReturnValue:
    places = max(queries.SHOWN_AT_ONCE, whole(request.args.get("places"), most=9999) or 0)
    found = queries.candidates_for(db.session, offer, places)
    return form_page(
        "matching/candidates.html",
        form=form or InvitationForm(),
        offer=offer,
        found=found,
        more=len(found.candidates) + queries.SHOWN_AT_ONCE,
    )


@blueprint.post("/hire/offers/<public_id:offer_id>/candidates")
@requires(Permission.PUBLISH_OFFERS)
def record(offer_id: str) -> ResponseReturnValue:
    """Keep this list, as it stands now, in the record that an auditor can replay."""
    actor = current_actor()
    offer = get_offer_of(db.session, actor, offer_id)
    services.refresh_list(db.session, actor=actor, offer=offer)
    db.session.commit()
    flash(_("The list is computed again and kept on record."), "info")
    return redirect(url_for(".candidates", offer_id=offer_id))


@blueprint.post("/hire/offers/<public_id:offer_id>/invitations")
@requires(Permission.PUBLISH_OFFERS)
@sent_from("recruiting.candidates")
def invite(offer_id: str) -> ResponseReturnValue:
    """Ask somebody unknown to talk about an offer."""
    actor, form = current_actor(), InvitationForm(request.form)
    if form.validate():
        with refusals(form):
            budgets.spend(INVITATIONS, actor.public_id)  # before this request's own transaction begins
    offer = get_offer_of(db.session, actor, offer_id)
    if form.errors:
        return _list(offer, form)
    account_id = profiles.get_visible_account_id(db.session, parse_public_id(form.candidate.data) or "")
    services.invite(db.session, actor=actor, offer=offer, account_id=account_id, message=form.message.data)
    db.session.commit()
    flash(_("Invited. You will see a name only if the person accepts."), "info")
    return redirect(url_for(".candidates", offer_id=offer_id))
