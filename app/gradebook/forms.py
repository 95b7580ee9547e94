"""The form above a gradebook: whom to show, in which order."""

from __future__ import annotations

from wtforms import SelectField, StringField

from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters
from app.foundation.i18n import lazy_gettext as _l
from app.gradebook.rules import Sort


class FilterForm(Form):
    """A part of a name, a cohort, an order; what is no order is the order of names."""

    q = StringField(_l("Name"), filters=ONE_LINE, validators=[AtMost(100), NoControlCharacters()])
    cohort = SelectField(_l("Cohort"), validate_choice=False)
    sort = StringField(filters=ONE_LINE)

    @property
    def order(self) -> Sort:
        return Sort(self.sort.data) if self.sort.data in list(Sort) else Sort.NAME
