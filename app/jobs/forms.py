"""Forms of employers and applicants: shape of what is typed, and the words of its errors."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import Optional, StopValidation

from app.foundation.errors import DomainError
from app.foundation.forms import LINES, ONE_LINE, AtMost, Form, NoControlCharacters, Required, WebAddress
from app.foundation.i18n import LazyText
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.tiers import TIER_LABELS
from app.jobs import rules
from app.jobs.drafts import OfferDraft, RequirementDraft

SPARE_ROWS = 3
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
Choices = Sequence[tuple[str, object]]


def choices_of(labels: Mapping[str, object]) -> list[Any]:
    """Values and labels as WTForms takes them."""
    return [SelectChoice(value, label) for value, label in labels.items()]


def one_line(label: LazyText, length: int, *, required: LazyText | None = None) -> Any:
    """A text field of one line, at most `length` signs; optional without a `required` sentence."""
    first = Required(required) if required else Optional()
    return StringField(label, filters=ONE_LINE, validators=[first, NoControlCharacters(), AtMost(length)])


def several_lines(label: LazyText, length: int, *, required: LazyText | None = None) -> Any:
    """A text area, at most `length` signs; optional without a `required` sentence."""
    first = Required(required) if required else Optional()
    return TextAreaField(label, filters=LINES, validators=[first, NoControlCharacters(lines=True), AtMost(length)])


class OneOf:
    """Refuses what is not on the list: only a forged form sends it."""

    def __init__(self, values: Collection[str]) -> None:
        self.values = values

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data not in self.values:
            raise StopValidation(_l("Choose one of the answers."))


class AtLeast:
    """Refuses a text shorter than `length` characters, and no text at all, with `message`."""

    def __init__(self, length: int, message: LazyText) -> None:
        self.length = length
        self.message = message

    def __call__(self, _form: Any, field: Any) -> None:
        if len(field.data or "") < self.length:
            raise StopValidation(self.message)


def one_of(label: LazyText, choices: Mapping[str, object], *, unanswered: tuple[object, LazyText] | None = None) -> Any:
    """A list to choose from; `unanswered` is what stands first for nothing, and the sentence that refuses it."""
    if unanswered is None:
        return SelectField(label, choices=choices_of(choices), validate_choice=False, validators=[OneOf(choices)])
    return SelectField(
        label,
        choices=choices_of({"": unanswered[0], **choices}),
        validate_choice=False,
        validators=[Required(unanswered[1]), OneOf(choices)],
    )


def whole_number(text: str) -> int | None:
    """A whole number as people type it, spaces allowed; None when it is none."""
    plain = _SPACES.sub("", text).removesuffix("€")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= 12 else None


def a_day(text: str) -> date | None:
    """A day as a browser sends it (2026-12-31) or as it is typed in French (31/12/2026); None when it is none."""
    french = _FRENCH_DAY.fullmatch(text)
    try:
        return date(int(french[3]), int(french[2]), int(french[1])) if french else date.fromisoformat(text)
    except ValueError:
        return None


class EmployerForm(Form):
    """An organisation that hires."""

    name = one_line(_l("Name of the organisation"), 120, required=_l("Write the name of the organisation."))
    about = several_lines(_l("What it does"), 1000, required=_l("Say in a sentence or two what the organisation does."))
    place = one_line(_l("Town"), 120, required=_l("Write the town."))
    website = one_line(_l("Website"), 200)

    def validate_website(self, field: Any) -> None:
        WebAddress()(self, field)


class RequirementForm(Form):
    """One row of what an offer asks; a row without a skill is an empty row."""

    skill = SelectField(_l("Skill"), validate_choice=False)
    tier = one_of(_l("Level"), {str(tier.number): label for tier, label in TIER_LABELS.items()})
    need = one_of(_l("Needed"), {"essential": _l("Essential"), "optional": _l("Desirable")})

    def set_skills(self, choices: Choices) -> None:
        self.skill.choices = choices_of({"": _l("No skill"), **dict(choices)})

    def validate_skill(self, field: Any) -> None:
        if field.data and field.data not in {choice.value for choice in field.choices}:
            raise StopValidation(_l("Choose one of the answers."))


class OfferForm(Form):
    """A job offer, with as many rows of requirements as were sent."""

    title = one_line(_l("Title"), 120, required=_l("Write the title of the job."))
    language = one_of(_l("Language of the offer"), rules.LANGUAGE_LABELS)
    description = several_lines(_l("The job"), 8000, required=_l("Say what the person will do."))
    contract = one_of(_l("Contract"), rules.CONTRACT_LABELS)
    place = one_line(_l("Town"), 120, required=_l("Write the town, or the town of the team for remote work."))
    remote = one_of(_l("Place of work"), rules.REMOTE_LABELS)
    pay_min = one_line(_l("Pay, from"), 20)
    pay_max = one_line(_l("Pay, up to"), 20)
    closes_on = one_line(_l("Last day to apply"), 20, required=_l("Choose the last day to apply."))

    rows: tuple[RequirementForm, ...] = ()
    today: date

    @classmethod
    def of(cls, formdata: Any, *, skills: Choices, today: date, stored: Mapping[str, Any] | None = None) -> OfferForm:
        """The form as sent or, with empty `formdata`, as `stored`, spare rows included."""
        form = cls(formdata or None, data=dict(stored or {}))
        form.today = today
        kept = list((stored or {}).get("rows", ())) if not formdata else []
        count = row_count(formdata) if formdata else len(kept) + SPARE_ROWS
        form.rows = tuple(
            RequirementForm(
                formdata or None, prefix=f"row-{n}-", data=kept[n] if n < len(kept) else {"need": "essential"}
            )
            for n in range(min(count, rules.MOST_REQUIREMENTS))
        )
        for row in form.rows:
            row.set_skills(skills)
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        """Check fields, rows, and what binds them."""
        fields_hold = super().validate(extra_validators)
        rows_hold = sum(not row.validate() for row in self.rows) == 0  # every row: each keeps its own errors
        chosen = [row.skill.data for row in self.rows if row.skill.data]
        if not chosen and self.rows:
            self.rows[0].skill.errors = [_l("Ask for at least one skill: it is what people are matched on.")]
        for number, row in enumerate(self.rows):
            if row.skill.data and row.skill.data in {one.skill.data for one in self.rows[:number]}:
                row.skill.errors = [_l("Ask for each skill once: it stands in a row above.")]
        return fields_hold and rows_hold and bool(chosen) and len(chosen) == len(set(chosen))

    @property
    def errors(self) -> dict[Any, Any]:
        """What is wrong, that of the rows included: each error leads to its own field."""
        rows = {field.name: field.errors for row in self.rows for field in row if field.errors}
        return {**super().errors, **rows}

    def validate_pay_min(self, field: Any) -> None:
        self._check_pay(field)

    def validate_pay_max(self, field: Any) -> None:
        self._check_pay(field)
        low, high = whole_number(self.pay_min.data or ""), whole_number(field.data or "")
        if low is not None and high is not None and high < low:
            raise StopValidation(_l("The upper end is below the lower one."))

    @staticmethod
    def _check_pay(field: Any) -> None:
        if field.data and (whole_number(field.data) is None or whole_number(field.data) > rules.MOST_PAY):  # type: ignore[operator]
            raise StopValidation(_l("Write a whole number of euros a year, for example 32,000 without the comma."))

    def validate_closes_on(self, field: Any) -> None:
        day = a_day(field.data or "")
        if day is None:
            raise StopValidation(_l("Write a day, for example 2027-01-31."))
        if not self.today <= day <= self.today + rules.LONGEST_OPENING:
            raise StopValidation(_l("Choose a day from today on, within a year."))

    def draft(self) -> OfferDraft:
        """The offer, once `validate` has said yes."""
        closes_on = a_day(self.closes_on.data)
        if closes_on is None:
            raise ValueError("draft() before validate()")
        return OfferDraft(
            title=self.title.data,
            description=self.description.data,
            language=self.language.data,
            contract=self.contract.data,
            place=self.place.data,
            remote=self.remote.data,
            pay_min=whole_number(self.pay_min.data or ""),
            pay_max=whole_number(self.pay_max.data or ""),
            closes_on=closes_on,
            requirements=tuple(
                RequirementDraft(row.skill.data, int(row.tier.data), row.need.data == "essential")
                for row in self.rows
                if row.skill.data
            ),
        )


def row_count(formdata: Any) -> int:
    """How many rows were sent, `SPARE_ROWS` more when more were asked for; never beyond the most an offer may have."""
    sent = [name for name in formdata if re.fullmatch(r"row-\d{1,2}-skill", name)]
    last = max((int(name.split("-")[1]) for name in sent), default=-1)
    return min(last + 1 + (SPARE_ROWS if "add" in formdata else 0), rules.MOST_REQUIREMENTS)


class ReasonsForm(BaseForm):  # type: ignore[misc]
    """Why a job needs the words that keep its offer from being public: one reason for each finding, by its key."""

    refusal: DomainError | None = None

    def __init__(self, findings: Sequence[tuple[str, str]], formdata: Any = None) -> None:
        """`findings` are the key and the words of each."""
        super().__init__({f"reason-{key}": _reason(number, words) for number, (key, words) in enumerate(findings)})
        self.process(formdata)

    def reasons(self) -> dict[str, str]:
        """The reasons by the finding's key, once `validate` has said yes."""
        return {name.removeprefix("reason-"): field.data for name, field in self._fields.items()}


def _reason(number: int, words: str) -> Any:
    asked = _l(
        "Reword “%(words)s”, or write in %(least)s characters at least why the job needs it.",
        words=words,
        least=rules.SHORTEST_JUSTIFICATION,
    )
    return TextAreaField(
        _l("Why the job needs these words"),
        id=f"reason-{number}",
        filters=LINES,
        validators=[AtLeast(rules.SHORTEST_JUSTIFICATION, asked), NoControlCharacters(lines=True), AtMost(1000)],
    )


class ApplicationForm(Form):
    """What a learner writes to an employer, and the certificates they attach."""

    message = several_lines(_l("Your message"), 2000, required=_l("Write a few lines to the employer."))
    certificates = SelectMultipleField(_l("Certificates to attach"), validate_choice=False)

    def set_certificates(self, choices: Choices) -> None:
        self.certificates.choices = choices_of(dict(choices))

    def validate_certificates(self, field: Any) -> None:
        if set(field.data or ()) - {choice.value for choice in field.choices}:
            raise StopValidation(_l("Choose among your own certificates."))


class DeclineForm(Form):
    """Why an application is declined: a reason from the list, and a sentence that the learner reads."""

    reason = one_of(
        _l("Reason"),
        rules.DECLINE_REASONS,
        unanswered=(_l("Choose a reason"), _l("Choose the reason: the person reads it.")),
    )
    note = several_lines(
        _l("In your own words"), 1000, required=_l("Write a sentence: the person reads it, and learns from it.")
    )


class OfferSearchForm(Form):
    """What somebody looks for among the offers; anything unreadable is simply not asked."""

    text = one_line(_l("Words"), 200)
    place = one_line(_l("Town"), 120)
    contract = SelectMultipleField(_l("Contract"), choices=choices_of(rules.CONTRACT_LABELS), validate_choice=False)
    remote = SelectMultipleField(_l("Place of work"), choices=choices_of(rules.REMOTE_LABELS), validate_choice=False)
