"""The French catalogue: `check` it against the sources, `update` it from them, `merge FILE…` others into it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
PLURALS = "nplurals=2; plural=(n > 1);"
METHODS = {
    "app": [("**.py", "python")],
    "certificates": [("**.py", "python")],
    "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")],
}
OPTIONS = {
    # The same as app/web/rendering.py: blocks trimmed another way would give other message ids.
    method: {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    for method in ("**.html", "**.txt")
}
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None,
    "ngettext": (1, 2), "lazy_ngettext": (1, 2), "_n": (1, 2),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
# What French typography does not write, and what to say of it.
TYPOGRAPHY = {
    # Not `::: note`, `![alt](file)` or `?lang=`, which are code.
    re.compile(r" ;| !(?![\[=])| \?(?!\w)"): "plain space before ; ! or ? (U+202F there)",
    re.compile(r" :(?![:\w])"): "plain space before : (U+00A0 there)",
    re.compile(r"« | »|«\S(?<![\u00a0\u202f])|[^\s\u00a0\u202f]»"): "no U+00A0 inside « »",
    re.compile(r" %(?!\()"): "plain space before % (U+202F there)",
    re.compile(r"\w'\w"): "straight apostrophe (’ there)",
}


def extracted() -> Catalog:
    """Every message of the sources, with the files it is in."""
    catalogue = Catalog(locale="fr", domain="messages")
    for folder, methods in METHODS.items():
        found = extract_from_dir(ROOT / folder, methods, OPTIONS, KEYWORDS)
        for filename, _line, message, _comments, context in found:
            catalogue.add(message, locations=[(f"{folder}/{filename}", 0)], context=context)
    return catalogue


def stored() -> Catalog:
    """The catalogue as it is; an empty one at first."""
    if not CATALOGUE.exists():
        return Catalog(
            locale="fr", project="Passerelle", version="1", header_comment="# French, from the English of the sources.",
            msgid_bugs_address="", last_translator="", language_team="fr", fuzzy=False,
        )  # fmt: skip
    return read(CATALOGUE)


def read(path: Path) -> Catalog:
    """A catalogue of French."""
    with path.open("rb") as file:
        return read_po(file, locale="fr", domain="messages")


def write(catalogue: Catalog) -> None:
    """Store the catalogue: sorted and without line numbers, so that two people's changes seldom meet."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)


def updated() -> Catalog:
    """The stored catalogue with exactly the messages of the sources; what was translated stays."""
    catalogue = stored()
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    return catalogue


def forms(message: Message) -> tuple[str, ...]:
    """The translation, or each of its plural forms."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def sources(message: Message) -> tuple[str, ...]:
    """The message id, or its singular and plural."""
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def messages_of(catalogue: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalogue if message.id)


def problems() -> list[str]:
    """Everything that stands against the catalogue, one line each."""
    wanted, catalogue = extracted(), stored()
    known = {(sources(message)[0], message.context): message for message in messages_of(catalogue)}
    found = [f"obsolete: {key[0]!r}" for key in known if wanted.get(*key) is None]
    found += [f"obsolete: {sources(message)[0]!r}" for message in catalogue.obsolete.values()]
    for message in messages_of(wanted):
        translation = known.get((sources(message)[0], message.context))
        places = ", ".join(sorted({name for name, _line in message.locations}))
        faults = ["missing"] if translation is None else faults_of(message, translation)
        found += [f"{fault}: {sources(message)[0]!r} ({places})" for fault in faults]
    return found


def faults_of(message: Message, translation: Message) -> list[str]:
    """What is wrong with one translation."""
    texts = forms(translation)
    if not all(texts) or len(sources(message)) != len(texts):
        return ["missing"]
    faults = ["fuzzy"] if translation.fuzzy else []
    if not placeholders_agree(sources(message), texts):
        faults.append("other placeholders")
    return faults + [say for sign, say in TYPOGRAPHY.items() if any(sign.search(text) for text in texts)]


def placeholders_agree(originals: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    """Does each form use the placeholders of the original? A singular may leave the number in words."""
    most = set(PLACEHOLDER.findall(originals[-1]))
    least = set(PLACEHOLDER.findall(originals[0])) & most
    used = [set(PLACEHOLDER.findall(text)) for text in texts]
    if len(texts) == 1:
        return used[0] == most
    return used[-1] == most and all(least - {"%(number)s", "%(num)s"} <= form <= most for form in used)


def merge(paths: list[Path]) -> list[str]:
    """Fill what is untranslated from other catalogues; returns what could not be used, or says otherwise."""
    catalogue, notes = updated(), []
    for path in paths:
        for message in messages_of(read(path)):
            target = catalogue.get(sources(message)[0], message.context)
            if target is None:
                notes.append(f"{path.name}: not in the sources: {sources(message)[0]!r}")
            elif len(forms(message)) != len(sources(target)):
                notes.append(f"{path.name}: singular or plural? {sources(message)[0]!r}")
            elif not all(forms(target)):
                target.string = message.string
            elif forms(target) != forms(message) and all(forms(message)):
                notes.append(f"{path.name}: kept {forms(target)[0]!r} over {forms(message)[0]!r}")
    write(catalogue)
    return notes


def main(command: str, *names: str) -> int:
    """Run one command; 1 when the check finds something."""
    if command == "update":
        write(updated())
    if command == "merge":
        print(*merge([Path(name) for name in names]), sep="\n")
    found = problems()
    print(*found, sep="\n")
    print(f"{len(found)} to settle in {CATALOGUE.relative_to(ROOT)}." if found else "French is complete.")
    return 1 if found and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
