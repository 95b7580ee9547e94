"""Forms of projects: where one stands line by line, what one hands in, what a marker says, what one shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, FileField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, StopValidation

from app.assessment.paper_models import AnyMarking
from app.assessment.wording import points_in_words
from app.foundation.forms import LINES, ONE_LINE, AtMost, Form, NoControlCharacters, WebAddress
from app.foundation.i18n import LazyText, current_language, localised
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.typography import typeset

LONGEST_NOTE, LONGEST_FEEDBACK, LONGEST_LINK = 5000, 2000, 500
LEVEL, FEEDBACK = "level-", "feedback-"
Lines = Sequence[Mapping[str, Any]]
"""The lines of a rubric as its project stores them."""


def several_lines(label: object, length: int, *first: Any) -> Any:
    """A text area of at most `length` signs; said to be optional when `first` is Optional()."""
    checks = [*first, NoControlCharacters(lines=True), AtMost(length)]
    return TextAreaField(label, filters=LINES, validators=checks)


def a_link(label: LazyText) -> Any:
    """An optional address of the web."""
    checks = [Optional(), NoControlCharacters(), AtMost(LONGEST_LINK), WebAddress()]
    return StringField(label, filters=ONE_LINE, validators=checks)


class _OneOfItsLevels:
    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and field.data not in [choice.value for choice in field.choices]:
            raise StopValidation(_l("Choose one of the levels."))


class LevelsForm(Form):
    """One choice for each line of a rubric."""

    lines: Lines = ()

    @property
    def levels(self) -> dict[str, int]:
        """The levels chosen, by line, once the form is valid."""
        chosen = {line["id"]: self[LEVEL + line["id"]].data for line in self.lines}
        return {key: int(level) for key, level in chosen.items() if level}


class MarkingForm(LevelsForm):
    """Levels, what is said of each, and a word to the learner."""

    comment = several_lines(_l("To the learner: what is good, what to change"), LONGEST_NOTE)

    @property
    def feedback(self) -> dict[str, str]:
        """What is said of each line, where something is."""
        said = {line["id"]: self[FEEDBACK + line["id"]].data for line in self.lines}
        return {key: text for key, text in said.items() if text}


def self_assessment_form(lines: Lines, sent: Any = None, chosen: Mapping[str, int] | None = None) -> LevelsForm:
    """Where does one stand? Every line is to be answered."""
    required = InputRequired(_l("Choose a level for this line."))
    fields = {LEVEL + line["id"]: _level_field(line, [required]) for line in lines}
    form: LevelsForm = _filled(type("OwnLevelsForm", (LevelsForm,), fields), lines, sent, _levels_data(chosen))
    return form


class PaperForm(MarkingForm):
    """The same of an essay or a file, where a word more is welcome and not owed."""

    comment = several_lines(_l("To the candidate: what is good, what is missing"), LONGEST_NOTE, Optional())


def marking_form(
    lines: Lines, sent: Any = None, stored: AnyMarking | None = None, kind: type[MarkingForm] = MarkingForm
) -> MarkingForm:
    """A marking as sent, or as `stored`; what is not chosen yet may be kept so."""
    fields: dict[str, Any] = {}
    for line in lines:
        fields[LEVEL + line["id"]] = _level_field(line, [])
        fields[FEEDBACK + line["id"]] = several_lines(
            _("About “%(line)s”", line=_words(line["title"])), LONGEST_FEEDBACK, Optional()
        )
    data: dict[str, Any] = {}
    if stored is not None:
        data = {FEEDBACK + key: text for key, text in stored.feedback.items()}
        data |= {"comment": stored.comment, **_levels_data(stored.levels)}
    form: MarkingForm = _filled(type("LineByLineForm", (kind,), fields), lines, sent, data)
    return form


def _level_field(line: Mapping[str, Any], first: list[Any]) -> Any:
    return RadioField(
        _words(line["title"]),
        choices=[
            SelectChoice(str(number), _("%(points)s: %(text)s", points=points_in_words(level["points"]), text=words))
            for number, level in enumerate(line["levels"])
            for words in [_words(level["text"])]
        ],
        validate_choice=False,
        validators=[*first, _OneOfItsLevels()],
    )


def _levels_data(chosen: Mapping[str, int] | None) -> dict[str, str]:
    return {LEVEL + key: str(level) for key, level in (chosen or {}).items()}


def _filled(kind: Any, lines: Lines, sent: Any, data: Mapping[str, Any]) -> Any:
    form = kind(sent, data=dict(data))
    form.lines = lines
    return form


def _words(texts: Any) -> str:
    return typeset(str(localised(texts)), current_language())


class WorkForm(Form):
    """What goes with the files."""

    note = several_lines(_l("A word to those who mark"), LONGEST_NOTE, Optional())
    link = a_link(_l("Link to your work"))


class UploadForm(Form):
    """One more file."""

    file = FileField(_l("File"))


class PortfolioForm(Form):
    """What one says of an accepted project, and whether others see it."""

    presentation = several_lines(_l("What you want to say of it"), LONGEST_FEEDBACK, Optional())
    link = a_link(_l("Link to show"))
    shown = BooleanField(_l("Show this work to everybody who has the address of my portfolio"))
