"""Panels of judges: two rounds, a cut for each form, and never a cut that moves while somebody sits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import judging, panels
from app.assessment.draws import pool_of
from app.assessment.models import Attempt, AttemptItem, ExamVersion, Panel, PanelRating
from app.assessment.panel_figures import announced_cut, figures_of_panel
from app.assessment.regrading import Decision, Kind
from app.assessment.services import submit_attempt
from app.assessment.standings import standings
from app.assessment.starting import start_attempt
from app.audit.models import AuditEntry
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.permissions import Role
from tests.assessment.cohort import Cohort, four_options, slugs
from tests.builders import Cast
from tests.courses import KINDS, PARTS_KINDS, Small, begin, exam_of, items_of, question, right_payload

REFERENCE = ((90, 70, 60, 40), (80, 75, 50, 45), (85, 60, 55, 30))  # assessment.md §5
ANGOFF = {"method": "angoff"}


def course(questions: int = 4, count: int | None = None, **changes: object) -> Small:
    drafts = [four_options(slug) for slug in slugs(questions)]
    blueprint = [{"domain": "alpha", "count": count or questions, "points": "1"}]
    return Small(exam_questions=drafts, blueprint=blueprint, exam_settings=dict(ANGOFF), **changes)  # type: ignore[arg-type]


@pytest.fixture
def exam(session: Session) -> ExamVersion:
    """An exam of four questions that asks for a panel."""
    return exam_of(session, course().publish(session))


class Bench:
    """A panel and its judges."""

    def __init__(self, session: Session, cast: Cast, exam: ExamVersion, judges: int = 3) -> None:
        self.session, self.exam, self.head = session, exam, cast.camille.actor()
        self.people: list[Account] = [cast.person(f"Juge {n}", Role.INSTRUCTOR) for n in range(1, judges + 1)]
        self.panel = judging.open_panel(session, actor=self.head, exam_version=exam)
        judging.invite(session, actor=self.head, panel=self.panel, accounts=[one.public_id for one in self.people])
        self.pool = [version.id for version in pool_of(session, exam.id)]
        session.commit()

    def actor(self, judge: int) -> Actor:
        return self.people[judge].actor()

    def rate(self, ratings: Sequence[Sequence[int]] = REFERENCE) -> None:
        """Every judge rates every question."""
        for judge, percents in enumerate(ratings):
            said = dict(zip(self.pool, percents, strict=False))
            judging.rate(self.session, actor=self.actor(judge), panel=self.panel, percents=said)
        self.session.commit()

    def close(self, ratings: Sequence[Sequence[int]] = REFERENCE) -> Panel:
        """Both rounds, the same ratings in each."""
        self.rate(ratings)
        judging.begin_second_round(self.session, actor=self.head, panel=self.panel)
        self.rate(ratings)
        judging.close_panel(self.session, actor=self.head, panel=self.panel)
        self.session.commit()
        return self.panel


@pytest.fixture
def bench(session: Session, cast: Cast, exam: ExamVersion) -> Bench:
    return Bench(session, cast, exam)


def sit(session: Session, person: Account, exam: ExamVersion) -> Attempt:
    return start_attempt(session, actor=person.actor(), exam_version=exam, enrolled=True, pledged=True)


def test_the_reference_panel_sets_the_cut_of_an_attempt(session: Session, cast: Cast, bench: Bench) -> None:
    begin(session, cast.ada, session.get_one(type(bench.exam), bench.exam.id).exam.course.current_version)
    panel = bench.close()
    figures = figures_of_panel(session, panel)
    assert figures is not None
    assert (figures.standard.cut, figures.standard.judges, round(figures.standard.error, 4)) == (
        Decimal("2.47"),
        3,
        0.0882,
    )
    assert (figures.low, figures.high, figures.maximum, figures.percent) == (
        Decimal("2.47"), Decimal("2.47"), Decimal("4.00"), Decimal("61.7"),
    )  # fmt: skip
    assert figures.small
    attempt = sit(session, cast.ada, bench.exam)
    assert submit_attempt(session, actor=cast.ada.actor(), attempt=attempt).cut == Decimal("2.47")


def test_until_a_panel_has_sat_the_cut_is_the_default(session: Session, cast: Cast, bench: Bench) -> None:
    attempt = sit(session, cast.ada, bench.exam)
    assert panels.cut_of(session, attempt, Decimal(4)) == Decimal("2.80")
    assert announced_cut(session, bench.exam, clock.now()) is None


def test_a_cut_never_moves_while_somebody_sits(session: Session, cast: Cast, bench: Bench) -> None:
    before = sit(session, cast.ada, bench.exam)
    session.commit()
    bench.close()
    after = sit(session, cast.blaise, bench.exam)
    assert submit_attempt(session, actor=cast.ada.actor(), attempt=before).cut == Decimal("2.80")
    assert submit_attempt(session, actor=cast.blaise.actor(), attempt=after).cut == Decimal("2.47")


def test_an_exam_that_asks_for_no_panel_keeps_its_cut(session: Session, cast: Cast) -> None:
    small = course()
    small.exam_settings = {}
    exam = exam_of(session, small.publish(session))
    Bench(session, cast, exam).close()
    attempt = sit(session, cast.ada, exam)
    assert submit_attempt(session, actor=cast.ada.actor(), attempt=attempt).cut == Decimal("2.80")
    small.content, small.exam_settings = "2", dict(ANGOFF)  # it asks for one now: the panel that sat holds
    again = exam_of(session, small.publish(session))
    figures = announced_cut(session, again, clock.now())
    assert figures is not None
    assert figures.standard.cut == Decimal("2.47")


def test_a_panel_holds_only_for_questions_it_rated(session: Session, cast: Cast) -> None:
    small = course()
    Bench(session, cast, exam_of(session, small.publish(session))).close()
    small.content = "2"
    small.exam_questions = [*small.exam_questions[:3], question("single", "q-04")]
    changed = exam_of(session, small.publish(session))
    assert announced_cut(session, changed, clock.now()) is None
    assert panels.cut_of(session, sit(session, cast.ada, changed), Decimal(4)) == Decimal("2.80")


def test_each_form_has_its_own_cut(session: Session, cast: Cast) -> None:
    exam = exam_of(session, course(questions=4, count=2).publish(session))
    bench = Bench(session, cast, exam)
    figures = figures_of_panel(session, bench.close(((90, 70, 50, 30),) * 3))
    assert figures is not None
    assert (figures.low, figures.high, figures.standard.cut) == (Decimal("0.80"), Decimal("1.60"), Decimal("1.20"))
    percents = dict(zip(bench.pool, (90, 70, 50, 30), strict=True))
    for person in (cast.ada, cast.blaise):
        attempt = sit(session, person, exam)
        wanted = sum(Decimal(percents[item.question_version_id]) / 100 for item in items_of(session, attempt))
        assert submit_attempt(session, actor=person.actor(), attempt=attempt).cut == wanted


def test_a_void_question_is_out_of_the_cut(session: Session, cast: Cast, bench: Bench) -> None:
    bench.close()
    attempt = sit(session, cast.ada, bench.exam)
    assert submit_attempt(session, actor=cast.ada.actor(), attempt=attempt).cut == Decimal("2.47")
    (standing,) = standings(session, [attempt.id], {bench.pool[0]: Decision("decision", Kind.VOID)})
    assert standing.outcome().cut == Decimal("1.62")  # 2.4667 − .85


def test_a_pass_is_decided_by_the_panel(session: Session, cast: Cast, bench: Bench) -> None:
    from app.assessment.answering import Incoming, save_answer

    bench.close(((50, 50, 50, 50),) * 3)
    attempt = sit(session, cast.ada, bench.exam)
    for item in items_of(session, attempt)[:2]:
        save_answer(session, attempt=attempt, incoming=Incoming(item.slot, right_payload(item), 1, f"key-{item.slot}"))
    result = submit_attempt(session, actor=cast.ada.actor(), attempt=attempt)
    assert (result.total, result.cut, result.passed) == (Decimal("2.00"), Decimal("2.00"), True)


def test_judges_who_did_not_rate_everything_do_not_count(session: Session, cast: Cast, exam: ExamVersion) -> None:
    bench = Bench(session, cast, exam, judges=4)
    bench.rate((*REFERENCE, (0, 0, 0)))
    judging.begin_second_round(session, actor=bench.head, panel=bench.panel)
    with pytest.raises(RuleError):
        judging.rate(session, actor=bench.actor(3), panel=bench.panel, percents={bench.pool[0]: 0})
    bench.rate()
    judging.close_panel(session, actor=bench.head, panel=bench.panel)
    figures = figures_of_panel(session, bench.panel)
    assert figures is not None
    assert (figures.standard.judges, figures.standard.cut) == (3, Decimal("2.47"))


@pytest.mark.parametrize("complete", [0, 1, 2])
def test_fewer_than_three_judges_make_no_panel(session: Session, bench: Bench, complete: int) -> None:
    bench.rate(REFERENCE[:complete])
    with pytest.raises(RuleError, match=f"{complete}"):
        judging.begin_second_round(session, actor=bench.head, panel=bench.panel)


def test_the_steps_of_a_panel_come_in_order_and_once(session: Session, bench: Bench) -> None:
    with pytest.raises(ConflictError):
        judging.close_panel(session, actor=bench.head, panel=bench.panel)
    bench.close()
    for step in (judging.begin_second_round, judging.close_panel):
        with pytest.raises(ConflictError):
            step(session, actor=bench.head, panel=bench.panel)
    with pytest.raises(ConflictError):
        judging.invite(session, actor=bench.head, panel=bench.panel, accounts=[])
    with pytest.raises(RuleError):
        judging.rate(session, actor=bench.actor(0), panel=bench.panel, percents={bench.pool[0]: 1})
    events = session.scalars(select(AuditEntry.event).where(AuditEntry.event.like("panel.%"))).all()
    assert events == ["panel.opened", "panel.judges-invited", "panel.second-round", "panel.closed"]


def test_an_exam_version_has_one_open_panel(session: Session, bench: Bench) -> None:
    assert judging.open_panel(session, actor=bench.head, exam_version=bench.exam).id == bench.panel.id
    bench.close()
    assert judging.open_panel(session, actor=bench.head, exam_version=bench.exam).id != bench.panel.id


def test_the_newest_panel_closed_before_the_start_is_in_force(session: Session, cast: Cast, bench: Bench) -> None:
    first = bench.close()
    with clock.frozen(clock.now() + timedelta(days=1)):
        second = Bench(session, cast, bench.exam).close(((10, 10, 10, 10),) * 3)
        assert panels.panel_in_force(session, bench.exam, clock.now()) == second
    assert panels.panel_in_force(session, bench.exam, clock.now()) == first


def test_the_last_word_of_a_judge_counts(session: Session, bench: Bench) -> None:
    judge = bench.actor(0)
    for percent in (10, 20):
        judging.rate(session, actor=judge, panel=bench.panel, percents={bench.pool[0]: percent})
    assert panels.own_ratings(session, bench.panel, judge.account_id, 1) == {bench.pool[0]: 20}
    assert session.scalar(select(func.count()).select_from(PanelRating)) == 1


def test_only_judges_rate_and_only_questions_of_the_exam(session: Session, cast: Cast, bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        judging.rate(session, actor=bench.head, panel=bench.panel, percents={bench.pool[0]: 50})
    stranger = session.scalars(select(AttemptItem.question_version_id)).first() or 10_000
    judging.rate(session, actor=bench.actor(0), panel=bench.panel, percents={stranger: 50})
    assert session.scalar(select(func.count()).select_from(PanelRating)) == 0


def test_only_those_who_teach_are_invited(session: Session, cast: Cast, bench: Bench) -> None:
    accounts = [cast.ada.public_id, cast.dora.public_id, cast.admin.public_id, bench.people[0].public_id]
    assert judging.invite(session, actor=bench.head, panel=bench.panel, accounts=accounts) == 1
    assert panels.judges_of(session, bench.panel)[0].name == "Alex Admin"


@pytest.mark.parametrize("percent", [-1, 101])
def test_the_database_refuses_a_share_that_is_none(session: Session, bench: Bench, percent: int) -> None:
    with pytest.raises(IntegrityError):
        judging.rate(session, actor=bench.actor(0), panel=bench.panel, percents={bench.pool[0]: percent})


def test_a_judge_reads_the_key_of_every_type_of_question(session: Session, cast: Cast) -> None:
    ranged = question("numeric", "entre", answers=[{"range": ["2", "3"]}, {"value": "9", "credit": 0.5}])
    drafts = [*(question(kind, kind) for kind in (*KINDS, *PARTS_KINDS)), ranged]
    small = Small(exam_questions=drafts, blueprint=[{"domain": "alpha", "count": 11, "points": "1"}])
    bench = Bench(session, cast, exam_of(session, small.publish(session)))
    client = cast.client(bench.people[0], language="en")
    address = f"/studio/panels/{bench.panel.public_id}/ratings"
    client.get(f"{address}?page=2")
    last = client.text()
    client.get(address)
    assert "2 to 3" in client.text() + last
    for words in ("Juste (en) (the key)", "Un (en) (the key)", "12.5 km", "Éléonore"):
        assert words in client.text()
    assert "Accepted: 9" not in client.text()


def test_facility_of_the_cohort_is_shown_in_the_second_round_only(session: Session, cast: Cast, bench: Bench) -> None:
    Cohort(session, bench.exam, {}).sit(40)
    client = cast.client(bench.people[0], language="en")
    address = f"/studio/panels/{bench.panel.public_id}/ratings"
    bench.rate()
    client.get(address)
    assert "Of all candidates" not in client.text()
    assert "Mean of the panel" not in client.text()
    judging.begin_second_round(session, actor=bench.head, panel=bench.panel)
    client.get(address)
    assert client.text().count("Of all candidates") == 4
    assert "Mean of the panel: 85. You said 90." in client.text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_panel_from_its_opening_to_its_cut(session: Session, cast: Cast, language: str) -> None:
    exam = exam_of(session, course(questions=12).publish(session))
    judges = [cast.person(f"Juge {n}", Role.INSTRUCTOR) for n in (1, 2, 3)]
    head = cast.client("camille", language=language)
    head.get(f"/studio/exams/{exam.exam.public_id}/1/panels?lang={language}")
    opened = head.post(f"/studio/exams/{exam.exam.public_id}/1/panels")
    panel = opened.location
    head.get(panel)
    assert head.post(f"{panel}/judges").status_code == 422
    head.post(f"{panel}/judges", {"judges": [judge.public_id for judge in judges]}, follow=True)
    clients = [cast.client(judge, language=language) for judge in judges]
    for step in ("second-round", "closing"):
        for judge in clients:
            judge.get("/studio/")
            assert judge.page.find("a", href=f"{panel}/ratings")
            judge.get(f"{panel}/ratings")
            answer = judge.post(f"{panel}/ratings", {f"rating-{n}": "60" for n in range(1, 11)})
            assert answer.location.endswith("page=2")
            judge.get(answer.location)
            judge.post(answer.location, {f"rating-{n}": "70 %" for n in (11, 12)}, follow=True)
        head.get(panel)
        assert head.post(f"{panel}/{step}", follow=True).status_code == 200
    assert {"fr": "7,4 points", "en": "7.4 points"}[language] in head.text()
    assert head.get(f"/studio/exams/{exam.exam.public_id}/1/panels").status_code == 200
    assert {"fr": "7,4 points", "en": "7.4 points"}[language] in head.text()
    assert clients[0].get(f"{panel}/ratings").location == panel
    version = session.get_one(ExamVersion, exam.id)
    learner = cast.client("ada", language=language)
    begin(session, cast.ada, version.exam.course.current_version)
    learner.get(f"/exams/{exam.exam.public_id}")
    assert {"fr": "7,4", "en": "7.4 of 12 points"}[language] in learner.text()


@pytest.mark.parametrize("typed", ["101", "-1", "6,5", "abc", "1e2", "９", "999999999999999999999999"])
def test_what_is_no_share_is_refused_and_kept(session: Session, cast: Cast, bench: Bench, typed: str) -> None:
    client = cast.client(bench.people[0], language="en")
    address = f"/studio/panels/{bench.panel.public_id}/ratings"
    assert client.post(address, {"rating-1": "50", "rating-2": typed}).status_code == 422
    assert client.page.find("input", id="rating-1")["value"] == "50"  # type: ignore[index]
    assert client.page.find("input", id="rating-2")["value"] == typed  # type: ignore[index]
    assert session.scalar(select(func.count()).select_from(PanelRating)) == 0


def test_what_is_left_empty_is_kept_for_later(session: Session, cast: Cast, bench: Bench) -> None:
    client = cast.client(bench.people[0], language="en")
    address = f"/studio/panels/{bench.panel.public_id}/ratings"
    client.post(address, {"rating-1": "0", "rating-2": ""}, follow=True)
    client.get(address)
    assert client.page.find("input", id="rating-1")["value"] == "0"  # type: ignore[index]
    assert "1 of 4 rated" in client.text()


def test_a_step_too_early_is_refused_on_the_page(cast: Cast, bench: Bench) -> None:
    client = cast.client("camille", language="en")
    address = f"/studio/panels/{bench.panel.public_id}"
    assert client.post(f"{address}/second-round").status_code == 422
    assert "3 judges must have rated every question: 0 have so far." in client.text()
    assert client.post(f"{address}/closing").status_code == 409


def test_panels_are_for_those_who_teach_and_ratings_for_their_judge(cast: Cast, bench: Bench) -> None:
    address = f"/studio/panels/{bench.panel.public_id}"
    assert cast.client("ada").get(address).status_code == 403
    assert cast.client("camille").get(f"{address}/ratings").status_code == 404
    assert cast.client("camille").post(f"{address}/ratings", {"rating-1": "5"}).status_code == 404
    assert cast.client(bench.people[0]).get(f"{address}/ratings").status_code == 200
