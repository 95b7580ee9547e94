"""Screens of administrators: the signing keys, the register of certificates, revocation."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.certification import keys, queries, rules, services
from app.certification.forms import RevocationForm, SearchForm
from app.certification.wording import reason_in_words
from app.extensions import db
from app.foundation import clock
from app.foundation.i18n import gettext as _
from app.foundation.paging import page_number
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.forms import form_page
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("certification_staff", __name__, url_prefix="/admin")


@blueprint.get("/keys")
@requires(Permission.ADMINISTER)
def key_list() -> ResponseReturnValue:
    """The keys there are and have been, and who signs with them."""
    session = db.session
    return page("certification/keys.html", keys=queries.signing_keys(session), issuer=queries.find_issuer(session))


@blueprint.post("/keys")
@requires(Permission.ADMINISTER)
def new_key() -> ResponseReturnValue:
    """Make the first key, or the one that follows the key in force."""
    session, actor = db.session, current_actor()
    first = queries.find_active_key(session) is None
    make = keys.generate_first_key if first else keys.rotate_key
    key = make(session, actor=actor)
    session.commit()
    flash(_("From now on certificates are signed with %(key)s.", key=key.key_id), "info")
    return redirect(url_for(".key_list"))


@blueprint.get("/certificates")
@requires(Permission.REVOKE_CERTIFICATES)
def register() -> ResponseReturnValue:
    """The register, newest first, with a search."""
    form = SearchForm(request.args)
    text = (form.q.data or "") if form.validate() else ""
    found = queries.register_page(db.session, text, page_number(request.args.get("page")))
    now = clock.now()
    status = {row[0].id: rules.status_at(row[0].state, row[0].expires_at, now) for row in found.rows}
    return form_page("certification/register.html", form=form, found=found, status=status, text=text)


@blueprint.get("/certificates/<public_id:number>")
@requires(Permission.REVOKE_CERTIFICATES)
def certificate(number: str) -> ResponseReturnValue:
    """One certificate, and the way to revoke it."""
    return _certificate_page(number, RevocationForm())


@blueprint.post("/certificates/<public_id:number>/revocation")
@requires(Permission.REVOKE_CERTIFICATES)
@sent_from("certification_staff.certificate")
def revoke(number: str) -> ResponseReturnValue:
    """Take it back, for ever."""
    form = RevocationForm(request.form)
    if not form.validate():
        return _certificate_page(number, form)
    session = db.session
    found = queries.get_certificate(session, number)
    services.revoke_certificate(session, actor=current_actor(), certificate=found, reason=form.reason.data)
    session.commit()
    flash(_("The certificate is revoked: every verification says so from now on."), "info")
    return redirect(url_for(".certificate", number=number))


def _certificate_page(number: str, form: RevocationForm) -> ResponseReturnValue:
    found = queries.get_certificate(db.session, number)
    return form_page(
        "certification/certificate.html",
        form=form,
        certificate=found,
        status=rules.status_at(found.state, found.expires_at, clock.now()),
        reason=reason_in_words(found.reason),
    )
