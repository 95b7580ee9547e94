"""Certificates issued together: who would get one, slices that may be stopped and repeated, drawings on every core."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.catalog.models import Course
from app.catalog.queries import find_course
from app.certification import bulk, keyring, queries, services
from app.certification.bulk import BULK, Outcome
from app.certification.drawings import waiting_drawings
from app.certification.models import BulkTask, Certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.errors import RuleError
from app.foundation.outbox import OutboxMessage
from app.wiring.deliveries import drain_outbox
from tests.builders import Cast
from tests.certification import builders
from tests.certification.test_cli import run

AWARDS = builders.SETTINGS["awards"]


@pytest.fixture
def course(session: Session, cast: Cast, keys: str) -> Course:
    """Three people have passed an exam that awarded nothing when they sat it, and awards since; one has failed."""
    exam = builders.make_course(session, awards=None)
    for name in ("First", "Second", "Third"):
        builders.sit(session, cast.person(f"{name} Passed", email=f"{name.lower()}@example.org"), exam)
    builders.sit(session, cast.person("Fourth Failed", email="fourth@example.org"), exam, right=0)
    session.execute(update(ExamVersion).values(settings={**exam.settings, "awards": AWARDS}))
    session.commit()
    session.expire_all()
    found = find_course(session, "counting")
    assert found is not None
    return found


def outcomes(lines: list[bulk.Line]) -> dict[str, str]:
    return {line.email.partition("@")[0]: line.outcome.value for line in lines}


def certificates(session: Session) -> int:
    return session.scalar(select(func.count(Certificate.id))) or 0


def test_whoever_passed_and_has_nothing_is_found(session: Session, cast: Cast, course: Course) -> None:
    assert outcomes(bulk.plan(session, course, None)) == dict.fromkeys(("first", "second", "third"), "issue")
    (first, *_rest) = bulk.plan(session, course, None)
    assert first.attempt_id is not None
    certificate = services.issue_certificate(session, actor=SYSTEM, attempt_id=first.attempt_id)
    assert outcomes(bulk.plan(session, course, None)) == dict.fromkeys(("second", "third"), "issue")
    asked = ["FIRST@example.org", "second@example.org", "fourth@example.org", "nobody@example.org", "ada@example.org"]
    cast.ada  # noqa: B018 - made on first mention
    lines = bulk.plan(session, course, asked)
    assert [line.outcome for line in lines] == [
        Outcome.HELD, Outcome.ISSUE, Outcome.NOT_PASSED, Outcome.NOBODY, Outcome.NOT_PASSED,
    ]  # fmt: skip
    assert lines[0].number == certificate.public_id
    services.revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")
    assert bulk.plan(session, course, asked)[0].outcome is Outcome.NOT_PASSED, "the pass was annulled with it"
    assert outcomes(bulk.plan(session, course, None)) == dict.fromkeys(("second", "third"), "issue")


def test_an_exam_without_an_award_issues_nothing(session: Session, cast: Cast, course: Course) -> None:
    version = session.scalars(select(ExamVersion)).one()
    version.settings = {**version.settings, "awards": None}
    session.flush()
    assert set(outcomes(bulk.plan(session, course, None)).values()) == {"no-award"}


def test_the_plan_costs_the_same_for_all(
    session: Session, cast: Cast, course: Course, statements: SimpleNamespace
) -> None:
    addresses = [f"person-{number}@example.org" for number in range(400)]
    counted = []
    for some in (addresses[:1], addresses):
        statements.clear()
        bulk.plan(session, course, some)
        counted.append(len(statements.seen))
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a@example.org\nb@example.org\n", ["a@example.org", "b@example.org"]),
        (b"\xef\xbb\xbfname;email\r\nAda;a@example.org\r\n", ["a@example.org"]),
        (b'"Lef\xe8vre, Ada","a@example.org"', ["a@example.org"]),
        (b"a@example.org\nA@Example.org\n\n", ["a@example.org"]),
        (b"Ada\ta@example.org\0", ["a@example.org"]),
        (b'"open\na@example.org', None),
    ],
)
def test_addresses_are_read_as_spreadsheets_write_them(data: bytes, expected: list[str] | None) -> None:
    if expected is not None:
        assert bulk.read_addresses(data) == expected
    else:
        bulk.read_addresses(data)  # whatever it finds, it does not raise


@pytest.mark.parametrize(
    "data", [b"", b"nothing here", b"\0\xff", b"a@b\n" * 400_000, b"".join(b"%d@b\n" % n for n in range(10_001))]
)
def test_other_files_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(RuleError):
        bulk.read_addresses(data)


def test_the_worker_issues_in_slices_and_nothing_twice(
    app: Flask, session: Session, cast: Cast, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SLICE", 2)
    lines = bulk.plan(session, course, None)
    task = bulk.start_task(session, actor=cast.actor("admin"), course=course, lines=lines)
    session.commit()
    positions = []
    while task.finished_at is None:
        drain_outbox(app)
        session.refresh(task)
        positions.append((task.position, certificates(session)))
        session.commit()
    assert positions == [(2, 2), (3, 3)]
    assert (task.issued, task.waiting, task.refused) == (3, 0, 0)
    session.execute(update(OutboxMessage).where(OutboxMessage.kind == BULK).values(sent_at=None, lease_until=None))
    session.commit()
    drain_outbox(app)  # delivered again, as after a crash
    session.refresh(task)
    assert (task.position, task.issued, certificates(session)) == (3, 3, 3)
    with pytest.raises(RuleError):
        bulk.start_task(session, actor=SYSTEM, course=course, lines=bulk.plan(session, course, None))


def test_what_is_refused_leaves_the_others_alone(app: Flask, session: Session, cast: Cast, course: Course) -> None:
    lines = bulk.plan(session, course, None)
    task = bulk.start_task(session, actor=SYSTEM, course=course, lines=lines)
    task.attempts = [10_000, *task.attempts]  # an attempt that went with its account meanwhile
    session.commit()
    drain_outbox(app)
    session.refresh(task)
    assert (task.issued, task.refused) == (3, 1)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_from_the_course_to_the_end(
    app: Flask, session: Session, cast: Cast, course: Course, language: str
) -> None:
    admin, address = cast.client("admin", language=language), "/admin/certificates/bulk"
    admin.get(address)
    file = io.BytesIO(b"first@example.org\nsecond@example.org\nfourth@example.org\nnobody@example.org")
    admin.post(address, {"course": "counting", "file": (file, "people.csv")})
    rows = admin.page.find("tbody").find_all("tr")
    assert len(rows) == 4
    assert certificates(session) == 0
    form = admin.page.find("main").find("form")
    sent = {field["name"]: field["value"] for field in form.find_all("input", type="hidden")}
    answer = admin.post(form["action"], {"course": sent["course"], "addresses": sent["addresses"]})
    assert answer.status_code == 302, admin.text()
    admin.get(answer.headers["Location"])
    assert admin.page.find("script", src=re.compile("again")) is not None
    assert admin.page.find("progress")["max"] == "2"
    drain_outbox(app)
    admin.get(answer.headers["Location"])
    assert admin.page.find("script", src=re.compile("again")) is None
    assert certificates(session) == 2
    admin.get(address)
    assert admin.page.find("a", href=answer.headers["Location"]) is not None
    admin.post(address, {"course": "counting"})
    assert len(admin.page.find("tbody").find_all("tr")) == 1
    admin.post(f"{address}/tasks", {"course": "counting", "addresses": ""}, follow=True)
    drain_outbox(app)
    admin.post(address, {"course": "counting"})
    assert admin.page.find("main").find("form") is None
    assert certificates(session) == 3


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_long_plan_is_cut_and_says_so(session: Session, cast: Cast, course: Course, language: str) -> None:
    admin = cast.client("admin", language=language)
    file = io.BytesIO(b"".join(b"person-%d@example.org\n" % number for number in range(203)))
    admin.post("/admin/certificates/bulk", {"course": "counting", "file": (file, "people.csv")})
    assert len(admin.page.find("tbody").find_all("tr")) == 200
    assert "3" in admin.page.find_all("p", class_="note-s")[-1].get_text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_wrong_answers_are_sentences(session: Session, cast: Cast, course: Course, language: str) -> None:
    admin, address = cast.client("admin", language=language), "/admin/certificates/bulk"
    for sent in (
        {},
        {"course": "nothing"},
        {"course": "counting", "file": (io.BytesIO(b"no address"), "people.csv")},
    ):
        assert admin.post(address, sent).status_code == 422
        assert admin.page.find(role="alert") is not None
    for sent in ({}, {"course": "counting", "addresses": "x"}, {"course": "counting", "addresses": "no@example.org"}):
        assert admin.post(f"{address}/tasks", sent).status_code == 422
    assert admin.get(f"{address}/{'0' * 26}").status_code == 404
    for person in ("ada", "camille", "dora"):
        client = cast.client(person)
        assert client.get(address).status_code == client.post(address).status_code == 403
        assert client.post(f"{address}/tasks").status_code == 403


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_task_that_the_worker_gave_up_says_so(session: Session, cast: Cast, course: Course, language: str) -> None:
    task = bulk.start_task(session, actor=SYSTEM, course=course, lines=bulk.plan(session, course, None))
    session.execute(update(OutboxMessage).where(OutboxMessage.kind == BULK).values(dead_at=clock.now()))
    admin = cast.client("admin", language=language)
    admin.get(f"/admin/certificates/bulk/{task.public_id}")
    assert admin.page.find("div", class_="banner stop") is not None
    assert admin.page.find("script", src=re.compile("again")) is None


def test_the_command(app: Flask, session: Session, cast: Cast, course: Course, tmp_path: Path) -> None:
    command = ("certificates", "bulk-issue", "--course", "counting")
    file = tmp_path / "people.csv"
    file.write_text("email\nfirst@example.org\nfourth@example.org\n")
    code, out, _error = run(app, session, *command, "--from", str(file), "--dry-run", "--json")
    assert code == 0
    assert [json.loads(line)["outcome"] for line in out.splitlines()] == ["issue", "not-passed"]
    assert certificates(session) == 0
    code, out, _error = run(app, session, *command, "--no-draw", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, [line["outcome"] for line in found]) == (0, ["issued"] * 3)
    assert {line["number"] for line in found} == set(session.scalars(select(Certificate.public_id)))
    code, out, _error = run(app, session, *command, "--from", str(file))
    assert code == 0
    assert "1  have one already" in out
    assert "3  drawn" in out, "what waited from the time before is drawn as well"
    assert certificates(session) == 3
    assert waiting_drawings(session) == []
    assert run(app, session, "certificates", "bulk-issue", "--course", "nothing")[0] == 1
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert run(app, session, *command, "--from", str(empty))[0] == 1
    assert run(app, session, "certificates", "bulk-issue")[0] == 2
    assert session.scalar(select(func.count(BulkTask.id))) == 0


def test_without_a_key_they_wait_and_the_command_says_so(
    app: Flask, session: Session, cast: Cast, course: Course
) -> None:
    path = next(app.config["SETTINGS"].keys_path.glob("key-*.pem"))
    moved = path.rename(path.with_suffix(".away"))
    keyring._signers.clear()
    command = ("certificates", "bulk-issue", "--course", "counting", "--json")
    code, out, _error = run(app, session, *command)
    assert (code, {json.loads(line)["outcome"] for line in out.splitlines()}) == (1, {"waiting"})
    keyring._signers.clear()
    moved.rename(path)
    code, out, _error = run(app, session, *command, "--no-draw")
    assert (code, {json.loads(line)["outcome"] for line in out.splitlines()}) == (0, {"issued"})
    assert certificates(session) == 3


@pytest.mark.slow
def test_processes_draw_what_one_would(app: Flask, session: Session, cast: Cast, course: Course) -> None:
    bulk.issue_slice(session, bulk.attempts_to_do(bulk.plan(session, course, None)))
    code, out, _error = run(app, session, "certificates", "draw", "--jobs", "2")
    assert (code, "3  drawn" in out) == (0, True)
    client = cast.client("admin")
    for number in session.scalars(select(Certificate.public_id)).all():
        certificate = queries.get_certificate(session, number)
        answer = client.get(f"/certificates/{number}.pdf?k={certificate.reveal_key}")
        assert answer.data.startswith(b"%PDF-")
    assert "0  drawn" in run(app, session, "certificates", "draw")[1]


def test_every_format_is_exported(app: Flask, session: Session, cast: Cast, exam: ExamVersion, tmp_path: Path) -> None:
    certificate = builders.certify(session, cast.ada, exam)
    for kind, beginning in {"pdf": b"%PDF-", "json": b"{", "jwt": b"ey", "png": b"\x89PNG", "svg": b"<"}.items():
        target = tmp_path / f"certificate.{kind}"
        arguments = ("export", certificate.public_id, "--format", kind, "--output", str(target))
        assert run(app, session, "certificates", *arguments)[0] == 0
        assert target.read_bytes().startswith(beginning)
