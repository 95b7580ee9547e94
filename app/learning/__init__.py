"""Who is learning what: enrolment, progress, unlocking, resume."""
