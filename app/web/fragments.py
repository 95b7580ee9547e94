"""Pieces of pages that are the same for everybody who asks with the same key, rendered once and kept in the process."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from flask import current_app
from markupsafe import Markup

from app.foundation.i18n import current_language
from app.foundation.keeping import Kept

_FRAGMENTS: Kept[tuple[Hashable, ...], Markup] = Kept(512)


def same_for_all(name: str, *key: Hashable, caller: Callable[[], Markup], kept: bool = True) -> Markup:
    """`{% call same_for_all("name", key…) %}…{% endcall %}`: the block, rendered once for a key in the page's language.

    The key must name everything the block shows, and the block must show nothing of one person: no name that is not
    public, no token. `kept=False` where it does today: it is then rendered each time.
    """
    if current_app.debug or not kept:  # debug: somebody is changing the templates
        return caller()
    return _FRAGMENTS.get((name, current_language(), *key), caller)
