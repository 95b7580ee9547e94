"""What a candidate sees of a question: everything but the key, or, once it may be shown, how their answer was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.assessment import answers, choices, essays, grading, layouts, numbers, readings, uploads
from app.assessment.answers import PayloadError
from app.assessment.parts import DEFAULT_ORDERING_RULE
from app.assessment.pictures import LETTERS, Picture, picture_of
from app.assessment.readings import PartReading, with_own_mark
from app.foundation.i18n import current_language, localised
from app.foundation.numbers import whole

OptionOrder = Sequence[Sequence[str]]
Words = str | Mapping[str, str]


@dataclass(frozen=True)
class CandidateOption:
    """An option behind its token; the same token means nothing in another attempt."""

    value: str
    text: Words


@dataclass(frozen=True)
class CandidatePart:
    """A left side, an item, a row or a gap behind its token; `kind` and `options` are those of a gap."""

    value: str
    text: Words
    kind: str = ""
    options: tuple[CandidateOption, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Task:
    """What an essay or a file is to be, and the rubric it is marked by, which everybody may read beforehand.

    Its lines are those of the author without their ids: title, weight, levels [{points, text}], the weakest first.
    """

    rubric: tuple[Mapping[str, Any], ...]
    most_words: int | None = None
    kinds: tuple[str, ...] = ()
    most_mb: float = 0


@dataclass(frozen=True)
class CandidateQuestion:
    """A question without key, credit, feedback, misconception or tag.

    Its parts are answered each on its own: among the options (right sides, columns), by a place, or as the gap it is.
    In the stem of a cloze, each gap is the number of its part between double brackets: [[1]].
    """

    kind: str
    stem: Words
    options: tuple[CandidateOption, ...]
    unit: str
    parts: tuple[CandidatePart, ...] = ()
    picture: Picture | None = None
    scoring: str = ""
    task: Task | None = None


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
    parts: tuple[PartReading, ...] = ()
    model: Words = ""  # of an essay or a file, the author's solution


def candidate_question(body: Mapping[str, Any], option_order: OptionOrder) -> CandidateQuestion:
    """The face of a question; built from named fields, so that a new key in a body stays out of sight."""
    kind, words = body["type"], layouts.words_of(body)
    chosen_among = {"matching": layouts.RIGHT, "matrix": layouts.COLUMN}.get(kind, "")
    options: tuple[CandidateOption, ...] = ()
    if kind == "hotspot":
        options = _lettered(option_order, words)
    elif kind not in answers.PARTS_KEYS or chosen_among:
        options = _options(option_order, words, chosen_among)
    return CandidateQuestion(
        kind=kind,
        stem=_stem(body, option_order),
        options=options,
        unit=_unit(body),
        parts=_gaps(body, option_order, words) if kind == "cloze" else _parts(option_order, words),
        picture=picture_of(body, option_order),
        scoring=_scoring(body),
        task=task_of(body),
    )


def task_of(body: Mapping[str, Any]) -> Task | None:
    """What an essay or a file is to be; None for the questions that a program scores."""
    if not essays.is_marked_by_people(body["type"]):
        return None
    lines = tuple(
        {
            "title": line["title"],
            "weight": line.get("weight", 1),
            "levels": [{"points": level["points"], "text": level["text"]} for level in line["levels"]],
        }
        for line in body["rubric"]
    )
    if body["type"] == "essay":
        return Task(lines, essays.most_words(body))
    return Task(lines, kinds=uploads.kinds_of(body), most_mb=uploads.most_megabytes(body))


def _scoring(body: Mapping[str, Any]) -> str:
    """The rule by which ticks or places are scored: candidates know it before they answer."""
    usual = {"multiple": choices.DEFAULT_MULTIPLE_RULE, "ordering": DEFAULT_ORDERING_RULE}.get(body["type"], "")
    return str(body.get("scoring") or usual) if usual else ""


def _lettered(order: OptionOrder, words: Mapping[str, Words]) -> tuple[CandidateOption, ...]:
    """The areas of a picture, each after the letter that it has there."""
    return tuple(
        CandidateOption(token, _after(letter, words[name]))
        for letter, (token, name) in zip(LETTERS, order, strict=False)
    )


def _after(letter: str, words: Words) -> Words:
    if isinstance(words, str):
        return f"**{letter}** {words}".rstrip()
    return {language: f"**{letter}** {text}" for language, text in words.items()}


def _options(order: OptionOrder, words: Mapping[str, Words], prefix: str) -> tuple[CandidateOption, ...]:
    return tuple(CandidateOption(token, words[name]) for token, name in order if name.startswith(prefix))


def _parts(order: OptionOrder, words: Mapping[str, Words]) -> tuple[CandidatePart, ...]:
    sides = (layouts.LEFT, layouts.ITEM, layouts.ROW)
    return tuple(CandidatePart(token, words[name]) for token, name in order if name.startswith(sides))


def _gaps(body: Mapping[str, Any], order: OptionOrder, words: Mapping[str, Words]) -> tuple[CandidatePart, ...]:
    return tuple(
        CandidatePart(
            token,
            "",
            kind=gap["type"],
            options=_options(order, words, f"{layouts.OPTION}{name}:") if gap["type"] == "select" else (),
            unit=_unit(gap),
        )
        for token, name, gap in _gaps_of(body, order)
    )


def _gaps_of(body: Mapping[str, Any], order: OptionOrder) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Each gap of a text: its token, its name and what the author says of it."""
    named = [(token, *name.partition(":")[::2]) for token, name in order]
    return [(token, name, body["gaps"][name]) for token, kind, name in named if kind in layouts.GAP_TYPES]


def _stem(body: Mapping[str, Any], order: OptionOrder) -> Words:
    """The stem, after the situation that questions of one case share."""
    situation, asked = body.get("situation"), _asked(body, order)
    if not situation:
        return asked
    told = {language: asked if isinstance(asked, str) else asked.get(language, "") for language in situation}
    return {language: f"{text}\n\n{told[language]}" for language, text in situation.items()}


def _asked(body: Mapping[str, Any], order: OptionOrder) -> Words:
    """The stem alone; in that of a cloze the names of the gaps, which may tell, give way to their numbers."""
    if body["type"] != "cloze":
        stem: Words = body["stem"]
        return stem
    numbered = {name: number for number, (_token, name, _gap) in enumerate(_gaps_of(body, order), start=1)}

    def hidden(text: str) -> str:
        return layouts.GAP.sub(lambda gap: f"[[{numbered.get(gap[1], 0)}]]", text)

    texts = body["stem"]
    return hidden(texts) if isinstance(texts, str) else {language: hidden(text) for language, text in texts.items()}


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
    if kind in answers.PARTS_KEYS:
        return _parts_payload(kind, filled, language)
    if kind == "essay":
        return {"text": filled[0].replace("\r\n", "\n")}
    return {"text": filled[0], "lang": language}


def answer_values(form: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """What a plain form sent as the answer `name`: its values, and those of its parts, name-token, as token=value."""
    parts = [
        f"{field.removeprefix(name + '-')}={values[0]}"
        for field, values in form.items()
        if field.startswith(f"{name}-") and values and values[0].strip()
    ]
    return [*form.get(name, ()), *parts]


def _parts_payload(kind: str, values: Sequence[str], language: str) -> dict[str, Any] | None:
    given: dict[str, Any] = dict(value.partition("=")[::2] for value in values if "=" in value)
    if not given:
        return None
    if kind == "ordering":
        given = {token: whole(place, most=answers.MOST_CHOICES) or place for token, place in given.items()}
    payload: dict[str, Any] = {answers.PARTS_KEYS[kind]: given}
    return {**payload, "lang": language} if kind == "cloze" else payload


def chosen_values(payload: Mapping[str, Any] | None) -> list[str]:
    """The tokens, the text or the file's name of a stored payload, as the form shows them back."""
    if not payload:
        return []
    if "sha256" in payload:
        return [payload["name"]]
    if "choice" in payload:
        return [payload["choice"]] if payload["choice"] else []
    if "choices" in payload:
        return list(payload["choices"])
    for key in answers.PARTS_KEYS.values():
        if key in payload:
            return [f"{token}={value}" for token, value in payload[key].items()]
    return [str(payload.get("text", ""))]


def read_as(kind: str, payload: Mapping[str, Any] | None, language: str, order: OptionOrder = ()) -> str | None:
    """For numbers, what we understood (with the unit), as `language` writes it; None without one to show."""
    try:
        typed = answers.typed_in(kind, answers.normalise(kind, payload, order))
    except PayloadError:
        return None
    understood = [numbers.read(one.text, one.language) for of_kind, one in typed if of_kind == "numeric"]
    said = [with_own_mark(one.text, language) for one in understood if isinstance(one, numbers.Reading)]
    return " · ".join(said) or None


def not_ready(kind: str, payload: Mapping[str, Any] | None, order: OptionOrder = ()) -> answers.Reason | None:
    """Why a stored payload is no answer yet: a number that cannot be read, a place given twice; None when it is."""
    try:
        return answers.unready(kind, answers.normalise(kind, payload, order))
    except PayloadError as error:
        return error.reason


def correction(body: Mapping[str, Any], option_order: OptionOrder, payload: Mapping[str, Any] | None) -> Correction:
    """Mark an answer option by option, with the author's feedback; only where feedback may be shown."""
    answer = _answer(body, option_order, payload)
    if essays.is_marked_by_people(body["type"]):
        return _to_compare(body, answer)
    scored = grading.score(body, answer)
    said = tuple(remark.words for remark in scored.remarks if remark.about in ("", "answer"))
    return Correction(
        outcome=scored.outcome.value,
        readings=_option_readings(body, option_order, answer),
        feedback=said or _why(body),
        expected=_expected(body, current_language()),
        parts=readings.part_readings(body, option_order, answer, scored),
    )


def _to_compare(body: Mapping[str, Any], answer: answers.Answer) -> Correction:
    """What nobody but people can mark is compared with the author's solution; its outcome says only if it is blank."""
    general = (body.get("feedback") or {}).get("general")
    outcome = "blank" if answer is None else "unmarked"
    return Correction(outcome, {}, (general,) if general else (), "", model=body.get("solution") or "")


def _option_readings(
    body: Mapping[str, Any], option_order: OptionOrder, answer: answers.Answer
) -> dict[str, OptionReading]:
    if body["type"] in answers.PARTS_KEYS or body["type"] in answers.WRITTEN_TYPES:
        return {}
    ticked = set(answer.options) if isinstance(answer, answers.Chosen) else set()
    by_id = {option["id"]: option for option in choices.options_of(body)}
    return {token: _option_reading(by_id[option_id], ticked) for token, option_id in option_order}


def given_parts(
    body: Mapping[str, Any], option_order: OptionOrder, payload: Mapping[str, Any] | None
) -> list[tuple[Words, readings.Given]]:
    """The parts that were answered, each with what was given, in words."""
    given = readings.given_words(body, _answer(body, option_order, payload))
    return [(readings.part_label(body, part), one) for part, one in given.items()]


def _answer(body: Mapping[str, Any], option_order: OptionOrder, payload: Mapping[str, Any] | None) -> answers.Answer:
    try:
        return answers.normalise(body["type"], payload, option_order)
    except PayloadError:
        return None  # refused at the door; stored ones are always readable


def _option_reading(option: Mapping[str, Any], ticked: set[str]) -> OptionReading:
    right = choices.is_right(option)
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
    return readings.best_entry(body.get("answers", ()))


def _expected(body: Mapping[str, Any], language: str) -> str:
    """The expected answer as `language` writes it, or nothing."""
    entry = _best_entry(body)
    if entry is None:
        return ""
    value = entry["value"]
    return with_own_mark(str(value), language) if body["type"] == "numeric" else str(localised(value, language))
