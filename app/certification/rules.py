"""Rules of certificates: how long one holds, what is printed of a score, how a name is masked, how keys are named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from app.foundation import clock

# A signed list of revocations holds for a day; it is signed again after six hours, so that the worker may
# rest for most of a day before anybody is told that a status cannot be read.
STATUS_LIST_LIFE = timedelta(hours=24)
STATUS_LIST_RENEWAL = timedelta(hours=6)
# Random indexes stay quick to find, and tell nothing of their order, while half of the list is free.
STATUS_LIST_FULL = 65_536
SCORE_STEP = Decimal("0.01")


class State(StrEnum):
    """What the register holds of a certificate; pending ones wait for a key and are nobody's proof yet."""

    PENDING = "pending"
    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


# A revocation is final, and what was replaced stays replaced. A suspended certificate that is reinstated is signed
# anew, so it passes through pending where the signing key is not at hand.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.PENDING: frozenset({State.VALID, State.REVOKED}),
    State.VALID: frozenset({State.SUSPENDED, State.REVOKED, State.SUPERSEDED}),
    State.SUSPENDED: frozenset({State.PENDING, State.REVOKED}),
    State.REVOKED: frozenset(),
    State.SUPERSEDED: frozenset(),
}


def states_before(target: State) -> list[str]:
    """The states from which a certificate may come to this one."""
    return [state.value for state, targets in TRANSITIONS.items() if target in targets]


# What staff may do to a certificate, by the last word of its address, and the state that it comes to.
STEPS: Mapping[str, State] = {
    "suspension": State.SUSPENDED,
    "reinstatement": State.PENDING,
    "correction": State.SUPERSEDED,
    "renewal": State.SUPERSEDED,
    "revocation": State.REVOKED,
}


def steps_open(state: str, *, holder_known: bool, expires: bool) -> list[str]:
    """The steps that the table above allows; nothing is signed for an erased holder, and what never ends is renewed by
    nobody."""
    signed_again = {"reinstatement", "correction", "renewal"}
    return [
        step
        for step, target in STEPS.items()
        if target in TRANSITIONS[State(state)]
        and (holder_known or step not in signed_again)
        and (expires or step != "renewal")
    ]


class Reason(StrEnum):
    """Why a certificate was revoked: a category, never a free text about a person."""

    MARKING_ERROR = "marking-error"
    ISSUED_IN_ERROR = "issued-in-error"
    MISCONDUCT = "misconduct"
    HOLDER_REQUEST = "holder-request"


# What these say of the certificate they say of the exam: its pass is none. At the holder's own request it stays one.
ANNULS_THE_PASS = frozenset({Reason.MARKING_ERROR, Reason.ISSUED_IN_ERROR, Reason.MISCONDUCT})


class SuspensionReason(StrEnum):
    """Why a certificate does not count for now: a category as well."""

    UNDER_REVIEW = "under-review"
    APPEAL = "appeal"
    IDENTITY_CHECK = "identity-check"


def score_ratio(total: Decimal, maximum: Decimal) -> Decimal:
    """The score from 0 to 1 in hundredths, cut off and never rounded up: 0.6999 is 0.69."""
    if not maximum:
        return Decimal(0)
    return (total / maximum).quantize(SCORE_STEP, ROUND_DOWN)


def percentage(ratio: float) -> int:
    """A stored ratio of hundredths out of 100: 0.29 is 29, whatever binary fractions make of it."""
    return int((Decimal(str(ratio)) * 100).to_integral_value(ROUND_DOWN))


def expiry(issued_at: datetime, months: int | None) -> datetime | None:
    """The same day so many months later, or the last day of a shorter month; None without limit."""
    return None if months is None else clock.months_after(issued_at, months)


def status_at(state: str, expires_at: datetime | None, now: datetime) -> str:
    """What the holder reads: pending, valid, revoked or expired; a revocation outlives an expiry."""
    if state == State.VALID and expires_at is not None and now >= expires_at:
        return "expired"
    return state


# Days before a certificate expires at which its holder is told.
REMINDERS = (90, 30, 7)
SOON = timedelta(days=max(REMINDERS))
# What a holder may give to others as a proof; an expired certificate says by itself that it was one.
GIVEN = frozenset({"valid", "expiring", "expired"})


def standing_at(state: str, expires_at: datetime | None, now: datetime) -> str:
    """What the holder and staff read: the status, or expiring from the first reminder on."""
    status = status_at(state, expires_at, now)
    return "expiring" if status == State.VALID and expires_at is not None and now >= expires_at - SOON else status


def masked_name(name: str) -> str:
    """The first letter of each word: Ada Lovelace is A… L…"""
    return " ".join(f"{word[0]}…" for word in name.split())


def language_of(texts: Mapping[str, str], wanted: str) -> str:
    """The language a certificate is written in: the holder's where its title has it, else one that the title has."""
    return wanted if texts.get(wanted) else next((code for code in sorted(texts) if texts[code]), wanted)


OTHER_LANGUAGE = "other"


def second_language(wanted: str | None, first: str, texts: Mapping[str, str]) -> str | None:
    """The second language of a certificate whose design asks for the other one, or for one by its code; None where the
    title has no text in it."""
    others = [code for code in sorted(texts) if texts[code] and code != first]
    if wanted == OTHER_LANGUAGE:
        return next(iter(others), None)
    return wanted if wanted in others else None


def did_of(authority: str) -> str:
    """The did:web of a host and port, as in did:web:localhost%3A8000."""
    return f"did:web:{authority.lower().replace(':', '%3A')}"


def next_key_id(year: int, taken: Collection[str]) -> str:
    """The next name of a key: key-2026-01, then key-2026-02; a name once used is never used again."""
    number = 1
    while f"key-{year}-{number:02d}" in taken:
        number += 1
    return f"key-{year}-{number:02d}"
