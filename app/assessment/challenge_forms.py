"""Forms of challenges: opening a session, sealing it with a file of one's own, joining by a code, working together."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from wtforms import FileField, HiddenField, StringField
from wtforms.validators import StopValidation

from app.assessment.project_forms import WorkForm
from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.wording import ZONE

LONGEST_TITLE, LONGEST_CODE = 80, 40
_HOUR = re.compile(r"([01]?[0-9]|2[0-3])[:h]([0-5][0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class SessionForm(Form):
    """A session to open: its name and its common start, in the time of Paris."""

    title = StringField(
        _l("Name of the session"),
        filters=ONE_LINE,
        validators=[Required(_l("Give the session a name.")), NoControlCharacters(), AtMost(LONGEST_TITLE)],
    )
    day = StringField(
        _l("Day of the start"),
        filters=ONE_LINE,
        validators=[Required(_l("Write a day such as 2027-01-31.")), NoControlCharacters(), AtMost(20)],
    )
    hour = StringField(
        _l("Hour of the start"),
        filters=ONE_LINE,
        validators=[Required(_l("Write an hour such as 09:30.")), NoControlCharacters(), AtMost(10)],
    )
    starts_at: datetime | None = None  # in UTC, once the form is valid

    def validate_day(self, field: Any) -> None:
        """A day that a calendar has."""
        try:
            read = datetime.strptime(field.data, "%Y-%m-%d") if _DAY.fullmatch(field.data) else None  # noqa: DTZ007
        except ValueError:
            read = None
        if read is None or not 2000 <= read.year <= 2199:
            raise StopValidation(_l("Write a day such as 2027-01-31."))
        self._day = read

    def validate_hour(self, field: Any) -> None:
        """An hour that the clocks of that day show."""
        hour = _HOUR.fullmatch(field.data)
        if hour is None:
            raise StopValidation(_l("Write an hour such as 09:30."))
        if "day" in self.errors or self.day.errors:
            return
        local = self._day.replace(hour=int(hour[1]), minute=int(hour[2]), tzinfo=ZONE)
        if local.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise StopValidation(_l("The clocks skip this hour that night: choose another."))
        self.starts_at = local.astimezone(UTC)


class SealedForm(Form):
    """A file of one's own in the place of a sealed one."""

    file = FileField(_l("File"))


class CodeForm(Form):
    """The code of a team."""

    code = StringField(
        _l("Code of the team"),
        filters=ONE_LINE,
        validators=[
            Required(_l("Type the code that a member of the team gave you.")),
            NoControlCharacters(),
            AtMost(LONGEST_CODE),
        ],
    )


class SharedWorkForm(WorkForm):
    """What goes with the files, and what the page showed of it."""

    seen = HiddenField(filters=ONE_LINE, validators=[NoControlCharacters(), AtMost(64)])
