"""Forms of the counter: a number, a file, a name."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from wtforms import FileField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.foundation.forms import ONE_LINE, AtMost, Form, NoControlCharacters, Required
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import parse_public_id


class NumberForm(Form):
    """The number printed on a certificate, or the whole link beside it."""

    number = StringField(
        _l("Number of the certificate"),
        filters=ONE_LINE,
        validators=[Required(_l("Type the number printed on the certificate.")), AtMost(300), NoControlCharacters()],
    )

    def validate_number(self, field: StringField) -> None:
        """Refuse what cannot be a number, with what one looks like."""
        if self.found() is None:
            raise ValidationError(
                _l("A number has 26 letters and digits, without I, L, O and U, as in 4T9X K2MB V7QP R6HW D3N8 ZC5J AY.")
            )

    def found(self) -> tuple[str, str] | None:
        """The number and the key of the link, empty when the number alone was typed; None when neither is there."""
        return read_number(self.number.data or "")


def read_number(typed: str) -> tuple[str, str] | None:
    """The number in what was typed, a number or a whole link, and the link's key; None when there is no number."""
    try:
        link = urlsplit(typed)
    except ValueError:
        return None
    number = parse_public_id(link.path.rpartition("/")[2]) or parse_public_id(typed)
    return (number, parse_qs(link.query).get("k", [""])[0]) if number else None


class FileForm(Form):
    """A certificate as a file."""

    file = FileField(_l("Certificate as a file"))


class ListForm(Form):
    """A list of numbers, as a file or pasted."""

    file = FileField(_l("List as a CSV file"))
    rows = TextAreaField(_l("Or the list itself"))


class NameForm(Form):
    """A name to compare with the holder's."""

    name = StringField(
        _l("Printed name"),
        filters=ONE_LINE,
        validators=[Required(_l("Type the name printed on the document.")), AtMost(200), NoControlCharacters()],
    )
