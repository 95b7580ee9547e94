"""What was drawn, checked against what was meant: every text whole and in its zone, each language marked."""

from collections.abc import Iterator
from typing import Any

from certificates.errors import RenderingError

_PIXELS_PER_MM = 96 / 25.4
_SLACK = 0.3 * _PIXELS_PER_MM
_LEAN = 0.18


def check_zones(document: Any) -> None:
    """RenderingError when a text of the laid-out document leaves the zone its artwork gives it, in `data-zone`.

    Texts are measured before they are set; this is the second look, at what the fonts really gave:
    ligatures, signs of other scripts, a fallback font wider than was supposed.
    """
    for text, zone in _zoned_texts(document.pages[0]._page_box, None):
        left, top, right, bottom = (float(side) * _PIXELS_PER_MM for side in zone.split())
        # A font keeps room above and below its letters: only their body counts.
        lean = text.height * _LEAN
        inside = left - _SLACK <= text.position_x and text.position_x + text.width <= right + _SLACK
        high = top - _SLACK <= text.position_y + lean and text.position_y + text.height - lean <= bottom + _SLACK
        if not (inside and high):
            raise RenderingError(f"The text “{text.text[:40]}” does not hold in its place on the page.")


def mark_language(pdf: Any, language: str) -> None:
    """Say in the structure tree what is in the second language: what the artwork puts in `section` and `span`."""
    string = type(pdf.catalog["Lang"])
    for node in pdf.objects:
        if not isinstance(node, dict) or node.get("Type") != "/StructElem":
            continue
        # A text inside an element is a span too, one that holds a number rather than other elements.
        if node["S"] == "/Sect" or (node["S"] == "/Span" and node["K"] and not isinstance(node["K"][0], int)):
            node["Lang"] = string(language)


def _zoned_texts(box: Any, zone: str | None) -> Iterator[tuple[Any, str]]:
    from weasyprint.formatting_structure.boxes import TextBox

    if isinstance(box, TextBox):
        if zone is None:
            raise RenderingError(f"The text “{box.text[:40]}” has no place on the page.")
        yield box, zone
        return
    if box.element is not None:
        zone = box.element.get("data-zone", zone)
    for child in box.children:
        yield from _zoned_texts(child, zone)
