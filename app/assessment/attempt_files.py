"""Files that candidates send as answers: kept by their hash, in force as any other answer is, never opened here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.assessment.answering import Incoming, Outcome, Saved, save_answer, was_sent
from app.assessment.paper_models import AttemptFile
from app.assessment.sittings import Place, Sitting
from app.assessment.uploads import Upload
from app.foundation import clock


def keep_file(session: Session, *, attempt: Sitting, place: Place, upload: Upload, sha256: str) -> Saved:
    """Put a stored file in force for a question, in the place of the one before; the attempt is held.

    What comes after the end is kept, and not counted, as every other answer. The same file again changes nothing.
    """
    payload = {"sha256": sha256, "name": upload.name}
    if place.payload == payload and place.saved_at is not None:
        return Saved(Outcome.DUPLICATE, place.rev, place.saved_at, payload)
    if not was_sent(session, attempt.id, place.slot, sha256):
        session.add(
            AttemptFile(
                attempt_id=attempt.id, slot=place.slot, sha256=sha256, size=len(upload.content), sent_at=clock.now()
            )
        )
        session.flush()
    return _put(session, attempt, place, payload)


def remove_file(session: Session, *, attempt: Sitting, place: Place) -> Saved:
    """Answer nothing instead; the file itself stays among what was sent, for an appeal."""
    if place.payload is None:
        return Saved(Outcome.DUPLICATE, place.rev, place.saved_at or clock.now())
    return _put(session, attempt, place, None)


def _put(session: Session, attempt: Sitting, place: Place, payload: Mapping[str, Any] | None) -> Saved:
    incoming = Incoming(place.slot, payload, place.rev + 1, secrets.token_hex(16))
    return save_answer(session, attempt=attempt, incoming=incoming)
