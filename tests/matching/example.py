"""The worked example of matching.md §3: four requirements, four certificates and two near skills."""

from app.matching.scoring import Evidence, Near, Reason, Requirement

PYTHON, MINING, SHEETS, DATABASES, INTELLIGENCE, NARROW = 1, 2, 3, 4, 5, 6

REQUIREMENTS = (
    Requirement(PYTHON, level=3, idf_centi=508),
    Requirement(MINING, level=2, idf_centi=548),
    Requirement(SHEETS, level=2, idf_centi=508, essential=False),
    Requirement(DATABASES, level=1, idf_centi=558, essential=False),
)
EVIDENCE = (
    Evidence(PYTHON, level=2, assurance=1, certificate=11),
    Evidence(INTELLIGENCE, level=3, assurance=2, freshness=794, valid=False, certificate=12),
    Evidence(SHEETS, level=4, assurance=1, certificate=13),
    Evidence(NARROW, level=1, assurance=1, certificate=14),
)
NEAR = {
    MINING: (Near(INTELLIGENCE, 500, Reason.CO_REQUIRED, shared=28, occupations=33),),
    DATABASES: (Near(NARROW, 800, Reason.NARROWER),),
}
