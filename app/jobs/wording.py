"""Reading wording.yaml, once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app.foundation.i18n import LANGUAGES
from app.jobs.linter import Rule, Wording

WORDING_FILE = Path(__file__).with_name("wording.yaml")


@cache
def wording() -> Wording:
    """The linter's rules; a broken file fails at once, with the name of the rule."""
    content = YAML(typ="safe").load(WORDING_FILE.read_text(encoding="utf-8"))
    return Wording(
        rules={
            language: tuple(_rule(entry, language) for entry in content["rules"] if entry[language])
            for language in LANGUAGES
        },
        structure={code: (entry["why"], entry["better"]) for code, entry in content["structure"].items()},
    )


def _rule(entry: Mapping[str, Any], language: str) -> Rule:
    if entry["level"] not in ("block", "advice"):
        raise ValueError(f"wording.yaml: {entry['code']}: level is block or advice")
    return Rule(
        code=entry["code"],
        family=entry["family"],
        level=entry["level"],
        title_only=entry.get("where") == "title",
        patterns=tuple(re.compile(pattern) for pattern in entry[language]),
        unless=re.compile(entry["unless"]) if "unless" in entry else None,
        why=entry["why"],
        better=entry["better"],
    )
