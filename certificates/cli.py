"""The command line: verify and inspect certificates, and make keys, without a network.

Exit codes: 0 valid, 1 not valid, 2 could not tell, 3 wrong usage; for several files the highest.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from certificates.answers import Progress, as_json, as_table, as_text, printable
from certificates.checking import certificates_in, read, read_keys, read_lists, verify_file
from certificates.errors import CertificateError, KeyMaterialError
from certificates.extraction import DEFAULT_LIMITS, extract_bounded
from certificates.keys import KeyRing, generate_key
from certificates.signed import read_signed
from certificates.verification import State

VALID, NOT_VALID, COULD_NOT_TELL, WRONG_USAGE = 0, 1, 2, 3

_UNTOLD = frozenset({State.UNKNOWN, State.STATUS_UNAVAILABLE, State.MALFORMED})
_KINDS = "PDF, PNG, SVG, JSON or JWT"


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
        print(printable(str(error)), file=sys.stderr)
        return COULD_NOT_TELL


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m certificates", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    checking = commands.add_parser("verify", help="say whether certificates are good")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE", help=f"{_KINDS}, or a directory of them")
    checking.add_argument("--keys", type=Path, metavar="FILE", help="the issuer's did.json or jwks.json")
    checking.add_argument(
        "--status",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="the issuer's signed status list, JSON or JWT; may be given again for another list",
    )
    checking.add_argument("--json", action="store_true", help="one JSON object a line")
    checking.set_defaults(run=_verify)

    reading = commands.add_parser("inspect", help="show what a certificate says, verifying nothing")
    reading.add_argument("file", type=Path, metavar="FILE", help=_KINDS)
    reading.set_defaults(run=_inspect)

    making = commands.add_parser("keygen", help="make a signing key")
    making.add_argument("--id", required=True, metavar="ID", help="for example did:web:school.example#key-2026-01")
    making.add_argument("--output", required=True, type=Path, metavar="FILE", help="the PEM to write, mode 0400")
    making.add_argument("--passphrase-file", type=Path, metavar="FILE", help="encrypts the key with its first line")
    making.set_defaults(run=_keygen)
    return parser


def _verify(options: argparse.Namespace) -> int:
    keys = read_keys(options.keys) if options.keys else KeyRing()
    lists = read_lists(options.status)
    besides = (*options.status, *filter(None, [options.keys]))
    files = list(certificates_in(options.files, besides))
    say = as_json if options.json else as_text
    progress = Progress(len(files), sys.stderr)
    states = []
    for number, path in enumerate(files):
        progress.show(number)
        verdict = verify_file(path, keys=keys, lists=lists, now=options.now)
        states.append(verdict.state)
        progress.clear()
        print(say(path, verdict))
    if len(files) > 1:
        # With --json, standard output holds objects and nothing else.
        print(f"\n{as_table(states)}", file=sys.stderr if options.json else sys.stdout)
    return max(_exit_code(state) for state in states)


def _exit_code(state: State) -> int:
    if state is State.VALID:
        return VALID
    return COULD_NOT_TELL if state in _UNTOLD else NOT_VALID


def _inspect(options: argparse.Namespace) -> int:
    found = extract_bounded(read(options.file, DEFAULT_LIMITS.file_bytes + 1))
    form = "VC-JWT" if found.is_jwt else "JSON"
    beside = ", and as VC-JWT beside it" if found.second else ""
    print(f"{found.kind.upper()} file, credential as {form}{beside}. Nothing here has been verified.", file=sys.stderr)
    document = read_signed(found.credential_bytes).shown()
    for line in json.dumps(document, indent=2, ensure_ascii=False).split("\n"):
        print(printable(line))
    return VALID


def _keygen(options: argparse.Namespace) -> int:
    passphrase = None
    if options.passphrase_file:
        passphrase = read(options.passphrase_file, 4096).partition(b"\n")[0].rstrip(b"\r")
        if not passphrase:
            raise KeyMaterialError(f"{options.passphrase_file} holds no passphrase.")
    signer = generate_key(options.id)
    signer.save_pem(options.output, passphrase)
    print(f"{options.id}\n{signer.public_key().multibase}")
    return VALID
