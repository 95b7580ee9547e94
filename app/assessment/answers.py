"""Turn the payload of an answer, as a browser sent it, into an answer that grading understands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from app.assessment import numbers
from app.foundation.hidden_signs import carries_hidden_signs

LONGEST_TEXT = 4_000
MOST_CHOICES = 100
LONGEST_TOKEN = 64
LANGUAGES = ("fr", "en")

SINGLE_TYPES = frozenset({"single", "truefalse"})
WRITTEN_TYPES = frozenset({"numeric", "text"})
TYPES = SINGLE_TYPES | WRITTEN_TYPES | {"multiple"}

Tokens: TypeAlias = Sequence[Sequence[str]]  # the stored layout of a slot: [[token, option id], …]


class Reason(StrEnum):
    """Why a payload was refused."""

    TYPE = "type"  # no such question type
    SHAPE = "shape"  # not the keys or values this question type takes
    LANGUAGE = "language"  # the page's language is neither fr nor en
    TOO_LONG = "too_long"
    UNSTORABLE = "unstorable"  # NUL, a lone surrogate, bytes that were no text, signs that nobody types on purpose
    NOT_A_NUMBER = "not_a_number"  # no number can be read in it


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


Answer: TypeAlias = Chosen | Written | None


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
    return _chosen(_tokens_in(question_type, payload), tokens)


def receive(question_type: str, payload: object, tokens: Tokens = ()) -> Answer:
    """Read an answer that comes in, where a text carries no sign that forms refuse; raises PayloadError.

    What was acknowledged once is read by `normalise` for ever, whatever is refused since.
    """
    answer = normalise(question_type, payload, tokens)
    if isinstance(answer, Written) and carries_hidden_signs(answer.text, lines=True):
        raise PayloadError(Reason.UNSTORABLE)
    return answer


def unread_number(question_type: str, answer: Answer) -> bool:
    """Is a number asked for, and none to be read? Practice refuses such an answer; an exam keeps it, and says so."""
    if question_type != "numeric" or not isinstance(answer, Written):
        return False
    return isinstance(numbers.read(answer.text, answer.language), numbers.Refusal)


def _written(payload: Mapping[str, object]) -> Written | None:
    _require_keys(payload, {"text", "lang"})
    text = _storable(payload["text"], LONGEST_TEXT)
    language = payload["lang"]
    if language not in LANGUAGES:
        raise PayloadError(Reason.LANGUAGE)
    return Written(text, str(language)) if text.strip() else None


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


def _storable(value: object, longest: int) -> str:
    """Refuse what a database or a receipt cannot hold, and what is left of bytes that were no text (U+FFFD)."""
    if not isinstance(value, str):
        raise PayloadError(Reason.SHAPE)
    if len(value) > longest:
        raise PayloadError(Reason.TOO_LONG)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise PayloadError(Reason.UNSTORABLE)
    return value
