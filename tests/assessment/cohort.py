"""A seeded cohort: people of known strength, since erased, before questions of known difficulty; in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.answers import WRITTEN_TYPES
from app.assessment.choices import is_right, options_of
from app.assessment.drafts import QuestionDraft
from app.assessment.drawing import shuffled
from app.assessment.draws import pool_of
from app.assessment.keyed import has_options
from app.assessment.models import Answer, Attempt, AttemptItem, ExamVersion, QuestionVersion, Result, Score
from app.foundation.identifiers import encode
from app.wiring.simulating import Dice, chance, chosen
from tests.courses import both, question

BEGINS = datetime(2026, 10, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Nature:
    """What a question is really like: difficulty, sharpness, and what is planted in it."""

    difficulty: float = 0.0
    sharpness: float = 1.8
    wrong_key: bool = False  # those who know choose b, the key says a
    harder_in_english: float = 0.0
    unused: str = ""  # an option that nobody takes


def four_options(slug: str) -> QuestionDraft:
    """A question of one right answer, a, among four."""
    texts = {"a": "Juste", "b": "Presque", "c": "Loin", "d": "Absurde"}
    options = [
        {"id": key, "text": both(text), **({"correct": True} if key == "a" else {})} for key, text in texts.items()
    ]
    return question("single", slug, options=options)


class Cohort:
    """Writes first attempts of one exam version; the same seed writes the same marks."""

    def __init__(
        self, session: Session, version: ExamVersion, natures: dict[str, Nature], seed: bytes = b"cohort"
    ) -> None:
        self.session, self.version, self.natures = session, version, natures
        self.pool = list(pool_of(session, version.id))
        self.dice = Dice(seed, "dice")
        self.seed = seed
        self.rows: dict[type, list[dict[str, Any]]] = {
            model: [] for model in (Account, Attempt, AttemptItem, Answer, Score, Result)
        }

    def sit(self, people: int, *, form: int | None = None, first: int = 1_000) -> None:
        """So many people sit, every second one in English; `form` questions each, all of the pool unless said."""
        for person in range(first, first + people):
            language = "en" if person % 2 else "fr"
            strength = 2.0 * (sum(self.dice.share() for _ in range(6)) - 3)  # near normal, sd 1.4
            drawn = shuffled(self.pool, self.seed, f"form {person}")[:form] if form else self.pool
            self._attempt(person, language, strength, drawn)
        for model, rows in self.rows.items():
            self.session.execute(insert(model), rows)
            rows.clear()
        self.session.commit()

    def _attempt(self, person: int, language: str, strength: float, drawn: Sequence[QuestionVersion]) -> None:
        at = BEGINS + timedelta(minutes=person)
        self.rows[Account].append(
            {
                "id": person, "public_id": encode(person << 60), "email": f"p{person}@example.org",
                "email_key": f"p{person}@example.org", "name": f"P {person}", "name_key": f"p {person}",
                "role": "learner", "state": "erased", "language": language, "password_hash": "none",
                "created_at": at, "confirmed_at": at,
            }
        )  # fmt: skip
        self.rows[Attempt].append(
            {
                "id": person, "public_id": encode((person << 64) + self.dice.below(1 << 60)),
                "exam_id": self.version.exam_id, "exam_version_id": self.version.id, "account_id": person, "number": 1,
                "seed": b"0" * 16, "state": "released", "language": language, "started_at": at,
                "deadline_at": at + timedelta(hours=1), "extra_percent": 0, "pause_s": 0,
                "submitted_at": at + timedelta(minutes=30), "finish_reason": "candidate",
            }
        )  # fmt: skip
        right = sum(self._slot(person, slot, one, strength, language, at) for slot, one in enumerate(drawn, start=1))
        cut = Decimal(len(drawn)) * Decimal("0.7")
        self.rows[Result].append(
            {
                "attempt_id": person, "revision": 1, "total": Decimal(right), "max_points": Decimal(len(drawn)),
                "cut": cut, "passed": right >= cut, "per_domain": [], "reason": "marked", "decided_at": at,
            }
        )  # fmt: skip

    def _slot(
        self, person: int, slot: int, version: QuestionVersion, strength: float, language: str, at: datetime
    ) -> bool:
        nature = self.natures.get(version.question.slug, Nature())
        difficulty = nature.difficulty + (nature.harder_in_english if language == "en" else 0)
        knows = self.dice.share() < chance(strength, difficulty, sharpness=nature.sharpness)
        options = options_of(version.body) if has_options(version.body) else ()
        key = {option["id"] for option in options if is_right(option)}
        order = [[f"t{person}-{slot}-{option['id']}", option["id"]] for option in options]
        chosen = self._chosen(nature, sorted(key), [option for _token, option in order if option not in key], knows)
        right = knows and not nature.wrong_key if not key else set(chosen) == key
        tokens = [token for token, option in order if option in chosen]
        here = {"attempt_id": person, "slot": slot}
        self.rows[AttemptItem].append(
            {**here, "question_version_id": version.id, "option_order": order, "points": Decimal(1), "flagged": False}
        )
        self.rows[Answer].append({**here, "rev": 1, "payload": _payload(version.type, tokens), "saved_at": at})
        self.rows[Score].append(
            {
                **here, "revision": 1, "credit": Decimal(right), "rule": version.type, "rule_version": "grading/1",
                "reason": "marked", "scored_at": at,
            }
        )  # fmt: skip
        return right

    def _chosen(self, nature: Nature, key: list[str], wrong: list[str], knows: bool) -> list[str]:
        """The options somebody takes: who knows takes the best, who does not guesses one or leaves a blank."""
        if not wrong:
            return []
        if knows:
            return wrong[:1] if nature.wrong_key else key
        if self.dice.share() < 0.03:
            return []
        others = [option for option in (*key, *wrong) if option != nature.unused]
        return [others[self.dice.below(len(others))]]


def _payload(kind: str, tokens: list[str]) -> dict[str, Any] | None:
    return {"text": "huit", "lang": "fr"} if kind in WRITTEN_TYPES else chosen(kind, tokens)


def slugs(count: int) -> Iterable[str]:
    """Names of so many questions: q-01, q-02…"""
    return (f"q-{number:02d}" for number in range(1, count + 1))
