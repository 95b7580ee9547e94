"""Prepare questions for a system, and count what it answered. Python 3.11, standard library.

python scorer.py strip QUESTIONS [MORE_QUESTIONS] > bare.jsonl
python scorer.py score QUESTIONS ANSWERS
"""

# ruff: noqa: T201

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

MOST_WORDS = 60


def read(path):
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n") if line.strip()]


def plain(text):
    """Small letters without accents, one space between words, hours joined: « 18 h 30 » is 18h30."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    text = re.sub(r"(\d) ?(h|am|pm)\b", r"\1\2", " ".join(text.split()))
    return re.sub(r"(\dh) (\d\d)\b", r"\1\2", text)


def holds(text, wanted):
    """The words or the figure wanted, whole: 2 is neither in 2.50 nor in 12."""
    return bool(re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(plain(wanted))}(?!\w)(?![.,]\d)", plain(text)))


def is_answer(line):
    if not isinstance(line, dict) or line.get("action") not in ("answer", "abstain"):
        return False
    texts, citations = (line.get("id"), line.get("answer")), line.get("citations")
    return isinstance(citations, list) and all(isinstance(one, str) for one in (*texts, *citations))


def read_answers(path):
    """Lines by id, and how many are not as agreed; an id with two lines counts against the system."""
    found, broken = defaultdict(list), 0
    for text in filter(str.strip, Path(path).read_text(encoding="utf-8", errors="replace").split("\n")):
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        if is_answer(line):
            found[line["id"]].append(line)
        else:
            broken += 1
    return found, broken


def is_right(question, line):
    """An answer is right if it is short, cites the rules expected and no other, and holds what is expected."""
    return (
        len(line["answer"].split()) <= MOST_WORDS
        and set(line["citations"]) == set(question["rules"])
        and all(any(holds(line["answer"], one) for one in group) for group in question["expect"])
    )


def outcome(question, lines):
    if len(lines) != 1:
        return "missing, doubled or malformed"
    if lines[0]["action"] == "abstain":
        return "right abstention" if question["expected"] == "abstain" else "abstained, an answer was due"
    if question["expected"] == "abstain":
        return "answered, abstention was due"
    return "right answer" if is_right(question, lines[0]) else "wrong answer"


def wilson(right, total, z=1.96):
    """The interval at 95 % for a share."""
    share, spread = right / total, z * z / total
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * (share * (1 - share) / total + spread / (4 * total)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)


def show(name, right, total):
    low, high = wilson(right, total) if total else (0.0, 1.0)
    print(f"{name}: {right}/{total}, Wilson 95% {low:.3f} to {high:.3f}")


def score(questions, answers):
    outcomes = {question["id"]: outcome(question, answers.get(question["id"], [])) for question in questions}
    count = Counter(outcomes.values())
    good = count["right answer"] + count["right abstention"]
    silent = count["right abstention"] + count["abstained, an answer was due"]
    given = count["right answer"] + count["wrong answer"] + count["answered, abstention was due"]
    show("score", good, len(questions))
    show("coverage", given, len(questions))
    show("accuracy of answers given", count["right answer"], given)
    minutes = 20 * (len(questions) - silent - count["right answer"]) + 4 * silent
    print(f"minutes: {minutes}, at 20 an error and 4 an abstention; without a system {4 * len(questions)}")
    for kind in dict.fromkeys(question["kind"] for question in questions):
        mine = [outcomes[question["id"]] for question in questions if question["kind"] == kind]
        print(f"  {kind}: {sum(one.startswith('right') for one in mine)}/{len(mine)}")
    for name in sorted(count):
        ids = " ".join(key for key, value in outcomes.items() if value == name)
        print(f"{name}: {count[name]} ({ids})")
    return outcomes


if __name__ == "__main__":
    if sys.argv[1] == "strip":
        every = [question for path in sys.argv[2:] for question in read(path)]
        for question in sorted(every, key=lambda one: hashlib.sha256(one["question"].encode()).digest()):
            kept = {key: question[key] for key in ("id", "question", "document") if key in question}
            print(json.dumps(kept))
    else:
        given, malformed = read_answers(sys.argv[3])
        score(read(sys.argv[2]), given)
        print(f"malformed lines: {malformed}")
