"""A site that hires."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import Cast
from tests.matching.people import Hiring


@pytest.fixture
def hiring(session: Session, cast: Cast) -> Hiring:
    """Skills, a course, and Dora's approved organisation."""
    return Hiring(session, cast.dora)
