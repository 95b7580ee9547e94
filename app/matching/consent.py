"""The text a learner agrees to before employers can find them, word for word: each answer keeps its hash."""

from __future__ import annotations

import hashlib

PURPOSE = "visible-to-employers"
TEXT = {
    "fr": (
        "J’accepte que les employeurs approuvés de ce site trouvent mes compétences prouvées : leur nom, leur niveau, "
        "la façon dont l’examen était surveillé, et la note que j’écris. Ils ne voient ni mon nom, ni mon adresse, ni "
        "mes souhaits, ni mon salaire minimum. Mon nom n’apparaît à un employeur que si je candidate à son offre ou "
        "si j’accepte son invitation. Je peux revenir sur cet accord à tout moment, d’un clic, avec effet immédiat."
    ),
    "en": (
        "I agree that the approved employers of this site may find my proven skills: their names, their levels, how "
        "the exam was supervised, and the note I write. They see neither my name, nor my address, nor my wishes, nor "
        "my lowest pay. My name is shown to an employer only if I apply to their offer or accept their invitation. I "
        "can withdraw this at any time, in one click, with effect at once."
    ),
}


def text_sha256(language: str) -> str:
    """The fingerprint of the text as it was read."""
    return hashlib.sha256(TEXT[language].encode()).hexdigest()
