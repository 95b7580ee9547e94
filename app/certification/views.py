"""One's own certificates: the list, the files, what to give to others, whether one's name shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.certification import copies, queries, rules, services, sharing
from app.certification.copies import MEDIA_TYPES, Kind
from app.certification.models import Certificate
from app.certification.wording import reason_in_words
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.i18n import gettext as _
from app.web.access import current_actor, find_actor, public, signed_in
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("certification", __name__)
TRY_AGAIN_SECONDS = 5
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Entry:
    """A certificate as its holder reads it; `successor` is the one that replaces it, or will once it is signed."""

    certificate: Certificate
    status: str
    reason: str
    successor: Certificate | None

    @property
    def days_left(self) -> int:
        """Whole days until it expires."""
        expires = self.certificate.expires_at
        return max(0, (expires - clock.now()).days) if expires else 0

    @property
    def course(self) -> str:
        """The slug of the course that renews it, while there is one."""
        achievement = self.certificate.achievement
        return achievement.course_slug if achievement.course_id is not None else ""


def _entry(certificate: Certificate, successors: dict[int, Certificate]) -> Entry:
    return Entry(
        certificate=certificate,
        status=rules.standing_at(certificate.state, certificate.expires_at, clock.now()),
        reason=reason_in_words(certificate.reason),
        successor=successors.get(certificate.id),
    )


@blueprint.get("/certificates")
@signed_in
def certificates() -> ResponseReturnValue:
    """Everything one has earned, each in its state."""
    held = queries.certificates_of(db.session, current_actor().account_id)
    successors = queries.successors_of(db.session, [one.id for one in held])
    entries = [_entry(one, successors) for one in held]
    return page("certification/certificates.html", entries=entries, given=rules.GIVEN)


@blueprint.get("/certificates/<public_id:number>/share")
@signed_in
def share(number: str) -> ResponseReturnValue:
    """All that one may give to others of a certificate, and what they read."""
    certificate = _held(number)
    entry = _entry(certificate, queries.successors_of(db.session, [certificate.id]))
    context: dict[str, Any] = {"entry": entry, "certificate": certificate}
    issuer = queries.find_issuer(db.session)
    if issuer is not None and entry.status in rules.GIVEN:
        link = sharing.naming_link(issuer, certificate)
        context |= {
            "issuer": issuer,
            "naming_link": link,
            "plain_link": sharing.plain_link(issuer, certificate),
            "profile": sharing.profile_entry(certificate, issuer),
            "qr": sharing.qr_code(link),
            "seen": sharing.seen_by_others(certificate),
        }
    return _private(make_response(page("certification/share.html", **context)))


@blueprint.get("/certificates/<public_id:number>/qr.svg")
@signed_in
def qr(number: str) -> ResponseReturnValue:
    """The QR code of the printed link, as a drawing to put on a CV; only of what one may give."""
    certificate, issuer = _held(number), queries.find_issuer(db.session)
    status = rules.standing_at(certificate.state, certificate.expires_at, clock.now())
    if issuer is None or status not in rules.GIVEN:
        raise NotFoundError("qr")
    drawing = sharing.qr_code(sharing.naming_link(issuer, certificate)).svg
    return _download(drawing.encode(), MEDIA_TYPES["svg"], f"{number}-qr.svg")


@blueprint.post("/certificates/<public_id:number>/name")
@signed_in
@sent_from("certification.share")
def choose_name(number: str) -> ResponseReturnValue:
    """Show one's whole name on the page by number, or stop showing it."""
    certificate = _held(number)
    shown = request.form.get("show") == "yes"
    services.show_name(db.session, actor=current_actor(), certificate=certificate, public=shown)
    db.session.commit()
    flash(_("Your name is shown in full.") if shown else _("Your name is hidden: initials are shown."), "info")
    return redirect(url_for(".share", number=number))


@blueprint.get("/certificates/<public_id:number>.json")
@public
def credential(number: str) -> ResponseReturnValue:
    """The signed bytes exactly, for the holder or whoever has the printed link."""
    return _copy(number, "json")


@blueprint.get("/certificates/<public_id:number>.jwt")
@public
def jwt(number: str) -> ResponseReturnValue:
    """The same credential as VC-JWT."""
    return _copy(number, "jwt")


@blueprint.get("/certificates/<public_id:number>.png")
@public
def png(number: str) -> ResponseReturnValue:
    """The badge, with the signed credential inside."""
    return _copy(number, "png")


@blueprint.get("/certificates/<public_id:number>.svg")
@public
def svg(number: str) -> ResponseReturnValue:
    """The badge as a drawing, with the signed credential inside."""
    return _copy(number, "svg")


@blueprint.get("/certificates/<public_id:number>.pdf")
@public
def pdf(number: str) -> ResponseReturnValue:
    """The PDF; 202 and a calm page while it is drawn."""
    return _copy(number, "pdf")


def _copy(number: str, kind: Kind) -> Response:
    certificate = _own(number)
    content = copies.find_copy(db.session, certificate.id, kind)
    if content is None:
        given_up = kind == "pdf" and queries.drawing_was_given_up(db.session, number)
        return _waiting(certificate, given_up=given_up)
    return _download(content, MEDIA_TYPES[kind], f"{number}.{kind}")


def _held(number: str) -> Certificate:
    """One's own certificate; nobody else's, whatever key they have."""
    return queries.get_certificate_for(db.session, number, account_id=current_actor().account_id, key="")


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
