"""A certificate that was sent to an employer, whatever became of it since: said so, and never a 500."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import queries, services
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.jobs.applications import apply_to_offer
from tests.builders import Cast
from tests.certification import builders
from tests.certification.test_sharing import ends_in, replace, revoke, suspend
from tests.matching.people import Hiring


@pytest.fixture
def sent(session: Session, cast: Cast, exam: ExamVersion) -> tuple[Certificate, str]:
    """Ada's certificate and the address of the application that carries it."""
    certificate = builders.certify(session, cast.ada, exam)
    offer = Hiring(session, cast.dora).offer()
    application = apply_to_offer(
        session, actor=cast.actor("ada"), offer=offer, message="Bonjour.",
        certificates=[certificate.public_id], score=None,
    )  # fmt: skip
    session.commit()
    return certificate, f"/hire/applications/{application.public_id}"


HAPPENINGS = {
    "suspended": (suspend, "Suspendu le", "Suspended on"),
    "revoked": (revoke, "Révoqué le", "Revoked on"),
    "superseded": (replace, "Remplacé le", "Replaced on"),
    "expired": (ends_in(-2), "Il a expiré", "It expired on"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("state", HAPPENINGS)
def test_the_employer_reads_what_became_of_it(
    session: Session, cast: Cast, sent: tuple[Certificate, str], state: str, language: str
) -> None:
    certificate, address = sent
    happens, french, english = HAPPENINGS[state]
    happens(session, certificate)
    dora = cast.client("dora", language=language)
    dora.get(address)
    proofs = dora.page.find("section", attrs={"aria-labelledby": "proofs"})
    assert (french if language == "fr" else english) in " ".join(proofs.get_text(" ").split())
    assert proofs.find("a", href=f"/verify/{certificate.public_id}") is not None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_last_of_its_successors_is_linked(
    session: Session, cast: Cast, sent: tuple[Certificate, str], language: str
) -> None:
    certificate, address = sent
    second = services.correct_name(session, actor=SYSTEM, certificate=certificate, name="Ada Lovelace")
    third = services.renew_certificate(session, actor=SYSTEM, certificate=second)
    revoke(session, third)
    dora = cast.client("dora", language=language)
    dora.get(address)
    proofs = dora.page.find("section", attrs={"aria-labelledby": "proofs"})
    assert proofs.find("a", href=f"/verify/{third.public_id}") is not None
    assert proofs.find("a", href=f"/verify/{second.public_id}") is None
    assert proofs.find("span", class_="tag stop") is not None, "what replaced it was taken back"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_after_an_erasure_every_page_still_answers(
    session: Session, cast: Cast, sent: tuple[Certificate, str], language: str
) -> None:
    certificate, address = sent
    replace(session, certificate)
    services.forget_holder(session, cast.ada.id)
    session.commit()
    dora, admin = cast.client("dora", language=language), cast.client("admin", language=language)
    assert dora.get(address).status_code == 200
    assert dora.get("/hire/applications").status_code == 200
    successor = queries.find_successor(session, certificate.id)
    assert successor is not None
    for one in (certificate, successor):
        for page in (f"/verify/{one.public_id}", f"/admin/certificates/{one.public_id}"):
            assert admin.get(page).status_code == 200
        for step in ("suspension", "reinstatement", "correction", "renewal", "revocation"):
            assert admin.get(f"/admin/certificates/{one.public_id}/{step}").status_code == 200
    successor_address = f"/admin/certificates/{successor.public_id}"
    named = {"name": "Ada Byron", "again": "Ada Byron"}
    assert admin.post(f"{successor_address}/correction", named).status_code == 422
    assert admin.post(f"{successor_address}/renewal", {}).status_code == 422
    assert admin.post(f"{successor_address}/suspension", {"reason": "appeal"}).status_code == 302
    assert admin.post(f"{successor_address}/reinstatement", {}).status_code == 422, "nobody is left to sign it for"
    assert admin.get("/admin/certificates").status_code == 200
    assert admin.get("/admin/keys").status_code == 200


def test_an_old_date_is_said_once(session: Session, cast: Cast, sent: tuple[Certificate, str]) -> None:
    certificate, _address = sent
    soon = clock.now() + timedelta(days=10)
    session.execute(update(Certificate).where(Certificate.id == certificate.id).values(expires_at=soon))
    ada = cast.client("ada", language="en")
    ada.get("/certificates")
    assert "valid until" not in ada.text()
    assert "It expires on" in ada.text()
