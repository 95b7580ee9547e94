"""Imports every feature's models, so that Base.metadata is whole."""

from app.accounts import models as accounts
from app.assessment import accommodation_models as accommodations
from app.assessment import appeal_models as appeals
from app.assessment import challenge_models as challenges
from app.assessment import decision_models as decisions
from app.assessment import models as assessment
from app.assessment import paper_models as papers
from app.assessment import project_models as projects
from app.assessment import remarking_models as remarkings
from app.assessment import signal_models as signals
from app.audit import models as audit
from app.catalog import models as catalog
from app.certification import models as certification
from app.foundation import outbox, throttle
from app.jobs import models as jobs
from app.learning import models as learning
from app.matching import models as matching
from app.skills import models as skills

MODEL_MODULES = (
    accommodations, accounts, appeals, assessment, audit, catalog, certification, challenges, decisions, jobs, learning,
    matching, outbox, papers, projects, remarkings, signals, skills, throttle,
)  # fmt: skip
