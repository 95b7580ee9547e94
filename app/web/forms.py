"""The answer to a form: the page again, while something is to correct or stands in the way, with what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.extensions import db
from app.foundation.errors import ConflictError, RuleError, TooManyRequestsError
from app.foundation.forms import Form
from app.web.errors import status_of, when_again
from app.web.rendering import page


@contextmanager
def refusals(form: Form) -> Iterator[None]:
    """What a service refuses inside stands above the form, as its own errors do; what it had begun is undone."""
    try:
        yield
    except (ConflictError, RuleError, TooManyRequestsError) as error:
        db.session.rollback()
        form.form_errors.append(when_again(error) if isinstance(error, TooManyRequestsError) else error.message)
        form.refusal = error


def form_page(template: str, *, form: Form, **context: Any) -> tuple[str, int, dict[str, str]]:
    """The page of `form`: 200 when it is fresh; with errors 422, or the status of the refusal, and what was typed."""
    status, headers = status_of(form.refusal) if form.refusal else (422 if form.errors else 200, {})
    return page(template, form=form, **context), status, headers
