"""Refusals, waits and times of exams, points and states of projects, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.assessment import rules
from app.assessment.answers import Reason as PayloadReason
from app.assessment.regrading import Kind
from app.assessment.rubrics import Step
from app.foundation.i18n import current_language, ngettext
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.typography import format_number
from app.foundation.wording import moment_in_words

MINUTE, HOUR, DAY = 60, 3600, 86400
APPEAL_STATES = {
    rules.AppealState.OPEN: _l("Received"),
    rules.AppealState.IN_REVIEW: _l("Being looked into"),
    rules.AppealState.UPHELD: _l("Upheld"),
    rules.AppealState.REJECTED: _l("Rejected"),
    rules.AppealState.WITHDRAWN: _l("Withdrawn"),
}
REMARKINGS = {
    "marking": _l("Being marked"),
    "proposed": _l("Waits for an approval"),
    "approved": _l("Approved"),
    "dropped": _l("Given up"),
}
DECISIONS = {
    Kind.VOID: _l("Void it: it counts neither in the points, nor in the pass mark"),
    Kind.CREDIT_ALL: _l("Give its points to everybody"),
    Kind.REKEY: _l("Change its key, and mark it again"),
}
BLANK = _l("Choose or write an answer first.")
ON_BREAK = _l("This answer came during the break: it is kept, but it does not count. End the break, then answer again.")


def refusal_sentences(reasons: Iterable[rules.Reason]) -> list[str]:
    """Why an attempt may not start, but for what is to be passed before: the page of the exam names that itself."""
    return [refusal_sentence(reason) for reason in reasons if reason.code is not rules.Obstacle.PREREQUISITES]


def refusal_sentence(reason: rules.Reason) -> str:
    """Why an attempt may not start, in words."""
    at = moment_in_words(reason.at) if reason.at else ""
    sentences = {
        rules.Obstacle.NOT_ENROLLED: _("Begin the course first: the exam comes with it."),
        rules.Obstacle.PREREQUISITES: _("Something has to be passed before this exam opens: the page says what."),
        rules.Obstacle.NO_ATTEMPT_LEFT: _("All the attempts at this exam have been used."),
        rules.Obstacle.BEING_MARKED: _("The result of your last attempt is not out yet: wait for it first."),
        rules.Obstacle.COOL_DOWN: _("The next attempt opens on %(when)s.", when=at),
        rules.Obstacle.ALREADY_PASSED: _passed_sentence(at),
        rules.Obstacle.NOT_OPEN_YET: _("This exam opens on %(when)s.", when=at),
        rules.Obstacle.CLOSED: _("This exam closed on %(when)s.", when=at),
        rules.Obstacle.SESSION_CODE: _("The code of the supervised session is needed."),
        rules.Obstacle.POOL_TOO_SMALL: _(
            "This exam cannot be drawn just now: its bank is too small. No attempt was counted; please tell "
            "those who run this site."
        ),
    }
    return sentences[reason.code]


def left_sentence(slot: int) -> str:
    """An answer came to a question that was left, where questions are taken in order."""
    return _(
        "Question %(slot)s was left before this answer came: what was sent is kept, but it does not count. "
        "This exam does not go back.",
        slot=slot,
    )


def _passed_sentence(at: str) -> str:
    if not at:
        return _("You have passed this exam, and what it proves does not expire.")
    return _("You have passed this exam. From %(when)s you may sit it again, to renew your certificate.", when=at)


def unreadable_sentence(reason: PayloadReason) -> str:
    """Why an answer cannot be kept, in words."""
    sentences = {
        PayloadReason.TOO_LONG: _("This answer is too long: keep it under 4,000 characters."),
        PayloadReason.TOO_LARGE: _("This text is too long to be kept. Shorten it, then save it again."),
        PayloadReason.TOO_MANY_WORDS: _(
            "This text has more words than the question takes. Shorten it, then check it again."
        ),
        PayloadReason.UNSTORABLE: _("This answer holds characters that cannot be stored. Type it again."),
        PayloadReason.NOT_A_NUMBER: _("Write a number, for example 32,000."),
        PayloadReason.SHARED_PLACE: _("Two items have the same place: give each its own."),
    }
    return sentences.get(reason) or _("This answer does not fit the question. Reload the page and answer again.")


def duration_in_words(seconds: int) -> str:
    """A wait or a length in its own unit: 24 hours, 7 days, 90 minutes."""
    if seconds >= 2 * DAY and seconds % DAY == 0:
        return ngettext("%(num)s day", "%(num)s days", seconds // DAY)
    if seconds % HOUR == 0:
        return ngettext("%(num)s hour", "%(num)s hours", seconds // HOUR)
    return ngettext("%(num)s minute", "%(num)s minutes", -(-seconds // MINUTE))


def waits_in_words(delays: Sequence[int]) -> list[str]:
    """The waits between attempts: "24 hours after attempt 1"."""
    return [
        _("%(wait)s after attempt %(number)s", wait=duration_in_words(seconds), number=number)
        for number, seconds in enumerate(delays, start=1)
    ]


def allowed_in_words(duration_s: int, extra_percent: int) -> str:
    """The time a person has, to the nearest minute: "80 minutes, including your 33 %"."""
    minutes = (rules.allowed_seconds(duration_s, extra_percent) + MINUTE // 2) // MINUTE
    allowed = ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return (
        _("%(allowed)s, including your %(extra)s%%", allowed=allowed, extra=extra_percent) if extra_percent else allowed
    )


def window_in_words(settings: Mapping[str, Any], extra_percent: int) -> str:
    """What the window of an exam does to its time: the rule in force; "" for an exam that never closes."""
    if not settings.get("closes"):
        return ""
    closes = datetime.fromisoformat(settings["closes"])
    if settings.get("policy") == "full":
        return _(
            "Start before %(when)s: whoever has started by then keeps their whole time.", when=moment_in_words(closes)
        )
    last = rules.window_end(closes, settings["duration_s"], extra_percent)
    return _("Your exam ends with your time, and at the latest on %(when)s.", when=moment_in_words(last))


def points_in_words(points: object) -> str:
    """The points of a level as its author wrote them: 1 point, 2 points; 1,5 point · 1.5 points."""
    value, language = Decimal(str(points)), current_language()
    # Below two is singular in French; in English one alone is.
    singular = value < 2 if language == "fr" else value == 1
    return ngettext(
        "%(points)s point", "%(points)s points", 1 if singular else 2, points=format_number(value, language)
    )


def step_in_words(state: str) -> str:
    """Where a submission stands, for its owner."""
    return str(STEPS[Step(state)])


def team_step_in_words(state: Step) -> str:
    """Where the work of a team stands on a challenge, for its members."""
    return _("Work accepted") if state is Step.ACCEPTED else str(STEPS[state])


STEPS = {
    Step.DRAFT: _l("Not handed in yet"),
    Step.SUBMITTED: _l("Handed in, waiting to be read"),
    Step.IN_REVIEW: _l("Being read"),
    Step.ACCEPTED: _l("Project accepted"),
    Step.CHANGES_REQUESTED: _l("Changes asked for"),
    Step.NOT_REACHED: _l("Threshold not reached"),
    Step.NOT_HANDED_IN: _l("Not handed in"),
}
