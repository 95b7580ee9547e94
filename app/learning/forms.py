"""Forms of those who teach: a cohort, and a list of people to enrol."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import DateField, FileField, SelectField, StringField
from wtforms.validators import Optional, StopValidation

from app.foundation.folding import folded
from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import lazy_gettext as _l

COHORT_NAME_LENGTH = 60
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


class DayField(DateField):  # type: ignore[misc]
    """A day, as browsers send it; what cannot be read is kept, with our own sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError for what is no day."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Write a day such as 2027-01-31.")) from None


class CohortForm(Form):
    """A cohort: its name, and its dates where it has some."""

    name = StringField(
        _l("Name of the cohort"),
        filters=ONE_LINE,
        validators=[
            Required(_l("Give the cohort a name.")),
            NoControlCharacters(),
            AtMost(COHORT_NAME_LENGTH),
        ],
    )
    starts_on = DayField(_l("First day"), validators=[Optional()])
    ends_on = DayField(_l("Last day"), validators=[Optional()])

    def validate_name(self, field: Any) -> None:
        """Names are compared by their letters and digits: there must be one."""
        if not folded(field.data):
            raise StopValidation(_l("A name needs at least one letter or digit."))

    def validate_starts_on(self, field: Any) -> None:
        """A day that a calendar has."""
        _readable(field)

    def validate_ends_on(self, field: Any) -> None:
        """Not before the first day."""
        _readable(field)
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise StopValidation(_l("The last day is before the first one."))


def _readable(field: Any) -> None:
    if field.data and not FIRST_DAY <= field.data <= LAST_DAY:
        raise StopValidation(_l("Choose a day between 2000 and 2199."))


class EnrolmentForm(Form):
    """A list of addresses, and the cohort of those whose row names none."""

    file = FileField(_l("List of addresses, as CSV"))
    cohort = SelectField(_l("Cohort"), validate_choice=False)
