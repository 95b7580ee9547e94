"""The forms of re-markings on appeal: which answers, with which marks and why; and the approval with its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.assessment import numbers
from app.assessment.forms import AnswerForm
from app.assessment.remarkings import Choice, Wanted
from app.foundation.forms import LINES, ONE_LINE, AtMost, Form, NoControlCharacters
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.typography import format_number

LARGEST = 10**6  # far above the points of any question


class ApprovalForm(AnswerForm):
    """The answer to an appeal that goes out with the new marks."""

    def __init__(self, sent: Any = None) -> None:
        super().__init__(sent)
        self.outcome.choices = [
            SelectChoice("upheld", _l("Upheld: the candidate is right")),
            SelectChoice("rejected", _l("Rejected: no mark was too low")),
        ]


class RemarkingForm(Form):
    """For each answer, whether people mark it anew, or the points proposed and why; made by `remarking_form`."""

    choices: Sequence[Choice] = ()

    def fields_of(self, choice: Choice) -> list[Any]:
        """The fields about one answer; none where there is nothing to mark."""
        names = (_again, _points, _reason)
        return [self[name(choice)] for name in names if name(choice) in self]

    def is_open(self, choice: Choice) -> bool:
        """Is there anything to see in the fields about one answer?"""
        return any(field.errors or field.data for field in self.fields_of(choice))

    def validate(self, extra_validators: Any = None) -> bool:
        """Points and a reason go together; the points are those of the question at most."""
        valid = bool(super().validate(extra_validators))
        for choice in self._by_mark():
            points, reason = self.fields_of(choice)
            wrong = self._wrong_points(choice, points.data or "", reason.data or "")
            if wrong:
                points.errors = [*points.errors, wrong]
            elif points.data and not reason.data:
                reason.errors = [*reason.errors, _("Say why.")]
        return valid and not any(field.errors for field in self)

    def _wrong_points(self, choice: Choice, points: str, reason: str) -> str:
        if not points:
            return _("Write the points.") if reason else ""
        read = _read(points)
        most = choice.item.points
        if read is not None and 0 <= read <= most:
            return ""
        in_words = format_number(most, current_language())
        return _("Write points from 0 to %(most)s, with two decimals at most.", most=in_words)

    def _by_mark(self) -> Iterator[Choice]:
        return (one for one in self.choices if not one.by_people and not one.settled)

    @property
    def wanted(self) -> Wanted:
        """What is proposed, once valid."""
        people = [one.item.slot for one in self.choices if _again(one) in self and self[_again(one)].data]
        marks = {one.item.slot: self.fields_of(one) for one in self._by_mark()}
        return Wanted(
            by_people=people,
            marks={
                slot: (_read(points.data) or Decimal(0), reason.data or "")
                for slot, (points, reason) in marks.items()
                if points.data
            },
        )


def _read(text: str) -> Decimal | None:
    """A number with two decimals at most, as it is typed in the language of the page."""
    reading = numbers.read(text, current_language())
    if isinstance(reading, numbers.Refusal) or reading.unit or not 0 <= reading.value < LARGEST:
        return None
    return reading.value if reading.value == round(reading.value, 2) else None


def remarking_form(choices: Sequence[Choice], sent: Any = None) -> RemarkingForm:
    """The form about the answers of one attempt."""
    fields: dict[str, Any] = {}
    for one in choices:
        if one.settled:
            continue
        number = one.item.slot
        if one.by_people:
            fields[_again(one)] = BooleanField(_("Question %(number)s: have it marked again", number=number))
            continue
        most = format_number(one.item.points, current_language())
        fields[_points(one)] = StringField(
            _("Question %(number)s: proposed points, of %(most)s", number=number, most=most),
            filters=ONE_LINE,
            validators=[AtMost(20), NoControlCharacters()],
        )
        fields[_reason(one)] = TextAreaField(
            _("Question %(number)s: why", number=number),
            filters=LINES,
            validators=[AtMost(1000), NoControlCharacters(lines=True)],
        )
    form_class: type[RemarkingForm] = type("OwnRemarkingForm", (RemarkingForm,), fields)
    form = form_class(sent)
    form.choices = choices
    return form


def _again(choice: Choice) -> str:
    return f"again-{choice.item.slot}"


def _points(choice: Choice) -> str:
    return f"points-{choice.item.slot}"


def _reason(choice: Choice) -> str:
    return f"reason-{choice.item.slot}"
