"""Figures: SVG files reduced to drawing elements, or refused with the line of what is not one."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from lxml import etree

from app.authoring.report import Mark, Report, quoted
from app.foundation.i18n import gettext as _
from app.foundation.markdown import SVG_ATTRIBUTES, SVG_ELEMENTS

SVG = "http://www.w3.org/2000/svg"
LARGEST_FIGURE_BYTES = 100 * 1024
_WORDS = ("text", "tspan", "title", "desc")
_NAMES = re.compile(r"[A-Za-z0-9_-]+(?:\s+[A-Za-z0-9_-]+)*")
_GEOMETRY = re.compile(r"[A-Za-z0-9%.,+\-\s()]*")
_FREE = frozenset({"aria-label"})
_REFERENCES = frozenset({"id", "aria-labelledby"})
_HINTS = {
    "style": "class", "fill": "class", "stroke": "class", "opacity": "class", "font-weight": "class",
    "font-family": "class", "xlink:href": "", "href": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing in canonical form: `content` is what the root holds, ids prefixed by the figure's slug."""

    path: str
    slug: str
    view_box: str
    classes: str
    content: str

    def svg(self, alternative: str) -> str:
        """The drawing as inline SVG, named by its text alternative."""
        classes = f' class="{self.classes}"' if self.classes else ""
        label = escape(alternative, quote=True)
        return f'<svg{classes} viewBox="{self.view_box}" role="img" aria-label="{label}">{self.content}</svg>'


def read_figure(data: bytes, path: str, report: Report) -> Figure | None:
    """Parse an SVG file against the allow-list; None with E172 or E174 in the report."""
    if len(data) > LARGEST_FIGURE_BYTES:
        report.add(Mark(path), "E172", _("The figure is larger than 100 KiB."), _("draw it with fewer points"))
        return None
    root = _parse(data, path, report)
    if root is None:
        return None
    drawing = _Drawing(path, report)
    content = drawing.content(root)
    view_box = root.get("viewBox", "")
    if etree.QName(root).localname != "svg":
        drawing.refuse(root, _("The file is not an SVG drawing."))
    if not re.fullmatch(r"\s*-?[0-9.]+(?:[\s,]+-?[0-9.]+){3}\s*", view_box):
        drawing.refuse(root, _("The figure has no viewBox."), _('as in viewBox="0 0 600 260"'))
    drawing.attributes(root)
    if drawing.refused:
        return None
    return Figure(path, drawing.slug, " ".join(view_box.split()), " ".join(root.get("class", "").split()), content)


def _parse(data: bytes, path: str, report: Report) -> "etree._Element | None":
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        report.add(
            Mark(path, max(line, 1), max(column, 1)), "E174", _("The figure is not well-formed XML."), quoted(error.msg)
        )
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        report.add(Mark(path), "E174", _("A figure may not declare a DOCTYPE."), _("delete that line"))
        return None
    outside = root.getprevious()
    if outside is not None:
        report.add(Mark(path, outside.sourceline or 1), "E174", _("A figure may not hold processing instructions."))
        return None
    return root


class _Drawing:
    """Walks one figure, writing its canonical form and reporting what is not allowed."""

    def __init__(self, path: str, report: Report) -> None:
        self.path, self._report = path, report
        self.slug = re.sub(r"[^a-z0-9-]+", "-", PurePosixPath(path).name.split(".")[0].lower()).strip("-") or "figure"
        self.refused = False

    def refuse(self, element: "etree._Element", message: str, hint: str = "") -> None:
        self.refused = True
        self._report.add(Mark(self.path, element.sourceline or 1), "E174", message, hint)

    def content(self, element: "etree._Element") -> str:
        keeps_text = etree.QName(element).localname in _WORDS if isinstance(element.tag, str) else False
        pieces = [self._text(element.text, keeps_text, element)]
        for inner in element:
            pieces += [self._element(inner), self._text(inner.tail, keeps_text, inner)]
        return "".join(pieces)

    def _element(self, element: "etree._Element") -> str:
        if not isinstance(element.tag, str):
            self.refuse(element, _("Entities and processing instructions are not allowed in a figure."))
            return ""
        name = etree.QName(element)
        if name.namespace not in (SVG, None) or name.localname not in SVG_ELEMENTS or name.localname == "svg":
            hint = _("allowed: %(words)s", words=", ".join(sorted(SVG_ELEMENTS - {"svg"})))
            self.refuse(
                element, _("The element <%(name)s> is not allowed in a figure.", name=quoted(name.localname)), hint
            )
            return ""
        return f"<{name.localname}{self.attributes(element)}>{self.content(element)}</{name.localname}>"

    def attributes(self, element: "etree._Element") -> str:
        written = []
        given = {str(key): str(value) for key, value in element.attrib.items()}
        for name, value in sorted(given.items()):
            if name not in SVG_ATTRIBUTES:
                hint = _("use a class: colours and strokes come from the page") if _HINTS.get(name) else _("remove it")
                shown = quoted(etree.QName(name).localname)
                self.refuse(element, _("The attribute “%(name)s” is not allowed in a figure.", name=shown), hint)
                continue
            if not self._is_plain(name, value):
                message = _("The value of “%(name)s” is not allowed in a figure.", name=name)
                self.refuse(element, message, quoted(value))
                continue
            prefix = f"{self.slug}-" if name in _REFERENCES else ""
            canonical = " ".join(prefix + word for word in value.split())
            written.append(f' {name}="{escape(canonical, quote=True)}"')
        return "".join(written)

    def _is_plain(self, name: str, value: str) -> bool:
        if name in _FREE:
            return True
        if name in _REFERENCES or name in ("class", "role"):
            return bool(_NAMES.fullmatch(value.strip()))
        return bool(_GEOMETRY.fullmatch(value)) and "url(" not in value.lower()

    def _text(self, text: str | None, keep: bool, element: "etree._Element") -> str:
        if text is None or not text.strip():
            return " " if text and keep else ""
        if not keep:
            self.refuse(element, _("Text must be inside <text>, <title> or <desc>."))
        return escape(re.sub(r"\s+", " ", text), quote=False)
