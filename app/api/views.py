"""/api/v1 for machines: certificates by number, files, many numbers at once. It reads no cookie and asks no token."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.api import openapi
from app.api.offers import postings
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import parse_public_id
from app.foundation.paging import page_number
from app.jobs.queries import OfferSearch, get_public_offer, offers_found
from app.verification import budgets, services
from app.verification.reports import Report, as_json, unknown_as_json
from app.verification.visitors import count_look
from app.verification.wording import words
from app.web.access import public
from app.web.budgets import client_network, spend, spend_by_address
from app.web.errors import answer
from app.web.transactions import reading_session

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
MOST_IN_A_BATCH = 1000
POSTING_TYPES = ("application/ld+json", "application/json")


@blueprint.get("/certificates/<public_id:number>")
@public
def certificate(number: str) -> ResponseReturnValue:
    """What the register says of a number."""
    count_look(client_network(), spend)
    with reading_session() as session:
        return jsonify(as_json(services.verify_number(session, number, request.args.get("k", ""))))


@blueprint.post("/verify")
@public
def verify() -> ResponseReturnValue:
    """A file (multipart, field `file`) or a credential as the body; 422 when nothing is readable in it."""
    spend_by_address(budgets.BY_FILE)
    data = _sent()
    if len(data) > budgets.LARGEST_FILE:
        return answer(413, _("This file is larger than 2 MB: a certificate issued here never is."))
    with reading_session() as session:
        report = services.verify_file(session, data)
    if not report.readable:
        said = words(report)
        return answer(422, f"{said.sentence} {said.advice}")
    return jsonify(as_json(report))


def _sent() -> bytes:
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            raise RuleError(_("Send the file in the field “file”."))
        return sent.stream.read(budgets.LARGEST_FILE + 1)
    return request.get_data(cache=False)


@blueprint.post("/verify/batch")
@public
def verify_many() -> ResponseReturnValue:
    """Up to 1,000 numbers, as {"ids": […]}: a result for each, in the same order."""
    spend_by_address(budgets.BY_BATCH)
    typed = _typed_numbers()
    numbers = {text: parse_public_id(text) for text in typed}
    with reading_session() as session:
        found = services.verify_numbers(session, sorted({number for number in numbers.values() if number}))
    return jsonify(results=[_result(text, found.get(numbers[text] or "")) for text in typed])


def _typed_numbers() -> list[str]:
    try:
        body = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        body = None
    typed = body.get("ids") if isinstance(body, dict) else body
    if not isinstance(typed, list) or not all(isinstance(one, str) for one in typed):
        raise RuleError(_('Send a JSON object such as {"ids": ["4T9XK2MBV7QPR6HWD3N8ZC5JAY"]}.'))
    if len(typed) > MOST_IN_A_BATCH:
        raise RuleError(_("At most 1,000 numbers at a time."))
    return typed


def _result(typed: str, report: Report | None) -> dict[str, Any]:
    return as_json(report) if report else unknown_as_json(typed)


@blueprint.get("/offers")
@public
def offers() -> ResponseReturnValue:
    """Open offers, newest first, twenty a page, each a JobPosting."""
    site = current_app.config["SETTINGS"].public_url
    with reading_session() as session:
        found = offers_found(session, OfferSearch(), page_number(request.args.get("page")))
        posted = postings(session, found.rows, site)
    return jsonify(offers=posted, page=found.number, pages=found.count, total=found.total)


@blueprint.get("/offers/<public_id:number>")
@public
def offer(number: str) -> ResponseReturnValue:
    """One open offer as a JobPosting, in JSON-LD."""
    with reading_session() as session:
        found = get_public_offer(session, number, None)
        posted = postings(session, [found], current_app.config["SETTINGS"].public_url)
    response = jsonify(posted[0])
    response.mimetype = request.accept_mimetypes.best_match(POSTING_TYPES, POSTING_TYPES[0])
    response.vary.add("Accept")
    return response


@blueprint.get("/openapi.json")
@public
def description() -> ResponseReturnValue:
    """This interface, described for machines (OpenAPI 3.1)."""
    return jsonify(openapi.DESCRIPTION)


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Any page of any site may ask: nothing here depends on who asks."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
