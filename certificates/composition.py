"""A page composed: its measured texts put into the artwork's templates, each escaped once."""

from datetime import datetime

from certificates.logo import read_logo
from certificates.markup import NOTHING, PagePart, fill
from certificates.measuring import Sheet, measured
from certificates.page import CertificatePage
from certificates.pictures import artwork, data_uri, pictures
from certificates.rows import row_places
from certificates.texts import group, site_of
from certificates.wording import WORDINGS


def page_html(page: CertificatePage, *, language: str, created: datetime) -> str:
    """The page as HTML whose every text is escaped and every picture a data: URI."""
    sheet = measured(page, language)
    values = _texts(sheet) | _places(sheet)
    values |= {name: _part(f"{name}.html", values, shown) for name, shown in _optional(sheet).items()}
    values["foot"] = _part("foot-two.html" if sheet.two else "foot.html", values)
    values["drawing"] = _part(f"{page.design.style}.html", values)
    values["created"] = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return _part("certificate.html", values)


def _part(name: str, values: dict[str, str], shown: bool = True) -> PagePart:
    return fill(artwork(name), values) if shown else NOTHING


def _optional(sheet: Sheet) -> dict[str, bool]:
    """The parts some pages do without."""
    return {
        "logo": sheet.logo_size is not None,
        "second-column": sheet.two and not sheet.in_rows,
        "skills-row": sheet.in_rows and bool(sheet.texts[0]["skills"]),
    }


def _texts(sheet: Sheet) -> dict[str, str]:
    page = sheet.page
    first, second = sheet.texts[0], sheet.texts[-1]
    wording = WORDINGS[sheet.languages[0]]
    role = first["role"]
    return {
        **first,
        **{f"{name}_2": text for name, text in second.items()},
        **_twins(sheet, first, second),
        "language": sheet.languages[0],
        "second": sheet.languages[-1],
        "title": wording.title.format(what=page.achievement, holder=page.holder),
        "issuer_name": page.issuer_name,
        "holder": page.holder,
        "signatory": page.facts.signatory or page.issuer_name,
        "role_after": f", {role}" if role else "",
        "verification_url": page.verification_url,
        "site": site_of(page.verification_url),
        "number": group(page.public_id),
        **pictures(page.design.style, page.tier, page.verification_url, wording),
        **_logo(page, wording.logo.format(issuer=page.issuer_name)),
    }


def _twins(sheet: Sheet, first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """For each text, its twin beside it on the line and below it; nothing when it says the same."""
    twins: dict[str, str] = {}
    for name, text in second.items():
        values = {"second": sheet.languages[-1], "text": text}
        said = sheet.two and bool(text) and text != first[name]
        twins[f"{name}_beside"] = _part("beside.html", values, said)
        twins[f"{name}_below"] = _part("below.html", values, said)
    return twins


def _logo(page: CertificatePage, description: str) -> dict[str, str]:
    if page.design.logo is None:
        return {}
    return {"logo_src": data_uri(read_logo(page.design.logo).png, "image/png"), "logo_alt": description}


def _places(sheet: Sheet) -> dict[str, str]:
    """Sizes in points, lengths in millimetres, zones, and the names the style sheets go by."""
    layout, style = sheet.layout, sheet.page.design.style
    branded = "branded" if sheet.logo_size and layout.logo_above else ""
    places = {
        "style": " ".join(filter(None, (style, "two" if sheet.two else "", branded))),
        **{f"{name}_size": f"{step.points:g}" for name, step in sheet.steps.items()},
        **{f"{name}_zone": str(zone) for name, zone in layout.zones.items()},
        **{f"on_{number}": "on" if number == sheet.page.tier else "" for number in range(1, 5)},
        **_widths(sheet),
        "what_height": f"{sheet.height('what', layout.what, 'what'):.3f}",
        "by_left": f"{layout.zones['by'].left + sheet.by_shift:.3f}",
    }
    if sheet.in_rows:
        places |= row_places(sheet)
    if sheet.logo_size:
        places |= _logo_place(sheet, *sheet.logo_size)
    return places


def _widths(sheet: Sheet) -> dict[str, str]:
    """The widths that leave no word alone on the last line of its text; one for both languages in a row."""
    layout, steps = sheet.layout, sheet.steps
    widths = {"name_width": f"{layout.name.balanced(steps['name'], sheet.page.holder):g}"}
    for name, box, step in (
        ("what", layout.what, steps["what"]),
        ("skills", layout.proof, steps["proof"]),
        ("exam", layout.proof, steps["proof"]),
    ):
        each = [box.balanced(step, texts[name]) for texts in sheet.texts]
        widths[f"{name}_width"] = f"{max(each) if sheet.in_rows else each[0]:g}"
        widths[f"{name}_2_width"] = f"{each[-1]:g}"
    return widths


def _logo_place(sheet: Sheet, width: float, height: float) -> dict[str, str]:
    """The logo on the middle line of its box, against its left side or, when it stands above, on its axis."""
    box = sheet.layout.logo
    left = box.left + (box.width - width) / 2 if sheet.layout.logo_above else box.left
    top = box.top + (box.height - height) / 2
    lengths = {"left": left, "top": top, "width": width, "height": height}
    return {f"logo_{name}": f"{length:.3f}" for name, length in lengths.items()}
