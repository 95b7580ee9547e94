"""The rows of the plain artwork: a label hanging on the left, its text on the right, on one baseline."""

from dataclasses import dataclass

from certificates.fitting import MM_PER_POINT, Box
from certificates.fonts import SANS
from certificates.measuring import Sheet

_LABEL = Box.of(SANS, width=58, height=99, line_height=1.4, sizes=(10,))
_LABEL_STEP = _LABEL.steps[0]
# Half the difference between what a font keeps above the baseline and below it, in em.
_SERIF_RISE, _SANS_RISE = 0.3505, 0.3555
_PADDING = 5.5  # millimetres above and below a row's text, less when the page is full
_LEAST_PADDING = 1.2


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's name, the heights of its label and text in millimetres, and how much lower the label starts."""

    name: str
    label: float
    text: float
    drop: float

    @property
    def height(self) -> float:
        return max(self.text, self.drop + self.label)


def row_places(sheet: Sheet) -> dict[str, str]:
    """Where each row and the texts in it start, in millimetres, as far apart as the page allows; and their zones."""
    zone = sheet.layout.zones["rows"]
    rows = _rows(sheet)
    free = zone.height - sum(row.height for row in rows)
    padding = max(_LEAST_PADDING, min(_PADDING, free / (2 * len(rows))))
    places, top = {"row_text": f"{padding:.3f}"}, zone.top
    balanced = [_LABEL.balanced(_LABEL_STEP, texts["has"]) for texts in sheet.texts]
    places["has_width"] = f"{max(balanced):g}"
    for row in rows:
        bottom = top + row.height + 2 * padding
        places[f"{row.name}_top"] = f"{top:.3f}"
        places[f"{row.name}_label"] = f"{padding + row.drop:.3f}"
        places[f"{row.name}_zone"] = f"{zone.left:g} {top:.3f} {zone.right:g} {min(bottom, zone.bottom):.3f}"
        top = bottom
    return places


def _rows(sheet: Sheet) -> list[_Row]:
    layout = sheet.layout
    rows = [
        _row(sheet, "name", "awarded_to", layout.name, layout.name.height_of(sheet.steps["name"], [sheet.page.holder])),
        _row(sheet, "what", "has", layout.what, sheet.height("what", layout.what, "what")),
    ]
    if sheet.texts[0]["skills"]:
        rows.append(_row(sheet, "skills", "skills_name", layout.proof, sheet.height("proof", layout.proof, "skills")))
    rows.append(_row(sheet, "exam", "exam_name", layout.proof, sheet.height("proof", layout.proof, "exam")))
    return rows


def _row(sheet: Sheet, name: str, label: str, box: Box, height: float) -> _Row:
    step = sheet.steps[name if name in sheet.steps else "proof"]
    rise = _SERIF_RISE if name in sheet.steps else _SANS_RISE
    baseline = step.points * MM_PER_POINT * (box.line_height / 2 + rise)
    drop = baseline - _LABEL_STEP.points * MM_PER_POINT * (_LABEL.line_height / 2 + _SANS_RISE)
    return _Row(name, _LABEL.height_of(_LABEL_STEP, *sheet.columns(label)), height, drop)
