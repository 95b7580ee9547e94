"""Turn the payload of an answer, as a browser sent it, into an answer that grading understands."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from app.assessment import layouts, numbers
from app.foundation.hidden_signs import carries_hidden_signs

LONGEST_TEXT = 4_000
LARGEST_ESSAY = 40 * 1024  # bytes once written as JSON: with what goes around it, below schemas.LARGEST_BODY
LONGEST_FILE_NAME = 120
MOST_CHOICES = 100
LONGEST_TOKEN = 64
LANGUAGES = ("fr", "en")

SINGLE_TYPES = frozenset({"single", "truefalse", "hotspot"})
WRITTEN_TYPES = frozenset({"numeric", "text"})
# The types whose answer has one part for each pair, row, item or gap: under this key, {token: what was given}.
PARTS_KEYS = {"matching": "pairs", "matrix": "rows", "ordering": "places", "cloze": "gaps"}
MARKED_BY_PEOPLE = frozenset({"essay", "file"})  # against the question's rubric
TYPES = SINGLE_TYPES | WRITTEN_TYPES | MARKED_BY_PEOPLE | PARTS_KEYS.keys() | {"multiple"}

Tokens: TypeAlias = Sequence[Sequence[str]]  # the stored layout of a slot: [[token, option id], …]


class Reason(StrEnum):
    """Why a payload was refused."""

    TYPE = "type"  # no such question type
    SHAPE = "shape"  # not the keys or values this question type takes
    LANGUAGE = "language"  # the page's language is neither fr nor en
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"  # an essay that no save can carry
    TOO_MANY_WORDS = "too_many_words"  # more than the question takes
    UNSTORABLE = "unstorable"  # NUL, a lone surrogate, bytes that were no text, signs that nobody types on purpose
    NOT_A_NUMBER = "not_a_number"  # no number can be read in it
    SHARED_PLACE = "shared_place"  # two items were given the same place


class PayloadError(ValueError):
    """A payload that cannot be an answer to this question; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options a person ticked, by option id, in the order of the layout."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """The raw text a person typed, and the language of the page that took it."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Paired:
    """What was chosen for each left side or row, by ids, in the order of the layout; those left blank are absent."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """The place, from 1, that was given to each item, by id; two items may have the same, and some none."""

    places: tuple[tuple[str, int], ...]

    @property
    def shared(self) -> bool:
        """Do two items have the same place?"""
        return len({place for _item, place in self.places}) < len(self.places)


@dataclass(frozen=True, slots=True)
class Gap:
    """What was given in one gap of a text; `kind` is "text", "numeric" or "select"."""

    name: str
    kind: str
    given: Chosen | Written


@dataclass(frozen=True, slots=True)
class Filled:
    """The gaps that were filled in, in the order of the layout."""

    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Essay:
    """A text of several lines, as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A file that was sent: the SHA-256 of its content, and its name as mere words."""

    sha256: str
    name: str


Answer: TypeAlias = Chosen | Written | Paired | Placed | Filled | Essay | Filed | None


def normalise(question_type: str, payload: object, tokens: Tokens = ()) -> Answer:
    """Read a payload; None is a blank answer, unknown tokens are dropped; raises PayloadError."""
    if question_type not in TYPES:
        raise PayloadError(Reason.TYPE)
    if payload is None:
        return None
    if not isinstance(payload, Mapping):
        raise PayloadError(Reason.SHAPE)
    if question_type in WRITTEN_TYPES:
        return _written(payload)
    if question_type in MARKED_BY_PEOPLE:
        return _essay(payload) if question_type == "essay" else _filed(payload)
    if question_type in PARTS_KEYS:
        return _in_parts(question_type, payload, tokens)
    return _chosen(_tokens_in(question_type, payload), tokens)


def receive(question_type: str, payload: object, tokens: Tokens = ()) -> Answer:
    """Read an answer that comes in, where a text carries no sign that forms refuse; raises PayloadError.

    What was acknowledged once is read by `normalise` for ever, whatever is refused since.
    """
    answer = normalise(question_type, payload, tokens)
    if any(carries_hidden_signs(written.text, lines=True) for _kind, written in typed_in(question_type, answer)):
        raise PayloadError(Reason.UNSTORABLE)
    return answer


def typed_in(question_type: str, answer: Answer) -> list[tuple[str, Written]]:
    """Everything that was typed in an answer, each with its kind: "numeric", "text" or "essay"."""
    if isinstance(answer, Written):
        return [(question_type, answer)]
    if isinstance(answer, Essay):
        return [(question_type, Written(answer.text, ""))]
    gaps = answer.gaps if isinstance(answer, Filled) else ()
    return [(gap.kind, gap.given) for gap in gaps if isinstance(gap.given, Written)]


def unready(question_type: str, answer: Answer) -> Reason | None:
    """Say why an answer is none yet: a number that cannot be read, a place given twice.

    Practice, where the first answer is the last, refuses such an answer; an exam keeps it, and says so.
    """
    if isinstance(answer, Placed) and answer.shared:
        return Reason.SHARED_PLACE
    asked = [written for kind, written in typed_in(question_type, answer) if kind == "numeric"]
    if any(isinstance(numbers.read(written.text, written.language), numbers.Refusal) for written in asked):
        return Reason.NOT_A_NUMBER
    return None


def _written(payload: Mapping[str, object]) -> Written | None:
    _require_keys(payload, {"text", "lang"})
    text = _storable(payload["text"], LONGEST_TEXT)
    language = payload["lang"]
    if language not in LANGUAGES:
        raise PayloadError(Reason.LANGUAGE)
    return Written(text, str(language)) if text.strip() else None


def _essay(payload: Mapping[str, object]) -> Essay | None:
    _require_keys(payload, {"text"})
    text = _storable(payload["text"], LARGEST_ESSAY, Reason.TOO_LARGE)
    if len(json.dumps(text, ensure_ascii=False).encode()) > LARGEST_ESSAY:
        raise PayloadError(Reason.TOO_LARGE)
    return Essay(text) if text.strip() else None


def _filed(payload: Mapping[str, object]) -> Filed:
    _require_keys(payload, {"sha256", "name"})
    sha256, name = _storable(payload["sha256"], 64), _storable(payload["name"], LONGEST_FILE_NAME)
    if not re.fullmatch("[0-9a-f]{64}", sha256) or not name:
        raise PayloadError(Reason.SHAPE)
    return Filed(sha256, name)


def _in_parts(question_type: str, payload: Mapping[str, object], tokens: Tokens) -> Answer:
    key = PARTS_KEYS[question_type]
    _require_keys(payload, {key, "lang"} if question_type == "cloze" else {key})
    given = payload[key]
    if not isinstance(given, Mapping):
        raise PayloadError(Reason.SHAPE)
    if len(given) > MOST_CHOICES:
        raise PayloadError(Reason.TOO_LONG)
    parts = {_storable(token, LONGEST_TOKEN): value for token, value in given.items() if value is not None}
    if question_type == "ordering":
        return _placed(parts, tokens)
    texts = {token: _storable(value, LONGEST_TEXT) for token, value in parts.items()}
    if question_type == "cloze":
        return _filled(texts, payload["lang"], tokens)
    return _paired(texts, tokens)


def _paired(parts: Mapping[str, str], tokens: Tokens) -> Paired | None:
    """Read what goes with each left side or row; only a right side or a column can."""
    choices = {token: name for token, name in tokens if name.startswith((layouts.RIGHT, layouts.COLUMN))}
    pairs = tuple(
        (name, choices[parts[token]])
        for token, name in tokens
        if name.startswith((layouts.LEFT, layouts.ROW)) and parts.get(token) in choices
    )
    return Paired(pairs) if pairs else None


def _placed(parts: Mapping[str, object], tokens: Tokens) -> Placed | None:
    for place in parts.values():
        if not isinstance(place, int) or isinstance(place, bool) or not 1 <= place <= MOST_CHOICES:
            raise PayloadError(Reason.SHAPE)
    places = tuple((name, place) for token, name in tokens if isinstance(place := parts.get(token), int))
    return Placed(places) if places else None


def _filled(parts: Mapping[str, str], language: object, tokens: Tokens) -> Filled | None:
    if language not in LANGUAGES:
        raise PayloadError(Reason.LANGUAGE)
    if sum(map(len, parts.values())) > LONGEST_TEXT:
        raise PayloadError(Reason.TOO_LONG)
    gaps = [_gap(name, parts[token], str(language), tokens) for token, name in tokens if token in parts]
    filled = tuple(gap for gap in gaps if gap is not None)
    return Filled(filled) if filled else None


def _gap(layout_id: str, text: str, language: str, tokens: Tokens) -> Gap | None:
    """Read one gap; an option of a select is no gap, and that of another gap no choice."""
    kind, _colon, name = layout_id.partition(":")
    if kind not in layouts.GAP_TYPES or not text.strip():
        return None
    if kind != "select":
        return Gap(name, kind, Written(text, language))
    chosen = next((option for token, option in tokens if token == text), "")
    prefix = f"{layouts.OPTION}{name}:"
    return Gap(name, kind, Chosen((chosen.removeprefix(prefix),))) if chosen.startswith(prefix) else None


def _tokens_in(question_type: str, payload: Mapping[str, object]) -> frozenset[str]:
    if question_type in SINGLE_TYPES:
        _require_keys(payload, {"choice"})
        choice = payload["choice"]
        return frozenset() if choice is None else frozenset({_storable(choice, LONGEST_TOKEN)})
    _require_keys(payload, {"choices"})
    choices = payload["choices"]
    if not isinstance(choices, list | tuple):
        raise PayloadError(Reason.SHAPE)
    if len(choices) > MOST_CHOICES:
        raise PayloadError(Reason.TOO_LONG)
    return frozenset(_storable(choice, LONGEST_TOKEN) for choice in choices)


def _chosen(ticked: frozenset[str], tokens: Tokens) -> Chosen | None:
    options = tuple(option for token, option in tokens if token in ticked)
    return Chosen(options) if options else None


def _require_keys(payload: Mapping[str, object], keys: set[str]) -> None:
    if set(payload) != keys:
        raise PayloadError(Reason.SHAPE)


def _storable(value: object, longest: int, too_long: Reason = Reason.TOO_LONG) -> str:
    """Refuse what a database or a receipt cannot hold, and what is left of bytes that were no text (U+FFFD)."""
    if not isinstance(value, str):
        raise PayloadError(Reason.SHAPE)
    if len(value) > longest:
        raise PayloadError(too_long)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise PayloadError(Reason.UNSTORABLE)
    return value
