"""`flask certificates bulk-issue` and `draw`: many certificates at once, from the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.catalog.queries import find_course
from app.certification import bulk, drawings
from app.certification.bulk import Line, Outcome
from app.extensions import db
from app.foundation.errors import ConflictError, DomainError
from app.foundation.i18n import use_language
from app.web.transactions import reading_session

WORDS = {
    Outcome.ISSUE: "to be issued",
    Outcome.WAITING: "waiting for the signing key",
    Outcome.HELD: "have one already",
    Outcome.NO_AWARD: "passed an exam that awards nothing",
    Outcome.NOT_PASSED: "have not passed",
    Outcome.NOBODY: "addresses of nobody here",
    Outcome.ISSUED: "issued",
    Outcome.REFUSED: "refused",
}


@click.command("bulk-issue")
@click.option("--course", "slug", metavar="SLUG", required=True, help="The course whose exam was passed.")
@click.option(
    "--from", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV of e-mail addresses; without it, everybody who passed and has no certificate yet.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would happen for each person, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a person, a line each.")
@click.option("--no-draw", is_flag=True, help="Leave the PDFs to the worker.")
@click.option("--jobs", type=click.IntRange(1, 64), help="How many PDFs are drawn at once; all cores by default.")
@with_appcontext
def bulk_issue(*, slug: str, file: Path | None, dry_run: bool, as_json: bool, no_draw: bool, jobs: int | None) -> None:
    """Issue the certificates of a course that are not issued yet; may be stopped and repeated.

    Exit code 1 when one of them waits for the signing key, was refused, or could not be drawn.
    """
    with use_language("en"):
        lines = _plan(slug, file)
        if dry_run:
            _print(lines, as_json=as_json)
            return
        lines = _issue_all(lines)
        _print(lines, as_json=as_json)
        undrawn = 0 if no_draw else _draw_all(jobs, quiet=as_json)
    if undrawn or any(line.outcome in (Outcome.WAITING, Outcome.REFUSED) for line in lines):
        sys.exit(1)


def _plan(slug: str, file: Path | None) -> list[Line]:
    try:
        addresses = bulk.read_addresses(file.read_bytes()) if file else None
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    with reading_session() as session:
        course = find_course(session, slug)
        if course is None:
            raise click.ClickException(f"There is no course {slug} here.")
        return bulk.plan(session, course, addresses)


def _issue_all(lines: Sequence[Line]) -> list[Line]:
    """In slices, each committed; the bar shows on a terminal alone."""
    attempts = bulk.attempts_to_do(lines)
    done: dict[int, tuple[Outcome, str | None]] = {}
    with click.progressbar(length=len(attempts), label="Issuing", file=sys.stderr) as bar:
        for start in range(0, len(attempts), bulk.SLICE):
            some = attempts[start : start + bulk.SLICE]
            done |= bulk.issue_slice(db.session, some)
            db.session.commit()
            bar.update(len(some))
    return [_after(line, done) for line in lines]


def _after(line: Line, done: Mapping[int, tuple[Outcome, str | None]]) -> Line:
    if line.attempt_id is None or line.attempt_id not in done:
        return line
    outcome, number = done[line.attempt_id]
    return replace(line, outcome=outcome, number=number or line.number)


def _print(lines: Sequence[Line], *, as_json: bool) -> None:
    for line in lines:
        facts = {"email": line.email, "name": line.name, "outcome": line.outcome.value, "number": line.number}
        shown = [line.email, line.outcome.value, line.number or ""]
        click.echo(json.dumps(facts, ensure_ascii=False) if as_json else "  ".join(shown).rstrip())
    if not as_json:
        for outcome, count in bulk.counts(lines).items():
            click.echo(f"{count:6}  {WORDS[outcome]}")


@dataclass
class _Tally:
    drawn: int = 0
    failed: int = 0


@click.command("draw")
@click.option("--jobs", type=click.IntRange(1, 64), help="How many at once; all cores by default.")
@with_appcontext
def draw(jobs: int | None) -> None:
    """Draw every PDF that waits, on every core; exit code 1 when one could not be drawn."""
    with use_language("en"):
        if _draw_all(jobs, quiet=False):
            sys.exit(1)


def _draw_all(jobs: int | None, *, quiet: bool) -> int:
    """How many could not be drawn; what the worker draws meanwhile is not drawn twice."""
    with reading_session() as session:
        waiting = drawings.waiting_drawings(session)
    tally, together = _Tally(), min(jobs or drawings.cores(), max(1, len(waiting)))
    try:
        with click.progressbar(length=len(waiting), label="Drawing", file=sys.stderr) as bar:
            for one in drawings.draw_all(db.engine, waiting, together):
                tally.drawn, tally.failed = tally.drawn + (not one.why), tally.failed + bool(one.why)
                if one.why:
                    click.echo(f"A certificate could not be drawn: {one.why}", err=True)
                bar.update(1)
    except ConflictError as error:
        raise click.ClickException(f"The PDFs wait: {error}") from error
    if not quiet:
        click.echo(f"{tally.drawn:6}  drawn")
    return tally.failed
