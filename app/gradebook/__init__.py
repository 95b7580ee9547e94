"""How the learners of a course stand: one row each, every cell explained on the learner's own page."""
