"""Every code of the validator, each planted once in a sound course."""

# ruff: noqa: E501 -- planted text keeps its own lines

import re
from datetime import date
from pathlib import Path

import pytest

from app.authoring import schemas, schemas_challenges
from app.authoring.checks import check
from app.authoring.durations import Months
from app.authoring.reading import read_yaml
from app.authoring.report import Finding, Report
from app.authoring.shapes import Context
from app.authoring.tree import Course, Lesson
from app.foundation.i18n import use_language
from app.foundation.tiers import Tier
from tests.authoring import test_challenges
from tests.authoring.planted import FILES, plant

TODAY, GUIDE = date(2026, 11, 22), Path(__file__).parents[2] / "docs" / "course-format.md"
COURSE, MODULE, PARTS, WRITTEN = "course.yaml", "modules/10-bases/module.yaml", "bank/parties.yaml", "bank/ecrits.yaml"
LESSON, PRACTICE, BANK = "modules/10-bases/01-variables.fr.md", "bank/exercices.yaml", "bank/examen.yaml"
EXAM, PROJECT, FIGURE = "exams/certif.yaml", "projects/petit.yaml", "media/droite.fr.svg"


def run(folder: Path) -> tuple[Course | None, list[Finding]]:
    with use_language("en"):
        return check(folder, ["python"], today=TODAY)


def test_a_sound_course_has_nothing_to_say(tmp_path: Path) -> None:
    course, findings = run(plant(tmp_path))
    assert findings == []
    assert course is not None


def test_the_tree_holds_what_the_files_say(tmp_path: Path) -> None:
    course, _findings = run(plant(tmp_path))
    assert course is not None
    lesson, exam = course.modules[0].items[0], course.exams[0]
    assert isinstance(lesson, Lesson)
    assert (lesson.id, sorted(lesson.texts)) == ("variables", ["en", "fr"])
    assert course.banks[0].questions[0].body["options"][0]["text"] == "5"
    assert exam.banks == ("examen", "ecrits"), "the bank that quizzes draw from is not drawn in an exam"
    assert exam.award is not None
    assert exam.award.validity == Months(24)
    assert str(exam.cut) == "0.70"
    assert course.level is Tier.BEGINNER
    assert course.title == {"fr": "Un essai de cours", "en": "A trial course"}
    assert course.not_yet == {"fr": ("Pas de vidéo.",), "en": ("No video.",)}


# code, file, text to replace, replacement
FAULTS: list[tuple[str, str, str, str]] = [
    ("E001", COURSE, "level: beginner", "level: a: b"),
    ("E001", COURSE, "", ""),
    ("E001", COURSE, "x-note", "---\nx-note"),
    ("E001", LESSON, "::: keep\nOn retient cela.\n:::", "::: keep\nOn retient cela."),
    ("E001", LESSON, "Du texte", ":::\nDu texte"),
    ("E001", LESSON, "On retient cela.", "{{question: ex-1}}"),
    ("E001", LESSON, "Du texte", "```python\nDu texte"),
    ("E002", COURSE, "modules/10-bases", "modules/10-base"),
    ("E002", MODULE, "01-variables", "01-variable"),
    ("E004", COURSE, "level: beginner", "level: beginner\nlevel: expert"),
    ("E005", COURSE, "level: beginner", "level: &a beginner"),
    ("E005", COURSE, "level: beginner", "level: *a"),
    ("E005", COURSE, "level: beginner", "level: !!python/name:os.system beginner"),
    ("E005", COURSE, "{kept: [as, it, is]}", "[" * 25 + "]" * 25),
    ("E005", EXAM, "blueprint: [", "blueprint: [" + "{domain: bases, level: beginner, count: 1}, " * 100),
    ("E005", PRACTICE, "    options:\n", "    options:\n" + "      - {id: z, text: y}\n" * 26),
    ("E101", COURSE, "id: essai\n", ""),
    ("E101", COURSE, '"Un essai de cours"', '""'),
    ("E101", LESSON, "---\nid", "id"),
    ("E101", LESSON, " checked=2026-11", ""),
    ("E101", LESSON, "::: worked Le canapé", "::: worked"),
    ("E101", LESSON, "On retient cela.", ""),
    ("E101", BANK, "      - value: 3.5\n", "      - \n"),
    ("E101", EXAM, "method: default", "method: angoff"),
    ("W110", COURSE, ', en: "A trial course"', ""),
    ("E110", COURSE, ', en: "A trial course"}', "}\npublish: strict"),
    ("E111", COURSE, 'en: "A trial course"', 'en: "A trial course", de: "Ein Kurs"'),
    ("E111", COURSE, "languages: [fr, en]", "languages: [fr, en, de]"),
    ("E101", BANK, "    type: numeric\n", ""),
    ("E112", COURSE, '"Un essai de cours"', "3.10"),
    ("E112", COURSE, "modules: [modules/10-bases]", "modules: modules/10-bases"),
    ("E112", COURSE, "review_by: 2027-05", "review_by: soon"),
    ("E112", EXAM, "questions: true", 'questions: "yes"'),
    ("E112", EXAM, "max: 3", "max: 3.5"),
    ("E112", LESSON, "Du texte, *simple*.", "Du texte ![x](media/droite.fr.svg) dedans."),
    ("E112", EXAM, "2026-12-01T09:00:00+01:00", "2026-12-01 09:00"),
    ("E120", COURSE, "review_by", "reviewby"),
    ("E120", LESSON, "::: keep", "::: kepp"),
    ("E130", COURSE, "id: essai", "id: Essai Été"),
    ("E130", PRACTICE, "misconception: glue", "misconception: Glue it"),
    ("E131", BANK, "- id: q-2", "- id: q-1"),
    ("E131", BANK, "- id: q-2", "- id: ex-1"),
    ("E131", LESSON, "id: variables", "id: autre"),
    ("E131", MODULE, "  - lesson: 01-variables\n", "  - lesson: 01-variables\n  - lesson: 01-variables\n"),
    ("E131", MODULE, "  - {project: petit}\n", "  - {project: petit}\n  - {project: petit}\n"),
    ("E132", BANK, "type: numeric", "type: numerik"),
    ("E133", BANK, "level: beginner", "level: begginer"),
    ("E134", BANK, "domain: bases", "domain: base"),
    ("E134", EXAM, "domain: bases", "domain: autre"),
    ("E135", BANK, "type: numeric", "type: code"),
    ("E170", BANK, "type: numeric", "case: shared\n    type: numeric"),
    ("E101", BANK, "questions:", "cases: [{id: shared}]\nquestions:"),
    ("E135", LESSON, "media/droite.fr.svg", "media/droite.png"),
    ("E136", COURSE, "skills: [python]", "skills: [pyton]"),
    ("E136", EXAM, "{id: python", "{id: pythn"),
    ("E141", BANK, "{id: b, text", "{id: a, text"),
    ("E142", PRACTICE, "{id: b, text", "{id: b, correct: true, text"),
    ("E143", PRACTICE, "correct: true, ", ""),
    ("E143", BANK, "unit: km\n        feedback", "unit: km\n        credit: 0\n        feedback"),
    ("E144", PRACTICE, "    options:\n", "    options: []\n    x-old:\n"),
    ("E112", PARTS, "    order: [", "    order: none\n    x-order: ["),
    ("E112", PARTS, "somme: {type: numeric, answers: [{value: 5}], weight: 2}", "somme: 5"),
    ("E101", PARTS, "somme: {type: numeric, answers", "somme: {answers"),
    ("E132", PARTS, "somme: {type: numeric", "somme: {type: numerik"),
    ("E120", PARTS, "rows:", "row:"),
    ("E135", PARTS, "en: media/droite.fr.svg", "en: media/droite.png"),
    ("E141", PARTS, "{id: deux, text", "{id: un, text"),
    ("E141", PARTS, "{id: faux, text", "{id: vrai, text"),
    ("E141", PARTS, "{id: milieu, shape", "{id: bas, shape"),
    ("E142", PARTS, "{id: b, text: {fr: \"texte\", en: \"text\"}}", "{id: b, correct: true, text: {fr: \"texte\", en: \"text\"}}"),
    ("E143", PARTS, "answers: [{value: 5}]", "answers: [{value: 5, credit: 0}]"),
    ("E143", PARTS, "credit: 1, text", "credit: 0.5, text"),
    ("E144", PARTS, "    pairs:\n", "    pairs: []\n    x-pairs:\n"),
    ("E144", PARTS, "    areas:\n", "    areas: []\n    x-areas:\n"),
    ("E144", PARTS, '{fr: "Préparer", en: "Prepare"}, {fr: "Mesurer", en: "Measure"}, {fr: "Noter", en: "Write down"}, ', ""),
    ("E144", PARTS, ', {id: faux, text: "`False`"}, {id: erreur, text: {fr: "une erreur", en: "an error"}}', ""),
    ("E147", PARTS, "trois: erreur}", "trois: erreurs}"),
    ("E147", PARTS, ", trois: erreur}", "}"),
    ("E147", PARTS, "key: {un: vrai", "key: {zero: vrai, un: vrai"),
    ("E148", PARTS, "an [[genre]].", "an integer."),
    ("E148", PARTS, "un [[genre]].", "un [[genre]] ou un [[genre]]."),
    ("E148", PARTS, "un [[genre]].", "un [[genre]], un [[mots]]."),
    ("E149", PARTS, "coords: [5, 90, 5]", "coords: [5, 90]"),
    ("E149", PARTS, "coords: [5, 90, 5]", "coords: [5, 90, 0]"),
    ("E149", PARTS, "coords: [90, 0, 100, 10.5]", "coords: [90, 0, 101, 10.5]"),
    ("E149", PARTS, "coords: [90, 0, 100, 10.5]", "coords: [100, 0, 90, 10.5]"),
    ("E149", PARTS, "coords: [90, 0, 100, 10.5]", "coords: 90"),
    ("E149", PARTS, "coords: [45, 40, 55, 40, 50, 60]", "coords: [45, 40, 55, 40, 50]"),
    ("E149", PARTS, "coords: [45, 40, 55, 40, 50, 60]", "coords: [45, 40, 50, 50, 55, 60]"),
    ("E151", PARTS, "coords: [5, 90, 5]", 'coords: [5, "90", 5]'),
    ("W149", PARTS, "coords: [5, 90, 5]", "coords: [50, 50, 50]"),
    ("W145", PARTS, "deux: faux, trois: erreur", "deux: vrai, trois: erreur"),
    ("W145", PARTS, 'right: {fr: "booléen", en: "boolean"}', 'right: {fr: "texte", en: "text"}}\n      - {left: "`8`", right: {fr: "texte", en: "text"}}\n      - {left: "`9`", right: {fr: "texte", en: "text"}'),
    ("W146", PARTS, '{fr: "liste", en: "list"}', '{fr: "Texte", en: "Text"}'),
    ("W146", PARTS, '{fr: "Noter", en: "Write down"}', '{fr: "Mesurer", en: "Measure"}'),
    ("E170", PARTS, "en: media/droite.fr.svg", "en: media/droit.svg"),
    ("W171", PARTS, '    alt: {fr: "Une droite qui monte.", en: "A line that goes up."}\n', ""),
    ("W171", PARTS, ', text: {fr: "le bout gauche", en: "the left end"}', ""),
    ("W211", PARTS, "2 + 3 makes", "2 + 4 makes"),
    ("W212", PARTS, '    feedback: {general: {fr: "On ne vérifie que ce que l\'on a d\'abord noté.", en: "Only what was written down first can be checked."}}\n', ""),
    ("W217", PARTS, 'en: "Check"', 'en: "Simply check"'),
    ("W145", BANK, "scoring: balanced", "scoring: edc"),
    ("W145", BANK, """{id: b, text: "3", misconception: odd}
      - {id: c, correct: true, text: "4"}
      - {id: d, text: "5", misconception: odd}""", '{id: c, correct: true, text: "4"}'),
    ("W146", BANK, 'text: "3"', 'text: "5"'),
    ("E151", BANK, "value: 3.5", 'value: "3,5"'),
    ("E151", BANK, "value: 3.5", "value: 3,5"),
    ("E152", BANK, '"var.*"', '"(?=var)"'),
    ("E152", BANK, '"var.*"', '"(var"'),
    ("E153", BANK, "{absolute: 0.05}", "0.05"),
    ("E153", BANK, "{absolute: 0.05}", "{absolut: 0.05}"),
    ("E153", BANK, "{absolute: 0.05}", "{relative: 0}"),
    ("E153", BANK, "{absolute: 0.05}", "{sigfigs: 2.5}"),
    ("E153", BANK, "value: 3.5\n        tolerance: {absolute: 0.05}", "range: [4, 3]"),
    ("E153", BANK, "value: 3.5\n        tolerance: {absolute: 0.05}", "range: 4"),
    ("W154", BANK, "value: 3.5\n        tolerance: {absolute: 0.05}", "value: 0\n        tolerance: {relative: 0.05}"),
    ("E155", BANK, "unit: km\n        feedback", "unit: kg\n        feedback"),
    ("E160", EXAM, "duration: 25m", "duration: 25"),
    ("E160", EXAM, "duration: 25m", "duration: 1mo"),
    ("E160", EXAM, "validity: 24mo", "validity: 24 months"),
    ("E161", EXAM, "cut: 0.70", "cut: 70"),
    ("E161", MODULE, "threshold: 0.8", "threshold: -1"),
    ("E162", EXAM, "count: 1", "count: 9"),
    ("E162", MODULE, "{bank: parties, count: 5}", "{domain: bases, count: 9}"),
    ("W163", EXAM, "count: 1", "count: 2"),
    ("E164", EXAM, "cooldown: [24h, 7d]", "cooldown: [24h]"),
    ("E164", EXAM, ", cooldown: [24h, 7d]", ""),
    ("E165", EXAM, "2026-12-31T09:00:00+01:00", "2026-12-01T08:00:00+00:00"),
    ("E170", BANK, "enemies: [q-1]", "enemies: [q-9]"),
    ("E170", LESSON, "{{question: ex-1}}", "{{question: ex-9}}"),
    ("E170", LESSON, "media/droite.fr.svg", "media/droites.fr.svg"),
    ("E170", LESSON, "#lire-un-nom", "#lire-deux-noms"),
    ("E170", MODULE, "{bank: exercices", "{bank: exercises"),
    ("E170", MODULE, "mastery: {quiz: bases-quiz", "mastery: {quiz: base-quiz"),
    ("E170", MODULE, "{project: petit}", "{project: grand}"),
    ("E170", EXAM, "id: certif", "banks: [exam]\nid: certif"),
    ("E170", PROJECT, "rubric:", "pass: {threshold: 0.6, no_zero: [clarte]}\nrubric:"),
    ("W171", LESSON, "![Une droite de 0 à 10.]", "![]"),
    ("E172", FIGURE, "M0 50L100 0", "M0 50L100 0" * 10_000),
    ("W173", COURSE, "review_by: 2027-05", "review_by: 2026-10"),
    ("E174", FIGURE, 'class="ink"', 'onclick="alert(1)"'),
    ("E180", MODULE, "requires: []", "requires: [bases]"),
    ("E181", MODULE, "requires: []", "requires: [base]"),
    ("E181", EXAM, "modules: [bases]", "modules: [base]"),
    ("E182", PROJECT, "points: 2", "points: 0"),
    ("E182", PROJECT, "weight: 2", "weight: 0"),
    ("E112", PROJECT, "rubric:", "accept: [pdf, html]\nrubric:"),
    ("E112", PROJECT, "rubric:", "max_mb: 50\nrubric:"),
    ("E131", MODULE, "quiz: bases-quiz, title", "quiz: petit, title"),
    ("W183", MODULE, "  - {project: petit}\n", ""),
    ("E101", WRITTEN, "    rubric:\n      - {id: tri", "    x-rubric:\n      - {id: tri"),
    ("E112", WRITTEN, "max_words: 200", "max_words: 0"),
    ("E112", WRITTEN, "max_words: 200", "max_words: 5000"),
    ("E112", WRITTEN, "accept: [csv, pdf]", "accept: [csv, html]"),
    ("E112", WRITTEN, "max_mb: 2", "max_mb: 0"),
    ("E112", WRITTEN, "max_mb: 2", "max_mb: 50"),
    ("E120", WRITTEN, "accept: [csv, pdf]", "max_words: 3"),
    ("E120", WRITTEN, "{id: faits, weight: 2,", "{id: faits, required: true,"),
    ("E131", WRITTEN, "{id: clarte,", "{id: faits,"),
    ("E182", WRITTEN, "{points: 2, text", "{points: 0, text"),
    ("E182", WRITTEN, "{id: tri, title", "{id: tri, weight: 0, title"),
    ("E184", MODULE, "{bank: parties, count: 5}", "{bank: parties, count: 5}, {bank: ecrits, type: file, count: 1}"),
    ("E184", LESSON, "{{question: ex-1}}", "{{question: w-file}}"),
    ("W185", WRITTEN, "    max_words: 200\n", ""),
    ("W185", WRITTEN, '{points: 0, text: {fr: "Faux"', '{points: 0.5, text: {fr: "Faux"'),
    ("W186", LESSON, "{{question: ex-1}}", "{{question: w-essay}}"),
    ("W186", MODULE, "{bank: exercices, count: 1}, {bank: parties, count: 5}", "{bank: ecrits, type: essay, count: 1}"),
    ("W211", WRITTEN, 'en: "Clear"', 'en: "Clear in 2 lines"'),
    ("W217", WRITTEN, 'en: "All"', 'en: "Simply all"'),
    ("W202", BANK, '{id: d, text: "5"', '{id: d, text: {fr: "Aucune de ces réponses", en: "None of the above"}'),
    ("W203", BANK, "Which two numbers here are even?", "Which two numbers are not odd?"),
    ("W203", BANK, "Quels sont les deux nombres pairs ?", "Quels nombres ne sont pas impairs ?"),
    ("W207", BANK, 'text: "3"', 'text: "9"'),
    ("W207", PRACTICE, 'text: "23"', 'text: "4–9"'),
    ("W207", PRACTICE, 'text: "23"', 'text: "23 km"'),
    ("W207", BANK, "absolute: 0.05", "absolute: 0.01"),
    ("W208", EXAM, "options: true", "options: false"),
    ("W210", BANK, "Which word names a box that keeps a value?", "Which word names a box that keeps a value, and keeps it, and keeps it?"),
    ("W211", BANK, "What is 7 ÷ 2", "What is 9 ÷ 2"),
    ("W212", PRACTICE, "That would be gluing two texts together, without adding up.", "Wrong."),
    ("W212", PRACTICE, "That would be gluing two texts together, without adding up.", "This is not as good as option A, which adds up."),
    ("W212", PRACTICE, "That would be gluing two texts together, without adding up.", "The plus sign adds up two numbers: that makes five."),
    ("W212", PRACTICE, ', feedback: {fr: "Ce serait coller deux textes bout à bout, sans calculer.", en: "That would be gluing two texts together, without adding up."}', ""),
    ("W213", BANK, "What is 7 ÷ 2, to one decimal?", "7 ÷ 2, to one decimal."),
    ("W213", BANK, "What is 7 ÷ 2", "One. Two. Three. What is 7 ÷ 2"),
    ("W213", BANK, "What is 7 ÷ 2", "word " * 95 + "What is 7 ÷ 2"),
    ("W215", BANK, "tags: [cog-apply]", "tags: []"),
    ("W215", BANK, "tags: [cog-apply]", "tags: [cog-apply, dated]"),
    ("W215", BANK, ", misconception: floor", ""),
    ("W215", LESSON, "{{question: ex-1}}", "{{question: q-1}}"),
    ("W217", BANK, "Which word names", "Which word simply names"),
    ("W217", LESSON, "Du texte", "Évidemment, ChatGPT, du texte"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "file", "old", "new"), FAULTS)
def test_a_planted_fault_is_found_where_it_is(tmp_path: Path, code: str, file: str, old: str, new: str) -> None:
    plant(tmp_path, (file, old, new))
    course, findings = run(tmp_path)
    assert code in {finding.code for finding in findings}, [str(finding) for finding in findings]
    assert (course is None) == any(finding.is_error for finding in findings)
    lines = {path: (tmp_path / path).read_text(encoding="utf-8").count("\n") + 1 for path in FILES}
    for finding in findings:
        assert finding.message.strip()
        assert "%(" not in finding.message + finding.hint
        assert 1 <= finding.line <= lines.get(finding.path, 1) or finding.code == "E002"
        assert re.fullmatch(r"[^:]+:\d+:\d+: [EW]\d{3} .+", str(finding))


def test_the_situation_of_a_case_goes_with_each_of_its_questions(tmp_path: Path) -> None:
    case = 'cases: [{id: shared, text: {fr: "Un atelier.", en: "A workshop."}}]\nquestions:'
    course, findings = run(
        plant(tmp_path, (BANK, "questions:", case), (BANK, "type: numeric", "case: shared\n    type: numeric"))
    )
    assert course is not None, findings
    body = next(one.body for bank in course.banks for one in bank.questions if one.id == "q-1")
    assert (body["case"], body["situation"]) == ("shared", {"fr": "Un atelier.", "en": "A workshop."})


def test_a_picture_must_have_one_frame_in_every_language(tmp_path: Path) -> None:
    other = FILES[FIGURE].replace("0 0 100 50", "0 0 100 60")
    folder = plant(tmp_path, (PARTS, "en: media/droite.fr.svg", "en: media/droite.en.svg"))
    (folder / "media/droite.en.svg").write_text(other, encoding="utf-8")
    assert [finding.code for finding in run(folder)[1]] == ["E149"]


def test_the_drawing_of_a_hotspot_goes_with_its_question(tmp_path: Path) -> None:
    course, _findings = run(plant(tmp_path))
    assert course is not None
    body = next(one.body for bank in course.banks for one in bank.questions if one.id == "p-hotspot")
    assert body["picture"]["en"]["view_box"] == "0 0 100 50"
    assert 'aria-label="A line that goes up."' in body["picture"]["en"]["svg"]
    assert [area["coords"] for area in body["areas"]][2] == [90, 0, 100, 10.5]


def test_an_essay_with_a_model_answer_may_be_practised(tmp_path: Path) -> None:
    plant(
        tmp_path,
        (WRITTEN, "    max_words: 200\n", '    max_words: 200\n    solution: {fr: "Le nom.", en: "The name."}\n'),
        (MODULE, "{bank: parties, count: 5}", "{bank: parties, count: 5}, {bank: ecrits, type: essay, count: 1}"),
    )
    assert [str(finding) for finding in run(tmp_path)[1]] == []


def test_longest_right_option_and_its_place_are_seen(tmp_path: Path) -> None:
    plant(
        tmp_path,
        (PRACTICE, 'text: "5"', 'text: "the sum of two and three, which is five"'),
        (PRACTICE, 'text: "23"', 'text: "joined digits"'),
    )
    assert "W201" in {finding.code for finding in run(tmp_path)[1]}


def test_words_that_separate_right_from_wrong_are_seen(tmp_path: Path) -> None:
    plant(tmp_path, (PRACTICE, 'text: "5"', 'text: "five"'), (PRACTICE, 'text: "23"', 'text: "never"'))
    assert "W204" in {finding.code for finding in run(tmp_path)[1]}


def test_nearly_the_same_options_are_seen(tmp_path: Path) -> None:
    words = "one two three four five six seven eight nine"
    plant(tmp_path, (PRACTICE, 'text: "5"', f'text: "{words}"'), (PRACTICE, 'text: "23"', f'text: "{words} ten"'))
    assert "W206" in {finding.code for finding in run(tmp_path)[1]}


def test_a_program_in_a_stem_or_an_option_is_not_read_as_words(tmp_path: Path) -> None:
    stem = 'stem: {fr: "Que vaut `x` après `x = 2 + 3` ?", en: "What is `x` after `x = 2 + 3`?"}'
    program = "{}\n\n        ```python\n        {} = 2.5 if not False else 10\n        ```\n\n        {}"
    shown = (
        f"stem:\n      fr: |-\n        {program.format('Voici un programme.', 'prix', 'Que vaut `prix` ?')}"
        f"\n      en: |-\n        {program.format('Here is a program.', 'x', 'What is `x`?')}"
    )
    plant(
        tmp_path,
        (PRACTICE, stem, shown),
        (PRACTICE, 'text: "5"', 'text: "`[1, 2, 3, 4, 5, 6, 7]`"'),
        (PRACTICE, 'text: "23"', 'text: "`[7, 6, 5, 4, 3, 2, 1]`"'),
    )
    assert [str(finding) for finding in run(tmp_path)[1]] == []


def test_a_whole_bank_that_tells_its_keys_is_seen(tmp_path: Path) -> None:
    question = FILES[PRACTICE].split("questions:\n")[1]
    many = "".join(question.replace("ex-1", f"ex-{number}") for number in range(1, 21))
    plant(tmp_path, (PRACTICE, question, many.replace('text: "5"', 'text: "deux cents"')))
    findings = [finding for finding in run(tmp_path)[1] if finding.line == 1 and finding.path == PRACTICE]
    assert {finding.code for finding in findings} == {"W201", "W208"}


def test_position_and_suggestion_of_a_misspelt_key(tmp_path: Path) -> None:
    _course, findings = run(plant(tmp_path, (COURSE, "review_by", "reviewby")))
    assert [str(finding) for finding in findings] == [
        "course.yaml:13:1: E120 The key “reviewby” is not known here. -> did you mean “review_by”?"
    ]


def test_position_inside_front_matter(tmp_path: Path) -> None:
    _course, findings = run(plant(tmp_path, (LESSON, "minutes: 6", "minutes: six")))
    assert [(finding.line, finding.column, finding.code) for finding in findings] == [(4, 10, "E112")]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    changes = [(file, old, new) for code, file, old, new in FAULTS if code in ("E160", "E133", "E182", "E181") and old]
    seen: set[tuple[str, str]] = set()
    kept = [change for change in changes if not (change[:2] in seen or seen.add(change[:2]))]
    _course, findings = run(plant(tmp_path, *kept))
    assert {"E160", "E133", "E182", "E181"} <= {finding.code for finding in findings}


def test_quotes_are_asked_for_a_number_where_text_is_meant(tmp_path: Path) -> None:
    _course, findings = run(plant(tmp_path, (COURSE, '"Un essai de cours"', "3.10")))
    assert findings[0].hint == 'put it in quotes: "3.10"'


def test_the_examples_of_the_guide_are_sound() -> None:
    examples = re.findall(r"^```yaml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    banks, challenge = [schemas.BANK] * 3, schemas_challenges.CHALLENGE
    shapes = [schemas.COURSE, schemas.MODULE, *banks, schemas.EXAM, schemas.PROJECT, challenge]
    for text, shape in zip(examples, shapes, strict=True):
        report = Report()
        node = read_yaml(text, "guide.yaml", report)
        assert node is not None, report.findings()
        shape.check(node, Context(report, TODAY))
        assert report.findings() == []


def test_x_keys_are_carried_untouched(tmp_path: Path) -> None:
    plant(tmp_path, (PRACTICE, "    type: single", "    x-source: {book: 3.10, page: [1, two]}\n    type: single"))
    course, findings = run(tmp_path)
    assert findings == []
    assert course is not None
    assert course.banks[0].questions[0].body["x-source"] == {"book": 3.10, "page": [1, "two"]}


def test_every_code_of_the_guide_is_tested_and_every_tested_code_is_in_the_guide() -> None:
    named = set(re.findall(r"\b[EW]\d{3}\b", GUIDE.read_text(encoding="utf-8")))
    tested = {code for code, *_ in (*FAULTS, *test_challenges.FAULTS)}
    tested |= {"E003", "W201", "W204", "W206", "E166", "W167"}
    assert named == tested
    source = "".join(
        path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "app/authoring").glob("*.py")
    )
    assert set(re.findall(r'"([EW]\d{3})"', source)) == tested
