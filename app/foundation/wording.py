"""Dates and hours in words, for sentences written outside templates."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from app.foundation.i18n import current_language, ngettext
from app.foundation.i18n import gettext as _

ZONE = ZoneInfo("Europe/Paris")
LOCALES = {"fr": "fr_FR", "en": "en_GB"}
HOURS = {"fr": "H'\u00a0h\u00a0'mm", "en": "HH:mm"}
MOMENTS = {"fr": f"d MMMM y 'à' {HOURS['fr']}", "en": f"d MMMM y, {HOURS['en']}"}


def day_in_words(value: date | datetime) -> str:
    """18 novembre 2026 · 18 November 2026."""
    at = value.astimezone(ZONE) if isinstance(value, datetime) else value
    return format_date(at, "d MMMM y", locale=LOCALES[current_language()])


def moment_in_words(value: datetime) -> str:
    """18 novembre 2026 à 14 h 32 · 18 November 2026, 14:32, in the site's zone."""
    language = current_language()
    said = format_datetime(value.astimezone(ZONE), MOMENTS[language], locale=LOCALES[language])
    return f"{said}{which_of_two(value)}"


def hour_in_words(value: datetime) -> str:
    """14 h 32 · 14:32, in the site's zone."""
    language = current_language()
    return format_time(value.astimezone(ZONE), HOURS[language], locale=LOCALES[language])


def which_of_two(value: datetime) -> str:
    """(winter time): what to add to an hour that the site's clocks show twice, in the night they are set back."""
    at = value.astimezone(ZONE)
    if at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset():
        return ""
    which = _("winter time") if at.fold else _("summer time")
    return f" ({which})"


def wait_in_words(seconds: int) -> str:
    """How long to wait, rounded up in its own unit: 40 seconds, 12 minutes, 2 hours."""
    if seconds < 60:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    if seconds <= 90 * 60:
        return ngettext("%(num)s minute", "%(num)s minutes", -(-seconds // 60))
    return ngettext("%(num)s hour", "%(num)s hours", -(-seconds // 3600))
