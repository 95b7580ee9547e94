"""News and who hears it: event -> handlers, one readable table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.assessment.events import ExamPassed
from app.certification import services as certification
from app.certification.events import CertificateIssued, CertificateWithdrawn
from app.foundation.events import Handler
from app.jobs.events import OfferPublished
from app.matching import services as matching

SUBSCRIPTIONS: Mapping[type, Sequence[Handler]] = {
    ExamPassed: [certification.award_if_eligible],
    CertificateIssued: [matching.refresh_for_holder],
    CertificateWithdrawn: [matching.withdraw_holder],
    OfferPublished: [matching.record_published],
}
