"""Forms of certificates: what staff search for, and what each step asks of them."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, StopValidation

from app.certification.wording import REASONS, STYLES_DESCRIBED, SUSPENSION_REASONS
from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import lazy_gettext as _l

ROLE_LENGTH = 80


class RevocationForm(Form):
    """Why a certificate is taken back."""

    reason = RadioField(
        _l("Reason"),
        choices=[SelectChoice(reason, words) for reason, words in REASONS.items()],
        validators=[InputRequired(_l("Choose one of the reasons for revoking."))],
    )


class SuspensionForm(Form):
    """Why a certificate does not count for now."""

    reason = RadioField(
        _l("Reason"),
        choices=[SelectChoice(reason, words) for reason, words in SUSPENSION_REASONS.items()],
        validators=[InputRequired(_l("Choose one of the reasons for suspending."))],
    )


class CorrectionForm(Form):
    """The right name, typed twice: a certificate that bears it replaces the other for good."""

    name = StringField(
        _l("Name as it should be printed"),
        filters=ONE_LINE,
        validators=[Required(_l("Type the name as it should be printed.")), AtMost(60), NoControlCharacters()],
    )
    again = StringField(_l("The same name once more"), filters=ONE_LINE, validators=[NoControlCharacters()])

    def validate_again(self, field: Any) -> None:
        """Both agree, to the letter."""
        if field.data != self.name.data:
            raise StopValidation(_l("The two names differ: type the same one in both."))


class ConfirmationForm(Form):
    """Nothing to type: the button is the answer."""


class SearchForm(Form):
    """A number, an e-mail address or a part of a name."""

    q = StringField(
        _l("Number, email address or name"), filters=ONE_LINE, validators=[AtMost(254), NoControlCharacters()]
    )


class BulkForm(Form):
    """For which course, and for whom."""

    course = SelectField(_l("Course"), validators=[InputRequired(_l("Choose a course."))])
    file = FileField(_l("E-mail addresses (CSV)"))
    addresses = HiddenField()  # those of the file, for the confirmation


class DesignForm(Form):
    """How certificates look from now on."""

    style = RadioField(
        _l("Drawing"),
        choices=[SelectChoice(style, words) for style, words in STYLES_DESCRIBED.items()],
        validators=[InputRequired(_l("Choose one of the drawings."))],
    )
    signatory_name = StringField(
        _l("Name of the signatory"), filters=ONE_LINE, validators=[AtMost(60), NoControlCharacters()]
    )
    role_fr = StringField(
        _l("Role of the signatory, in French"),
        filters=ONE_LINE,
        validators=[AtMost(ROLE_LENGTH), NoControlCharacters()],
    )
    role_en = StringField(
        _l("Role of the signatory, in English"),
        filters=ONE_LINE,
        validators=[AtMost(ROLE_LENGTH), NoControlCharacters()],
    )
    logo = FileField(_l("Logo"))
    remove_logo = BooleanField(_l("Without the logo that is there now"))
    two_languages = BooleanField(_l("In both languages where the course has both"))
