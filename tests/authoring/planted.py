"""A small sound course, and ways to plant one fault in it."""

# ruff: noqa: E501 -- planted text keeps its own lines

from pathlib import Path

FILES = {
    "bank/ecrits.yaml": """\
bank: ecrits
questions:
  - id: w-essay
    type: essay
    domain: ecrits
    level: beginner
    tags: [cog-analyse]
    stem: {fr: "Un message arrive. Il est long. Il est urgent. Expliquez en quelques phrases ce que vous vérifiez.", en: "A message arrives. It is long. It is urgent. Explain in a few sentences what you check."}
    max_words: 200
    rubric:
      - {id: faits, weight: 2, title: {fr: "Faits", en: "Facts"}, levels: [{points: 0, text: {fr: "Aucun", en: "None"}}, {points: 2, text: {fr: "Tous", en: "All"}}]}
      - {id: clarte, title: {fr: "Clarté", en: "Clarity"}, levels: [{points: 0, text: {fr: "Confus", en: "Confused"}}, {points: 1, text: {fr: "Clair", en: "Clear"}}]}
  - id: w-file
    type: file
    domain: ecrits
    level: beginner
    tags: [cog-apply]
    stem: {fr: "Rendez votre tableau.", en: "Hand in your table."}
    accept: [csv, pdf]
    max_mb: 2
    rubric:
      - {id: tri, title: {fr: "Tri", en: "Order"}, levels: [{points: 0, text: {fr: "Faux", en: "Wrong"}}, {points: 1, text: {fr: "Juste", en: "Right"}}]}
""",
    "course.yaml": """\
format: course/1
id: essai
title: {fr: "Un essai de cours", en: "A trial course"}
description: {fr: "Pour essayer.", en: "To try things out."}
languages: [fr, en]
level: beginner
domains:
  {bases: {title: {fr: "Bases", en: "Basics"}, skills: [python]}, ecrits: {title: {fr: "Écrits", en: "Writing"}, skills: []}}
modules: [modules/10-bases]
banks: [bank/exercices.yaml, bank/examen.yaml, bank/parties.yaml, bank/ecrits.yaml]
exams: [exams/certif.yaml]
projects: [projects/petit.yaml]
review_by: 2027-05
teaches: [{id: python, level: beginner}]
prerequisites: {courses: [], assumes: {fr: "Lire.", en: "Reading."}}
not_yet: {fr: ["Pas de vidéo."], en: ["No video."]}
x-note: {kept: [as, it, is]}
""",
    "modules/10-bases/module.yaml": """\
id: bases
level: beginner
title: {fr: "Premiers pas", en: "First steps"}
requires: []
mastery: {quiz: bases-quiz, threshold: 0.8, attempts: 3, cooldown: 1h}
items:
  - lesson: 01-variables
  - {quiz: bases-quiz, title: {fr: "Exercices", en: "Exercises"}, pick: [{bank: exercices, count: 1}, {bank: parties, count: 5}], feedback: immediate}
  - {project: petit}
""",
    "modules/10-bases/01-variables.fr.md": """\
---
id: variables
title: "Les variables"
minutes: 6
objectives: ["Lire une variable."]
terms: [{term: "variable", other: "variable", meaning: "Un nom."}]
---
Un courrier arrive. Voir [plus bas](#lire-un-nom).

## Lire un nom

Du texte, *simple*.

![Une droite de 0 à 10.](media/droite.fr.svg "Une droite.")

{{question: ex-1}}

::: worked Le canapé
Les données.

#### Compter
Deux.

#### Conclure
Trois.
:::

::: keep
On retient cela.
:::

::: dated checked=2026-11 source="Règlement (UE) 2024/1689"
Un fait.
:::
""",
    "modules/10-bases/01-variables.en.md": """\
---
id: variables
title: "Variables"
minutes: 6
objectives: ["Read a variable."]
---
A letter comes in.

{{question: ex-1}}
""",
    "bank/exercices.yaml": """\
bank: exercices
questions:
  - id: ex-1
    type: single
    domain: bases
    level: beginner
    tags: [cog-apply]
    stem: {fr: "Que vaut `x` après `x = 2 + 3` ?", en: "What is `x` after `x = 2 + 3`?"}
    options:
      - {id: a, correct: true, text: "5", feedback: {fr: "Le signe plus ajoute deux nombres : cela donne cinq.", en: "The plus sign adds up two numbers: that makes five."}}
      - {id: b, text: "23", misconception: glue, feedback: {fr: "Ce serait coller deux textes bout à bout, sans calculer.", en: "That would be gluing two texts together, without adding up."}}
""",
    "bank/examen.yaml": """\
bank: examen
questions:
  - id: q-1
    type: numeric
    domain: bases
    level: beginner
    b: -1.2
    tags: [cog-apply]
    skills: [python]
    stem: {fr: "Que vaut 7 ÷ 2, à une décimale ?", en: "What is 7 ÷ 2, to one decimal?"}
    units: [{unit: km, factor: 1}]
    answers:
      - value: 3.5
        tolerance: {absolute: 0.05}
        unit: km
        feedback: {fr: "Sept divisé par deux donne trois et un demi.", en: "Seven divided by two makes three and a half."}
      - {value: 3, credit: 0, misconception: floor, feedback: {fr: "La moitié qui reste compte aussi dans le résultat.", en: "The half that is left over counts in the result too."}}
  - id: q-2
    type: multiple
    domain: bases
    level: beginner
    tags: [cog-apply]
    scoring: balanced
    enemies: [q-1]
    stem: {fr: "Quels sont les deux nombres pairs ?", en: "Which two numbers here are even?"}
    options:
      - {id: a, correct: true, text: "2"}
      - {id: b, text: "3", misconception: odd}
      - {id: c, correct: true, text: "4"}
      - {id: d, text: "5", misconception: odd}
    feedback: {correct: {fr: "Les deux nombres se divisent par deux sans aucun reste.", en: "Both numbers can be divided by two without any rest."}, incorrect: {fr: "Un nombre pair se divise par deux, sans aucun reste.", en: "An even number can be divided by two without any rest."}}
  - id: q-3
    type: text
    domain: bases
    level: beginner
    tags: [cog-remember]
    stem: {fr: "Quel mot nomme une boîte qui garde une valeur ?", en: "Which word names a box that keeps a value?"}
    answers:
      - {value: variable, feedback: {fr: "La variable garde une valeur sous le nom choisi.", en: "A variable keeps one value under the name you chose."}}
      - {regex: "var.*", credit: 0.5}
    match: {case: false, accents: false}
""",
    "bank/parties.yaml": """\
bank: parties
questions:
  - id: p-matching
    type: matching
    domain: bases
    level: beginner
    tags: [cog-understand]
    stem: {fr: "Reliez chaque valeur à son type en Python.", en: "Match each value with its type in Python."}
    pairs:
      - {left: "`7`", right: {fr: "entier", en: "integer"}, feedback: {fr: "Un nombre sans virgule ni guillemets est un entier.", en: "A number without a point or quotes is an integer."}}
      - {left: "`'7'`", right: {fr: "texte", en: "text"}}
      - {left: "`True`", right: {fr: "booléen", en: "boolean"}}
    distractors: [{fr: "liste", en: "list"}]
  - id: p-ordering
    type: ordering
    domain: bases
    level: beginner
    tags: [cog-apply]
    scoring: adjacent
    stem: {fr: "Mettez ces étapes d'une mesure dans l'ordre.", en: "Put these steps of a measurement in order."}
    order: [{fr: "Préparer", en: "Prepare"}, {fr: "Mesurer", en: "Measure"}, {fr: "Noter", en: "Write down"}, {fr: "Vérifier", en: "Check"}]
    feedback: {general: {fr: "On ne vérifie que ce que l'on a d'abord noté.", en: "Only what was written down first can be checked."}}
  - id: p-cloze
    type: cloze
    domain: bases
    level: beginner
    tags: [cog-apply]
    stem: {fr: "En Python, [[mot]] affiche, et 2 + 3 donne [[somme]], un [[genre]].", en: "In Python, [[mot]] shows, and 2 + 3 makes [[somme]], an [[genre]]."}
    gaps:
      mot: {type: text, answers: [{value: print, feedback: {fr: "La fonction print écrit ses arguments à l'écran.", en: "The function print writes its arguments on the screen."}}], match: {case: true}}
      somme: {type: numeric, answers: [{value: 5}], weight: 2}
      genre:
        type: select
        options:
          - {id: a, text: {fr: "entier", en: "integer"}, correct: true}
          - {id: b, text: {fr: "texte", en: "text"}}
  - id: p-matrix
    type: matrix
    domain: bases
    level: beginner
    tags: [cog-understand]
    stem: {fr: "Pour chaque expression, que donne Python ?", en: "For each expression, what does Python give?"}
    columns: [{id: vrai, text: "`True`"}, {id: faux, text: "`False`"}, {id: erreur, text: {fr: "une erreur", en: "an error"}}]
    rows:
      - {id: un, text: "`2 < 3`"}
      - {id: deux, text: "`3 < 2`", weight: 2, feedback: {fr: "Trois est plus grand que deux, la comparaison échoue.", en: "Three is larger than two, so the comparison fails."}}
      - {id: trois, text: "`2 < 'a'`"}
    key: {un: vrai, deux: faux, trois: erreur}
  - id: p-hotspot
    type: hotspot
    domain: bases
    level: beginner
    tags: [cog-understand]
    stem: {fr: "Où la droite est-elle la plus haute ?", en: "Where is the line at its highest?"}
    image: {fr: media/droite.fr.svg, en: media/droite.fr.svg}
    alt: {fr: "Une droite qui monte.", en: "A line that goes up."}
    areas:
      - {id: bas, shape: circle, coords: [5, 90, 5], credit: 0, text: {fr: "le bout gauche", en: "the left end"}}
      - {id: milieu, shape: poly, coords: [45, 40, 55, 40, 50, 60], credit: 0, text: {fr: "le milieu", en: "the middle"}}
      - {id: haut, shape: rect, coords: [90, 0, 100, 10.5], credit: 1, text: {fr: "le bout droit", en: "the right end"}, feedback: {fr: "La droite monte de gauche à droite sur tout le dessin.", en: "The line goes up from left to right all along."}}
""",
    "exams/certif.yaml": """\
id: certif
title: {fr: "Certification", en: "Certification"}
duration: 25m
attempts: {max: 3, cooldown: [24h, 7d]}
window: {opens: "2026-12-01T09:00:00+01:00", closes: "2026-12-31T09:00:00+01:00", policy: min}
pass: {cut: 0.70, method: default}
blueprint: [{domain: bases, level: beginner, count: 1, points: 1}]
shuffle: {questions: true, options: true}
feedback: {release: at_once, shows: domains}
pledge: {fr: "Je travaille seul·e.", en: "I work alone."}
requires: {modules: [bases]}
awards: {level: beginner, assurance: 1, validity: 24mo, skills: [{id: python, level: beginner}]}
""",
    "projects/petit.yaml": """\
id: petit
title: {fr: "Un petit projet", en: "A small project"}
brief: {fr: "Analysez un jeu de données.", en: "Analyse a data set."}
review: {staff: 1, peers: 0, calibration: 2, aggregate: median}
rubric:
  - id: exactitude
    weight: 2
    title: {fr: "Exactitude", en: "Correctness"}
    levels:
      - {points: 0, text: {fr: "Faux", en: "Wrong"}}
      - {points: 2, text: {fr: "Juste", en: "Right"}}
""",
    "media/droite.fr.svg": """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">
  <title id="t">Droite</title>
  <path class="ink" d="M0 50L100 0" stroke-dasharray="4 3"/>
  <text x="10" y="10" text-anchor="middle">dix <tspan dx="2">km</tspan></text>
</svg>
""",
}


def plant(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the course, with each `(file, old, new)` applied; an empty old text replaces the whole file."""
    files: dict[str, str] = dict(FILES)
    for name, old, new in changes:
        assert not old or old in files[name], f"{old!r} is not in {name}"
        files[name] = files[name].replace(old, new, 1) if old else new
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
