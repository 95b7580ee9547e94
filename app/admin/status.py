"""The checks of the status page, in words: what was looked at, how it stands, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.admin.queries import AuditState, DatabaseState, OutboxState, audit_state, database_state, outbox_state
from app.foundation import clock
from app.foundation.i18n import gettext as _
from app.foundation.i18n import ngettext
from app.jobs.queries import employers_waiting

LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One line: state is "ok", "care" or "stop"."""

    state: str
    name: str
    detail: str
    href: str = ""


def checks(session: Session) -> list[Check]:
    """Every check, in the order of the page."""
    return [
        check_database(database_state(session)),
        check_outbox(outbox_state(session)),
        check_audit(audit_state(session)),
        *check_employers(employers_waiting(session)),
    ]


def check_database(state: DatabaseState) -> Check:
    """The name, version and migration; an old SQLite asks for care."""
    detail = _("%(name)s %(version)s, migration %(migration)s", **_facts(state))
    if not state.wal_bug:
        return Check("ok", _("Database"), detail)
    advice = _("SQLite before 3.51.3 can damage its file; one process alone does the risky step until it is upgraded.")
    return Check("care", _("Database"), f"{detail}. {advice}")


def _facts(state: DatabaseState) -> dict[str, str]:
    return {"name": state.name, "version": state.version, "migration": state.migration}


def check_outbox(state: OutboxState) -> Check:
    """Letters and files that wait; late ones mean that the worker has stopped."""
    if state.oldest_due is not None and clock.now() - state.oldest_due > LATE:
        words = ngettext("%(num)s message has been waiting", "%(num)s messages have been waiting", state.waiting)
        advice = _("Start the worker: flask --app wsgi worker")
        return Check("stop", _("Outbox"), f"{words}. {advice}")
    if state.dead:
        words = ngettext("%(num)s message could not be sent", "%(num)s messages could not be sent", state.dead)
        return Check("care", _("Outbox"), words)
    sent = ngettext("%(num)s sent", "%(num)s sent", state.sent)
    waiting = ngettext("%(num)s waiting", "%(num)s waiting", state.waiting)
    return Check("ok", _("Outbox"), f"{sent}, {waiting}")


def check_audit(state: AuditState) -> Check:
    """Whether every entry follows from the one before it."""
    if state.broken_at is not None:
        words = _("entry %(number)s does not follow: the record was changed", number=state.broken_at)
        return Check("stop", _("Audit record"), words)
    words = ngettext("%(num)s entry, chain intact", "%(num)s entries, chain intact", state.entries)
    return Check("ok", _("Audit record"), words)


def check_employers(waiting: int) -> list[Check]:
    """Organisations whose offers stay out of sight until somebody approves them; nothing to say when there is none."""
    if not waiting:
        return []
    words = ngettext("%(num)s organisation to approve", "%(num)s organisations to approve", waiting)
    return [Check("care", _("Employers"), words, "/admin/employers")]
