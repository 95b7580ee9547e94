"""Rules that hold for every file: where HTML may be trusted, sizes, names, and nothing of the place it was written."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.config import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 25  # nine in ten are no longer
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
CODE_SUFFIXES = {".py", ".html", ".css", ".js", ".txt"}
WRITTEN_BY_MACHINE = {"migrations/versions"}
TRUSTED_HTML = {"app/foundation/markdown.py"}  # everything else goes through it
# A folder of some machine, which means nothing on another.
PLACES = re.compile(r"(?<![\w./<])/(?:work|tmp|root|home/\w+)/")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)|<style\b", re.IGNORECASE)
ATTRIBUTES = re.compile(r"<[a-z][^<>]*?\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)


@cache
def committed() -> tuple[Path, ...]:
    """Every file that git keeps."""
    command = ["git", "ls-files", "--cached", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(ROOT / name for name in listed if name and (ROOT / name).is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files(*folders: str) -> list[Path]:
    return [path for path in committed() if path.suffix == ".py" and name_of(path).startswith(folders)]


def templates() -> list[Path]:
    return [path for path in committed() if name_of(path).startswith("templates/")]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """(name, lines) of each function, docstring and decorators aside."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name_of(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_html_is_trusted_in_one_place() -> None:
    calls = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("app/", "certificates/")
        if name_of(path) not in TRUSTED_HTML
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Markup"
    ]
    assert calls == [], "Markup( trusts its argument: give HTML through app/foundation/markdown.py"


def test_templates_trust_nothing() -> None:
    found = [
        f"{name_of(path)}: {match.group()}"
        for path in templates()
        for match in re.finditer(r"\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))
    ]
    assert found == [], "|safe opens a page to whatever somebody typed"


def test_templates_have_no_inline_style_or_script() -> None:
    found = []
    for path in templates():
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        plain = re.sub(r"\{[{%].*?[%}]\}", "", text, flags=re.DOTALL)  # tags with `>` inside would end too early
        found += [f"{name_of(path)}: {match.group()[-60:]}" for match in INLINE_SCRIPT.finditer(plain)]
        found += [f"{name_of(path)}: {match.group()[-60:]}" for match in ATTRIBUTES.finditer(plain)]
    assert found == [], "the Content-Security-Policy refuses them"


def test_no_file_is_longer_than_a_person_reads() -> None:
    long = {
        name_of(path): lines
        for path in committed()
        if path.suffix in CODE_SUFFIXES
        and name_of(path).startswith(("app/", "certificates/", "tests/", "templates/", "static/", "tools/"))
        and not name_of(path).startswith(tuple(WRITTEN_BY_MACHINE))
        and path.name != "common-passwords.txt"
        if (lines := path.read_bytes().count(b"\n")) > LONGEST_FILE
    }
    assert long == {}, "when a file outgrows this, split it by noun"


def test_functions_are_short() -> None:
    lengths = dict(length for path in python_files("app/", "certificates/", "tools/") for length in functions(path))
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    usual = sorted(lengths.values())[int(len(lengths) * 0.9)]
    assert usual <= USUAL_FUNCTION, f"nine functions in ten have up to {usual} lines"


def test_no_file_is_named_after_nothing() -> None:
    assert [name_of(path) for path in committed() if path.stem.strip("_") in FORBIDDEN_NAMES] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        name_of(path)
        for path in python_files("app/", "certificates/", "tools/", "tests/", "wsgi.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        and path.name not in ("__main__.py",)
        and not (path.name == "__init__.py" and path.stat().st_size == 0)
    ]
    assert silent == []


@pytest.mark.parametrize("where", ["app", "certificates", "content", "docs", "tests", "tools", "templates", "other"])
def test_nothing_names_the_machine_it_was_written_on(where: str) -> None:
    found = []
    for path in committed():
        top = name_of(path).split("/")[0]
        inside = top == where if where != "other" else top not in ("app", "certificates", "content", "docs", "tests")
        if not inside or path.resolve() == Path(__file__).resolve():
            continue
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{name_of(path)}: …{text[max(0, m.start() - 20) : m.end() + 20]!r}" for m in PLACES.finditer(text)]
    assert found == []


def test_no_message_hides_inside_an_f_string() -> None:
    """Babel does not look inside f-strings: such a message would never be translated."""
    hidden = re.compile(r"""\bf(["']).*\{(_|_l|_n|n?gettext|lazy_n?gettext)\(""")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("app", "certificates")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if hidden.search(line)
    ]
    assert not found, "name the translated text first: " + ", ".join(found)
