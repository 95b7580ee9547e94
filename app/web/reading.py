"""What a request says, as text: bytes that are not UTF-8 read as U+FFFD, which every form refuses in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import IO, Any, TypeVar
from urllib.parse import parse_qsl

from flask import Request, current_app, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser

View = TypeVar("View", bound=Callable[..., Any])
MEGABYTE = 1024 * 1024


def takes_files_of(megabytes: int) -> Callable[[View], View]:
    """A file of so many megabytes may be sent here: the limit of every other address is lower."""

    def mark(view: View) -> View:
        view.largest_body = (megabytes + 1) * MEGABYTE  # type: ignore[attr-defined]
        return view

    return mark


def read_file(most: int) -> tuple[str, bytes]:
    """The name and the first `most` bytes of the file that a form sends; no name where none was chosen."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return "", b""
    with sent.stream as stream:
        return sent.filename, stream.read(most)


def allow_body() -> None:
    """Before each request, and before anything reads its body: raise the limit where a file is expected."""
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest_body", None)
    if largest is not None:
        request.max_content_length = largest


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
