"""Forms of accounts: shapes of input and the words of their errors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from app.accounts.passwords import common_passwords
from app.accounts.rules import LONGEST, SHORTEST, PasswordProblem, password_problem
from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.permissions import Role

NAME_LENGTH = 60
EMAIL_LENGTH = 254  # RFC 5321: the longest path, less its angle brackets
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}  # each in itself

PROBLEMS = {
    PasswordProblem.SHORT: _l(
        "At least %(least)s characters: four or five words are easier to remember than signs.", least=SHORTEST
    ),
    PasswordProblem.LONG: _l("At most %(most)s characters.", most=LONGEST),
    PasswordProblem.UNREADABLE: _l("One of these characters cannot be read. Type the password again."),
    PasswordProblem.COMMON: _l(
        "This password is among the first that a thief would try. Choose words that do not go together."
    ),
    PasswordProblem.OWN: _l("This password is your name, your address or the name of this site. Choose other words."),
}


class EmailAddress:
    """Refuses what cannot be an e-mail address, and keeps its normal form."""

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            found = validate_email(field.data, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError:
            raise StopValidation(_l("Write an address such as name@example.org.")) from None
        field.data = found.normalized


class NewPassword:
    """Refuses a password that is too short, too long or easily guessed; see app/accounts/rules.py."""

    def __call__(self, form: Any, field: Any) -> None:
        problem = password_problem(field.data, own=form.own_words(), common=common_passwords())
        if problem is not None:
            raise StopValidation(PROBLEMS[problem])


def name_field() -> StringField:
    """A person's name, as it will stand on certificates."""
    return StringField(
        _l("First and last name"),
        filters=ONE_LINE,
        validators=[Required(_l("Write your name.")), NoControlCharacters(), AtMost(NAME_LENGTH)],
    )


def email_field() -> EmailField:
    """An e-mail address."""
    return EmailField(
        _l("Email address"),
        filters=ONE_LINE,
        validators=[
            Required(_l("Write your email address.")),
            NoControlCharacters(),
            AtMost(EMAIL_LENGTH),
            EmailAddress(),
        ],
    )


def known_password_field(label: Any) -> PasswordField:
    """A password that exists already: only its length is looked at before it is compared."""
    return PasswordField(label, validators=[Required(_l("Write your password.")), AtMost(LONGEST)])


class RegistrationForm(Form):
    """A new account."""

    name = name_field()
    email = email_field()
    password = PasswordField(_l("Password"), validators=[Required(_l("Choose a password.")), NewPassword()])
    role = RadioField(
        _l("You come to"),
        choices=[
            SelectChoice(Role.LEARNER.value, _l("learn and find a job")),
            SelectChoice(Role.EMPLOYER.value, _l("hire certified people")),
        ],
        default=Role.LEARNER.value,
        validate_choice=False,
    )

    site_name = ""

    def own_words(self) -> Iterable[str]:
        """What the password must not be."""
        return (self.site_name, self.name.data or "", self.email.data or "")

    def validate_role(self, field: Any) -> None:
        """Two roles are chosen; the others are given."""
        if field.data not in (Role.LEARNER.value, Role.EMPLOYER.value):
            raise StopValidation(_l("Choose one of the two."))


class SignInForm(Form):
    """An address and a password."""

    email = email_field()
    password = known_password_field(_l("Password"))


class ResetRequestForm(Form):
    """The address to which a link is sent."""

    email = email_field()


class NewPasswordForm(Form):
    """A new password, by a link."""

    password = PasswordField(_l("New password"), validators=[Required(_l("Choose a password.")), NewPassword()])

    def __init__(self, *arguments: Any, own: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._own = tuple(own)

    def own_words(self) -> Iterable[str]:
        """What the password must not be."""
        return self._own


class PasswordChangeForm(NewPasswordForm):
    """A new password, by the one in force."""

    current = known_password_field(_l("Current password"))


class ProfileForm(Form):
    """What a person may change about themselves."""

    name = name_field()
    language = RadioField(
        _l("Language of pages and letters"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()],
        validate_choice=False,
    )

    def validate_language(self, field: Any) -> None:
        """One of ours."""
        if field.data not in LANGUAGE_NAMES:
            raise StopValidation(_l("Choose one of the two."))
