"""`flask courses …`: courses as text, from a terminal."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import click
from flask.cli import AppGroup

from app.authoring.checks import check
from app.authoring.report import Finding
from app.authoring.services import import_course, import_skills
from app.authoring.skills_file import SkillsFile, read_skills
from app.authoring.tree import Course
from app.extensions import db
from app.foundation.actor import SYSTEM
from app.foundation.i18n import gettext as _
from app.foundation.i18n import ngettext

courses = AppGroup("courses", help="Check and import courses written as text.")


def find_skills(folder: Path) -> Path | None:
    """The `skills.yaml` of the nearest folder above a course, or None."""
    return next(
        (above / "skills.yaml" for above in folder.resolve().parents if (above / "skills.yaml").is_file()), None
    )


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
        if checked.skills is not None:
            import_skills(db.session, checked.skills)
        done = import_course(db.session, actor=SYSTEM, course=checked.course)
        db.session.commit()
        state = _("published") if done.new else _("unchanged")
        click.echo(
            _("%(course)s, version %(number)s: %(state)s", course=folder.name, number=done.version.number, state=state)
        )


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
