"""`flask courses …`: courses as text, from a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import click
from flask.cli import AppGroup

from app.authoring.canonical import not_canonical
from app.authoring.checks import check
from app.authoring.exporting import courses_as_text, taxonomy_as_text, write_files
from app.authoring.folders import read_folder
from app.authoring.report import Finding, Report
from app.authoring.services import import_course, import_skills
from app.authoring.skills_file import SkillsFile, read_skills
from app.authoring.tree import Course
from app.extensions import db
from app.foundation.actor import SYSTEM
from app.foundation.errors import DomainError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import ngettext

courses = AppGroup("courses", help="Courses as text: check, import, export and lay out.")
SKILLS = "skills.yaml"


def find_skills(folder: Path) -> Path | None:
    """The `skills.yaml` of the nearest folder above a course, or None."""
    return next((above / SKILLS for above in folder.resolve().parents if (above / SKILLS).is_file()), None)


@courses.command("check")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--skills",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Taxonomy (default: skills.yaml above).",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
def check_command(path: Path, skills: Path | None, strict: bool) -> None:
    """Validate the course in the folder PATH, or every course in the folders of PATH."""
    findings = [read_checked(folder, skills).findings for folder in course_folders(path)]
    found = [finding for several in findings for finding in several]
    for folder, finding in found:
        click.echo(f"{folder.as_posix()}/{finding}")
    errors = sum(finding.is_error for _folder, finding in found)
    warnings = len(found) - errors
    click.echo(_summary(errors, warnings), err=True)
    if errors or (strict and warnings):
        raise SystemExit(1)


@courses.command("import")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_command(path: Path) -> None:
    """Publish the course in the folder PATH, or every course in the folders of PATH, with the skills above it."""
    for folder, checked in read_in_order(path):
        errors = [f"{above.as_posix()}/{finding}" for above, finding in checked.findings if finding.is_error]
        if checked.course is None or errors:
            raise click.ClickException("\n".join(errors) or _("There is no course in %(path)s.", path=folder))
        with refusing():
            if checked.skills is not None:
                import_skills(db.session, checked.skills)
            done = import_course(db.session, actor=SYSTEM, course=checked.course)
            db.session.commit()
        state = _("published") if done.new else _("unchanged")
        click.echo(
            _("%(course)s, version %(number)s: %(state)s", course=folder.name, number=done.version.number, state=state)
        )


@courses.command("export")
@click.argument("path", type=click.Path(file_okay=False, path_type=Path))
@click.option("--course", "slugs", multiple=True, help="This course only; may be given several times.")
@click.option("--version", "number", type=click.IntRange(1), help="This version, not the one that new learners get.")
def export_command(path: Path, slugs: tuple[str, ...], number: int | None) -> None:
    """Write every course below the folder PATH as the text it was published from, and the skills beside them."""
    if number is not None and len(slugs) != 1:
        raise click.UsageError(_("--version goes with one --course."))
    with refusing():
        exports = courses_as_text(db.session, slugs, number)
        taxonomy = taxonomy_as_text(db.session)
        files = {f"{one.course}/{name}": content for one in exports for name, content in one.files.items()}
        write_files(path, files | ({SKILLS: taxonomy} if taxonomy else {}))
    for one in exports:
        click.echo(
            ngettext(
                "%(course)s, version %(version)s: %(num)s file", "%(course)s, version %(version)s: %(num)s files",
                len(one.files), course=one.course, version=one.number,
            )
        )  # fmt: skip


@courses.command("fmt")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when a file is not in canonical form.")
def format_command(path: Path, only_check: bool) -> None:
    """Lay out the text of the course in the folder PATH, or of those below it, in its one canonical form."""
    refused, changed = False, 0
    for folder, contents in texts_below(path):
        report = Report()
        for name, data in not_canonical(contents, report).items():
            click.echo((folder / name).as_posix())
            changed += 1
            if not only_check:
                replace_file(folder / name, data)
        for finding in report.findings():
            click.echo(f"{folder.as_posix()}/{finding}")
        refused = refused or report.has_errors
    if refused or (only_check and changed):
        raise SystemExit(1)


def texts_below(path: Path) -> Iterator[tuple[Path, dict[str, bytes]]]:
    """The courses of PATH and the taxonomy beside them: each folder with its files by name."""
    for folder in course_folders(path):
        yield folder, read_folder(folder, Report()).contents
    if (path / SKILLS).is_file():
        yield path, {SKILLS: (path / SKILLS).read_bytes()}


def replace_file(path: Path, data: bytes) -> None:
    """The old text or the new one, never a part of it, whenever this is interrupted."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(data)
    new.replace(path)


@contextmanager
def refusing() -> Iterator[None]:
    """A refusal ends with its sentence and exit code 1."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


@dataclass(frozen=True)
class Checked:
    """A course folder as read: the course when nothing stands against it, its taxonomy, and every finding."""

    course: Course | None
    skills: SkillsFile | None
    findings: list[tuple[Path, Finding]]


def course_folders(path: Path) -> list[Path]:
    """PATH itself when it is a course, else the courses right below it."""
    if (path / "course.yaml").is_file():
        return [path]
    return sorted(course.parent for course in path.glob("*/course.yaml")) or [path]


def read_in_order(path: Path) -> list[tuple[Path, Checked]]:
    """The courses of PATH, each after those of PATH that it requires: they are published in this order."""
    read = {folder: read_checked(folder, None) for folder in course_folders(path)}
    courses = {folder: checked.course for folder, checked in read.items() if checked.course is not None}
    folders = {course.id: folder for folder, course in courses.items()}
    required = {folder: [folders.get(one) for one in course.prerequisite_courses] for folder, course in courses.items()}
    try:
        order = list(
            TopologicalSorter({folder: filter(None, required.get(folder, ())) for folder in read}).static_order()
        )
    except CycleError:  # the first of them will be refused, and says what it lacks
        order = list(read)
    return [(folder, read[folder]) for folder in order]


def read_checked(folder: Path, skills: Path | None) -> Checked:
    """Read and check a course with the taxonomy given, or the nearest one above it."""
    taxonomy = skills or find_skills(folder)
    known: SkillsFile | None = None
    found: list[tuple[Path, Finding]] = []
    if taxonomy is not None:
        known, about_skills = read_skills(taxonomy)
        found += [(taxonomy.parent, finding) for finding in about_skills]
    course, findings = check(folder, known.ids if known else None)
    return Checked(course, known, found + [(folder, finding) for finding in findings])


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return _("Nothing to say.")
    first = ngettext("%(num)s error", "%(num)s errors", errors)
    second = ngettext("%(num)s warning", "%(num)s warnings", warnings)
    return f"{first}, {second}."
