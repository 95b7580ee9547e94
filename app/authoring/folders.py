"""The files of a course folder, read once, within bounds, never outside the folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from app.authoring.report import Mark, Report
from app.foundation.i18n import gettext as _

MOST_FILES = 2000
LARGEST_FILE_BYTES = 8 * 1024 * 1024
LARGEST_FOLDER_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Folder:
    """Contents by path relative to the course, with “/”; sizes also of files too large to be read."""

    contents: dict[str, bytes]
    sizes: dict[str, int]


def read_folder(root: Path, report: Report) -> Folder:
    """Read a course folder; links that leave it and anything beyond the bounds are findings."""
    contents: dict[str, bytes] = {}
    sizes: dict[str, int] = {}
    total = 0
    for path in _files(root, report):
        name = path.relative_to(root).as_posix()
        size = path.stat().st_size
        total += size
        if total > LARGEST_FOLDER_BYTES:
            report.add(Mark(name), "E005", _("The folder is larger than 64 MiB."))
            break
        sizes[name] = size
        if size <= LARGEST_FILE_BYTES:
            contents[name] = _read(path)
        else:
            report.add(Mark(name), "E005", _("The file is larger than 8 MiB."))
    return Folder(contents, sizes)


def _files(root: Path, report: Report) -> list[Path]:
    """Ordinary files under the root in a stable order; hidden ones are left out."""
    found: list[Path] = []
    inside = root.resolve()
    for directory, folders, names in os.walk(root):
        here = Path(directory)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in list(folders):
            if (here / name).is_symlink():
                folders.remove(name)
                _refuse_link(here / name, root, report)
        for name in sorted(name for name in names if not name.startswith(".")):
            path = here / name
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                _refuse_link(path, root, report)
            elif path.is_file():
                found.append(path)
            if len(found) > MOST_FILES:
                report.add(Mark("."), "E005", _("The folder holds more than 2,000 files."))
                return found[:MOST_FILES]
    return found


def _refuse_link(path: Path, root: Path, report: Report) -> None:
    name = path.relative_to(root).as_posix()
    report.add(Mark(name), "E005", _("This link leaves the course folder."), _("put the file itself here"))


def _read(path: Path) -> bytes:
    """At most the bound, whatever the size was when it was asked."""
    with path.open("rb") as stream:
        return stream.read(LARGEST_FILE_BYTES)
