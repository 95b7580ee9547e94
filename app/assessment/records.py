"""Everything that is kept of an attempt, as plain JSON: what a replay takes, and what the appeal file carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.assessment import decisions, draws, panels, remarked, waiting
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem, QuestionVersion, Result, Score
from app.assessment.paper_models import AttemptFile, Paper
from app.assessment.remarking_models import Remarking
from app.audit.models import AuditBody, AuditEntry

FORMAT = "passerelle-attempt/1"
Pools = dict[int, list[dict[str, Any]]]  # descriptions of questions by exam version: read once for many attempts


def record_of(session: Session, attempt: Attempt, pools: Pools | None = None) -> dict[str, Any]:
    """The record of one attempt: form, every answer that arrived, marks, decisions, its lines of the audit record."""
    items = session.scalars(
        select(AttemptItem)
        .options(joinedload(AttemptItem.version).joinedload(QuestionVersion.question))
        .where(AttemptItem.attempt_id == attempt.id)
        .order_by(AttemptItem.slot)
    ).all()
    rows = decisions.approved(session, attempt.exam_id, [item.question_version_id for item in items])
    panel = panels.panel_in_force(session, attempt.exam_version, attempt.started_at)
    rated = panels.rated_by(session, panel) if panel is not None else {}
    papers = waiting.papers_of(session, attempt.id)
    again = remarked.of_attempts(session, [attempt.id])
    papers_again = remarked.papers_of(session, again)
    about: list[Any] = [attempt, *rows, *papers, *again, *papers_again]
    return {
        "format": FORMAT,
        "attempt": _attempt(attempt),
        "exam": _exam(attempt),
        "pool": _pool(session, attempt.exam_version_id, {} if pools is None else pools),
        "items": [_item(item, rated.get(item.question_version_id)) for item in items],
        "events": _events(session, attempt.id),
        "answers": _answers(session, attempt.id),
        "files": _files(session, attempt.id),
        "papers": [_paper(paper) for paper in papers],
        "scores": _scores(session, attempt.id),
        "results": _results(session, attempt.id),
        "decisions": [_decision(row) for row in rows],
        "remarkings": [_remarking(one, [row for row in papers_again if row.remarking_id == one.id]) for one in again],
        "audit": audit_lines(session, [one.public_id for one in about]),
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": attempt.public_id,
        "number": attempt.number,
        "seed": attempt.seed.hex(),
        "drawn_from": attempt.drawn_from,
        "state": attempt.state,
        "language": attempt.language,
        "started_at": written(attempt.started_at),
        "deadline_at": written(attempt.deadline_at),
        "submitted_at": written(attempt.submitted_at),
        "finish_reason": attempt.finish_reason,
        "receipt_sha256": attempt.receipt_sha256,
    }


def _exam(attempt: Attempt) -> dict[str, Any]:
    version = attempt.exam_version
    return {
        "id": attempt.exam.public_id,
        "kind": attempt.exam.kind,
        "title": version.title,
        "settings": version.settings,
        "blueprint": version.blueprint,
    }


def _pool(session: Session, exam_version_id: int, pools: Pools) -> list[dict[str, Any]]:
    if exam_version_id not in pools:
        pools[exam_version_id] = [draws.described(version) for version in draws.pool_of(session, exam_version_id)]
    return pools[exam_version_id]


def _item(item: AttemptItem, rated: Fraction | None) -> dict[str, Any]:
    """One slot; `rated` is the mean of the panel whose cut holds, as an exact fraction, None without a panel."""
    return {
        "slot": item.slot,
        "question": item.version.question.public_id,
        "version": item.version.number,
        "type": item.version.type,
        "domain": item.version.domain,
        "points": str(item.points),
        "rated": None if rated is None else str(rated),
        "option_order": item.option_order,
        "body_sha256": item.version.body_sha256,
        "body": item.version.body,
    }


def _events(session: Session, attempt_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(select(AnswerEvent).where(AnswerEvent.attempt_id == attempt_id).order_by(AnswerEvent.id))
    return [
        {
            "slot": row.slot, "rev": row.rev, "payload": row.payload, "key": row.idempotency_key,
            "body_sha256": row.body_sha256, "tab": row.tab_id, "client_at": row.client_at,
            "server_at": written(row.server_at), "counted": row.counted,
        }
        for row in rows
    ]  # fmt: skip


def _answers(session: Session, attempt_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(select(Answer).where(Answer.attempt_id == attempt_id).order_by(Answer.slot))
    return [
        {"slot": row.slot, "rev": row.rev, "payload": row.payload, "saved_at": written(row.saved_at)} for row in rows
    ]


def _files(session: Session, attempt_id: int) -> list[dict[str, Any]]:
    """Every file that was sent, those replaced included; the answers say which was in force."""
    rows = session.scalars(
        select(AttemptFile).where(AttemptFile.attempt_id == attempt_id).order_by(AttemptFile.slot, AttemptFile.sent_at)
    )
    return [{"slot": row.slot, "sha256": row.sha256, "size": row.size, "sent_at": written(row.sent_at)} for row in rows]


def _paper(paper: Paper) -> dict[str, Any]:
    """What people decided of an essay or a file, and the signed markings it follows from; their places name them."""
    return {
        "id": paper.public_id,
        "slot": paper.slot,
        "markers": paper.markers,
        "levels": paper.levels,
        "decided_at": written(paper.decided_at),
        "markings": [
            {
                "place": one.place, "levels": one.levels, "feedback": one.feedback, "comment": one.comment,
                "done_at": written(one.done_at),
            }
            for one in paper.markings
            if one.done_at is not None
        ],
    }  # fmt: skip


def _scores(session: Session, attempt_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(select(Score).where(Score.attempt_id == attempt_id).order_by(Score.revision, Score.slot))
    return [
        {
            "slot": row.slot, "revision": row.revision, "credit": str(row.credit), "rule": row.rule,
            "rule_version": row.rule_version, "reason": row.reason, "scored_at": written(row.scored_at),
        }
        for row in rows
    ]  # fmt: skip


def _results(session: Session, attempt_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(select(Result).where(Result.attempt_id == attempt_id).order_by(Result.revision))
    return [
        {
            "revision": row.revision, "total": str(row.total), "max": str(row.max_points), "cut": str(row.cut),
            "passed": row.passed, "kept": row.kept, "per_domain": row.per_domain, "reason": row.reason,
            "decided_at": written(row.decided_at),
        }
        for row in rows
    ]  # fmt: skip


def _decision(row: Any) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "question": row.version.question.public_id,
        "version": row.version.number,
        "everywhere": row.exam_id is None,
        "kind": row.kind,
        "key": row.new_key,
        "reason": row.reason,
        "approved_at": written(row.approved_at),
        "carried_out": row.finished_at is not None,
    }


def _remarking(one: Remarking, papers: Sequence[Paper]) -> dict[str, Any]:
    """What was marked again on appeal, or was to be: proposed marks with their reasons, papers with their markings."""
    return {
        "id": one.public_id,
        "appeal": one.appeal.public_id,
        "state": one.state,
        "proposed_at": written(one.proposed_at),
        "approved_at": written(one.approved_at),
        "marks": [{"slot": mark.slot, "points": str(mark.points), "reason": mark.reason} for mark in one.marks],
        "papers": [_paper(paper) for paper in papers],
    }


def audit_lines(session: Session, subjects: Sequence[str]) -> list[dict[str, Any]]:
    """The lines of the audit record about some things; `hash` covers the others and `previous`, details apart."""
    rows = session.execute(
        select(AuditEntry, AuditBody.details)
        .outerjoin(AuditBody, AuditBody.seq == AuditEntry.seq)
        .where(AuditEntry.subject.in_(subjects))
        .order_by(AuditEntry.seq)
    )
    return [
        {**entry.content(), "previous": entry.previous, "hash": entry.hash, "details": details}
        for entry, details in rows
    ]


def written(moment: datetime | None) -> str | None:
    """A moment in UTC, to the microsecond."""
    return moment.isoformat(timespec="microseconds") if moment else None


Record = Mapping[str, Any]
