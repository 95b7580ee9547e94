"""Offers for everybody, and what a learner sends: HTTP in, one call, HTTP out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.extensions import db
from app.foundation.actor import Actor
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import localised
from app.foundation.paging import page_number
from app.foundation.throttle import Allowance
from app.jobs import applications, queries, rules
from app.jobs.forms import ApplicationForm, OfferSearchForm
from app.jobs.models import Offer
from app.matching import queries as matching
from app.web import budgets
from app.web.access import current_actor, find_actor, public, signed_in
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("jobs", __name__)
APPLICATIONS = Allowance("application", 50, timedelta(days=1))


@blueprint.get("/offers")
@public
def offers() -> ResponseReturnValue:
    """Open offers, newest first, by words, town, contract and place of work."""
    form = OfferSearchForm(request.args)
    form.validate()
    wanted = queries.OfferSearch(
        text="" if form.text.errors else form.text.data or "",
        place="" if form.place.errors else form.place.data or "",
        contracts=tuple(value for value in form.contract.data or () if value in rules.CONTRACT_LABELS),
        remotes=tuple(value for value in form.remote.data or () if value in rules.REMOTE_LABELS),
    )
    kept: dict[str, Any] = {
        "text": wanted.text,
        "place": wanted.place,
        "contract": wanted.contracts,
        "remote": wanted.remotes,
    }
    found = queries.offers_found(db.session, wanted, page_number(request.args.get("page")))
    return page(
        "jobs/offers.html",
        found=found,
        wanted=wanted,
        filtered=any(kept.values()),
        rules=rules,
        page_url=lambda number: url_for(".offers", **kept, page=number),
    )


@blueprint.get("/offers/<public_id:offer_id>")
@public
def offer(offer_id: str) -> ResponseReturnValue:
    """One offer; for somebody signed in, how their proofs meet it."""
    actor = find_actor()
    found = queries.get_public_offer(db.session, offer_id, actor)
    shown = _shown(found, actor)
    form = _application_form(db.session, actor) if actor else None
    if form is not None:  # a proof counts once it is attached: whoever does not want to show one unticks it
        form.certificates.data = [one.public_id for one in shown.get("certificates", {}).values()]
    return page("jobs/offer.html", form=form, **shown)


@blueprint.get("/offers/<public_id:offer_id>/match")
@signed_in
def offer_match(offer_id: str) -> ResponseReturnValue:
    """The way to the match for somebody who has yet to sign in: they come back to the offer."""
    return redirect(url_for(".offer", offer_id=offer_id, _anchor="match"))


@blueprint.post("/offers/<public_id:offer_id>/application")
@signed_in
@sent_from("jobs.offer")
def send_application(offer_id: str) -> ResponseReturnValue:
    """Apply, which shows one's name to the employer; the match is kept as both sides read it today."""
    actor = current_actor()
    with reading_session() as reading:
        form = _application_form(reading, actor, request.form)
    if form.validate():
        with refusals(form):
            budgets.spend(APPLICATIONS, actor.public_id)  # before this request's own transaction begins
    found = applications.get_offer_to_answer(db.session, offer_id)
    if form.errors:
        return form_page("jobs/offer.html", form=form, **_shown(found, actor))
    applications.apply_to_offer(
        db.session,
        actor=actor,
        offer=found,
        message=form.message.data,
        certificates=form.certificates.data or [],
        score=matching.match_of(db.session, found, actor.account_id).match.score,
    )
    db.session.commit()
    flash(_("Your application is sent. The employer now sees your name."), "info")
    return redirect(url_for(".my_applications"))


def _application_form(session: Session, actor: Actor, sent: Any = None) -> ApplicationForm:
    form = ApplicationForm(sent)
    form.set_certificates(
        [(one.public_id, localised(one.achievement.name)) for one in queries.certificates_of(session, actor)]
    )
    return form


def _shown(found: Offer, actor: Actor | None) -> dict[str, Any]:
    """What the page of an offer says, and for a signed-in person how their proofs meet it."""
    context: dict[str, Any] = {
        "offer": found,
        "asked": queries.skills_asked(db.session, found.id),
        "open": rules.is_open(found.state, found.closes_on, queries.today()) and bool(found.employer.approved_at),
        "rules": rules,
        "found": None,
    }
    if actor is None or found.employer.account_id == actor.account_id:
        return context
    try:
        match = matching.match_of(db.session, found, actor.account_id)
    except RuleError:  # the offer asks for nothing any more
        return context
    return context | {
        "found": match,
        "advice": matching.advised_courses(db.session, found, match),
        "certificates": matching.certificates_behind(db.session, match.match),
        "application": queries.find_application_to(db.session, actor, found),
    }


@blueprint.get("/applications")
@signed_in
def my_applications() -> ResponseReturnValue:
    """What this person sent, with everything that happened to it."""
    sent = queries.applications_by(db.session, current_actor())
    return page(
        "jobs/applications.html",
        applications=sent,
        histories=queries.histories(db.session, sent),
        rules=rules,
        today=queries.today(),
    )


@blueprint.post("/applications/<public_id:application_id>/withdrawal")
@signed_in
@sent_from("jobs.my_applications")
def withdraw(application_id: str) -> ResponseReturnValue:
    """Take an application back."""
    actor = current_actor()
    application = queries.get_application_by(db.session, actor, application_id)
    applications.withdraw_application(db.session, actor=actor, application=application)
    db.session.commit()
    flash(_("Your application is withdrawn."), "info")
    return redirect(url_for(".my_applications"))
