"""URL parts: public identifiers, written in any case."""

from __future__ import annotations

from werkzeug.routing import BaseConverter, ValidationError

from app.foundation.identifiers import parse_public_id


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


CONVERTERS = {"public_id": PublicIdConverter, "slug": SlugConverter}
