"""Forms of matching: what a learner wishes and says, what an employer writes to somebody unknown."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional, StopValidation

from app.foundation.folding import folded
from app.foundation.forms import LINES, ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import LazyText
from app.foundation.i18n import lazy_gettext as _l
from app.jobs.forms import OneOf, choices_of, whole_number
from app.jobs.rules import CONTRACT_LABELS, MOST_PAY, REMOTE_LABELS

WEIGHT_LABELS = {"must": _l("Must be"), "important": _l("Important"), "nice": _l("Would be nice")}
MOST_PLACES = 10


def _weight(label: LazyText) -> Any:
    return SelectField(
        label,
        choices=choices_of(WEIGHT_LABELS),
        default="important",
        validate_choice=False,
        validators=[OneOf(WEIGHT_LABELS)],
    )


class WishesForm(Form):
    """What a learner wishes of a job; nothing chosen wishes nothing. The note is for employers, the rest is not."""

    note = TextAreaField(
        _l("A note for employers"), filters=LINES, validators=[Optional(), NoControlCharacters(lines=True), AtMost(500)]
    )
    contract = SelectMultipleField(_l("Contract"), choices=choices_of(CONTRACT_LABELS), validate_choice=False)
    contract_weight = _weight(_l("How much the contract matters"))
    remote = SelectMultipleField(_l("Place of work"), choices=choices_of(REMOTE_LABELS), validate_choice=False)
    remote_weight = _weight(_l("How much the place of work matters"))
    place = StringField(_l("Towns"), filters=ONE_LINE, validators=[Optional(), NoControlCharacters(), AtMost(200)])
    place_weight = _weight(_l("How much the town matters"))
    pay_floor = StringField(
        _l("Lowest pay"), filters=ONE_LINE, validators=[Optional(), NoControlCharacters(), AtMost(20)]
    )
    pay_floor_weight = _weight(_l("How much the pay matters"))

    def validate_contract(self, field: Any) -> None:
        if set(field.data or ()) - CONTRACT_LABELS.keys():
            raise StopValidation(_l("Choose one of the answers."))

    def validate_remote(self, field: Any) -> None:
        if set(field.data or ()) - REMOTE_LABELS.keys():
            raise StopValidation(_l("Choose one of the answers."))

    def validate_place(self, field: Any) -> None:
        if len(self._places()) > MOST_PLACES:
            raise StopValidation(_l("Ten towns at most, with commas between them."))

    def validate_pay_floor(self, field: Any) -> None:
        pay = whole_number(field.data or "")
        if pay is None or pay > MOST_PAY:
            raise StopValidation(_l("Write a whole number of euros a year, for example 32,000 without the comma."))

    def _places(self) -> list[str]:
        return [place for place in (folded(part) for part in (self.place.data or "").split(",")) if place]

    def wishes(self) -> dict[str, Any]:
        """The wishes as they are stored, once `validate` has said yes; places folded, with what was typed beside."""
        pay = whole_number(self.pay_floor.data or "")
        values: dict[str, list[Any]] = {
            "contract": list(self.contract.data or ()),
            "remote": list(self.remote.data or ()),
            "place": self._places(),
            "pay_floor": [] if pay is None else [pay],
        }
        kept = {
            kind: {"values": chosen, "weight": self[f"{kind}_weight"].data} for kind, chosen in values.items() if chosen
        }
        if "place" in kept:
            kept["place"]["typed"] = self.place.data
        return kept

    @staticmethod
    def stored(note: str, wishes: dict[str, Any]) -> dict[str, Any]:
        """What the form shows of stored wishes."""
        data: dict[str, Any] = {"note": note}
        for kind, wish in wishes.items():
            data[kind] = wish["values"]
            data[f"{kind}_weight"] = wish["weight"]
        if "place" in wishes:
            data["place"] = wishes["place"]["typed"]
        if "pay_floor" in wishes:
            data["pay_floor"] = str(wishes["pay_floor"]["values"][0])
        return data


class InvitationForm(Form):
    """A few lines to a person whose name one does not know."""

    candidate = StringField(validators=[Required()])
    message = TextAreaField(
        _l("Your message"),
        filters=LINES,
        validators=[
            Required(_l("Write a few lines: the person decides on them.")),
            NoControlCharacters(lines=True),
            AtMost(1000),
        ],
    )
