"""Pages of projects as stories: a learner hands in, a marker marks, a portfolio shows only what its owner chose."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.project_models import Marking, Portfolio, Submission, SubmissionFile
from app.assessment.uploads import MEGABYTE
from app.foundation.permissions import Role
from tests.assessment.submissions import GOOD, PATH, PNG, WEAK, Studio
from tests.builders import Cast
from tests.courses import begin
from tests.reviewer import ReviewedClient

CANARY = "zqcanari"
OWN = {"level-exactitude": "2", "level-clarte": "3"}


@pytest.fixture
def studio(session: Session, cast: Cast) -> Studio:
    return Studio(session, cast)


@pytest.fixture
def ada(studio: Studio, cast: Cast) -> ReviewedClient:
    return cast.client("ada")


def send_file(client: ReviewedClient, name: str, content: bytes, path: str = PATH) -> Any:
    return client.post(f"{path}/files", {"file": (BytesIO(content), name)}, content_type="multipart/form-data")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_way_by_pages(studio: Studio, cast: Cast, session: Session, language: str) -> None:
    ada, camille = cast.client("ada", language=language), cast.client("camille", language=language)
    home = ada.get("/learn/petit-cours")
    assert b"/learn/petit-cours/mini-projet" in home.data
    ada.get("/learn/petit-cours/mini-projet", follow=True)
    assert ada.page.select_one("h1").get_text() == ("Mini-projet" if language == "fr" else "Mini-projet (en)")
    assert len(ada.page.select("table.table tbody tr")) == 2
    ada.post(f"{PATH}/self-assessment", OWN, follow=True)
    assert len(ada.page.select("input[type=radio][checked]")) == 2
    assert send_file(ada, "mon rapport.png", PNG).status_code == 302
    ada.post(f"{PATH}/words", {"note": "Bonjour.", "link": "https://example.org/travail"}, follow=True)
    ada.get(f"{PATH}/hand-in")
    assert "mon rapport.png" in ada.text()
    ada.post(f"{PATH}/hand-in", follow=True)
    assert not ada.page.select("main input[type=radio]"), "what is handed in is not changed"
    (public_id,) = session.scalars(select(Submission.public_id))

    camille.get("/marking")
    assert "Ada" not in camille.text()
    camille.post(f"/marking/{public_id}/claim", follow=True)
    assert "mon rapport" not in camille.text(), "the name of a file may name its author"
    assert "Bonjour." in camille.text()
    sent = {**OWN, "feedback-exactitude": "Les totaux sont justes.", "comment": "Bon travail.", "then": "sign"}
    camille.post(f"/marking/{public_id}", sent, follow=True)
    assert ("77,7" if language == "fr" else "77.7%") in camille.text()
    ada.get(PATH)
    assert "Les totaux sont justes." not in ada.text(), "nothing is read before it is signed"
    camille.post(f"/marking/{public_id}/signature", follow=True)
    camille.get(f"/marking/{public_id}")
    ada.get(PATH)
    assert "Les totaux sont justes." in ada.text()
    assert "Bon travail." in ada.text()
    ada.get("/learn/petit-cours")
    assert ada.page.select_one(".contents li.done a[href$=mini-projet]")


def test_changes_are_asked_for_and_the_work_goes_on(studio: Studio, ada: ReviewedClient, cast: Cast) -> None:
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, WEAK, "À revoir.")
    ada.get(PATH)
    assert "À revoir. exactitude" in ada.text()
    assert ada.page.select_one("#link")["value"] == "https://example.org/travail"
    assert not ada.page.select("input[type=radio][checked]"), "one looks at one's work anew"
    ada.post(f"{PATH}/hand-in")
    assert ada.page.select_one(".error-summary")
    ada.post(f"{PATH}/self-assessment", OWN)
    ada.post(f"{PATH}/hand-in", follow=True)
    studio.mark(cast.camille, studio.submission(), GOOD, "Bien.")
    ada.get(PATH)
    assert "À revoir." in ada.text(), "what was said before stays to be read"
    camille = cast.client("camille")
    camille.get(f"/marking/{submission.public_id}")
    assert "Bien." in camille.text()


def test_who_has_not_begun_the_course_is_sent_there(studio: Studio, cast: Cast) -> None:
    blaise = cast.client("blaise")
    assert blaise.get(PATH).headers["Location"] == "/courses/petit-cours"
    for door in ("self-assessment", "words", "hand-in"):
        assert blaise.post(f"{PATH}/{door}", OWN).status_code == 422
    assert send_file(blaise, "a.png", PNG).status_code == 422
    assert blaise.get("/projects/petit-cours/lecon-1").status_code == 404
    assert blaise.get("/projects/nothing/mini-projet").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<p>"),
        ("dessin.svg", b"<svg/>"),
        ("dessin.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("notes.txt", b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>"),
        ("notes.txt", b"<svg onload=alert(1)>"),
        ("notes.txt", b"a\0b"),
        ("notes.txt", b"\xff\xfe"),
        ("rapport.pdf", b"MZ\x90"),
        ("rapport.exe", b"MZ\x90"),
        ("rapport", b"%PDF-"),
        (".pdf", b"%PDF-"),
        ("vide.txt", b""),
        ("gpj.\u202etxt", b"texte"),
        ("n" * 130 + ".txt", b"texte"),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(
    studio: Studio, ada: ReviewedClient, session: Session, name: str, content: bytes
) -> None:
    assert send_file(ada, name, content).status_code == 422
    assert ada.page.select_one("#file-error")
    assert session.scalars(select(SubmissionFile)).all() == []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("rapport.PDF", b"%PDF-1.7", "application/pdf"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("données.csv", "a;é\n1,5;2\n".encode(), "text/plain; charset=utf-8"),
        ("../../etc/passwd.py", b"print('<b>')", "text/plain; charset=utf-8"),
        ("C:\\travail\\tableau.ods", b"PK\x03\x04", "application/vnd.oasis.opendocument.spreadsheet"),
    ],
)
def test_a_file_is_saved_never_shown(
    studio: Studio, ada: ReviewedClient, session: Session, name: str, content: bytes, kind: str
) -> None:
    assert send_file(ada, name, content).status_code == 302
    (file,) = session.scalars(select(SubmissionFile))
    assert "/" not in file.name
    assert "\\" not in file.name
    answer = ada.get(f"/submission-files/{file.public_id}")
    assert answer.data == content
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_project_says_which_files_it_takes(session: Session, cast: Cast) -> None:
    Studio(session, cast, accept=["csv"], max_mb=0.001)
    ada = cast.client("ada")
    ada.get(PATH)
    assert "csv" in ada.page.select_one("#file-hint").get_text()
    assert send_file(ada, "a.png", PNG).status_code == 422
    assert send_file(ada, "a.csv", b"a" * 1100).status_code == 422
    assert send_file(ada, "a.csv", b"a" * 1000).status_code == 302


def test_a_large_file_passes_here_and_nowhere_else(studio: Studio, ada: ReviewedClient) -> None:
    large = b"%PDF-" + b"0" * 9 * MEGABYTE
    assert send_bytes(ada, f"{PATH}/files", large) == 302
    assert send_bytes(ada, f"{PATH}/files", large + b"0" * MEGABYTE) == 422
    assert send_bytes(ada, f"{PATH}/files", large + b"0" * 3 * MEGABYTE) == 413
    assert send_bytes(ada, f"{PATH}/words", large) == 413


def send_bytes(client: ReviewedClient, path: str, content: bytes) -> int:
    """A large form made by hand: the test client would leave a temporary file open."""
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="grand.pdf"\r\n\r\n'
    headers = {"X-CSRFToken": client.csrf_token()}
    body = head + content + b"\r\n--edge--\r\n"
    kind = "multipart/form-data; boundary=edge"
    return client._open("POST", path, data=body, content_type=kind, headers=headers).status_code


def test_files_are_for_their_owner_and_for_who_marks_them(studio: Studio, ada: ReviewedClient, cast: Cast) -> None:
    send_file(ada, "Ada Lefèvre.png", PNG)
    submission = studio.handed_in()
    file = submission.current.files[0].public_id
    camille, blaise = cast.client("camille"), cast.client("blaise")
    assert camille.get(f"/submission-files/{file}").status_code == 404, "not taken yet"
    studio.take(cast.camille, submission)
    answer = camille.get(f"/submission-files/{file}")
    assert answer.status_code == 200
    assert "Ada" not in answer.headers["Content-Disposition"]
    for stranger in (blaise, cast.client(studio.marker()), cast.client("admin"), cast.client("dora")):
        assert stranger.get(f"/submission-files/{file}").status_code == 404


def test_one_removes_ones_own_files_only(studio: Studio, ada: ReviewedClient, cast: Cast, session: Session) -> None:
    send_file(ada, "a.png", PNG)
    (file,) = session.scalars(select(SubmissionFile.public_id))
    door = f"{PATH}/files/{file}/removal"
    assert cast.client("blaise").post(door).status_code == 404
    assert ada.post(door).status_code == 302
    assert ada.post(door).status_code == 404
    assert session.scalars(select(SubmissionFile)).all() == []


def test_the_link_is_an_address_of_the_web_and_is_kept_as_typed(studio: Studio, ada: ReviewedClient) -> None:
    for link in ("javascript:alert(1)", "ftp://a.example", "//example.org", "exemple"):
        assert ada.post(f"{PATH}/words", {"note": "Gardée.", "link": link}).status_code == 422
        assert ada.page.select_one("#link")["value"] == link
        assert ada.page.select_one("#note").get_text().strip() == "Gardée."


def test_markers_see_nothing_that_is_not_theirs(studio: Studio, cast: Cast, session: Session) -> None:
    submission = studio.handed_in()
    other = studio.marker()
    taken = studio.take(cast.camille, submission)
    address = f"/marking/{submission.public_id}"
    stranger = cast.client(other)
    for path in (address, f"{address}/signature"):
        assert stranger.get(path).status_code == 404
        assert stranger.post(path, {"comment": "x", **OWN}).status_code == 404
    assert stranger.post(f"{address}/claim").status_code == 409
    assert stranger.post(f"{address}/return").status_code == 409
    assert cast.client("ada").get("/marking").status_code == 403
    assert cast.client("dora").post(f"{address}/claim").status_code == 403
    session.refresh(taken)
    assert (taken.comment, taken.levels) == ("", {})


def test_staff_who_learn_never_find_their_own_work_in_the_queue(studio: Studio, cast: Cast, session: Session) -> None:
    both = cast.person("Zoé Deux-Rôles", Role.INSTRUCTOR)
    begin(session, both, studio.version)
    own = studio.handed_in(both)
    client = cast.client(both)
    client.get("/marking")
    assert not client.page.select(f"form[action*='{own.public_id}']")
    assert client.post(f"/marking/{own.public_id}/claim").status_code == 404
    colleague = cast.client("camille")
    colleague.get("/marking")
    assert colleague.page.select(f"form[action*='{own.public_id}']")


def test_the_second_marker_reads_nothing_of_the_first(session: Session, cast: Cast) -> None:
    studio = Studio(session, cast, markers=2)
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, GOOD, CANARY)
    other = cast.client(studio.marker())
    ada = cast.client("ada")
    pages = [other.get("/marking"), other.post(f"/marking/{submission.public_id}/claim", follow=True)]
    sent = {**OWN, "comment": "Autre.", "then": "sign"}
    pages += [other.post(f"/marking/{submission.public_id}", sent, follow=True), ada.get(PATH), ada.get("/portfolio")]
    assert [page.status_code for page in pages] == [200] * 5
    assert [CANARY in page.get_data(as_text=True) for page in pages] == [False] * 5
    other.post(f"/marking/{submission.public_id}/signature")
    assert CANARY in ada.get(PATH).get_data(as_text=True)


def test_nobody_else_reads_a_learners_work(studio: Studio, cast: Cast, client: ReviewedClient) -> None:
    studio.written(link=f"https://example.org/{CANARY}")
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, GOOD, CANARY)
    begin(studio.session, cast.blaise, studio.version)
    for reader in (cast.client("blaise"), cast.client("dora"), cast.client("admin"), client):
        for path in (PATH, "/portfolio", f"/portfolio/{submission.public_id}", f"/marking/{submission.public_id}"):
            assert CANARY not in reader.get(path).get_data(as_text=True)
        assert CANARY not in reader.get(f"/portfolios/{submission.public_id}").get_data(as_text=True)


def test_a_portfolio_shows_what_its_owner_chose_and_nothing_else(
    studio: Studio, ada: ReviewedClient, cast: Cast, client: ReviewedClient, session: Session
) -> None:
    studio.written(link=f"https://example.org/{CANARY}-lien")
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, GOOD, f"{CANARY}-retour")
    ada.get("/portfolio")
    assert session.scalars(select(Portfolio)).all() == []
    form = f"/portfolio/{submission.public_id}"
    ada.get(form)
    assert ada.post(form, {"presentation": "Mes **mots** <b>à moi</b>.", "link": ""}).status_code == 302
    assert session.scalars(select(Portfolio)).all() == [], "kept, not shown"
    ada.post(form, {"presentation": "Mes **mots** <b>à moi</b>.", "link": "https://ada.example", "shown": "y"})
    (address,) = session.scalars(select(Portfolio.public_id))
    shown = client.get(f"/portfolios/{address}")
    assert "Mes **mots** <b>à moi</b>." in client.text()
    assert "Ada Lefèvre" in client.text()
    assert client.page.select_one("main a[href='https://ada.example']")["rel"] == [
        "noopener", "noreferrer", "nofollow", "ugc",
    ]  # fmt: skip
    assert CANARY not in shown.get_data(as_text=True)
    assert "Ma note." not in client.text()
    assert shown.headers["X-Robots-Tag"] == "noindex"
    ada.get("/portfolio")
    assert address in str(ada.page)
    ada.post(form, {"presentation": "", "link": ""})
    assert client.get(f"/portfolios/{address}").status_code == 404


def test_only_an_accepted_project_is_shown(studio: Studio, ada: ReviewedClient) -> None:
    submission = studio.handed_in()
    assert ada.get(f"/portfolio/{submission.public_id}").status_code == 404
    assert ada.post(f"/portfolio/{submission.public_id}", {"shown": "y"}).status_code == 404


def test_a_suspended_person_shows_nothing(
    studio: Studio, ada: ReviewedClient, cast: Cast, client: ReviewedClient, session: Session
) -> None:
    submission = studio.handed_in()
    studio.mark(cast.camille, submission, GOOD)
    ada.post(f"/portfolio/{submission.public_id}", {"shown": "y"})
    (address,) = session.scalars(select(Portfolio.public_id))
    assert client.get(f"/portfolios/{address}").status_code == 200
    cast.ada.state = "suspended"
    session.commit()
    assert client.get(f"/portfolios/{address}").status_code == 404


def test_a_marking_may_be_saved_by_halves_and_is_signed_whole(studio: Studio, cast: Cast, session: Session) -> None:
    submission = studio.handed_in()
    camille = cast.client("camille")
    address = f"/marking/{submission.public_id}"
    camille.post(f"{address}/claim")
    camille.post(address, {"level-exactitude": "1", "feedback-clarte": "Des phrases courtes."}, follow=True)
    assert camille.page.select_one("input[name=level-exactitude][checked]")["value"] == "1"
    assert camille.page.select_one("#feedback-clarte").get_text().strip() == "Des phrases courtes."
    assert camille.get(f"{address}/signature").status_code == 200
    assert camille.post(f"{address}/signature").status_code == 422
    assert camille.post(address, {"level-exactitude": "9", "comment": "Gardé."}).status_code == 422
    assert camille.page.select_one("#comment").get_text().strip() == "Gardé."
    (stored,) = session.scalars(select(Marking))
    assert (stored.levels, stored.comment, stored.done_at) == ({"exactitude": 1}, "", None)
    camille.post(f"{address}/return", follow=True)
    assert session.scalars(select(Marking)).all() == []
