"""What each flag of a question says to those who may correct it: a few words for a table, a sentence for a page."""

from __future__ import annotations

from app.assessment.flags import Finding, Flag
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l

NAMES = {
    Flag.WRONG_KEY: _l("key probably wrong"),
    Flag.INVERTED: _l("works backwards"),
    Flag.WEAK: _l("separates nobody"),
    Flag.MODEST: _l("separates little"),
    Flag.TOO_HARD: _l("very hard"),
    Flag.TOO_EASY: _l("very easy"),
    Flag.TEMPTING: _l("a wrong answer draws the strong"),
    Flag.UNUSED: _l("a wrong answer nobody takes"),
    Flag.BIAS: _l("unequal between languages"),
    Flag.LARGE_BIAS: _l("very unequal between languages"),
}
_SENTENCES = {
    Flag.WRONG_KEY: _l(
        "Those who choose %(option)s, the key, earn less on the other questions than those who do not. "
        "The key is probably wrong, or the wording misleads the people who know."
    ),
    Flag.INVERTED: _l(
        "Those who answer it well earn less on the other questions than those who do not. "
        "An accepted answer is probably wrong, or a right one is missing."
    ),
    Flag.WEAK: _l(
        "Discrimination is below 10: strong and weak people answer it nearly alike, so that it says little of anybody."
    ),
    Flag.MODEST: _l("Discrimination is between 10 and 20: it separates strong from weak people, but little."),
    Flag.TOO_HARD: _l(
        "It earns fewer than 20 points in 100. Is what it asks taught, and would a specialist defend the key?"
    ),
    Flag.TOO_EASY: _l("It earns more than 95 points in 100: it tells hardly anybody apart."),
    Flag.TEMPTING: _l(
        "Those who choose %(option)s, a wrong answer, earn more on the other questions than those who do not. "
        "Can it be defended?"
    ),
    Flag.UNUSED: _l("Fewer than 5 people in 100 choose %(option)s: it stands for an error that nobody makes."),
    Flag.BIAS: _l(
        "At equal totals, people who sit in French and in English do not do equally well (class B). "
        "Read both texts side by side."
    ),
    Flag.LARGE_BIAS: _l(
        "At equal totals, people who sit in French and in English do very unequally well (class C). "
        "Read both texts side by side: a translation often gives away the answer, or hides it."
    ),
}


def name_of(finding: Finding) -> str:
    """The flag in a few words."""
    return str(NAMES[finding.flag])


def tone_of(finding: Finding) -> str:
    """Red for what probably harms a mark, else amber."""
    return "stop" if finding.flag.grave else "care"


def sentence_of(finding: Finding, letter: str = "") -> str:
    """What was found and what to ask oneself; `letter` names the option it is about."""
    sentence = str(_SENTENCES[finding.flag])
    return sentence % {"option": letter} if finding.option else sentence


def language_names() -> dict[str, str]:
    """The languages that are compared."""
    return {"fr": _("French"), "en": _("English")}
