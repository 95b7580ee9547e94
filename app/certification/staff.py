"""Screens of administrators: the register of certificates, one of them with its history, and each step of its life."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.certification import queries, rules, services
from app.certification.forms import ConfirmationForm, CorrectionForm, RevocationForm, SearchForm, SuspensionForm
from app.certification.history import history_of
from app.certification.models import Certificate
from app.certification.register import STATUSES, count_by_status, register_page
from app.certification.rules import State
from app.certification.wording import event_in_words, reason_in_words
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.i18n import LazyText
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.paging import page_number
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.rendering import page

blueprint = Blueprint("certification_staff", __name__, url_prefix="/admin")


@blueprint.get("/certificates")
@requires(Permission.REVOKE_CERTIFICATES)
def register() -> ResponseReturnValue:
    """The register, newest first, with a search, and how many stand in each status."""
    form, now = SearchForm(request.args), clock.now()
    text = (form.q.data or "") if form.validate() else ""
    asked = request.args.get("status", "")
    wanted = asked if asked in STATUSES else ""
    found = register_page(db.session, text, wanted, page_number(request.args.get("page")), now)
    counts = {wanted: 0, **count_by_status(db.session, text, now)}
    return form_page(
        "certification/register.html",
        form=form,
        found=found,
        standing={row[0].id: rules.standing_at(row[0].state, row[0].expires_at, now) for row in found.rows},
        text=text,
        wanted=wanted,
        counts={status: counts[status] for status in STATUSES if status in counts},
    )


@blueprint.get("/certificates/<public_id:number>")
@requires(Permission.REVOKE_CERTIFICATES)
def certificate(number: str) -> ResponseReturnValue:
    """One certificate: its state, what happened to it, what may be done."""
    found = queries.get_certificate(db.session, number)
    return page(
        "certification/certificate.html",
        **_shown(found),
        history=history_of(db.session, found),
        in_words=event_in_words,
        reason_in_words=reason_in_words,
    )


def _shown(found: Certificate) -> dict[str, Any]:
    return {
        "certificate": found,
        "status": rules.standing_at(found.state, found.expires_at, clock.now()),
        "reason": reason_in_words(found.reason),
        "steps": rules.steps_open(
            found.state, holder_known=found.holder_name is not None, expires=found.expires_at is not None
        ),
    }


@dataclass(frozen=True)
class Step:
    """What a step asks, does and says; `act` returns the certificate to look at next."""

    form: type[Any]
    act: Callable[[Certificate, Any], Certificate]
    done: LazyText


def _suspend(found: Certificate, form: SuspensionForm) -> Certificate:
    services.suspend_certificate(db.session, actor=current_actor(), certificate=found, reason=form.reason.data)
    return found


def _reinstate(found: Certificate, _form: ConfirmationForm) -> Certificate:
    services.reinstate_certificate(db.session, actor=current_actor(), certificate=found)
    return found


def _correct(found: Certificate, form: CorrectionForm) -> Certificate:
    return services.correct_name(db.session, actor=current_actor(), certificate=found, name=form.name.data or "")


def _renew(found: Certificate, _form: ConfirmationForm) -> Certificate:
    return services.renew_certificate(db.session, actor=current_actor(), certificate=found)


def _revoke(found: Certificate, form: RevocationForm) -> Certificate:
    services.revoke_certificate(db.session, actor=current_actor(), certificate=found, reason=form.reason.data)
    return found


STEPS: Mapping[str, Step] = {
    "suspension": Step(
        SuspensionForm, _suspend, _l("The certificate is suspended: every verification says so from now on.")
    ),
    "reinstatement": Step(ConfirmationForm, _reinstate, _l("The certificate counts again, signed anew.")),
    "correction": Step(CorrectionForm, _correct, _l("This certificate bears the right name and replaces the other.")),
    "renewal": Step(ConfirmationForm, _renew, _l("This certificate replaces the one that comes to its end.")),
    "revocation": Step(
        RevocationForm, _revoke, _l("The certificate is revoked: every verification says so from now on.")
    ),
}


@blueprint.get("/certificates/<public_id:number>/<step>")
@requires(Permission.REVOKE_CERTIFICATES)
def step(number: str, step: str) -> ResponseReturnValue:
    """What a step means, before it is taken."""
    return _step_page(number, step, _step(step).form())


@blueprint.post("/certificates/<public_id:number>/<step>")
@requires(Permission.REVOKE_CERTIFICATES)
def take_step(number: str, step: str) -> ResponseReturnValue:
    """Take it; a refusal is a sentence on the page, which keeps what was typed."""
    session, taken = db.session, _step(step)
    form = taken.form(request.form)
    if not form.validate():
        return _step_page(number, step, form)
    with refusals(form):
        after = taken.act(queries.get_certificate(session, number), form)
    if form.errors:
        return _step_page(number, step, form)
    session.commit()
    waits = after.state == State.PENDING
    flash(_("Done. It waits for the signing key, and counts once it is signed.") if waits else str(taken.done), "info")
    return redirect(url_for(".certificate", number=after.public_id))


def _step(name: str) -> Step:
    if name not in STEPS:
        raise NotFoundError("step")
    return STEPS[name]


def _step_page(number: str, name: str, form: Any) -> ResponseReturnValue:
    found = queries.get_certificate(db.session, number)
    months = found.achievement.validity_months
    return form_page("certification/step.html", form=form, step=name, months=months, **_shown(found))
