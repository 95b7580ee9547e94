"""What a request says, as text: bytes that are not UTF-8 read as U+FFFD, which every form refuses in words."""

from __future__ import annotations

from functools import cached_property
from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser


def pairs_in(data: bytes) -> list[tuple[str, str]]:
    """The fields of a query or of a form's body, in order."""
    return parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


class FormReader(FormDataParser):
    """Werkzeug would keep %ED%A0%80 as these nine characters, which no check can tell from a person's typing."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, Any]]:
        return stream, self.cls(pairs_in(stream.read())), self.cls()


class ReadableRequest(Request):
    """A request whose fields are text, whatever bytes were sent."""

    form_data_parser_class = FormReader

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The parts of the query."""
        return ImmutableMultiDict(pairs_in(self.query_string))
