"""The command line: verify and inspect certificates, and make keys, without a network.

Exit codes: 0 valid, 1 not valid, 2 could not tell, 3 wrong usage; for several files the highest.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from certificates import strict_json
from certificates.credential import Credential
from certificates.errors import CertificateError, ExtractionError, KeyMaterialError
from certificates.extraction import extract_bounded
from certificates.keys import KeyRing, generate_key
from certificates.verification import Check, State, Verdict, verify

VALID, NOT_VALID, COULD_NOT_TELL, WRONG_USAGE = 0, 1, 2, 3

_UNTOLD = frozenset({State.UNKNOWN, State.STATUS_UNAVAILABLE, State.MALFORMED})
_SENTENCES = {
    State.VALID: "VALID. Signed by the issuer, unchanged, not revoked and in date.",
    State.EXPIRED: "NOT VALID: it has expired.",
    State.NOT_YET_VALID: "NOT VALID: it does not hold yet.",
    State.REVOKED: "NOT VALID: the issuer has revoked it.",
    State.SUSPENDED: "NOT VALID: the issuer has suspended it.",
    State.SUPERSEDED: "NOT VALID: another certificate has replaced it.",
    State.TAMPERED: "NOT VALID: it has been changed, or was never signed by its issuer.",
    State.WRONG_ISSUER: "NOT VALID: it comes from another issuer than the one whose keys you gave.",
    State.KEY_WITHDRAWN: "NOT VALID: the key that signed it has been withdrawn.",
    State.STATUS_UNAVAILABLE: "COULD NOT TELL: whether it has been revoked could not be checked. This is not a yes.",
    State.UNKNOWN: "COULD NOT TELL: give the issuer's keys with --keys did.json. This is not a yes.",
    State.MALFORMED: "COULD NOT TELL: no certificate could be read in this file.",
}
_MARKS = {True: "yes", False: "no", None: "not known"}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Leave with the code the contract gives to wrong usage."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str], now: datetime) -> int:
    """Run one command at the aware time `now` and return its exit code."""
    options = _parser().parse_args(arguments, argparse.Namespace(now=now))
    try:
        return int(options.run(options))
    except CertificateError as error:
        print(str(error), file=sys.stderr)
        return COULD_NOT_TELL


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m certificates", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    checking = commands.add_parser("verify", help="say whether certificates are good")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE", help="PDF or JSON")
    checking.add_argument("--keys", type=Path, metavar="FILE", help="the issuer's did.json")
    checking.add_argument("--status", type=Path, metavar="FILE", help="the issuer's signed status list")
    checking.add_argument("--json", action="store_true", help="one JSON object a line")
    checking.set_defaults(run=_verify)

    reading = commands.add_parser("inspect", help="show what a certificate says, verifying nothing")
    reading.add_argument("file", type=Path, metavar="FILE", help="PDF or JSON")
    reading.set_defaults(run=_inspect)

    making = commands.add_parser("keygen", help="make a signing key")
    making.add_argument("--id", required=True, metavar="ID", help="for example did:web:school.example#key-2026-01")
    making.add_argument("--output", required=True, type=Path, metavar="FILE", help="the PEM to write, mode 0400")
    making.add_argument("--passphrase-file", type=Path, metavar="FILE", help="encrypts the key with its first line")
    making.set_defaults(run=_keygen)
    return parser


def _verify(options: argparse.Namespace) -> int:
    keys = _read_keys(options.keys) if options.keys else KeyRing()
    status = _read(options.status) if options.status else None
    highest = VALID
    for path in options.files:
        verdict = _verdict(path, keys, status, options.now)
        print(_as_json(path, verdict) if options.json else _as_text(path, verdict))
        highest = max(highest, _exit_code(verdict.state))
    return highest


def _verdict(path: Path, keys: KeyRing, status: bytes | None, now: datetime) -> Verdict:
    try:
        credential_bytes = extract_bounded(_read(path)).credential_bytes
    except ExtractionError as error:
        return Verdict(State.MALFORMED, (Check("format", False, str(error)),))
    verdict = verify(credential_bytes, keys=keys, status=status, now=now)
    if verdict.state is State.WRONG_ISSUER and not keys.keys:
        return Verdict(State.UNKNOWN, (Check("signature", None, "No keys were given."),))
    return verdict


def _exit_code(state: State) -> int:
    if state is State.VALID:
        return VALID
    return COULD_NOT_TELL if state in _UNTOLD else NOT_VALID


def _inspect(options: argparse.Namespace) -> int:
    found = extract_bounded(_read(options.file))
    document = strict_json.parse(found.credential_bytes)
    print("Nothing here has been verified.", file=sys.stderr)
    for line in json.dumps(document, indent=2, ensure_ascii=False).split("\n"):
        print(_printable(line))
    return VALID


def _keygen(options: argparse.Namespace) -> int:
    passphrase = None
    if options.passphrase_file:
        passphrase = _read(options.passphrase_file).partition(b"\n")[0].rstrip(b"\r")
        if not passphrase:
            raise KeyMaterialError(f"{options.passphrase_file} holds no passphrase.")
    signer = generate_key(options.id)
    signer.save_pem(options.output, passphrase)
    print(f"{options.id}\n{signer.public_key().multibase}")
    return VALID


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4 * 1024 * 1024)
    except OSError as error:
        raise ExtractionError(f"{path} cannot be read.") from error


def _read_keys(path: Path) -> KeyRing:
    document = strict_json.parse(_read(path))
    if not isinstance(document, dict):
        raise KeyMaterialError("The key file is not a DID document.")
    return KeyRing.from_did_document(document)


def _as_text(path: Path, verdict: Verdict) -> str:
    lines = [f"{path}: {_SENTENCES[verdict.state]}"]
    if verdict.claims is not None:
        lines.append(f"  {_summary(verdict.claims)}")
    lines += [f"  {check.name}: {_MARKS[check.passed]}. {check.detail}" for check in verdict.checks]
    return "\n".join(_printable(line) for line in lines)


def _summary(credential: Credential) -> str:
    achievement = credential.achievement
    return (
        f"{credential.holder.name}: {achievement.name} ({achievement.tier}), "
        f"by {credential.issuer.name}, {credential.awarded:%Y-%m-%d}"
    )


def _printable(line: str) -> str:
    """The line without what a hostile file could use to command the terminal; no-break spaces are only spaces."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else "\ufffd" for c in line)


def _as_json(path: Path, verdict: Verdict) -> str:
    checks = [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in verdict.checks]
    claims = _claims(verdict.claims) if verdict.claims is not None else {}
    return json.dumps({"file": str(path), "status": verdict.state.value, **claims, "checks": checks})


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
