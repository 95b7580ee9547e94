"""What the command line says: verdicts in words, in JSON, and counted; and how far it has come."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from certificates.credential import Credential
from certificates.verification import State, Verdict

_SENTENCES = {
    State.VALID: "VALID. Signed by the issuer, unchanged, not revoked and in date.",
    State.EXPIRED: "NOT VALID: it has expired.",
    State.NOT_YET_VALID: "NOT VALID: it does not hold yet.",
    State.REVOKED: "NOT VALID: the issuer has revoked it.",
    State.SUSPENDED: "NOT VALID: the issuer has suspended it.",
    State.SUPERSEDED: "NOT VALID: another certificate has replaced it.",
    State.TAMPERED: "NOT VALID: it has been changed, or was never signed by its issuer.",
    State.ALTERED: "NOT VALID: the certificate in it is good, but the file is not as the issuer made it.",
    State.WRONG_ISSUER: "NOT VALID: it comes from another issuer than the one whose keys you gave.",
    State.KEY_WITHDRAWN: "NOT VALID: the key that signed it has been withdrawn.",
    State.STATUS_UNAVAILABLE: "COULD NOT TELL: whether it has been revoked could not be checked. This is not a yes.",
    State.UNKNOWN: "COULD NOT TELL: give the issuer's keys with --keys did.json. This is not a yes.",
    State.MALFORMED: "COULD NOT TELL: no certificate could be read in this file.",
}
_MARKS = {True: "yes", False: "no", None: "not known"}


def as_text(path: Path, verdict: Verdict) -> str:
    """A sentence, whose certificate it is, and what was checked."""
    lines = [f"{path}: {_SENTENCES[verdict.state]}"]
    if verdict.claims is not None:
        lines.append(f"  {_summary(verdict.claims)}")
    lines += [f"  {check.name}: {_MARKS[check.passed]}. {check.detail}" for check in verdict.checks]
    return "\n".join(printable(line) for line in lines)


def as_json(path: Path, verdict: Verdict) -> str:
    """The same on one line, in the shape the site's API has."""
    checks = [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in verdict.checks]
    claims = _claims(verdict.claims) if verdict.claims is not None else {}
    return json.dumps({"file": str(path), "status": verdict.state.value, **claims, "checks": checks})


def as_table(states: Iterable[State]) -> str:
    """How many files of each verdict, in the order of the verdicts."""
    counts = Counter(states)
    rows = [(state.value.replace("_", " "), counts[state]) for state in State if counts[state]]
    width = max(len(name) for name, _ in rows)
    digits = len(str(counts.total()))
    lines = [f"  {name:<{width}}  {count:>{digits}}" for name, count in rows]
    return "\n".join((*lines, f"  {'files':<{width}}  {counts.total():>{digits}}"))


def printable(line: str) -> str:
    """The line without what a hostile file could use to command the terminal; no-break spaces are only spaces."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else "\ufffd" for c in line)


class Progress:
    """A bar on a terminal while several files are checked, and nothing anywhere else."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._shown = total > 1 and stream.isatty()
        drawn = (stream.encoding or "").lower().replace("-", "") == "utf8"
        self._done, self._to_come = ("━", "╌") if drawn else ("#", "-")

    def show(self, number: int) -> None:
        """Draw the bar: so many files are done."""
        if self._shown:
            counts = f" {number}/{self._total}"
            length = max(4, min(40, shutil.get_terminal_size().columns - len(counts) - 1))
            filled = length * number // self._total
            self._stream.write(f"\r{self._done * filled}{self._to_come * (length - filled)}{counts}")
            self._stream.flush()

    def clear(self) -> None:
        """Take the bar away, before something else is written or at the end."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def _summary(credential: Credential) -> str:
    achievement = credential.achievement
    return (
        f"{credential.holder.name}: {achievement.name} ({achievement.tier}), "
        f"by {credential.issuer.name}, {credential.awarded:%Y-%m-%d}"
    )


def _claims(credential: Credential) -> dict[str, Any]:
    achievement, until = credential.achievement, credential.valid_until
    return {
        "achievement": {
            "name": {achievement.language: achievement.name},
            "tier": achievement.tier,
            "skills": [
                {"id": skill.id, "name": {achievement.language: skill.name}, "tier": skill.tier}
                for skill in achievement.skills
            ],
        },
        "issuer": {"id": credential.issuer.id, "name": credential.issuer.name},
        "holder": {"name": credential.holder.name, "masked": False},
        "issued_at": credential.to_dict()["awardedDate"],
        "expires_at": credential.to_dict()["validUntil"] if until else None,
    }
