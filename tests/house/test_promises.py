"""What scripts rely on is there: commands, make targets, locked requirements."""

from __future__ import annotations

import re
import tomllib

import click
import pytest
from flask import Flask

from app.config import ROOT

CONTRACT = {
    "accounts": {"create"},
    "attempts": {"replay"},
    "certificates": {"export", "issue", "list", "revoke"},
    "courses": {"check", "import"},
    "db": {"check", "downgrade", "upgrade"},
    "demo": {"load"},
    "keys": {"generate", "list", "rotate"},
    "matching": {"explain", "replay"},
}
REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[\w,]+\])?==([^\s;\\]+)", re.MULTILINE)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def locked(name: str) -> dict[str, str]:
    return dict(REQUIREMENT.findall((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("group", CONTRACT)
def test_commands_that_scripts_rely_on_exist(the_app: Flask, group: str) -> None:
    command = the_app.cli.commands[group]
    assert isinstance(command, click.Group)
    assert CONTRACT[group] <= set(command.commands)


def names_of(requirements: list[str]) -> list[str]:
    """The names as locks write them."""
    return [re.split(r"[\[><=~ ]", line)[0].replace(".", "-") for line in requirements]


def test_make_targets_of_the_contract_exist() -> None:
    assert {"check", "help", "lock", "run", "test", "translations"} <= make_targets()


def test_the_locks_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names, tools = map(names_of, (project["dependencies"], project["optional-dependencies"]["dev"]))
    runtime, development = locked("requirements.txt"), locked("requirements-dev.txt")
    assert set(names) <= set(runtime)
    assert set(tools) <= set(development)
    assert runtime.items() <= development.items(), "make lock: the two files differ"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_locks_name_no_host_and_hash_everything(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    assert len(re.findall(r"==[^\n]+\\\n    --hash=sha256:", text)) == len(locked(name))
