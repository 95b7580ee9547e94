"""Waits in words."""

from __future__ import annotations

import pytest

from app.foundation.i18n import use_language
from app.foundation.wording import wait_in_words


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (1, "1\u00a0seconde", "1 second"),
        (59, "59\u00a0secondes", "59 seconds"),
        (61, "2\u00a0minutes", "2 minutes"),
        (3600, "60\u00a0minutes", "60 minutes"),
        (5401, "2\u00a0heures", "2 hours"),
    ],
)
def test_a_wait_is_rounded_up_in_its_own_unit(seconds: int, french: str, english: str) -> None:
    with use_language("fr"):
        assert wait_in_words(seconds) == french
    with use_language("en"):
        assert wait_in_words(seconds) == english
