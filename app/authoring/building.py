"""From a draft without errors to the frozen tree of a course."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from app.authoring.checks_exams import bank_names, exam_banks
from app.authoring.checks_parts import images_of
from app.authoring.checks_questions import text_in
from app.authoring.drafts import Draft, LessonDraft, ModuleDraft, QuestionDraft
from app.authoring.durations import Months, parse_duration
from app.authoring.reading import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    child,
    entries,
    is_true,
    items,
    number_of,
    plain,
    text_of,
)
from app.authoring.shapes import parse_moment, parse_month
from app.authoring.tree import (
    Attached,
    Award,
    Bank,
    Challenge,
    Course,
    Domain,
    Exam,
    Lesson,
    LessonText,
    Mastery,
    Module,
    Project,
    ProjectItem,
    Question,
    Quiz,
    Row,
    SkillLevel,
    Term,
    Texts,
)
from app.foundation.tiers import Tier
from app.foundation.typography import typeset_html

DEFAULT_GRACE = timedelta(seconds=60)
DEFAULT_CUT = Decimal("0.70")
DEFAULT_THRESHOLD = Decimal("0.80")


def build(draft: Draft) -> Course:
    """The course of a draft in which no error was found."""
    return _Builder(draft).course()


def _word(node: Node | None, key: str, default: str = "") -> str:
    return text_of(child(node, key)) or default


def _words(node: Node | None, key: str) -> tuple[str, ...]:
    return tuple(text_of(item) or "" for item in items(child(node, key)))


def _whole(node: Node | None, key: str) -> int | None:
    number = number_of(child(node, key))
    return None if number is None else int(number)


def _decimal(node: Node | None, key: str) -> Decimal | None:
    """The number exactly as typed: 0.70 never becomes a binary fraction."""
    value = child(node, key)
    return Decimal(value.text) if isinstance(value, Scalar) and number_of(value) is not None else None


def _span(node: Node | None, default: timedelta) -> timedelta:
    duration = parse_duration(node.text) if isinstance(node, Scalar) else None
    return duration if isinstance(duration, timedelta) else default


def _flag(node: Node | None, key: str) -> bool:
    """True unless the author wrote false."""
    value = child(node, key)
    return not (isinstance(value, Scalar) and value.value is False)


def _json(node: Node) -> dict[str, Any]:
    return cast(dict[str, Any], plain(node))


def _skill_levels(node: Node | None) -> tuple[SkillLevel, ...]:
    return tuple(SkillLevel(_word(item, "id"), Tier(_word(item, "level"))) for item in items(node))


def _row(node: Node) -> Row:
    points, level = _decimal(node, "points"), _word(node, "level")
    return Row(
        count=_whole(node, "count") or 0,
        points=Decimal(1) if points is None else points,
        bank=_word(node, "bank") or None,
        domain=_word(node, "domain") or None,
        level=Tier(level) if level else None,
        type=_word(node, "type") or None,
        tags=_words(node, "tags"),
        skills=_words(node, "skills"),
    )


class _Builder:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._languages = draft.context.languages

    def _texts(self, node: Node | None, key: str) -> Texts:
        value = child(node, key)
        if isinstance(value, Mapping):
            return {entry.key: text_of(entry.node) or "" for entry in value.entries}
        text = text_of(value)
        return dict.fromkeys(self._languages, text) if text else {}

    def _lists(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        if isinstance(node, Sequence):
            return dict.fromkeys(self._languages, tuple(text_of(item) or "" for item in node.items))
        return {entry.key: tuple(text_of(item) or "" for item in items(entry.node)) for entry in entries(node)}

    def course(self) -> Course:
        root = self._draft.course
        modules = tuple(self._module(module) for module in self._draft.modules)
        level = _word(root, "level")
        before = child(root, "prerequisites")
        challenges = tuple(self._challenge(challenge) for challenge in self._draft.challenges)
        return Course(
            id=_word(root, "id"),
            title=self._texts(root, "title"),
            tagline=self._texts(root, "tagline"),
            description=self._texts(root, "description"),
            languages=self._languages,
            level=Tier(level) if level else max((m.level for m in modules), key=lambda tier: tier.number),
            hours=_decimal(root, "hours"),
            prerequisite_courses=_words(before, "courses"),
            assumes=self._texts(before, "assumes"),
            domains=tuple(
                Domain(entry.key, self._texts(entry.node, "title"), _words(entry.node, "skills"))
                for entry in entries(child(root, "domains"))
            ),
            modules=modules,
            banks=tuple(self._bank(name) for name in bank_names(self._draft)),
            exams=tuple(self._exam(exam) for exam in self._draft.exams),
            projects=tuple(
                Project(
                    id=_word(project, "id"),
                    title=self._texts(project, "title"),
                    brief=self._texts(project, "brief"),
                    minutes=_whole(project, "minutes"),
                    body=_json(project),
                )
                for project in self._draft.projects
            ),
            figures=dict(self._draft.figures),
            review_by=parse_month(_word(root, "review_by")),
            teaches=_skill_levels(child(root, "teaches")),
            change_note=self._texts(root, "change_note"),
            not_yet=self._lists(child(root, "not_yet")),
            publish=_word(root, "publish") or None,
            challenges=challenges,
            files=self._draft.files() | _attached_files(challenges),
        )

    def _challenge(self, node: Node) -> Challenge:
        return Challenge(
            id=_word(node, "id"),
            title=self._texts(node, "title"),
            promise=self._texts(node, "promise"),
            brief=self._texts(node, "brief"),
            minutes=_whole(node, "minutes") or 1,
            duration=_span(child(node, "duration"), timedelta()),
            team=_whole(node, "team") or 1,
            feedback=_span(child(node, "feedback"), timedelta()),
            materials=tuple(self._attached(entry) for entry in items(child(node, "materials"))),
            sealed=tuple(self._attached(entry) for entry in items(child(node, "sealed"))),
            body=_json(node),
        )

    def _attached(self, node: Node) -> Attached:
        contents = self._draft.folder.contents
        paths = self._texts(node, "file")
        return Attached(
            self._texts(node, "title"), {language: (path, contents[path]) for language, path in paths.items()}
        )

    def _module(self, module: ModuleDraft) -> Module:
        level = _word(module.node, "level") or _word(self._draft.course, "level") or Tier.BEGINNER
        return Module(
            id=_word(module.node, "id"),
            directory=module.directory,
            title=self._texts(module.node, "title"),
            summary=self._texts(module.node, "summary"),
            level=Tier(level),
            requires=_words(module.node, "requires"),
            mastery=self._mastery(child(module.node, "mastery")),
            items=tuple(self._item(item, module) for item in items(child(module.node, "items"))),
        )

    def _mastery(self, node: Node | None) -> Mastery | None:
        if node is None:
            return None
        threshold = _decimal(node, "threshold")
        return Mastery(
            quiz=_word(node, "quiz"),
            threshold=DEFAULT_THRESHOLD if threshold is None else threshold,
            attempts=_whole(node, "attempts"),
            cooldown=_span(child(node, "cooldown"), timedelta()),
        )

    def _item(self, item: Node, module: ModuleDraft) -> Lesson | Quiz | ProjectItem:
        if stem := _word(item, "lesson"):
            texts = {language: _lesson_text(draft) for language, draft in module.lessons[stem].items()}
            front = next(iter(module.lessons[stem].values())).front
            return Lesson(_word(front, "id"), stem, texts)
        if project := _word(item, "project"):
            return ProjectItem(project)
        return Quiz(
            id=_word(item, "quiz"),
            title=self._texts(item, "title"),
            minutes=_whole(item, "minutes"),
            pick=tuple(_row(row) for row in items(child(item, "pick"))),
            feedback=_word(item, "feedback", "immediate"),
        )

    def _bank(self, name: str) -> Bank:
        return Bank(name, tuple(self._question(draft) for draft in self._draft.questions if draft.bank == name))

    def _question(self, draft: QuestionDraft) -> Question:
        node = draft.node
        return Question(
            id=_word(node, "id"),
            type=_word(node, "type"),
            domain=_word(node, "domain"),
            level=Tier(_word(node, "level")),
            tags=_words(node, "tags"),
            skills=_words(node, "skills"),
            enemies=_words(node, "enemies"),
            void=is_true(node.get("void")),
            body={**_json(node), **self._picture(node), **self._situation(draft)},
        )

    def _situation(self, draft: QuestionDraft) -> dict[str, Any]:
        """What questions of one case share goes with each of them: each is frozen as a whole."""
        case = draft.cases.get(_word(draft.node, "case"))
        return {"situation": self._texts(case, "text")} if case is not None else {}

    def _picture(self, node: Mapping) -> dict[str, Any]:
        """The drawing of a hotspot goes with its question, which is frozen as a whole."""
        if _word(node, "type") != "hotspot":
            return {}
        drawings = {
            language: self._draft.figures[path] for language, path in images_of(node, self._draft.context).items()
        }
        return {
            "picture": {
                language: {
                    "view_box": figure.view_box,
                    "svg": typeset_html(figure.svg(text_in(node.get("alt"), language)), language),
                }
                for language, figure in drawings.items()
            }
        }

    def _exam(self, node: Node) -> Exam:
        window, decision, feedback = child(node, "window"), child(node, "pass"), child(node, "feedback")
        attempts, shuffle = child(node, "attempts"), child(node, "shuffle")
        cut = _decimal(decision, "cut")
        every = exam_banks(node, self._draft)
        return Exam(
            id=_word(node, "id"),
            title=self._texts(node, "title"),
            description=self._texts(node, "description"),
            criteria=self._texts(node, "criteria"),
            pledge=self._texts(node, "pledge"),
            duration=_span(child(node, "duration"), timedelta()),
            grace=_span(child(node, "grace"), DEFAULT_GRACE),
            attempts=_whole(attempts, "max"),
            cooldowns=tuple(_span(item, timedelta()) for item in items(child(attempts, "cooldown"))),
            opens=parse_moment(_word(window, "opens")),
            closes=parse_moment(_word(window, "closes")),
            policy=_word(window, "policy", "min"),
            cut=DEFAULT_CUT if cut is None else cut,
            method=_word(decision, "method", "default"),
            panel=_word(decision, "panel") or None,
            blueprint=tuple(_row(row) for row in items(child(node, "blueprint"))),
            banks=tuple(name for name in bank_names(self._draft) if name in every),
            shuffle_questions=_flag(shuffle, "questions"),
            shuffle_options=_flag(shuffle, "options"),
            release=_word(feedback, "release", "at_once"),
            shows=_word(feedback, "shows", "domains"),
            navigation=_word(node, "navigation", "free"),
            requires=_words(child(node, "requires"), "modules"),
            award=_award(child(node, "awards")),
            safe_exam_browser=tuple(key.lower() for key in _words(child(node, "safe_exam_browser"), "config_keys")),
        )


def _attached_files(challenges: Iterable[Challenge]) -> dict[str, bytes]:
    attached = (one for challenge in challenges for one in (*challenge.materials, *challenge.sealed))
    return {path: content for one in attached for path, content in one.files.values()}


def _award(node: Node | None) -> Award | None:
    if node is None:
        return None
    validity = child(node, "validity")
    parsed: Months | timedelta | None = parse_duration(validity.text) if isinstance(validity, Scalar) else None
    assurance = _whole(node, "assurance")
    return Award(
        Tier(_word(node, "level")), 1 if assurance is None else assurance, parsed, _skill_levels(child(node, "skills"))
    )


def _lesson_text(draft: LessonDraft) -> LessonText:
    front = draft.front
    return LessonText(
        language=draft.language,
        title=_word(front, "title"),
        minutes=_whole(front, "minutes") or 1,
        objectives=_words(front, "objectives"),
        terms=tuple(
            Term(_word(term, "term"), _word(term, "other"), _word(term, "meaning"))
            for term in items(front.get("terms"))
        ),
        review_by=parse_month(_word(front, "review_by")),
        body=draft.body,
        path=draft.path,
        line=draft.line,
    )
