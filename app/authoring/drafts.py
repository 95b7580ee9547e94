"""A course as its author left it: every file read into trees with positions, nothing judged but what cannot be read."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from app.authoring import schemas, schemas_challenges
from app.authoring.figures import Figure, read_figure
from app.authoring.folders import Folder, read_folder
from app.authoring.lessons import Part, parse_body, split_front_matter
from app.authoring.reading import Mapping, Node, child, decode, items, read_yaml, text_of
from app.authoring.report import Mark, Report, nearest, quoted
from app.authoring.shapes import Context, Shape
from app.foundation.i18n import LANGUAGES
from app.foundation.i18n import gettext as _

LARGEST_LESSON_BYTES = 128 * 1024
LARGEST_MEDIA_BYTES = 1024 * 1024
MEDIA = "media/"


@dataclass(frozen=True, slots=True)
class LessonDraft:
    """One language of a lesson."""

    path: str
    language: str
    front: Mapping
    body: str
    line: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ModuleDraft:
    """A module and its lessons, by stem then language."""

    directory: str
    node: Node
    lessons: dict[str, dict[str, LessonDraft]]


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question, and the situations that those of its bank may share, by id."""

    bank: str
    node: Mapping
    cases: dict[str, Node]

    @property
    def id(self) -> str:
        return text_of(self.node.get("id")) or ""

    @property
    def is_void(self) -> bool:
        void = self.node.get("void")
        return getattr(void, "value", None) is True


@dataclass
class Draft:
    """Everything that could be read of a course folder."""

    context: Context
    course: Node | None = None
    modules: list[ModuleDraft] = field(default_factory=list)
    banks: list[Node] = field(default_factory=list)
    exams: list[Node] = field(default_factory=list)
    projects: list[Node] = field(default_factory=list)
    challenges: list[Node] = field(default_factory=list)
    folder: Folder = field(default_factory=lambda: Folder({}, {}))
    figures: dict[str, Figure] = field(default_factory=dict)
    questions: list[QuestionDraft] = field(default_factory=list)

    def quizzes(self) -> list[Mapping]:
        """Every quiz of every module."""
        found = [item for module in self.modules for item in items(child(module.node, "items"))]
        return [item for item in found if isinstance(item, Mapping) and item.get("quiz") is not None]

    def lessons(self) -> list[LessonDraft]:
        """Every lesson in every language."""
        return [text for module in self.modules for texts in module.lessons.values() for text in texts.values()]

    def files(self) -> dict[str, bytes]:
        """The files that the course names, and its figures, by path; what else lies in the folder is not of it."""
        nodes = [self.course, *(module.node for module in self.modules), *self.banks, *self.exams]
        named = {node.mark.path for node in (*nodes, *self.projects, *self.challenges) if node is not None}
        named |= {lesson.path for lesson in self.lessons()}
        return {path: data for path, data in self.folder.contents.items() if path in named or path.startswith(MEDIA)}


def load(root: Path, report: Report, today: date, skills: "frozenset[str] | None") -> Draft:
    """Read a course folder; what cannot be read is in the report and missing from the draft."""
    folder = read_folder(root, report)
    draft = Draft(Context(report, today, skills=skills), folder=folder)
    loader = _Loader(folder, draft)
    draft.course = loader.yaml("course.yaml", Mark("course.yaml"), None)
    if draft.course is None:
        return draft
    draft.context = _with_course(draft.context, draft.course)
    schemas.COURSE.check(draft.course, draft.context)
    loader.modules()
    draft.banks = loader.listed("banks", schemas.BANK)
    draft.exams = loader.listed("exams", schemas.EXAM)
    draft.projects = loader.listed("projects", schemas.PROJECT)
    draft.challenges = loader.listed("challenges", schemas_challenges.CHALLENGE)
    loader.media()
    draft.questions = [
        QuestionDraft(text_of(child(bank, "bank")) or "", question, _cases(bank))
        for bank in draft.banks
        for question in items(child(bank, "questions"))
        if isinstance(question, Mapping)
    ]
    return draft


def _cases(bank: Node) -> dict[str, Node]:
    return {text_of(child(case, "id")) or "": case for case in items(child(bank, "cases"))}


def _with_course(context: Context, course: Node) -> Context:
    declared = tuple(text_of(item) or "" for item in items(child(course, "languages")))
    known = tuple(dict.fromkeys(language for language in declared if language in LANGUAGES))
    return replace(context, languages=known or LANGUAGES, strict=text_of(child(course, "publish")) == "strict")


class _Loader:
    def __init__(self, folder: Folder, draft: Draft) -> None:
        self._folder, self._draft = folder, draft

    @property
    def _context(self) -> Context:
        return self._draft.context

    def yaml(self, path: str, asked: Mark, shape: Shape | None) -> Node | None:
        """One YAML file against its shape; E002 at the place that asked for it."""
        data = self._folder.contents.get(path)
        if data is None:
            if path not in self._folder.sizes:
                message = _("The file %(path)s is missing.", path=quoted(path))
                self._context.add(asked, "E002", message, nearest(path, self._folder.contents))
            return None
        text = decode(data, path, self._context.report)
        node = read_yaml(text, path, self._context.report) if text is not None else None
        if node is not None and shape is not None:
            shape.check(node, self._context)
        return node

    def listed(self, key: str, shape: Shape) -> list[Node]:
        """The files that course.yaml names under a key."""
        found = []
        for item in items(child(self._draft.course, key)):
            path = text_of(item)
            if path is not None and (node := self.yaml(path, item.mark, shape)) is not None:
                found.append(node)
        return found

    def modules(self) -> None:
        for item in items(child(self._draft.course, "modules")):
            directory = (text_of(item) or "").rstrip("/")
            node = self.yaml(f"{directory}/module.yaml", item.mark, schemas.MODULE) if directory else None
            if node is not None:
                lessons = {
                    stem: self._lesson(directory, stem, entry.mark)
                    for entry in items(child(node, "items"))
                    if (stem := text_of(child(entry, "lesson"))) is not None
                }
                self._draft.modules.append(ModuleDraft(directory, node, lessons))

    def _lesson(self, directory: str, stem: str, asked: Mark) -> dict[str, LessonDraft]:
        found: dict[str, LessonDraft] = {}
        missing = []
        for language in self._context.languages:
            path = f"{directory}/{stem}.{language}.md"
            if path not in self._folder.contents:
                missing.append(path)
            elif (lesson := self._lesson_text(path, language)) is not None:
                found[language] = lesson
        if len(missing) == len(self._context.languages):
            near = nearest(missing[0], self._folder.contents)
            self._context.add(asked, "E002", _("The file %(path)s is missing.", path=quoted(missing[0])), near)
        else:
            for path in missing:
                self._context.missing_language(asked, path.rsplit(".", 2)[1])
        return found

    def _lesson_text(self, path: str, language: str) -> LessonDraft | None:
        report, data = self._context.report, self._folder.contents[path]
        if len(data) > LARGEST_LESSON_BYTES:
            report.add(Mark(path), "E005", _("The lesson is larger than 128 KiB."), _("split it"))
            return None
        text = decode(data, path, report)
        if text is None:
            return None
        split = split_front_matter(text)
        if split is None:
            hint = _("begin with “---”, then id, title, minutes and objectives, then “---”")
            report.add(Mark(path), "E101", _("The lesson has no front matter."), hint)
            return None
        front, body, line = split
        node = read_yaml(front, path, report, first_line=2)
        if node is not None:
            # A lesson is written in one language: a mapping of languages has no place in it.
            schemas.LESSON.check(node, self._context)
        parts = parse_body(body, path, report, line)
        return LessonDraft(path, language, node, body, line, parts) if isinstance(node, Mapping) else None

    def media(self) -> None:
        """Every file of media/: SVG drawings are parsed, others only measured."""
        for path, size in self._folder.sizes.items():
            if not path.startswith(MEDIA):
                continue
            data = self._folder.contents.get(path)
            if path.endswith(".svg") and data is not None:
                figure = read_figure(data, path, self._context.report)
                if figure is not None:
                    self._draft.figures[path] = figure
            elif size > LARGEST_MEDIA_BYTES:
                self._context.add(Mark(path), "E172", _("The file is larger than 1 MiB."), _("make it smaller"))
