"""The new key of a question as staff write it: the options that are right, or the answers to accept, one a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.assessment.answers import WRITTEN_TYPES
from app.assessment.exact import fraction
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _


def new_key(type_: str, body: Mapping[str, Any], right: Sequence[str], accepted: str) -> dict[str, Any]:
    """A key that regrading takes; entries of the author that are worth a part stay behind. Raises RuleError."""
    if type_ not in WRITTEN_TYPES:
        return {"correct": sorted(right)}
    lines = [line.strip() for line in accepted.splitlines() if line.strip()]
    entries = [_numeric(body, line) if type_ == "numeric" else {"value": line} for line in lines]
    return {"answers": entries + [one for one in body.get("answers", ()) if str(one.get("credit", 1)) != "1"]}


def _numeric(body: Mapping[str, Any], line: str) -> dict[str, Any]:
    """A number with the tolerance and the unit that the author gave."""
    value = line.replace(",", ".")
    try:
        fraction(value)
    except ValueError as error:
        raise RuleError(_("“%(line)s” is not a number: write one a line, as in 12.5.", line=line[:40])) from error
    first: Mapping[str, Any] = next(iter(body.get("answers", ())), {})
    return {"value": value} | {name: first[name] for name in ("tolerance", "unit") if name in first}


def accepted_lines(body: Mapping[str, Any]) -> str:
    """The answers that are accepted now, one a line, for the form to show."""
    values = [
        one.get("value") for one in body.get("answers", ()) if "value" in one and str(one.get("credit", 1)) == "1"
    ]
    return "\n".join("\n".join(one.values()) if isinstance(one, Mapping) else str(one) for one in values)
