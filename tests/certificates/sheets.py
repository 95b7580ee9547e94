"""Pages to draw in tests, at their shortest and longest, and the look that words stay in their places."""

from dataclasses import replace
from typing import Any
from unicodedata import bidirectional

from certificates.page import CertificatePage, Twin
from certificates.pdf import render
from certificates.signing import serialise
from tests.certificates.builders import DESIGN, NOW, page, signed
from tests.certificates.tools import Word

CREDENTIAL = serialise(signed())
JWT = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJkaWQ6d2ViOmV4YW1wbGUifQ.c2lnbmF0dXJl"
STYLES = ("span", "classic", "plain")
SPOKEN = ("fr", "en", "fr+en", "en+fr")
LONG_NAME = "Marie-Hélène Wilhelmine de la Rochefoucauld-Montmorency-Lav."
LONG_TITLE = (
    "Concevoir, entraîner, évaluer et mettre en production un modèle d’apprentissage profond "
    "pour la vision par ordinateurs"
)
LONG_TITLE_EN = (
    "Designing, training, evaluating and putting into production a deep-learning model "
    "for computer vision in industry today"
)
# Labels of our own taxonomy, their average length above its average.
TWELVE_SKILLS = (
    "Principes de l’intelligence artificielle",
    "Évaluer un modèle de classification",
    "Interpréter un résultat statistique",
    "Préparer des données tabulaires",
    "Écrire un script Python",
    "Mettre un modèle en production",
    "Concevoir une expérience",
    "Mesurer les biais d’un modèle",
    "Documenter un jeu de données",
    "Expliquer une prédiction",
    "Respecter le RGPD et l’AI Act",
    "Travailler avec un versionnage",
)
TWELVE_SKILLS_EN = (
    "Principles of artificial intelligence",
    "Evaluate a classification model",
    "Interpret a statistical result",
    "Prepare tabular data",
    "Write a Python script",
    "Put a model into production",
    "Design an experiment",
    "Measure a model’s bias",
    "Document a data set",
    "Explain a prediction",
    "Comply with the GDPR and the AI Act",
    "Work with version control",
)
MANY_SKILLS = tuple(f"interpréter les résultats d’un modèle de type {number}" for number in range(1, 61))

# Where words may be, in millimetres: left, top, right, bottom.
_FOOT = [(17, 176, 81, 203.5), (82, 176, 146, 203.5), (147.5, 176, 248, 203.5)]
_HEAD = [(16.5, 13, 169, 29), (178, 13, 280, 25)]
ZONES = {
    "span": [*_HEAD, (16.5, 26, 280, 59.5), (16.5, 58.5, 280, 104), (17, 138, 280, 150), *_FOOT],
    "span two": [
        *_HEAD,
        (16.5, 26, 280, 54.5),
        (17, 53, 144, 104),
        (147, 53, 280, 104),
        (17, 138, 280, 150),
        *_FOOT,
    ],
    "classic": [
        (38, 27, 259, 49),
        (38, 45, 259, 64),
        (38, 65, 259, 73),
        (28, 69, 269, 92),
        (38, 91.5, 259, 135),
        (25, 156, 111, 174),
        (25, 173, 111, 190),
        (177, 156, 244, 191),
    ],
    "classic two": [
        (38, 27, 259, 49),
        (38, 42, 259, 61.5),
        (38, 59, 259, 69),
        (28, 66, 269, 86.5),
        (30, 86, 146, 146),
        (151, 86, 267, 146),
        (25, 149, 111, 171.5),
        (25, 170.5, 111, 191),
        (177, 156, 244, 191),
    ],
    "plain": [*_HEAD, (17, 40, 280, 52), (17, 57, 77, 171), (82, 57, 280, 171), *_FOOT],
}
ZONES["plain two"] = ZONES["plain"]
# Where pictures are, that no word may touch.
_QR = (255, 176, 279, 200)
PICTURES = {
    "span": [_QR],
    "span two": [_QR],
    "plain": [_QR],
    "plain two": [_QR],
    "classic": [(125.5, 138, 171.5, 184), (247, 157, 271, 181)],
    "classic two": [(128.5, 146.5, 168.5, 186.5), (247, 157, 271, 181)],
}


def sheet(style: Any = "span", **changes: Any) -> CertificatePage:
    """The page of the test certificate in this style; fields of its design are changed by their own names."""
    design = {name: changes.pop(name) for name in DESIGN.__slots__ if name in changes}
    return page(design=replace(DESIGN, style=style, **design), **changes)


def drawn(style: Any = "span", spoken: str = "fr", **changes: Any) -> bytes:
    """The PDF of the test certificate, changed; `spoken` is its language, or two joined by +."""
    language, _, second = spoken.partition("+")
    if second:
        plain = page(**{name: value for name, value in changes.items() if name in ("achievement", "skills")})
        twin = Twin(plain.achievement, plain.skills, "training centre, Nantes", "director of studies")
        changes = {"twin": twin, "second_language": second, **changes}
    return render(sheet(style, **changes), credential_bytes=CREDENTIAL, language=language, created=NOW, jwt=JWT)


def check_words(words: list[Word], style: str, spoken: str = "fr") -> None:
    """Every word lies whole in a zone, none on another, none on a picture."""
    kind = f"{style} two" if "+" in spoken else style
    pictures = [Word("picture", *sides) for sides in PICTURES[kind]]
    for word in words:
        assert any(
            left <= word.left and word.right <= right and top <= word.top and word.bottom <= bottom
            for left, top, right, bottom in ZONES[kind]
        ), f"{word} leaves its box"
    # Marks are drawn on their letters, and letters joined from right to left reach under each other.
    apart = [word for word in words if not any(bidirectional(sign) in ("R", "AL", "NSM") for sign in word.text)]
    for index, word in enumerate(apart):
        for other in [*pictures, *apart[index + 1 :]]:
            assert not word.overlaps(other), f"{word} lies on {other}"


def letters(text: str) -> str:
    """The text without spaces and hyphens, which depend on where lines break."""
    return "".join(character for character in text if character.isalnum())
