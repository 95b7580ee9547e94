"""Translation without a framework: English message ids, the language in a context variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"
CATALOGUES = Path(__file__).resolve().parent.parent.parent / "translations"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def current_language() -> str:
    """The language of the person we are talking to: "fr" or "en"."""
    return _language.get()


def set_language(language: str) -> None:
    """Set the language of this request or task."""
    _language.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Speak `language` inside the block: for letters, exports and certificates."""
    token = _language.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalogue(language: str) -> NullTranslations:
    source = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return NullTranslations()
    compiled = source.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        _compile(source, compiled)
    with compiled.open("rb") as file:
        return Translations(file)


def _compile(source: Path, compiled: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file)
    draft = compiled.with_suffix(".part")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(compiled)  # another process may be reading it


def translated(message: str) -> str:
    """The translation of `message`, placeholders left as they are: what Jinja's newstyle calls want."""
    return str(_catalogue(current_language()).ugettext(message))


def translated_plural(singular: str, plural: str, number: int) -> str:
    """The plural form for `number`, placeholders left as they are."""
    return str(_catalogue(current_language()).ungettext(singular, plural, number))


def gettext(message: str, **values: object) -> str:
    """Translate `message`; `%(name)s` placeholders take `values`."""
    return translated(message) % values if values else translated(message)


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """Translate with the plural of `number`, itself available as `%(number)s` and `%(num)s`."""
    return translated_plural(singular, plural, number) % {"number": number, "num": number, **values}


class LazyText:
    """A text translated when it is shown, not when it is written: for constants, labels and errors."""

    __slots__ = ("_translate",)

    def __init__(self, translate: Callable[[], str]) -> None:
        self._translate = translate

    def __str__(self) -> str:
        return self._translate()

    def __repr__(self) -> str:
        return f"LazyText({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __mod__(self, values: object) -> str:
        return str(self) % values

    def __len__(self) -> int:
        return len(str(self))

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))


def lazy_gettext(message: str, **values: object) -> LazyText:
    """`gettext`, put off until the text is shown."""
    return LazyText(lambda: gettext(message, **values))


def lazy_ngettext(singular: str, plural: str, number: int, **values: object) -> LazyText:
    """`ngettext`, put off until the text is shown."""
    return LazyText(lambda: ngettext(singular, plural, number, **values))


def localised(texts: Mapping[str, Any] | str | None, language: str | None = None) -> Any:
    """The text of `texts` in `language` (default: the current one), else in the first language that has one."""
    if texts is None or isinstance(texts, str):
        return texts or ""
    wanted = texts.get(language or current_language())
    if wanted:
        return wanted
    return next((texts[code] for code in LANGUAGES if texts.get(code)), "")
