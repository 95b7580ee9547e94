"""Folding: the form of a text that ignores case, accents, ligatures and punctuation, for search, order and names."""

from __future__ import annotations

import unicodedata

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})


def folded(text: str) -> str:
    """Lower case without accents, words separated by one space: "L’Été à Œuvre" is "l ete a oeuvre"."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(LIGATURES)
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() or c in "+#" else " " for c in bare).split())


def folded_name(name: str) -> frozenset[str]:
    """The words of a person's name whatever their order, case, accents and hyphens."""
    return frozenset(folded(name).split())
