"""The one way from an author's Markdown to HTML that pages may show: parsed without HTML, typeset, sanitised last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from app.foundation.folding import folded
from app.foundation.highlighting import highlighted
from app.foundation.typography import typeset_html

SVG_ELEMENTS = frozenset(
    ["svg", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text", "tspan", "title", "desc"]
)
SVG_ATTRIBUTES = frozenset(
    [
        "class", "viewBox", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "width",
        "height", "d", "points", "transform", "text-anchor", "dominant-baseline", "role", "aria-label",
        "aria-labelledby", "id", "font-size", "stroke-width", "stroke-dasharray",
    ]
)  # fmt: skip
_INLINE: dict[str, set[str]] = {tag: set() for tag in ("em", "strong", "code", "br")}
_INLINE["a"] = {"href", "title"}
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_PROSE: dict[str, set[str]] = (
    _INLINE
    | {tag: set() for tag in ("p", "hr", "blockquote", "ul", "li", "thead", "tbody", "tr")}
    | {tag: {"id"} for tag in _HEADINGS}
    | {
        "ol": {"start"},
        "pre": {"class", "tabindex", "role", "aria-label"},
        "span": {"class"},
        "div": {"class", "tabindex", "role", "aria-label"},
        "table": {"class"},
        "th": {"class", "scope"},
        "td": {"class"},
    }
)
_LESSON: dict[str, set[str]] = (
    _PROSE
    | {tag: set(SVG_ATTRIBUTES) for tag in SVG_ELEMENTS}
    | {
        "section": {"class", "aria-labelledby"},
        "details": {"class"},
        "summary": {"data-open", "data-close"},
        "figure": {"class"},
        "figcaption": set(),
        "p": {"class"},
    }
)
# The language of the text decides, not that of the page: these words are stored with the lesson.
_CODE_LABELS = {
    "fr": {"python": "Exemple en Python", "output": "Résultat affiché", "table": "Tableau", "": "Exemple"},
    "en": {"python": "Python example", "output": "Output", "table": "Table", "": "Example"},
}
_NUMBER = re.compile(r"[+\u2212-]?[0-9]+(?:[ \u00a0\u202f,.][0-9]{1,3})*(?:[ \u00a0\u202f]?[%€])?")
_ALIGNMENTS = {"text-align:right": "r"}


def _cleaner(allowed: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(allowed),
        attributes=allowed,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


_INLINE_CLEANER = _cleaner(_INLINE)
_PROSE_CLEANER = _cleaner(_PROSE)
_LESSON_CLEANER = _cleaner(_LESSON)


def render(text: str, language: str, *, identifiers: set[str] | None = None) -> Markup:
    """Safe HTML of a Markdown text written in `language`.

    Headings get an id when `identifiers`, the ids already used on the page, is given; it grows.
    Images are never shown: figures belong to lessons (app/authoring/lessons.py).
    """
    environment: dict[str, Any] = {"language": language, "identifiers": identifiers}
    html = _BLOCKS.render(text, environment)
    return _sanitised(_PROSE_CLEANER, typeset_html(html, language))


def render_inline(text: str, language: str) -> Markup:
    """Safe HTML of one line of Markdown (a stem, an option, a title): emphasis, code and links only."""
    return _sanitised(_INLINE_CLEANER, typeset_html(_BLOCKS.renderInline(text, {"language": language}), language))


def clean(html: str) -> Markup:
    """HTML that the program composed or stored (a lesson), passed through its allow-list again; idempotent."""
    return _sanitised(_LESSON_CLEANER, html)


def heading_slug(title: str) -> str:
    """What an author writes after `#` to link to a heading: “Lire les mesures” is `lire-les-mesures`."""
    return re.sub(r"[^a-z0-9]+", "-", folded(title)).strip("-")[:60] or "section"


def heading_id(title: str, used: set[str]) -> str:
    """An id for a heading, `part-lire-les-mesures`, made unique among `used`, to which it is added."""
    stem = "part-" + heading_slug(title)
    name, number = stem, 2
    while name in used:
        name, number = f"{stem}-{number}", number + 1
    used.add(name)
    return name


def _sanitised(cleaner: nh3.Cleaner, html: str) -> Markup:
    return Markup(cleaner.clean(html).replace("&nbsp;", "\u00a0"))  # noqa: S704 -- sanitised on this line


def _label(environment: dict[str, Any], kind: str) -> str:
    labels = _CODE_LABELS.get(environment.get("language", "en"), _CODE_LABELS["en"])
    return labels.get(kind, labels[""])


def _fence(_renderer: Any, tokens: list[Token], index: int, _options: Any, environment: dict[str, Any]) -> str:
    token = tokens[index]
    kind = (token.info.split() or [""])[0].lower()
    code = highlighted(token.content) if kind == "python" else escape(token.content)
    look = ' class="output"' if kind == "output" else ""
    label = _label(environment, kind)
    return f'<pre{look} tabindex="0" role="group" aria-label="{label}"><code>{code}</code></pre>\n'


def _table_open(_renderer: Any, tokens: list[Token], index: int, _options: Any, environment: dict[str, Any]) -> str:
    """A region named by its columns: two tables of a lesson seldom share them."""
    columns: list[str] = []
    for token in tokens[index:]:
        if token.type == "thead_close":
            break
        if token.type == "inline":
            columns.append(plain_text(token.children or ()))
    named = ", ".join(column for column in columns if column)
    label = escape(_label(environment, "table") + (f" ({named})" if named else ""))
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{label}"><table class="table">\n'


def _table_close(*_arguments: Any) -> str:
    return "</table></div>\n"


def _prepare(state: Any) -> None:
    """Headings below the page's own h1, with ids; alignments as classes, for styles are refused by the CSP."""
    used = state.env.get("identifiers")
    for index, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"
        if token.type == "heading_open" and used is not None:
            token.attrs["id"] = heading_id(plain_text(state.tokens[index + 1].children or ()), used)
        if token.type == "table_open":
            _align_numbers(state.tokens[index:])
        if token.type in ("th_open", "td_open"):
            _align(token)
        if token.type == "inline":
            _point_to_headings(token.children or ())


def _align_numbers(tokens: Sequence[Token]) -> None:
    """Columns of numbers go to the right unless the author says where; the first only when all are numbers."""
    rows: list[list[tuple[Token, str]]] = []
    for place, token in enumerate(tokens):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        if token.type in ("th_open", "td_open"):
            rows[-1].append((token, plain_text(tokens[place + 1].children or ()).strip()))
    columns = list(zip(*rows, strict=False))
    numbers = [len(cells) > 1 and all(_NUMBER.fullmatch(words) for _cell, words in cells[1:]) for cells in columns]
    for column, cells in enumerate(columns):
        if numbers[column] and (column or all(numbers)):
            for cell, _words in cells:
                cell.attrs.setdefault("style", "text-align:right")


def _align(cell: Token) -> None:
    alignment = _ALIGNMENTS.get(str(cell.attrs.pop("style", "")))
    if alignment:
        cell.attrs["class"] = alignment
    if cell.type == "th_open":
        cell.attrs["scope"] = "col"


def _point_to_headings(children: Iterable[Token]) -> None:
    """`#lire` leads to the heading “Lire”, whose id is `part-lire`."""
    for token in children:
        target = token.attrs.get("href")
        if isinstance(target, str) and target.startswith("#") and not target.startswith("#part-"):
            token.attrs["href"] = f"#part-{target[1:]}"


def plain_text(children: Iterable[Token]) -> str:
    """The words of inline tokens without their marks."""
    return "".join(token.content for token in children if token.type in ("text", "code_inline", "softbreak"))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    for name, rule in (
        ("fence", _fence),
        ("code_block", _fence),
        ("table_open", _table_open),
        ("table_close", _table_close),
    ):
        parser.add_render_rule(name, rule)
    parser.core.ruler.push("prepare", _prepare)
    return parser


_BLOCKS = _parser()
