"""Check the questions of our courses against every rule of item writing that a program can decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from statistics import mean

import pytest
from ruamel.yaml import YAML

from app.assessment.drawing import SEED_BYTES, Candidate, Exposure, Row, answers_to, draw
from app.authoring.flaws import SHORTEST_COMPARED
from app.authoring.schemas import PARTS_TYPES as PARTS
from tests.content.question_banks import (
    CHOICES,
    CONTENT,
    COURSES,
    LANGUAGES,
    Question,
    bank,
    both_languages,
    every_question,
    feedbacks,
    numbers,
    option_texts,
    per_bank,
    per_choice_question,
    per_course,
    per_question,
    prose,
    right_and_wrong,
    sentences,
    words,
)

TIERS = {"beginner": (1, -1.75), "intermediate": (2, -0.4), "advanced": (3, 0.9), "expert": (4, 2.1)}
COGNITIVE_OFFSETS = {"remember": -0.6, "understand": -0.2, "apply": 0.2, "analyse": 0.6}
# Of twenty questions of an exam: remember, understand, apply, analyse.
MIXES = {"beginner": (4, 8, 6, 2), "intermediate": (2, 5, 10, 3), "advanced": (1, 4, 8, 7), "expert": (0, 3, 7, 10)}


def load(course: str, file: str) -> Question:
    read: Question = YAML(typ="safe").load((CONTENT / course / file).read_text(encoding="utf-8"))
    return read


COURSE_FILES = {course: load(course, "course.yaml") for course in COURSES}
EXAMS = {course: load(course, f"exams/{course}.yaml") for course in COURSES}
OF_COURSE = {id(question): COURSE_FILES[course] for course in COURSES for question in every_question(course)}
CERTIFIED = {course: {skill["id"] for skill in exam["awards"]["skills"]} for course, exam in EXAMS.items()}


def domains(course: str) -> dict[str, set[str]]:
    return {name: set(domain["skills"]) for name, domain in COURSE_FILES[course]["domains"].items()}


# the shape of each question


@per_course
def test_ids_are_unique_and_named_after_their_bank(course: str) -> None:
    ids = [question["id"] for question in every_question(course)]
    assert len(ids) == len(set(ids))
    for name, prefix in (("lessons", "lecon-"), ("practice", "exercice-"), ("exam", "examen-")):
        assert all(question["id"].startswith(prefix) for question in bank(name, course))


@per_question()
def test_keys_that_every_question_has(question: Question) -> None:
    course = OF_COURSE[id(question)]
    tags = [tag.removeprefix("cog-") for tag in question["tags"] if tag.startswith("cog-")]
    assert len(tags) == 1, "W215"
    assert question["b"] == pytest.approx(TIERS[course["level"]][1] + COGNITIVE_OFFSETS[tags[0]])
    assert question["level"] == course["level"]
    assert re.fullmatch(r"2027-\d\d", question["review_by"])
    assert 1 <= len(question["skills"]) <= 2
    assert set(question["skills"]) & set(course["domains"][question["domain"]]["skills"])


@per_question()
def test_every_wrong_answer_names_its_misconception(question: Question) -> None:
    right, wrong = right_and_wrong(question)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", entry["misconception"]) for entry in wrong), "W215"
    assert not any("misconception" in entry for entry in right)


@per_choice_question()
def test_number_of_options(question: Question) -> None:
    right, _ = right_and_wrong(question)
    least, most, keys = {"single": (3, 4, {1}), "multiple": (4, 6, {2, 3}), "truefalse": (2, 2, {1})}[question["type"]]
    assert least <= len(question["options"]) <= most
    assert len(right) in keys
    assert question.get("scoring") == ("balanced" if question["type"] == "multiple" else None)


@per_course
def test_true_or_false_is_for_practice_and_rare(course: str) -> None:
    assert not any(q["type"] == "truefalse" for name in ("lessons", "exam") for q in bank(name, course))
    assert sum(q["type"] == "truefalse" for q in bank("practice", course)) <= 4


# the words of each question


@both_languages
@per_question()
def test_the_stem_asks_a_question_and_is_short(question: Question, language: str) -> None:
    stem = prose(question["stem"][language])
    assert stem.endswith("?") or question["type"] in PARTS, "W213"
    assert len(words(stem)) <= 90, "W213"
    assert len(sentences(stem)) <= 3, "W213: two sentences of story, then the question"


NEGATIVES = {
    "fr": r"\b(ne|pas|sauf|faux|fausses?|moins|except[ée]e?s?)\b|\bn'",
    "en": r"\b(not|except|false|least)\b|n't\b",
}
CATCH_ALLS = (
    r"\b(toutes|aucune) (de )?ces réponses|\bles deux réponses|\b(all|none) of the above|\bboth answers"
    r"|\b[AB] (et|and) [BC]\b"
)
ABSOLUTES = {
    "fr": r"\b(toujours|jamais|aucune?|uniquement|seule?s?|seulement)\b",
    "en": r"\b(always|never|none|only)\b",
}
HEDGES = {"fr": r"\b(peut|peuvent|souvent|parfois)\b", "en": r"\b(may|can|often|sometimes)\b"}
FORBIDDEN = {
    "fr": r"\b(simplement|évidemment|bien sûr|digital|librairie|prompt|basée?s? sur|l'IA (pense|sait|comprend))\b",
    "en": r"\b(simply|obviously|of course|as you know|AI (thinks|knows|understands))\b",
}


@both_languages
@per_question()
def test_no_negative_stem_no_catch_all_no_forbidden_word(question: Question, language: str) -> None:
    stem, options = prose(question["stem"][language]), option_texts(question, language)
    whole = " ".join([stem, *options, *feedbacks(question, language)])
    assert not re.search(NEGATIVES[language], stem, re.IGNORECASE), "W203"
    assert not re.search(CATCH_ALLS, " ".join(options)), "W202"
    assert not re.search(FORBIDDEN[language], whole, re.IGNORECASE), "W217"
    assert not re.search("[\u00a0\u202f\u2009’“”]", whole), "plain spaces, straight apostrophes and quotes"


@both_languages
@per_choice_question()
def test_neither_absolutes_nor_hedges_give_the_key_away(question: Question, language: str) -> None:
    right, wrong = (" ".join(o["text"][language] for o in group) for group in right_and_wrong(question))
    absolute, hedge = (re.compile(table[language], re.IGNORECASE) for table in (ABSOLUTES, HEDGES))
    assert not (absolute.search(wrong) and not absolute.search(right)), "W204"
    assert not (hedge.search(right) and not hedge.search(wrong)), "W204"


@both_languages
@per_choice_question()
def test_options_differ_and_are_parallel(question: Question, language: str) -> None:
    texts = option_texts(question, language)
    bags = [set(re.findall(r"\w+", text.casefold())) for text in texts if not text.startswith("`")]
    for one, other in combinations(bags, 2):
        assert len(one & other) / len(one | other) <= 0.8, "W206"
    lengths = [len(text) for text in texts]
    assert min(lengths) / max(lengths) >= 0.4, "W214"
    assert len({text[-1] in ".?!" for text in texts}) == 1, "W214"
    assert len({text[0].isupper() for text in texts}) == 1, "W214"


@both_languages
@per_question("single")
def test_options_that_are_numbers_go_up(question: Question, language: str) -> None:
    texts = option_texts(question, language)
    if all(re.fullmatch(r"[\d., ]+\s?(%|min|fois|times)", text) for text in texts):
        values = [numbers(text, language)[0] for text in texts]
        assert values == sorted(set(values)), "W207"


@both_languages
@per_choice_question()
def test_the_key_is_not_betrayed_by_its_length(question: Question, language: str) -> None:
    right, wrong = right_and_wrong(question)
    longest = max(len(option["text"][language]) for option in right)
    assert longest <= 1.25 * mean(len(option["text"][language]) for option in wrong), "W201"


@per_bank
@both_languages
def test_the_key_is_the_longest_in_at_most_two_fifths(course: str, name: str, language: str) -> None:
    chosen = [q for q in bank(name, course) if q["type"] in CHOICES]
    longest = 0
    for question in chosen:
        right, wrong = ([len(o["text"][language]) for o in group] for group in right_and_wrong(question))
        longest += max(right) > max(wrong)
    assert longest <= 0.4 * len(chosen), "W201"


@per_bank
def test_no_position_holds_too_many_keys(course: str, name: str) -> None:
    places = Counter(
        place
        for question in bank(name, course)
        if question["type"] in ("single", "multiple")
        for place, option in enumerate(question["options"])
        if option.get("correct")
    )
    assert max(places.values()) <= 0.4 * places.total(), "W208"


# the two languages


@per_question()
def test_both_languages_have_the_same_load(question: Question) -> None:
    fr, en = (len(prose(question["stem"][x])) + sum(map(len, option_texts(question, x))) for x in LANGUAGES)
    assert en < SHORTEST_COMPARED or 0.85 <= fr / en <= 1.45, "W210"


def texts_by_language(question: Question) -> Iterator[tuple[str, str]]:
    fr, en = ([question["stem"][x], *option_texts(question, x), *feedbacks(question, x)] for x in LANGUAGES)
    yield from zip(map(prose, fr), map(prose, en), strict=True)


@per_question()
def test_numbers_are_the_same_in_both_languages(question: Question) -> None:
    pairs = list(texts_by_language(question))
    same = all(Counter(numbers(fr, "fr")) == Counter(numbers(en, "en")) for fr, en in pairs)
    assert same != question.get("x-localised", False), "W211"


# feedback


@both_languages
@per_question()
def test_feedback_of_wrong_answers(question: Question, language: str) -> None:
    _, wrong = right_and_wrong(question)
    for entry in wrong:
        assert 15 <= len(words(entry["feedback"][language])) <= 45, "W212"


@both_languages
@per_question()
def test_feedback_of_right_answers(question: Question, language: str) -> None:
    right, _ = right_and_wrong(question)
    general = question.get("feedback", {}).get("correct")
    told = [general] if general else [entry["feedback"] for entry in right]
    assert told
    for text in (feedback[language] for feedback in told):
        assert len(words(text)) >= 8, "W212"
        assert len(sentences(text)) == 1
        assert not re.search(r"\b(bravo|bien joué|excellent|well done|correct!|great)\b", text, re.IGNORECASE)


@both_languages
@per_question()
def test_feedback_never_repeats_itself_nor_names_a_letter(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told)), "W212"
    assert not any(re.search(r"\b(réponse|option|answer|choice) [A-F]\b", text) for text in told), "W212"


# the exam as a whole


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
        )
        for question in bank("exam", course)
    ]


def pool_of(row: Row, course: str) -> list[Candidate]:
    return [one for one in candidates(course) if answers_to(row, one)]


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
    assert {skill["id"] for skill in COURSE_FILES[course]["teaches"]} == CERTIFIED[course]
    assert set.union(*domains(course).values()) >= CERTIFIED[course]


@per_course
def test_any_form_holds_three_questions_of_each_certified_skill(course: str) -> None:
    """Whatever was drawn or seen before: a row gives at least its count less the questions of its pool without it."""
    for skill in CERTIFIED[course]:
        least = 0
        for row in blueprint(course):
            lacking = sum(skill not in one.skills for one in pool_of(row, course))
            least += max(0, row.count - lacking)
        assert least >= 3, skill


@per_course
def test_five_hundred_forms_are_whole_and_hold_three_questions_of_each_certified_skill(course: str) -> None:
    rows, pool = blueprint(course), candidates(course)
    seen: Counter[str] = Counter()
    for number in range(500):
        if number % 3 == 0:  # somebody else: three attempts each, who is spared what was seen
            seen.clear()
        form = [one.candidate for one in draw(rows, pool, seen, Exposure(), number.to_bytes(SEED_BYTES))]
        seen.update(one.public_id for one in form)
        assert len({one.public_id for one in form}) == 20
        tested = Counter(skill for one in form for skill in one.skills)
        assert all(tested[skill] >= 3 for skill in CERTIFIED[course]), (number, tested)


@per_course
def test_enemies_are_mutual_and_leave_enough_to_draw(course: str) -> None:
    by_id = {q["id"]: q for q in bank("exam", course)}
    for question in by_id.values():
        for enemy in question.get("enemies", ()):
            assert question["id"] in by_id[enemy]["enemies"]
            assert by_id[enemy]["domain"] == question["domain"]
    for domain in domains(course):
        pool = [q for q in by_id.values() if q["domain"] == domain]
        for one, other in combinations(pool, 2):
            excluded = {one["id"], other["id"], *one.get("enemies", ()), *other.get("enemies", ())}
            assert any(q["id"] not in excluded for q in pool)


@per_course
def test_cognitive_mix_is_near_that_of_an_exam_of_its_tier(course: str) -> None:
    """Of the rows, where they name a level each; else of the whole pool, from which a form strays a little."""
    wanted = dict(zip(COGNITIVE_OFFSETS, MIXES[COURSE_FILES[course]["level"]], strict=True))
    rows = [(row.count, tag) for row in blueprint(course) for tag in row.tags if tag.startswith("cog-")]
    if rows:
        found = Counter[str]()
        for count, tag in rows:
            found[tag.removeprefix("cog-")] += count
        assert found == Counter(wanted)
        return
    pool = bank("exam", course)
    in_pool = Counter(tag.removeprefix("cog-") for q in pool for tag in q["tags"] if tag.startswith("cog-"))
    for level, share in wanted.items():
        assert abs(in_pool[level] - share * len(pool) / 20) <= 1


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
