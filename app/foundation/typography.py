"""French and English typography, set once when text is shown: spaces, quotes, apostrophes, numbers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from html import escape, unescape

NO_BREAK = "\u00a0"
NARROW = "\u202f"
MINUS = "\u2212"
HYPHEN = "\u2011"  # no line breaks after it

_SPACES = f"[ {NO_BREAK}{NARROW}\u2009]"
_OPENERS = "([{-–—/«“‘"
_UNITS = (
    "min|h|s|Go|Mo|Ko|ko|px|km|m|cm|mm|kg|g|kWh|Wh|€|euros?|points?|pts|jours?|semaines?|mois|ans?|heures?|minutes?|"
    "secondes?|questions?|leçons?|modules?|cours|exercices?|personnes?|certificats?|offres?|candidatures?|exigences?|"
    "tentatives?|essais?|courriels?|sur|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|"
    "décembre"
)
_FRENCH = (
    (re.compile(f"«{_SPACES}*"), f"«{NO_BREAK}"),
    (re.compile(f"{_SPACES}*»"), f"{NO_BREAK}»"),
    (re.compile(f"{_SPACES}+([;!?])"), rf"{NARROW}\1"),
    (re.compile(rf"{_SPACES}+:(?=\s|$)"), f"{NO_BREAK}:"),
    (re.compile(rf"([0-9]){_SPACES}?%(?!\w)"), rf"\1{NARROW}%"),
    (re.compile(rf"\b([0-9]{{1,2}}){_SPACES}h{_SPACES}([0-9]{{2}})\b"), rf"\1{NO_BREAK}h{NO_BREAK}\2"),
    (re.compile(rf"([0-9]){_SPACES}({_UNITS})(?!\w)"), rf"\1{NO_BREAK}\2"),
    (re.compile(rf"\b([nN]°){_SPACES}"), rf"\1{NO_BREAK}"),
    (re.compile(r"(?<=\w)-t-(?=(?:il|elle|on)s?\b)"), f"{HYPHEN}t{HYPHEN}"),
    (re.compile(r"\b([Ss]ainte?|[Cc]i)-(?=\w)"), rf"\1{HYPHEN}"),
    (re.compile(rf"\b(page|question|module|leçon|version|niveau){_SPACES}([0-9])"), rf"\1{NO_BREAK}\2"),
)
_THOUSANDS = re.compile(rf"(?<![0-9,.])[0-9]{{1,3}}(?:{_SPACES}[0-9]{{3}})+(?![0-9])")
_ANY_SPACE = re.compile(_SPACES)
_ENGLISH_SINGLE = re.compile(r"(?<!\w)'([^'\n]+)'(?!\w)")

_TAG = re.compile(r"""<(?:"[^"]*"|'[^']*'|[^'">])*+>""")
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)")
_CODE = re.compile(r"""\sclass=["'](?:[^"']*\s)?code["'\s]""")  # as in a drawing's <text class="t code">
_LANG = re.compile(r"""\slang=["']?([a-zA-Z]{2})""")
_VERBATIM = frozenset({"pre", "code", "samp", "kbd", "textarea", "script", "style", "math"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_INLINE = _VERBATIM - {"pre", "textarea"} | {
    *("a", "abbr", "b", "cite", "dfn", "em", "i", "q", "small", "span", "strong", "sub", "sup"),
}


def typeset(text: str, language: str) -> str:
    """Plain text as it should be printed in "fr" or "en"; setting it twice changes nothing more."""
    return _typeset(text, language, before="")


def typeset_html(html: str, language: str) -> str:
    """`typeset` for the text between tags; code is left alone, a passage with its own `lang` follows its own rules."""
    walk = _Walk(language)
    pieces: list[str] = []
    place = 0
    for tag in _TAG.finditer(html):
        pieces += walk.text(html[place : tag.start()]), walk.tag(tag[0])
        place = tag.end()
    pieces.append(walk.text(html[place:]))
    return "".join(pieces)


def format_number(value: float | Decimal, language: str, digits: int | None = None) -> str:
    """1 234,5 in French, 1,234.5 in English; `digits` decimals when given (half up), else as many as the value has."""
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if digits is not None:
        number = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    sign = MINUS if number < 0 else ""
    whole, _, decimals = f"{abs(number):,f}".partition(".")
    if digits is None:
        decimals = decimals.rstrip("0")
    if language == "fr":
        return sign + whole.replace(",", NARROW) + ("," + decimals if decimals else "")
    return sign + whole + ("." + decimals if decimals else "")


def format_percent(percentage: float | Decimal, language: str, digits: int | None = None) -> str:
    """A number of hundredths with its sign: 86 becomes 86 % (narrow no-break space) in French, 86% in English."""
    return format_number(percentage, language, digits) + (f"{NARROW}%" if language == "fr" else "%")


class _Walk:
    """What must be remembered between two tags: the open elements, and the last character for the next quote."""

    def __init__(self, language: str) -> None:
        self._open: list[tuple[str, str, bool]] = [("", language, False)]
        self._before = ""

    def text(self, text: str) -> str:
        if not text:
            return ""
        _, language, verbatim = self._open[-1]
        if verbatim:
            self._before = text[-1]
            return text
        result = _typeset(unescape(text), language, self._before)
        self._before = result[-1:]
        return escape(result, quote=False)

    def tag(self, tag: str) -> str:
        match = _TAG_NAME.match(tag)
        if match is None:
            return tag
        name = match[1].lower()
        if name not in _INLINE:
            self._before = ""
        if tag.startswith("</"):
            self._close(name)
        elif name not in _VOID and not tag.endswith("/>"):
            _, language, verbatim = self._open[-1]
            own = _LANG.search(tag)
            as_it_stands = verbatim or name in _VERBATIM or _CODE.search(tag) is not None
            self._open.append((name, own[1].lower() if own else language, as_it_stands))
        return tag

    def _close(self, name: str) -> None:
        """Forget the element and whatever was left open inside it; a stray end tag closes nothing."""
        for index in range(len(self._open) - 1, 0, -1):
            if self._open[index][0] == name:
                del self._open[index:]
                return


def _typeset(text: str, language: str, before: str) -> str:
    """`before` is the character that precedes the text, empty at the start of a block."""
    text = text.replace("...", "…")
    if language != "fr":
        return _quoted(_ENGLISH_SINGLE.sub("‘\\1’", text), before, "“", "”").replace("'", "’")
    text = _quoted(text, before, "«", "»").replace("'", "’")
    for pattern, replacement in _FRENCH:
        text = pattern.sub(replacement, text)
    return _THOUSANDS.sub(lambda number: _ANY_SPACE.sub(NARROW, number[0]), text)


def _quoted(text: str, before: str, opening: str, closing: str) -> str:
    """Straight double quotes by their left neighbour: after nothing, a space or an opener, they open, else close."""
    if '"' not in text:
        return text
    characters: list[str] = []
    for character in text:
        opens = not before or before.isspace() or before in _OPENERS
        before = character if character != '"' else opening if opens else closing
        characters.append(before)
    return "".join(characters)
