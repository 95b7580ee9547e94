"""A site with candidates in the middle of an exam, made once; each test serves it and takes candidates of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.site import Site, new_site
from tests.faults.candidates import Candidate, check, port_of_the_system, seated

SEATS = 40


@pytest.fixture(scope="session")
def exam_site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, list[Candidate]]:
    """On SQLite, as the program sets it; not served yet."""
    site = new_site(tmp_path_factory.mktemp("exam") / "instance", port=port_of_the_system())
    return site, seated(site, SEATS)


@pytest.fixture
def sitting(exam_site: tuple[Site, list[Candidate]]) -> Iterator[Callable[[int], list[Candidate]]]:
    """So many candidates who have answered nothing yet; what they are told is checked against the record at the end."""
    _site, free = exam_site
    taken: list[Candidate] = []

    def take(number: int) -> list[Candidate]:
        some = [free.pop() for _ in range(number)]
        taken.extend(some)
        return some

    yield take
    assert [one.trouble for one in taken if one.trouble] == []
    for one in taken:
        check(one.site, one)
