"""What anyone needs to verify without us: keys, status lists, achievements; static, cached, open to every origin."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.certification import queries
from app.certification.documents import achievement_in, skill_url
from app.certification.keyring import Ring, current_ring
from app.certification.seal import seal_certificate
from app.extensions import db
from app.foundation.errors import NotFoundError
from app.foundation.i18n import LANGUAGES, current_language
from app.skills.queries import skills_by_slug
from app.verification.offline import PageIssuer, drawn, offline_page
from app.web.access import public
from app.web.drawings.icons import ICONS
from app.web.drawings.seals import SEALS
from certificates import contexts
from certificates.keys import did_document, jwks
from certificates.status_list import TIME_TO_LIVE

blueprint = Blueprint("published", __name__)
# Five minutes: a revocation or a withdrawn key is known everywhere soon, and a crowd still costs little.
MAX_AGE_SECONDS = TIME_TO_LIVE // timedelta(seconds=1)
JWT_TYPES = ("application/vc+jwt", "application/jwt")


@blueprint.get("/.well-known/did.json")
@public
def did() -> ResponseReturnValue:
    """The issuer's keys as a DID document."""
    ring = _ring()
    return _published(_json(did_document(ring.issuer.id, ring.keys)), "application/json")


@blueprint.get("/.well-known/jwks.json")
@public
def key_set() -> ResponseReturnValue:
    """The same keys as a JSON Web Key Set."""
    return _published(_json(jwks(_ring().keys)), "application/json")


@blueprint.get("/credentials/status/<int(max=1000000):number>")
@public
def status_list(number: int) -> ResponseReturnValue:
    """A signed list of revocations, as it was last signed; as VC-JWT for who asks for one."""
    if request.accept_mimetypes.best in JWT_TYPES:
        response = _status_list_as_jwt(number)
    else:
        row = queries.find_status_list(db.session, number)
        if row is None or row.signed is None:
            raise NotFoundError("status list")
        response = _published(row.signed.encode(), "application/ld+json")
    response.vary.add("Accept")
    return response


@blueprint.get("/credentials/status/<int(max=1000000):number>.jwt")
@public
def status_list_jwt(number: int) -> ResponseReturnValue:
    """The same list as VC-JWT, for readers that check signatures with what a browser has."""
    return _status_list_as_jwt(number)


def _status_list_as_jwt(number: int) -> Response:
    row = queries.find_status_list(db.session, number)
    if row is None or row.signed_jwt is None:
        raise NotFoundError("status list")
    return _published(row.signed_jwt.encode(), "application/vc+jwt")


@blueprint.get("/credentials/seal.pem")
@public
def seal() -> ResponseReturnValue:
    """The certificate of the seal that PDF readers check, to be added to what they trust."""
    try:
        return _published(seal_certificate(), "application/x-pem-file")
    except OSError as error:
        raise NotFoundError("seal") from error


@blueprint.get("/credentials/issuer")
@public
def issuer() -> ResponseReturnValue:
    """Who signs here, as an Open Badges Profile."""
    return _published(_json({"@context": _context(), **_ring().issuer.to_dict()}), "application/ld+json")


@blueprint.get("/credentials/achievements/<public_id:number>")
@blueprint.get("/credentials/<public_id:number>")
@public
def achievement(number: str) -> ResponseReturnValue:
    """What can be earned, at the address that credentials name; `?lang=` chooses the language."""
    row, ring = queries.get_achievement(db.session, number), _ring()
    wanted = request.args.get("lang", "")
    language = wanted if wanted in row.name and wanted in LANGUAGES else next(iter(row.name))
    document = achievement_in(row, ring.issuer, language)
    return _published(_json({"@context": _context(), **document.to_dict(())}), "application/ld+json")


@blueprint.get("/credentials/skills/<slug:slug>")
@public
def skill(slug: str) -> ResponseReturnValue:
    """A skill of our taxonomy, at the address that credentials name."""
    found = skills_by_slug(db.session, [slug]).get(slug)
    if found is None:
        raise NotFoundError("skill")
    document = {
        "id": skill_url(_ring().issuer.url, slug),
        "name": found.name,
        "kind": found.kind,
        "esco": found.esco_uri,
        "canDo": found.can_do,
    }
    return _published(_json(document), "application/json")


@blueprint.get("/verify/offline")
@public
def offline() -> ResponseReturnValue:
    """The page that verifies in the browser alone."""
    return _offline_page()


@blueprint.get("/verify/offline.html")
@public
def offline_file() -> ResponseReturnValue:
    """The same page as a file to keep, for use from disk."""
    response = _offline_page()
    response.headers["Content-Disposition"] = 'attachment; filename="verify-offline.html"'
    return response


def _offline_page() -> Response:
    ring = current_ring(db.session)
    issuer = PageIssuer(ring.issuer.id, ring.issuer.name, ring.issuer.url) if ring else _nobody()
    made = offline_page(current_language(), issuer, _drawings())
    response = Response(made.html, mimetype="text/html")
    response.set_etag(hashlib.sha256(made.html).hexdigest()[:32])
    response.headers["Content-Security-Policy"] = made.policy
    return response.make_conditional(request)


def _nobody() -> PageIssuer:
    """Before the first key there is no issuer: keys have to be given."""
    settings = current_app.config["SETTINGS"]
    return PageIssuer("", settings.site_name, settings.public_url)


@cache
def _drawings() -> str:
    return drawn(SEALS, {"ok": ICONS["check"], "stop": ICONS["cross"], "off": ICONS["none"]})


def _ring() -> Ring:
    ring = current_ring(db.session)
    if ring is None:
        raise NotFoundError("issuer")
    return ring


def _context() -> list[str]:
    return [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES]


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _published(content: bytes, mimetype: str) -> Response:
    """Bytes with an ETag, five minutes of cache, and an open door to scripts of other sites."""
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response.make_conditional(request)
