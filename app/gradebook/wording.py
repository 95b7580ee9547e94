"""Words of the gradebook for those who teach: empty cells, marks, what keeps an exam shut, how an attempt ended."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.assessment.allowances import allowance_of
from app.assessment.models import Attempt, Result
from app.assessment.project_outcomes import ProjectOutcome
from app.assessment.regrading import CAUSE
from app.assessment.rubrics import Step
from app.assessment.rules import Obstacle, Reason, State
from app.assessment.wording import refusal_sentence
from app.catalog.models import CourseVersion
from app.foundation.i18n import LazyText, current_language, ngettext
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.typography import format_number, format_percent
from app.foundation.wording import moment_in_words
from app.gradebook.queries import Exam, Row
from app.gradebook.rules import Blank, Sort

BLANKS: dict[Blank, LazyText] = {
    Blank.ELSEWHERE: _l("not in their version"),
    Blank.LOCKED: _l("locked"),
    Blank.NOT_BEGUN: _l("not begun"),
    Blank.IN_PROGRESS: _l("in progress"),
    Blank.BEING_MARKED: _l("being marked"),
    Blank.NOT_RELEASED: _l("marked, not released"),
    Blank.ANNULLED: _l("annulled"),
    Blank.NOT_FINISHED: _l("no result yet"),
}
SORTS: dict[Sort, LazyText] = {
    Sort.NAME: _l("Name"),
    Sort.BEHIND: _l("Least progress"),
    Sort.AHEAD: _l("Most progress"),
    Sort.LOWEST: _l("Lowest mark"),
    Sort.HIGHEST: _l("Highest mark"),
}
STATES: dict[State, LazyText] = {
    State.IN_PROGRESS: _l("In progress"),
    State.SUBMITTED: _l("Being marked"),
    State.SCORED: _l("Marked, not released"),
    State.RELEASED: _l("Released"),
    State.ANNULLED: _l("Annulled"),
}
CERTIFICATES: dict[str, LazyText] = {
    "pending": _l("to be signed"),
    "valid": _l("valid"),
    "expired": _l("expired"),
    "suspended": _l("suspended"),
    "revoked": _l("revoked"),
    "superseded": _l("replaced"),
}
PROJECT_STATES: dict[Step, LazyText] = {
    Step.DRAFT: _l("being written"),
    Step.SUBMITTED: _l("handed in"),
    Step.IN_REVIEW: _l("being marked"),
    Step.ACCEPTED: _l("accepted"),
    Step.CHANGES_REQUESTED: _l("changes asked for"),
}
DECIDED = (Step.ACCEPTED, Step.CHANGES_REQUESTED)  # where the last score is that of the last revision
REASONS: dict[str, LazyText] = {"marked": _l("first marking"), CAUSE: _l("corrected: a question was faulty")}


def name_of(name: str | None) -> str:
    """The name of somebody, or that their account is no more."""
    return name if name is not None else _("Erased account")


def mark_in_words(result: Result) -> str:
    """13.99 out of 20, 14 to pass."""
    return _("%(total)s out of %(max)s, %(cut)s to pass", **{
        key: format_number(value, current_language())
        for key, value in (("total", result.total), ("max", result.max_points), ("cut", result.cut))
    })  # fmt: skip


def used_in_words(exam: Exam) -> str:
    """1 of 3, or 1 where there is no limit."""
    return _("%(used)s of %(most)s", used=exam.used, most=exam.most) if exam.most is not None else str(exam.used)


def outcome_in_words(exam: Exam) -> str:
    """Passed or not; before a result, why there is none."""
    if exam.passed is None:
        return str(BLANKS[exam.blank or Blank.NOT_FINISHED])
    return _("passed") if exam.passed else _("not passed")


def certificate_in_words(row: Row) -> str:
    """The state of the certificate, or why there is none."""
    if row.certificate is not None:
        return str(CERTIFICATES.get(row.certificate.status, row.certificate.status))
    if row.exam is None:
        return _("no exam")
    return _("not issued") if row.exam.passed else _("not earned yet")


def work_in_words(outcome: ProjectOutcome) -> str:
    """Where a project stands, its score once one was decided, how often it was handed in again."""
    said = [str(PROJECT_STATES[outcome.state])]
    if outcome.percent is not None:
        percent = format_percent(outcome.percent, current_language())
        told = outcome.state in DECIDED
        said.append(percent if told else _("%(percent)s before", percent=percent))
    if outcome.resubmissions:
        said.append(ngettext("handed in again once", "handed in again %(num)s times", outcome.resubmissions))
    return ", ".join(said)


def time_allowed(attempt: Attempt | None) -> str:
    """80 min, or 80 min and 10 min of breaks: the time an attempt had; "" without a limit."""
    allowance = allowance_of(attempt) if attempt else None
    if allowance is None:
        return ""
    work, breaks = (-(-int(one.total_seconds()) // 60) for one in (allowance.work, allowance.breaks))
    if breaks:
        return _("%(work)s min, and %(breaks)s min of breaks", work=work, breaks=breaks)
    return _("%(count)s min", count=work)


def domain_marks(version: CourseVersion, result: Result) -> list[tuple[Any, Decimal, Decimal]]:
    """The title, the points and the most points of each domain of a result, in the order of the course."""
    order = {domain: place for place, domain in enumerate(version.domains)}
    return [
        (version.domains.get(one["domain"], {}).get("title", one["domain"]), Decimal(one["total"]), Decimal(one["max"]))
        for one in sorted(result.per_domain, key=lambda one: order.get(one["domain"], len(order)))
    ]


def reason_in_words(reason: str) -> str:
    """Why a result was decided; what staff wrote is given as it is."""
    return str(REASONS.get(CAUSE if reason.startswith(CAUSE) else reason, reason))


def obstacle_in_words(reason: Reason, missing: Sequence[str]) -> str:
    """What keeps an exam shut for somebody, said to those who teach; `missing` are the titles of what is to pass."""
    if reason.code is Obstacle.PREREQUISITES:
        return _("To pass first: %(what)s.", what=", ".join(missing))
    if reason.code is Obstacle.NO_ATTEMPT_LEFT:
        return _("All the attempts at this exam have been used.")
    if reason.code is Obstacle.ALREADY_PASSED and reason.at is None:
        return _("The exam is passed, and what it proves does not expire.")
    if reason.code is Obstacle.ALREADY_PASSED and reason.at is not None:
        return _("The exam is passed; it may be sat again from %(when)s.", when=moment_in_words(reason.at))
    return refusal_sentence(reason)
