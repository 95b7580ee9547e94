"""Words that a course avoids and words that give a question away, in French and in English (content §1 and §2)."""

import re
from collections.abc import Iterator
from functools import cache

_BETTER: dict[str, dict[str, str]] = {
    "fr": {
        r"bien sûr": "", r"évidemment": "", r"comme (?:vous le savez|chacun sait)": "", r"tout simplement": "",
        r"dans le monde d['’]aujourd['’]hui": "", r"révolution(?:ne|ner|naire|s)?": "",
        r"digital(?:e|es|isation|iser)?|digitaux": "numérique", r"basée?s? sur": "fondé sur",
        r"librairies?": "bibliothèque",
        r"challenges?": "défi", r"feedbacks?": "retour", r"mails?": "courriel", r"checker": "vérifier",
        r"l['’]IA (?:pense|sait|comprend|croit|veut)": "l’IA calcule, produit, classe, propose",
    },
    "en": {
        r"simply": "", r"obviously": "", r"of course": "", r"as you know": "", r"in today['’]s world": "",
        r"revolution(?:ary|ise|ised|ize|s)?": "", r"ballpark": "", r"low-hanging fruit": "",
        r"(?:the )?AI (?:thinks|knows|understands|believes|wants)": "the AI computes, produces, sorts, proposes",
    },
}  # fmt: skip
_BRANDS = (
    r"chatgpt|gpt-\d\w*|openai|gemini|copilot|midjourney|dall-e|anthropic|mistral ai|deepseek|perplexity|hugging ?face"
)
_NEGATIONS = {
    "fr": r"\bn(?:e |['’])[^.?!]{0,120}?\b(?:pas|jamais|aucune?)\b|\bsauf\b|\bfaux\b|\bfausses?\b"
    r"|(?<!au )(?<!le )\bmoins\b",
    "en": r"\bnot\b|n['’]t\b|\bexcept\b|\bfalse\b|(?<!at )\bleast\b",
}
_ABSOLUTES = {
    "fr": r"\b(?:jamais|toujours|aucune?|uniquement|seulement|forcément|impossible)\b",
    "en": r"\b(?:always|never|only|none|impossible)\b",
}
_HEDGES = {
    "fr": r"\b(?:peu(?:t|vent)|souvent|parfois|en général)\b",
    "en": r"\b(?:may|might|often|sometimes|can|usually)\b",
}
# Letters of options count only as capitals, hence the case of these two lists is told inside.
_ALL_OR_NONE = {
    "fr": r"\b(?i:(?:toutes|aucune) (?:ces|de ces|des|les) (?:réponses|options|propositions))\b"
    r"|\b(?i:(?:toutes|aucune) (?:de )?celles-ci)\b|\b[A-D] et [A-D]\b",
    "en": r"\b(?i:(?:all|none|both) of (?:the above|these|them))\b|\b[A-D] and [A-D]\b",
}
_LETTERS = {
    "fr": r"\b(?i:option|réponse|proposition) [A-H]\b",
    "en": r"\b(?i:option|answer|choice) [A-H]\b",
}
_IN_ANY_CASE = {"negation": _NEGATIONS, "absolute": _ABSOLUTES, "hedge": _HEDGES}
_AS_WRITTEN = {"all-or-none": _ALL_OR_NONE, "letter": _LETTERS}


@cache
def pattern(kind: str, language: str) -> re.Pattern[str]:
    """The pattern of a kind of word; one that matches nothing for a language without a list."""
    if kind in _AS_WRITTEN:
        return re.compile(_AS_WRITTEN[kind].get(language, r"(?!)"))
    return re.compile(_IN_ANY_CASE[kind].get(language, r"(?!)"), re.IGNORECASE)


def holds(kind: str, text: str, language: str) -> re.Match[str] | None:
    """The first word of a kind in a text, or None."""
    return pattern(kind, language).search(text)


@cache
def _forbidden(language: str) -> list[tuple[re.Pattern[str], str]]:
    words = {**_BETTER.get(language, {}), _BRANDS: ""}
    return [(re.compile(rf"\b(?:{word})\b", re.IGNORECASE), better) for word, better in words.items()]


def forbidden_words(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Each word to avoid in a text, with a better one or the empty string."""
    for expression, better in _forbidden(language):
        for match in expression.finditer(text):
            yield match.group(), better
