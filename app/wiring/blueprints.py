"""Every blueprint of the program and its URL prefix."""

from __future__ import annotations

from flask import Blueprint, Flask

from app.accounts import own_account
from app.accounts import views as accounts
from app.admin import views as admin
from app.api import views as api
from app.assessment import (
    accommodation_pages,
    appeal_pages,
    break_pages,
    challenge_pages,
    challenge_staff,
    decision_pages,
    document_pages,
    file_pages,
    leaving_pages,
    panel_pages,
    paper_pages,
    project_pages,
    release_pages,
    remarking_pages,
    safe_browser_pages,
    signal_pages,
    statistics_pages,
)
from app.assessment import staff as marking
from app.assessment import views as assessment
from app.authoring import staff as studio
from app.catalog import views as catalog
from app.certification import bulk_pages, design_pages, key_pages
from app.certification import staff as certification_staff
from app.certification import views as certification
from app.extensions import csrf
from app.gradebook import staff as gradebook
from app.guidance import views as guidance
from app.jobs import staff as hire
from app.jobs import views as jobs
from app.learning import staff as cohorts
from app.learning import views as learning
from app.matching import staff as recruiting
from app.matching import views as matching
from app.verification import published
from app.verification import views as verification
from app.web import assets, health, styleguide

PAGES = (
    health.blueprint,
    assets.blueprint,
    accounts.blueprint,
    own_account.blueprint,
    admin.blueprint,
    guidance.blueprint,
    catalog.blueprint,
    learning.blueprint,
    assessment.blueprint,
    document_pages.blueprint,
    leaving_pages.blueprint,
    break_pages.blueprint,
    accommodation_pages.blueprint,
    decision_pages.blueprint,
    appeal_pages.blueprint,
    release_pages.blueprint,
    signal_pages.blueprint,
    safe_browser_pages.blueprint,
    project_pages.blueprint,
    remarking_pages.blueprint,
    file_pages.blueprint,
    challenge_staff.blueprint,
    challenge_pages.blueprint,
    marking.blueprint,
    paper_pages.blueprint,
    studio.blueprint,
    statistics_pages.blueprint,
    panel_pages.blueprint,
    cohorts.blueprint,
    gradebook.blueprint,
    jobs.blueprint,
    hire.blueprint,
    matching.blueprint,
    recruiting.blueprint,
    certification.blueprint,
    certification_staff.blueprint,
    key_pages.blueprint,
    design_pages.blueprint,
    bulk_pages.blueprint,
    verification.blueprint,
    published.blueprint,
    styleguide.blueprint,
)
# /api/v1 reads no cookie, so there is nothing for a forged request to borrow: no CSRF token is asked.
API: tuple[Blueprint, ...] = (api.blueprint,)


def register_blueprints(app: Flask) -> None:
    """Mount every feature."""
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for blueprint in API:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
