"""Check the exam of each course as a whole: what it draws, what it certifies, what its forms hold."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from itertools import combinations

import pytest

from app.assessment.drawing import SEED_BYTES, Candidate, Exposure, Row, answers_to, draw
from tests.content.question_banks import (
    COGNITIVE_OFFSETS,
    CONTENT,
    COURSE_FILES,
    EXAMS,
    LANGUAGES,
    TIERS,
    bank,
    both_languages,
    domains,
    load,
    per_course,
)

# Of twenty questions of an exam: remember, understand, apply, analyse.
MIXES = {"beginner": (4, 8, 6, 2), "intermediate": (2, 5, 10, 3), "advanced": (1, 4, 8, 7), "expert": (0, 3, 7, 10)}
# How many questions of a form test a skill certified at the tier of the course, or at the one below.
LEAST_OF_A_SKILL, LEAST_BELOW = 3, 1
CERTIFIED = {
    course: {
        skill["id"]: LEAST_OF_A_SKILL if skill["level"] == exam["awards"]["level"] else LEAST_BELOW
        for skill in exam["awards"]["skills"]
    }
    for course, exam in EXAMS.items()
}


def blueprint(course: str) -> list[Row]:
    """The rows of the exam, as the drawing takes them."""
    return [
        Row(
            row["domain"],
            TIERS[row["level"]][0],
            row["count"],
            tags=frozenset(row.get("tags", ())),
            skills=frozenset(row.get("skills", ())),
        )
        for row in EXAMS[course]["blueprint"]
    ]


def candidates(course: str) -> list[Candidate]:
    return [
        Candidate(
            question["id"],
            question["domain"],
            TIERS[question["level"]][0],
            question["type"],
            tags=frozenset(question["tags"]),
            skills=frozenset(question["skills"]),
            enemies=frozenset(question.get("enemies", ())),
            case=question.get("case"),
        )
        for question in bank("exam", course)
    ]


def pool_of(row: Row, course: str) -> list[Candidate]:
    """What the row may draw; questions of a case come together, so only where there is room for all of them."""
    fits = [one for one in candidates(course) if answers_to(row, one)]
    return [one for one in fits if (one.case is not None) == ("cas" in row.tags)]


@per_course
def test_three_written_questions_for_each_one_drawn(course: str) -> None:
    for row in blueprint(course):
        assert len(pool_of(row, course)) >= 3 * row.count, "W163"
    for domain in domains(course):
        drawn = sum(row.count for row in blueprint(course) if row.domain == domain)
        assert sum(one.domain == domain for one in candidates(course)) >= 3 * drawn, "W163"
    assert len(bank("exam", course)) >= 72
    assert len(bank("practice", course)) >= 40


@per_course
def test_what_the_exam_says_of_itself_is_what_it_draws(course: str) -> None:
    drawn = Counter(dict.fromkeys(domains(course), 0))
    for row in blueprint(course):
        drawn[str(row.domain)] += row.count
    assert drawn.total() == 20
    for language in LANGUAGES:
        titles = {name: domain["title"][language].lower() for name, domain in COURSE_FILES[course]["domains"].items()}
        written = " ".join(EXAMS[course]["criteria"][language].lower().split())
        assert all(f"{titles[name]} {count}" in written for name, count in drawn.items())


@per_course
def test_certified_skills_are_those_the_course_teaches_and_its_domains_hold(course: str) -> None:
    assert {skill["id"] for skill in COURSE_FILES[course]["teaches"]} == set(CERTIFIED[course])
    assert set.union(*domains(course).values()) >= set(CERTIFIED[course])


@per_course
def test_any_form_holds_enough_questions_of_each_certified_skill(course: str) -> None:
    """Whatever was drawn or seen before: a row gives at least its count less the questions of its pool without it."""
    for skill, wanted in CERTIFIED[course].items():
        least = 0
        for row in blueprint(course):
            lacking = sum(skill not in one.skills for one in pool_of(row, course))
            least += max(0, row.count - lacking)
        assert least >= wanted, skill


@per_course
def test_five_hundred_forms_are_whole_and_test_each_certified_skill(course: str) -> None:
    rows, pool = blueprint(course), candidates(course)
    seen: Counter[str] = Counter()
    for number in range(500):
        if number % 3 == 0:  # somebody else: three attempts each, who is spared what was seen
            seen.clear()
        form = [one.candidate for one in draw(rows, pool, seen, Exposure(), number.to_bytes(SEED_BYTES))]
        seen.update(one.public_id for one in form)
        assert len({one.public_id for one in form}) == 20
        tested = Counter(skill for one in form for skill in one.skills)
        assert all(tested[skill] >= wanted for skill, wanted in CERTIFIED[course].items()), (number, tested)


@per_course
def test_enemies_are_mutual_and_leave_enough_to_draw(course: str) -> None:
    by_id = {q["id"]: q for q in bank("exam", course)}
    for question in by_id.values():
        for enemy in question.get("enemies", ()):
            assert question["id"] in by_id[enemy]["enemies"]
            assert by_id[enemy]["domain"] == question["domain"]
            assert by_id[enemy].get("case", "") != question.get("case")
    for domain in domains(course):
        pool = [q for q in by_id.values() if q["domain"] == domain]
        for one, other in combinations(pool, 2):
            excluded = {one["id"], other["id"], *one.get("enemies", ()), *other.get("enemies", ())}
            assert any(q["id"] not in excluded for q in pool)


@per_course
def test_cognitive_mix_is_near_that_of_an_exam_of_its_tier(course: str) -> None:
    """Of the rows, where each names a level or draws cases of one mix; else of the pool, from which a form strays."""
    wanted = dict(zip(COGNITIVE_OFFSETS, MIXES[COURSE_FILES[course]["level"]], strict=True))
    rows = blueprint(course)
    if all(row.tags & {"cas", *(f"cog-{level}" for level in wanted)} for row in rows):
        assert sum((mix_of_row(row, course) for row in rows), Counter()) == Counter(wanted)
        return
    pool = bank("exam", course)
    in_pool = Counter(tag.removeprefix("cog-") for q in pool for tag in q["tags"] if tag.startswith("cog-"))
    for level, share in wanted.items():
        assert abs(in_pool[level] - share * len(pool) / 20) <= 1


def mix_of_row(row: Row, course: str) -> Counter[str]:
    """What a row draws of each cognitive level: of a pool of cases, each has what the others have."""
    mixes: dict[str | None, Counter[str]] = {}
    pool = pool_of(row, course)
    for one in pool:
        level = next(tag.removeprefix("cog-") for tag in one.tags if tag.startswith("cog-"))
        mixes.setdefault(one.case, Counter[str]())[level] += (
            1 if one.case else Fraction(row.count, len(pool_of(row, course)))
        )
    (mix,) = {frozenset(mix.items()) for mix in mixes.values()}
    return Counter({level: int(count) for level, count in mix})


@per_course
def test_lessons_embed_their_own_questions_and_no_other(course: str) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((CONTENT / course / "modules").rglob("*.md")))
    embedded = set(re.findall(r"\{\{question: ([a-z0-9-]+)\}\}", text))
    assert embedded == {q["id"] for q in bank("lessons", course)}, "W215"


@per_course
@both_languages
def test_hours_of_the_course_add_up(course: str, language: str) -> None:
    """Lessons, quizzes, projects and the exam; what one does without being asked is not counted."""
    total = int(EXAMS[course]["duration"].removesuffix("m"))
    for folder in COURSE_FILES[course]["modules"]:
        for item in load(course, f"{folder}/module.yaml")["items"]:
            if "lesson" in item:
                text = (CONTENT / course / folder / f"{item['lesson']}.{language}.md").read_text(encoding="utf-8")
                total += int(re.findall(r"(?m)^minutes: (\d+)$", text)[0])
            else:
                timed = load(course, f"projects/{item['project']}.yaml") if "project" in item else item
                total += timed["minutes"]
    assert COURSE_FILES[course]["hours"] == pytest.approx(total / 60, abs=0.1)
