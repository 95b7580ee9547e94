"""A plain system, for markers: search by words, the best two sentences, abstention under a threshold.

    python reference.py RULES < bare.jsonl > answers.jsonl

It uses no model and no pasted document. Its threshold was set by eye; the guide compares it with another.
"""

# ruff: noqa: T201, SIM905

import json
import re
import sys
import unicodedata
from collections import Counter
from math import log
from pathlib import Path

THRESHOLD = 0.5
COMMON = set(
    """a an and are at be been by can do does for from how i if in is it its many me much my of on one or our
    so that the their there this to under up us was we what when where which who will with within you your
    au aux avec ce ces cette combien comment dans de des du elle en est et faut il ils je la le les leur
    ma mes mon ne nous on ou par pas peut plus pour puis quand que quel quelle quelles quels qui sa se ses son
    sont sous sur ta tes un une vos votre vous y""".split()
)
GONE = ("ne s'applique plus", "no longer applies")
DESK = {"fr": "Je ne trouve pas de règle qui le dise. L'accueil de la mairie peut vous répondre.",
        "en": "I find no rule that says so. The front desk of the town hall can answer you."}  # fmt: skip


def stems(text):
    """Words without accents, cut at six letters: location and locations meet, and so do some that should not."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return [word[:6].rstrip("s") for word in re.findall(r"[a-z0-9]+", text) if word not in COMMON and len(word) > 1]


def read_rules(path):
    text = Path(path).read_text(encoding="utf-8")
    found = re.findall(r"^## (R\d\d) · (.+)\n\n(.+)$", text, re.MULTILINE)
    return {number: (title, body) for number, title, body in found if not any(sign in body for sign in GONE)}


class Search:
    def __init__(self, rules):
        self.rules = rules
        self.counts = {number: Counter(stems(f"{title} {title} {body}")) for number, (title, body) in rules.items()}
        self.mean = sum(count.total() for count in self.counts.values()) / len(rules)
        self.seen = Counter(word for count in self.counts.values() for word in count)

    def weight(self, word):
        return log(1 + (len(self.rules) - self.seen[word] + 0.5) / (self.seen[word] + 0.5))

    def score(self, words, number):
        count = self.counts[number]
        size = 1.2 * (0.25 + 0.75 * count.total() / self.mean)
        return sum(self.weight(word) * 2.2 * count[word] / (count[word] + size) for word in words)

    def share(self, words, number):
        """Of all the weight of the question, what the rule holds."""
        total = sum(self.weight(word) for word in words)
        return sum(self.weight(word) for word in words if self.counts[number][word]) / total if total else 0.0

    def sentences(self, words, number):
        parts = re.split(r"(?<=[.;]) ", self.rules[number][1])
        ranked = sorted(parts, key=lambda part: -sum(self.weight(word) for word in words & set(stems(part))))
        return " ".join(part for part in parts if part in ranked[:2])


def reply(search, question, desk):
    words = set(stems(question["question"]))
    best = max(search.rules, key=lambda number: search.score(words, number))
    if search.share(words, best) < THRESHOLD:
        return {"id": question["id"], "action": "abstain", "answer": desk, "citations": []}
    text = " ".join(search.sentences(words, best).split()[:60])
    return {"id": question["id"], "action": "answer", "answer": text, "citations": [best]}


def main():
    search = Search(read_rules(sys.argv[1]))
    desk = DESK["fr" if ".fr." in sys.argv[1] else "en"]
    for line in sys.stdin:
        print(json.dumps(reply(search, json.loads(line), desk)))


if __name__ == "__main__":
    main()
