"""The learner's side of matching: offers in order, wishes and consent, what an employer sees, invitations."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.foundation.actor import Actor
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.paging import PageOf, page_number
from app.jobs import rules as jobs
from app.matching import consent, profiles, queries, services
from app.matching.forms import WishesForm
from app.web.access import current_actor, signed_in
from app.web.forms import form_page
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("matching", __name__)
PAGE_SIZE = 20
MOST_UNLOCKS = 3


@blueprint.get("/matches")
@signed_in
def matches() -> ResponseReturnValue:
    """Every open offer in this learner's order, with what is missing and what a course would open."""
    found = queries.offers_for(db.session, current_actor())
    number = page_number(request.args.get("page"))
    lines = [*found.offers, *found.refused] if "all" in request.args else found.offers
    shown = lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return page(
        "matching/matches.html",
        found=found,
        listed=PageOf(rows=shown, number=number, size=PAGE_SIZE, total=len(lines)),
        everything="all" in request.args,
        fitting=sum(line.match.fits for line in found.offers),
        unlocks=found.unlocks[:MOST_UNLOCKS],
        invitations=[one for one in profiles.invitations_of(db.session, current_actor()) if one.waiting],
        rules=jobs,
        page_url=lambda number: url_for(".matches", page=number, all="1" if "all" in request.args else None),
    )


@blueprint.get("/profile")
@signed_in
def profile() -> ResponseReturnValue:
    """Wishes, consent, invitations."""
    return _profile_page(current_actor())


def _profile_page(actor: Actor, form: WishesForm | None = None) -> ResponseReturnValue:
    kept = profiles.find_profile(db.session, actor.account_id)
    if form is None:
        form = WishesForm(data=WishesForm.stored(kept.note, kept.wishes) if kept else {})
    return form_page(
        "matching/profile.html",
        form=form,
        visible=bool(kept and kept.visible),
        consent_text=consent.TEXT[current_language()],
        last_consent=profiles.find_last_consent(db.session, actor.account_id),
        invitations=profiles.invitations_of(db.session, actor),
    )


@blueprint.post("/profile/consent")
@signed_in
@sent_from("matching.profile")
def set_consent() -> ResponseReturnValue:
    """Become visible to employers, or disappear at once."""
    actor = current_actor()
    if request.form.get("visible") == "yes":
        services.give_consent(db.session, actor=actor, language=current_language())
        flash(_("Approved employers can now find your skills, without your name."), "info")
    else:
        services.withdraw_consent(db.session, actor=actor, language=current_language())
        flash(_("You are no longer in any employer’s list."), "info")
    db.session.commit()
    return redirect(url_for(".profile"))


@blueprint.post("/profile/wishes")
@signed_in
@sent_from("matching.profile")
def save_wishes() -> ResponseReturnValue:
    """Keep wishes and note."""
    actor = current_actor()
    form = WishesForm(request.form)
    if not form.validate():
        return _profile_page(actor, form)
    services.save_wishes(db.session, actor=actor, note=form.note.data or "", wishes=form.wishes())
    db.session.commit()
    flash(_("Your wishes are saved."), "info")
    return redirect(url_for(".profile"))


@blueprint.get("/profile/preview")
@signed_in
def preview() -> ResponseReturnValue:
    """What an employer sees of this person before any name."""
    actor = current_actor()
    kept = profiles.find_profile(db.session, actor.account_id)
    return page(
        "matching/preview.html",
        skills=profiles.proven_skills(db.session, actor.account_id),
        note=kept.note if kept else "",
        pseudonym=kept.pseudonym if kept else "",
        visible=bool(kept and kept.visible),
    )


@blueprint.post("/invitations/<public_id:invitation_id>/answer")
@signed_in
@sent_from("matching.profile")
def answer(invitation_id: str) -> ResponseReturnValue:
    """Accept an invitation, which shows one's name to that employer, or decline it."""
    actor = current_actor()
    invitation = profiles.get_invitation_of(db.session, actor, invitation_id)
    accepted = request.form.get("answer") == "accept"
    services.answer_invitation(db.session, actor=actor, invitation=invitation, accepted=accepted)
    db.session.commit()
    if accepted:
        flash(_("Accepted. This employer now sees your name; apply to send your certificates."), "info")
    else:
        flash(_("Declined. Nothing of you was shown."), "info")
    return redirect(url_for(".profile"))
