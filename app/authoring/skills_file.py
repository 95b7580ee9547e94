"""The taxonomy file `passerelle-skills/1`: reader and checks (matching §2)."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.authoring.checks import check_unique
from app.authoring.reading import LARGEST_TEXT_BYTES, Node, child, decode, entries, items, read_yaml, text_of
from app.authoring.report import Finding, Mark, Report, nearest, quoted
from app.authoring.shapes import Context, Identifier, ListOf, Localised, OneOf, Record, Text, Whole, wrong_type
from app.authoring.tree import Texts
from app.foundation.i18n import LANGUAGES
from app.foundation.i18n import gettext as _
from app.foundation.tiers import Tier

FORMAT = "passerelle-skills/1"
KINDS = ("skill", "knowledge")
FAMILIES = ("digital", "language", "transversal", "regulated", "other")
LONGEST_DESCRIPTOR = 90
_ESCO = re.compile(r"http://data\.europa\.eu/esco/skill/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Skill:
    """A row of the taxonomy; `can_do` is by tier, `tiers` those at which courses prove it."""

    id: str
    kind: str
    family: str
    label: Texts
    alternatives: dict[str, tuple[str, ...]]
    esco: str | None
    broader: tuple[str, ...]
    can_do: dict[Tier, Texts]
    tiers: tuple[Tier, ...]
    status: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class SkillsFile:
    """A release of the taxonomy."""

    release: str
    skills: tuple[Skill, ...]
    source: bytes = b""  # the file itself

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(skill.id for skill in self.skills)


class _Tiers:
    """Descriptors under the four tier numbers."""

    def check(self, node: Node, context: Context) -> None:
        present = {entry.key for entry in entries(node)}
        for entry in entries(node):
            if entry.key not in ("1", "2", "3", "4"):
                message = _("“%(word)s” is not known here.", word=quoted(entry.key))
                context.add(entry.mark, "E133", message, _("one of: %(words)s", words="1, 2, 3, 4"))
            Localised().check(entry.node, context)
            for line in [part.node for part in entries(entry.node)]:
                if len(text_of(line) or "") > LONGEST_DESCRIPTOR:
                    context.add(line.mark, "W213", _("The descriptor is longer than 90 characters."))
        if not entries(node):
            wrong_type(node, context, _("keys and values"), _("as in key: value"))
        for missing in sorted({"1", "2", "3", "4"} - present):
            context.add(node.mark, "E101", _("The key “%(key)s” is missing.", key=missing))


SKILL = Record(
    {
        "id": Identifier(),
        "kind": OneOf(KINDS),
        "family": OneOf(FAMILIES),
        "label": Localised(),
        "can_do": _Tiers(),
    },
    {
        "alt": Localised(ListOf(Text()), partial=True),
        "esco": Text(),
        "broader": ListOf(Identifier()),
        "tiers": ListOf(Whole(1, 4)),
        "status": OneOf(("active", "deprecated")),
        "replaced_by": Identifier(),
    },
)
SKILLS = Record({"taxonomy": OneOf((FORMAT,)), "release": Text(), "skills": ListOf(SKILL, 1)})


def read_skills(path: Path | str, *, today: date | None = None) -> tuple[SkillsFile | None, list[Finding]]:
    """Read and check a taxonomy file; None when a finding is an error."""
    report, file = Report(), Path(path)
    root, source = None, b""
    if not file.is_file():
        report.add(Mark(file.name), "E002", _("The file %(path)s is missing.", path=quoted(file.name)))
    else:
        with file.open("rb") as stream:
            source = stream.read(LARGEST_TEXT_BYTES + 1)
        text = decode(source, file.name, report)
        root = read_yaml(text, file.name, report) if text is not None else None
    if root is not None:
        context = Context(report, today or date.max, LANGUAGES)
        SKILLS.check(root, context)
        _check_graph(items(child(root, "skills")), context)
    return (None if root is None or report.has_errors else _build(root, source)), report.findings()


def _check_graph(skills: tuple[Node, ...], context: Context) -> None:
    """E131 for an id or ESCO address used twice, E136 for an unknown parent, E180 for a cycle."""
    check_unique([child(skill, "id") for skill in skills], context)
    check_unique([child(skill, "esco") for skill in skills], context)
    known = {text_of(child(skill, "id")) or "" for skill in skills}
    for skill in skills:
        esco = child(skill, "esco")
        if esco is not None and not _ESCO.fullmatch(text_of(esco) or ""):
            wrong_type(esco, context, _("the address of one ESCO skill"), "http://data.europa.eu/esco/skill/…")
        replacement = child(skill, "replaced_by")
        for node in (*items(child(skill, "broader")), *([replacement] if replacement is not None else [])):
            word = text_of(node)
            if word is not None and word not in known:
                message = _("There is no skill “%(word)s”.", word=quoted(word))
                context.add(node.mark, "E136", message, nearest(word, known))
    _check_cycles(skills, context)


def _check_cycles(skills: tuple[Node, ...], context: Context) -> None:
    broader = {
        text_of(child(skill, "id")) or "": [text_of(node) or "" for node in items(child(skill, "broader"))]
        for skill in skills
    }
    for skill in skills:
        name, node = text_of(child(skill, "id")) or "", child(skill, "broader")
        reached: set[str] = set()
        waiting = list(broader[name])
        while waiting:
            following = waiting.pop()
            if following not in reached:
                reached.add(following)
                waiting += broader.get(following, [])
        if name in reached and node is not None:
            message = _("The skill “%(word)s” is broader than itself in the end.", word=quoted(name))
            context.add(node.mark, "E180", message, _("remove one of the links"))


def _build(root: Node, source: bytes) -> SkillsFile:
    skills = tuple(_skill(node) for node in items(child(root, "skills")))
    return SkillsFile(text_of(child(root, "release")) or "", skills, source)


def _texts(node: Node | None) -> Texts:
    if entries(node):
        return {entry.key: text_of(entry.node) or "" for entry in entries(node)}
    return dict.fromkeys(LANGUAGES, text_of(node) or "")


def _skill(node: Node) -> Skill:
    return Skill(
        id=text_of(child(node, "id")) or "",
        kind=text_of(child(node, "kind")) or "",
        family=text_of(child(node, "family")) or "",
        label=_texts(child(node, "label")),
        alternatives={
            entry.key: tuple(text_of(item) or "" for item in items(entry.node)) for entry in entries(child(node, "alt"))
        },
        esco=text_of(child(node, "esco")),
        broader=tuple(text_of(item) or "" for item in items(child(node, "broader"))),
        can_do={Tier.from_number(int(entry.key)): _texts(entry.node) for entry in entries(child(node, "can_do"))},
        tiers=tuple(Tier.from_number(int(getattr(item, "value", 1))) for item in items(child(node, "tiers"))),
        status=text_of(child(node, "status")) or "active",
        replaced_by=text_of(child(node, "replaced_by")),
    )
