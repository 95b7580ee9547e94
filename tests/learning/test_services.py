"""Beginning a course and moving through it: progress, resuming, locks, versions."""

from __future__ import annotations

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.catalog.queries import get_item, get_version
from app.extensions import db
from app.foundation.errors import RuleError
from app.learning.models import Enrolment, ItemProgress
from app.learning.queries import Path, path_of
from app.learning.services import complete_lesson, enrol, open_item, record_quiz
from tests.builders import Cast
from tests.courses import Small, begin

AT_ONCE = 12


def path_now(session: Session, enrolment: Enrolment) -> Path:
    session.expire_all()
    return path_of(session, get_version(session, enrolment.course_version_id), enrolment)


def test_beginning_again_changes_nothing(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    first = enrol(session, actor=cast.actor("ada"), version=version)
    again = enrol(session, actor=cast.actor("ada"), version=version)
    assert first.id == again.id
    written = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "course.enrolled")
    assert session.scalar(written) == 1


def test_two_clicks_at_once_begin_a_course_once(app: Flask, cast: Cast, session: Session) -> None:
    version_id = Small().publish(session).id
    actor, found, barrier = cast.actor("ada"), [], Barrier(AT_ONCE)
    session.commit()

    def click() -> None:
        with app.app_context(), Session(db.engine) as own:
            barrier.wait()
            version = get_version(own, version_id)
            enrolment = enrol(own, actor=actor, version=version)
            open_item(own, enrolment=enrolment, item=version.modules[0].items[0])
            own.commit()
            found.append(enrolment.id)

    threads = [Thread(target=click) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == AT_ONCE
    assert len(set(found)) == 1
    assert session.scalar(select(func.count()).select_from(ItemProgress)) == 1


def test_progress_counts_what_is_done_and_nothing_else(cast: Cast, session: Session) -> None:
    version = Small(lessons=3).publish(session)
    enrolment = begin(session, cast.ada, version, mastered=False)
    assert (path_now(session, enrolment).percent, path_now(session, enrolment).items) == (0, 5)
    lesson = get_item(session, version.id, "lecon-1")
    complete_lesson(session, enrolment=enrolment, item=lesson)
    complete_lesson(session, enrolment=enrolment, item=lesson)
    assert path_now(session, enrolment).percent == 20
    open_item(session, enrolment=enrolment, item=get_item(session, version.id, "lecon-2"))
    assert path_now(session, enrolment).percent == 20
    quiz = get_item(session, version.id, "petit-cours-quiz")
    record_quiz(session, enrolment=enrolment, item=quiz, ratio=Decimal("0.79"), mastered=False)
    assert path_now(session, enrolment).percent == 20
    record_quiz(session, enrolment=enrolment, item=quiz, ratio=Decimal("0.8"), mastered=True)
    record_quiz(session, enrolment=enrolment, item=quiz, ratio=Decimal("0.1"), mastered=False)
    assert path_now(session, enrolment).percent == 40
    kept = session.get(ItemProgress, (enrolment.id, quiz.id))
    assert kept is not None
    assert kept.best_ratio == Decimal("0.8")
    assert kept.completed_at is not None


def test_only_a_lesson_is_finished_by_saying_so(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    enrolment = begin(session, cast.ada, version, mastered=False)
    with pytest.raises(RuleError):
        complete_lesson(session, enrolment=enrolment, item=get_item(session, version.id, "petit-cours-quiz"))


def test_a_course_resumes_where_it_was_left_else_at_what_comes_next(cast: Cast, session: Session) -> None:
    version = Small(lessons=3).publish(session)
    enrolment = begin(session, cast.ada, version, mastered=False)
    assert path_now(session, enrolment).resume.item == "lecon-1"
    left = get_item(session, version.id, "lecon-3")
    open_item(session, enrolment=enrolment, item=left)
    assert path_now(session, enrolment).resume.item == "lecon-3"
    complete_lesson(session, enrolment=enrolment, item=left)
    assert path_now(session, enrolment).resume.item == "lecon-1"
    open_item(session, enrolment=enrolment, item=get_item(session, version.id, "derniere"))
    assert path_now(session, enrolment).resume.item == "lecon-1"


def test_people_in_progress_keep_their_version(cast: Cast, session: Session) -> None:
    old = Small().publish(session)
    enrolment = begin(session, cast.ada, old)
    new = Small(content="2", lessons=4).publish(session)
    assert enrol(session, actor=cast.actor("ada"), version=new).course_version_id == old.id
    assert enrol(session, actor=cast.actor("blaise"), version=new).course_version_id == new.id
    assert path_now(session, enrolment).items == 3
