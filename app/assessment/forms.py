"""The forms of exams: the pledge that starts one, what staff grant, what is contested and what is answered."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation

from app.foundation.forms import LINES, ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import lazy_gettext as _l


class PledgeForm(Form):
    """The author's sentence, to be ticked."""

    pledge = BooleanField(validators=[Required(_l("Tick the sentence of the pledge to start."))])

    def __init__(self, sent: Any = None, *, sentence: str) -> None:
        super().__init__(sent)
        self.pledge.label.text = sentence


class Whole(IntegerField):  # type: ignore[misc]
    """A whole number from 0; nothing typed is 0, and nonsense is refused in our own words."""

    def __init__(self, label: object, most: int, **options: Any) -> None:
        said = _l("Write a whole number from 0 to %(most)s.", most=most)
        super().__init__(label, validators=[Optional(), NumberRange(0, most, said)], **options)
        self.said = said

    def process_formdata(self, valuelist: list[str]) -> None:
        """Digits, a few of them."""
        text = (valuelist[0] if valuelist else "").strip()
        if text and not (text.isascii() and text.isdecimal() and len(text) <= 6):
            raise ValueError(self.said)
        self.data = int(text or 0)


class Day(DateField):  # type: ignore[misc]
    """A day, as browsers send it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """2026-11-28; anything else is refused in our own words."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Write a day that exists, for example 2026-11-28.")) from error


class AccommodationForm(Form):
    """What a person is granted in every exam; the field for the proof says where it is kept, never what it says."""

    extra_percent = Whole(_l("Extra time, in percent"), 300, default=0)
    break_minutes = Whole(_l("Breaks, in minutes for a whole exam"), 240, default=0)
    hide_timer = BooleanField(_l("Hide the timer at first"))
    valid_from = Day(_l("First day"), validators=[Required(_l("Write the first day."))])
    valid_to = Day(_l("Last day"), validators=[Optional()])
    proof_reference = StringField(
        _l("Where the proof is kept"),
        filters=ONE_LINE,
        validators=[
            Required(_l("Write where the proof is kept, for example: file 2026-014.")),
            AtMost(60),
            NoControlCharacters(),
        ],
    )

    def validate_valid_to(self, field: Any) -> None:
        """The last day is not before the first."""
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise StopValidation(_l("The last day comes before the first."))


class AppealForm(Form):
    """What a candidate contests, in their own words."""

    grounds = TextAreaField(
        _l("What do you contest, and why?"),
        filters=LINES,
        validators=[Required(_l("Say what you contest, and why.")), AtMost(4000), NoControlCharacters(lines=True)],
    )


class AnswerForm(Form):
    """The answer to an appeal: what comes of it, and why."""

    outcome = RadioField(
        _l("What comes of it"),
        choices=[
            SelectChoice("upheld", _l("Upheld: the candidate is right")),
            SelectChoice("rejected", _l("Rejected: the result stands")),
        ],
        validators=[InputRequired(_l("Choose what comes of it."))],
    )
    answer = TextAreaField(
        _l("Answer"),
        filters=LINES,
        validators=[
            Required(_l("An answer is owed, whatever it says.")),
            AtMost(4000),
            NoControlCharacters(lines=True),
        ],
    )
