"""A site that can sign."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from tests.certification import builders


@pytest.fixture
def keys(app: Flask, session: Session) -> str:
    """The id of a fresh signing key."""
    return builders.make_keys(app, session)


@pytest.fixture
def exam(keys: str, session: Session) -> ExamVersion:
    """The certification exam of a tiny course, on a site that can sign."""
    version = builders.make_course(session)
    session.commit()
    return version
