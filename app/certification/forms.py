"""Forms of certificates: the reason of a revocation, and what staff search for."""

from __future__ import annotations

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.certification.wording import REASONS
from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters
from app.foundation.i18n import lazy_gettext as _l


class RevocationForm(Form):
    """Why a certificate is taken back."""

    reason = RadioField(
        _l("Reason"),
        choices=[SelectChoice(reason, words) for reason, words in REASONS.items()],
        validators=[InputRequired(_l("Choose one of the reasons for revoking."))],
    )


class SearchForm(Form):
    """A number, an e-mail address or a part of a name."""

    q = StringField(
        _l("Number, email address or name"), filters=ONE_LINE, validators=[AtMost(254), NoControlCharacters()]
    )
