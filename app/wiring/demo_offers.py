"""The employers and offers of the demo school, written by us; every name is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoEmployer:
    """An organisation of the demo school."""

    name: str
    about: str
    place: str
    website: str


@dataclass(frozen=True)
class DemoOffer:
    """An offer; a requirement is (skill, tier 1–4, essential)."""

    employer: str
    title: str
    description: str
    language: str
    contract: str
    place: str
    remote: str
    pay: tuple[int, int]
    closes_in: int
    requirements: tuple[tuple[str, int, bool], ...]


EMPLOYERS = {
    "dora": DemoEmployer(
        name="Atelier des Deux Rives",
        about="Une coopérative de 40 personnes qui répare et relie des vélos, des comptes et des associations.",
        place="Nantes",
        website="https://deux-rives.example",
    ),
    "henri": DemoEmployer(
        name="Halden Mutual",
        about="A regional insurer of 600 people, offices in Lille and Ghent.",
        place="Lille",
        website="https://halden.example",
    ),
}

OFFERS = (
    DemoOffer(
        "dora",
        "Assistant administratif ou assistante administrative, usages de l'IA (H/F)",
        "Vous tenez l'accueil, le courrier et un tableau des rendez-vous, et vous apprenez à l'équipe à se servir d'un "
        "assistant sans lui confier ce qu'il ne faut pas. Les réponses sont relues avant de partir : c'est vous qui "
        "dites lesquelles.\n\n"
        "Une semaine de passation, un binôme le premier mois.",
        "fr", "permanent", "Nantes", "hybrid", (25200, 28800), 45,
        (
            ("ai-assistant-use", 1, True), ("ai-output-checking", 1, True), ("personal-data", 1, True),
            ("spreadsheets", 1, False),
        ),
    ),
    DemoOffer(
        "dora",
        "Conseiller ou conseillère de formation numérique (H/F)",
        "Vous animez des ateliers de deux heures pour des personnes qui reprennent un métier : ce que fait un modèle, "
        "comment lui écrire une demande, comment vérifier sa réponse. Le programme existe, vous l'adaptez.",
        "fr", "fixed-term", "Saint-Nazaire", "on-site", (27000, 30000), 30,
        (("prompt-writing", 1, True), ("ai-literacy", 2, True), ("change-management", 2, False)),
    ),
    DemoOffer(
        "dora",
        "Gestionnaire de données des ateliers (H/F)",
        "Trois mille ordres de réparation par an, saisis par douze mains. Vous les nettoyez, vous les comptez, vous "
        "dites ce qui manque. Tableur d'abord, Python ensuite : la formation est prévue.",
        "fr", "permanent", "Nantes", "hybrid", (30000, 34500), 60,
        (("data-cleaning", 2, True), ("spreadsheets", 2, True), ("python", 2, False), ("numeracy", 1, False)),
    ),
    DemoOffer(
        "dora",
        "Apprenti ou apprentie, qualité des réponses automatiques (H/F)",
        "Chaque semaine, cent réponses préparées par un assistant : vous en relisez vingt tirées au sort, vous notez "
        "les erreurs et leur genre, vous proposez une règle. Contrat de douze mois, école au choix.",
        "fr", "apprenticeship", "Nantes", "on-site", (14500, 18000), 75,
        (("critical-evaluation", 1, True), ("ai-output-checking", 1, True), ("ai-literacy", 1, False)),
    ),
    DemoOffer(
        "henri",
        "Claims assistant, AI tools",
        "You sort incoming letters with a model's help and decide yourself wherever it hesitates. You keep a record of "
        "its errors by kind of letter, so that nobody is served worse than the others.",
        "en", "permanent", "Ghent", "hybrid", (31000, 36000), 40,
        (("ai-literacy", 1, True), ("ai-output-checking", 1, True), ("personal-data", 1, False)),
    ),
    DemoOffer(
        "henri",
        "Data quality analyst",
        "You measure what is missing, doubled or impossible in our claims tables, and you report it so that a manager "
        "can act. We care about the reasoning more than the tool.",
        "en", "permanent", "Lille", "remote", (34000, 40000), 50,
        (("data-quality", 2, True), ("statistics", 2, True), ("sql", 2, False), ("critical-evaluation", 2, False)),
    ),
    DemoOffer(
        "henri",
        "Chargé ou chargée de la mesure d'un modèle de tri (H/F)",
        "Le modèle trie 600 lettres par jour. Vous comparez ses erreurs par groupe, vous fixez le seuil avec le métier "
        "et vous l'écrivez. Une personne décide toujours.",
        "fr", "permanent", "Lille", "hybrid", (42000, 50000), 90,
        (("ml-evaluation", 3, True), ("ml-fairness", 3, True), ("ai-principles", 2, True), ("python", 2, False)),
    ),
    DemoOffer(
        "henri",
        "Designer of systems built on language models",
        "You design how our assistants search our own documents, quote them and refuse when nothing supports an "
        "answer; you build the test set before the system, and you answer for the result.",
        "en", "permanent", "Lille", "remote", (55000, 66000), 90,
        (("llm-system-design", 4, True), ("llm-evaluation", 4, True), ("rag", 3, True), ("ai-literacy", 1, False)),
    ),
)  # fmt: skip
