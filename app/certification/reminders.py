"""Telling holders that a certificate comes to its end: 90, 30 and 7 days before, once each."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.certification import queries, rules
from app.certification.models import Certificate
from app.certification.signatures import send_letter
from app.foundation import clock

EXPIRING = "certificate-expiring"


def remind_expiring(session: Session) -> int:
    """Queue the letters that are due now; returns how many. Whoever joins late gets the nearest one alone."""
    reminders = due_reminders(session)
    for certificate, key in reminders:
        send_letter(session, certificate, EXPIRING, key)
    return len(reminders)


def due_reminders(session: Session) -> list[tuple[Certificate, str]]:
    """The certificates to write about now, with the key under which each letter is sent once."""
    now, nearer, found = clock.now(), timedelta(0), []
    for days in sorted(rules.REMINDERS):
        until, mark = timedelta(days), f"-{days}"
        for certificate in queries.expiring_certificates(session, now + nearer, now + until, mark):
            found.append((certificate, f"{EXPIRING}-{certificate.public_id}{mark}"))
        nearer = until
    return found
