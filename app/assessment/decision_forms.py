"""The form of a decision on a faulty question: what, where, why, and for another key, what is right in each part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, StopValidation

from app.assessment.models import QuestionVersion
from app.assessment.new_keys import KeyPart, key_of, key_parts, shared_places
from app.assessment.regrading import REKEYABLE, Decision, Kind
from app.assessment.wording import DECISIONS
from app.foundation.errors import RuleError
from app.foundation.forms import LINES, ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l

REASON = (AtMost(600), NoControlCharacters(lines=True))
_WHOLE = {"correct": "right", "answers": "accepted"}  # the field of a question that is keyed as a whole, by its part


class DecisionForm(Form):
    """What to do with a faulty question, where, with which key, and why; made by `decision_form`."""

    kind = RadioField(_l("What is decided"), validators=[InputRequired(_l("Choose what is decided."))])
    scope = RadioField(
        _l("Where"),
        choices=[
            SelectChoice("exam", _l("In this exam")),
            SelectChoice("everywhere", _l("In every exam that draws it")),
        ],
        default="exam",
        validators=[InputRequired(_l("Choose where it holds."))],
    )
    reason_fr = TextAreaField(
        _l("Why, in French"), filters=LINES, validators=[Required(_l("Say why, in French.")), *REASON]
    )
    reason_en = TextAreaField(
        _l("Why, in English"), filters=LINES, validators=[Required(_l("Say why, in English.")), *REASON]
    )
    version: QuestionVersion
    parts: Sequence[KeyPart] = ()
    key: dict[str, Any] | None = None  # once valid, when another key is decided

    @property
    def keyed(self) -> list[tuple[KeyPart, Any]]:
        """Each part of the question that has a key, with its field."""
        return [(part, self[_name(part, place)]) for place, part in enumerate(self.parts)]

    @property
    def reason(self) -> dict[str, str]:
        """As it is stored."""
        return {"fr": self.reason_fr.data or "", "en": self.reason_en.data or ""}

    def validate(self, extra_validators: Any = None) -> bool:
        """Another key is read only where it is decided: what stands in its fields is of no weight otherwise."""
        valid = bool(super().validate(extra_validators))
        return self._read_key() and valid if self.kind.data == Kind.REKEY else valid

    def _read_key(self) -> bool:
        given: dict[str, Any] = {}
        for part, field in self.keyed:
            if field.errors:
                continue
            try:
                given[part.name] = part.read(field.data)
            except RuleError as error:
                field.errors = [*field.errors, error.message]
        if any(part.kind == "place" for part in self.parts):
            for part, field in self.keyed:
                if part.name in shared_places(given):
                    field.errors = [*field.errors, _("Another item has the place %(place)s.", place=given[part.name])]
        if any(field.errors for _part, field in self.keyed):
            return False
        self.key = key_of(self.version.body, given)
        return True


class _OneOfThem:
    def __call__(self, _form: Any, field: Any) -> None:
        if set(field.data or ()) - {choice.value for choice in field.choices}:
            raise StopValidation(_l("Choose among the answers that are shown."))


def decision_form(
    version: QuestionVersion, in_force: Decision | None, plain: Callable[[Any], str], sent: Any = None
) -> DecisionForm:
    """The form about a question, with the key in force until something is sent; `plain` writes words without marks."""
    parts = key_parts(version, in_force)
    fields = {_name(part, place): _field(part, plain) for place, part in enumerate(parts)}
    form_class: type[DecisionForm] = type("OwnDecisionForm", (DecisionForm,), fields)
    form = form_class(sent, data={_name(part, place): part.now for place, part in enumerate(parts)})
    form.version, form.parts = version, parts
    kinds = [kind for kind in Kind if kind is not Kind.REKEY or version.type in REKEYABLE]
    form.kind.choices = [SelectChoice(kind.value, DECISIONS[kind]) for kind in kinds]
    return form


def _name(part: KeyPart, place: int) -> str:
    return _WHOLE.get(part.name, f"key-{place}")


def _field(part: KeyPart, plain: Callable[[Any], str]) -> Any:
    label = plain(part.label)
    if part.kind == "options":
        choices = [SelectChoice(name, plain(words)) for name, words in part.options]
        usual = _l("Right answers, when the key changes")
        return SelectMultipleField(label or usual, choices=choices, validate_choice=False, validators=[_OneOfThem()])
    if part.kind == "place":
        return StringField(label, filters=ONE_LINE, validators=[AtMost(20), NoControlCharacters()])
    usual = _l("Accepted answers, when the key changes")
    return TextAreaField(label or usual, filters=LINES, validators=[AtMost(2000), NoControlCharacters(lines=True)])
