"""What a value of a course file may look like: small shapes that check one node and report what is wrong."""

import re
from collections.abc import Collection
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from app.authoring.durations import Months, parse_duration
from app.authoring.reading import Entry, Mapping, Node, Scalar, Sequence, number_of, text_of
from app.authoring.report import Mark, Report, nearest, nearest_or_list, quoted
from app.foundation.i18n import gettext as _

_CONFIG_KEY = re.compile(r"[0-9a-fA-F]{64}")
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Context:
    """What every check needs to know of the course around it."""

    report: Report
    today: date
    languages: tuple[str, ...] = ("fr", "en")
    strict: bool = False
    skills: Collection[str] | None = None

    def add(self, mark: Mark, code: str, message: str, hint: str = "") -> None:
        self.report.add(mark, code, message, hint)

    def missing_language(self, mark: Mark, language: str) -> None:
        """W110, or E110 when the course says `publish: strict`."""
        code = "E110" if self.strict else "W110"
        self.add(mark, code, _("There is no text in “%(language)s”.", language=language))


class Shape(Protocol):
    """Checks one node."""

    def check(self, node: Node, context: Context) -> None: ...


def wrong_type(node: Node, context: Context, expected: str, hint: str = "") -> None:
    """E112: the value is not of the kind that is expected here."""
    context.add(node.mark, "E112", _("This should be %(expected)s.", expected=expected), hint)


@dataclass(frozen=True)
class Anything:
    """A value that a later check reads."""

    def check(self, node: Node, context: Context) -> None:
        """Accepts every node."""


LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Text:
    """Words of one language, or the same in every language."""

    def check(self, node: Node, context: Context) -> None:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            if not node.value.strip():
                context.add(node.mark, "E101", _("The text is empty."))
            elif len(node.value) > LONGEST_TEXT:
                context.add(node.mark, "E005", _("The text is longer than 20,000 characters."))
        elif isinstance(node, Scalar) and node.value is None:
            context.add(node.mark, "E101", _("The text is empty."))
        elif isinstance(node, Scalar):
            wrong_type(node, context, _("text"), _('put it in quotes: "%(text)s"', text=quoted(node.text)))
        else:
            wrong_type(node, context, _("text"), _("put it in quotes if it holds {, [ or a colon"))


@dataclass(frozen=True)
class Localised:
    """One value for all languages, or a mapping of language codes to values."""

    inner: Shape = field(default_factory=Text)
    partial: bool = False

    def check(self, node: Node, context: Context) -> None:
        if not isinstance(node, Mapping):
            self.inner.check(node, context)
            return
        present = {entry.key for entry in node.entries}
        for entry in node.entries:
            if entry.key not in context.languages:
                message = _("The course does not declare the language “%(key)s”.", key=quoted(entry.key))
                context.add(entry.mark, "E111", message, nearest_or_list(entry.key, context.languages))
            else:
                self.inner.check(entry.node, context)
        for language in context.languages:
            if language not in present and not (self.partial and present):
                context.missing_language(node.mark, language)


@dataclass(frozen=True)
class Whole:
    """A whole number between two bounds."""

    least: int = 0
    most: int = 1_000_000

    def check(self, node: Node, context: Context) -> None:
        number = number_of(node)
        if not isinstance(number, int) or not self.least <= number <= self.most:
            expected = _("a whole number from %(least)s to %(most)s", least=self.least, most=self.most)
            wrong_type(node, context, expected)


@dataclass(frozen=True)
class Number:
    """A number, with E151 and the hint about the point otherwise."""

    least: float | None = None
    most: float | None = None

    def check(self, node: Node, context: Context) -> None:
        number = number_of(node)
        if number is None:
            typed = quoted(node.text) if isinstance(node, Scalar) else "…"
            hint = _("use a point and no quotes, as in 3.14")
            context.add(node.mark, "E151", _("“%(text)s” is not a number.", text=typed), hint)
        elif (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            expected = _(
                "a number from %(least)s to %(most)s", least=self.least, most="…" if self.most is None else self.most
            )
            wrong_type(node, context, expected)


@dataclass(frozen=True)
class Share:
    """A share between 0 and 1 (a cut, a threshold)."""

    def check(self, node: Node, context: Context) -> None:
        number = number_of(node)
        if number is None:
            Number().check(node, context)
        elif not 0 <= number <= 1:
            hint = f"{number / 100:.2f}?" if 1 < number <= 100 else _("as in 0.70")
            context.add(node.mark, "E161", _("A share is between 0 and 1."), hint)


@dataclass(frozen=True)
class Truth:
    """`true` or `false`."""

    def check(self, node: Node, context: Context) -> None:
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            wrong_type(node, context, _("true or false"), _("without quotes"))


@dataclass(frozen=True)
class Identifier:
    """An id that is stable for ever."""

    def check(self, node: Node, context: Context) -> None:
        if isinstance(node, Scalar) and node.value is not None and not isinstance(node.value, str):
            Text().check(node, context)
        elif not isinstance(node, Scalar):
            wrong_type(node, context, _("an id"))
        else:
            check_identifier(node.text, node.mark, context)


def check_identifier(text: str, mark: Mark, context: Context) -> None:
    """E130 unless the text may be an id."""
    if not _IDENTIFIER.fullmatch(text):
        hint = _("small letters without accents, digits and hyphens, 64 at most")
        context.add(mark, "E130", _("“%(text)s” cannot be an id.", text=quoted(text)), hint)


@dataclass(frozen=True)
class OneOf:
    """One word of a list; `code` tells which list."""

    words: tuple[str, ...]
    code: str = "E112"

    def check(self, node: Node, context: Context) -> None:
        word = text_of(node)
        if word is None:
            wrong_type(node, context, _("one of: %(words)s", words=", ".join(self.words)))
        elif word not in self.words:
            message = _("“%(word)s” is not known here.", word=quoted(word))
            context.add(node.mark, self.code, message, nearest_or_list(word, self.words))


@dataclass(frozen=True)
class Duration:
    """A number with its unit; months and years only where the calendar counts."""

    calendar: bool = False

    def check(self, node: Node, context: Context) -> None:
        typed = node.text if isinstance(node, Scalar) else ""
        duration = parse_duration(typed)
        if duration is None:
            hint = _("as in 24mo or 2y") if self.calendar else _("as in 60s, 45m, 24h or 7d")
            context.add(node.mark, "E160", _("“%(text)s” is not a duration with its unit.", text=quoted(typed)), hint)
        elif isinstance(duration, Months) and not self.calendar:
            context.add(
                node.mark, "E160", _("Months and years serve for validity only."), _("count in days, as in 30d")
            )


def parse_month(text: str) -> date | None:
    """The last day on which a `2027-05` or `2027-05-31` still holds, or None."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
            first = date.fromisoformat(f"{text}-01")
            return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Month:
    """A month, or a day of it; W173 when it must be in the future and is not."""

    review: bool = False

    def check(self, node: Node, context: Context) -> None:
        last_day = parse_month(node.text) if isinstance(node, Scalar) else None
        if last_day is None:
            wrong_type(node, context, _("a month"), _("as in 2027-05"))
        elif self.review and last_day < context.today:
            context.add(
                node.mark, "W173", _("This was to be reviewed by now."), _("check the facts, then move the date")
            )


@dataclass(frozen=True)
class Moment:
    """A day and hour with its distance to UTC."""

    def check(self, node: Node, context: Context) -> None:
        if parse_moment(text_of(node)) is None:
            wrong_type(node, context, _("a day and hour"), _("as in 2027-01-15T09:00:00+01:00"))


def parse_moment(text: str | None) -> datetime | None:
    """An aware instant, or None."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


@dataclass(frozen=True)
class ConfigKey:
    """A config key of Safe Exam Browser: 64 hexadecimal digits."""

    def check(self, node: Node, context: Context) -> None:
        if not _CONFIG_KEY.fullmatch(text_of(node) or ""):
            hint = _("the configuration tool of Safe Exam Browser shows it under Exam")
            wrong_type(node, context, _("a config key: 64 digits from 0 to 9 and a to f"), hint)


@dataclass(frozen=True)
class SkillId:
    """A skill of the taxonomy."""

    def check(self, node: Node, context: Context) -> None:
        Identifier().check(node, context)
        word = text_of(node)
        if word is not None and context.skills is not None and word not in context.skills:
            message = _("There is no skill “%(word)s”.", word=quoted(word))
            context.add(node.mark, "E136", message, nearest(word, context.skills))


@dataclass(frozen=True)
class ListOf:
    """A list whose items have one shape."""

    inner: Shape
    least: int = 0
    most: int | None = None

    def check(self, node: Node, context: Context) -> None:
        if not isinstance(node, Sequence):
            wrong_type(node, context, _("a list"), _("as in [a, b]"))
            return
        if self.most is not None and len(node.items) > self.most:
            context.add(node.mark, "E005", _("The list is too long: at most %(most)s.", most=self.most))
            return
        if len(node.items) < self.least:
            context.add(node.mark, "E101", _("The list is too short: at least %(least)s.", least=self.least))
        for item in node.items:
            self.inner.check(item, context)


@dataclass(frozen=True)
class MapOf:
    """Values of one shape under ids chosen by the author."""

    inner: Shape

    def check(self, node: Node, context: Context) -> None:
        if not isinstance(node, Mapping):
            wrong_type(node, context, _("keys and values"), _("as in key: value"))
            return
        if not node.entries:
            context.add(node.mark, "E101", _("Nothing is declared here."))
        for entry in node.entries:
            check_identifier(entry.key, entry.mark, context)
            self.inner.check(entry.node, context)


@dataclass(frozen=True)
class Record:
    """Known keys; those starting `x-` are carried untouched."""

    required: Table[str, Shape]
    optional: Table[str, Shape] = field(default_factory=dict)

    def check(self, node: Node, context: Context) -> None:
        if not isinstance(node, Mapping):
            wrong_type(node, context, _("keys and values"), _("as in key: value"))
            return
        for entry in node.entries:
            self._check_entry(entry, context)
        for key in self.required:
            if node.get(key) is None:
                context.add(node.mark, "E101", _("The key “%(key)s” is missing.", key=key))

    def _check_entry(self, entry: Entry, context: Context) -> None:
        shape = self.required.get(entry.key) or self.optional.get(entry.key)
        if shape is not None:
            shape.check(entry.node, context)
        elif not entry.key.startswith("x-"):
            known = [*self.required, *self.optional]
            message = _("The key “%(key)s” is not known here.", key=quoted(entry.key))
            hint = nearest(entry.key, known) or _("keep a note of your own under a key that starts with x-")
            context.add(entry.mark, "E120", message, hint)
