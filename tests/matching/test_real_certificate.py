"""From a real exam to an employer's list and out of it: certification speaks, matching hears."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certification.models import Certificate
from app.certification.services import revoke_certificate
from app.jobs import services as jobs
from app.jobs.drafts import RequirementDraft
from app.matching.queries import candidates_for, match_of
from app.matching.services import give_consent
from app.skills.services import import_taxonomy
from tests.builders import Cast
from tests.certification.builders import make_course, make_keys, sit
from tests.matching.people import draft


def taxonomy() -> dict[str, object]:
    entry = {"kind": "knowledge", "family": "digital", "label": {"fr": "Savoir", "en": "Knowing"}}
    return {"release": "test", "skills": [{"id": slug, **entry} for slug in ("ai-literacy", "ai-principles")]}


def test_a_passed_exam_counts_at_once_and_a_revoked_certificate_no_more(
    app: Flask, cast: Cast, session: Session
) -> None:
    make_keys(app, session)
    import_taxonomy(session, taxonomy())
    exam = make_course(session)
    dora = cast.actor("dora")
    employer = jobs.save_employer(session, actor=dora, name="Dora et Cie", about="…", place="Nantes", website="")
    jobs.approve_employer(session, actor=cast.actor("admin"), employer=employer)
    rows = [RequirementDraft("ai-literacy", 1, True), RequirementDraft("ai-principles", 1, False)]
    offer = jobs.create_offer(session, actor=dora, draft=draft(rows))
    jobs.publish_offer(session, actor=dora, offer=offer, reasons={})
    give_consent(session, actor=cast.actor("ada"), language="fr")
    assert candidates_for(session, offer).candidates == []
    sit(session, cast.ada, exam)
    [candidate] = candidates_for(session, offer).candidates
    assert candidate.match.score == match_of(session, offer, cast.ada.id).match.score == 90_000
    certificate = session.scalars(select(Certificate)).one()
    revoke_certificate(session, actor=cast.actor("admin"), certificate=certificate, reason="misconduct")
    assert candidates_for(session, offer).candidates == []
    assert match_of(session, offer, cast.ada.id).match.score == 0
