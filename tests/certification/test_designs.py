"""How certificates look is chosen as data: later ones take it, those already issued never change."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.audit.models import AuditEntry
from app.catalog.queries import find_course
from app.certification import queries
from app.certification.designs import NO_CREDENTIAL, SPECIMEN_NUMBER, find_design, stored_logo
from app.certification.files import file_content
from app.certification.models import CertificateDesign
from app.certification.rules import second_language
from app.foundation.identifiers import parse_public_id
from app.wiring.deliveries import drain_outbox
from certificates.design import STYLES
from certificates.extraction import extract_bounded
from tests.builders import Cast
from tests.certification import builders

CHOICE = {
    "style": "classic",
    "signatory_name": "Hélène Garnier-Duplessis",
    "role_fr": "Directrice de la formation",
    "role_en": "Head of training",
}


def png(side: int = 40) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (side, side), "#05645c").save(output, "PNG")
    return output.getvalue()


def logo(data: bytes, name: str = "logo.png") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


@pytest.mark.parametrize(
    ("wanted", "first", "texts", "expected"),
    [
        (None, "fr", {"fr": "Un", "en": "One"}, None),
        ("other", "fr", {"fr": "Un", "en": "One"}, "en"),
        ("other", "en", {"fr": "Un", "en": "One"}, "fr"),
        ("other", "fr", {"fr": "Un"}, None),
        ("other", "fr", {"fr": "Un", "en": ""}, None),
        ("en", "fr", {"fr": "Un", "en": "One"}, "en"),
        ("en", "en", {"fr": "Un", "en": "One"}, None),
    ],
)
def test_the_second_language(wanted: str | None, first: str, texts: dict[str, str], expected: str | None) -> None:
    assert second_language(wanted, first, texts) == expected


@pytest.mark.parametrize("language", ["fr", "en"])
def test_later_certificates_take_a_choice_and_issued_ones_never_change(
    app: Flask, session: Session, cast: Cast, exam: ExamVersion, language: str
) -> None:
    first = builders.certify(session, cast.ada, exam)
    session.commit()
    drain_outbox(app)
    frozen, ada = dict(first.design), cast.client("ada")
    before = ada.get(f"/certificates/{first.public_id}.pdf").data
    admin = cast.client("admin", language=language)
    admin.get("/admin/designs")
    admin.get("/admin/designs/courses/counting")
    chosen = {**CHOICE, "two_languages": "y", "logo": logo(png())}
    assert admin.post("/admin/designs/courses/counting", chosen).status_code == 302
    admin.get("/admin/designs")
    assert "Hélène" in admin.text()
    second = builders.certify(session, cast.blaise, exam)
    session.commit()
    drain_outbox(app)
    session.refresh(first)
    assert first.design == frozen
    assert ada.get(f"/certificates/{first.public_id}.pdf").data == before
    assert second.design == {
        "style": "classic",
        "signatory_name": "Hélène Garnier-Duplessis",
        "signatory_role": {"fr": "Directrice de la formation", "en": "Head of training"},
        "logo": second.design["logo"],
        "second_language": "en",
    }
    assert stored_logo(second.design["logo"]) == png()
    row = queries.find_file(session, second.id, "pdf")
    assert row is not None
    drawn = file_content(row)
    admin.post("/admin/designs/courses/counting/dropped", follow=True)
    session.refresh(second)
    assert second.design["style"] == "classic"
    assert file_content(row) == drawn
    assert queries.design_of(session, second.achievement.course_id)["style"] == "span"
    events = session.scalars(select(AuditEntry.event).where(AuditEntry.subject == "counting")).all()
    assert events[-2:] == ["design.chosen", "design.dropped"]
    assert admin.post("/admin/designs/courses/counting/dropped").status_code == 404


def test_the_site_s_choice_is_for_courses_without_their_own(session: Session, cast: Cast, exam: ExamVersion) -> None:
    admin = cast.client("admin", language="en")
    admin.post("/admin/designs/site", {**CHOICE, "style": "span", "signatory_name": "Site Signer"})
    admin.post("/admin/designs/courses/counting", CHOICE)
    admin.post("/admin/designs/site", {**CHOICE, "style": "span", "signatory_name": "Another Signer"})
    assert len(session.scalars(select(CertificateDesign)).all()) == 2
    course = find_course(session, "counting")
    assert course is not None
    assert queries.design_of(session, course.id)["signatory_name"] == CHOICE["signatory_name"]
    assert queries.design_of(session, course.id + 1)["signatory_name"] == "Another Signer"
    assert queries.design_of(session, None)["style"] == "span"


def test_a_logo_stays_until_it_is_replaced_or_taken_away(session: Session, cast: Cast, exam: ExamVersion) -> None:
    admin, address = cast.client("admin"), "/admin/designs/site"

    def stored() -> bytes | None:
        found = find_design(session, None)
        return stored_logo(found.design["logo"]) if found else None

    admin.post(address, {**CHOICE, "logo": logo(png())})
    admin.post(address, CHOICE)
    assert stored() == png()
    admin.post(address, {**CHOICE, "logo": logo(png(50))})
    assert stored() == png(50)
    admin.post(address, {**CHOICE, "remove_logo": "y"})
    assert stored() is None


HOSTILE: dict[str, dict[str, Any]] = {
    "no style": {"style": ""},
    "another style": {"style": "../span"},
    "a long name": {"signatory_name": "W" * 61},
    "a long role": {"role_fr": "W" * 81},
    "hidden signs": {"signatory_name": "A\u202eB"},
    "an SVG": {"logo": logo(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg")},
    "a damaged PNG": {"logo": logo(png()[:33] + b"\xff" * 90)},
    "a heavy file": {"logo": logo(png() + b"\0" * 256 * 1024)},
    "a large picture": {"logo": logo(png(2001))},
    "a name no font has": {"signatory_name": "\U000f0000 Garnier"},
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_cannot_be_is_refused_in_a_sentence(
    session: Session, cast: Cast, exam: ExamVersion, language: str
) -> None:
    admin = cast.client("admin", language=language)
    for mistake, typed in HOSTILE.items():
        sent = {
            name: logo(value[0].getvalue(), value[1]) if isinstance(value, tuple) else value
            for name, value in typed.items()
        }
        assert admin.post("/admin/designs/site", {**CHOICE, **sent}).status_code == 422, mistake
        assert admin.page.find(role="alert") is not None
        assert admin.page.find("input", id="role_en")["value"] == CHOICE["role_en"]
    assert find_design(session, None) is None
    assert admin.get("/admin/designs/courses/nothing").status_code == 404
    assert admin.post("/admin/designs/courses/nothing", CHOICE).status_code == 404
    assert admin.get("/admin/designs/site/specimen.pdf?style=other").status_code == 404


def test_a_specimen_is_nobody_s_and_unsigned(session: Session, cast: Cast, exam: ExamVersion) -> None:
    admin = cast.client("admin", language="en")
    addresses = [f"/admin/designs/courses/counting/specimen.pdf?style={style}" for style in STYLES]
    for address in ["/admin/designs/site/specimen.pdf", *addresses]:
        answer = admin.get(address)
        assert answer.data.startswith(b"%PDF-"), address
        assert extract_bounded(answer.data).credential_bytes == NO_CREDENTIAL
        assert admin.post("/verify", {"file": (io.BytesIO(answer.data), "specimen.pdf")}).status_code == 422
    typed = {**CHOICE, "two_languages": "y", "specimen": "yes"}
    assert admin.post("/admin/designs/site", typed).data.startswith(b"%PDF-")
    assert find_design(session, None) is None, "a specimen stores nothing"
    assert parse_public_id(SPECIMEN_NUMBER) == SPECIMEN_NUMBER
    assert admin.get(f"/verify/{SPECIMEN_NUMBER}").status_code == 404
    for person in ("ada", "camille", "dora"):
        client = cast.client(person)
        assert client.get("/admin/designs").status_code == 403
        assert client.post("/admin/designs/site", CHOICE).status_code == 403


def test_a_lost_logo_does_not_break_the_pages(app: Flask, session: Session, cast: Cast, exam: ExamVersion) -> None:
    session.add(CertificateDesign(course_id=None, changed_at=exam.published_at, design={
        "style": "span", "signatory_name": "", "signatory_role": {}, "logo": "0" * 64, "second_language": None,
    }))  # fmt: skip
    session.commit()
    admin = cast.client("admin")
    for address in ("/admin/designs", "/admin/designs/site", "/admin/designs/site/specimen.pdf"):
        assert admin.get(address).status_code == 200
