"""The form that starts an exam: its pledge."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField

from app.foundation.forms import Form, Required
from app.foundation.i18n import lazy_gettext as _l


class PledgeForm(Form):
    """The author's sentence, to be ticked."""

    pledge = BooleanField(validators=[Required(_l("Tick the sentence of the pledge to start."))])

    def __init__(self, sent: Any = None, *, sentence: str) -> None:
        super().__init__(sent)
        self.pledge.label.text = sentence
