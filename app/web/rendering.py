"""Pages: the one way to answer with HTML, and what every template can use."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask import Flask, current_app, g, render_template
from flask.templating import Environment as FlaskEnvironment
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from app.config import NO_CONTACT
from app.foundation import clock
from app.foundation.i18n import current_language, localised, translated, translated_plural
from app.foundation.tiers import Tier
from app.web.assets import asset
from app.web.drawings import DRAWINGS
from app.web.filters import FILTERS
from app.web.fragments import same_for_all
from app.web.locale import language_url, other_language


class Environment(FlaskEnvironment):
    """Flask's, with the globals of a template in one dictionary."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Jinja's chain of two maps is walked key by key at each `import` of each page: a tenth of a page's time.

        What is added to the globals once a template is loaded is not seen by it; nothing is.
        """
        return {**self.globals, **(d or {})}


def page(template: str, **context: Any) -> str:
    """Render a template of `templates/`."""
    return render_template(template, **context)


def common_context() -> dict[str, Any]:
    """What every template is given."""
    settings = current_app.config["SETTINGS"]
    return {
        "actor": g.get("actor"),
        "language": current_language(),
        "other_language": other_language(),
        "other_language_url": language_url(other_language()),
        "csp_nonce": g.get("csp_nonce", ""),
        "site_name": settings.site_name,
        "site_contact": settings.site_contact if settings.site_contact != NO_CONTACT else "",
        "operator_name": settings.issuer_name if settings.issuer_name != settings.site_name else "",
        "development": settings.development,
    }


def say(message: str, /, **values: object) -> str:
    """`_("…", name=value)` in a template: the translation, with values that are HTML already kept as they are."""
    return _filled(translated(message), values)


def say_plural(singular: str, plural: str, number: int, /, **values: object) -> str:
    """`ngettext(…)` in a template; `%(num)s` is the number."""
    return _filled(translated_plural(singular, plural, number), {"num": number, **values})


def _filled(text: str, values: dict[str, object]) -> str:
    if not values:
        return text
    return (escape(text) if any(hasattr(value, "__html__") for value in values.values()) else text) % values


def set_up_rendering(app: Flask) -> None:
    """Install the context, the globals and the filters of templates."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # Not Jinja's newstyle callables: they go through the context three times a call, a third of a page's time.
    app.jinja_env.globals.update(
        _=say,
        gettext=say,
        ngettext=say_plural,
        asset=asset,
        csrf_token=generate_csrf,
        same_for_all=same_for_all,
        localised=localised,
        Tier=Tier,
        now=clock.now,
        **DRAWINGS,
    )
    app.jinja_env.filters.update(FILTERS)
    app.context_processor(common_context)
