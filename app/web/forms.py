"""The answer to a form: the page again, 422 while something is to correct."""

from __future__ import annotations

from typing import Any

from app.foundation.forms import Form
from app.web.rendering import page


def form_page(template: str, *, form: Form, **context: Any) -> tuple[str, int]:
    """The page of `form`: 200 when it is fresh, 422 with what was typed when it has errors."""
    return page(template, form=form, **context), 422 if form.errors else 200
