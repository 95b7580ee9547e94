"""Python as HTML whose keywords, texts and comments can be told apart, by the standard library's own reader."""

from __future__ import annotations

import io
import keyword
import tokenize
from html import escape


def highlighted(source: str) -> str:
    """The program as HTML: `k` around keywords, `s` texts, `c` comments; plain where Python cannot read it."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # a program with a gap to fill, or cut short
        return escape(source)
    starts = [0]
    for line in io.StringIO(source):
        starts.append(starts[-1] + len(line))
    written, place = "", 0
    for token in tokens:
        kind = _kind(token)
        if not kind:
            continue
        first, last = (starts[row - 1] + column for row, column in (token.start, token.end))
        written += f'{escape(source[place:first])}<span class="{kind}">{escape(source[first:last])}</span>'
        place = last
    return written + escape(source[place:])


def _kind(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "k"
    return {tokenize.STRING: "s", tokenize.COMMENT: "c"}.get(token.type, "")
