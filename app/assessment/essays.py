"""Essays and files, which people mark: the words of a text and their limit, the score of the levels decided."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from app.assessment import rubrics
from app.assessment.answers import MARKED_BY_PEOPLE, Answer, Essay, Reason, unready
from app.assessment.rubrics import Levels, Rubric
from app.assessment.scored import Body, GradingError, Scored, finish

RULE = "rubric"
TWO_MARKERS, ONE_MARKER = 2, 1
# What stands between two spaces, with a letter or a digit in it: "l'essai" is one word, " : " is none.
_WORD = re.compile(r"\S*\w\S*")


def count_words(text: str) -> int:
    """Count the words of a text, as its candidate is told they are counted."""
    return sum(1 for _word in _WORD.finditer(text))


def cut_after(text: str, most: int) -> tuple[str, str]:
    """Cut a text after its first `most` words: what is marked, and what stands beyond the limit ("" within it)."""
    for number, word in enumerate(_WORD.finditer(text), start=1):
        if number > most:
            return text[: word.start()], text[word.start() :]
    return text, ""


def most_words(body: Mapping[str, Any]) -> int | None:
    """Give the number of words that an essay may have, None without a limit."""
    most: int | None = body.get("max_words")
    return most


def words_too_many(body: Mapping[str, Any], text: str) -> int:
    """Say by how many words a text is over the limit of its question; 0 within it."""
    most = most_words(body)
    return max(0, count_words(text) - most) if most else 0


def over_the_limit(body: Mapping[str, Any], text: str) -> Reason | None:
    """Say that a text has too many words: exercises refuse it, an exam keeps it whole and marks what is within."""
    return Reason.TOO_MANY_WORDS if words_too_many(body, text) else None


def not_yet(body: Mapping[str, Any], question_type: str, answer: Answer) -> Reason | None:
    """Say why an answer is none yet where its first is its last; see `answers.unready`."""
    if isinstance(answer, Essay):
        return over_the_limit(body, answer.text)
    return unready(question_type, answer)


def is_marked_by_people(question_type: str) -> bool:
    """Say whether nobody but people can score answers of this type."""
    return question_type in MARKED_BY_PEOPLE


def rubric_in(body: Mapping[str, Any]) -> Rubric:
    """Read the rubric of an essay or a file; raises GradingError where it has none that can be read."""
    try:
        return rubrics.rubric_of({"rubric": body["rubric"]})
    except (KeyError, ValueError) as error:
        raise GradingError("no rubric to mark by") from error


def score_by_levels(body: Body, answer: Answer, levels: Levels | None) -> Scored:
    """Score by the levels decided, Σ(weight · points) / Σ(weight · most points); nothing handed in earns 0.

    Raises GradingError while the levels of an answer are not all decided.
    """
    if answer is None:
        return finish(body, answer, Fraction(0), RULE, [])
    rubric = rubric_in(body)
    if levels is None or not rubrics.is_complete(rubric, levels):
        raise GradingError("this answer waits for its marking")
    return finish(body, answer, rubrics.score(rubric, levels), RULE, [])


def markers_for(exam_kind: str) -> int:
    """How many people mark an answer, apart from each other: two where the exam certifies."""
    return TWO_MARKERS if exam_kind == "certification" else ONE_MARKER
