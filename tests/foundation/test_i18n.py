"""Translation without a framework: the language of the moment, lazily, with placeholders."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.foundation import i18n
from app.foundation.i18n import (
    current_language,
    gettext,
    lazy_gettext,
    lazy_ngettext,
    localised,
    ngettext,
    use_language,
)

CATALOGUE = """
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Hello %(name)s"
msgstr "Bonjour %(name)s"

msgid "%(num)s file"
msgid_plural "%(num)s files"
msgstr[0] "%(num)s fichier"
msgstr[1] "%(num)s fichiers"
"""


@pytest.fixture(autouse=True)
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A French catalogue of two messages."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    i18n._catalogue.cache_clear()
    yield
    i18n._catalogue.cache_clear()


def test_the_language_of_the_block() -> None:
    with use_language("fr"):
        assert gettext("Hello %(name)s", name="Ada") == "Bonjour Ada"
        with use_language("en"):
            assert gettext("Hello %(name)s", name="Ada") == "Hello Ada"
        assert current_language() == "fr"


def test_an_unknown_language_is_french() -> None:
    with use_language("de"):
        assert current_language() == "fr"


@pytest.mark.parametrize(("number", "words"), [(0, "0 fichier"), (1, "1 fichier"), (2, "2 fichiers")])
def test_french_plurals(number: int, words: str) -> None:
    with use_language("fr"):
        assert ngettext("%(num)s file", "%(num)s files", number) == words


def test_lazy_texts_speak_when_shown() -> None:
    greeting = lazy_gettext("Hello %(name)s", name="<Ada>")
    files = lazy_ngettext("%(num)s file", "%(num)s files", 2)
    for language, words in {"fr": ("Bonjour <Ada>", "2 fichiers"), "en": ("Hello <Ada>", "2 files")}.items():
        with use_language(language):
            assert (str(greeting), str(files)) == words
    with use_language("en"):
        assert greeting.__html__() == "Hello &lt;Ada&gt;"


def test_what_is_not_translated_stays_english() -> None:
    with use_language("fr"):
        assert gettext("Never written down") == "Never written down"


def test_localised_falls_back_to_the_other_language() -> None:
    with use_language("en"):
        assert localised({"fr": "Bonjour", "en": "Hello"}) == "Hello"
        assert localised({"fr": "Bonjour", "en": ""}) == "Bonjour"
        assert localised({"fr": "Bonjour"}, "fr") == "Bonjour"
        assert localised(None) == localised({}) == ""
        assert localised("as it is") == "as it is"
