"""Errors become pages or problem+json here, and nowhere else."""

from __future__ import annotations

import logging

from flask import Flask, jsonify, make_response, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.extensions import db
from app.foundation.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    NotFoundError,
    RuleError,
    TooManyRequestsError,
)
from app.foundation.i18n import gettext as _
from app.foundation.wording import wait_in_words
from app.web.origin import is_from_our_page
from app.web.rendering import page
from app.web.sent_from import address_behind
from app.web.typed import what_was_typed

log = logging.getLogger("app.web")
STATUS = {NotFoundError: 404, ForbiddenError: 403, ConflictError: 409, RuleError: 422, TooManyRequestsError: 429}
SENT_AGAIN = (400, 429, 500, 503, 507)  # nothing but the moment stood in the way
DISK_FULL = "53100"  # as PostgreSQL says it; SQLite says that the database or disk is full
LEADS_NOWHERE = (401, 403, 404, 405, 410)


def headings() -> dict[int, tuple[str, str]]:
    """For each status, a heading and a sentence that says what to do."""
    return {
        400: (_("This request cannot be read"), _("Go back, check what was typed and send it again.")),
        401: (_("Sign in first"), _("Your session has ended. Sign in, then go on where you were.")),
        403: (
            _("This page is not open to you"),
            _("If you think you should have access to it, write to the team of this site."),
        ),
        404: (_("There is no such page"), _("The address may be mistyped, or what was here has been moved.")),
        405: (_("This address is not used that way"), _("Go back and use the button on the page.")),
        409: (_("Somebody was faster"), _("This has changed since the page was opened. Reload it and look again.")),
        410: (_("This link is used up"), _("Ask for a new one: it takes a few seconds.")),
        413: (_("This is too large"), _("Send a smaller file or a shorter text.")),
        415: (_("This kind of file cannot be read"), _("Send it in one of the kinds that the page names.")),
        422: (_("This cannot be done as asked"), _("Read the sentence above, then try again.")),
        429: (_("Too many attempts"), _("Please wait a little, then try again.")),
        500: (_("Something broke on our side"), _("Nothing you had saved is lost. Try again in a minute.")),
        503: (_("The site is busy"), _("Nothing you had saved is lost. Try again in a few seconds.")),
        507: (
            _("The site has no room left"),
            _("What you have just sent is not saved. Keep this page open and try again in a few minutes."),
        ),
    }


def wants_json() -> bool:
    """Does the caller read JSON rather than a page?"""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best in ("application/json", "application/problem+json")


def answer(
    status: int,
    sentence: str = "",
    headers: dict[str, str] | None = None,
    *,
    heading: str = "",
    advice: str = "",
) -> Response:
    """The page or the problem document (RFC 9457) of a status; `heading` and `advice` replace the usual ones."""
    usual = headings().get(status, headings()[400 if status < 500 else 500])
    heading, advice = heading or usual[0], advice or usual[1]
    if wants_json():
        problem = {"type": "about:blank", "title": heading, "status": status, "detail": sentence or advice}
        response = jsonify(problem)
        response.mimetype = "application/problem+json"
    else:
        typed = what_was_typed()
        response = make_response(
            page(
                "errors/error.html",
                status=status,
                heading=heading,
                sentence=sentence,
                advice=advice,
                typed=typed,
                again=typed is not None and status in SENT_AGAIN,
                back=address_behind() if request.method == "POST" and status not in LEADS_NOWHERE else None,
            )
        )
    response.status_code = status
    response.headers.update(headers or {})
    return response


def on_domain_error(error: DomainError) -> Response:
    """A refusal in words."""
    db.session.rollback()
    status, headers = status_of(error)
    if isinstance(error, TooManyRequestsError):  # its message says what the heading says: once is enough
        return answer(status, headers=headers, advice=_("You can try again in %(wait)s.", wait=_wait(error)))
    # The words of a NotFoundError may name what was looked for: same page for missing and for not yours.
    return answer(status, "" if status == 404 else str(error.message), headers)


def when_again(error: TooManyRequestsError) -> str:
    """That a budget is spent, and after how long it is full again."""
    return _("Too many attempts. You can try again in %(wait)s.", wait=_wait(error))


def _wait(error: TooManyRequestsError) -> str:
    return wait_in_words(error.retry_after)


def status_of(error: DomainError) -> tuple[int, dict[str, str]]:
    """The status of a refusal, and the headers that go with it."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    return status, {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequestsError) else {}


def on_csrf_error(error: CSRFError) -> Response:
    """A form without its token, or from another site."""
    db.session.rollback()
    if is_from_our_page():
        advice = _("Nothing was saved. Look over what you had typed, then send it again.")
    else:
        advice = _("It had expired or came from another site. Open the page again and resend it.")
    return answer(400, heading=_("This form can no longer be taken"), advice=advice)


def on_http_error(error: HTTPException) -> Response:
    """Werkzeug's own refusals."""
    db.session.rollback()
    if error.code is None or error.code < 400:
        return error.get_response()
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return answer(error.code, _limit() if error.code == 413 else "", kept)


def _limit() -> str:
    """What may be sent at once, when more than that was sent."""
    most = request.max_content_length
    if most is None or (request.content_length or 0) <= most:
        return ""
    return _("At most %(megabytes)s MB can be sent at once.", megabytes=most // 1024**2)


def on_database_busy(error: OperationalError) -> Response:
    """The database could not be had in time: keep what was typed and try again."""
    db.session.rollback()
    log.warning("database unavailable", extra={"fields": {"error": type(error.orig).__name__}})
    full = "is full" in str(error.orig) or getattr(error.orig, "sqlstate", "") == DISK_FULL
    return answer(507 if full else 503, headers={"Retry-After": "5"})


def on_crash(error: Exception) -> Response:
    """A fault of ours: logged in full, shown in a sentence."""
    db.session.rollback()
    log.exception("unhandled error", extra={"fields": {"endpoint": request.endpoint}})
    return answer(500)


def set_up_errors(app: Flask) -> None:
    """Install the handlers."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(OperationalError, on_database_busy)
    if not app.testing:
        app.register_error_handler(Exception, on_crash)
