"""A page measured: the size of each of its texts, and the skills there is room for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from certificates.errors import RenderingError
from certificates.fitting import Box, Step
from certificates.layouts import LAYOUTS, Layout
from certificates.legible import check_seen, check_texts
from certificates.logo import read_logo
from certificates.page import CertificatePage
from certificates.texts import group, site_of, skills_text, texts_in
from certificates.wording import WORDINGS

# Between the logo and the issuer's name beside it, in millimetres.
_LOGO_GAP = 5.0
# The smallest size, in points, the exam is set at to stand on one line.
_READABLE = 9


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its languages in order, the layout for them, its texts in each, and their sizes by name."""

    page: CertificatePage
    languages: tuple[str, ...]
    layout: Layout
    texts: tuple[dict[str, str], ...]
    logo_size: tuple[float, float] | None
    steps: dict[str, Step] = field(default_factory=dict)

    @property
    def two(self) -> bool:
        """Whether the page speaks two languages."""
        return len(self.languages) == 2

    @property
    def in_rows(self) -> bool:
        """Whether the languages stand under each other rather than side by side."""
        return self.page.design.style == "plain"

    @property
    def by_shift(self) -> float:
        """How far the logo pushes the issuer's name to the right, in millimetres."""
        if self.logo_size is None or self.layout.logo_above:
            return 0.0
        return self.logo_size[0] + _LOGO_GAP

    def columns(self, *names: str) -> list[list[str]]:
        """These texts in each language, as columns of paragraphs; a single column when they stand in rows."""
        columns = [[texts[name] for name in names] for texts in self.texts]
        return [list(chain.from_iterable(columns))] if self.in_rows else columns

    def height(self, name: str, box: Box, *texts: str) -> float:
        """The height in millimetres of texts set at the step chosen for `name`."""
        return box.height_of(self.steps[name], *self.columns(*texts))


def measured(page: CertificatePage, language: str) -> Sheet:
    """The sheet of a page whose first language this is, every size chosen; RenderingError when a text has no room."""
    second = page.design.second_language
    if language not in WORDINGS:
        raise RenderingError(f"There is no certificate in “{language}”.")
    if second == language:
        raise RenderingError("The second language of a certificate is not its first.")
    languages = (language,) if second is None else (language, second)
    layout = LAYOUTS[page.design.style, second is not None]
    texts = tuple(
        texts_in(name, says, page.facts, page.design.style) for name, says in zip(languages, page.says, strict=True)
    )
    logo = None if page.design.logo is None else read_logo(page.design.logo)
    size = None if logo is None else logo.size_in(layout.logo.width, layout.logo.height)
    check_seen(page.holder, "The name")
    check_seen(page.achievement, "The title")
    check_texts(_printed(page))
    sheet = Sheet(page, languages, layout, texts, size)
    _measure_heading(sheet)
    _measure_proof(sheet)
    _measure_foot(sheet)
    return sheet


def _printed(page: CertificatePage) -> Iterator[str]:
    """Every text that was not written by us."""
    yield from (page.issuer_name, page.holder, page.design.signatory_name, page.public_id, page.verification_url)
    for says in page.says:
        yield from (says.achievement, says.issuer_line, says.signatory_role, *says.skills)


def _measure_heading(sheet: Sheet) -> None:
    layout, page = sheet.layout, sheet.page
    line = " · ".join(texts["issuer_line"] for texts in sheet.texts)
    sheet.steps["by"] = layout.by.narrowed(sheet.by_shift).fit([page.issuer_name, line])
    sheet.steps["name"] = layout.name.fit([page.holder])
    sheet.steps["what"] = layout.what.fit(*sheet.columns("what"))


def _measure_proof(sheet: Sheet) -> None:
    """Keep as many skills, the same in each language, as the room under the title can hold with the exam."""
    said = sheet.page.says
    box = sheet.layout.proof.lowered(_room_for_proof(sheet))
    for kept in range(max(len(says.skills) for says in said), -1, -1):
        for texts, language, says in zip(sheet.texts, sheet.languages, said, strict=True):
            texts["skills"] = skills_text(says.skills, kept, WORDINGS[language], labelled=not sheet.in_rows)
        columns = sheet.columns("skills", "exam")
        if kept == 0 or any(box.holds(step, *columns) for step in box.steps):
            sheet.steps["proof"] = _proof_step(box, columns, sheet.columns("exam"))
            return


def _proof_step(box: Box, columns: list[list[str]], exams: list[list[str]]) -> Step:
    """The largest step that holds the columns; or one a little smaller if the exam then takes one line."""
    largest = box.fit(*columns)
    for step in box.steps:
        on_one_line = all(box.lines(step, [exam]) == 1 for exam in chain.from_iterable(exams))
        if on_one_line and step.points >= _READABLE and box.holds(step, *columns):
            return step
    return largest


def _room_for_proof(sheet: Sheet) -> float:
    layout = sheet.layout
    used = layout.gap + sheet.height("what", layout.what, "what")
    if sheet.in_rows:
        used += layout.name.height_of(sheet.steps["name"], [sheet.page.holder])
    return layout.room - used


def _measure_foot(sheet: Sheet) -> None:
    page, layout = sheet.page, sheet.layout
    name = page.facts.signatory or page.issuer_name
    first = sheet.texts[0]
    # The number is set on one line, a little larger and spaced out, hence the added signs.
    number = group(page.public_id).replace(" ", "\u00a0") + "0" * 6
    site = site_of(page.verification_url)
    how = [f"{texts['verify_label']} {texts['verify_how']}" for texts in sheet.texts]
    if sheet.two:
        signature = [name, *(texts[key] for texts in sheet.texts for key in ("role", "signed_for"))]
        check = [*how, site, number, *(texts["verify_offline"] for texts in sheet.texts)]
    else:
        signature = [f"{name}, {first['role']}", first["signed_for"]]
        check = [f"{how[0]} {site}", number, first["verify_offline"]]
    sheet.steps["sign"] = layout.sign.fit(signature)
    sheet.steps["check"] = layout.check.fit(check)
