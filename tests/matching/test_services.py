"""Consent, the index, the record, invitations: what changes, and what stays out of sight."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.certification.events import CertificateIssued, CertificateWithdrawn
from app.foundation import clock
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.events import publish
from app.foundation.outbox import OutboxMessage
from app.jobs import applications
from app.matching import profiles, queries, rounds, services
from app.matching.consent import TEXT, text_sha256
from app.matching.models import CandidateSkill, Consent, MatchInputs, MatchProfile, MatchRow, MatchRun
from app.matching.queries import Candidate, candidates_for, match_of, offers_for, rank
from app.matching.rulebook import get_rulebook
from app.matching.runs import replay
from tests.builders import Cast
from tests.matching.people import Hiring


def work(session: Session) -> int:
    """Do what was left to the worker; returns how many messages there were."""
    kinds = {rounds.LISTS: rounds.record_lists, rounds.FADING: rounds.fade}
    done = 0
    while waiting := [one for one in session.scalars(select(OutboxMessage)) if one.kind in kinds and not one.sent_at]:
        for message in waiting:
            kinds[message.kind](session, message, None)
            message.sent_at = clock.now()
            done += 1
        session.flush()
    return done


def fade_everybody(session: Session) -> None:
    rounds.leave_fading(session)
    rounds.leave_fading(session)
    assert work(session) >= 1


def seen(session: Session, offer: Any) -> list[str]:
    return [one.pseudonym for one in candidates_for(session, offer).candidates]


def test_nobody_is_visible_before_they_agree(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2})
    offer = hiring.offer()
    assert seen(session, offer) == []
    hiring.show(cast.ada)
    assert seen(session, offer) == [profiles.find_profile(session, cast.ada.id).pseudonym]


def test_withdrawn_consent_hides_within_the_request(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2})
    offer = hiring.offer()
    hiring.show(cast.ada)
    services.withdraw_consent(session, actor=cast.actor("ada"), language="en")
    assert seen(session, offer) == []
    assert session.scalar(select(func.count()).select_from(CandidateSkill)) == 0
    kept = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(one.given, one.language, one.text_sha256) for one in kept] == [
        (True, "fr", text_sha256("fr")),
        (False, "en", text_sha256("en")),
    ]
    assert text_sha256("fr") != text_sha256("en")
    assert set(TEXT) == {"fr", "en"}


def test_agreeing_twice_is_written_once(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.show(cast.ada)
    hiring.show(cast.ada)
    assert session.scalar(select(func.count()).select_from(Consent)) == 1


def test_a_new_certificate_counts_at_once(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer()
    hiring.show(cast.ada)
    certificate = hiring.certify(cast.ada, {"python": 2})
    publish(session, CertificateIssued(certificate.id, cast.ada.id))
    assert candidates_for(session, offer).candidates[0].match.score == 60_000


def test_revoked_certificate_leaves_matching_at_once(hiring: Hiring, cast: Cast, session: Session) -> None:
    certificate = hiring.certify(cast.ada, {"python": 2})
    offer = hiring.offer()
    hiring.show(cast.ada)
    assert len(seen(session, offer)) == 1
    certificate.state, certificate.reason = "revoked", "misconduct"
    session.flush()
    publish(session, CertificateWithdrawn(certificate.id, cast.ada.id))
    assert seen(session, offer) == []
    assert match_of(session, offer, cast.ada.id).match.score == 0
    work(session)
    last = session.scalars(select(MatchRun).order_by(MatchRun.id.desc())).first()
    assert session.scalars(select(MatchRow).where(MatchRow.run_id == last.id)).all() == []


def people(hiring: Hiring, cast: Cast, count: int) -> list[Account]:
    """Visible people with proofs drawn from their number: levels, assurances and dates of every kind."""
    slugs = ("python", "data-mining", "spreadsheets", "databases", "programming", "statistics")
    made = []
    for number in range(count):
        person = cast.person(f"Person {number}")
        proofs = {
            slug: ((number * (place + 3)) % 4 + 1, (number + place) % 4)
            for place, slug in enumerate(slugs)
            if (number + place) % 3
        }
        expired = date(2024, 1, 15) if number % 5 == 0 else None
        hiring.certify(person, proofs, valid_until=expired)
        hiring.show(person)
        made.append(person)
    hiring.session.commit()
    return made


ASKS = {"python": 3, "data-mining": 2, "programming": 1, "spreadsheets": (2, 0), "databases": (1, 0)}


def test_python_and_sql_give_the_same_list(hiring: Hiring, cast: Cast, session: Session) -> None:
    people(hiring, cast, 30)
    offer = hiring.offer(ASKS)
    rulebook = get_rulebook(session, offer)
    ranked = rank(session, offer, rulebook, 100)
    matches = queries.score_ranked(session, offer, rulebook, ranked)
    assert len(ranked) > 20
    assert [one.score for one in ranked] == [matches[one.account_id].score for one in ranked]
    everybody = session.scalars(select(MatchProfile.account_id)).all()
    nothing = set(everybody) - {one.account_id for one in ranked}
    assert all(match_of(session, offer, one).match.score == 0 for one in nothing)


def test_a_faded_certificate_is_scored_as_of_today_after_the_sweep(
    hiring: Hiring, cast: Cast, session: Session
) -> None:
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        hiring.certify(cast.ada, {"python": 2}, valid_until=date(2026, 2, 1))
        hiring.show(cast.ada)
        offer = hiring.offer({"python": 2}, closes_on=date(2026, 12, 31))
    with clock.frozen(datetime(2026, 8, 2, tzinfo=UTC)):
        fade_everybody(session)
        [ranked] = rank(session, offer, get_rulebook(session, offer), 20)
        assert ranked.score == match_of(session, offer, cast.ada.id).match.score == 80_100


def test_the_first_places_keep_their_ties(hiring: Hiring, cast: Cast, session: Session) -> None:
    for number in range(4):
        person = cast.person(f"Twin {number}")
        hiring.certify(person, {"python": 2})
        hiring.show(person)
    offer = hiring.offer()
    assert len(rank(session, offer, get_rulebook(session, offer), 1)) == 4
    assert len(candidates_for(session, offer, 2).candidates) == 2
    assert seen(session, offer) == seen(session, offer)


def test_flipping_identity_changes_nothing(hiring: Hiring, cast: Cast, session: Session) -> None:
    made = people(hiring, cast, 12)
    offer = hiring.offer(ASKS)

    def result() -> list[tuple[str, int, int]]:
        return [
            (one.pseudonym, one.match.score, one.match.essential) for one in candidates_for(session, offer).candidates
        ]

    before = result()
    for number, person in enumerate(made):
        person.name, person.name_key = f"Zoé {number}", f"zoe {number}"
        person.email = person.email_key = f"other{number}@example.net"
        person.language = "en" if person.language == "fr" else "fr"
        person.created_at = clock.now() - timedelta(days=900 * number)
    session.commit()
    assert result() == before


def test_pay_floor_never_reaches_an_employer(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer = hiring.offer(pay_min=30000, pay_max=30000)
    before = candidates_for(session, offer)
    wishes = {"pay_floor": {"values": [77777], "weight": "must"}}
    services.save_wishes(session, actor=cast.actor("ada"), note="", wishes=wishes)
    assert candidates_for(session, offer) == before
    assert "wishes" not in {field.name for field in fields(Candidate)}
    assert "77777" not in repr(before)
    assert [one.offer.id for one in offers_for(session, cast.actor("ada")).refused] == [offer.id]


def test_a_must_that_the_offer_refuses_keeps_the_person_out_of_its_list(
    hiring: Hiring, cast: Cast, session: Session
) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer = hiring.offer(remote="on-site")
    services.save_wishes(
        session, actor=cast.actor("ada"), note="", wishes={"remote": {"values": ["remote"], "weight": "must"}}
    )
    assert seen(session, offer) == []
    services.save_wishes(
        session, actor=cast.actor("ada"), note="", wishes={"remote": {"values": ["remote"], "weight": "nice"}}
    )
    assert len(seen(session, offer)) == 1


def test_every_change_of_a_list_is_recorded_and_replays(hiring: Hiring, cast: Cast, session: Session) -> None:
    offer = hiring.offer(ASKS)
    people(hiring, cast, 8)
    work(session)
    run = session.scalars(select(MatchRun).where(MatchRun.offer_id == offer.id).order_by(MatchRun.id.desc())).first()
    rows = replay(session, run.id)
    assert rows
    assert all(row.same for row in rows)
    assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
    assert [row.recorded[0] for row in rows] == [one.match.score for one in candidates_for(session, offer).candidates]
    before = session.scalar(select(func.count()).select_from(MatchRun))
    services.withdraw_consent(session, actor=cast.ada.actor(), language="fr")  # never visible: nothing changes
    assert work(session) == 0
    assert session.scalar(select(func.count()).select_from(MatchRun)) == before


def test_a_changed_formula_or_an_erased_input_is_said(hiring: Hiring, cast: Cast, session: Session) -> None:
    people(hiring, cast, 3)
    offer = hiring.offer(ASKS)
    run = session.scalars(select(MatchRun).where(MatchRun.offer_id == offer.id)).first()
    session.execute(update(MatchRow).where(MatchRow.run_id == run.id, MatchRow.rank == 1).values(score=1))
    assert next(row.same for row in replay(session, run.id)) is False
    session.execute(delete(MatchInputs))
    assert {row.same for row in replay(session, run.id)} == {None}
    with pytest.raises(NotFoundError):
        replay(session, 999)


def test_recorded_inputs_are_integers_only(hiring: Hiring, cast: Cast, session: Session) -> None:
    people(hiring, cast, 3)
    hiring.offer(ASKS)
    for kept in session.scalars(select(MatchInputs.inputs)):
        assert set(kept) == {"requirements", "evidence", "near"}
        assert all(type(number) is int for rows in kept.values() for row in rows for number in row)


def test_inviting_shows_nothing_until_accepted(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer = hiring.offer()
    invitation = services.invite(
        session, actor=cast.actor("dora"), offer=offer, account_id=cast.ada.id, message="Parlons-en."
    )
    [candidate] = candidates_for(session, offer).candidates
    assert (candidate.name, candidate.invitation) == (None, "sent")
    with pytest.raises(RuleError):
        services.invite(session, actor=cast.actor("dora"), offer=offer, account_id=cast.ada.id, message="Encore.")
    with pytest.raises(NotFoundError):
        services.answer_invitation(session, actor=cast.actor("blaise"), invitation=invitation, accepted=True)
    services.answer_invitation(session, actor=cast.actor("ada"), invitation=invitation, accepted=True)
    assert candidates_for(session, offer).candidates[0].name == "Ada Lefèvre"
    with pytest.raises(ConflictError):
        services.answer_invitation(session, actor=cast.actor("ada"), invitation=invitation, accepted=False)


def test_declining_an_invitation_shows_no_name(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer = hiring.offer()
    invitation = services.invite(
        session, actor=cast.actor("dora"), offer=offer, account_id=cast.ada.id, message="Parlons-en."
    )
    services.answer_invitation(session, actor=cast.actor("ada"), invitation=invitation, accepted=False)
    assert candidates_for(session, offer).candidates[0].name is None


def test_only_the_offer_s_own_employer_invites(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.show(cast.ada)
    offer = hiring.offer()
    with pytest.raises(NotFoundError):
        services.invite(session, actor=cast.actor("camille"), offer=offer, account_id=cast.ada.id, message="Bonjour.")


def test_an_employer_never_meets_themselves(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.dora, {"python": 2})
    hiring.show(cast.dora)
    assert seen(session, hiring.offer()) == []


def test_applying_shows_the_name(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer = hiring.offer()
    applications.apply_to_offer(
        session, actor=cast.actor("ada"), offer=offer, message="Bonjour.", certificates=[], score=60_000
    )
    [candidate] = candidates_for(session, offer).candidates
    assert candidate.name == "Ada Lefèvre"
    with pytest.raises(RuleError):
        services.invite(session, actor=cast.actor("dora"), offer=offer, account_id=cast.ada.id, message="Bonjour.")


def test_the_learner_s_list_follows_score_and_wishes(hiring: Hiring, cast: Cast, session: Session) -> None:
    hiring.certify(cast.ada, {"python": 2, "databases": 1})
    near = hiring.offer({"python": 2}, remote="on-site", title="Poste A (H/F)")
    far = hiring.offer({"python": 2, "databases": 1, "ethics": 3}, remote="remote", title="Poste B (H/F)")
    assert [one.offer.id for one in offers_for(session, cast.actor("ada")).offers] == [near.id, far.id]
    wishes = {"remote": {"values": ["remote"], "weight": "important"}}
    services.save_wishes(session, actor=cast.actor("ada"), note="", wishes=wishes)
    listed = offers_for(session, cast.actor("ada")).offers
    assert [one.offer.id for one in listed] == [far.id, near.id]
    assert listed[1].combined == 0


def statement_count(statements: Any, call: Any) -> int:
    statements.clear()
    call()
    return len(statements.seen)


def test_lists_take_a_constant_number_of_statements(
    hiring: Hiring, cast: Cast, session: Session, statements: Any
) -> None:
    people(hiring, cast, 3)
    offer = hiring.offer(ASKS)
    ada = cast.actor("ada")
    session.expire_all()
    few = statement_count(statements, lambda: candidates_for(session, queries_offer(session, offer)))
    few_offers = statement_count(statements, lambda: offers_for(session, ada))
    people(hiring, cast, 9)
    for number in range(5):
        hiring.offer(ASKS, title=f"Poste {number} (H/F)")
    session.expire_all()
    assert statement_count(statements, lambda: candidates_for(session, queries_offer(session, offer))) == few
    assert statement_count(statements, lambda: offers_for(session, ada)) == few_offers


def queries_offer(session: Session, offer: Any) -> Any:
    from app.jobs.queries import get_offer

    session.expire_all()
    return get_offer(session, offer.public_id)


def test_a_stale_index_is_an_error_in_the_log_and_the_engine_s_score_stands(
    hiring: Hiring, cast: Cast, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    import logging

    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer = hiring.offer({"python": 2})
    session.execute(update(CandidateSkill).values(ev_milli=400))
    logging.getLogger("app").propagate = True
    try:
        [candidate] = candidates_for(session, offer).candidates
    finally:
        logging.getLogger("app").propagate = False
    assert candidate.match.score == 90_000
    assert "stale" in caplog.text


def test_people_are_seen_by_approved_employers_with_a_public_offer_only(
    hiring: Hiring, cast: Cast, session: Session
) -> None:
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    offer, draft = hiring.offer(), hiring.offer(publish=False)
    with pytest.raises(RuleError):
        candidates_for(session, draft)
    with pytest.raises(RuleError):
        services.refresh_list(session, actor=cast.actor("dora"), offer=draft)
    offer.employer.approved_at = None
    with pytest.raises(RuleError):
        candidates_for(session, offer)


def test_the_worker_takes_lists_and_people_in_rounds(
    hiring: Hiring, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "OFFERS_A_ROUND", 2)
    monkeypatch.setattr(rounds, "PEOPLE_A_ROUND", 2)
    offers = [hiring.offer(title=f"Poste {number} (H/F)") for number in range(5)]
    before = session.scalar(select(func.count()).select_from(MatchRun))
    hiring.certify(cast.ada, {"python": 2})
    hiring.show(cast.ada)
    assert work(session) == 3
    assert session.scalar(select(func.count()).select_from(MatchRun)) == before + len(offers)
    for number in range(4):
        hiring.show(cast.person(f"Person {number}"))
    work(session)
    rounds.leave_fading(session)
    assert work(session) == 3
    rounds.leave_fading(session)
    assert work(session) == 0
