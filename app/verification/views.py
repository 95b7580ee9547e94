"""The public counter: verify by number, by link, by file; compare a name. No account, no script needed."""

from __future__ import annotations

from flask import Blueprint, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.foundation.errors import NotFoundError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import parse_public_id
from app.verification import budgets, services
from app.verification.forms import FileForm, NameForm, NumberForm
from app.verification.reports import Report, as_json
from app.verification.visitors import count_look
from app.verification.wording import Words, checked, unknown_number, words
from app.web.access import public
from app.web.budgets import client_network, spend, spend_by_address
from app.web.errors import on_http_error, wants_json
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("verification", __name__)


@blueprint.get("/verify")
@public
def counter() -> ResponseReturnValue:
    """Two ways to verify: the number, or the file."""
    return page("verification/counter.html", number=NumberForm(), file=FileForm())


@blueprint.post("/verify")
@public
def verify() -> ResponseReturnValue:
    """A number typed leads to its page; a file sent is answered at once, and not kept."""
    if "file" in request.files:
        return _verify_file()
    form = NumberForm(request.form)
    found = form.found() if form.validate() else None
    if found is None:
        return page("verification/counter.html", number=form, file=FileForm()), 422
    number, key = found
    return redirect(url_for(".certificate", number=number, k=key or None), 303)


def _verify_file() -> ResponseReturnValue:
    spend_by_address(budgets.BY_FILE)
    form, data = FileForm(), read_upload()
    if not data:
        form.file.errors = [_("Choose a file first.")]
        return page("verification/counter.html", number=NumberForm(), file=form), 422
    if len(data) > budgets.LARGEST_FILE:
        return _too_large(422)
    with reading_session() as session:
        report = services.verify_file(session, data)
    return _verdict(words(report), report=report, status=200 if report.readable else 422)


def _too_large(status: int) -> ResponseReturnValue:
    form = FileForm()
    form.file.errors = [_("This file is larger than 2 MB: a certificate issued here never is.")]
    return page("verification/counter.html", number=NumberForm(), file=form), status


@blueprint.errorhandler(RequestEntityTooLarge)
def refuse_unread(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A file too large for the site to read at all gets the sentence of one that is a little too large."""
    return _too_large(413) if request.endpoint == "verification.verify" else on_http_error(error)


def read_upload() -> bytes:
    """The bytes sent as `file`, one more than the limit at most."""
    sent = request.files.get("file")
    return sent.stream.read(budgets.LARGEST_FILE + 1) if sent else b""


@blueprint.get("/verify/<path:number>")
@public
def certificate(number: str) -> ResponseReturnValue:
    """The verdict on a number, for people or, by Accept, for machines; an unknown one gets a page that explains."""
    count_look(client_network(), spend)
    report = _report(number)
    if wants_json():
        if report is None:
            raise NotFoundError("certificate")
        return closed(jsonify(as_json(report)))
    if report is None:
        return _verdict(unknown_number(), number=NumberForm(data={"number": number[:40]}), status=404)
    return _verdict(words(report), report=report, name=NameForm(), key=request.args.get("k", ""))


def _report(typed: str) -> Report | None:
    number = parse_public_id(typed)
    if number is None:
        return None
    try:
        with reading_session() as session:
            return services.verify_number(session, number, request.args.get("k", ""))
    except NotFoundError:
        return None


@blueprint.get("/verify/<public_id:number>/name")
@public
def name_form(number: str) -> ResponseReturnValue:
    """Where a name is compared, typed again or reloaded: its form stands on the certificate's page."""
    return redirect(url_for(".certificate", number=number))


@blueprint.post("/verify/<public_id:number>/name")
@public
@sent_from("verification.certificate")
def compare_name(number: str) -> ResponseReturnValue:
    """Is it this person? Yes or no, and a few tries an hour."""
    form = NameForm(request.form)
    good = form.validate()
    if good:
        _spend_on_name(number)
    report = _report(number)
    if report is None:
        return _verdict(unknown_number(), number=NumberForm(data={"number": number}), status=404)
    if not good:
        return _verdict(words(report), report=report, name=form, status=422)
    with reading_session() as session:
        matches = services.name_matches(session, number, form.name.data)
    return _verdict(words(report), report=report, name=form, compared=True, matches=matches)


def _spend_on_name(number: str) -> None:
    network = client_network()
    spend(budgets.NAME_OF_ONE, f"{number} {network}")
    spend(budgets.NAMES_BY_NETWORK, network)
    spend(budgets.NAMES_OF_CERTIFICATE, number)


def _verdict(said: Words, *, report: Report | None = None, status: int = 200, **context: object) -> Response:
    rows = checked(report) if report else []
    html = page("verification/verdict.html", words=said, report=report, rows=rows, **context)
    response = make_response(html, status)
    return closed(response)


def closed(response: Response) -> Response:
    """A verdict holds for now and for whoever asked: kept by no cache, listed by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.vary.add("Accept")
    return response
