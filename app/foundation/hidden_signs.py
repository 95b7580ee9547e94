"""Signs that nobody types on purpose, and that no text from outside may carry."""

import unicodedata

# Unicode's Bidi_Control: they make a text read in another order than it is stored, to disguise a name or a link.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_BREAKS = frozenset("\n\r\t")
UNREADABLE = "\ufffd"  # what is left of bytes that were not UTF-8


def carries_hidden_signs(text: str, *, lines: bool = False) -> bool:
    """Does `text` carry a sign that nobody types on purpose: control, text direction, half a character?"""
    return any(
        character in BIDI_CONTROLS
        or character == UNREADABLE
        or (unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and not (lines and character in LINE_BREAKS))
        or ord(character) & 0xFFFE == 0xFFFE  # Unicode's noncharacters
        for character in text
    )
