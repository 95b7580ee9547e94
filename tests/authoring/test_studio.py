"""The studio: for those who teach, and counts that are true."""

from __future__ import annotations

import pytest

from tests.builders import Cast
from tests.reviewer import ReviewedClient


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_empty_studio_says_how_to_begin(cast: Cast, language: str) -> None:
    assert cast.client("camille").get(f"/studio/?lang={language}").status_code == 200


def test_the_studio_is_for_those_who_teach(cast: Cast, client: ReviewedClient) -> None:
    assert cast.client("ada").get("/studio/").status_code == 403
    assert client.get("/studio/").status_code == 302
