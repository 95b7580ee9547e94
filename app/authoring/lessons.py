"""Lessons: front matter, the `:::` blocks of their Markdown, and their rendering to blocks of a page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Literal, NotRequired, TypedDict

from babel.dates import format_date

from app.authoring.figures import Figure
from app.authoring.report import Mark, Report, nearest_or_list, quoted
from app.authoring.shapes import parse_month
from app.authoring.tree import LessonText
from app.foundation.i18n import gettext as _
from app.foundation.markdown import clean, heading_id, render, render_inline
from app.foundation.typography import typeset_html

CONTAINERS = ("worked", "keep", "care", "deeper", "dated", "data")
DEEPEST = 3
WORDS_PER_MINUTE = 180
MINUTES_PER_EXAMPLE, MINUTES_PER_QUESTION, MINUTES_PER_PROGRAM = 3, 2, 4

# The language of the lesson decides, not that of the page: these words are stored with it.
_LABELS = {
    "fr": {
        "worked": "Exemple résolu : ", "keep": "À retenir", "care": "Attention", "deeper": "Aller plus loin",
        "dated": "Fait daté",
        "open": "montrer", "close": "replier", "checked": "Vérifié en %s.", "source": "Source : ",
    },
    "en": {
        "worked": "Worked example: ", "keep": "To keep", "care": "Take care", "deeper": "Going deeper",
        "dated": "Dated fact", "open": "show", "close": "hide", "checked": "Checked in %s.", "source": "Source: ",
    },
}  # fmt: skip


class Block(TypedDict):
    """A piece of a lesson page: safe HTML, or the place of a practice question."""

    kind: Literal["html", "question"]
    html: NotRequired[str]
    id: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Prose:
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Goal:
    """The title of a step of a worked example."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    id: str
    line: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure alone in its paragraph."""

    alternative: str
    source: str
    caption: str
    line: int


@dataclass(frozen=True, slots=True)
class Container:
    """What stands between `::: name argument` and `:::`."""

    name: str
    argument: str
    line: int
    parts: tuple["Part", ...]

    def attribute(self, name: str) -> str:
        """A `name=value` or `name="value"` of the opening line, or the empty string."""
        match = re.search(rf'(?:^|\s){name}=(?:"([^"]*)"|“([^”]*)”|(\S+))', self.argument)
        return next((group for group in match.groups() if group), "") if match else ""


Part = Prose | Goal | QuestionPlace | Picture | Container

_OPENING = re.compile(r":{3,}[ \t]+([A-Za-z][\w-]*)[ \t]*(.*)")
_CLOSING = re.compile(r":{3,}[ \t]*")
_QUESTION = re.compile(r"\{\{[ \t]*question:([^{}]*)\}\}")
_PICTURE = re.compile(r'!\[([^\]]*)\]\(([^\s()]+)(?:[ \t]+"(.*)")?\)[ \t]*')
_GOAL = re.compile(r"####[ \t]+(.+)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def split_front_matter(text: str) -> tuple[str, str, int] | None:
    """The YAML between the two `---` lines, the body, and the line on which the body starts; else None."""
    match = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if match is None:
        return None
    return match[1], text[match.end() :], text.count("\n", 0, match.end()) + 1


def parse_body(text: str, path: str, report: Report, first_line: int = 1) -> tuple[Part, ...]:
    """The parts of a lesson's Markdown; E001 for a block left open, E120 for an unknown one."""
    return _Parser(text, path, report, first_line).parts(None, 0)


class _Parser:
    def __init__(self, text: str, path: str, report: Report, first_line: int) -> None:
        self._lines = text.split("\n")
        self._path, self._report, self._first = path, report, first_line
        self._at = 0

    def parts(self, container: str | None, depth: int) -> tuple[Part, ...]:
        """Parts up to the end of the file, or of the container, whose closing line is consumed."""
        found: list[Part] = []
        opened = self._at - 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if _CLOSING.fullmatch(line):
                self._at += 1
                if container is not None:
                    return tuple(found)
                self._say("E001", self._at - 1, _("Nothing is open here for “:::” to close."))
            else:
                self._read_line(line, container, depth, found)
        if container is not None:
            message = _("“::: %(name)s” is never closed.", name=quoted(container))
            self._say("E001", opened, message, _("end it with a line that holds “:::” alone"))
        return tuple(found)

    def _read_line(self, line: str, container: str | None, depth: int, found: list[Part]) -> None:
        number = self._at + self._first
        self._at += 1
        if fence := _FENCE.fullmatch(line):
            self._read_fence(line, fence[1], number, found)
        elif opening := _OPENING.fullmatch(line):
            self._open(opening[1], opening[2].strip(), depth, found)
        elif line.startswith(":::"):
            self._say("E001", self._at - 1, _("After “:::” comes a space and a name."), ", ".join(CONTAINERS))
        elif question := _QUESTION.fullmatch(line.strip()):
            if container is not None:
                self._say("E001", self._at - 1, _("A question cannot stand inside a “:::” block."), _("move it below"))
            found.append(QuestionPlace(question[1].strip(), number))
        elif (picture := _PICTURE.fullmatch(line)) and self._is_alone(self._at - 1):
            found.append(Picture(picture[1], picture[2], picture[3] or "", number))
        elif container == "worked" and (goal := _GOAL.fullmatch(line)):
            found.append(Goal(goal[1].rstrip("# \t"), number))
        else:
            _add_prose(found, line, number)

    def _read_fence(self, line: str, mark: str, number: int, found: list[Part]) -> None:
        _add_prose(found, line, number)
        closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*")
        while self._at < len(self._lines):
            inside = self._lines[self._at]
            _add_prose(found, inside, self._at + self._first)
            self._at += 1
            if closing.fullmatch(inside):
                return
        self._say(
            "E001", number - self._first, _("The block of code is never closed."), _("end it with %(mark)s", mark=mark)
        )

    def _open(self, name: str, argument: str, depth: int, found: list[Part]) -> None:
        line = self._at - 1
        if name not in CONTAINERS:
            message = _("There is no block “::: %(name)s”.", name=quoted(name))
            self._say("E120", line, message, nearest_or_list(name, CONTAINERS))
        if depth >= DEEPEST:
            self._say("E005", line, _("More than 3 blocks inside one another."))
            return
        parts = self.parts(name, depth + 1)
        found.append(Container(name, argument, line + self._first, parts))

    def _is_alone(self, index: int) -> bool:
        before = self._lines[index - 1] if index else ""
        after = self._lines[index + 1] if index + 1 < len(self._lines) else ""
        return all(not line.strip() or line.startswith((":::", "#### ")) for line in (before, after))

    def _say(self, code: str, index: int, message: str, hint: str = "") -> None:
        self._report.add(Mark(self._path, index + self._first), code, message, hint)


def _add_prose(found: list[Part], line: str, number: int) -> None:
    if found and isinstance(last := found[-1], Prose):
        found[-1] = Prose(f"{last.text}\n{line}", last.line)
    elif line.strip():
        found.append(Prose(line, number))


def walk(parts: Iterable[Part]) -> Iterable[Part]:
    """Every part, those inside containers included."""
    for part in parts:
        yield part
        if isinstance(part, Container):
            yield from walk(part.parts)


def blocks(lesson: LessonText, figures: Mapping[str, Figure]) -> list[Block]:
    """The lesson as a list of `{"kind": "html", "html": …}` and `{"kind": "question", "id": …}`.

    The HTML has passed the allow-list of `app.foundation.markdown.clean`, through which a page
    passes it again when it comes back from storage. An unknown figure is left out.
    """
    writer = _Writer(lesson.language, figures)
    found: list[Block] = []
    html: list[str] = []
    for part in (*parse_body(lesson.body, lesson.path, Report(), lesson.line), None):
        if part is not None and not isinstance(part, QuestionPlace):
            html.append(writer.html(part))
            continue
        if any(html):
            found.append({"kind": "html", "html": str(clean("\n".join(html)))})
        html = []
        if isinstance(part, QuestionPlace):
            found.append({"kind": "question", "id": part.id})
    return found


class _Writer:
    """Writes the HTML of parts; heading ids are unique over the whole lesson."""

    def __init__(self, language: str, figures: Mapping[str, Figure]) -> None:
        self._language, self._figures = language, figures
        self._labels = _LABELS.get(language, _LABELS["en"])
        self._identifiers: set[str] = set()

    def html(self, part: Part) -> str:
        match part:
            case Prose():
                return str(render(part.text, self._language, identifiers=self._identifiers))
            case Goal():
                return f"<h4>{self._line(part.text)}</h4>"
            case Picture():
                return self._picture(part)
            case Container():
                return self._container(part)
            case QuestionPlace():
                return ""

    def _container(self, part: Container) -> str:
        if part.name == "worked":
            return self._worked(part)
        if part.name == "dated":
            return self._dated(part)
        title = self._line(part.argument)
        if part.name == "data":
            return f'<details class="data"><summary>{title}</summary>{self._all(part.parts)}</details>'
        return self._callout(part, title or self._labels.get(part.name, ""), "")

    def _all(self, parts: Iterable[Part]) -> str:
        return "".join(self.html(part) for part in parts)

    def _line(self, text: str) -> str:
        return str(render_inline(text, self._language))

    def _callout(self, part: Container, label: str, ending: str) -> str:
        classes = "callout" if part.name == "keep" else f"callout {part.name}"
        return f'<div class="{escape(classes)}"><p class="label">{label}</p>{self._all(part.parts)}{ending}</div>'

    def _dated(self, part: Container) -> str:
        month = parse_month(part.attribute("checked"))
        checked = self._labels["checked"] % format_date(month, "MMMM y", locale=self._language) if month else ""
        source = self._labels["source"] + part.attribute("source") if part.attribute("source") else ""
        note = self._line(" ".join(piece for piece in (checked, source) if piece))
        return self._callout(part, self._labels["dated"], f'<p class="note-s">{note}</p>')

    def _picture(self, part: Picture) -> str:
        figure = self._figures.get(part.source)
        if figure is None:
            return ""
        drawing = typeset_html(figure.svg(part.alternative), self._language)
        caption = f"<figcaption>{self._line(part.caption)}</figcaption>" if part.caption else ""
        return f'<figure class="drawn">{drawing}{caption}</figure>'

    def _worked(self, part: Container) -> str:
        name = heading_id(part.argument, self._identifiers)
        title = self._line(self._labels["worked"] + part.argument)
        opening = f'<section class="worked" aria-labelledby="{name}"><h3 id="{name}">{title}</h3>'
        steps: list[tuple[Goal, list[Part]]] = []
        introduction: list[Part] = []
        for inner in part.parts:
            if isinstance(inner, Goal):
                steps.append((inner, []))
            else:
                (steps[-1][1] if steps else introduction).append(inner)
        written = "".join(self._step(goal, parts) for goal, parts in steps)
        return f"{opening}{self._all(introduction)}{written}</section>"

    def _step(self, goal: Goal, parts: list[Part]) -> str:
        summary = f'<summary data-open="{self._labels["open"]}" data-close="{self._labels["close"]}">'
        return (
            f'<details class="step">{summary}<span>{self._line(goal.text)}</span></summary>'
            f"<div>{self._all(parts)}</div></details>"
        )


def word_count(parts: Iterable[Part]) -> int:
    """Words to read: prose, goals and captions; not code, tables or addresses."""
    total = 0
    for part in walk(parts):
        if isinstance(part, Prose):
            total += len(_WORD.findall(prose_words(part.text)))
        elif isinstance(part, Goal):
            total += len(_WORD.findall(part.text))
        elif isinstance(part, Picture):
            total += len(_WORD.findall(part.caption))
    return total


def prose_words(text: str) -> str:
    """Markdown without code, tables and the addresses of links, line for line."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.fullmatch(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) and not mark[2].strip() else fence
            kept.append("")
        elif mark:
            fence = mark[1]
            kept.append("")
        else:
            kept.append(
                ""
                if line.lstrip().startswith("|")
                else re.sub(r"\]\([^)]{0,500}\)|`[^`]*`|<https?:[^>]{0,500}>", "]", line)
            )
    return "\n".join(kept)


def reading_minutes(parts: Iterable[Part]) -> int:
    """words/180 + 3 per worked example + 2 per question + 4 per program to run, rounded up (content §1)."""
    whole = tuple(parts)
    every = list(walk(whole))
    examples = sum(isinstance(part, Container) and part.name == "worked" for part in every)
    questions = sum(isinstance(part, QuestionPlace) for part in every)
    programs = sum(
        len(re.findall(r"(?m)^ {0,3}```+python[ \t]*$", part.text)) for part in every if isinstance(part, Prose)
    )
    minutes = (
        word_count(whole) / WORDS_PER_MINUTE
        + MINUTES_PER_EXAMPLE * examples
        + MINUTES_PER_QUESTION * questions
        + MINUTES_PER_PROGRAM * programs
    )
    return ceil(minutes)
