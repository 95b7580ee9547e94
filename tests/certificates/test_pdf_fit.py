"""The page: every text whole, inside its box, on nothing else, in each artwork and language."""

from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.errors import RenderingError
from certificates.page import Twin
from tests.certificates.builders import page
from tests.certificates.sheets import (
    LONG_NAME,
    LONG_TITLE,
    LONG_TITLE_EN,
    MANY_SKILLS,
    SPOKEN,
    STYLES,
    TWELVE_SKILLS,
    TWELVE_SKILLS_EN,
    check_words,
    drawn,
    letters,
    sheet,
)
from tests.certificates.tools import logo, words_of

LONG_FR = Twin(LONG_TITLE, TWELVE_SKILLS, "centre de formation, Nantes", "directrice pédagogique")
LONG_EN = Twin(LONG_TITLE_EN, TWELVE_SKILLS_EN, "training centre, Nantes", "director of studies")


def all_text(pdf: bytes, folder: Path, style: str, spoken: str) -> str:
    """The letters drawn, in order, once every word was found in its place."""
    words = words_of(pdf, folder)
    check_words(words, style, spoken)
    return letters("".join(word.text for word in words))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("spoken", SPOKEN)
class TestEveryArtworkInEveryLanguage:
    def test_sixty_signs_a_title_of_120_and_twelve_skills(self, spoken: str, style: str, tmp_path: Path) -> None:
        assert len(LONG_NAME) == 60
        assert {len(LONG_TITLE), len(LONG_TITLE_EN)} <= set(range(114, 121))
        said, twin = (LONG_FR, LONG_EN) if spoken.startswith("fr") else (LONG_EN, LONG_FR)
        changes: dict[str, Any] = {"twin": twin} if "+" in spoken else {}
        pdf = drawn(
            style,
            spoken,
            holder=LONG_NAME,
            achievement=said.achievement,
            skills=said.skills,
            tier=4,
            logo=logo(900, 240),
            **changes,
        )
        text = all_text(pdf, tmp_path, style, spoken)
        assert letters(LONG_NAME) in text
        for each in (said, twin) if "+" in spoken else (said,):
            last = each.skills[-1]
            assert letters(last[0].lower() + last[1:]) in text or letters(last) in text

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"holder": "Lê", "achievement": "IA", "skills": (), "expires": None, "issued": date(2026, 3, 1), "tier": 1},
            {"holder": "M" * 60, "achievement": "W" * 120, "skills": MANY_SKILLS[:12]},
        ],
        ids=["plain", "short", "wide"],
    )
    def test_short_and_wide(self, changes: dict[str, Any], spoken: str, style: str, tmp_path: Path) -> None:
        text = all_text(drawn(style, spoken, **changes), tmp_path, style, spoken)
        expected = sheet(style, **changes)
        design = expected.design
        for whole in (expected.holder, expected.achievement, expected.issuer_name, design.signatory_name):
            assert letters(whole) in text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("spoken", ["fr", "en+fr"])
@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "W" * 200, "achievement": "Mm " * 66},
        {"skills": MANY_SKILLS},
        {"issuer_name": "École supérieure d’ingénierie numérique de la Loire-Atlantique et du Morbihan" * 2},
        {"signatory_name": LONG_NAME, "signatory_role": "directrice pédagogique et de la recherche appliquée"},
        {"verification_url": "https://un-sous-domaine.vraiment-tres-long.certificats.ecole.example/verify/X?k=1"},
        {"verification_url": "http://localhost:8000/verify/4T9XK2MBV7QPR6HWD3N8ZC5JAY", "logo": logo(60, 2000)},
    ],
    ids=["widest", "60-skills", "issuer", "signatory", "host", "local"],
)
def test_what_nobody_should_write_holds_too(changes: dict[str, Any], spoken: str, style: str, tmp_path: Path) -> None:
    text = all_text(drawn(style, spoken, **changes), tmp_path, style, spoken)
    expected = sheet(style, **changes)
    for whole in (expected.holder, expected.issuer_name, expected.design.signatory_name, expected.public_id):
        assert letters(whole) in text


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    holder=st.text("abcdefghijWMÉÀ' -’", min_size=1, max_size=200).filter(letters),
    title=st.text("abcdefghijWMÉÀ' -’:,", min_size=1, max_size=200).filter(letters),
    skills=st.lists(st.text("abcdeWM é-", min_size=1, max_size=80).filter(str.strip), max_size=20),
    style=st.sampled_from(STYLES),
    spoken=st.sampled_from(SPOKEN),
)
def test_whatever_the_text(holder: str, title: str, skills: list[str], style: str, spoken: str, tmp_path: Path) -> None:
    pdf = drawn(style, spoken, holder=holder, achievement=title, skills=tuple(skills))
    check_words(words_of(pdf, tmp_path), style, spoken)


def test_two_languages_say_everything_twice(tmp_path: Path) -> None:
    for style in STYLES:
        pdf = drawn(style, "fr+en", twin=Twin("Evaluating a classification model", ("evaluate a model",)))
        text = " ".join(word.text for word in words_of(pdf, tmp_path))
        for said in ("Certificat · Certificate", "Intermédiaire" if style != "classic" else "niveau intermédiaire"):
            assert said in text
        for said in ("out of 100", "sur 100", "18 November 2026", "18 novembre 2026", "Signed for", "Signé pour"):
            assert said in text.replace("\u00a0", " "), (style, said)
        assert text.count("4T9X") == 1


def test_sixty_skills_say_how_many_are_left(tmp_path: Path) -> None:
    text = " ".join(word.text for word in words_of(drawn(skills=MANY_SKILLS), tmp_path))
    assert "autres, dans la preuve jointe." in text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["", "Les Deux Rives"])
def test_an_issuer_may_sign_for_itself(name: str, style: str, tmp_path: Path) -> None:
    words = words_of(drawn(style, signatory_name=name, signatory_role=""), tmp_path)
    check_words(words, style)
    text = " ".join(word.text for word in words)
    assert "Les Deux Rives Signé électroniquement" in text
    assert "Signé pour" not in text


def test_the_number_is_typed_where_the_link_leads(tmp_path: Path) -> None:
    url = "https://ecole.example/passerelle/verify/4T9XK2MBV7QPR6HWD3N8ZC5JAY?k=secret"
    texts = [word.text for word in words_of(drawn(verification_url=url), tmp_path)]
    assert "ecole.example/passerelle/verify" in texts
    assert not any("secret" in text for text in texts)


def test_a_text_that_cannot_hold_is_refused() -> None:
    with pytest.raises(RenderingError, match="too long"):
        drawn(issuer_name="Institut " * 100)


@pytest.mark.parametrize("style", STYLES)
def test_one_page(style: str) -> None:
    from io import BytesIO

    pdf = drawn(style, "fr+en", holder=LONG_NAME, achievement=LONG_TITLE, skills=MANY_SKILLS)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        assert [round(float(side)) for side in document.pages[0].mediabox] == [0, 0, 842, 595]


def test_a_second_language_needs_its_texts_and_is_another() -> None:
    with pytest.raises(RenderingError, match="both"):
        sheet(second_language="en")
    with pytest.raises(RenderingError, match="not its first"):
        drawn("span", "fr+fr")
    assert page().twin is None
