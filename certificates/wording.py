"""The words printed on a certificate, in French and English, with the typography of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

FIXED = "\u00a0"  # no-break space: before : in French, between a number and its unit


@dataclass(frozen=True, slots=True)
class Wording:
    """Every fixed text of the page in one language; {…} are filled with plain text."""

    kind: str
    tiers: tuple[str, str, str, str]
    has: str
    who_has: str
    awarded_to: str
    skills_label: str
    skills: str
    more_skills: str
    exam_label: str
    exam: str
    result: str
    attempts: tuple[str, str, str]
    later_attempt: str
    supervised: str
    unsupervised: str
    issued: str
    expires: str
    never_expires: tuple[str, str]
    signed_for: str
    signed_by_itself: str
    verify: str
    verify_how: str
    verify_offline: str
    art: tuple[str, str, str, str]
    frame: str
    deck: tuple[str, str, str, str]
    seal: tuple[str, str, str, str]
    qr: str
    logo: str
    title: str
    attachment: str
    jwt_attachment: str
    months: tuple[str, ...]
    first_of_month: str
    day: str


FRENCH = Wording(
    kind="Certificat",
    tiers=("Débutant", "Intermédiaire", "Avancé", "Expert"),
    has="a prouvé, au niveau {tier}, la compétence",
    who_has="qui a prouvé, au niveau {tier}, la compétence",
    awarded_to="est décerné à",
    skills_label="Compétences",
    skills=f"Compétences{FIXED}: {{skills}}",
    more_skills="et {count} autres, dans la preuve jointe",
    exam_label="Examen",
    exam="Examen {result}",
    result=f"réussi à {{score}}{FIXED}sur{FIXED}100, seuil à{FIXED}{{cut}}, {{attempt}}, {{supervision}}.",
    attempts=("première tentative", "deuxième tentative", "troisième tentative"),
    later_attempt=f"{{number}}e{FIXED}tentative",
    supervised="sous surveillance",
    unsupervised="à distance, sans surveillance",
    issued="Délivré le",
    expires="Valable jusqu’au",
    never_expires=("Valable", "sans limite de durée"),
    signed_for="Signé pour {issuer}",
    signed_by_itself="Signé électroniquement",
    verify=f"Vérifier{FIXED}:",
    verify_how="scannez le code, ou saisissez ce numéro sur",
    verify_offline="Ce fichier porte sa preuve signée, vérifiable hors ligne.",
    art=(
        "Une passerelle de quatre travées, dont une est construite. Niveau débutant.",
        "Une passerelle de quatre travées, dont deux sont construites. Niveau intermédiaire.",
        "Une passerelle de quatre travées, dont trois sont construites. Niveau avancé.",
        "Une passerelle de quatre travées, toutes construites, l’autre rive atteinte. Niveau expert.",
    ),
    frame="Cadre en croisillons",
    deck=(
        "Quatre travées, dont une est construite. Niveau débutant.",
        "Quatre travées, dont deux sont construites. Niveau intermédiaire.",
        "Quatre travées, dont trois sont construites. Niveau avancé.",
        "Quatre travées, toutes construites. Niveau expert.",
    ),
    seal=(
        "Sceau à la passerelle, une travée sur quatre. Niveau débutant.",
        "Sceau à la passerelle, deux travées sur quatre. Niveau intermédiaire.",
        "Sceau à la passerelle, trois travées sur quatre. Niveau avancé.",
        "Sceau à la passerelle, quatre travées sur quatre. Niveau expert.",
    ),
    qr="Code QR vers la page de vérification",
    logo=f"Logo{FIXED}: {{issuer}}",
    title=f"Certificat{FIXED}: {{what}}, {{holder}}",
    attachment="La preuve signée de ce certificat (Open Badges 3.0)",
    jwt_attachment="La même preuve sous forme de VC-JWT",
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    first_of_month="1er",
    day=f"{{day}}{FIXED}{{month}} {{year}}",
)

ENGLISH = Wording(
    kind="Certificate",
    tiers=("Beginner", "Intermediate", "Advanced", "Expert"),
    has="has proven, at {tier} level, the skill of",
    who_has="who has proven, at {tier} level, the skill of",
    awarded_to="is awarded to",
    skills_label="Skills",
    skills="Skills: {skills}",
    more_skills="and {count} more, in the attached proof",
    exam_label="Exam",
    exam="Exam {result}",
    result=f"passed with {{score}}{FIXED}out of{FIXED}100, cut score{FIXED}{{cut}}, {{attempt}}, {{supervision}}.",
    attempts=("first attempt", "second attempt", "third attempt"),
    later_attempt=f"attempt{FIXED}{{number}}",
    supervised="supervised",
    unsupervised="remote, unsupervised",
    issued="Awarded on",
    expires="Valid until",
    never_expires=("Valid", "without limit of time"),
    signed_for="Signed for {issuer}",
    signed_by_itself="Signed electronically",
    verify="To verify:",
    verify_how="scan the code, or type this number at",
    verify_offline="This file carries its signed proof, verifiable offline.",
    art=(
        "A footbridge of four spans: one is built, three are still to build. Beginner level.",
        "A footbridge of four spans: two are built, two are still to build. Intermediate level.",
        "A footbridge of four spans: three are built, one is still to build. Advanced level.",
        "A footbridge of four spans: all are built, the far bank is reached. Expert level.",
    ),
    frame="Lattice frame",
    deck=(
        "Four spans, one of them built. Beginner level.",
        "Four spans, two of them built. Intermediate level.",
        "Four spans, three of them built. Advanced level.",
        "Four spans, all of them built. Expert level.",
    ),
    seal=(
        "Seal with the footbridge, one span of four. Beginner level.",
        "Seal with the footbridge, two spans of four. Intermediate level.",
        "Seal with the footbridge, three spans of four. Advanced level.",
        "Seal with the footbridge, four spans of four. Expert level.",
    ),
    qr="QR code to the verification page",
    logo="Logo: {issuer}",
    title="Certificate: {what}, {holder}",
    attachment="The signed proof of this certificate (Open Badges 3.0)",
    jwt_attachment="The same proof as a VC-JWT",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    first_of_month="1",
    day=f"{{day}}{FIXED}{{month}} {{year}}",
)

WORDINGS: Mapping[str, Wording] = {"fr": FRENCH, "en": ENGLISH}


def date_text(wording: Wording, day: date) -> str:
    """A date in words: 18 novembre 2026, 1er mars 2026, 18 November 2026."""
    number = wording.first_of_month if day.day == 1 else str(day.day)
    return wording.day.format(day=number, month=wording.months[day.month - 1], year=day.year)


def attempt_text(wording: Wording, number: int) -> str:
    """Which attempt it was, counted from 1."""
    if number <= len(wording.attempts):
        return wording.attempts[number - 1]
    return wording.later_attempt.format(number=number)
