"""News and who hears it: event -> handlers, one readable table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.assessment.events import ExamPassed
from app.certification import services as certification
from app.foundation.events import Handler

SUBSCRIPTIONS: Mapping[type, Sequence[Handler]] = {
    ExamPassed: [certification.award_if_eligible],
}
