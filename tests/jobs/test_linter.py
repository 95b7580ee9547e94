"""The offer linter against a corpus in both languages: what must be found, and what must be left alone."""

from __future__ import annotations

from typing import Any

import pytest

from app.jobs.linter import Finding, LintedOffer, bare, lint
from app.jobs.wording import wording

FOUND_IN_TEXT = {
    "fr": [
        ("age-young", "Nous cherchons une personne jeune et motivée."),
        ("age-young", "Équipe JEUNE, ambiance détendue."),
        ("age-young", "Réservé aux moins de 35 ans."),
        ("age-young", "Profil junior apprécié."),
        ("age-native", "Vous êtes digital native."),
        ("age-old", "Le 3ᵉ âge s’abstenir."),
        ("sex-word", "Un homme de terrain."),
        ("sex-word", "Une femme de ménage."),
        ("sex-word", "Poste de secrétaire (femme)."),
        ("sex-tone", "Un ninja du code."),
        ("origin-language", "Langue maternelle française exigée."),
        ("origin-language", "Anglais natif."),
        ("origin-nationality", "De nationalité française."),
        ("family", "Une personne sans enfant."),
        ("family", "Célibataire de préférence."),
        ("health", "En excellente santé."),
        ("looks", "Bonne présentation exigée."),
        ("degree", "Bac+5 exigé."),
        ("degree", "Issue d’une grande école."),
        ("years", "10 ans d’expérience."),
        ("years", "Expérience de 5 ans."),
        ("age-young", "Une personne je\u200bune."),
    ],
    "en": [
        ("age-young", "A young and dynamic team player."),
        ("age-young", "Ideal for a recent graduate."),
        ("age-young", "We hire young people."),
        ("age-young", "Under 35."),
        ("age-native", "You are a digital native."),
        ("age-old", "A mature person."),
        ("sex-word", "An experienced salesman."),
        ("sex-word", "Waitress wanted."),
        ("sex-tone", "A rockstar developer."),
        ("sex-tone", "A dominant personality."),
        ("origin-language", "Native English speaker."),
        ("origin-nationality", "US citizens only."),
        ("family", "No dependants."),
        ("health", "Able-bodied."),
        ("looks", "Well-groomed."),
        ("degree", "Ivy League preferred."),
        ("years", "10 years of experience."),
        ("years", "5+ years experience."),
    ],
}
LEFT_ALONE = {
    "fr": [
        "Une jeune pousse nantaise qui accompagne le jeune public.",
        "Rajeunir le catalogue ; la cellule jeunesse.",
        "Moins de 35 minutes de trajet.",
        "Vous enseignez le français langue étrangère.",
        "Une présentation des résultats chaque mois.",
        "Une entreprise de 20 ans, 300 personnes.",
        "Les enfants des salariés sont accueillis en crèche.",
        "Le service de santé au travail.",
        "Le diplôme importe peu.",
    ],
    "en": [
        "You look after young children.",
        "Under 50 percent of travel.",
        "A mature code base.",
        "Native mobile applications and cloud-native services.",
        "We are a company of 20 years.",
        "Health insurance included.",
        "A degree of autonomy.",
        "You chair the meeting.",
    ],
}
TITLES = [
    ("fr", "Développeur Python", True),
    ("fr", "Technicienne de maintenance", True),
    ("fr", "Chargée d’études", True),
    ("fr", "Assistant commercial", True),
    ("fr", "Développeur Python (H/F)", False),
    ("fr", "Développeuse ou développeur Python", False),
    ("fr", "Technicien·ne de maintenance", False),
    ("fr", "Chargé(e) d’études", False),
    ("fr", "Analyste de données", False),
    ("fr", "Responsable qualité", False),
    ("en", "Python developer", False),
]


def found(language: str, title: str = "Analyste (H/F)", description: str = "", **changes: Any) -> tuple[Finding, ...]:
    values: dict[str, Any] = {"contract": "permanent", "pay_stated": True, "requirements": [(2, True)], **changes}
    return lint(LintedOffer(language=language, title=title, description=description, **values), wording())


@pytest.mark.parametrize(
    ("language", "code", "text"), [(la, *row) for la, rows in FOUND_IN_TEXT.items() for row in rows]
)
def test_linter_fr_en_corpus(language: str, code: str, text: str) -> None:
    assert code in {finding.code for finding in found(language, description=text)}


@pytest.mark.parametrize(("language", "text"), [(la, text) for la, texts in LEFT_ALONE.items() for text in texts])
def test_what_is_left_alone(language: str, text: str) -> None:
    assert found(language, description=text) == ()


@pytest.mark.parametrize(("language", "title", "refused"), TITLES)
def test_titles_speak_to_everybody(language: str, title: str, refused: bool) -> None:
    assert ("sex-title" in {finding.code for finding in found(language, title=title)}) is refused


def test_a_finding_says_where_and_quotes_the_words_as_typed() -> None:
    findings = found("fr", description="Bonjour.\nUne équipe Jeune, un bac+5.\nLangue maternelle et jeune.")
    assert [(one.level, one.line, one.excerpt) for one in findings] == [
        ("block", 2, "Jeune"),
        ("block", 3, "jeune"),
        ("block", 3, "Langue maternelle"),
        ("advice", 2, "bac+5"),
    ]
    assert findings[0].key == findings[1].key == "age-young:jeune"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pay_stated": False}, "pay"),
        ({"requirements": [(1, True)] * 9}, "essentials"),
        ({"requirements": [(1, True)] * 8 + [(1, False)] * 9}, None),
        ({"contract": "internship", "requirements": [(4, False)]}, "expert-entry"),
        ({"contract": "permanent", "requirements": [(4, True)]}, None),
    ],
)
def test_structure(changes: dict[str, Any], code: str | None) -> None:
    assert [(one.code, one.level, one.line) for one in found("fr", **changes)] == (
        [(code, "advice", None)] if code else []
    )


def test_every_rule_has_words_in_both_languages() -> None:
    for rules in wording().rules.values():
        for rule in rules:
            assert rule.why.keys() == rule.better.keys() == {"fr", "en"}
            assert rule.patterns


def test_repeating_a_word_changes_nothing_but_the_count() -> None:
    once, often = found("fr", description="jeune"), found("fr", description="jeune " * 200)
    assert {one.key for one in often} == {one.key for one in once}
    assert len(often) == 200


def test_bare_keeps_positions() -> None:
    text = "Élève œuvre ß İ ǅ 3ᵉ"
    assert len(bare(text)) == len(text)
