"""The canonical form of course text, one layout for the same words: what `courses fmt` writes, comments kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.emitter import RoundTripEmitter
from ruamel.yaml.error import CommentMark, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag
from ruamel.yaml.tokens import CommentToken

from app.authoring.lessons import split_front_matter
from app.authoring.reading import decode, plain, read_yaml
from app.authoring.report import Mark, Report
from app.foundation.i18n import gettext as _

NO_FOLDING = 2**20  # columns: a line is as long as its author made it
MOST_PASSES = 4  # a comment in an odd place may need a second one to come to rest
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*?(?=\s*$)", re.MULTILINE)  # without the spaces at its end


class _Verbatim(VersionedResolver):
    """Takes every plain scalar for text: 0.70 stays 0.70, and a date is what its author typed."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode:
            return Tag(suffix="tag:yaml.org,2002:str")
        return super().resolve(kind, value, implicit)


class _Emitter(RoundTripEmitter):
    """Comments move with what they are about; the library leaves them at the column they had."""

    def write_comment(self, comment: Any, pre: bool = False) -> None:
        """Two spaces after a value; else at the start of the line, from where `_beside` takes it."""
        value = "\n".join(line.strip() for line in comment.value.split("\n"))
        after = self.column > 0 and value.startswith("#")
        super().write_comment(CommentToken(value, CommentMark(self.column + 2 if after else 0)), pre)


def canonical(data: bytes, path: str, report: Report) -> bytes | None:
    """A file of a course in canonical form; None with a finding in the report where it cannot be read.

    YAML files and the front matter of lessons are laid out anew; whatever they say, and the text of a lesson below
    its front matter, stays as it is, and so does every comment. Canonical text comes back byte for byte.
    """
    text = decode(data, path, report)
    if text is None:
        return None
    if not path.endswith(".md"):
        done = _yaml(text, path, report)
        return None if done is None else done.encode()
    split = split_front_matter(text)
    if split is None:
        return text.encode()  # no lesson
    front = _yaml(split[0], path, report, first_line=2)
    return None if front is None else f"---\n{front}---\n{split[1]}".encode()


def not_canonical(contents: Mapping[str, bytes], report: Report) -> dict[str, bytes]:
    """What the files of a course would be in canonical form, those that already are left out; findings are reported."""
    modules = {path.rpartition("/")[0] for path in contents if path.endswith("/module.yaml")}
    texts = [
        path
        for path in contents
        if path.endswith(".yaml") or (path.endswith(".md") and path.rpartition("/")[0] in modules)
    ]
    done = {path: canonical(contents[path], path, report) for path in texts}
    return {path: data for path, data in done.items() if data is not None and data != contents[path]}


def _yaml(text: str, path: str, report: Report, first_line: int = 1) -> str | None:
    """The same tree and the same comments, or a finding: a layout is not worth a word."""
    before = read_yaml(text, path, report, first_line)
    if before is None:
        return None
    said = plain(before), sorted(_COMMENT.findall(text))
    for _pass in range(MOST_PASSES):
        try:
            done = _laid_out(text)
        except YAMLError:
            break
        if done == text:
            return done
        after = read_yaml(done, path, Report())
        if after is None or (plain(after), sorted(_COMMENT.findall(done))) != said:
            break
        text = done
    message = _("This file cannot be laid out without losing a word or a comment: it is left as it is.")
    report.add(Mark(path), "E001", message, _("move the comments that stand in or right after braces and brackets"))
    return None


def _laid_out(text: str) -> str:
    yaml = YAML()
    yaml.Resolver, yaml.Emitter = _Verbatim, _Emitter
    yaml.preserve_quotes = True
    yaml.width = NO_FOLDING
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(yaml.load(text), out)
    return _beside(out.getvalue())


def _beside(text: str) -> str:
    """Each comment on a line of its own, so far at the start of the line, as far in as the next line that is none."""
    lines, margin = [], ""
    for line in reversed(text.splitlines()):
        if line.startswith("#"):
            lines.append(margin + line)
        else:
            margin = line[: len(line) - len(line.lstrip())] if line else margin
            lines.append(line)
    return "".join(f"{line}\n" for line in reversed(lines))
