"""The public counter: verify by number, by link, by file; compare a name. No account, no script needed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from flask import Blueprint, current_app, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import parse_public_id
from app.foundation.sheets import BYTE_ORDER_MARK, written
from app.verification import budgets, services
from app.verification.bulk import (
    SLICE,
    Answered,
    as_csv,
    counted,
    headings,
    shown,
    shown_headings,
    spend_on_names,
    state_in_words,
    tone_of,
    verify_list,
)
from app.verification.checked import checked
from app.verification.forms import FileForm, ListForm, NameForm, NumberForm
from app.verification.lists import LARGEST_LIST, Asked, ListError, asked, read_list
from app.verification.reports import Report, as_json
from app.verification.visitors import count_look
from app.verification.wording import Words, being_signed, unknown_number, words
from app.web.access import public
from app.web.budgets import client_network, spend, spend_by_address
from app.web.errors import answer, on_http_error, wants_json
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session, writing_session

blueprint = Blueprint("verification", __name__)
TICKET_SECONDS = 3600


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
        named = bool(request.files["file"].filename)
        form.file.errors = [_("This file is empty.") if named else _("Choose a file first.")]
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


@blueprint.get("/verify/bulk")
@public
def bulk() -> ResponseReturnValue:
    """A list of numbers to send; static/js/bulk.js sends it in slices, where scripts run."""
    return page("verification/bulk.html", form=ListForm(), problem="")


@blueprint.post("/verify/bulk")
@public
def verify_bulk() -> ResponseReturnValue:
    """The whole list at once: a table, and a button that gives it back as CSV."""
    spend_by_address(budgets.BY_BATCH)
    try:
        rows = _sent_list()
    except ListError as error:
        return page("verification/bulk.html", form=ListForm(request.form), problem=str(error)), 422
    with reading_session() as session:
        answers = verify_list(session, rows, _names_allowed)
    table = {"headings": shown_headings(), "rows": [(one, shown(one), tone_of(one.state)) for one in answers]}
    sealed = _sealer("list").dumps(as_csv(answers))
    html = page("verification/bulk_result.html", table=table, counted=counted(answers), sealed=sealed)
    return closed(make_response(html))


@blueprint.post("/verify/bulk/csv")
@public
@sent_from("verification.bulk")
def bulk_csv() -> ResponseReturnValue:
    """The answer that was shown, as a file: it comes back with the request, sealed, since nothing is kept here."""
    try:
        content = _sealer("list").loads(request.form.get("sealed", ""))
    except BadData:
        raise RuleError(_("This answer is no longer whole: send the list again.")) from None
    response = make_response(content)
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = 'attachment; filename="certificates.csv"'
    return closed(response)


@blueprint.post("/verify/bulk/start")
@public
@sent_from("verification.bulk")
def start_bulk() -> ResponseReturnValue:
    """For the script: the rows as they were read, and the ticket with which their slices are asked about."""
    spend_by_address(budgets.BY_BATCH)
    try:
        rows = _sent_list()
    except ListError as error:
        return closed(answer(422, str(error)))
    read = [[row.line, row.number or row.typed, row.name] for row in rows]
    ticket = _sealer("ticket").dumps(secrets.token_hex(16))
    csv_head = BYTE_ORDER_MARK + written([headings()])
    return closed(jsonify(ticket=ticket, rows=read, slice=SLICE, columns=shown_headings(), csv=csv_head))


@blueprint.post("/verify/bulk/slice")
@public
@sent_from("verification.bulk")
def verify_slice() -> ResponseReturnValue:
    """For the script: the answers to up to fifty rows."""
    body = request.get_json(silent=True)
    ticket, rows = _opened(body)
    spend(budgets.SLICES_OF_BATCH, ticket)
    with reading_session() as session:
        answers = verify_list(session, rows, _names_allowed)
    told = [
        {"state": one.state, "tone": tone_of(one.state), "number": one.report and one.asked.number, "cells": shown(one)}
        for one in answers
    ]
    return closed(jsonify(answers=told, csv=as_csv(answers, heading=False), words=dict(_words_of(answers))))


def _words_of(answers: Sequence[Answered]) -> Iterator[tuple[str, str]]:
    return ((one.state, state_in_words(one.state)) for one in answers)


def _opened(body: object) -> tuple[str, list[Asked]]:
    """The ticket and the rows of a slice; raises RuleError when they are not those of a list that was begun."""
    try:
        if not isinstance(body, dict) or len(body["rows"]) > SLICE:
            raise TypeError
        ticket = _sealer("ticket").loads(body["ticket"], max_age=TICKET_SECONDS)
        rows = [asked(int(line), *map(str, (typed, name))) for line, typed, name in body["rows"]]
    except (BadData, KeyError, TypeError, ValueError, OverflowError):
        raise RuleError(_("This list was begun too long ago, or is not whole: send it again.")) from None
    return ticket, rows


def _sent_list() -> list[Asked]:
    sent = request.files.get("file")
    content = sent.stream.read(LARGEST_LIST + 1) if sent and sent.filename else b""
    return read_list(content or request.form.get("rows", ""))


def _names_allowed(numbers: Sequence[str]) -> list[bool]:
    if not numbers:
        return []
    with writing_session() as session:
        return spend_on_names(session, client_network(), numbers)


def _sealer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"verify-bulk-{purpose}")


@blueprint.get("/verify/<path:number>")
@public
def certificate(number: str) -> ResponseReturnValue:
    """The verdict on a number, for people or, by Accept, for machines; an unknown one gets a page that explains."""
    count_look(client_network(), spend)
    key = request.args.get("k", "")
    report, waiting = _look_up(number, key)
    if wants_json():
        response = jsonify(as_json(report)) if report else answer(404, being_signed().sentence if waiting else "")
        return closed(open_to_all(response))
    if waiting:
        return _being_signed()
    if report is None:
        return _verdict(unknown_number(), number=NumberForm(data={"number": number[:40]}), status=404)
    return _verdict(words(report), report=report, name=NameForm(), key=key)


def _look_up(typed: str, key: str) -> tuple[Report | None, bool]:
    """The report on a number; without one, whether it waits for its signature, said to those who have its key."""
    number = parse_public_id(typed)
    if number is None:
        return None, False
    with reading_session() as session:
        try:
            return services.verify_number(session, number, key), False
        except NotFoundError:
            return None, services.is_being_signed(session, number, key)


def _being_signed() -> Response:
    response = _verdict(being_signed(), pending=True, status=202)
    response.headers["Retry-After"] = "60"
    return response


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
    report, _waiting = _look_up(number, "")
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


def open_to_all(response: Response) -> Response:
    """A page of any site may ask for the verdict as JSON: it is the same whoever asks."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def closed(response: Response) -> Response:
    """A verdict holds for now and for whoever asked: kept by no cache, listed by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.vary.add("Accept")
    return response
