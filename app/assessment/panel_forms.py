"""Forms of a panel: whom to invite, and what a judge says of ten questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectMultipleField, StringField
from wtforms.validators import StopValidation

from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l


class InvitationForm(Form):
    """Who is to judge; the choices are given by the page."""

    judges = SelectMultipleField(_l("Judges"), validate_choice=False)

    def validate_judges(self, field: Any) -> None:
        """At least one."""
        if not field.data:
            raise StopValidation(_l("Tick at least one person."))


class PanelForm(Form):
    """Nothing to type: the button is the answer."""


class Percent:
    """Refuses what is no whole number from 0 to 100; an empty answer is none yet."""

    def __call__(self, _form: Any, field: Any) -> None:
        typed = (field.data or "").removesuffix("%").strip()
        if not typed:
            return
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= 3 and int(typed) <= 100):
            raise StopValidation(_l("Write a whole number from 0 to 100, for example 65."))


class RatingForm(Form):
    """The questions of one page; made by `rating_form`."""

    def percents(self) -> dict[int, int]:
        """What was typed, by the number of the question in the exam; empty answers left out."""
        typed = {name: (field.data or "").removesuffix("%").strip() for name, field in self._fields.items()}
        return {int(name.removeprefix("rating-")): int(text) for name, text in typed.items() if text}


def rating_form(numbers: Sequence[int], sent: Any = None, known: dict[int, int] | None = None) -> RatingForm:
    """A field for each question of these numbers, with what is known of it until something is sent."""
    fields = {
        f"rating-{number}": StringField(
            _("Question %(number)s: of 100 people who just qualify, how many answer it?", number=number),
            filters=ONE_LINE,
            validators=[AtMost(20), NoControlCharacters(), Percent()],
        )
        for number in numbers
    }
    form_class: type[RatingForm] = type("RatingForm", (RatingForm,), fields)
    return form_class(sent, data={f"rating-{number}": str(percent) for number, percent in (known or {}).items()})
