"""URL parts: public identifiers, written in any case; slugs; numbers that a column can hold."""

from __future__ import annotations

from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from app.foundation.identifiers import parse_public_id
from app.foundation.numbers import LARGEST_ID


class PublicIdConverter(BaseConverter):
    """A 26-character public id; anything else is no such page."""

    regex = r"[0-9A-Za-z]{26}"

    def to_python(self, value: str) -> str:
        parsed = parse_public_id(value)
        if parsed is None:
            raise ValidationError
        return parsed


class SlugConverter(BaseConverter):
    """A slug of an author's: lower-case letters, digits and hyphens."""

    regex = r"[a-z0-9][a-z0-9-]{0,79}"


class NumberConverter(IntegerConverter):
    """A whole number, at most what a column holds: Python reads no 5,000 digits, and a database no 20."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map, fixed_digits: int = 0, min: int = 0, max: int = LARGEST_ID) -> None:  # noqa: A002
        super().__init__(map, fixed_digits, min, max)


CONVERTERS = {"public_id": PublicIdConverter, "slug": SlugConverter, "int": NumberConverter}
