"""Compare a typed text with the ones an author accepts: same letters, whatever the keyboard did to them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u2032\u00b4`", "'"))
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
LARGEST_PATTERN_BYTES = 1 << 20


class PatternError(ValueError):
    """An author's regular expression that RE2 refuses, look-around among others."""


@dataclass(frozen=True, slots=True)
class Match:
    """What counts when two texts are compared: True means a difference makes the answer wrong."""

    case: bool = False
    accents: bool = True
    spaces: bool = False

    def simplify(self, text: str) -> str:
        """Bring a text to the form in which equal means equal (assessment.md §3 “Text”)."""
        simple = self._except_case(text)
        return simple if self.case else unicodedata.normalize("NFC", simple.casefold())

    def equal(self, answer: str, accepted: str) -> bool:
        """Say whether two texts are the same once simplified."""
        return self.simplify(answer) == self.simplify(accepted)

    def fits(self, answer: str, pattern: str) -> bool:
        """Say whether the whole answer fits an RE2 pattern; raises PatternError."""
        return _compiled(self._without_accents(pattern), self.case).fullmatch(self._except_case(answer)) is not None

    def _except_case(self, text: str) -> str:
        simple = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
        return self._without_accents(simple if self.spaces else " ".join(simple.split()))

    def _without_accents(self, text: str) -> str:
        if self.accents:
            return unicodedata.normalize("NFC", text)
        bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        return unicodedata.normalize("NFC", bare.translate(_LIGATURES))


def wildcard_pattern(accepted: str) -> str:
    r"""Turn a Moodle answer, where `*` stands for any characters and `\*` for a star, into an RE2 pattern."""
    pieces = re.split(r"(\\\*|\*)", accepted)
    return "".join(".*" if piece == "*" else str(re2.escape("*" if piece == r"\*" else piece)) for piece in pieces)


def check_pattern(pattern: str) -> None:
    """Raise PatternError when RE2 cannot run this pattern."""
    _compiled(pattern, case=False)


@lru_cache(maxsize=512)
def _compiled(pattern: str, case: bool) -> Any:
    options = re2.Options()
    options.case_sensitive = case
    options.log_errors = False
    options.max_mem = LARGEST_PATTERN_BYTES
    try:
        return re2.compile(pattern, options)
    except re2.error as refusal:
        raise PatternError(str(refusal)) from refusal
