"""Pages of challenges as stories: a session is opened, joined, worked on by a team, marked; nothing shows too early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.challenge_forms import SessionForm
from app.assessment.challenge_models import ChallengeFile, ChallengeSession, SealedFile
from app.assessment.challenge_sessions import cancel
from app.foundation import clock
from app.wiring.sweeps import close_challenges
from tests.assessment.challenge_sittings import GOOD, LINK, PATH, WEAK, Arena
from tests.builders import Cast
from tests.courses import Small, a_challenge, begin
from tests.reviewer import ReviewedClient

OWN = {"level-exactitude": "2", "level-clarte": "3"}
SECRET = "zqsujet"  # a word of the brief


@pytest.fixture
def arena(session: Session, cast: Cast) -> Arena:
    return Arena(session, cast)


def files(session: Session, *, sealed: bool) -> list[str]:
    """The public ids of the files, the French one first."""
    found = select(ChallengeFile.public_id).where(ChallengeFile.sealed == sealed)
    return list(session.scalars(found.order_by(ChallengeFile.language.desc())))


def send_file(client: ReviewedClient, path: str, name: str = "rapport.txt", content: bytes = b"texte") -> Any:
    return client.post(path, {"file": (BytesIO(content), name)}, content_type="multipart/form-data")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_way_by_pages(session: Session, cast: Cast, language: str) -> None:
    version = Small(challenge=a_challenge()).publish(session)
    for name in ("ada", "blaise"):
        begin(session, getattr(cast, name), version)

    def come_in() -> list[ReviewedClient]:
        """A session of the site ends long before the challenge does."""
        return [cast.client(name, language=language) for name in ("ada", "blaise", "camille")]

    ada, blaise, camille = come_in()
    start = (clock.now() + timedelta(days=3)).replace(hour=8, minute=0, second=0, microsecond=0)

    camille.get("/marking/challenges")
    camille.get("/marking/challenges/of/petit-cours/mini-defi")
    hour = start.astimezone(clock_zone()).strftime("%H:%M")
    sent = {"title": "Printemps", "day": start.date().isoformat(), "hour": hour}
    camille.post("/marking/challenges/of/petit-cours/mini-defi", sent, follow=True)
    opening = session.scalars(select(ChallengeSession)).one()
    assert opening.starts_at == start
    id_ = opening.public_id
    assert send_file(camille, f"/marking/challenges/{id_}/sealed/1", "secret.jsonl", b"{}").status_code == 302
    camille.get(f"/marking/challenges/{id_}")
    assert "secret.jsonl" in camille.text()

    ada.get("/courses/petit-cours")
    assert ada.page.select_one(f'a[href="{PATH}"]')
    ada.get(PATH)
    assert SECRET not in ada.text()
    ada.post(f"{PATH}/{id_}", follow=True)
    code = ada.page.select_one(".hash").get_text()
    blaise.post(f"{PATH}/{id_}/team", {"code": code.lower()}, follow=True)
    assert SECRET not in blaise.text()
    assert "Ada Lefèvre" in blaise.text()

    page = f"/challenges/{id_}"
    with clock.frozen(start + timedelta(minutes=5)):
        ada, blaise, camille = come_in()
        ada.get(page)
        assert SECRET in ada.text()
        (material,) = [link["href"] for link in ada.page.select("a[download]")]
        assert ada.get(material).data == f"lettre;{language}".encode()
        seen = ada.page.select_one(f'form[action="{page}/self-assessment"] input[name=seen]')["value"]
        ada.post(f"{page}/self-assessment", {**OWN, "seen": seen}, follow=True)
        assert send_file(blaise, f"{page}/files", "mon rapport.txt").status_code == 302
        blaise.get(page)
        assert len(blaise.page.select("input[type=radio][checked]")) == 2
        seen = blaise.page.select_one(f'form[action="{page}/words"] input[name=seen]')["value"]
        blaise.post(f"{page}/words", {"note": "Bonjour.", "link": LINK, "seen": seen}, follow=True)
        ada.post(f"{page}/hand-in", follow=True)
        assert not ada.page.select("main input[type=radio]")
        ada.post(f"{page}/taking-back", follow=True)
        assert ada.page.select("main input[type=radio]")
    with clock.frozen(start + timedelta(hours=5)):
        ada, blaise, camille = come_in()
        ada.get(page)
        assert not ada.page.select("main input[type=radio]"), "over, before the worker has noted it"
        assert close_challenges(cast.app) == 1
        camille.get("/marking/challenges")
        camille.get("/marking")
        assert "Ada" not in camille.text()
        (claim,) = [form["action"] for form in camille.page.select("main form[action$=claim]")]
        camille.post(claim, follow=True)
        assert "mon rapport" not in camille.text()
        sealed = camille.page.select_one('a[href*="/sealed/1"]')["href"]
        assert camille.get(sealed).data == b"{}"
        marked = claim.removesuffix("/claim")
        said = {**OWN, "feedback-exactitude": "Juste.", "comment": "Bon travail.", "then": "sign"}
        camille.post(marked, said, follow=True)
        camille.post(f"{marked}/signature", follow=True)
        camille.get(marked)
        for member in (ada, blaise):
            member.get(page)
            assert "Bon travail." in member.text()
            member.get("/portfolio")
            assert member.page.select_one('main a[href^="/portfolio/"]')
        entry = ada.page.select_one('main a[href^="/portfolio/"]')["href"]
        ada.get(entry)
        ada.post(entry, {"presentation": "Notre défi.", "link": "", "shown": "y"}, follow=True)
        public = ada.page.select_one('main a[href^="/portfolios/"]')["href"]
        visitor = ReviewedClient(cast.app, session)
        visitor.get(public)
        text = visitor.text()
        assert "Notre défi." in text
        for hidden in (SECRET, "Blaise", "77", "Bon travail.", "Palier", "Printemps"):
            assert hidden not in text, hidden
        blaise.get("/portfolio")
        assert not blaise.page.select('main a[href^="/portfolios/"]'), "each decides for themself"


def clock_zone() -> Any:
    from app.foundation.wording import ZONE

    return ZONE


def test_nothing_opens_before_the_start_even_with_the_address(arena: Arena, cast: Cast, session: Session) -> None:
    arena.join()
    ada, visitor = cast.client("ada"), ReviewedClient(cast.app, session)
    material, sealed = files(session, sealed=False)[0], files(session, sealed=True)[0]
    assert ada.get(f"{arena.path}/materials/{material}").status_code == 404
    for door in ("words", "self-assessment", "hand-in", "taking-back"):
        assert ada.post(f"{arena.path}/{door}", {**OWN, "link": LINK}).status_code == 404
    assert send_file(ada, f"{arena.path}/files").status_code == 404
    ada.get(arena.path)
    assert SECRET not in ada.text()
    visitor.get(PATH)
    assert SECRET not in visitor.text()
    assert visitor.get(arena.path).status_code == 302
    with arena.at(minutes=1):
        ada, blaise, camille = (cast.client(name) for name in ("ada", "blaise", "camille"))
        assert ada.get(f"{arena.path}/materials/{material}").status_code == 200
        assert ada.get(f"{arena.path}/materials/{sealed}").status_code == 404
        for other in (blaise, camille):
            assert other.get(arena.path).status_code == 404
            assert other.get(f"{arena.path}/materials/{material}").status_code == 404
            assert other.post(f"{arena.path}/words", {"link": LINK}).status_code == 404


def test_sealed_files_are_for_whoever_has_taken_the_work(arena: Arena, cast: Cast, session: Session) -> None:
    arena.join()
    camille, admin = cast.client("camille"), cast.client("admin")
    own = f"/marking/challenges/{arena.opening.public_id}/sealed/1"
    assert send_file(camille, own, "le mien.csv", b"a;b").status_code == 302
    (of_course, _other) = files(session, sealed=True)
    arena.handed_in()
    arena.take(cast.camille)
    assert camille.get(own).data == b"a;b"
    assert camille.get(f"{arena.path}/materials/{of_course}").status_code == 200
    assert admin.get(own).status_code == 404
    assert admin.get(f"{arena.path}/materials/{of_course}").status_code == 404


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"%PDF-"), ("a.csv", b"\xff"), ("a.zip", b"MZ")])
def test_a_sealed_file_is_of_a_kind_that_runs_nothing(
    arena: Arena, cast: Cast, session: Session, name: str, content: bytes
) -> None:
    camille = cast.client("camille")
    answer = send_file(camille, f"/marking/challenges/{arena.opening.public_id}/sealed/1", name, content)
    assert answer.status_code == 422
    assert camille.page.select_one("#file-error")
    assert session.scalars(select(SealedFile)).all() == []
    assert send_file(camille, f"/marking/challenges/{arena.opening.public_id}/sealed/7").status_code in (404, 422)


def test_a_code_that_opens_no_team_stays_beside_the_session_it_was_typed_for(arena: Arena, cast: Cast) -> None:
    later = arena.open("Décembre", days=30)
    blaise = cast.client("blaise", language="fr")
    answer = blaise.post(f"{PATH}/{later.public_id}/team", {"code": "ABCD 1234"})
    assert answer.status_code == 422
    (typed,) = blaise.page.select("details[open] input[name=code]")
    assert typed["value"] == "ABCD 1234"
    assert typed.find_parent("form")["action"].endswith(f"{later.public_id}/team")
    assert "Aucune équipe de cette session n’a ce code" in blaise.text()


def test_what_a_teammate_wrote_meanwhile_is_shown_beside_what_was_typed(arena: Arena, cast: Cast) -> None:
    arena.join(cast.blaise, arena.join())
    with arena.at(minutes=1):
        ada, blaise = cast.client("ada"), cast.client("blaise")
        blaise.get(arena.path)
        seen = blaise.page.select_one(f'form[action="{arena.path}/words"] input[name=seen]')["value"]
        ada.post(f"{arena.path}/words", {"note": "D’Ada.", "link": "", "seen": seen})
        sent = {"note": "De Blaise.", "link": "", "seen": seen}
        assert blaise.post(f"{arena.path}/words", sent).status_code == 409
        assert "D’Ada." in blaise.text()
        assert blaise.page.select_one("textarea[name=note]").get_text().strip() == "De Blaise."
        seen = blaise.page.select_one(f'form[action="{arena.path}/words"] input[name=seen]')["value"]
        both = {"note": "D’Ada, de Blaise.", "link": "", "seen": seen}
        assert blaise.post(f"{arena.path}/words", both).status_code == 302
        seen = blaise.page.select_one(f'form[action="{arena.path}/self-assessment"] input[name=seen]')["value"]
        ada.post(f"{arena.path}/self-assessment", {**OWN, "seen": seen})
        other = {"level-exactitude": "0", "level-clarte": "0", "seen": seen}
        assert blaise.post(f"{arena.path}/self-assessment", other).status_code == 409
        assert "Palier 3" in blaise.page.select_one("section[aria-labelledby=self] .banner").get_text()


@pytest.mark.parametrize(("levels", "word"), [(GOOD, "Travail accepté"), (WEAK, "Seuil non atteint")])
def test_what_was_decided_is_read_by_the_team_alone(
    arena: Arena, cast: Cast, levels: dict[str, int], word: str
) -> None:
    arena.join()
    arena.handed_in()
    arena.mark(cast.camille, levels)
    with arena.at(days=1):
        ada = cast.client("ada")
        ada.get(arena.path)
        assert word in ada.text()
        assert "Lu par nous." in ada.text()
        assert cast.client("blaise").get(arena.path).status_code == 404
    assert bool(ada.page.select('a[href^="/portfolio/"]')) is (levels is GOOD)


def test_overdue_feedback_is_said_in_words(arena: Arena, cast: Cast) -> None:
    arena.join()
    arena.handed_in()
    with arena.at(days=11):
        camille = cast.client("camille")
        for page in ("/marking", "/marking/challenges", f"/marking/challenges/{arena.opening.public_id}"):
            camille.get(page)
            assert "Retours en retard" in camille.text(), page


def test_cancelling_by_the_page(arena: Arena, cast: Cast) -> None:
    arena.join()
    camille, ada = cast.client("camille"), cast.client("ada")
    path = f"/marking/challenges/{arena.opening.public_id}"
    camille.post(f"{path}/cancellation", follow=True)
    assert not camille.page.select('form[action$="/cancellation"]')
    assert camille.post(f"{path}/cancellation").status_code == 409
    ada.get(arena.path)
    assert "annulée" in ada.text()
    ada.get(PATH)


def test_joining_wants_the_course_and_a_code_that_exists(arena: Arena, cast: Cast) -> None:
    outsider, ada = cast.client(cast.person("Ailleurs")), cast.client("ada")
    outsider.get(PATH)
    assert not outsider.page.select("main form")
    assert outsider.post(f"{PATH}/{arena.opening.public_id}").status_code == 422
    for code in ("", "ABCDEFGH", "é" * 41):
        assert ada.post(f"{PATH}/{arena.opening.public_id}/team", {"code": code}).status_code == 422
        assert ada.page.select_one(".error-summary")
    assert ada.post(f"/courses/petit-cours/challenges/autre/{arena.opening.public_id}").status_code == 404


def test_codes_are_not_guessed(arena: Arena, cast: Cast) -> None:
    ada = cast.client("ada")
    answers = [
        ada.post(f"{PATH}/{arena.opening.public_id}/team", {"code": f"0000000{number}"}).status_code
        for number in range(10)
    ]
    assert answers == [422] * 10
    assert ada.post(f"{PATH}/{arena.opening.public_id}/team", {"code": "00000000"}).status_code == 429


def test_learners_do_not_open_sessions(arena: Arena, cast: Cast) -> None:
    ada = cast.client("ada")
    for page in ("", "/of/petit-cours/mini-defi", f"/{arena.opening.public_id}"):
        assert ada.get(f"/marking/challenges{page}").status_code == 403


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        ("2027-01-15", "09:30", datetime(2027, 1, 15, 8, 30, tzinfo=UTC)),
        ("2027-07-15", "9h30", datetime(2027, 7, 15, 7, 30, tzinfo=UTC)),
        ("2027-10-31", "02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # shown twice: the first one
        ("2027-03-28", "02:30", None),  # skipped
        ("2027-02-30", "09:30", None),
        ("15/01/2027", "09:30", None),
        ("2027-01-15", "25:00", None),
        ("", "", None),
    ],
)
def test_hours_are_those_of_paris(day: str, hour: str, expected: datetime | None) -> None:
    from werkzeug.datastructures import MultiDict

    form = SessionForm(MultiDict({"title": "Session", "day": day, "hour": hour}))
    assert form.validate() is (expected is not None)
    assert form.starts_at == expected


def test_a_start_in_the_past_is_said_at_its_field(arena: Arena, cast: Cast) -> None:
    camille = cast.client("camille")
    sent = {"title": "Hier", "day": "2020-01-15", "hour": "09:30"}
    assert camille.post("/marking/challenges/of/petit-cours/mini-defi", sent).status_code == 422
    assert camille.page.select_one("#day-error")
    assert camille.page.select_one("#title")["value"] == "Hier"


def test_letters_are_written(arena: Arena, cast: Cast, session: Session) -> None:
    from app.assessment.challenge_mails import LETTERS
    from app.foundation.outbox import OutboxMessage

    settings = cast.app.config["SETTINGS"]
    arena.join()
    later = arena.open("Décembre", days=2)
    arena.join(cast.blaise, opening=later)
    cancel(session, actor=cast.camille.actor(), opening=later)
    arena.handed_in()
    arena.mark(cast.camille, GOOD)
    for message in session.scalars(select(OutboxMessage)).all():
        for language in ("fr", "en"):
            person = cast.ada if message.recipient_id == cast.ada.id else cast.blaise
            person.language = language
            session.flush()
            letter = LETTERS[message.payload["letter"]](session, message, settings)
            assert letter is not None
            assert "%(" not in letter.get_content()
            assert "{{" not in letter.get_content()
        person.state = "erased"
        session.flush()
        assert LETTERS[message.payload["letter"]](session, message, settings) is None


def test_pages_take_few_statements(arena: Arena, cast: Cast, session: Session, statements: Any) -> None:
    code = arena.join()

    def counted(client: ReviewedClient, page: str) -> int:
        client.get(page)
        statements.clear()
        assert client.get(page).status_code == 200
        return len(statements.seen)

    with arena.at(minutes=1):
        ada, camille = cast.client("ada"), cast.client("camille")
        pages = [(ada, PATH), (ada, arena.path), (camille, "/marking/challenges")]
        few = [counted(*one) for one in pages]
    arena.join(cast.blaise, code)
    for number in range(12):
        arena.open(f"Session {number}", days=number + 1)
    arena.write()
    with arena.at(minutes=1):
        many = [counted(*one) for one in pages]
    assert many[0] <= few[0]
    assert many[1] <= few[1] + 3, "files, markings and revisions of the work"
    assert many[2] <= few[2]
    assert max(few) <= 16, few
