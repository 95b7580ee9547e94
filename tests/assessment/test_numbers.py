"""The number parser: every row of the table of habits, and what it refuses to guess."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.numbers import Reading, Reason, Refusal, canonical, read

READ = [
    ("1\u202f234,5", "fr", "1234.5", ""),
    ("1 234,5", "fr", "1234.5", ""),
    ("1\u00a0234,5", "fr", "1234.5", ""),
    ("1\u2009234,5", "en", "1234.5", ""),
    ("\u22122,5e3 m/s", "fr", "-2500", "m/s"),
    ("-2.5E3m/s", "en", "-2500", "m/s"),
    ("+7", "fr", "7", ""),
    ("1.234.567,8", "fr", "1234567.8", ""),
    ("1,234,567.8", "en", "1234567.8", ""),
    ("1.234.567", "fr", "1234567", ""),
    ("1,234,567", "en", "1234567", ""),
    ("1,234", "fr", "1.234", ""),
    ("1,234", "en", "1234", ""),
    ("1,5", "fr", "1.5", ""),
    ("1,5", "en", "1.5", ""),
    ("0,234", "en", "0.234", ""),
    ("1.234", "fr", "1.234", ""),
    ("1.234", "en", "1.234", ""),
    ("3 x 10^8", "en", "3E8", ""),
    ("3 × 10^8 m", "fr", "3E8", "m"),
    ("3×10⁸ m", "fr", "3E8", "m"),
    ("6,63·10⁻³⁴ J", "fr", "6.63E-34", "J"),
    ("2*10^\u22123", "en", "0.002", ""),
    ("10^8", "en", "1E8", ""),
    ("-10⁻³", "en", "-0.001", ""),
    ("25,8 %", "fr", "25.8", "%"),
    ("12 km²", "fr", "12", "km²"),
    ("3 m2", "fr", "3", "m2"),
    ("3 /s", "fr", "3", "/s"),
    ("5 eV", "en", "5", "eV"),
    (",5", "fr", "0.5", ""),
    ("5.", "en", "5", ""),
    ("  42  jours  ouvrés ", "fr", "42", "jours ouvrés"),
    ("1 000 km", "fr", "1000", "km"),
    ("1e99", "fr", "1E99", ""),
    ("1" * 28, "en", "1" * 28, ""),
    ("1" + "m" * 199, "en", "1", "m" * 199),
]

REFUSED = [
    ("", Reason.EMPTY),
    (" \u202f ", Reason.EMPTY),
    ("abc", Reason.NOT_A_NUMBER),
    (".", Reason.NOT_A_NUMBER),
    ("1/2", Reason.NOT_A_NUMBER),
    ("3-4", Reason.NOT_A_NUMBER),
    ("12 à 15", Reason.NOT_A_NUMBER),
    ("5²", Reason.NOT_A_NUMBER),
    ("2^8", Reason.NOT_A_NUMBER),
    ("½", Reason.NOT_A_NUMBER),
    ("5 /", Reason.NOT_A_NUMBER),
    ("1 23", Reason.BAD_GROUPS),
    ("1.2.3", Reason.BAD_GROUPS),
    ("0.234.567", Reason.BAD_GROUPS),
    ("1,234.5,6", Reason.BAD_GROUPS),
    ("1.5 2", Reason.BAD_GROUPS),
    ("12 345 6,7", Reason.BAD_GROUPS),
    ("1e100", Reason.TOO_LONG),
    ("1" * 29, Reason.TOO_LONG),
    ("1" + "m" * 200, Reason.TOO_LONG),
]


@pytest.mark.parametrize(("text", "language", "value", "unit"), READ)
def test_numbers_are_read_as_the_table_says(text: str, language: str, value: str, unit: str) -> None:
    reading = read(text, language)
    assert isinstance(reading, Reading)
    assert (reading.value, reading.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_ambiguous_is_refused_with_its_reason(text: str, reason: Reason, language: str) -> None:
    assert read(text, language) == Refusal(reason)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 234,5 km", "1234.5 km"),
        ("\u22122,5e3 m/s", "-2500 m/s"),
        ("3 x 10^8", "300000000"),
        ("1e19", "1" + "0" * 19),
        ("1e20", "1E+20"),
    ],
)
def test_the_candidate_is_shown_what_was_read(text: str, shown: str) -> None:
    reading = read(text, "fr")
    assert isinstance(reading, Reading)
    assert reading.text == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_what_we_show_is_read_back_as_the_same_number(value: Decimal) -> None:
    for language in ("fr", "en"):
        reading = read(canonical(value), language)
        assert isinstance(reading, Reading)
        assert reading.value == value


@given(st.text(max_size=300), st.sampled_from(["fr", "en"]))
def test_no_text_breaks_the_parser(text: str, language: str) -> None:
    assert isinstance(read(text, language), Reading | Refusal)
