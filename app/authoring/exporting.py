"""Courses that leave: the text that each was published from, byte for byte, ready to be imported elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app.catalog.files import text_of
from app.catalog.queries import versions_of_courses
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.skills.queries import find_current_release


@dataclass(frozen=True)
class Export:
    """The files of one version of a course, by path in its folder, which bears its name."""

    course: str
    number: int
    files: Mapping[str, bytes]


def courses_as_text(session: Session, courses: Collection[str] = (), number: int | None = None) -> list[Export]:
    """The courses named, or all, in the version that new learners get, or in the one of this number, by name.

    Raises NotFoundError where there is none, RuleError for a version whose text was not kept: those published before
    the site kept it, until the same folder is imported once more.
    """
    found = versions_of_courses(session, courses, number)
    if missing := set(courses) - {slug for slug, *_version in found}:
        raise NotFoundError(
            _("There is no such course or version here: %(courses)s.", courses=", ".join(sorted(missing)))
        )
    exports = [Export(slug, version, text_of(session, key)) for slug, version, key in found]
    for export in exports:
        if not export.files:
            sentence = _(
                "The text of %(course)s, version %(number)s, was not kept. Import its folder once more.",
                course=export.course, number=export.number,
            )  # fmt: skip
            raise RuleError(sentence)
    return exports


def taxonomy_as_text(session: Session) -> bytes | None:
    """The `skills.yaml` of the taxonomy in force, or None where none was kept."""
    release = find_current_release(session)
    return release.source if release is not None else None


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files below a folder, all or none of them; raises RuleError for one that would change what is there."""
    wanted = {(folder / name).resolve(): content for name, content in files.items()}
    for path, content in wanted.items():
        if not path.is_relative_to(folder.resolve()):
            raise RuleError(_("“%(path)s” is outside the folder.", path=path))
        if path.exists() and not (path.is_file() and path.read_bytes() == content):
            raise RuleError(_("“%(path)s” is already there, with something else in it.", path=path))
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
