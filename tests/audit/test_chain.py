"""The audit chain shows what somebody with the whole database did to it; the database refuses the rest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.chain import GENESIS, body_hash, first_break, row_hash
from app.audit.models import AuditBody, AuditEntry
from app.audit.queries import broken_entry, latest_entries
from app.audit.services import record
from app.extensions import db

Row = tuple[str, str, dict[str, Any]]


def chain(length: int) -> list[Row]:
    """Rows that follow one another."""
    rows: list[Row] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        content = {"seq": seq, "actor": "system", "event": f"event-{seq}"}
        rows.append((previous, row_hash(previous, content), content))
        previous = rows[-1][1]
    return rows


def test_a_whole_chain_holds() -> None:
    assert first_break([]) is None
    assert first_break(chain(20)) is None


@given(st.integers(0, 9))
def test_an_edit_is_found_where_it_is(position: int) -> None:
    rows = chain(10)
    previous, own, content = rows[position]
    rows[position] = (previous, own, {**content, "event": "something else"})
    assert first_break(rows) == position


@given(st.integers(0, 8))
def test_an_edit_with_its_own_hash_renewed_is_found_at_the_next(position: int) -> None:
    rows = chain(10)
    previous, _own, content = rows[position]
    edited = {**content, "event": "something else"}
    rows[position] = (previous, row_hash(previous, edited), edited)
    assert first_break(rows) == position + 1


@given(st.integers(0, 8))
def test_a_missing_row_is_found(position: int) -> None:
    rows = chain(10)
    del rows[position]
    assert first_break(rows) == position


@given(st.integers(0, 10))
def test_an_inserted_row_is_found(position: int) -> None:
    rows = chain(10)
    previous = rows[position - 1][1] if position else GENESIS
    content = {"seq": 99, "actor": "system", "event": "never happened"}
    rows.insert(position, (previous, row_hash(previous, content), content))
    assert first_break(rows) == (position + 1 if position < 10 else None)


@given(st.integers(0, 8))
def test_two_rows_that_changed_places_are_found(position: int) -> None:
    rows = chain(10)
    rows[position], rows[position + 1] = rows[position + 1], rows[position]
    assert first_break(rows) == position


def test_a_hash_depends_on_every_part() -> None:
    content = {"seq": 1, "at": "2026-11-22T12:00:00.000000+00:00", "actor": "a"}
    hashes = {row_hash(GENESIS, content), row_hash("1" * 64, content)}
    hashes |= {row_hash(GENESIS, {**content, name: "other"}) for name in content}
    assert len(hashes) == 5
    assert body_hash({"b": 1, "a": 2}) == body_hash({"a": 2, "b": 1})


def three_entries(session: Session) -> None:
    for number in range(3):
        record(session, actor=None, event="test.done", subject=f"subject-{number}", details={"number": number})
    session.commit()


def test_what_is_recorded_follows(session: Session) -> None:
    three_entries(session)
    assert broken_entry(session) is None
    assert [entry.seq for entry, _body in latest_entries(session, limit=2)] == [3, 2]


def test_an_erased_body_does_not_break_the_chain(session: Session) -> None:
    three_entries(session)
    session.execute(update(AuditBody).where(AuditBody.seq == 2).values(details={}))
    session.commit()
    assert broken_entry(session) is None


@pytest.mark.parametrize(
    "change",
    [update(AuditEntry).where(AuditEntry.seq == 2).values(event="x"), delete(AuditEntry).where(AuditEntry.seq == 3)],
    ids=["update", "delete"],
)
def test_the_database_refuses_changes(session: Session, change: Any) -> None:
    three_entries(session)
    session.execute(delete(AuditBody))
    session.commit()
    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(change)
    session.rollback()


def test_a_change_by_somebody_who_owns_the_database_is_found(session: Session) -> None:
    three_entries(session)
    with db.engine.begin() as connection:
        on = " ON audit_entry" if connection.dialect.name == "postgresql" else ""
        trigger = _disable_update_trigger(connection, on)
        connection.execute(text("UPDATE audit_entry SET subject = 'somebody-else' WHERE seq = 2"))
        connection.execute(text(trigger))
    session.expire_all()
    broken = broken_entry(session)
    assert broken is not None
    assert broken.seq == 2


def _disable_update_trigger(connection: Any, on: str) -> str:
    """Drop the trigger as an administrator of the database can; returns what makes it again."""
    if on:
        again = "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry EXECUTE FUNCTION refuse_change()"
    else:
        again = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'audit_entry_no_update'")
        ).scalar_one()
    connection.execute(text(f"DROP TRIGGER audit_entry_no_update{on}"))
    return str(again)


def test_appends_of_two_transactions_queue(session: Session) -> None:
    three_entries(session)
    with Session(db.engine) as other:
        record(other, actor=None, event="test.done", subject="from another session")
        other.commit()
    record(session, actor=None, event="test.done", subject="and back")
    session.commit()
    assert broken_entry(session) is None
    assert session.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)).all() == [1, 2, 3, 4, 5]
