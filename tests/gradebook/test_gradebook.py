"""The gradebook: true cells, in few statements, for those who teach."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import Cast
from tests.courses import Small, begin

PAGE = "/studio/courses/petit-cours/gradebook"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages(cast: Cast, session: Session, language: str) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    client = cast.client("camille", language=language)
    client.get(PAGE)
    print(client.text())
    client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    print(client.text())
    print(client.post(PAGE, {"q": ""}).get_data(as_text=True))
