"""The employer's desk: organisation, offers, applications; and the administrators' approval of employers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.certification import queries as certification
from app.certification.models import Certificate
from app.certification.rules import standing_at
from app.extensions import db
from app.foundation import clock
from app.foundation.i18n import current_language, localised
from app.foundation.i18n import gettext as _
from app.foundation.paging import page_number
from app.foundation.permissions import Permission
from app.jobs import applications, queries, rules, services
from app.jobs.forms import DeclineForm, EmployerForm, OfferForm, ReasonsForm
from app.jobs.models import Application, Offer
from app.matching import queries as matching
from app.skills.queries import active_skills
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("hire", __name__)


@blueprint.get("/hire/")
@requires(Permission.PUBLISH_OFFERS)
def desk() -> ResponseReturnValue:
    """Our offers; the organisation's form first."""
    employer = queries.find_employer(db.session, current_actor())
    if employer is None:
        return page("hire/organisation.html", form=EmployerForm(), employer=None)
    return page(
        "hire/desk.html",
        employer=employer,
        lines=queries.offers_of(db.session, employer),
        rules=rules,
        today=queries.today(),
    )


@blueprint.get("/hire/organisation")
@requires(Permission.PUBLISH_OFFERS)
def organisation() -> ResponseReturnValue:
    """The organisation's form."""
    employer = queries.find_employer(db.session, current_actor())
    return page("hire/organisation.html", form=EmployerForm(obj=employer), employer=employer)


@blueprint.post("/hire/organisation")
@requires(Permission.PUBLISH_OFFERS)
def save_organisation() -> ResponseReturnValue:
    """Describe the organisation."""
    actor = current_actor()
    form = EmployerForm(request.form)
    if not form.validate():
        employer = queries.find_employer(db.session, actor)
        return form_page("hire/organisation.html", form=form, employer=employer)
    employer = services.save_employer(
        db.session,
        actor=actor,
        name=form.name.data,
        about=form.about.data,
        place=form.place.data,
        website=form.website.data or "",
    )
    db.session.commit()
    if employer.approved_at is None:
        flash(_("Saved. An administrator reads it before your offers can be public."), "info")
    else:
        flash(_("Saved."), "info")
    return redirect(url_for(".desk"))


# Offers


def _skill_choices() -> list[tuple[str, object]]:
    language = current_language()
    return [(skill.slug, localised(skill.name, language)) for skill in active_skills(db.session, language)]


def _offer_form(offer: Offer | None = None, sent: Any = None) -> OfferForm:
    stored = None
    if offer is not None and sent is None:
        stored = {name: getattr(offer, name) for name in ("title", "language", "description", "contract", "place")}
        stored |= {
            "remote": offer.remote,
            "pay_min": "" if offer.pay_min is None else str(offer.pay_min),
            "pay_max": "" if offer.pay_max is None else str(offer.pay_max),
            "closes_on": offer.closes_on.isoformat(),
            "rows": [
                {"skill": row.slug, "tier": str(row.tier), "need": "essential" if row.essential else "optional"}
                for row in queries.skills_asked(db.session, offer.id)
            ],
        }
    elif sent is None:
        stored = {"language": current_language()}
    return OfferForm.of(sent, skills=_skill_choices(), today=queries.today(), stored=stored)


@blueprint.get("/hire/offers/new")
@requires(Permission.PUBLISH_OFFERS)
def new_offer() -> ResponseReturnValue:
    """An empty offer."""
    if queries.find_employer(db.session, current_actor()) is None:
        return redirect(url_for(".desk"))
    return page("hire/offer.html", form=_offer_form(), offer=None)


@blueprint.post("/hire/offers/new")
@requires(Permission.PUBLISH_OFFERS)
def create_offer() -> ResponseReturnValue:
    """Write a new offer, or give more rows to fill."""
    form = _offer_form(sent=request.form)
    if "add" in request.form:
        return page("hire/offer.html", form=form, offer=None)
    if not form.validate():
        return form_page("hire/offer.html", form=form, offer=None)
    with refusals(form):
        offer = services.create_offer(db.session, actor=current_actor(), draft=form.draft())
    if form.errors:
        return form_page("hire/offer.html", form=form, offer=None)
    db.session.commit()
    flash(_("Saved as a draft. Read it as it will be read, then publish."), "info")
    return redirect(url_for(".preview", offer_id=offer.public_id))


@blueprint.get("/hire/offers/<public_id:offer_id>")
@requires(Permission.PUBLISH_OFFERS)
def edit_offer(offer_id: str) -> ResponseReturnValue:
    """An offer of ours, to change."""
    offer = queries.get_offer_of(db.session, current_actor(), offer_id)
    if offer.state == "closed":
        return redirect(url_for(".preview", offer_id=offer_id))
    return page("hire/offer.html", form=_offer_form(offer), offer=offer)


@blueprint.post("/hire/offers/<public_id:offer_id>")
@requires(Permission.PUBLISH_OFFERS)
def change_offer(offer_id: str) -> ResponseReturnValue:
    """Rewrite an offer, or give more rows to fill."""
    actor = current_actor()
    offer = queries.get_offer_of(db.session, actor, offer_id)
    form = _offer_form(offer, request.form)
    if "add" in request.form:
        return page("hire/offer.html", form=form, offer=offer)
    if not form.validate():
        return form_page("hire/offer.html", form=form, offer=offer)
    was_public = offer.state == "published"
    with refusals(form):
        still_public = services.change_offer(db.session, actor=actor, offer=offer, draft=form.draft())
    if form.errors:
        return form_page("hire/offer.html", form=form, offer=offer)
    db.session.commit()
    if was_public and not still_public:
        flash(_("Saved, and back to draft: some words must be changed or justified before it is public again."), "care")
    else:
        flash(_("Saved."), "info")
    return redirect(url_for(".preview", offer_id=offer_id))


@blueprint.get("/hire/offers/<public_id:offer_id>/preview")
@requires(Permission.PUBLISH_OFFERS)
def preview(offer_id: str) -> ResponseReturnValue:
    """An offer as it will be read, with what the linter says, and the button that publishes."""
    offer = queries.get_offer_of(db.session, current_actor(), offer_id)
    return _preview(offer, _reasons_form(offer))


def _reasons_form(offer: Offer, sent: Any = None) -> ReasonsForm:
    return ReasonsForm([(one.key, one.excerpt) for one in services.unjustified(db.session, offer)], sent)


def _preview(offer: Offer, form: ReasonsForm) -> ResponseReturnValue:
    return form_page(
        "hire/preview.html",
        form=form,
        offer=offer,
        asked=queries.skills_asked(db.session, offer.id),
        findings=services.findings_in(offer),
        kept=queries.justifications_of(db.session, offer),
        rules=rules,
        open=rules.is_open(offer.state, offer.closes_on, queries.today()),
    )


@blueprint.post("/hire/offers/<public_id:offer_id>/publication")
@requires(Permission.PUBLISH_OFFERS)
@sent_from("hire.preview")
def publish(offer_id: str) -> ResponseReturnValue:
    """Make an offer public, with the reasons written for blocking words."""
    actor = current_actor()
    offer = queries.get_offer_of(db.session, actor, offer_id)
    form = _reasons_form(offer, request.form)
    if form.validate():
        with refusals(form):
            services.publish_offer(db.session, actor=actor, offer=offer, reasons=form.reasons())
    if form.errors:
        return _preview(offer, form)
    db.session.commit()
    flash(_("The offer is public."), "info")
    return redirect(url_for(".desk"))


@blueprint.post("/hire/offers/<public_id:offer_id>/closing")
@requires(Permission.PUBLISH_OFFERS)
@sent_from("hire.preview")
def close(offer_id: str) -> ResponseReturnValue:
    """End an offer."""
    actor = current_actor()
    offer = queries.get_offer_of(db.session, actor, offer_id)
    services.close_offer(db.session, actor=actor, offer=offer)
    db.session.commit()
    flash(_("The offer is closed. Applications you have not answered still wait for you."), "info")
    return redirect(url_for(".desk"))


# Applications


@blueprint.get("/hire/applications")
@requires(Permission.PUBLISH_OFFERS)
def received() -> ResponseReturnValue:
    """What our offers received."""
    employer = queries.find_employer(db.session, current_actor())
    if employer is None:
        return redirect(url_for(".desk"))
    found = queries.applications_to(db.session, employer, page_number(request.args.get("page")))
    return page(
        "hire/applications.html",
        found=found,
        rules=rules,
        page_url=lambda number: url_for(".received", page=number),
    )


@blueprint.get("/hire/applications/<public_id:application_id>")
@requires(Permission.PUBLISH_OFFERS)
def application(application_id: str) -> ResponseReturnValue:
    """One application: the same match that its sender reads, and their certificates."""
    found = queries.get_application_to(db.session, current_actor(), application_id)
    return page("hire/application.html", form=DeclineForm(), **_received(found))


@dataclass(frozen=True)
class Attached:
    """A certificate as it stands now, and the last of those that replaced it since it was sent."""

    certificate: Certificate
    newest: Certificate | None

    @property
    def status(self) -> str:
        return standing_of(self.certificate)

    @property
    def newest_status(self) -> str:
        return standing_of(self.newest) if self.newest else ""


def standing_of(certificate: Certificate) -> str:
    """Valid, expiring, expired, suspended, revoked, superseded or pending, just now."""
    return standing_at(certificate.state, certificate.expires_at, clock.now())


def _attached(found: Application) -> list[Attached]:
    """What became of the certificates that were sent along, however often they were replaced."""
    sent = queries.attached_certificates(db.session, found)
    newest = certification.newest_of(db.session, [one.id for one in sent])
    return [Attached(one, newest.get(one.id)) for one in sent]


def _received(found: Application) -> dict[str, Any]:
    person = queries.get_applicant(db.session, found)
    return {
        "application": found,
        "name": person.name,
        "email": person.email if found.state in rules.CONTACT_STATES else "",
        "found": matching.match_of(db.session, found.offer, found.account_id),
        "attached": _attached(found),
        "history": queries.histories(db.session, [found])[found.id],
        "moves": [state for state in rules.EMPLOYER_MOVES[found.state] if state != "declined"],
        "rules": rules,
    }


@blueprint.post("/hire/applications/<public_id:application_id>/state")
@requires(Permission.PUBLISH_OFFERS)
@sent_from("hire.application")
def move(application_id: str) -> ResponseReturnValue:
    """Move an application on: read, interview, hired."""
    actor = current_actor()
    found = queries.get_application_to(db.session, actor, application_id)
    state = request.form.get("state", "")
    applications.mark_application(db.session, actor=actor, application=found, state=state)
    db.session.commit()
    flash(_("Done. The person reads it on their page."), "info")
    return redirect(url_for(".application", application_id=application_id))


@blueprint.post("/hire/applications/<public_id:application_id>/refusal")
@requires(Permission.PUBLISH_OFFERS)
@sent_from("hire.application")
def decline(application_id: str) -> ResponseReturnValue:
    """Say no, with a reason from the list and a sentence."""
    actor = current_actor()
    found = queries.get_application_to(db.session, actor, application_id)
    form = DeclineForm(request.form)
    if not form.validate():
        return form_page("hire/application.html", form=form, **_received(found))
    applications.decline_application(
        db.session, actor=actor, application=found, reason=form.reason.data, note=form.note.data
    )
    db.session.commit()
    flash(_("Declined. The person reads your reason and your sentence."), "info")
    return redirect(url_for(".application", application_id=application_id))


# Administrators


@blueprint.get("/admin/employers")
@requires(Permission.ADMINISTER)
def employers() -> ResponseReturnValue:
    """Organisations, those waiting for approval first."""
    return page("hire/employers.html", lines=queries.employers(db.session))


@blueprint.post("/admin/employers/<public_id:employer_id>/approval")
@requires(Permission.ADMINISTER)
@sent_from("hire.employers")
def approve(employer_id: str) -> ResponseReturnValue:
    """Let an organisation publish, or take that back."""
    employer = queries.get_employer(db.session, employer_id)
    if request.form.get("approve") == "no":
        services.suspend_employer(db.session, actor=current_actor(), employer=employer)
        flash(_("%(name)s can no longer publish; its offers are hidden.", name=employer.name), "info")
    else:
        services.approve_employer(db.session, actor=current_actor(), employer=employer)
        flash(_("%(name)s can publish offers.", name=employer.name), "info")
    db.session.commit()
    return redirect(url_for(".employers"))
