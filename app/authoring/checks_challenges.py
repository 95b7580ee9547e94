"""Checks of challenges: their box of time, their rubric of levels 0 to 3, and the files that open with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.assessment.attached import ATTACHED_KINDS, LARGEST_ATTACHED_BYTES
from app.assessment.uploads import ZIPPED, kind_of
from app.authoring.checks_exams import check_no_zero
from app.authoring.checks_rubrics import check_rubric
from app.authoring.drafts import Draft
from app.authoring.durations import parse_duration
from app.authoring.reading import Mapping, Node, Scalar, child, items, number_of, text_of
from app.authoring.report import Mark, nearest, quoted
from app.authoring.shapes import Context
from app.foundation.i18n import gettext as _

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=7)
LONGEST_FEEDBACK = timedelta(days=30)
LEVELS = [0, 1, 2, 3]


def check(draft: Draft) -> None:
    """E170, E182, E188, E189 and W189 of challenges; E002, E003, E005 and E187 of their files."""
    for challenge in draft.challenges:
        check_rubric(challenge, draft.context)
        check_no_zero(challenge, draft.context)
        _check_levels(challenge, draft.context)
        _check_times(challenge, draft.context)
        _check_files(challenge, draft)


def _check_levels(challenge: Node, context: Context) -> None:
    for line in items(child(challenge, "rubric")):
        levels = child(line, "levels")
        points = [number_of(child(level, "points")) for level in items(levels)]
        if levels is not None and points and points != LEVELS:
            message = _("Each line of a challenge’s rubric has the levels 0, 1, 2 and 3.")
            context.add(levels.mark, "E188", message, _("four levels, with points: 0 to points: 3"))


def _check_times(challenge: Node, context: Context) -> None:
    duration = _span(child(challenge, "duration"))
    if duration is not None and not SHORTEST <= duration <= LONGEST:
        _out_of_bounds(challenge, "duration", context, _("A challenge lasts from 1 hour to 7 days."), "4h")
    feedback = _span(child(challenge, "feedback"))
    if feedback is not None and not timedelta(days=1) <= feedback <= LONGEST_FEEDBACK:
        _out_of_bounds(challenge, "feedback", context, _("Feedback comes within 1 to 30 days."), "10d")
    minutes = child(challenge, "minutes")
    wanted = number_of(minutes)
    if minutes is not None and isinstance(wanted, int) and duration and wanted * 60 > duration.total_seconds():
        message = _("The work takes longer than the challenge lasts.")
        context.add(minutes.mark, "W189", message, _("fewer minutes, or a longer duration"))


def _span(node: Node | None) -> timedelta | None:
    duration = parse_duration(node.text) if isinstance(node, Scalar) else None
    return duration if isinstance(duration, timedelta) else None


def _out_of_bounds(challenge: Node, key: str, context: Context, message: str, example: str) -> None:
    node = child(challenge, key)
    assert node is not None
    context.add(node.mark, "E189", message, _("as in %(example)s", example=example))


def attached_paths(challenge: Node, key: str) -> Iterator[Scalar]:
    """The paths that `materials` or `sealed` name, in every language."""
    for entry in items(child(challenge, key)):
        node = child(entry, "file")
        nodes = [one.node for one in node.entries] if isinstance(node, Mapping) else [node]
        yield from (one for one in nodes if isinstance(one, Scalar) and text_of(one))


def _check_files(challenge: Node, draft: Draft) -> None:
    folder = f"challenges/{text_of(child(challenge, 'id')) or ''}/"
    opened = {path.text for path in attached_paths(challenge, "materials")}
    for key in ("materials", "sealed"):
        for path in attached_paths(challenge, key):
            _check_file(path, folder, draft)
    for path in attached_paths(challenge, "sealed"):
        if path.text in opened:
            message = _("This file is sealed, and handed out at the start all the same.")
            draft.context.add(path.mark, "E187", message, _("name it in one of the two lists"))


def _check_file(path: Scalar, folder: str, draft: Draft) -> None:
    context, name = draft.context, path.text
    inside = name.startswith(folder) and all(part not in ("", ".", "..") for part in name.split("/"))
    if not inside or "\\" in name:
        message = _("The files of a challenge lie in a folder of its own.")
        context.add(path.mark, "E187", message, _("as in %(example)s", example=quoted(f"{folder}data.csv")))
    elif kind_of(name) not in ATTACHED_KINDS:
        message = _("This kind of file cannot come with a challenge: “%(name)s”.", name=quoted(name))
        context.add(path.mark, "E187", message, _("one of: %(words)s", words=", ".join(ATTACHED_KINDS)))
    elif name not in draft.folder.sizes:
        message = _("The file %(path)s is missing.", path=quoted(name))
        context.add(path.mark, "E002", message, nearest(name, draft.folder.sizes))
    elif draft.folder.sizes[name] > LARGEST_ATTACHED_BYTES:
        context.add(path.mark, "E005", _("The file is larger than 2 MB."), _("make it smaller"))
    else:
        _check_content(name, draft.folder.contents[name], path, context)


def _check_content(name: str, content: bytes, path: Scalar, context: Context) -> None:
    if kind_of(name) == "zip":
        if not content.startswith(ZIPPED):
            context.add(path.mark, "E187", _("The content of this file is not that of a .zip file: save it again."))
        return
    try:
        readable = "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        readable = False
    if not readable:
        context.add(Mark(name), "E003", _("The file is not UTF-8 text."), _("save it as UTF-8"))
