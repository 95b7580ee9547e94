"""Papers from the hand-in to the certificate: who marks, who decides, and one end whoever signs at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import paper_queries, papers, queries
from app.assessment.answering import Incoming, Outcome, save_answer
from app.assessment.marking import TAKEN_FOR, save_marking
from app.assessment.models import Attempt, Result
from app.assessment.paper_models import AttemptFile, Paper, PaperMarking
from app.assessment.services import annul_attempt, close_if_over, submit_attempt
from app.assessment.starting import start_attempt
from app.audit.models import AuditEntry
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import use_language
from app.foundation.outbox import OutboxMessage
from tests.assessment.papers import FAIR, GOOD, PDF, TEXT, WEAK, WrittenExam
from tests.assessment.test_races import at_once
from tests.builders import Cast
from tests.certification.builders import make_keys


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> WrittenExam:
    make_keys(app, session)
    return WrittenExam(app, session, cast)


def result_of(exam: WrittenExam, attempt: Attempt) -> tuple[Decimal, Decimal, bool] | None:
    exam.session.expire_all()
    found = queries.find_result(exam.session, attempt.id)
    return None if found is None else (found.total, found.max_points, found.passed)


def events(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.event).order_by(AuditEntry.seq)))


def letters(session: Session) -> list[str]:
    found = session.scalars(
        select(OutboxMessage.payload).where(OutboxMessage.kind == "mail").order_by(OutboxMessage.id)
    )
    return [payload["letter"] for payload in found]


def test_from_the_hand_in_to_the_certificate(exam: WrittenExam, session: Session, cast: Cast) -> None:
    attempt = exam.sit()
    assert attempt.state == "submitted"
    assert result_of(exam, attempt) is None
    single = exam.slot(attempt, "single")
    assert exam.scores(attempt) == {single: (Decimal(1), "single")}, "what a program marks is marked already"
    assert [paper.markers for paper in exam.papers(attempt)] == [2, 2]
    un, deux = exam.marker("Un"), exam.marker("Deux")
    essay, file = (exam.paper(attempt, kind) for kind in ("essay", "file"))
    assert not exam.mark(un, essay, FAIR)
    assert not exam.mark(deux, essay, FAIR)
    assert exam.paper(attempt, "essay").levels == FAIR
    assert not exam.mark(un, file, GOOD)
    assert (attempt.state, result_of(exam, attempt)) == ("submitted", None)
    assert exam.mark(deux, file, GOOD)
    # 1 + 7/9 of 2 + 1 of 4 points: 3.555555…, 3.56
    assert (attempt.state, result_of(exam, attempt)) == ("released", (Decimal("3.56"), Decimal(4), True))
    assert exam.scores(attempt)[essay.slot] == (Decimal("0.777777777778"), "rubric")
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1
    assert "exam-result-out" in letters(session)
    said = events(session)
    assert [said.count(name) for name in ("paper.marked", "paper.decided", "attempt.released")] == [4, 2, 1]


def test_two_who_differ_ask_for_a_third_and_the_median_counts(exam: WrittenExam) -> None:
    attempt = exam.sit(content=None)
    paper = exam.paper(attempt, "essay")
    markers = [exam.marker(name) for name in ("Un", "Deux", "Trois", "Quatre")]
    assert not exam.mark(markers[0], paper, GOOD)
    assert not exam.mark(markers[1], paper, WEAK)
    assert exam.paper(attempt, "essay").levels is None
    assert exam.mark(markers[2], paper, {"exactitude": 1, "clarte": 2})
    assert exam.paper(attempt, "essay").levels == {"exactitude": 1, "clarte": 2}
    with pytest.raises(ConflictError):
        exam.take(markers[3], paper)
    # the file was left blank: 1 + 4/9 of 2 + 0
    assert result_of(exam, attempt) == (Decimal("1.89"), Decimal(4), False)


@pytest.mark.parametrize(("text", "content"), [(None, None), ("  \n ", None)])
def test_a_blank_attempt_waits_for_nobody(exam: WrittenExam, text: str | None, content: bytes | None) -> None:
    attempt = exam.sit(text=text, content=content)
    assert exam.papers(attempt) == []
    assert (attempt.state, result_of(exam, attempt)) == ("released", (Decimal(1), Decimal(4), False))
    assert "exam-result-out" not in letters(exam.session)


def test_an_exam_that_certifies_nothing_has_one_marker(exam: WrittenExam, session: Session) -> None:
    exam.exam_version.exam.kind = "graded"
    session.commit()
    attempt = exam.sit(content=None)
    assert exam.mark(exam.marker(), exam.paper(attempt, "essay"), GOOD)
    assert result_of(exam, attempt) == (Decimal(3), Decimal(4), True)


def test_the_clock_hands_a_text_in_and_it_waits(exam: WrittenExam, session: Session, cast: Cast) -> None:
    attempt = exam.begin(cast.ada)
    exam.answer(attempt, cast.ada)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert close_if_over(session, attempt)
        assert not close_if_over(session, attempt)
    session.commit()
    assert (attempt.state, attempt.finish_reason) == ("submitted", "clock")
    assert len(exam.papers(attempt)) == 2
    assert exam.hand_in(attempt, cast.ada) is None, "handing in again changes nothing and says nothing yet"
    assert len(exam.papers(attempt)) == 2


def test_a_held_back_result_is_scored_and_waits_for_its_release(app: Flask, session: Session, cast: Cast) -> None:
    exam = WrittenExam(app, session, cast, exam_settings={"release": "staff"})
    attempt = exam.sit()
    exam.mark_all(attempt)
    assert (attempt.state, result_of(exam, attempt)) == ("scored", (Decimal(4), Decimal(4), True))
    assert "exam-result-out" not in letters(session)


def test_nobody_begins_again_before_the_result_is_out(exam: WrittenExam, session: Session, cast: Cast) -> None:
    attempt = exam.sit()
    later = clock.now() + timedelta(days=3)
    with clock.frozen(later), use_language("en"), pytest.raises(RuleError, match="not out yet"):
        start_attempt(session, actor=cast.ada.actor(), exam_version=exam.exam_version, enrolled=True)
    exam.mark_all(attempt, WEAK)
    assert attempt.state == "released"
    with clock.frozen(later):
        assert start_attempt(session, actor=cast.ada.actor(), exam_version=exam.exam_version, enrolled=True)


def test_nobody_marks_their_own_and_an_annulled_attempt_leaves_the_queue(
    exam: WrittenExam, session: Session, cast: Cast
) -> None:
    attempt = exam.sit(cast.camille)
    (paper, _file) = exam.papers(attempt)
    with pytest.raises(NotFoundError):
        paper_queries.get_paper(session, cast.camille.id, paper.public_id)
    assert paper_queries.count_to_mark(session, cast.camille.id) == 0
    marker = exam.marker()
    assert paper_queries.count_to_mark(session, marker.id) == 2
    taken = exam.take(marker, paper)
    annul_attempt(session, actor=cast.admin.actor(), attempt_id=attempt.id, reason="Fraude.")
    session.commit()
    assert paper_queries.count_to_mark(session, marker.id) == 0
    with pytest.raises(ConflictError):
        papers.finish_marking(session, actor=marker.actor(), paper=exam.papers(attempt)[0], marking=taken)
    session.rollback()
    assert attempt.state == "annulled"


def test_what_is_put_back_or_left_behind_is_taken_by_another(exam: WrittenExam, session: Session) -> None:
    attempt = exam.sit(content=None)
    paper = exam.paper(attempt, "essay")
    un, deux, trois, quatre = (exam.marker(name) for name in ("Un", "Deux", "Trois", "Quatre"))
    exam.take(un, paper)
    exam.take(deux, paper)
    with pytest.raises(ConflictError):
        exam.take(trois, paper)
    session.rollback()
    papers.put_back(session, actor=un.actor(), paper=paper)
    session.commit()
    with pytest.raises(ConflictError):
        papers.put_back(session, actor=un.actor(), paper=paper)
    session.rollback()
    exam.take(trois, paper)
    with clock.frozen(clock.now() + TAKEN_FOR + timedelta(minutes=1)):
        exam.take(quatre, paper)
    left = session.scalars(select(PaperMarking.marker_id).order_by(PaperMarking.place)).all()
    assert quatre.id in left
    assert len(left) == 2


def test_a_marking_is_whole_or_not_signed_and_signed_for_good(exam: WrittenExam, session: Session) -> None:
    attempt = exam.sit(content=None)
    paper, un = exam.paper(attempt, "essay"), exam.marker("Un")
    taken = exam.take(un, paper, {"exactitude": 1})
    with pytest.raises(RuleError):
        papers.finish_marking(session, actor=un.actor(), paper=paper, marking=taken)
    session.rollback()
    exam.mark(un, paper, FAIR)
    with pytest.raises(ConflictError):
        save_marking(session, marking=taken, levels=GOOD, feedback={}, comment="")
    session.rollback()
    with pytest.raises(ConflictError):
        papers.finish_marking(session, actor=un.actor(), paper=paper, marking=taken)
    session.rollback()
    assert session.scalars(select(PaperMarking.levels)).one() == FAIR


# Files


def test_a_hash_alone_puts_no_file_in_force(exam: WrittenExam, session: Session, cast: Cast) -> None:
    """Whoever learns the hash of another's file has not sent it."""
    first = exam.begin(cast.ada)
    exam.send(first, cast.ada, PDF)
    sha256 = session.scalars(select(AttemptFile.sha256)).one()
    second = exam.begin(cast.blaise)
    stolen = Incoming(exam.slot(second, "file"), {"sha256": sha256, "name": "mine.pdf"}, 1, "key")
    with pytest.raises(RuleError):
        save_answer(session, attempt=second, incoming=stolen)
    session.rollback()
    exam.send(second, cast.blaise, PDF)
    again = Incoming(exam.slot(second, "file"), {"sha256": sha256, "name": "mine.pdf"}, 2, "key")
    assert save_answer(session, attempt=second, incoming=again).outcome is Outcome.SAVED


def test_a_file_replaced_stays_among_what_was_sent(exam: WrittenExam, session: Session, cast: Cast) -> None:
    attempt = exam.begin(cast.ada)
    exam.send(attempt, cast.ada, PDF)
    exam.send(attempt, cast.ada, PDF)
    exam.send(attempt, cast.ada, b"notes", "notes.txt")
    exam.send(attempt, cast.ada, PDF)
    assert session.scalar(select(func.count()).select_from(AttemptFile)) == 2
    answer = queries.answers_of(session, attempt.id)[exam.slot(attempt, "file")]
    assert (answer.rev, answer.payload["name"]) == (3, "rapport.pdf")


# At once


def signing(public_id: str, actor: Any) -> Any:
    def act(own: Session) -> bool:
        found = paper_queries.get_paper(own, actor.account_id, public_id)
        marking = paper_queries.find_marking(own, found, actor.account_id)
        assert marking is not None
        return papers.finish_marking(own, actor=actor, paper=found, marking=marking)

    return act


@pytest.mark.slow
def test_the_last_signatures_at_once_end_the_attempt_once(
    app: Flask, exam: WrittenExam, session: Session, cast: Cast
) -> None:
    """Four signatures let go together: two markers on each of two papers of one attempt."""
    attempt = exam.sit()
    markers = [exam.marker("Un"), exam.marker("Deux")]
    acts = []
    for paper in exam.papers(attempt):
        public_id = paper.public_id
        for marker in markers:
            exam.take(marker, paper, FAIR)
            acts.append(signing(public_id, marker.actor()))
    ended = at_once(app, session, acts)
    assert sorted(map(str, ended)) == ["False", "False", "False", "True"]
    session.expire_all()
    assert attempt.state == "released"
    assert session.scalar(select(func.count()).select_from(Result)) == 1
    assert len(exam.scores(attempt)) == 3
    said = events(session)
    assert [said.count(name) for name in ("paper.decided", "attempt.released")] == [2, 1]
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1
    assert letters(session).count("exam-result-out") == 1


@pytest.mark.slow
def test_many_markers_at_once_share_the_places(app: Flask, exam: WrittenExam, session: Session) -> None:
    attempt = exam.sit(content=None)
    public_id = exam.paper(attempt, "essay").public_id
    actors = [exam.marker(f"Marker {number}").actor() for number in range(6)]

    def taking(actor: Any) -> Any:
        def act(own: Session) -> int:
            found = paper_queries.get_paper(own, actor.account_id, public_id)
            return papers.claim(own, actor=actor, paper=found).place

        return act

    results = at_once(app, session, [taking(actor) for actor in actors])
    assert sorted(one for one in results if isinstance(one, int)) == [1, 2]
    assert sum(isinstance(one, ConflictError) for one in results) == 4


@pytest.mark.slow
def test_handing_in_many_times_at_once_makes_each_paper_once(
    app: Flask, exam: WrittenExam, session: Session, cast: Cast
) -> None:
    attempt = exam.begin(cast.ada)
    exam.answer(attempt, cast.ada, TEXT)
    actor, public_id = cast.ada.actor(), attempt.public_id

    def act(own: Session) -> Any:
        return submit_attempt(own, actor=actor, attempt=queries.get_attempt(own, actor.account_id, public_id))

    assert at_once(app, session, [act] * 10) == [None] * 10
    assert session.scalar(select(func.count()).select_from(Paper)) == 2
