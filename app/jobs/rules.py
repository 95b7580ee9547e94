"""Policy of offers and applications: labels, limits, states and who may move what where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from app.foundation.i18n import LazyText
from app.foundation.i18n import lazy_gettext as _l

MOST_REQUIREMENTS = 30
MOST_PAY = 10_000_000  # a year, gross: beyond it is a slip of the keyboard
LONGEST_OPENING = timedelta(days=366)
SHORTEST_JUSTIFICATION = 20  # signs

CONTRACT_LABELS: Mapping[str, LazyText] = {
    "permanent": _l("Permanent contract"),
    "fixed-term": _l("Fixed-term contract"),
    "apprenticeship": _l("Apprenticeship"),
    "internship": _l("Internship"),
    "freelance": _l("Freelance work"),
}
REMOTE_LABELS: Mapping[str, LazyText] = {
    "on-site": _l("On site"),
    "hybrid": _l("Partly remote"),
    "remote": _l("Fully remote"),
}
LANGUAGE_LABELS: Mapping[str, LazyText] = {"fr": _l("French"), "en": _l("English")}
OFFER_STATE_LABELS: Mapping[str, LazyText] = {
    "draft": _l("Draft"),
    "published": _l("Published"),
    "closed": _l("Closed"),
}
APPLICATION_STATE_LABELS: Mapping[str, LazyText] = {
    "sent": _l("Sent"),
    "read": _l("Read by the employer"),
    "interview": _l("Interview proposed"),
    "hired": _l("Hired"),
    "declined": _l("Declined"),
    "withdrawn": _l("Withdrawn"),
}
DECLINE_REASONS: Mapping[str, LazyText] = {
    "essential-skill": _l("An essential skill is not proven"),
    "level": _l("A skill is proven below the level asked"),
    "other-candidate": _l("Another person proves more of what is asked"),
    "interview": _l("The interview did not convince us"),
    "conditions": _l("We could not agree on place, hours or pay"),
    "position-filled": _l("The position is filled"),
    "position-cancelled": _l("The position no longer exists"),
}

# From each state, where the employer may take an application; nothing else moves it but the learner withdrawing.
EMPLOYER_MOVES: Mapping[str, tuple[str, ...]] = {
    "sent": ("read", "interview", "hired", "declined"),
    "read": ("interview", "hired", "declined"),
    "interview": ("hired", "declined"),
    "hired": (),
    "declined": (),
    "withdrawn": (),
}
CONTACT_STATES = ("interview", "hired")  # the employer reads the e-mail address from here on


def may_move(state: str, wanted: str) -> bool:
    """May an employer take an application from `state` to `wanted`?"""
    return wanted in EMPLOYER_MOVES[state]


def may_withdraw(state: str) -> bool:
    """May the learner still take an application back?"""
    return bool(EMPLOYER_MOVES[state])


def is_open(state: str, closes_on: date, today: date) -> bool:
    """Does a published offer still take applications? Its closing day counts."""
    return state == "published" and closes_on >= today
