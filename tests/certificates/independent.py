"""What verifiers we did not write are asked: certificates good on the day this runs, ways to spoil them, and Node.

The verifiers read the real clock, so what is good is good from 2020 to 2999 and what has expired did so in 2021.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest

from certificates import contexts
from certificates.credential import Credential, Evidence, Holder, Skill
from certificates.keys import FileSigner, KeyRing, did_document, encode_base58
from certificates.signing import sign, signing_input
from certificates.status_list import StatusList, signed_status_list
from tests.certificates.builders import DID, LIST_URL, RING, SIGNER, SITE, credential, skills
from tools import node

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PAST = datetime(2021, 1, 1, tzinfo=UTC)
FAR = datetime(2999, 1, 1, tzinfo=UTC)
REVOKED = 94567  # the bit of the credential of builders
DID_URL = f"{SITE}/.well-known/did.json"
SECONDS = 120  # longer than any answer takes
Place = tuple[str | int, ...]
AWKWARD = (
    'Tab\there, "quotes" and \\n',
    "Line\nand line\r\nand \r",
    "e\u0301 beside é, ﬁ, x\u0300\u0301",
    "😀 𝒜 عربي \u200d \ufeff \ue000",
    "<b>&amp;</b> @id _:c14n0 urn:x ^^<y> @fr",
    "\u00a0« insécables »\u202f! ’",
)


def current(**changes: Any) -> Credential:
    """The credential of builders, good when this runs."""
    return credential(**{"valid_from": LONG_AGO, "awarded": LONG_AGO, "valid_until": FAR, **changes})


def issued(signer: FileSigner = SIGNER, **changes: Any) -> dict[str, Any]:
    """The same, signed."""
    return sign(current(**changes), signer, LONG_AGO)


def issued_with_the_key_of_another(other: FileSigner) -> dict[str, Any]:
    """A certificate that names us and is rightly signed, with a key that somebody else publishes."""
    document = current().to_dict()
    options = {name: value for name, value in issued()["proof"].items() if name != "proofValue"}
    options["verificationMethod"] = other.key_id
    signature = other.sign(signing_input(document, options))
    return {**document, "proof": {**options, "proofValue": encode_base58(signature)}}


def good_credentials() -> dict[str, Credential]:
    """Every kind we issue: both languages, all tiers, with and without an end, results and evidence."""
    plain = current().achievement
    english = replace(
        plain,
        name="Judge a classifier",
        description="Measure what a model is worth, and say where it fails.",
        criteria="Pass the exam: 20 questions, 70 of 100.",
        language="en",
    )
    odd = tuple(Skill(f"{SITE}/skills/é{number}?a=b&c=%20", str(number), text, "expert", text[:9])
                for number, text in enumerate(AWKWARD))  # fmt: skip
    awkward = tuple(Evidence(f"{number} {text}", text) for number, text in enumerate(AWKWARD))
    return {
        "fr intermediate": current(),
        "fr beginner, without end": current(achievement=replace(plain, tier="beginner"), valid_until=None),
        "en advanced, without evidence": current(achievement=replace(english, tier="advanced"), evidence=()),
        "en expert, twelve skills": current(achievement=replace(english, tier="expert", skills=skills(12))),
        "en beginner, nothing optional": current(achievement=english, valid_until=None, evidence=(), results=()),
        "awkward texts": current(
            achievement=replace(plain, criteria=AWKWARD[0], skills=odd), evidence=awkward, holder=Holder(AWKWARD[3])
        ),
    }


def status_list(*revoked: int) -> dict[str, Any]:
    """The issuer's signed list, in date when this runs."""
    return signed_status_list(
        StatusList.of(revoked), list_url=LIST_URL, signer=SIGNER, now=LONG_AGO, valid_for=FAR - LONG_AGO
    )


def published(ring: KeyRing = RING, revoked: tuple[int, ...] = ()) -> dict[str, Any]:
    """What the issuer has on the web, by address."""
    return {DID_URL: did_document(DID, ring), LIST_URL: status_list(*revoked)}


def leaves(value: Any, path: Place = ()) -> Iterator[Place]:
    """The path of every string, number and truth value of a document."""
    parts: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        yield path
        return
    for key, item in parts:
        yield from leaves(item, (*path, key))


def objects(value: Any, path: Place = ()) -> Iterator[Place]:
    """The path of every object of a document, the document's own first."""
    if isinstance(value, dict):
        yield path
    parts: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in parts:
        yield from objects(item, (*path, key))


def at(document: Any, path: Place) -> Any:
    """The part of a document at a path."""
    for key in path:
        document = document[key]
    return document


def flipped(document: Mapping[str, Any], path: Place, position: int | None = None) -> dict[str, Any]:
    """A copy where the leaf at `path` has one other character, in its middle unless said otherwise."""
    changed: Any = copy.deepcopy(document)
    holder, key = at(changed, path[:-1]), path[-1]
    holder[key] = _flip(holder[key], position)
    return changed


def _flip(value: Any, position: int | None) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    place = len(value) // 2 if position is None else position
    old = value[place]
    new = str((int(old) + 1) % 10) if old in "0123456789" else "y" if old == "x" else "x"
    return value[:place] + new + value[place + 1 :]


def smuggled(document: Mapping[str, Any], path: Place) -> dict[str, Any]:
    """A copy where the object at `path` says one thing more, under a name no context defines."""
    changed = copy.deepcopy(dict(document))
    at(changed, path)["smuggled"] = "x"
    return changed


def need_node() -> str:
    """The Node program, its packages being there; the test is skipped without them, or fails where CI=true."""
    program = node.node_program(Path(sys.prefix))
    missing = "" if program else f"Node {node.OLDEST} is not installed"
    if program and not node.packages_are_installed():
        missing = "the packages of tests/independent are not installed"
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing or program is None:
        pytest.skip(missing)
    return program


class Verifiers:
    """The Node process of tests/independent/verify.mjs: a case goes in, what the verifier said comes out."""

    def __init__(self, program: str) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [program, str(node.FOLDER / "verify.mjs")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8",
        )  # fmt: skip
        known = (contexts.CREDENTIALS_V2, contexts.OPEN_BADGES, contexts.OPEN_BADGES_EXTENSIONS)
        self._send({"files": {url: contexts.context(url) for url in known}})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=SECONDS)
        self._errors.close()

    def ask(self, verifier: str, **case: Any) -> dict[str, Any]:
        """One answer; the test fails with Node's own words when there is none in two minutes."""
        watch = threading.Timer(SECONDS, self._process.kill)
        watch.start()
        line = ""
        try:
            self._send({"verifier": verifier, **case})
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
        except BrokenPipeError:
            pass  # it ended before it was asked: said below
        finally:
            watch.cancel()
        if not line:
            self._errors.seek(0)
            pytest.fail(f"Node gave no answer. {self._errors.read()[-2000:]}")
        return dict(json.loads(line))

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
