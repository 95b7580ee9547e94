"""`flask courses …`: courses as text, from a terminal."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.authoring.checks import check
from app.authoring.report import Finding
from app.authoring.skills_file import SkillsFile, read_skills
from app.foundation.i18n import gettext as _
from app.foundation.i18n import ngettext

courses = AppGroup("courses", help="Check courses written as text.")


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
    """Validate the course in the folder PATH."""
    taxonomy = skills or find_skills(path)
    known: SkillsFile | None = None
    found: list[tuple[Path, Finding]] = []
    if taxonomy is not None:
        known, about_skills = read_skills(taxonomy)
        found += [(taxonomy.parent, finding) for finding in about_skills]
    _course, findings = check(path, known.ids if known else None)
    found += [(path, finding) for finding in findings]
    for folder, finding in found:
        click.echo(f"{folder.as_posix()}/{finding}")
    errors = sum(finding.is_error for _folder, finding in found)
    warnings = len(found) - errors
    click.echo(_summary(errors, warnings), err=True)
    if errors or (strict and warnings):
        raise SystemExit(1)


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return _("Nothing to say.")
    first = ngettext("%(num)s error", "%(num)s errors", errors)
    second = ngettext("%(num)s warning", "%(num)s warnings", warnings)
    return f"{first}, {second}."
