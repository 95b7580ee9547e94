"""The page that verifies in a browser alone: one HTML file with its script, its style, its words and its own policy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from app.config import ROOT
from app.foundation.i18n import LANGUAGES
from app.verification.offline_words import words_in

SOURCES = ROOT / "static" / "offline"
SCRIPTS = ("bytes.js", "containers.js", "signatures.js", "verdict.js", "page.js")
STYLES = ("tokens", "base", "components/buttons", "components/forms", "components/listing", "components/messages",
          "components/verdict")  # fmt: skip
NOBODY = "'none'"
PLACEHOLDER = re.compile(r"\{([\w.-]+)\}")


@dataclass(frozen=True)
class OfflinePage:
    """The file, and the Content-Security-Policy that lets its script and no other run."""

    html: bytes
    policy: str


@dataclass(frozen=True)
class PageIssuer:
    """Whose certificates the page expects; nobody's before the first key."""

    id: str
    name: str
    url: str


@lru_cache(maxsize=8)
def offline_page(language: str, issuer: PageIssuer, drawings: str) -> OfflinePage:
    """The page in a language, the other one a button away; `drawings` are constants of the script."""
    words = words_in(language)
    script = _script(issuer, drawings)
    style = "\n".join(
        [(ROOT / "static" / "css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLES]
        + [(SOURCES / "page.css").read_text(encoding="utf-8")]
    )
    policy = _policy(script, style, issuer)
    parts = {name: escape(text) for name, text in words.items()} | {
        "language": language,
        "other_language": next(code for code in LANGUAGES if code != language),
        "policy": escape(policy),
        "issuer_name": escape(issuer.name),
        "issuer_url": escape(issuer.url),
        "style": style,
        "script": script,
    }
    shell = (SOURCES / "page.html").read_text(encoding="utf-8")
    html = PLACEHOLDER.sub(lambda found: parts[found.group(1)], shell)
    return OfflinePage(html.encode(), policy + "; frame-ancestors 'none'")


def drawn(seals: Mapping[str, Any], icons: Mapping[str, str]) -> str:
    """The drawings as constants of the script: seals by state, marks by what a check says."""
    strokes = {
        state: {"tone": seal.tone, "strokes": [[one.path, one.width, one.dashes] for one in seal.strokes]}
        for state, seal in seals.items()
    }
    return f"const SEALS = {_constant(strokes)};\nconst ICONS = {_constant(icons)};\n"


def _script(issuer: PageIssuer, drawings: str) -> str:
    who = {"id": issuer.id, "name": issuer.name, "url": issuer.url}
    constants = (
        f"const ISSUER = {_constant(who)};\nconst WORDS = {_constant({code: words_in(code) for code in LANGUAGES})};\n"
    )
    code = "\n".join((SOURCES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f'\n(() => {{\n"use strict";\n{constants}{drawings}{code}}})();\n'


def _constant(value: object) -> str:
    """JSON that cannot end the script it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _policy(script: str, style: str, issuer: PageIssuer) -> str:
    """Our script, our style, and requests to the issuer alone."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "img-src data:",
            f"connect-src {issuer.url or NOBODY}",
            "form-action 'none'",
            "base-uri 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
