"""The worker's round of signatures: certificates that waited for a key, lists of revocations before they run out."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from app.certification.services import sign_what_waits, signing_is_due
from app.extensions import db
from app.web.transactions import reading_session


def sign_certificates(app: Flask) -> int:
    """Sign what is due; returns how many documents were signed. Nothing is written when nothing is due."""
    with app.app_context():
        with reading_session() as reading:
            if not signing_is_due(reading):
                return 0
        with Session(db.engine) as session:
            signed = sign_what_waits(session)
            session.commit()
            return signed
