"""Templates filled with texts: data with fixed placeholders, never code."""

import html
import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{\{ ([a-z_0-9-]+) \}\}")


class PagePart(str):
    """A part of a page whose texts are escaped already; only `fill` makes one that says anything."""

    __slots__ = ()


NOTHING = PagePart("")


def fill(template: str, values: Mapping[str, str]) -> PagePart:
    """The template with each placeholder replaced, once, by its value, escaped unless it is a part of the page."""
    return PagePart(_PLACEHOLDER.sub(lambda match: _escaped(values[match[1]]), template))


def joined(*parts: PagePart) -> PagePart:
    """Several parts of a page, one after the other."""
    return PagePart("\n".join(parts))


def _escaped(value: str) -> str:
    return value if isinstance(value, PagePart) else html.escape(value)
