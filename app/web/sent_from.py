"""The page a form stands on: where its reader goes back to, signs in for, or changes the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

View = TypeVar("View", bound=Callable[..., Any])
Page = tuple[str, Mapping[str, Any]]


def sent_from(endpoint: str, **renamed: str) -> Callable[[View], View]:
    """This POST comes from the page of `endpoint`, with the arguments they share; slot="question" renames one.

    Not needed where the same address answers GET with that page.
    """

    def mark(view: View) -> View:
        view.sent_from = (endpoint, renamed)  # type: ignore[attr-defined]
        return view

    return mark


def page_behind() -> Page | None:
    """Endpoint and arguments of the page this request was made on; None where there is none, as for a wrong address."""
    named = getattr(current_app.view_functions.get(request.endpoint or ""), "sent_from", None)
    if named is None:
        return _page_at(request.path)
    endpoint, renamed = named
    wanted = {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}
    shared = {renamed.get(name, name): value for name, value in (request.view_args or {}).items()}
    return endpoint, {name: shared[name] for name in shared if name in wanted or name in renamed.values()}


def _page_at(path: str) -> Page | None:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter.match(path, "GET") if adapter else None
    except HTTPException:  # no such page, none to GET, or one to be redirected to
        return None


def address_behind() -> str | None:
    """The address of that page, or None."""
    found = page_behind()
    return url_for(found[0], **found[1]) if found else None
