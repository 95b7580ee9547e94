"""Projects: from the look at oneself to the decision, by services: states, two markers, letters, completion."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import marking, projects
from app.assessment.project_models import Submission, SubmissionFile, SubmissionRevision
from app.assessment.project_queries import decisions_of, get_submission_to_mark, get_workplace
from app.assessment.uploads import Upload
from app.audit.models import AuditEntry
from app.foundation import clock
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.outbox import OutboxMessage
from app.learning.queries import Path, find_enrolment, path_of
from app.learning.rules import Place
from app.learning.services import complete_lesson
from app.wiring.deliveries import LETTERS
from tests.assessment.submissions import COURSE, GOOD, PROJECT, WEAK, Studio
from tests.builders import Cast
from tests.courses import exam_of


@pytest.fixture
def studio(session: Session, cast: Cast) -> Studio:
    return Studio(session, cast)


def add(studio: Studio, name: str = "rapport.pdf", sha: str = "a" * 64) -> None:
    upload = Upload(name, "pdf", b"%PDF-1.7")
    projects.add_file(studio.session, actor=studio.cast.ada.actor(), place=studio.place(), upload=upload, sha256=sha)
    studio.session.commit()


def path(studio: Studio) -> Path:
    enrolment = find_enrolment(studio.session, studio.cast.ada.id, studio.version.course_id)
    return path_of(studio.session, studio.version, enrolment)


def done(studio: Studio) -> bool:
    return path(studio).done(PROJECT)


def events(session: Session) -> list[str]:
    found = session.scalars(select(AuditEntry.event).order_by(AuditEntry.seq))
    return [event for event in found if event.startswith(("project.", "marking."))]


def test_a_project_from_beginning_to_end(studio: Studio) -> None:
    session, cast = studio.session, studio.cast
    studio.written()
    assert path(studio).resume == Place("un", PROJECT)
    submission = studio.handed_in()
    assert submission.state == "submitted"
    assert path(studio).waits(PROJECT)
    assert path(studio).resume == Place("un", "lecon-1"), "there is nothing to do about the project"
    studio.mark(cast.camille, submission, GOOD)
    assert (submission.state, submission.revision, done(studio)) == ("accepted", 1, True)
    (decision,) = decisions_of(submission)
    assert (str(decision.percent), decision.revision.levels, decision.revision.accepted) == ("77.7", GOOD, True)
    assert events(session) == ["project.handed-in", "marking.taken", "marking.done", "project.accepted"]


def test_changes_keep_what_was_handed_in_and_ask_for_another_look_at_oneself(studio: Studio) -> None:
    session, cast = studio.session, studio.cast
    studio.written()
    add(studio)
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, WEAK)
    assert (submission.state, submission.revision, done(studio)) == ("changes_requested", 2, False)
    assert not path(studio).waits(PROJECT)
    before, after = submission.revisions
    assert (before.levels, before.accepted, before.own_levels) == (WEAK, False, GOOD)
    assert (after.note, after.link, after.own_levels, after.levels) == (before.note, before.link, None, None)
    assert [file.sha256 for file in after.files] == [file.sha256 for file in before.files] == ["a" * 64]
    projects.remove_file(session, submission=submission, file=after.files[0])
    session.commit()
    session.expire_all()
    assert len(submission.revisions[0].files) == 1, "what was marked stays as it was"
    with pytest.raises(RuleError, match=r"Say first|Dites d’abord"):
        projects.hand_in(session, actor=cast.ada.actor(), place=studio.place())
    session.rollback()
    studio.handed_in()
    studio.mark(cast.camille, submission, GOOD)
    assert submission.state == "accepted"
    assert [one.revision.number for one in decisions_of(submission)] == [2, 1]


def test_handing_in_wants_a_look_at_oneself_and_some_work(studio: Studio) -> None:
    session, actor = studio.session, studio.cast.ada.actor()
    assert len(projects.what_is_missing(None)) == 2
    with pytest.raises(RuleError):
        projects.assess_oneself(session, actor=actor, place=studio.place(), levels={"exactitude": 2})
    projects.assess_oneself(session, actor=actor, place=studio.place(), levels=GOOD)
    submission = studio.submission()
    assert len(projects.what_is_missing(submission)) == 1
    with pytest.raises(RuleError):
        projects.hand_in(session, actor=actor, place=studio.place())
    session.rollback()


def test_work_that_was_handed_in_can_no_longer_be_changed(studio: Studio) -> None:
    session, actor = studio.session, studio.cast.ada.actor()
    studio.written()
    add(studio)
    stale = studio.place()
    studio.handed_in()
    stale_file = stale.submission.current.files[0] if stale.submission else None
    assert stale_file is not None
    for change in (
        lambda: projects.save_words(session, actor=actor, place=studio.place(), note="x", link=""),
        lambda: projects.assess_oneself(session, actor=actor, place=studio.place(), levels=WEAK),
        lambda: add(studio, sha="b" * 64),
        lambda: projects.remove_file(session, submission=studio.submission(), file=stale_file),
    ):
        with pytest.raises(ConflictError):
            change()
        session.rollback()
    projects.hand_in(session, actor=actor, place=studio.place())  # a second click
    assert events(session) == ["project.handed-in"]
    studio.mark(studio.cast.camille, studio.submission(), GOOD)
    with pytest.raises(RuleError):
        projects.hand_in(session, actor=actor, place=studio.place())


def test_files_are_few_and_each_content_is_there_once(studio: Studio) -> None:
    studio.written()
    for number in range(5):
        add(studio, sha=str(number) * 64)
    add(studio, "autre-nom.pdf", "0" * 64)
    assert studio.session.scalar(select(func.count()).select_from(SubmissionFile)) == 5
    with pytest.raises(RuleError, match="5"):
        add(studio, sha="f" * 64)


def test_a_project_wants_the_course_begun_and_its_module_open(studio: Studio, cast: Cast) -> None:
    place = get_workplace(studio.session, cast.blaise.id, COURSE, PROJECT)
    with pytest.raises(RuleError):
        projects.begin(studio.session, actor=cast.blaise.actor(), place=place)
    assert studio.session.scalar(select(func.count()).select_from(Submission)) == 0


def test_an_exam_that_wants_the_project_opens_once_it_is_accepted(session: Session, cast: Cast) -> None:
    studio = Studio(session, cast, mastery=False, exam_settings={"requires": ["un"]})
    enrolment = find_enrolment(session, cast.ada.id, studio.version.course_id)
    assert enrolment is not None
    for item in studio.version.modules[0].items:
        if item.kind == "lesson":
            complete_lesson(session, enrolment=enrolment, item=item)
    session.commit()
    ada, exam = cast.client("ada"), f"/exams/{exam_of(session, studio.version).exam.public_id}"
    assert ada.post(exam, {"pledge": "y"}).status_code == 422
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, WEAK)
    assert ada.post(exam, {"pledge": "y"}).status_code == 422
    studio.handed_in()
    studio.mark(cast.camille, submission, GOOD)
    assert ada.post(exam, {"pledge": "y"}).status_code == 302


def test_nobody_marks_their_own_work(studio: Studio) -> None:
    submission = studio.handed_in()
    with pytest.raises(NotFoundError):
        get_submission_to_mark(studio.session, studio.cast.ada.id, submission.public_id)


def test_work_that_is_not_handed_in_is_not_to_be_marked(studio: Studio) -> None:
    submission = studio.written()
    with pytest.raises(NotFoundError):
        studio.take(studio.cast.camille, submission)
    accepted = studio.handed_in()
    studio.mark(studio.cast.camille, accepted, GOOD)
    with pytest.raises(ConflictError):
        studio.take(studio.marker(), accepted)


def test_one_marker_at_a_time_until_it_is_put_back(studio: Studio) -> None:
    session, cast, other = studio.session, studio.cast, studio.marker()
    submission = studio.handed_in()
    first = studio.take(cast.camille, submission)
    assert studio.take(cast.camille, submission).id == first.id
    assert submission.state == "in_review"
    with pytest.raises(ConflictError):
        studio.take(other, submission)
    session.rollback()
    with pytest.raises(ConflictError):
        marking.put_back(session, actor=other.actor(), submission=submission)
    session.rollback()
    marking.put_back(session, actor=cast.camille.actor(), submission=submission)
    session.commit()
    assert submission.state == "submitted"
    studio.mark(other, submission, GOOD)
    assert submission.state == "accepted"


def test_work_left_behind_may_be_taken_over(studio: Studio) -> None:
    session, cast, other = studio.session, studio.cast, studio.marker()
    submission = studio.handed_in()
    with clock.frozen(clock.now() - marking.TAKEN_FOR):
        abandoned = studio.take(cast.camille, submission)
    studio.take(other, submission)
    with pytest.raises(ConflictError):
        marking.save_marking(session, marking=abandoned, levels=GOOD, feedback={}, comment="Trop tard.")


def test_a_marking_is_whole_and_signed_once(studio: Studio) -> None:
    session, cast = studio.session, studio.cast
    submission = studio.handed_in()
    taken = studio.take(cast.camille, submission)
    for levels, comment in (({"exactitude": 2}, "Lu."), (GOOD, "")):
        marking.save_marking(session, marking=taken, levels=levels, feedback={}, comment=comment)
        with pytest.raises(RuleError):
            marking.finish_marking(session, actor=cast.camille.actor(), submission=submission, marking=taken)
    studio.sign(cast.camille, submission, taken, GOOD)
    with pytest.raises(ConflictError):
        marking.save_marking(session, marking=taken, levels=WEAK, feedback={}, comment="Autre.")
    session.rollback()
    with pytest.raises(ConflictError):
        marking.finish_marking(session, actor=cast.camille.actor(), submission=submission, marking=taken)


@pytest.mark.parametrize(
    ("first", "second", "third", "decided", "state"),
    [
        (GOOD, GOOD, None, GOOD, "accepted"),
        ((2, 2), (2, 3), None, (2, 3), "accepted"),  # a level apart on the lighter line: 1/9 is more than a tenth
        ((0, 0), (2, 3), (2, 2), (2, 2), "accepted"),
        ((0, 0), (2, 3), (1, 1), (1, 1), "changes_requested"),
    ],
)
def test_two_people_mark_what_counts_for_a_certificate(
    session: Session, cast: Cast, first: Any, second: Any, third: Any, decided: Any, state: str
) -> None:
    studio = Studio(session, cast, markers=2)
    submission = studio.handed_in()
    a, b, c = (studio.marker(name) for name in ("Un", "Deux", "Trois"))
    taken = studio.take(a, submission)
    other = studio.take(b, submission)  # both at once, apart from each other
    with pytest.raises(ConflictError):
        studio.take(c, submission)
    session.rollback()
    studio.sign(a, submission, taken, levels(first))
    assert (submission.state, decisions_of(submission), done(studio)) == ("in_review", [], False)
    studio.sign(b, submission, other, levels(second))
    apart = levels(first) != levels(second)
    if apart:
        assert (submission.state, decisions_of(submission)) == ("in_review", [])
        with pytest.raises(ConflictError):
            studio.sign(a, submission, taken, levels(second))
        session.rollback()
        studio.mark(c, submission, levels(third or second))
    assert submission.state == state
    assert decisions_of(submission)[0].revision.levels == levels(decided)
    assert done(studio) is (state == "accepted")


def levels(value: Any) -> dict[str, int]:
    return value if isinstance(value, dict) else {"exactitude": value[0], "clarte": value[1]}


def letters(session: Session) -> list[tuple[str, int | None]]:
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "mail").order_by(OutboxMessage.id))
    return [(message.payload["letter"], message.recipient_id) for message in found]


def test_the_author_receives_a_letter(studio: Studio, app: Any) -> None:
    session, cast = studio.session, studio.cast
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, WEAK)
    studio.handed_in()
    studio.mark(cast.camille, submission, GOOD)
    assert letters(session) == [("project-changes", cast.ada.id), ("project-accepted", cast.ada.id)]
    first, second = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    written = {
        language: [_letter(app, session, message, language) for message in (first, second)] for language in ("fr", "en")
    }
    assert "22,2" in written["fr"][0]
    assert "77,7" in written["fr"][1]
    assert "77.7%" in written["en"][1]
    assert all("/projects/petit-cours/mini-projet" in text for pair in written.values() for text in pair)
    cast.ada.state = "suspended"
    assert LETTERS["project-accepted"](session, second, app.config["SETTINGS"]) is None


def _letter(app: Any, session: Session, message: OutboxMessage, language: str) -> str:
    session.get_one(Account, message.recipient_id).language = language
    letter = LETTERS[message.payload["letter"]](session, message, app.config["SETTINGS"])
    assert letter is not None
    return letter.get_content()


def test_the_first_change_twice_at_once_makes_one_submission(studio: Studio) -> None:
    stale = studio.place()
    studio.written()
    projects.save_words(studio.session, actor=studio.cast.ada.actor(), place=stale, note="Deux.", link="")
    studio.session.commit()
    assert studio.session.scalar(select(func.count()).select_from(Submission)) == 1
    assert studio.session.scalars(select(SubmissionRevision.note)).all() == ["Deux."]
