"""The catalogue and the page of a course, as readers meet them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from app.catalog.models import CourseVersion
from tests.builders import Cast
from tests.courses import Small, begin, both, selects
from tests.reviewer import ReviewedClient

HOSTILE = [
    "",
    "x" * 4001,
    "a%00b",
    "%ED%A0%80",
    "%E2%80%AEabc",
    "%27%20OR%201=1--",
    "9" * 40,
    "-1",
    "${7*7}",
    "__proto__",
]


def titles(client: ReviewedClient) -> list[str]:
    return [tag.get_text(" ", strip=True) for tag in client.page.select("ul.listing h4")]


@pytest.fixture
def four(session: Session) -> list[CourseVersion]:
    """Four courses, from beginner to expert."""
    courses = [
        Small("lire", title={"fr": "Éléonore lit", "en": "Eleonore reads"}),
        Small("ecrire", title={"fr": "Écrire à Œuvre", "en": "Writing"}, hours="12", skill="writing"),
        Small("compter", tier=2, title=both("Compter"), hours="12", languages=("fr",), skill="counting"),
        Small("prouver", tier=4, title=both("Prouver"), hours="41", skill="proving"),
    ]
    return [course.publish(session) for course in courses]


FOUND: list[tuple[str, list[str]]] = [
    ("", ["Écrire à Œuvre", "Éléonore lit", "Compter", "Prouver"]),
    ("q=eleonore", ["Éléonore lit"]),
    ("q=ELEONORE%20LIT", ["Éléonore lit"]),
    ("q=oeuvre", ["Écrire à Œuvre"]),
    ("q=%C5%93uvre", ["Écrire à Œuvre"]),
    ("q=reads", ["Éléonore lit"]),
    ("tier=beginner", ["Écrire à Œuvre", "Éléonore lit"]),
    ("tier=beginner&tier=expert", ["Écrire à Œuvre", "Éléonore lit", "Prouver"]),
    ("hours=15", ["Écrire à Œuvre", "Éléonore lit", "Compter"]),
    ("hours=15&tier=beginner&q=ecrire", ["Écrire à Œuvre"]),
    ("language=en&hours=15", ["Écrire à Œuvre", "Éléonore lit"]),
    ("skill=counting", ["Compter"]),
    ("skill=counting&tier=beginner", []),
    ("q=lit%20prouver", []),
    ("tier=nonsense&hours=7&language=de&skill=%20", ["Écrire à Œuvre", "Éléonore lit", "Compter", "Prouver"]),
]


def test_filters_combine_and_accents_do_not_count(client: ReviewedClient, four: list[CourseVersion]) -> None:
    for query, found in FOUND:
        client.get(f"/courses?{query}&lang=fr")
        assert titles(client) == found, query


def test_a_course_without_the_language_of_the_page_is_sorted_by_the_title_it_has(
    client: ReviewedClient, four: list[CourseVersion], session: Session
) -> None:
    Small("additionner", tier=2, title=both("Additionner"), skill="counting").publish(session)
    Small("zeta", tier=2, title=both("Zêta"), skill="counting").publish(session)
    client.get("/courses?tier=intermediate&lang=en")
    assert [title.split()[0] for title in titles(client)] == ["Additionner", "Compter", "Zêta"]


def test_each_active_filter_can_be_taken_away(client: ReviewedClient, four: list[CourseVersion]) -> None:
    client.get("/courses?q=e&tier=beginner&tier=expert&hours=15&skill=reading&language=fr")
    chips = [link["href"] for link in client.page.select("ul.chips a")]
    assert len(chips) == 7
    without_a_tier = next(link for link in chips if "tier=expert" in link and "tier=beginner" not in link)
    assert "hours=15" in without_a_tier
    assert "q=e" in without_a_tier
    for address in chips:
        assert client.get(address).status_code == 200


def test_a_long_catalogue_has_pages_that_keep_the_filters(client: ReviewedClient, session: Session) -> None:
    for number in range(23):
        Small(f"cours-{number:02}", title=both(f"Cours {number:02}"), mastery=False).publish(session)
    client.get("/courses?tier=beginner")
    assert len(titles(client)) == 20
    following = client.page.select_one("nav.pager a")
    assert "tier=beginner" in following["href"]
    client.get(following["href"])
    assert [title.split(" (")[0] for title in titles(client)] == ["Cours 20", "Cours 21", "Cours 22"]
    client.get("/courses?page=999999999")
    assert len(titles(client)) == 3
    assert "23" in client.text()


def test_hostile_filters_are_read_or_ignored(client: ReviewedClient, session: Session) -> None:
    Small().publish(session)
    for name in ("q", "tier", "language", "skill", "hours", "page"):
        for value in HOSTILE:
            assert client.get(f"/courses?{name}={value}").status_code == 200, (name, value)


def test_a_course_that_does_not_exist_is_said_to_be_missing(client: ReviewedClient) -> None:
    for slug in ("nowhere", "a%00b", "..%2Fadmin", "x" * 4001, "%ED%A0%80", "A", "%E2%80%AE"):
        assert client.get(f"/courses/{slug}").status_code == 404, slug


def test_the_catalogue_asks_the_same_statements_for_one_course_as_for_many(
    client: ReviewedClient, session: Session, statements: SimpleNamespace
) -> None:
    Small("premier").publish(session)
    client.get("/courses")
    statements.clear()
    client.get("/courses")
    one = selects(statements)
    for number in range(15):
        Small(f"autre-{number}", tier=number % 4 + 1, skill=f"skill-{number}").publish(session)
    statements.clear()
    client.get("/courses")
    assert selects(statements) == one <= 4


def test_the_course_page_asks_the_same_statements_however_long_the_course(
    cast: Cast, session: Session, statements: SimpleNamespace
) -> None:
    counts = []
    ada = cast.client("ada")
    Small("avant").publish(session)
    for lessons in (1, 12):
        version = Small(f"long-{lessons}", lessons=lessons, prerequisites=["avant"]).publish(session)
        begin(session, cast.ada, version)
        statements.clear()
        ada.get(f"/courses/long-{lessons}")
        counts.append(selects(statements))
    assert counts[0] == counts[1] <= 14


@pytest.mark.parametrize(("slug", "visitor", "learner"), [("avant", 3, 6), ("apres", 4, 7)])
def test_the_course_page_asks_nothing_twice(
    cast: Cast,
    session: Session,
    client: ReviewedClient,
    statements: SimpleNamespace,
    slug: str,
    visitor: int,
    learner: int,
) -> None:
    """The version, its exam, its skills and the courses it asks for, if any; who reads, and their way through it."""
    first, second = Small("avant").publish(session), Small("apres", prerequisites=["avant"]).publish(session)
    begin(session, cast.ada, first if slug == "avant" else second)
    for reader, wanted in ((client, visitor), (cast.client("ada"), learner)):
        reader.get(f"/courses/{slug}")  # what never changes is kept from now on
        statements.clear()
        reader.get(f"/courses/{slug}")
        assert selects(statements) == len(set(statements.seen)) == wanted


def test_the_course_page_says_what_a_visitor_a_reader_and_a_learner_may_do_next(
    client: ReviewedClient, cast: Cast, session: Session
) -> None:
    version = Small().publish(session)
    client.get("/courses/petit-cours?lang=en")
    assert client.page.select_one("a[href='/learn/petit-cours/lecon-1']")
    ada = cast.client("ada", language="en")
    ada.get("/courses/petit-cours")
    assert ada.page.select_one("form[action='/learn/petit-cours']")
    begin(session, cast.ada, version)
    ada.get("/courses/petit-cours")
    assert "33%" in ada.text()
    assert ada.page.select_one("a.button[href='/learn/petit-cours']")


def test_a_course_that_asks_for_another_says_so(client: ReviewedClient, session: Session) -> None:
    Small("avant", title=both("Le premier pont")).publish(session)
    Small("apres", tier=2, prerequisites=["avant"]).publish(session)
    client.get("/courses/apres?lang=fr")
    assert "Le premier pont" in client.text()


def test_the_course_that_is_asked_for_is_named_as_it_is_called_now(client: ReviewedClient, session: Session) -> None:
    Small("avant").publish(session)
    Small("apres", tier=2, prerequisites=["avant"]).publish(session)
    client.get("/courses/apres?lang=fr")
    Small("avant", content="2", title=both("Le pont rebaptisé")).publish(session)
    client.get("/courses/apres?lang=fr")
    assert "Le pont rebaptisé" in client.text()


def test_those_who_have_begun_see_their_own_version_on_the_course_page(cast: Cast, session: Session) -> None:
    old = Small(lessons=1).publish(session)
    begin(session, cast.ada, old)
    Small(content="2", lessons=3, title=both("Nouveau titre")).publish(session)
    ada, blaise = cast.client("ada"), cast.client("blaise")
    ada.get("/courses/petit-cours")
    assert "Petit cours" in ada.page.h1.get_text()
    blaise.get("/courses/petit-cours")
    assert "Nouveau titre" in blaise.page.h1.get_text()
