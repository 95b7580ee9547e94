"""One's own certificates: the list, the files, the link to give away, whether one's name shows."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.certification import files, queries, rules, services
from app.certification.documents import verification_url
from app.certification.models import Certificate
from app.certification.site import settings
from app.extensions import db
from app.foundation import clock
from app.foundation.i18n import gettext as _
from app.web.access import current_actor, find_actor, public, signed_in
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("certification", __name__)
TRY_AGAIN_SECONDS = 5
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Entry:
    """A certificate as its holder reads it."""

    certificate: Certificate
    status: str
    link: str


@blueprint.get("/certificates")
@signed_in
def certificates() -> ResponseReturnValue:
    """Everything one has earned."""
    issuer = queries.find_issuer(db.session)
    base, now = issuer.url if issuer else settings().public_url, clock.now()
    entries = [
        Entry(one, rules.status_at(one.state, one.expires_at, now), verification_url(base, one))
        for one in queries.certificates_of(db.session, current_actor().account_id)
    ]
    return page("certification/certificates.html", entries=entries)


@blueprint.post("/certificates/<public_id:number>/name")
@signed_in
@sent_from("certification.certificates")
def choose_name(number: str) -> ResponseReturnValue:
    """Show one's whole name on the page by number, or stop showing it."""
    actor = current_actor()
    certificate = queries.get_certificate_for(db.session, number, account_id=actor.account_id, key="")
    shown = request.form.get("show") == "yes"
    services.show_name(db.session, actor=actor, certificate=certificate, public=shown)
    db.session.commit()
    flash(_("Your name is shown in full.") if shown else _("Your name is hidden again."), "info")
    return redirect(url_for(".certificates"))


@blueprint.get("/certificates/<public_id:number>.json")
@public
def credential(number: str) -> ResponseReturnValue:
    """The signed bytes exactly, for the holder or whoever has the printed link."""
    certificate = _own(number)
    document = queries.find_document(db.session, certificate.id)
    if document is None or document.credential is None:
        return _waiting(certificate)
    return _download(document.credential.encode(), "application/ld+json", f"{number}.json")


@blueprint.get("/certificates/<public_id:number>.pdf")
@public
def pdf(number: str) -> ResponseReturnValue:
    """The PDF, for the holder or whoever has the printed link; 202 and a calm page while it is drawn."""
    certificate = _own(number)
    row = queries.find_file(db.session, certificate.id, "pdf")
    if row is None:
        return _waiting(certificate, given_up=queries.drawing_was_given_up(db.session, number))
    return _download(files.file_content(row), "application/pdf", f"{number}.pdf")


def _own(number: str) -> Certificate:
    actor = find_actor()
    account_id = actor.account_id if actor else None
    return queries.get_certificate_for(db.session, number, account_id=account_id, key=request.args.get("k", ""))


def _waiting(certificate: Certificate, *, given_up: bool = False) -> Response:
    # The way back to here keeps the key of the link that was followed.
    again = request.full_path.rstrip("?")
    html = page("certification/waiting.html", certificate=certificate, again=again, given_up=given_up)
    response = make_response(html, 503 if given_up else 202)
    response.headers["Retry-After"] = str(DAY_SECONDS if given_up else TRY_AGAIN_SECONDS)
    return _private(response)


def _download(content: bytes, mimetype: str, name: str) -> Response:
    response = make_response(content)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
