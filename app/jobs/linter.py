"""The offer linter: words that turn people away for no reason, found in the text and met with better ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["block", "advice"]
MOST_ESSENTIALS = 8
ENTRY_CONTRACTS = ("apprenticeship", "internship")
EXPERT = 4
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True)
class Rule:
    """One entry of wording.yaml for one language, its patterns compiled."""

    code: str
    family: str
    level: Level
    title_only: bool
    patterns: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    why: Mapping[str, str]
    better: Mapping[str, str]


@dataclass(frozen=True)
class Wording:
    """Everything the linter knows: rules by language, and what to say of the offer's structure by code."""

    rules: Mapping[str, tuple[Rule, ...]]
    structure: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]


@dataclass(frozen=True)
class LintedOffer:
    """What the linter reads of an offer; requirements are (tier, essential)."""

    language: str
    title: str
    description: str
    contract: str
    pay_stated: bool
    requirements: Sequence[tuple[int, bool]]


@dataclass(frozen=True)
class Finding:
    """Something to read again: line 0 is the title, from 1 the description, None the offer as a whole."""

    code: str
    level: Level
    line: int | None
    excerpt: str
    why: Mapping[str, str]
    better: Mapping[str, str]

    @property
    def key(self) -> str:
        """What a written justification is kept under: the rule and the very words."""
        return f"{self.code}:{bare(self.excerpt)}"


def bare(text: str) -> str:
    """Lower case without accents, character for character, so that positions stay those of `text`."""
    return "".join(_bare_character(character) for character in text)


def _bare_character(character: str) -> str:
    letters = [one for one in unicodedata.normalize("NFKD", character.lower()) if not unicodedata.combining(one)]
    return letters[0] if len(letters) == 1 else character  # a ligature is two letters: it stays as it is


def lint(offer: LintedOffer, wording: Wording) -> tuple[Finding, ...]:
    """Everything to read again, what blocks first, then from the title down."""
    found = [*_in_words(offer, wording), *_in_structure(offer, wording)]
    return tuple(sorted(found, key=lambda one: (one.level != "block", one.line is None, one.line or 0, one.code)))


def _in_words(offer: LintedOffer, wording: Wording) -> Iterator[Finding]:
    lines = [offer.title, *offer.description.splitlines()]
    for number, line in enumerate(lines):
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", line))
        for rule in wording.rules[offer.language]:
            if number and rule.title_only:
                continue
            for words in _refused(rule, text):
                yield Finding(rule.code, rule.level, number, words, rule.why, rule.better)


def _refused(rule: Rule, text: str) -> Iterator[str]:
    """The words of `text` that the rule refuses, as they are written, from left to right, without overlap."""
    plain = bare(text)
    if rule.unless is not None and rule.unless.search(plain):
        return
    spans = sorted(match.span() for pattern in rule.patterns for match in pattern.finditer(plain))
    end = 0
    for first, last in spans:
        if first >= end:
            yield text[first:last]
            end = last


def _in_structure(offer: LintedOffer, wording: Wording) -> Iterator[Finding]:
    doubts = {
        "pay": not offer.pay_stated,
        "essentials": sum(essential for _, essential in offer.requirements) > MOST_ESSENTIALS,
        "expert-entry": offer.contract in ENTRY_CONTRACTS and any(tier >= EXPERT for tier, _ in offer.requirements),
    }
    for code, doubtful in doubts.items():
        if doubtful:
            why, better = wording.structure[code]
            yield Finding(code, "advice", None, "", why, better)
