"""What a correction shows: the mark in force, what gave it, and the key as the key, whatever was decided since."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment import decisions, regrades
from app.assessment.corrections import corrections_of, mark_in_force
from app.assessment.decisions import Proposal
from app.assessment.models import Attempt
from app.assessment.queries import exam_versions_of, find_result
from app.assessment.regrading import Cause, Decided, Decision, Kind, Remarked, Slot, cause_in_force, marked_again
from app.foundation import clock
from app.foundation.i18n import use_language
from app.foundation.wording import day_in_words
from app.wiring.deliveries import drain_outbox
from tests.assessment.papers import GOOD, WrittenExam
from tests.assessment.regraded import REASON, Regraded
from tests.assessment.remarking import WHY, contested, failed_essay, slot_of
from tests.builders import Cast
from tests.courses import Small, items_of, question
from tests.reviewer import ReviewedClient

pytestmark = pytest.mark.usefixtures("english")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
LAYOUT = [["t1", "a"], ["t2", "b"]]  # "a" is right by the author's key
RIGHT, WRONG = {"choice": "t1"}, {"choice": "t2"}
VOID, CREDIT_ALL = Decision("v", Kind.VOID, None, NOON), Decision("c", Kind.CREDIT_ALL, None, NOON)
REKEY = Decision("r", Kind.REKEY, {"correct": ["b"]}, NOON)
HALF, ALL, NOTHING = Decimal("0.5"), Decimal(1), Decimal(0)
BEFORE, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


def marked(payload: Any, decision: Decision | None, remark: Remarked | None = None) -> Slot:
    """A slot of two points as it was marked first, by its author's key."""
    decided = Decided(decision, question("single", "q").body, payload, LAYOUT) if decision else None
    return Slot(1, Decimal(2), "alpha", ALL if payload == RIGHT else NOTHING, "single", decided, remark)


SHOWN = [
    # What was answered, decided and marked again on appeal; what is shown once that is carried out.
    (RIGHT, None, None, ("right", "2", None, None)),
    (WRONG, None, None, ("wrong", "0", None, None)),
    (None, None, None, ("blank", "0", None, None)),
    (RIGHT, VOID, None, ("void", "0", Cause.VOID, NOON)),
    (None, VOID, None, ("void", "0", Cause.VOID, NOON)),
    (WRONG, CREDIT_ALL, None, ("right", "2", Cause.CREDIT_ALL, NOON)),
    (RIGHT, CREDIT_ALL, None, ("right", "2", Cause.CREDIT_ALL, NOON)),
    (None, CREDIT_ALL, None, ("right", "2", Cause.CREDIT_ALL, NOON)),
    (WRONG, REKEY, None, ("right", "2", Cause.REKEY, NOON)),
    (RIGHT, REKEY, None, ("wrong", "0", Cause.REKEY, NOON)),
    (None, REKEY, None, ("blank", "0", Cause.REKEY, NOON)),
    (WRONG, None, Remarked(ALL, LATER), ("right", "2", Cause.REMARK, LATER)),
    (WRONG, None, Remarked(HALF, LATER), ("partial", "1", Cause.REMARK, LATER)),
    (WRONG, None, Remarked(NOTHING, LATER), ("wrong", "0", Cause.REMARK, LATER)),
    (RIGHT, None, Remarked(NOTHING, LATER), ("wrong", "0", Cause.REMARK, LATER)),
    (None, None, Remarked(HALF, LATER), ("partial", "1", Cause.REMARK, LATER)),
    (None, None, Remarked(NOTHING, LATER), ("blank", "0", Cause.REMARK, LATER)),
    # Both: void and given to everybody stand; a key that came first says nothing, a later one only raises.
    (WRONG, VOID, Remarked(HALF, LATER), ("void", "0", Cause.VOID, NOON)),
    (WRONG, CREDIT_ALL, Remarked(HALF, LATER), ("right", "2", Cause.CREDIT_ALL, NOON)),
    (WRONG, REKEY, Remarked(HALF, LATER), ("partial", "1", Cause.REMARK, LATER)),
    (WRONG, REKEY, Remarked(HALF, BEFORE), ("right", "2", Cause.REKEY, NOON)),
    (RIGHT, REKEY, Remarked(HALF, BEFORE), ("partial", "1", Cause.REMARK, BEFORE)),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "decision", "remark", "shown"), SHOWN)
def test_each_reason_and_what_is_shown(
    payload: Any, decision: Decision | None, remark: Remarked | None, shown: tuple[Any, ...]
) -> None:
    slot = marked_again(marked(payload, decision, remark))
    mark = mark_in_force(slot, blank=payload is None)
    assert (mark.outcome, str(mark.points.normalize()), mark.cause, mark.at) == shown
    assert mark.most == 2
    assert marked_again(slot) == slot, "carried out once, it says the same again"


@pytest.mark.parametrize("decision", [VOID, CREDIT_ALL, REKEY])
def test_what_is_not_carried_out_yet_changes_no_mark(decision: Decision) -> None:
    slot = marked(WRONG, decision)
    assert cause_in_force(slot) == (Cause.LATER, NOON)
    assert mark_in_force(slot, blank=False).outcome == "wrong"


# Stories


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Regraded:
    """Ten questions of one point whose corrections are shown; 7 needed."""
    return Regraded(app, session, cast, exam_settings={"shows": "items"})


def today(language: str) -> str:
    with use_language(language):
        return day_in_words(clock.now())


def shown_of(reader: ReviewedClient, attempt: Attempt, slot: int) -> str:
    """What the page of the result says of one question."""
    reader.get(f"/attempts/{attempt.public_id}/result")
    found = reader.page.select_one(f"#q{slot}-question")
    assert found is not None
    return re.sub(r"\s+", " ", found.get_text(" ", strip=True))


DECIDED = [
    (Kind.VOID, None, "en", ["does not count", "This question does not count", "it counts for nobody",
                             "Against the expected answer Not quite"]),
    (Kind.VOID, None, "fr", ["ne compte pas", "Cette question ne compte pas", "elle ne compte pour personne",
                             "Par rapport à la réponse attendue Pas tout à fait"]),
    (Kind.CREDIT_ALL, None, "en", [": 1 of 1", "Counted as right", "everybody has the points of this question",
                                   "Against the expected answer Not quite"]),
    (Kind.CREDIT_ALL, None, "fr", ["1 sur 1", "Comptée comme juste", "tout le monde a les points",
                                   "Par rapport à la réponse attendue Pas tout à fait"]),
    (Kind.REKEY, {"correct": ["b"]}, "en", [": 1 of 1", "Right", "Its right answer was corrected"]),
    (Kind.REKEY, {"correct": ["b"]}, "fr", ["1 sur 1", "Juste", "La bonne réponse a été corrigée"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "key", "language", "words"), DECIDED)
def test_a_decision_is_said_where_the_answer_is_shown(
    exam: Regraded, session: Session, cast: Cast, kind: Kind, key: Any, language: str, words: list[str]
) -> None:
    attempt = exam.sit("ada", set(range(1, 7)))  # "b" to the faulty one
    slot, ada = slot_of(session, attempt, "q-0"), cast.client("ada", language=language)
    before = shown_of(ada, attempt, slot)
    assert ("Not quite" if language == "en" else "Pas tout à fait") in before
    assert ("0 of 1" if language == "en" else "0 sur 1") in before
    exam.decide(kind, new_key=key)
    after = shown_of(ada, attempt, slot)
    assert [one for one in words if one not in after] == []
    assert today(language) in after.replace("\u00a0", " ")
    others = [shown_of(ada, attempt, other.slot) for other in items_of(session, attempt) if other.slot != slot]
    assert not any("decision of" in other or "décision du" in other for other in others)


def test_whose_answer_was_right_by_the_key_reads_it_once(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", {0})
    exam.decide(Kind.CREDIT_ALL)
    shown = shown_of(cast.client("ada", language="en"), attempt, slot_of(session, attempt, "q-0"))
    assert "everybody has the points of this question" in shown
    assert "Against the expected answer" not in shown


@pytest.mark.parametrize(
    ("points", "title", "by_key"), [("1", "Counted as right", True), ("0.5", "Counted as partly right", True),
                                    ("0", "Not quite", False)],
)  # fmt: skip
def test_an_answer_marked_again_on_appeal(
    exam: Regraded, session: Session, cast: Cast, points: str, title: str, by_key: bool
) -> None:
    attempt = exam.sit("ada", {1, 2})
    slot, case = slot_of(session, attempt, "q-0"), contested(exam, attempt)
    ada, camille = cast.client("ada", language="en"), cast.client("camille", language="en")
    case.approve(case.propose(marks={slot: points}), upheld=points != "0")
    shown = shown_of(ada, attempt, slot)
    assert f"Question {slot}: {points} of 1" in shown
    assert title in shown
    assert f"Marked again on appeal on {today('en')}." in shown.replace("\u00a0", " ")
    assert ("Against the expected answer Not quite" in shown) is by_key
    assert WHY not in shown, "the answer to the appeal gives the reason"
    case.contest()
    camille.get(f"/studio/appeals/{case.appeal.public_id}/marking-again")
    assert f"Question {slot}: {points} of 1" in camille.text()
    assert title in camille.text()
    assert "Marked again on appeal on" in camille.text()


def test_staff_see_that_a_question_does_not_count(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", {1, 2})
    case, camille = contested(exam, attempt), cast.client("camille", language="en")
    exam.decide(Kind.VOID)
    camille.get(f"/studio/appeals/{case.appeal.public_id}/marking-again")
    assert f"Question {slot_of(session, attempt, 'q-0')}: does not count" in camille.text()
    assert "This question does not count" in camille.text()


def test_until_the_worker_comes_the_mark_in_force_stands(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", {1, 2})
    slot, ada = slot_of(session, attempt, "q-0"), cast.client("ada", language="en")
    regrades.start(session, actor=cast.actor("admin"), decision=exam.propose(Kind.REKEY, new_key={"correct": ["b"]}))
    session.commit()
    shown = shown_of(ada, attempt, slot)
    assert f"Question {slot}: 0 of 1 " in shown
    assert "Counted as wrong" in shown
    assert "this result is still to be marked again" in shown
    assert "Against the expected answer Right" in shown
    exam.work()
    assert "still to be marked again" not in shown_of(ada, attempt, slot)


def test_exercises_keep_their_marks_and_say_that_the_question_was_corrected(
    app: Flask, session: Session, cast: Cast
) -> None:
    exercises = Regraded(app, session, cast, Small(quiz_questions=[question("single", "q-0")]))
    exercises.exam_version = exam_versions_of(session, exercises.version.id)[0]
    attempt = exercises.sit("ada", set())
    exercises.decide(Kind.REKEY, new_key={"correct": ["b"]})
    shown = shown_of(cast.client("ada", language="fr"), attempt, 1)
    assert "0 sur 1" in shown
    assert "Comptée comme fausse" in shown
    assert "ne sont pas corrigés de nouveau" in shown
    assert "Par rapport à la réponse attendue Juste" in shown


def test_exercises_done_after_a_decision_follow_its_key_at_once(app: Flask, session: Session, cast: Cast) -> None:
    exercises = Regraded(app, session, cast, Small(quiz_questions=[question("single", "q-0")]))
    exercises.exam_version = exam_versions_of(session, exercises.version.id)[0]
    exercises.decide(Kind.REKEY, new_key={"correct": ["b"]})
    attempt, ada = exercises.begin("ada"), cast.client("ada", language="en")
    exercises.answer(attempt, set())
    session.commit()
    ada.get(f"/attempts/{attempt.public_id}?question=1")
    assert ada.page.select_one("fieldset.question .outcome").get_text(strip=True) == "Right"
    ada.post(f"/attempts/{attempt.public_id}/submission", follow=True)
    assert "Question 1: 1 of 1" in shown_of(ada, attempt, 1)
    assert "Against the expected answer" not in ada.text()


@pytest.mark.parametrize("shows", ["items", "domains"])
@pytest.mark.parametrize(
    ("kind", "title"), [(Kind.VOID, "This question does not count"), (Kind.CREDIT_ALL, "Counts for 2 out of 2")]
)
def test_a_text_that_people_marked(
    app: Flask, session: Session, cast: Cast, shows: str, kind: Kind, title: str
) -> None:
    written = WrittenExam(app, session, cast, exam_settings={"shows": shows})
    attempt = failed_essay(written)
    slot, ada = written.slot(attempt, "essay"), cast.client("ada", language="en")
    ada.get(f"/attempts/{attempt.public_id}/result")
    assert title not in ada.text()
    decide(written, slot, attempt, kind)
    ada.get(f"/attempts/{attempt.public_id}/result")
    assert title in " ".join(ada.page.select_one("section[aria-labelledby=papers]").get_text(" ").split())
    assert "2 people marked it, apart from each other: 0.22 out of 2." in ada.text(), "what they decided stays readable"
    assert bool(ada.page.select("fieldset.question")) is (shows == "items")
    if shows == "items":
        assert title in shown_of(ada, attempt, slot)
        assert "A model answer" in shown_of(ada, attempt, slot)


def test_a_text_marked_again_says_its_points(app: Flask, session: Session, cast: Cast) -> None:
    written = WrittenExam(app, session, cast, exam_settings={"shows": "items"})
    attempt = failed_essay(written)
    slot, case = written.slot(attempt, "essay"), contested(written, attempt)
    remarking = case.propose({slot})
    for name in ("Trois", "Quatre"):
        case.mark(written.marker(name), case.papers(remarking)[0], GOOD)
    case.approve(remarking)
    shown = shown_of(cast.client("ada", language="en"), attempt, slot)
    assert f"Question {slot}: 2 of 2" in shown
    assert "Counts for 2 out of 2 Marked again on appeal on" in shown
    assert shown_of(cast.client("ada", language="en"), attempt, written.slot(attempt, "file")).count("appeal") == 0


def decide(written: WrittenExam, slot: int, attempt: Attempt, kind: Kind) -> None:
    """A decision on the question at this place, proposed, approved and carried out."""
    version = next(item.version for item in items_of(written.session, attempt) if item.slot == slot)
    made = decisions.propose(
        written.session, actor=written.cast.actor("camille"), version=version, proposal=Proposal(kind, None, REASON)
    )  # fmt: skip
    regrades.start(written.session, actor=written.cast.actor("admin"), decision=made)
    written.session.commit()
    for _round in range(8):
        drain_outbox(written.app)
    written.session.expire_all()


def test_marks_beside_corrections_are_those_of_the_result(exam: Regraded, session: Session, cast: Cast) -> None:
    """After a decision and a re-marking, the points shown add up to the total in force."""
    attempt = exam.sit("ada", set(range(1, 7)))
    case = contested(exam, attempt)
    case.approve(case.propose(marks={slot_of(session, attempt, "q-8"): "0.25"}))
    exam.decide(Kind.CREDIT_ALL)
    result = find_result(session, attempt.id)
    assert result is not None
    rows = corrections_of(session, attempt)
    assert sum(row.mark.points for row in rows if row.mark) == result.total == Decimal("7.25")
