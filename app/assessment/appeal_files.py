"""The appeal file: everything kept of an attempt in one ZIP; and its candidate's own, without questions or keys."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.assessment.appeal_models import Appeal
from app.assessment.appeals import appeals_of
from app.assessment.models import Attempt
from app.assessment.records import audit_lines, record_of, written
from app.assessment.signal_models import Signal
from app.assessment.signal_queries import public_ids, signals_of
from app.assessment.uploads import kind_of
from app.foundation.i18n import gettext as _
from app.foundation.storage import Storage

RECORD, APPEALS, SIGNALS, README = "record.json", "appeals.json", "signals.json", "README.txt"
# What tells of an accommodation stays with the candidate and those who grant it: the lines remain, not their details.
PRIVATE = frozenset({"attempt.extended", "attempt.break-started", "attempt.break-ended"})


def staff_file(session: Session, attempt: Attempt, storage: Storage) -> bytes:
    """Layout, versions with keys, events, scores, decisions, audit lines: what `attempts replay --file` replays."""
    record = record_of(session, attempt)
    record["audit"] = [_without_accommodation(line) for line in record["audit"]]
    appeals = appeals_of(session, attempt.id)
    lines = audit_lines(session, [one.public_id for one in appeals])
    readme = _(
        "Appeal file of an attempt at an exam.\n\n"
        "record.json holds the form with every question and its key, every answer that arrived, counted or not, the "
        "marks in all their revisions, what people decided of texts and files, the decisions on questions, what was "
        "marked again on appeal, and the lines of the audit record.\n"
        "files/ holds every file that was sent, those replaced included, named by their SHA-256.\n"
        "appeals.json holds what was contested and answered.\n\n"
        "To make the same marks again: flask --app wsgi attempts replay --file THIS-FILE\n\n"
        "It contains keys of questions that may still be used: keep it to those who answer the appeal."
    )
    about = {"appeals": [_appeal(one) for one in appeals], "audit": lines}
    readme += "\n\n" + _(
        "signals.json holds what was noted while the exam was sat. None of it changed a mark, and none of it proves "
        "anything by itself."
    )
    told = {README: readme, RECORD: record, APPEALS: about, SIGNALS: _signals(session, attempt)}
    return _zip({**told, **_sent(record, storage)}, attempt.started_at)


def own_file(session: Session, attempt: Attempt, storage: Storage) -> bytes:
    """What a candidate may take along: their answers and marks, nothing that gives a question or a key away."""
    whole = record_of(session, attempt)
    settings = whole["exam"]["settings"]
    record = {
        "format": "passerelle-own-attempt/1",
        "attempt": {name: value for name, value in whole["attempt"].items() if name not in ("seed", "drawn_from")},
        "exam": {"id": whole["exam"]["id"], "title": whole["exam"]["title"]},
        "items": [_shown(item) for item in whole["items"]],
        "events": whole["events"],
        "answers": whole["answers"],
        "files": whole["files"],
        "papers": whole["papers"],
        "results": [_known(one, settings) for one in whole["results"]],
        "decisions": [_told(one) for one in whole["decisions"]],
        "remarkings": [_known_remarking(one, settings) for one in whole["remarkings"] if one["state"] == "approved"],
    }
    left_out = _(
        "What is kept of your attempt.\n\n"
        "record.json holds your form, every answer that arrived from you with its time, counted or not, what people "
        "decided and said of your texts and files, also when they were marked again, your results in all their "
        "revisions and what was decided about its questions. files/ holds the files that you sent. appeals.json holds "
        "what you contested and what was answered.\n\n"
        "Left out, because other candidates will meet the same questions: their texts, the answers proposed, the right "
        "answers and the comments on them, the number from which your form was drawn. An answer chosen from a list is "
        "there as the code that your page sent. The lines of the audit record stay with the site.\n\n"
        "Whoever answers an appeal has all of it, and can make every mark again from it."
    )
    if settings.get("shows") == "items":
        record["scores"] = whole["scores"]
    else:
        left_out += "\n\n" + _(
            "What each question earned is left out too: the right answers could be told from it. Your result page has "
            "the points by domain."
        )
    appeals = [_appeal(one) for one in appeals_of(session, attempt.id)]
    left_out += "\n\n" + _(
        "signals.json holds what was noted while you sat the exam, as far as it is not deleted yet. None of it changed "
        "a mark."
    )
    signals = _signals(session, attempt, named=False)
    told = {README: left_out, RECORD: record, APPEALS: {"appeals": appeals}, SIGNALS: signals}
    return _zip({**told, **_sent(whole, storage)}, attempt.started_at)


def _sent(record: Mapping[str, Any], storage: Storage) -> dict[str, bytes]:
    """The files that were sent as answers, each under its SHA-256 and the end of its name."""
    payloads = [event["payload"] for event in record["events"]]
    names = {one["sha256"]: one["name"] for one in payloads if one and "sha256" in one}
    return {f"files/{sha256}.{kind_of(name)}": storage.get(sha256) for sha256, name in sorted(names.items())}


def _without_accommodation(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**line, "details": None} if line["event"] in PRIVATE else dict(line)


def _shown(item: Mapping[str, Any]) -> dict[str, Any]:
    """A slot without its question: which it was, what it was worth, the codes of its options in the order shown."""
    kept = ("slot", "question", "version", "type", "domain", "points", "body_sha256")
    return {name: item[name] for name in kept} | {"options": [pair[0] for pair in item["option_order"]]}


def _known(result: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """A result as far as the page of the result shows it."""
    hidden = {"per_domain"} if settings.get("shows") == "score" else set()
    return {name: value for name, value in result.items() if name not in hidden}


def _known_remarking(one: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What was marked again, as far as the page shows it: a mark of a question alone would tell its right answer."""
    if settings.get("shows") == "items":
        return dict(one)
    return {**one, "marks": [{"slot": mark["slot"], "reason": mark["reason"]} for mark in one["marks"]]}


def _told(decision: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in decision.items() if name != "key"}


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "id": appeal.public_id,
        "state": appeal.state,
        "grounds": appeal.grounds,
        "filed_at": written(appeal.filed_at),
        "due_at": written(appeal.due_at),
        "answer": appeal.answer,
        "closed_at": written(appeal.closed_at),
    }


def _signals(session: Session, attempt: Attempt, *, named: bool = True) -> dict[str, Any]:
    """What was noted; whose answers are alike is `named` to those who answer an appeal, never to another candidate."""
    rows = signals_of(session, attempt.id)
    others = public_ids(session, [row.other_id for row in rows if row.other_id is not None]) if named else {}
    return {"signals": [_signal(row, others) for row in rows]}


def _signal(row: Signal, others: Mapping[int, str]) -> dict[str, Any]:
    said = {
        "kind": row.kind, "at": written(row.at), "slot": row.slot, "amount": row.amount, "details": row.details
    }  # fmt: skip
    other = others.get(row.other_id or 0)
    return said | ({"other_attempt": other} if other else {})


def _zip(files: Mapping[str, Any], moment: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content if isinstance(content, bytes) else _as_text(content).encode("utf-8"))
    return out.getvalue()


def _as_text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
