"""What a candidate sees of a question: everything but the key, or, once it may be shown, how their answer was read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.assessment import answers, grading, numbers
from app.assessment.answers import PayloadError
from app.foundation.i18n import current_language, localised

OptionOrder = Sequence[Sequence[str]]
Words = str | Mapping[str, str]


@dataclass(frozen=True)
class CandidateOption:
    """An option behind its token; the same token means nothing in another attempt."""

    value: str
    text: Words


@dataclass(frozen=True)
class CandidateQuestion:
    """A question without key, credit, feedback, misconception or tag."""

    kind: str
    stem: Words
    options: tuple[CandidateOption, ...]
    unit: str


@dataclass(frozen=True)
class OptionReading:
    """How one option is marked once feedback is shown: "right", "wrong" or None (not asked of it)."""

    mark: str | None
    why: Words


@dataclass(frozen=True)
class Correction:
    """A corrected answer: shown in practice at once, in exams when the release policy says so."""

    outcome: str
    readings: Mapping[str, OptionReading]
    feedback: tuple[Words, ...]
    expected: str


def candidate_question(body: Mapping[str, Any], option_order: OptionOrder) -> CandidateQuestion:
    """The face of a question; built from named fields, so that a new key in a body stays out of sight."""
    texts = {option["id"]: option["text"] for option in body.get("options", ())}
    options = tuple(CandidateOption(value=token, text=texts[option_id]) for token, option_id in option_order)
    return CandidateQuestion(
        kind=body["type"],
        stem=body["stem"],
        options=options,
        unit=_unit(body),
    )


def _unit(body: Mapping[str, Any]) -> str:
    units = {
        str(entry["unit"]) for entry in body.get("answers", ()) if isinstance(entry, Mapping) and entry.get("unit")
    }
    return units.pop() if len(units) == 1 else ""


def payload_of_form(kind: str, values: Sequence[str], language: str) -> dict[str, Any] | None:
    """The payload of a plain form's field: ticked tokens, or what was typed; None when it is blank."""
    filled = [value for value in values if value.strip()]
    if not filled:
        return None
    if kind in answers.SINGLE_TYPES:
        return {"choice": filled[0]}
    if kind == "multiple":
        return {"choices": filled}
    return {"text": filled[0], "lang": language}


def chosen_values(payload: Mapping[str, Any] | None) -> list[str]:
    """The tokens or the text of a stored payload, as the form shows them back."""
    if not payload:
        return []
    if "choice" in payload:
        return [payload["choice"]] if payload["choice"] else []
    if "choices" in payload:
        return list(payload["choices"])
    return [str(payload.get("text", ""))]


def read_as(kind: str, payload: Mapping[str, Any] | None, language: str) -> str | None:
    """For a numeric answer, the number (and unit) we understood, as `language` writes it; None without one to show."""
    if kind != "numeric" or not payload or not str(payload.get("text", "")).strip():
        return None
    reading = numbers.read(str(payload["text"]), str(payload.get("lang", "fr")))
    return _with_own_mark(reading.text, language) if isinstance(reading, numbers.Reading) else None


def is_unread(kind: str, payload: Mapping[str, Any] | None) -> bool:
    """Is a number asked for, and none to be read in the stored payload?"""
    try:
        return answers.unread_number(kind, answers.normalise(kind, payload))
    except PayloadError:
        return True


def _with_own_mark(number: str, language: str) -> str:
    """1234.5 km as the page's language writes it: 1234,5 km in French."""
    return re.sub(r"(?<=[0-9])\.(?=[0-9])", ",", number, count=1) if language == "fr" else number


def correction(body: Mapping[str, Any], option_order: OptionOrder, payload: Mapping[str, Any] | None) -> Correction:
    """Mark an answer option by option, with the author's feedback; only where feedback may be shown."""
    answer = _answer(body, option_order, payload)
    scored = grading.score(body, answer)
    ticked = set(answer.options) if isinstance(answer, answers.Chosen) else set()
    readings = {
        token: _option_reading(option, ticked)
        for token, option_id in option_order
        for option in body["options"]
        if option["id"] == option_id
    }
    said = tuple(remark.words for remark in scored.remarks if remark.about in ("", "answer"))
    return Correction(
        outcome=scored.outcome.value,
        readings=readings,
        feedback=said or _why(body),
        expected=_expected(body, current_language()),
    )


def _answer(body: Mapping[str, Any], option_order: OptionOrder, payload: Mapping[str, Any] | None) -> answers.Answer:
    try:
        return answers.normalise(body["type"], payload, option_order)
    except PayloadError:
        return None  # refused at the door; stored ones are always readable


def _option_reading(option: Mapping[str, Any], ticked: set[str]) -> OptionReading:
    right = grading.is_right(option)
    mark = "right" if right else ("wrong" if option["id"] in ticked else None)
    why = option.get("feedback", "") if right or option["id"] in ticked else ""
    return OptionReading(mark=mark, why=why or "")


def _why(body: Mapping[str, Any]) -> tuple[Words, ...]:
    """Why the expected answer is right: what to say of a typed answer that no trap of the author's foresaw."""
    entry = _best_entry(body)
    return (entry["feedback"],) if entry and entry.get("feedback") else ()


def _best_entry(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first answer worth everything; None for options, and where only a pattern or a range is."""
    if body["type"] not in answers.WRITTEN_TYPES:
        return None
    return next((entry for entry in body.get("answers", ()) if "value" in entry and entry.get("credit", 1) == 1), None)


def _expected(body: Mapping[str, Any], language: str) -> str:
    """The expected answer as `language` writes it, or nothing."""
    entry = _best_entry(body)
    if entry is None:
        return ""
    value = entry["value"]
    return _with_own_mark(str(value), language) if body["type"] == "numeric" else str(localised(value, language))
