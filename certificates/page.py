"""The certificate's page: its texts, set in the artwork's template at sizes that were measured."""

import base64
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from certificates.design import DEFAULT_DESIGN, Design, Style
from certificates.errors import RenderingError
from certificates.fitting import Box, Step
from certificates.fonts import SANS, SANS_SEMIBOLD, SERIF, SERIF_SEMIBOLD
from certificates.wording import WORDINGS, Wording, attempt_text, date_text

_INK = "#152223"
_PLACEHOLDER = re.compile(r"\{\{ ([a-z_0-9]+) \}\}")
_FOOT = (9.5, 8.5, 7.5, 6.5, 5.5)


@dataclass(frozen=True, slots=True)
class Exam:
    """How the exam went: score and cut out of 100, the attempt counted from 1, watched over or not."""

    score: int
    cut: int
    attempt: int
    supervised: bool


@dataclass(frozen=True, slots=True)
class Twin:
    """What the page says in its second language beside its fixed texts; an empty line or role is not repeated."""

    achievement: str
    skills: tuple[str, ...]
    issuer_line: str = ""
    signatory_role: str = ""


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """The texts of one page and its design; `tier` counts from 1, `public_id` has 26 signs.

    Every text is in the certificate's language, but for `twin`, needed when the design has a second one.
    """

    issuer_name: str
    issuer_line: str
    holder: str
    achievement: str
    tier: int
    skills: tuple[str, ...]
    exam: Exam
    issued: date
    expires: date | None
    public_id: str
    verification_url: str
    design: Design = DEFAULT_DESIGN
    twin: Twin | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.tier <= 4:
            raise RenderingError("A certificate is of tier 1 to 4.")
        if urlsplit(self.verification_url).scheme not in ("https", "http"):
            raise RenderingError("The verification address is a web address.")
        if self.design.second_language is not None and self.twin is None:
            raise RenderingError("A certificate in two languages needs its texts in both.")


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes of one artwork whose text varies in length."""

    by: Box
    name: Box
    what: Box
    proof: Box
    sign: Box
    check: Box


LAYOUTS: Mapping[str, Layout] = {
    "span": Layout(
        by=Box.of(SERIF_SEMIBOLD, width=150, height=13, line_height=1.25, sizes=(13, 10.5, 8.5)),
        name=Box.of(
            SERIF, width=262, height=27, line_height=1.08, sizes=(43, 38, 33, 29, 25, 29, 25, 21, 17, 13, 10), alone=5
        ),
        what=Box.of(SERIF, width=261, height=13.2, line_height=1.2, sizes=(23, 20, 18, 15.5, 13, 10, 8)),
        proof=Box(
            SANS, 21.5, 1.45, (Step(10.5, 170), Step(10.5, 215), Step(10.5, 261), Step(9.5, 261), Step(8.5, 261))
        ),
        sign=Box.of(SANS_SEMIBOLD, width=62, height=24, line_height=1.4, sizes=_FOOT),
        check=Box.of(SANS_SEMIBOLD, width=98, height=24, line_height=1.42, sizes=(8.5, 7.5, 6.5, 5.5)),
    ),
    "classic": Layout(
        by=Box.of(SERIF_SEMIBOLD, width=217, height=12, line_height=1.25, sizes=(14, 11, 9)),
        name=Box.of(SERIF, width=237, height=16, line_height=1.12, sizes=(37, 33, 29, 25, 22, 19, 16, 13, 10, 8)),
        what=Box.of(SERIF_SEMIBOLD, width=217, height=12.6, line_height=1.2, sizes=(22, 19, 17, 14.5, 12, 10, 8)),
        proof=Box(SANS, 19.5, 1.45, (Step(10.5, 217), Step(9.5, 217), Step(8.5, 217))),
        sign=Box.of(SANS_SEMIBOLD, width=84, height=16, line_height=1.4, sizes=_FOOT),
        check=Box.of(SANS_SEMIBOLD, width=65, height=33, line_height=1.4, sizes=(8.2, 7.5, 6.5, 5.5)),
    ),
}


def page_html(page: CertificatePage, *, language: str, created: datetime) -> str:
    """The page as HTML whose every text is escaped and every picture a data: URI."""
    style = page.design.style
    if language not in WORDINGS or style not in LAYOUTS:
        raise RenderingError(f"There is no certificate in “{language}”, drawn as “{style}”.")
    wording, layout = WORDINGS[language], LAYOUTS[style]
    texts = _texts(page, wording, layout, style)
    values = {
        **texts,
        **_sizes(page, texts, layout),
        **_pictures(page, wording, style),
        "language": language,
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **{f"on_{number}": "on" if number == page.tier else "" for number in range(1, 5)},
    }
    return fill(artwork(f"{style}.html"), values)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with each placeholder replaced, once, by its escaped value: data, never code."""
    return _PLACEHOLDER.sub(lambda match: html.escape(values[match[1]]), template)


@cache
def artwork(name: str) -> str:
    """The text of a file of the artwork."""
    return (files("certificates") / "artwork" / name).read_text(encoding="utf-8")


def title_of(page: CertificatePage, language: str) -> str:
    """The document's title, shown by readers in place of the file name."""
    return WORDINGS[language].title.format(what=page.achievement, holder=page.holder)


def _texts(page: CertificatePage, wording: Wording, layout: Layout, style: Style) -> dict[str, str]:
    tier = wording.tiers[page.tier - 1].lower()
    exam = _exam_sentence(page.exam, wording)
    return {
        "title": wording.title.format(what=page.achievement, holder=page.holder),
        "issuer_name": page.issuer_name,
        "issuer_line": page.issuer_line,
        "kind": wording.kind,
        "awarded_to": wording.awarded_to,
        "holder": page.holder,
        "has": (wording.has if style == "span" else wording.who_has).format(tier=tier),
        "what": page.achievement,
        "skills": _skills_that_fit(page.skills, exam, wording, layout.proof),
        "exam": exam,
        **{f"tier_{number}": name for number, name in enumerate(wording.tiers, 1)},
        **_date_texts(page, wording),
        **_signature_texts(page, wording),
        "verify_label": wording.verify,
        "verify_how": wording.verify_how,
        "verify_offline": wording.verify_offline,
        "verification_url": page.verification_url,
        "site": _site(page.verification_url),
        "number": group(page.public_id),
    }


def group(public_id: str) -> str:
    """The number in groups of four, with plain spaces, so that it can be copied into a form."""
    return " ".join(public_id[start : start + 4] for start in range(0, len(public_id), 4))


def _site(verification_url: str) -> str:
    """Where the number is typed: the address without its scheme, its key and the number itself."""
    parts = urlsplit(verification_url)
    return parts.netloc + parts.path.rpartition("/")[0]


def _signature_texts(page: CertificatePage, wording: Wording) -> dict[str, str]:
    design = page.design
    if design.signatory_name in ("", page.issuer_name):
        return {"signatory_name": page.issuer_name, "signatory_role": "", "signed_for": wording.signed_by_itself}
    return {
        "signatory_name": design.signatory_name,
        "signatory_role": f", {design.signatory_role}" if design.signatory_role else "",
        "signed_for": wording.signed_for.format(issuer=page.issuer_name),
    }


def _date_texts(page: CertificatePage, wording: Wording) -> dict[str, str]:
    label, expires = wording.never_expires
    if page.expires is not None:
        label, expires = wording.expires, date_text(wording, page.expires)
    return {
        "issued_label": wording.issued,
        "issued": date_text(wording, page.issued),
        "expires_label": label,
        "expires": expires,
    }


def _exam_sentence(exam: Exam, wording: Wording) -> str:
    return wording.exam.format(
        score=exam.score,
        cut=exam.cut,
        attempt=attempt_text(wording, exam.attempt),
        supervision=wording.supervised if exam.supervised else wording.unsupervised,
    )


def _skills_that_fit(skills: tuple[str, ...], exam: str, wording: Wording, box: Box) -> str:
    """The list of skills, ending with how many more there are when the page cannot hold them all."""
    for kept in range(len(skills), 0, -1):
        shown = list(skills[:kept])
        if kept < len(skills):
            shown.append(wording.more_skills.format(count=len(skills) - kept))
        text = wording.skills.format(skills=", ".join(shown)) + "."
        if any(box.holds((text, exam), step) for step in box.steps):
            return text
    return ""


def _sizes(page: CertificatePage, texts: Mapping[str, str], layout: Layout) -> dict[str, str]:
    signed = texts["signatory_name"] + texts["signatory_role"]
    how = f"{texts['verify_label']} {texts['verify_how']} {texts['site']}"
    # The number is set on one line, a little larger and spaced out, hence the added signs.
    number = texts["number"].replace(" ", "\u00a0") + "0" * 6
    proof = layout.proof.fit((texts["skills"], texts["exam"]))
    steps = {
        "by": layout.by.fit((page.issuer_name, page.issuer_line)),
        "name": layout.name.fit((page.holder,)),
        "what": layout.what.fit((page.achievement,)),
        "proof": proof,
        "sign": layout.sign.fit((signed, texts["signed_for"])),
        "check": layout.check.fit((how, number, texts["verify_offline"])),
    }
    return {**{f"{name}_size": f"{step.points:g}" for name, step in steps.items()}, "proof_width": f"{proof.width:g}"}


def _pictures(page: CertificatePage, wording: Wording, style: Style) -> dict[str, str]:
    drawing = f"span-{page.tier}.svg" if style == "span" else "frame.svg"
    return {
        "art": data_uri(artwork(drawing)),
        "art_alt": wording.art[page.tier - 1] if style == "span" else wording.frame,
        "seal": data_uri(artwork(f"seal-{page.tier}.svg")),
        "seal_alt": wording.seal[page.tier - 1],
        "qr": data_uri(qr_svg(page.verification_url)),
        "qr_alt": wording.qr,
    }


def data_uri(svg: str) -> str:
    """The drawing as an address that needs no fetching."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def qr_svg(text: str) -> str:
    """A QR code (error correction M) of 24 mm, drawn as one path: a stroke for each run of dark modules."""
    import segno

    matrix = segno.make(text, error="m", micro=False).matrix
    runs = [(start, y, length) for y, row in enumerate(matrix) for start, length in _dark_runs(bytes(row))]
    strokes = "".join(f"M{start} {y}.5h{length}" for start, y, length in runs)
    side = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="24mm" height="24mm">'
        f'<path fill="none" stroke="{_INK}" d="{strokes}"/></svg>'
    )


def _dark_runs(row: bytes) -> list[tuple[int, int]]:
    return [(match.start(), match.end() - match.start()) for match in re.finditer(b"\x01+", row)]
