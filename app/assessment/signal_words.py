"""What signals say: the same words to those who look at them and to the candidate they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from app.assessment.signal_models import Kind, Signal
from app.assessment.signal_queries import Sum
from app.foundation.i18n import current_language, ngettext
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.typography import format_number

NAMES = {
    Kind.HIDDEN: _l("page hidden"),
    Kind.PASTE: _l("text pasted"),
    Kind.ADDRESS: _l("other network address"),
    Kind.BROWSER: _l("other browser"),
    Kind.WINDOWS: _l("two windows in turn"),
    Kind.FAST: _l("very fast answer"),
    Kind.ALIKE: _l("identical wrong answers"),
}
# Why it happens to honest people: stands wherever a signal is shown.
EXPLAINED = {
    Kind.HIDDEN: _l("A notification, a call, a screen that locks itself, a file looked for: any of them hides a page."),
    Kind.PASTE: _l("People move their own sentences about; writing aids put text in the same way."),
    Kind.ADDRESS: _l("A telephone changes address by itself, from one network to the next."),
    Kind.BROWSER: _l("An exam may be gone on with on another device: its first page says so."),
    Kind.WINDOWS: _l("The same page opened twice by mistake answers in turn too."),
    Kind.FAST: _l("Whoever knows a question, or has thought about it on the way, answers at once."),
    Kind.ALIKE: _l(
        "People who learnt from the same source make the same errors. The calculation supposes that errors are made "
        "independently: a lesson that misled both is enough to list them."
    ),
}


def length_in_words(seconds: int) -> str:
    """How long something lasted: 41 s, 3 min 05 s."""
    if seconds < 60:
        return _("%(seconds)s s", seconds=seconds)
    return _("%(minutes)s min %(seconds)s s", minutes=seconds // 60, seconds=f"{seconds % 60:02d}")


def summary(one: Sum) -> str:
    """All the signals of a kind in one sentence."""
    return _SUMMARIES[one.kind](one)


_SUMMARIES: Mapping[Kind, Callable[[Sum], str]] = {
    Kind.HIDDEN: lambda one: ngettext(
        "The page was hidden %(num)s time, %(length)s in all.",
        "The page was hidden %(num)s times, %(length)s in all.",
        one.count,
        length=length_in_words(one.amount),
    ),
    Kind.PASTE: lambda one: ngettext(
        "A text was pasted %(num)s time, %(characters)s characters in all.",
        "A text was pasted %(num)s times, %(characters)s characters in all.",
        one.count,
        characters=_grouped(one.amount),
    ),
    Kind.ADDRESS: lambda one: ngettext(
        "%(num)s other network address came up.", "%(num)s other network addresses came up.", one.count
    ),
    Kind.BROWSER: lambda one: ngettext("%(num)s other browser came up.", "%(num)s other browsers came up.", one.count),
    Kind.WINDOWS: lambda one: ngettext(
        "Two windows answered in turn, %(num)s time.", "Two windows answered in turn, %(num)s times.", one.amount
    ),
    Kind.FAST: lambda one: ngettext(
        "%(num)s question was answered very fast.", "%(num)s questions were answered very fast.", one.count
    ),
    Kind.ALIKE: lambda one: ngettext(
        "The wrong answers resemble those of %(num)s other attempt.",
        "The wrong answers resemble those of %(num)s other attempts.",
        one.count,
    ),
}


def sentence(signal: Signal) -> str:
    """One signal, for a time line."""
    return _SENTENCES[Kind(signal.kind)](signal)


def _pasted(signal: Signal) -> str:
    words = ngettext(
        "%(characters)s character was pasted",
        "%(characters)s characters were pasted",
        signal.amount,
        characters=_grouped(signal.amount),
    )
    if signal.slot is None:
        return _("%(pasted)s.", pasted=words)
    return _("%(pasted)s into question %(slot)s.", pasted=words, slot=signal.slot)


def _fast(signal: Signal) -> str:
    details = signal.details or {}
    return _(
        "Question %(slot)s was answered in %(taken)s; of %(people)s people half took more than %(usual)s.",
        slot=signal.slot,
        taken=_tenths(signal.amount),
        usual=length_in_words(int(details["usual_ms"]) // 1000),
        people=details["people"],
    )


def _tenths(milliseconds: int) -> str:
    tenths = max(1, milliseconds // 100)
    return _("%(seconds)s s", seconds=format_number(Decimal(tenths) / 10, current_language()))


def _alike(signal: Signal) -> str:
    details = signal.details or {}
    return _(
        "Of %(both)s questions that this attempt and another both missed, %(alike)s have the same wrong answer. "
        "Between strangers, one pair in %(odds)s would do so by chance.",
        both=details["both_wrong"],
        alike=signal.amount,
        odds=odds(Decimal(details["chance"])),
    )


def odds(chance: Decimal) -> str:
    """One in how many, in words that can be read: 12,000; 3 million; 40 billion, and a million billion at most."""
    one_in = int(1 / chance) if chance else 10**18
    if one_in < 10**6:
        return _grouped(one_in)
    if one_in < 10**9:
        return ngettext("%(num)s million", "%(num)s million", one_in // 10**6)
    return _("%(number)s billion", number=_grouped(min(one_in // 10**9, 10**6)))


def _grouped(number: int) -> str:
    return format_number(number, current_language())


_SENTENCES: Mapping[Kind, Callable[[Signal], str]] = {
    Kind.HIDDEN: lambda signal: _(
        "From then on the page was hidden for %(length)s.", length=length_in_words(signal.amount)
    ),
    Kind.PASTE: _pasted,
    Kind.ADDRESS: lambda _signal: _("The page was opened from another network address than before."),
    Kind.BROWSER: lambda _signal: _("The page was opened in another browser than before."),
    Kind.WINDOWS: lambda signal: _(
        "Question %(slot)s was answered in a window after another window had taken over from it.", slot=signal.slot
    ),
    Kind.FAST: _fast,
    Kind.ALIKE: _alike,
}
