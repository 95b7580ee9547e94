"""Numbers inside an author's sentences, read in their language, to compare options and translations."""

import re
from dataclasses import dataclass
from decimal import Decimal

_SPACES = "[ \u00a0\u202f\u2009]"
_GROUPED = {
    "fr": rf"\d{{1,3}}(?:{_SPACES}\d{{3}})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?",
    "en": rf"\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d{{1,3}}(?:{_SPACES}\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?",
}
_SIGNED = {language: rf"[-−–]?{body}" for language, body in _GROUPED.items()}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range with its unit, as an option holds it."""

    low: Decimal
    high: Decimal
    unit: str

    def overlaps(self, other: "Quantity") -> bool:
        """Whether a range shares a value with the other; two plain numbers never do."""
        if self.low == self.high and other.low == other.high:
            return False
        return self.low <= other.high and other.low <= self.high


def _decimal(text: str, language: str) -> Decimal:
    bare = re.sub(_SPACES, "", text).replace("−", "-").replace("–", "-")
    return Decimal(bare.replace(",", ".") if language == "fr" else bare.replace(",", ""))


def numbers_in(text: str, language: str) -> set[str]:
    """The numbers of a text in one spelling: `18 400,50` and `18,400.5` are both 18400.5."""
    found = re.findall(_GROUPED.get(language, _GROUPED["en"]), text)
    return {f"{_decimal(number, language).normalize():f}" for number in found}


def quantity(text: str, language: str) -> Quantity | None:
    """An option that is nothing but a number or a range, with at most two words of unit; else None."""
    number = _SIGNED.get(language, _SIGNED["en"])
    unit = rf"{_SPACES}?([^\W\d_]{{1,12}}\.?(?:{_SPACES}[^\W\d_]{{1,12}})?|[%€$£°])?"
    match = re.fullmatch(
        rf"[€$£]?({number}){unit}(?:{_SPACES}?(?:–|-|to|à|et|and){_SPACES}?({number}){unit})?", text.strip()
    )
    if match is None:
        return None
    low = _decimal(match[1], language)
    high = _decimal(match[3].lstrip("–-"), language) if match[3] else low
    return Quantity(low, high, match[4] or match[2] or "")
