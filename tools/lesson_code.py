"""Run the programs of lessons: what each block of `python` prints must be the `output` under it.

`python tools/lesson_code.py [FOLDER…]`, `content` without one. All blocks of a lesson run in order, in one
namespace, in an empty folder, without a network; twice, with two orders of hashing, so that an output that depends on
chance is found. A block may end in an error: its output then ends with the traceback, the block being a file named
`atelier.py` in French and `workshop.py` in English.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_NAMES = {"fr": "atelier.py", "en": "workshop.py"}
LONGEST_BLOCK, WIDEST_LINE = 25, 72
SECONDS = 60
# Digests of lessons that told the truth: half of them load scikit-learn, and are not run again until something changes.
TRUE_LESSONS = ROOT / "build" / "true-lessons.json"
_FENCE = re.compile(r" {0,3}(`{3,})(.*)")

# Runs alone in a process of its own: reads {name, blocks} on stdin, writes the list of what they print.
_RUNNER = r"""
import contextlib, io, json, linecache, os, re, socket, sys, sysconfig, traceback, warnings
report = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what a lesson's own children print goes elsewhere
asked = json.load(sys.stdin)
def refused(*_arguments, **_options):
    raise OSError("no network in a lesson")
socket.socket.connect = socket.getaddrinfo = refused
warnings.simplefilter("error")
library = sysconfig.get_path("stdlib")
names, printed = {"__name__": "__main__"}, []
for source in asked["blocks"]:
    linecache.cache[asked["name"]] = (len(source), None, source.splitlines(keepends=True), asked["name"])
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        try:
            exec(compile(source, asked["name"], "exec"), names)
        except BaseException as error:
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            lines = "".join(traceback.format_exception(error)).replace(library, "/usr/lib/python3.11")
            screen.write(re.sub(r"(?m)^ +[~^]+ *\n", "", lines))
    printed.append(screen.getvalue())
json.dump(printed, report)
report.close()
"""


@dataclass
class Block:
    """A fenced block: its first word (python, output…), the rest of its first line, and where its code begins."""

    kind: str
    note: str
    line: int
    code: str


@dataclass
class Program:
    """A block of `python` to run, and what the lesson says that it prints ("" where it says nothing)."""

    source: Block
    output: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a lesson, in order."""
    fence, words, first, code = "", "", 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        mark = _FENCE.fullmatch(line)
        if fence and mark and mark[1].startswith(fence) and not mark[2].strip():
            kind, _, note = words.partition(" ")
            yield Block(kind, note.strip(), first, "\n".join(code) + "\n")
            fence, code = "", []
        elif fence:
            code.append(line)
        elif mark:
            fence, words, first = mark[1], mark[2].strip(), number + 1


def programs(found: list[Block]) -> Iterator[Program]:
    """Blocks to run, each with the `output` that follows it directly."""
    for block, following in zip_longest(found, found[1:]):
        if block.kind == "python" and not block.note:
            yield Program(block, following.code if following and following.kind == "output" else "")


def printed(sources: list[str], name: str, seed: str) -> list[str]:
    """What each source prints, run one after the other in a folder of their own."""
    # TZ is far from every lesson's zone: what depends on the computer's own shows.
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1", "TZ": "Pacific/Chatham"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _RUNNER],
            input=json.dumps({"name": name, "blocks": sources}),
            cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=True,
        )  # fmt: skip
    outputs: list[str] = json.loads(done.stdout)
    return outputs


def faults(lesson: Path) -> Iterator[tuple[int, str]]:
    """What is wrong with the programs of a lesson: (line, sentence)."""
    found = list(blocks(lesson.read_text(encoding="utf-8")))
    for block in found:
        yield from _shape(block)
    run = list(programs(found))
    if not run:
        return
    name = FILE_NAMES[lesson.suffixes[-2].lstrip(".")]
    sources = [program.source.code for program in run]
    first, second = (printed(sources, name, seed) for seed in ("0", "1"))
    for program, once, again in zip(run, first, second, strict=True):
        if once != again:
            yield program.source.line, f"prints something else the second time:\n{again}"
        elif once != program.output:
            yield program.source.line, f"prints, and the lesson says otherwise:\n{once}"


def _shape(block: Block) -> Iterator[tuple[int, str]]:
    if block.kind != "python":
        return
    if block.note and not re.fullmatch(r"norun \S.*", block.note):
        yield block.line, "a block that is not run says why, as in: python norun opens a window"
    lines = block.code.splitlines()
    if len(lines) > LONGEST_BLOCK:
        yield block.line, f"has {len(lines)} lines; {LONGEST_BLOCK} at most"
    for number, line in enumerate(lines):
        if len(line) > WIDEST_LINE:
            yield block.line + number, f"is {len(line)} columns wide; {WIDEST_LINE} at most"


def main(folders: list[str]) -> int:
    """Check every lesson of the folders; returns 1 when one lies."""
    places = [Path(folder).resolve() for folder in folders] or [ROOT / "content"]
    lessons = [lesson for place in places for lesson in sorted(place.rglob("modules/*/*.md"))]
    known = set(json.loads(TRUE_LESSONS.read_text())) if TRUE_LESSONS.exists() else set()
    digests = {lesson: _digest(lesson) for lesson in lessons}
    new = [lesson for lesson in lessons if digests[lesson] not in known]
    wrong = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for lesson, found in zip(new, pool.map(lambda one: list(faults(one)), new), strict=True):
            for line, sentence in found:
                wrong += 1
                print(f"{os.path.relpath(lesson)}:{line}: {sentence}")
            if not found:
                known.add(digests[lesson])
    TRUE_LESSONS.parent.mkdir(parents=True, exist_ok=True)
    TRUE_LESSONS.write_text(json.dumps(sorted(known)))
    print(f"{len(lessons)} lessons, {wrong} faults.")
    return 1 if wrong else 0


def _digest(lesson: Path) -> str:
    """Of all that decides what a lesson prints: its text, this program, Python and its packages."""
    return hashlib.sha256(b"\0".join([lesson.name.encode(), lesson.read_bytes(), _surroundings()])).hexdigest()


@cache
def _surroundings() -> bytes:
    packages = sorted(f"{one.name}=={one.version}" for one in distributions(path=[sysconfig.get_path("purelib")]))
    return b"\0".join([Path(__file__).read_bytes(), sys.version.encode(), *(name.encode() for name in packages)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
