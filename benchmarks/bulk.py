"""`python -m benchmarks.bulk [PEOPLE]`: everybody who passed an exam gets a certificate, then a PDF, by the commands.

Times are of the commands as they are typed, their start included; memory is the most that any one process held.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from sqlalchemy import update

from app.assessment.models import ExamVersion
from app.config import read_settings
from app.extensions import db
from app.wiring.application import create_app
from tests.browser.site import Site, new_site
from tests.builders import Cast
from tests.certification import builders


def prepare(site: Site, people: int) -> None:
    """So many people pass an exam that awards nothing when they sit it, and awards since."""
    app = create_app(read_settings(site.environ), testing=True)
    with app.app_context():
        exam, cast = builders.make_course(db.session, awards=None), Cast(app, db.session)
        for number in range(people):
            builders.sit(db.session, cast.person(f"Candidate Number {number}"), exam)
        awards = {**exam.settings, "awards": builders.SETTINGS["awards"]}
        db.session.execute(update(ExamVersion).values(settings=awards))
        db.session.commit()
        db.engine.dispose()


def run(site: Site, *words: str) -> str:
    """A row of the table: what one command took."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    last = site.command("certificates", *words).strip().splitlines()[-1].strip()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{words[0]:12}{time.monotonic() - began:>9.1f}{cpu:>9.1f}{after.ru_maxrss / 1024:>9.0f}   {last}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("people", nargs="?", type=int, default=1000)
    people = parser.parse_args().people
    with tempfile.TemporaryDirectory(prefix="passerelle-bulk-") as folder:
        site = new_site(Path(folder) / "instance")
        site.command("keys", "generate")
        prepare(site, people)
        print(f"{'':12}{'seconds':>9}{'CPU s':>9}{'MB':>9}")
        print(run(site, "bulk-issue", "--course", "counting", "--no-draw"))
        print(run(site, "draw"))


if __name__ == "__main__":
    main()
