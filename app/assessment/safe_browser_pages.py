"""Exams that are sat in Safe Exam Browser: who has proven it may start, read questions and save; others read how."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from app.assessment.models import Attempt, Exam, ExamVersion
from app.assessment.safe_browser import HEADER, proven_key
from app.foundation import clock
from app.foundation.errors import ForbiddenError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.keeping import Kept
from app.learning.models import Enrolment
from app.web.access import current_actor, find_actor, signed_in
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("safe_browser", __name__)
# Every address with an attempt in it, so that a new one is kept too.
GUARDED = ("assessment.", "assessment_breaks.", "assessment_document.", "attempt_files.", "leaving.")
OPEN = ("assessment.result", "attempt_files.own")  # also read once the exam is over
PROVEN_FOR_S = 12 * 3600  # an exam and its breaks; after that the proof is asked for again
PATH = re.compile(r"/[!-~]{0,300}")  # as a browser writes the path and the query of a page
PASS = "safe_browser"  # noqa: S105 - the name of a part of the session
_KEYS: Kept[tuple[str, int], tuple[str, ...]] = Kept(4096)  # of an attempt, by its random id and whose it is


def guard() -> ResponseReturnValue | None:
    """Before each request: an attempt that asks for Safe Exam Browser is read and answered in it alone.

    Nothing is asked of the database for an attempt that this process has met before: its exam version never changes.
    """
    attempt_id = (request.view_args or {}).get("attempt_id")
    endpoint = request.endpoint or ""
    if attempt_id is None or not endpoint.startswith(GUARDED) or endpoint in OPEN or find_actor() is None:
        return None
    if is_proven(keys_of_attempt(attempt_id)):
        return None
    if request.method != "GET":
        raise ForbiddenError(_not_in_it())
    return refusal(request.full_path.rstrip("?"))


def _not_in_it() -> str:
    return _("This exam is sat in Safe Exam Browser: open it there. What was saved is kept, and so is your attempt.")


def refusal(back: str) -> ResponseReturnValue:
    """What to do to get in, for a person; inside Safe Exam Browser its script gets them in by itself."""
    return page("assessment/safe_browser.html", back=back), 403


def keys_of(exam_version: ExamVersion) -> Sequence[str]:
    """The config keys that an exam version accepts; none where any browser will do."""
    return exam_version.settings.get("safe_exam_browser") or ()


def keys_of_attempt(attempt_id: str) -> Sequence[str]:
    """Those of this person's attempt; none for an attempt that is not theirs, which the page itself does not find."""
    account_id = current_actor().account_id
    return _KEYS.get_all([(attempt_id, account_id)], lambda _missing: _read_keys(attempt_id, account_id)).get(
        (attempt_id, account_id), ()
    )


def _read_keys(attempt_id: str, account_id: int) -> dict[tuple[str, int], tuple[str, ...]]:
    with reading_session() as reading:
        settings = reading.scalar(
            select(ExamVersion.settings)
            .join(Attempt, Attempt.exam_version_id == ExamVersion.id)
            .where(Attempt.public_id == attempt_id, Attempt.account_id == account_id)
        )
    if settings is None:
        return {}
    return {(attempt_id, account_id): tuple(settings.get("safe_exam_browser") or ())}


def is_proven(config_keys: Sequence[str]) -> bool:
    """Does this request, or did an earlier one of the same session, prove one of these keys? Yes where none is asked.

    A session remembers its proof, since Safe Exam Browser sends no header with the first request to a site, nor with
    any from macOS and iOS: there a script proves it once for all (see `prove`).
    """
    if not config_keys:
        return True
    key = proven_key(_address(), request.headers.get(HEADER, ""), config_keys)
    if key is None:
        return any(_remembered(key) for key in config_keys)
    if not _remembered(key):
        _remember(key)
    return True


def _address() -> str:
    """The address of this request as the browser knows it: ours, whatever a proxy makes of the host."""
    asked = request.environ.get("RAW_URI") or request.full_path.rstrip("?")
    return str(current_app.config["SETTINGS"].public_url) + asked


def _mark(key: str) -> str:
    """A key as the cookie holds it, which its person can read: of them alone, and never the key itself."""
    return hashlib.sha256(f"{current_actor().public_id}\0{key}".encode()).hexdigest()[:32]


def _remembered(key: str) -> bool:
    since = (session.get(PASS) or {}).get(_mark(key))
    return since is not None and 0 <= clock.now().timestamp() - since < PROVEN_FOR_S


def _remember(key: str) -> None:
    session[PASS] = {**(session.get(PASS) or {}), _mark(key): int(clock.now().timestamp())}


@blueprint.post("/safe-browser")
@signed_in
@sent_from("guidance.home")
def prove() -> ResponseReturnValue:
    """The proof that a page got from Safe Exam Browser's own script interface, for the address of that page."""
    sent = request.get_json(silent=True)
    asked, given = (sent.get("page"), sent.get("proof")) if isinstance(sent, Mapping) else (None, None)
    if not isinstance(asked, str) or not PATH.fullmatch(asked) or not isinstance(given, str):
        raise RuleError(_("This is no proof of Safe Exam Browser."))
    key = proven_key(current_app.config["SETTINGS"].public_url + asked, given, _keys_of_page(asked))
    if key is None:
        raise RuleError(_("Safe Exam Browser runs with another configuration than that of this exam."))
    _remember(key)
    return "", 204


def _keys_of_page(path: str) -> Sequence[str]:
    """The keys of the exam that a page of ours is about; none for any other page."""
    try:
        adapter = current_app.create_url_adapter(request)
        arguments: Mapping[str, Any] = adapter.match(path.partition("?")[0], "GET")[1] if adapter else {}
    except HTTPException:
        return ()
    if "attempt_id" in arguments:
        return keys_of_attempt(arguments["attempt_id"])
    return _keys_of_exam(arguments["exam_id"]) if "exam_id" in arguments else ()


def _keys_of_exam(exam_id: str) -> Sequence[str]:
    """Those of the version of an exam that this person follows."""
    with reading_session() as reading:
        settings = reading.scalar(
            select(ExamVersion.settings)
            .join(Exam, Exam.id == ExamVersion.exam_id)
            .join(Enrolment, Enrolment.course_version_id == ExamVersion.course_version_id)
            .where(Exam.public_id == exam_id, Enrolment.account_id == current_actor().account_id)
        )
    return (settings or {}).get("safe_exam_browser") or ()


def start_refused(exam_version: ExamVersion) -> ResponseReturnValue | None:
    """Before an attempt is begun, so that none is used up: the page that says what to do, or None."""
    if is_proven(keys_of(exam_version)):
        return None
    return refusal(url_for("assessment.exam", exam_id=exam_version.exam.public_id))
