"""The tokens' colours, read from the stylesheet, meet WCAG 2.2 in both themes and match the figures of the design."""

import math
import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\);")
PAPERS = ("paper", "paper-sunk", "paper-lift", "accent-wash", "stop-wash", "care-wash")
TEXTS = ("ink", "ink-soft", "accent", "accent-deep", "stop", "care")
THEMES = ("light", "dark")

Linear = tuple[float, float, float]


def linear_rgb(lightness: float, chroma: float, hue: float) -> Linear:
    """OKLCH to linear sRGB, clipped to the gamut (Björn Ottosson, 2020)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l_, m_, s_ = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    red = 4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_
    green = -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_
    blue = -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_
    return tuple(min(1.0, max(0.0, value)) for value in (red, green, blue))  # type: ignore[return-value]


def as_shown(colour: Linear) -> Linear:
    """The linear value of the 8-bit colour a screen receives."""
    return tuple(_decoded(round(_encoded(value) * 255) / 255) for value in colour)  # type: ignore[return-value]


def _encoded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour: Linear) -> float:
    """Relative luminance (WCAG 2.2)."""
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def ratio(one: Linear, other: Linear) -> float:
    """Contrast ratio (WCAG 2.2), 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def read_tokens() -> dict[str, dict[str, Linear]]:
    """Theme -> token -> colour; the ordinary values, not those asked for with more contrast."""
    css = TOKENS.read_text(encoding="utf-8").split("@media")[0]
    themes: dict[str, dict[str, Linear]] = {theme: {} for theme in THEMES}
    for name, light, dark in PAIR.findall(css):
        for theme, value in zip(THEMES, (light, dark), strict=True):
            lightness, chroma, hue = (float(number) for number in value.split())
            themes[theme][name] = as_shown(linear_rgb(lightness, chroma, hue))
    return themes


COLOURS = read_tokens()


def contrast(theme: str, front: str, back: str) -> float:
    return ratio(COLOURS[theme][front], COLOURS[theme][back])


def test_black_on_white_is_twenty_one() -> None:
    assert ratio(linear_rgb(0, 0, 0), linear_rgb(1, 0, 0)) == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize(("theme", "text", "paper"), list(product(THEMES, TEXTS, PAPERS)))
def test_text_reads_on_every_paper(theme: str, text: str, paper: str) -> None:
    assert contrast(theme, text, paper) >= 4.5


@pytest.mark.parametrize(("theme", "paper"), list(product(THEMES, PAPERS)))
def test_edges_of_controls_and_focus_are_seen_on_every_paper(theme: str, paper: str) -> None:
    assert contrast(theme, "pencil", paper) >= 3
    assert contrast(theme, "focus", paper) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_full_button_reads_at_rest_and_under_the_hand(theme: str) -> None:
    assert contrast(theme, "on-accent", "accent") >= 4.5
    assert contrast(theme, "on-accent", "accent-deep") >= 4.5


@pytest.mark.parametrize(("theme", "code"), list(product(THEMES, ("code-word", "code-text", "code-note"))))
def test_code_reads_on_its_ground(theme: str, code: str) -> None:
    assert contrast(theme, code, "paper-sunk") >= 4.5


@pytest.mark.parametrize(
    ("token", "light", "dark"),
    [
        ("ink", 15.6, 14.5),
        ("ink-soft", 7.2, 8.3),
        ("pencil", 3.8, 4.6),
        ("accent", 6.8, 10.0),
        ("accent-deep", 9.9, 12.7),
        ("stop", 6.6, 9.0),
        ("care", 5.9, 10.6),
        ("focus", 4.1, 8.7),
    ],
)
def test_figures_of_the_design_hold_on_paper(token: str, light: float, dark: float) -> None:
    """Within 0.15: the design rounded before the colours were rounded to 8 bits."""
    assert contrast("light", token, "paper") == pytest.approx(light, abs=0.15)
    assert contrast("dark", token, "paper") == pytest.approx(dark, abs=0.15)


def test_worst_pairs_are_those_the_design_names() -> None:
    texts = {(t, p, theme): contrast(theme, t, p) for theme, t, p in product(THEMES, TEXTS, PAPERS)}
    assert min(texts.values()) == pytest.approx(5.35, abs=0.05)
    edges = [contrast(theme, "pencil", paper) for theme, paper in product(THEMES, PAPERS)]
    assert min(edges) == pytest.approx(3.49, abs=0.05)


def test_no_literal_colour_outside_the_tokens() -> None:
    sheets = [path for path in TOKENS.parent.rglob("*.css") if path != TOKENS]
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch)\(")
    assert sheets
    assert {path.name: literal.findall(path.read_text(encoding="utf-8")) for path in sheets} == {
        path.name: [] for path in sheets
    }
