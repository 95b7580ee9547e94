"""Every address that changes something: who may, on what, with which fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.accounts.people import PASSWORD
from tests.assessment.challenge_sittings import CHALLENGE
from tests.assessment.submissions import COURSE, PROJECT
from tests.house.world import World
from tests.jobs.test_views import ORGANISATION, offer_form

NEW_PASSWORD = "sept lanternes sous la pluie"


@dataclass(frozen=True)
class Door:
    """One POST or PUT: the person, the parts of the address, the sound fields."""

    who: str
    fields: dict[str, Any] | Callable[[World], dict[str, Any]] = field(default_factory=lambda: {"unasked": "x"})
    parts: Callable[[World], dict[str, Any]] = lambda world: {}
    notes: tuple[str, ...] = ()  # where a refusal is written down on purpose: who guesses, what came second

    def sound(self, world: World) -> dict[str, Any]:
        return self.fields(world) if callable(self.fields) else self.fields


def _offer(world: World) -> dict[str, Any]:
    assert world.hiring
    return offer_form()


def _project(world: World) -> dict[str, Any]:
    """The address of a project whose work is written, ready to hand in."""
    assert world.studio.written()
    return {"slug": COURSE, "item_slug": PROJECT}


def _session_to_join(world: World) -> dict[str, Any]:
    return {"slug": COURSE, "challenge_slug": CHALLENGE, "session_id": world.arena.opening.public_id}


def _running(world: World) -> dict[str, Any]:
    """The address of a challenge under way."""
    return {"session_id": world.running_session}


OWN_LEVELS = {"level-exactitude": "2", "level-clarte": "3"}
MARKING = OWN_LEVELS | {"feedback-exactitude": "Juste.", "feedback-clarte": "", "comment": "Lu.", "then": "sign"}
WEIGHTS = {"contract_weight": "nice", "remote_weight": "nice", "place_weight": "nice", "pay_floor_weight": "nice"}
WISHES = {"note": "Ma note.", "contract": "permanent", "remote": "hybrid", "place": "Nantes", "pay_floor": "30000"}
REASON = {"reason-age-young:jeune": "Le contrat d’apprentissage est réservé par la loi."}
DESIGN = {"style": "span", "signatory_name": "Awa Diop", "role_fr": "directrice", "role_en": "director", "logo": ""}
BULK = {"course": "petit-cours", "addresses": "ada@example.org"}
COHORT = {"name": "Groupe du matin", "starts_on": "2026-12-01", "ends_on": "2027-02-28"}
LESSON = {"slug": "petit-cours", "item_slug": "lecon-1"}
TRIES = ("sign_in_delay", "audit_entry", "audit_body")
GRANTED = {
    "extra_percent": "33", "break_minutes": "10", "hide_timer": "y", "valid_from": "2026-01-01", "valid_to": "",
    "proof_reference": "dossier 12",
}  # fmt: skip
DECISION = {
    "kind": "credit_all", "scope": "exam", "right": "", "accepted": "huit",
    "reason_fr": "Deux réponses.", "reason_en": "Two answers.",
}  # fmt: skip
ANSWER = {"v": 1, "rev": 1, "payload": {"text": "huit", "lang": "fr"}, "tab": "a", "client_at": "now"}

DOORS: dict[tuple[str, str], Door] = {
    ("POST", "accounts.register"): Door(
        "", {"name": "Ada", "email": "new@example.org", "password": PASSWORD, "role": "learner"}
    ),
    ("POST", "accounts.confirm"): Door("", parts=lambda world: {"token": world.link("confirm")}),
    ("POST", "accounts.sign_in"): Door("", {"email": "ada@example.org", "password": PASSWORD}, notes=TRIES),
    ("POST", "accounts.sign_out"): Door("ada"),
    ("POST", "accounts.ask_for_reset"): Door("", {"email": "ada@example.org"}),
    ("POST", "accounts.reset"): Door("", {"password": NEW_PASSWORD}, lambda world: {"token": world.link("reset")}),
    ("POST", "own_account.save_profile"): Door("ada", {"name": "Ada", "language": "fr"}),
    ("POST", "own_account.change_password"): Door("ada", {"current": PASSWORD, "password": NEW_PASSWORD}, notes=TRIES),
    ("POST", "own_account.sign_out_everywhere"): Door("ada"),
    ("POST", "admin.retry"): Door("admin", parts=lambda world: {"message_id": world.dead_message}),
    ("POST", "admin.suspend"): Door("admin", parts=lambda world: {"account_id": world.cast.blaise.public_id}),
    ("POST", "admin.reinstate"): Door("admin", parts=lambda world: {"account_id": world.cast.blaise.public_id}),
    ("POST", "certification_keys.new_key"): Door("admin"),
    ("POST", "certification_staff.take_step"): Door(
        "admin",
        {"name": "Ada Lovelace", "again": "Ada Lovelace"},
        lambda world: {"number": world.certificate, "step": "correction"},
    ),
    ("POST", "certification_designs.choose_for_site"): Door("admin", DESIGN),
    ("POST", "certification_designs.choose_for_course"): Door(
        "admin", DESIGN, lambda world: {"slug": world.course.course.slug}
    ),
    ("POST", "certification_designs.drop"): Door("admin", parts=lambda world: {"slug": world.course.course.slug}),
    ("POST", "certification_bulk.dry_run"): Door("admin", BULK),
    ("POST", "certification_bulk.start"): Door("admin", BULK),
    ("POST", "certification.choose_name"): Door("ada", {"show": "yes"}, lambda world: {"number": world.certificate}),
    ("POST", "hire.approve"): Door("admin", {"approve": "yes"}, lambda world: {"employer_id": world.employer}),
    ("POST", "hire.save_organisation"): Door("dora", ORGANISATION),
    ("POST", "hire.create_offer"): Door("dora", _offer),
    ("POST", "hire.change_offer"): Door("dora", _offer, lambda world: {"offer_id": world.offer}),
    ("POST", "hire.publish"): Door("dora", REASON, lambda world: {"offer_id": world.draft}),
    ("POST", "hire.close"): Door("dora", parts=lambda world: {"offer_id": world.offer}),
    ("POST", "hire.move"): Door("dora", {"state": "read"}, lambda world: {"application_id": world.application}),
    ("POST", "hire.decline"): Door(
        "dora", {"reason": "interview", "note": "Merci."}, lambda world: {"application_id": world.application}
    ),
    ("POST", "recruiting.record"): Door("dora", parts=lambda world: {"offer_id": world.offer}),
    ("POST", "recruiting.invite"): Door(
        "dora",
        lambda world: {"candidate": world.pseudonym, "message": "Parlons-en."},
        lambda world: {"offer_id": world.offer},
    ),
    ("POST", "jobs.send_application"): Door(
        "ada", {"message": "Bonjour.", "certificates": ""}, lambda world: {"offer_id": world.offer}
    ),
    ("POST", "jobs.withdraw"): Door("ada", parts=lambda world: {"application_id": world.application}),
    ("POST", "matching.set_consent"): Door("ada", {"visible": "yes"}),
    ("POST", "matching.save_wishes"): Door("ada", WISHES | WEIGHTS),
    ("POST", "matching.answer"): Door("ada", {"answer": "accept"}, lambda world: {"invitation_id": world.invitation}),
    ("POST", "learning.enrol"): Door("ada", parts=lambda world: {"slug": world.course.course.slug}),
    ("POST", "learning.finish_lesson"): Door("ada", parts=lambda world: LESSON if world.course else {}),
    ("POST", "learning.keep_place"): Door("ada", parts=lambda world: LESSON if world.course else {}),
    ("POST", "learning.try_question"): Door(
        "",
        {"petit-cours-lecon": "x"},
        lambda world: LESSON | {"question_slug": "petit-cours-lecon"} if world.course else {},
    ),
    ("POST", "cohorts.create"): Door("camille", COHORT, lambda world: {"slug": world.course.course.slug}),
    ("POST", "cohorts.change"): Door(
        "camille", COHORT, lambda world: {"slug": "petit-cours", "cohort_id": world.cohort}
    ),
    ("POST", "cohorts.archive"): Door(
        "camille", {"archived": "yes"}, lambda world: {"slug": "petit-cours", "cohort_id": world.cohort}
    ),
    ("POST", "cohorts.remove"): Door(
        "camille",
        parts=lambda world: {
            "slug": "petit-cours",
            "cohort_id": world.cohort,
            "account_id": world.cast.ada.public_id,
        },
    ),
    ("POST", "cohorts.dry_run"): Door("camille", {"cohort": ""}, lambda world: {"slug": world.course.course.slug}),
    ("POST", "cohorts.enrol"): Door("camille", {"sealed": "x"}, lambda world: {"slug": world.course.course.slug}),
    ("POST", "gradebook.export"): Door("camille", {"q": "a"}, lambda world: {"slug": world.course.course.slug}),
    ("POST", "assessment.start_exam"): Door("ada", {"pledge": "y"}, lambda world: {"exam_id": world.exam}),
    ("POST", "assessment.start_quiz"): Door(
        "ada", parts=lambda world: {"slug": world.course.course.slug, "quiz_slug": "petit-cours-quiz"}
    ),
    ("POST", "assessment.save_answer_by_form"): Door(
        "ada",
        {"answer": "huit", "rev": "1", "key": "one", "flag": "", "then": ""},
        lambda world: {"attempt_id": world.attempt.public_id, "slot": world.written_slot},
        notes=("answer_event",),
    ),
    ("PUT", "assessment.save_answer"): Door(
        "ada",
        ANSWER,
        lambda world: {"attempt_id": world.attempt.public_id, "slot": world.written_slot},
        notes=("answer_event",),
    ),
    ("PUT", "assessment_document.flag"): Door(
        "ada",
        {"flagged": True},
        lambda world: {"attempt_id": world.attempt.public_id, "slot": world.written_slot},
    ),
    ("POST", "assessment.set_timer"): Door(
        "ada", {"timer": "hide"}, lambda world: {"attempt_id": world.attempt.public_id}
    ),
    ("POST", "assessment.submit"): Door("ada", parts=lambda world: {"attempt_id": world.attempt.public_id}),
    ("POST", "leaving.leave"): Door(
        "ada", {"sure": "y"}, lambda world: {"attempt_id": world.in_order.public_id, "slot": 1}
    ),
    ("POST", "assessment_breaks.start"): Door("ada", parts=lambda world: {"attempt_id": world.rested.public_id}),
    ("POST", "assessment_breaks.end"): Door("ada", parts=lambda world: {"attempt_id": world.attempt.public_id}),
    ("POST", "accommodations.grant"): Door("admin", GRANTED, lambda world: {"account_id": world.cast.ada.public_id}),
    ("POST", "accommodations.end"): Door(
        "admin", parts=lambda world: {"account_id": world.cast.ada.public_id} if world.rested else {}
    ),
    ("POST", "accommodations.extend"): Door(
        "admin",
        parts=lambda world: {"account_id": world.cast.ada.public_id, "attempt_id": world.rested.public_id},
    ),
    ("POST", "releases.let_out"): Door(
        "camille", lambda world: {"seen": world.held_seen}, lambda world: {"exam_id": world.held_exam, "number": 1}
    ),
    ("POST", "decisions.propose"): Door("camille", DECISION, lambda world: world.question_parts),
    ("POST", "decisions.approve"): Door("admin", parts=lambda world: {"decision_id": world.decision}),
    ("POST", "decisions.drop"): Door("admin", parts=lambda world: {"decision_id": world.decision}),
    ("POST", "appeals.file"): Door(
        "ada", {"grounds": "La question 2."}, lambda world: {"attempt_id": world.finished.public_id}
    ),
    ("POST", "appeals.withdraw"): Door(
        "ada", parts=lambda world: {"attempt_id": world.finished.public_id} if world.appeal else {}
    ),
    ("POST", "appeals.take"): Door("camille", parts=lambda world: {"appeal_id": world.appeal}),
    ("POST", "appeals.answer"): Door(
        "camille",
        {"outcome": "rejected", "answer": "La clé est juste."},
        lambda world: {"appeal_id": world.taken_appeal},
    ),
    ("POST", "remarkings.propose"): Door(
        "camille", {"points-1": "0,5", "reason-1": "Vu."}, lambda world: {"appeal_id": world.taken_appeal}
    ),
    ("POST", "remarkings.approve"): Door(
        "admin",
        {"outcome": "rejected", "answer": "La note est juste."},
        lambda world: {"remarking_id": world.remarking},
    ),
    ("POST", "remarkings.drop"): Door("admin", parts=lambda world: {"remarking_id": world.remarking}),
    ("POST", "signals.tell"): Door(
        "ada",
        {"v": 1, "hidden": [{"seconds": 3, "ago": 5}], "pasted": [{"slot": 1, "characters": 8, "ago": 2}]},
        lambda world: {"attempt_id": world.attempt.public_id},
    ),
    ("POST", "signals.look"): Door(
        "camille", parts=lambda world: {"exam_id": world.exam, "attempt_id": world.finished.public_id}
    ),
    ("POST", "safe_browser.prove"): Door("ada", lambda world: {"page": f"/exams/{world.exam}", "proof": "0" * 64}),
    ("POST", "panels.open_panel"): Door("camille", parts=lambda world: {"exam_id": world.exam, "number": 1}),
    ("POST", "panels.invite"): Door(
        "camille",
        lambda world: {"judges": world.cast.admin.public_id},
        lambda world: {"panel_id": world.panel.public_id},
    ),
    ("POST", "panels.begin_second_round"): Door("camille", parts=lambda world: {"panel_id": world.panel.public_id}),
    ("POST", "panels.close"): Door("camille", parts=lambda world: {"panel_id": world.panel.public_id}),
    ("POST", "panels.rate"): Door(
        "camille", {"rating-1": "60", "rating-2": ""}, lambda world: {"panel_id": world.panel.public_id}
    ),
    ("POST", "projects.assess_oneself"): Door("ada", OWN_LEVELS, _project),
    ("POST", "projects.save_words"): Door("ada", {"note": "Ma note.", "link": "https://example.org"}, _project),
    ("POST", "projects.add_file"): Door("ada", {"file": "x"}, _project),
    ("POST", "projects.remove_file"): Door(
        "ada", parts=lambda world: {"slug": COURSE, "item_slug": PROJECT, "file_id": world.written_file}
    ),
    ("POST", "projects.hand_in"): Door("ada", parts=_project),
    ("POST", "projects.save_entry"): Door(
        "ada",
        {"presentation": "Mon travail.", "link": "https://example.org", "shown": "y"},
        lambda world: {"submission_id": world.accepted_submission},
    ),
    ("POST", "attempt_files.send"): Door(
        "ada",
        {"file": "x", "flag": "", "then": "stay"},
        lambda world: {"attempt_id": world.written_attempt.public_id, "slot": world.file_slot},
    ),
    ("POST", "attempt_files.remove"): Door(
        "ada",
        {"flag": "y"},
        parts=lambda world: {"attempt_id": world.written_attempt.public_id, "slot": world.file_slot},
    ),
    ("POST", "papers.claim"): Door("camille", parts=lambda world: {"paper_id": world.paper}),
    ("POST", "papers.put_back"): Door("camille", parts=lambda world: {"paper_id": world.taken_paper}),
    ("POST", "papers.save"): Door("camille", MARKING, lambda world: {"paper_id": world.taken_paper}),
    ("POST", "papers.sign"): Door("camille", parts=lambda world: {"paper_id": world.whole_paper}),
    ("POST", "marking.claim"): Door("camille", parts=lambda world: {"submission_id": world.submission}),
    ("POST", "marking.put_back"): Door("camille", parts=lambda world: {"submission_id": world.taken_submission}),
    ("POST", "marking.save"): Door("camille", MARKING, lambda world: {"submission_id": world.taken_submission}),
    ("POST", "marking.sign"): Door("camille", parts=lambda world: {"submission_id": world.whole_marking}),
    ("POST", "challenge_sessions.open_session"): Door(
        "camille",
        {"title": "Printemps", "day": "2027-03-01", "hour": "09:30"},
        lambda world: {"slug": COURSE, "challenge_slug": CHALLENGE} if world.arena else {},
    ),
    ("POST", "challenge_sessions.cancel"): Door(
        "camille", parts=lambda world: {"session_id": world.arena.opening.public_id}
    ),
    ("POST", "challenge_sessions.replace_sealed"): Door(
        "camille", {"file": "x"}, lambda world: {"session_id": world.arena.opening.public_id, "place": 1}
    ),
    ("POST", "challenges.join"): Door("ada", parts=_session_to_join),
    ("POST", "challenges.join_team"): Door("ada", lambda world: {"code": world.team_code}, _session_to_join),
    ("POST", "challenges.leave"): Door(
        "blaise", parts=lambda world: {"session_id": world.arena.opening.public_id} if world.team_code else {}
    ),
    ("POST", "challenges.assess_ourselves"): Door("ada", OWN_LEVELS | {"seen": ""}, _running),
    ("POST", "challenges.save_words"): Door(
        "ada", {"note": "Ma note.", "link": "https://example.org", "seen": ""}, _running
    ),
    ("POST", "challenges.add_file"): Door("ada", {"file": "x"}, _running),
    ("POST", "challenges.remove_file"): Door("ada", parts=lambda world: _running(world) | {"file_id": world.team_file}),
    ("POST", "challenges.hand_in"): Door("ada", parts=_running),
    ("POST", "challenges.take_back"): Door("ada", parts=_running),
    ("POST", "verification.verify"): Door("", {"number": "0" * 26}),
    ("POST", "verification.compare_name"): Door("", {"name": "Ada"}, lambda world: {"number": world.certificate}),
    ("POST", "verification.verify_bulk"): Door("", {"rows": "0" * 26}),
    ("POST", "verification.bulk_csv"): Door("", {"sealed": "x"}),
    ("POST", "verification.start_bulk"): Door("", {"rows": "0" * 26}),
    ("POST", "verification.verify_slice"): Door("", {"ticket": "x", "rows": [[1, "0" * 26, ""]]}),
    ("POST", "api.verify"): Door("", {"file": "x"}),
    ("POST", "api.verify_many"): Door("", {"ids": ["0" * 26]}),
}
