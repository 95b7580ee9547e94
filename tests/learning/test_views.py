"""Lessons, exercises and the home of a course, as learners meet them."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment.models import AnswerEvent, Attempt, Question
from app.catalog.models import CourseVersion
from app.learning.models import Enrolment, ItemProgress
from app.learning.services import record_quiz
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, question, selects
from tests.reviewer import ReviewedClient

HOME = "/learn/petit-cours"
LESSON = f"{HOME}/lecon-1"
HOSTILE = ["", " ", "x" * 4001, "a\0b", "\ufffd", "\u202eabc", "'; DROP TABLE answer;--", "<script>alert(1)</script>"]


def rows(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_every_lesson_of_the_real_course_is_read_signed_out_in_both_languages(
    client: ReviewedClient, course: CourseVersion
) -> None:
    for module in course.modules:
        for item in module.items:
            if item.kind != "lesson":
                continue
            for language in ("fr", "en"):
                response = client.get(f"/learn/ia-au-travail/{item.slug}?lang={language}")
                assert response.status_code == 200
                assert client.page.select("article .prose")


def test_a_lesson_in_the_other_language_only_says_so(client: ReviewedClient, session: Session) -> None:
    Small(languages=("fr",)).publish(session)
    client.get(f"{LESSON}?lang=en")
    assert client.page.select_one(".prose")["lang"] == "fr"
    assert "not been written in English" in client.text()


def test_the_whole_way_through_the_real_course(cast: Cast, session: Session, course: CourseVersion) -> None:
    ada = cast.client("ada", language="en")
    assert ada.post("/learn/ia-au-travail", follow=True).status_code == 200
    enrolment = session.scalars(select(Enrolment)).one()
    steps = [item for module in course.modules for item in module.items]
    assert [item.kind for item in steps].count("quiz") == 3
    assert steps.pop().kind == "project"
    for number, item in enumerate(steps):
        address = f"/learn/ia-au-travail/{item.slug}"
        for page in ("/learn/ia-au-travail", "/"):
            ada.get(page)
            assert ada.page.select_one("aside a.button, section a.button")["href"] == address
        ada.get(address)
        assert ada.page.select_one("progress.deck")["value"] == str(100 * number // (len(steps) + 1))
        if item.kind == "lesson":
            assert ada.post(address).status_code == 302
        else:
            record_quiz(session, enrolment=enrolment, item=item, ratio=Decimal(1), mastered=True)
            session.commit()
    ada.get("/learn/ia-au-travail")
    assert ada.page.select_one("aside a.button")["href"] == "/learn/ia-au-travail/une-tache-avant-apres"
    assert "The exam is open already" in ada.text()
    assert ada.get(ada.page.select_one('aside a[href^="/exams/"]')["href"]).status_code == 200
    assert ada.page.select_one("form[action^='/exams/']") is not None


def test_home_and_lessons_ask_the_same_statements_however_long_the_course(
    cast: Cast, session: Session, statements: SimpleNamespace
) -> None:
    ada, counts = cast.client("ada"), []
    for lessons in (1, 15):
        slug = f"long-{lessons}"
        version = Small(slug, lessons=lessons).publish(session)
        begin(session, cast.ada, version)
        seen = []
        for address in (f"/learn/{slug}", f"/learn/{slug}/lecon-1", f"/learn/{slug}/{slug}-quiz", "/"):
            statements.clear()
            ada.get(address)
            seen.append(selects(statements))
        counts.append(seen)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 14


def test_the_page_of_ones_own_course_asks_nothing_twice(
    cast: Cast, session: Session, statements: SimpleNamespace
) -> None:
    """Who, which version, how far, its exam, the attempts at it, the one under way, the certificate; no result yet."""
    ada = cast.client("ada")
    begin(session, cast.ada, Small().publish(session))
    ada.get(HOME)
    statements.clear()
    ada.get(HOME)
    assert selects(statements) == len(set(statements.seen)) == 8


def test_a_closed_module_says_why_and_stays_closed_on_every_road(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada", language="en")
    ada.get(HOME)
    assert "Opens at the end of “Module un (en)”." in ada.text()
    assert ada.get(f"{HOME}/derniere").status_code == 403
    assert "Opens at the end of" in ada.text()
    assert ada.post(f"{HOME}/derniere").status_code == 403
    assert ada.post(f"{HOME}/derniere/place").status_code == 204
    assert ada.post(f"{HOME}/derniere/questions/petit-cours-lecon", {"petit-cours-lecon": "x"}).status_code == 403
    assert rows(session, ItemProgress) == 0
    ada.post(LESSON)
    ada.get(f"{HOME}/derniere")
    assert "Opens when the exercises of “Module un (en)” are passed at 80%." in ada.text()


def test_learner_cannot_set_own_progress(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada")
    forged = {
        "progress": "100", "percent": "100", "completed_at": "2026-01-01", "best_ratio": "1", "mastered": "true",
        "state": "done", "account_id": "1", "enrolment_id": "1", "course_version_id": "99",
    }  # fmt: skip
    ada.post(HOME, forged)
    ada.post(f"{LESSON}/place", forged)
    assert ada.post(f"{HOME}/petit-cours-quiz", forged).status_code == 422
    assert session.scalars(select(ItemProgress.completed_at)).all() == [None]
    ada.get(HOME)
    assert ada.page.select_one("progress.deck")["value"] == "0"


def test_the_page_keeps_the_place_and_the_home_goes_back_there(cast: Cast, session: Session) -> None:
    version = Small(lessons=3).publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada")
    ada.get(f"{HOME}/lecon-3")
    assert rows(session, ItemProgress) == 0
    assert ada.post(ada.page.find(id="place")["data-url"]).status_code == 204
    ada.get(HOME)
    assert ada.page.select_one("aside a.button")["href"] == f"{HOME}/lecon-3"
    ada.get("/")
    assert ada.page.select_one("a.button")["href"] == f"{HOME}/lecon-3"


def test_an_embedded_question_answers_at_once_and_keeps_nothing(client: ReviewedClient, session: Session) -> None:
    why = {"fr": "Parce que.", "en": "Because."}
    asked = question("single", "petit-cours-lecon")
    asked.body["options"][1]["feedback"] = why
    Small(lesson_questions=[asked]).publish(session)
    client.get(f"{LESSON}?lang=en")
    form = client.page.find("form", class_="try")
    values = [field["value"] for field in form.find_all("input", type="radio")]
    assert "Because." not in client.text()
    assert not set(values) & {"a", "b"}
    texts = [client_answer(client, form["action"], value) for value in values]
    assert sum("Because." in text for text in texts) == 1
    assert rows(session, Attempt) == rows(session, AnswerEvent) == 0


def client_answer(client: ReviewedClient, action: str, value: str) -> str:
    assert client.post(action.split("#", maxsplit=1)[0], {"petit-cours-lecon": value}).status_code == 200
    return client.text()


def test_an_embedded_question_reads_any_input_without_breaking(client: ReviewedClient, session: Session) -> None:
    slugs = {kind: f"q-{kind}" for kind in ("single", "multiple", "numeric", "text")}
    asked = [question(kind, slug) for kind, slug in slugs.items()]
    Small(lesson_questions=asked, embedded=list(slugs.values())).publish(session)
    for slug in slugs.values():
        for value in HOSTILE:
            assert client.post(f"{LESSON}/questions/{slug}", {slug: value}).status_code == 200, (slug, value)
        assert client.post(f"{LESSON}/questions/{slug}", {slug: [str(n) for n in range(150)]}).status_code == 200


def test_a_lesson_never_corrects_a_question_of_the_exam(client: ReviewedClient, session: Session) -> None:
    Small(embedded=["petit-cours-lecon", "petit-cours-examen-single"]).publish(session)
    client.get(LESSON)
    assert len(client.page.find_all("form", class_="try")) == 1
    for slug in session.scalars(select(Question.slug)).all():
        status = client.post(f"{LESSON}/questions/{slug}", {slug: "x"}).status_code
        assert status == (200 if slug == "petit-cours-lecon" else 404), slug


def test_an_exam_question_that_left_the_exam_is_still_no_exercise(client: ReviewedClient, session: Session) -> None:
    Small(embedded=["petit-cours-examen-single"]).publish(session)
    kept = [question(kind, f"petit-cours-examen-{kind}") for kind in ("multiple", "numeric")]
    Small(content="2", embedded=["petit-cours-examen-single"], exam_questions=kept).publish(session)
    slug = "petit-cours-examen-single"
    assert client.post(f"{LESSON}/questions/{slug}", {slug: "x"}).status_code == 404


def test_the_home_of_a_course_not_begun_leads_to_its_page(cast: Cast, session: Session) -> None:
    Small().publish(session)
    ada = cast.client("ada")
    assert ada.get(HOME).headers["Location"] == "/courses/petit-cours"
    assert ada.get(f"{HOME}/petit-cours-quiz", follow=True).status_code == 200


def test_an_older_version_is_said_to_be_older_and_kept(cast: Cast, session: Session) -> None:
    old = Small().publish(session)
    begin(session, cast.ada, old)
    new = Small(content="2", lessons=4).publish(session)
    ada = cast.client("ada", language="en")
    ada.get(HOME)
    assert "A newer version of this course exists." in ada.text()
    assert exam_of(session, old).exam.public_id == exam_of(session, new).exam.public_id
    assert ada.get(f"{HOME}/lecon-4").status_code == 404


def test_hostile_addresses_are_missing_pages(cast: Cast, session: Session) -> None:
    begin(session, cast.ada, Small().publish(session))
    ada = cast.client("ada")
    for part in ("a%00b", "..%2F..", "%ED%A0%80", "x" * 4001, "%E2%80%AEx", "LECON-1", "'"):
        for address in (f"/learn/{part}", f"{HOME}/{part}", f"{LESSON}/questions/{part}"):
            assert ada.get(address).status_code in (404, 405), address
            assert ada.post(address).status_code in (404, 405), address


def test_the_next_step_is_read_before_the_contents(cast: Cast, session: Session) -> None:
    begin(session, cast.ada, Small().publish(session), mastered=False)
    ada = cast.client("ada", language="en")
    for address in (HOME, "/courses/petit-cours"):
        ada.get(address)
        headings = [heading.get_text(strip=True) for heading in ada.page.select("main h1, main h2")]
        assert headings[1:3] == ["Next step", "Contents"]
