"""The format `course/1` as a table: which keys each file has, and the shape of each value."""

from dataclasses import dataclass

from app.assessment.uploads import KINDS, LARGEST_FILE_MB
from app.authoring.reading import Mapping, Node, child, text_of
from app.authoring.report import nearest_or_list, quoted
from app.authoring.shapes import (
    Anything,
    ConfigKey,
    Context,
    Duration,
    Identifier,
    ListOf,
    Localised,
    MapOf,
    Moment,
    Month,
    Number,
    OneOf,
    Record,
    Shape,
    Share,
    SkillId,
    Text,
    Truth,
    Whole,
    wrong_type,
)
from app.foundation.i18n import LANGUAGES
from app.foundation.i18n import gettext as _
from app.foundation.tiers import Tier

FORMAT = "course/1"
TIERS = tuple(tier.value for tier in Tier)
PARTS_TYPES = ("matching", "ordering", "cloze", "matrix", "hotspot")
RUBRIC_TYPES = ("essay", "file")
SUPPORTED_TYPES = ("single", "multiple", "truefalse", "numeric", "text", *PARTS_TYPES, *RUBRIC_TYPES)
LATER_TYPES = ("code",)
# What comparing every pair may cost.
MOST_OPTIONS, MOST_ROWS = 26, 100
MOST_WORDS = 3000  # of an essay: what one save can carry
MOST_KEYS = 20  # configurations of one exam: a room, a version of Safe Exam Browser each
CHOICE_TYPES = ("single", "multiple", "truefalse")

LEVEL = OneOf(TIERS, "E133")
TYPE = OneOf((*SUPPORTED_TYPES, *LATER_TYPES), "E132")
REVIEW_BY = Month(review=True)
IDENTIFIERS = ListOf(Identifier())
SKILL_LEVEL = Record({"id": SkillId(), "level": LEVEL})
FEEDBACK = Localised()

COURSE = Record(
    {
        "format": OneOf((FORMAT,)),
        "id": Identifier(),
        "title": Localised(),
        "languages": ListOf(OneOf(LANGUAGES, "E111"), 1),
        "domains": MapOf(Record({"title": Localised()}, {"skills": ListOf(SkillId())})),
        "modules": ListOf(Text(), 1),
    },
    {
        "tagline": Localised(),
        "description": Localised(),
        "level": LEVEL,
        "hours": Number(0, 1000),
        "prerequisites": Record({}, {"courses": IDENTIFIERS, "assumes": Localised()}),
        "banks": ListOf(Text()),
        "exams": ListOf(Text()),
        "projects": ListOf(Text()),
        "challenges": ListOf(Text()),
        "review_by": REVIEW_BY,
        "teaches": ListOf(SKILL_LEVEL),
        "change_note": Localised(),
        "not_yet": Localised(ListOf(Text())),
        "publish": OneOf(("strict", "draft")),
    },
)

ROW_FILTERS: dict[str, Shape] = {
    "bank": Identifier(),
    "domain": Identifier(),
    "level": LEVEL,
    "type": TYPE,
    "tags": IDENTIFIERS,
    "skills": ListOf(SkillId()),
}
PICK = Record({"count": Whole(1, 500)}, ROW_FILTERS)
LESSON_ITEM = Record({"lesson": Text()})
QUIZ_ITEM = Record(
    {"quiz": Identifier(), "title": Localised(), "pick": ListOf(PICK, 1, MOST_ROWS)},
    {"minutes": Whole(1, 600), "feedback": OneOf(("immediate", "end"))},
)
PROJECT_ITEM = Record({"project": Identifier()})


@dataclass(frozen=True)
class ModuleItem:
    """A lesson, a quiz or a project, told apart by their key."""

    def check(self, node: Node, context: Context) -> None:
        for key, record in (("lesson", LESSON_ITEM), ("quiz", QUIZ_ITEM), ("project", PROJECT_ITEM)):
            if child(node, key) is not None:
                record.check(node, context)
                return
        wrong_type(node, context, _("a lesson, a quiz or a project"), _("as in - lesson: 01-variables"))


MODULE = Record(
    {"id": Identifier(), "title": Localised(), "items": ListOf(ModuleItem(), 1)},
    {
        "level": LEVEL,
        "summary": Localised(),
        "requires": IDENTIFIERS,
        "mastery": Record(
            {"quiz": Identifier()}, {"threshold": Share(), "attempts": Whole(1, 100), "cooldown": Duration()}
        ),
    },
)

LESSON = Record(
    {"id": Identifier(), "title": Text(), "minutes": Whole(1, 240), "objectives": ListOf(Text(), 1)},
    {
        "terms": ListOf(Record({"term": Text(), "meaning": Text()}, {"other": Text()})),
        "review_by": REVIEW_BY,
        "skills": ListOf(SkillId()),
    },
)

OPTION = Record(
    {"id": Identifier(), "text": Localised()},
    {
        "correct": Truth(),
        "credit": Number(-1, 1),
        "feedback": FEEDBACK,
        "fixed": Truth(),
        "misconception": Identifier(),
    },
)
# Ranges and tolerances have a code of their own (E153): the checks of questions read them.
NUMERIC_ANSWER = Record(
    {},
    {
        "value": Number(),
        "range": Anything(),
        "tolerance": Anything(),
        "unit": Text(),
        "credit": Number(-1, 1),
        "feedback": FEEDBACK,
        "misconception": Identifier(),
    },
)
TEXT_ANSWER = Record(
    {},
    {
        "value": Localised(partial=True),
        "regex": Localised(partial=True),
        "credit": Number(-1, 1),
        "feedback": FEEDBACK,
        "misconception": Identifier(),
    },
)
PAIR = Record({"left": Localised(), "right": Localised()}, {"feedback": FEEDBACK})
COLUMN = Record({"id": Identifier(), "text": Localised()})
WEIGHT = Number(0.01, 1000)
ROW = Record({"id": Identifier(), "text": Localised()}, {"weight": WEIGHT, "feedback": FEEDBACK})
# Coordinates have a code of their own (E149).
AREA = Record(
    {
        "id": Identifier(),
        "shape": OneOf(("rect", "circle", "poly")),
        "coords": Anything(),
        "credit": Number(0, 1),
    },
    {"text": Localised(), "feedback": FEEDBACK, "misconception": Identifier()},
)

UNITS = ListOf(Record({"unit": Text(), "factor": Number()}))
QUESTION_REQUIRED: dict[str, Shape] = {
    "id": Identifier(),
    "type": Anything(),  # QuestionShape reads it
    "domain": Identifier(),
    "level": LEVEL,
    "stem": Localised(),
}
QUESTION_OPTIONAL: dict[str, Shape] = {
    "points": Number(0, 1000),
    "b": Number(-6, 6),
    "skills": ListOf(SkillId()),
    "feedback": Record({}, {"correct": FEEDBACK, "incorrect": FEEDBACK, "general": FEEDBACK}),
    "hints": ListOf(Localised()),
    "tags": IDENTIFIERS,
    "enemies": IDENTIFIERS,
    "case": Identifier(),
    "solution": Localised(),
    "void": Truth(),
    "review_by": REVIEW_BY,
    "misconception": Identifier(),
}
ORDERINGS = ("adjacent", "all", "inversions")
SCORINGS = ("balanced", "all", "net", "per-option", "edc", "halves")
MATCH = Record({}, {"case": Truth(), "accents": Truth(), "spaces": Truth()})

RUBRIC_LINE = Record(
    {
        "id": Identifier(),
        "title": Localised(),
        "levels": ListOf(Record({"points": Number(0, 1000), "text": Localised()}), 2),
    },
    {"weight": Number(0, 1000)},
)
KINDS_OF_FILE = ListOf(OneOf(tuple(KINDS)))


def _earning(record: Record) -> Record:
    """The same without penalties: a gap never takes away from the others."""
    return Record(record.required, {**record.optional, "credit": Number(0, 1)})


_GAPS: dict[str, Record] = {
    "text": Record({"type": Text(), "answers": ListOf(_earning(TEXT_ANSWER), 1)}, {"match": MATCH, "weight": WEIGHT}),
    "numeric": Record(
        {"type": Text(), "answers": ListOf(_earning(NUMERIC_ANSWER), 1)},
        {"units": UNITS, "unit_penalty": Share(), "weight": WEIGHT},
    ),
    "select": Record({"type": Text(), "options": ListOf(_earning(OPTION), most=MOST_OPTIONS)}, {"weight": WEIGHT}),
}


@dataclass(frozen=True)
class GapShape:
    """A gap of a text: a small question of type text, numeric or select."""

    def check(self, node: Node, context: Context) -> None:
        kind = child(node, "type")
        record = _GAPS.get(text_of(kind) or "")
        if record is not None:
            record.check(node, context)
        elif kind is None:
            Record({"type": Text()}, OF_OTHER_TYPES).check(node, context)
        else:
            OneOf(tuple(_GAPS), "E132").check(kind, context)


_SINGLE: tuple[dict[str, Shape], dict[str, Shape]] = (
    {"options": ListOf(OPTION, most=MOST_OPTIONS)},
    {"scoring": OneOf(("single",))},
)
BY_TYPE: dict[str, tuple[dict[str, Shape], dict[str, Shape]]] = {
    "single": _SINGLE,
    "truefalse": _SINGLE,
    "multiple": ({"options": ListOf(OPTION, most=MOST_OPTIONS)}, {"scoring": OneOf(SCORINGS)}),
    "numeric": (
        {"answers": ListOf(NUMERIC_ANSWER, 1)},
        {"units": UNITS, "unit_penalty": Share()},
    ),
    "text": (
        {"answers": ListOf(TEXT_ANSWER, 1)},
        {"match": MATCH},
    ),
    "matching": (
        {"pairs": ListOf(PAIR, most=MOST_OPTIONS)},
        {"distractors": ListOf(Localised(), most=MOST_OPTIONS)},
    ),
    "ordering": ({"order": ListOf(Localised(), most=MOST_OPTIONS)}, {"scoring": OneOf(ORDERINGS)}),
    "cloze": ({"gaps": MapOf(GapShape())}, {}),
    "matrix": (
        {
            "rows": ListOf(ROW, 1, MOST_OPTIONS),
            "columns": ListOf(COLUMN, most=MOST_OPTIONS),
            "key": MapOf(Identifier()),
        },
        {},
    ),
    "essay": ({"rubric": ListOf(RUBRIC_LINE, 1)}, {"max_words": Whole(1, MOST_WORDS)}),
    "file": (
        {"rubric": ListOf(RUBRIC_LINE, 1)},
        {"accept": KINDS_OF_FILE, "max_mb": Number(0.01, LARGEST_FILE_MB)},
    ),
    "hotspot": ({"image": Localised(), "areas": ListOf(AREA, most=MOST_OPTIONS)}, {"alt": Localised()}),
}
# Under a type that is unknown or not supported yet, these keys are not the author's mistake.
OF_OTHER_TYPES: dict[str, Shape] = dict.fromkeys(
    [
        "options", "answers", "units", "unit_penalty", "match", "scoring", "pairs", "distractors", "order", "gaps",
        "rubric", "max_words", "accept", "max_mb", "image", "alt", "areas", "rows", "columns", "key", "weight",
    ],
    Anything(),
)  # fmt: skip


@dataclass(frozen=True)
class QuestionShape:
    """A question: the common keys and those of its type."""

    def check(self, node: Node, context: Context) -> None:
        if not isinstance(node, Mapping):
            wrong_type(node, context, _("a question"), _("as in - id: bases-001"))
            return
        kind, type_node = text_of(node.get("type")), node.get("type")
        if type_node is not None and kind in LATER_TYPES:
            message = _("Questions of type “%(type)s” are not supported yet.", type=kind)
            context.add(type_node.mark, "E135", message, _("one of: %(words)s", words=", ".join(SUPPORTED_TYPES)))
        elif type_node is not None and kind not in SUPPORTED_TYPES:
            message = _("“%(word)s” is not a type of question.", word=quoted(kind or "…"))
            context.add(type_node.mark, "E132", message, nearest_or_list(kind or "", SUPPORTED_TYPES))
        required, optional = BY_TYPE.get(kind or "", ({}, OF_OTHER_TYPES))
        Record({**QUESTION_REQUIRED, **required}, {**QUESTION_OPTIONAL, **optional}).check(node, context)


CASES = ListOf(Record({"id": Identifier(), "text": Localised()}))
BANK = Record({"bank": Identifier(), "questions": ListOf(QuestionShape())}, {"title": Localised(), "cases": CASES})

EXAM = Record(
    {
        "id": Identifier(),
        "title": Localised(),
        "duration": Duration(),
        "blueprint": ListOf(
            Record(
                {"domain": Identifier(), "level": LEVEL, "count": Whole(1, 500)},
                {**ROW_FILTERS, "points": Number(0, 1000)},
            ),
            1,
            MOST_ROWS,
        ),
    },
    {
        "description": Localised(),
        "criteria": Localised(),
        "grace": Duration(),
        "attempts": Record({"max": Whole(1, 100)}, {"cooldown": ListOf(Duration())}),
        "window": Record({}, {"opens": Moment(), "closes": Moment(), "policy": OneOf(("min", "full"))}),
        "pass": Record({"cut": Share()}, {"method": OneOf(("default", "angoff")), "panel": Month()}),
        "shuffle": Record({}, {"questions": Truth(), "options": Truth()}),
        "feedback": Record(
            {}, {"release": OneOf(("at_once", "window", "staff")), "shows": OneOf(("score", "domains", "items"))}
        ),
        "pledge": Localised(),
        "requires": Record({}, {"modules": IDENTIFIERS}),
        "awards": Record(
            {"level": LEVEL, "skills": ListOf(SKILL_LEVEL, 1)},
            {"assurance": Whole(0, 3), "validity": Duration(calendar=True)},
        ),
        "navigation": OneOf(("free", "forward")),
        "banks": IDENTIFIERS,
        "safe_exam_browser": Record({"config_keys": ListOf(ConfigKey(), 1, MOST_KEYS)}),
    },
)

PROJECT = Record(
    {
        "id": Identifier(),
        "title": Localised(),
        "brief": Localised(),
        "rubric": ListOf(Record(RUBRIC_LINE.required, {**RUBRIC_LINE.optional, "required": Truth()}), 1),
    },
    {
        "minutes": Whole(1, 6000),
        "review": Record(
            {},
            {
                "staff": Whole(0, 5),
                "peers": Whole(0, 10),
                "calibration": Whole(0, 10),
                "aggregate": OneOf(("median", "mean")),
            },
        ),
        "pass": Record({"threshold": Share()}, {"no_zero": IDENTIFIERS}),
        "accept": KINDS_OF_FILE,
        "max_mb": Number(0, LARGEST_FILE_MB),
        "deliverables": ListOf(Localised()),
    },
)
