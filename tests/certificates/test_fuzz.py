"""Thousands of damaged uploads of every kind: our own answers only, soon, small, and never a yes that should be a no.

PDFs go the way an upload goes, to a child of the warm process: a fork costs a few milliseconds, so
there is no need to read most of them in this process and a sample outside, and a reader that were
killed by its limits, or by a fault in the PDF library, would be met here as it is met there.

Seconds are the processor's, since a busy machine says nothing of an upload. Those of a PDF's child,
and its memory, are held by the system: 2 s and 256 MiB (test_extraction shows that they are).
"""

import resource
import time
from collections.abc import Callable
from random import Random  # noqa: TID251 - seeded

import pytest

from certificates import strict_json
from certificates.checking import StatusLists, verify_bytes
from certificates.extraction import extract_bounded
from certificates.keys import KeyRing
from certificates.signed import read_signed
from certificates.verification import State
from tests.certificates.builders import NOW
from tests.certificates.mutations import GOLDEN, JSON, JWT, ORIGINALS, mutated

KEYS = KeyRing.from_document(strict_json.parse((GOLDEN / "did.json").read_bytes()))
LISTS = StatusLists([(GOLDEN / "status-list.json").read_bytes()])
MEANINGS = (read_signed(JSON).shown(), read_signed(JWT).shown())
SECONDS, KIB = 3, 300 * 1024
ORDINARY, LONG = 400, 1000  # of each of five kinds: 2,000 in the suite, and 20 times 1,000 of each at night


@pytest.mark.parametrize("kind", ORIGINALS)
def test_the_originals_are_valid(kind: str) -> None:
    for original in ORIGINALS[kind]:
        assert verify_bytes(original, keys=KEYS, lists=LISTS, now=NOW).state is State.VALID


@pytest.mark.slow
@pytest.mark.parametrize("kind", ORIGINALS)
def test_damaged_uploads(kind: str) -> None:
    answers = upload(kind, seed=0, count=ORDINARY)
    # The mutations reach every depth: some are not read at all, some are read and refused.
    assert answers[State.MALFORMED] > ORDINARY / 20
    assert answers[State.TAMPERED] > ORDINARY / 20


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1, 21))
@pytest.mark.parametrize("kind", ORIGINALS)
def test_many_damaged_uploads(kind: str, seed: int, record_property: Callable[[str, object], None]) -> None:
    answers = upload(kind, seed, LONG)
    record_property("answers", ", ".join(f"{state} {count}" for state, count in answers.items() if count))


def upload(kind: str, seed: int, count: int) -> dict[State, int]:
    """Verify so many mutations; how often each answer was given."""
    answers = dict.fromkeys(State, 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        data = mutated(kind, Random(f"{kind} {seed} {number}"))
        begin = time.process_time()
        try:
            state = verify_bytes(data, keys=KEYS, lists=LISTS, now=NOW).state
        except Exception as error:
            raise AssertionError(f"mutated({kind!r}, Random('{kind} {seed} {number}')) raises {error!r}") from error
        answers[state] += 1
        took = time.process_time() - begin
        assert took < SECONDS, f"mutated({kind!r}, Random('{kind} {seed} {number}')) takes {took:.1f} s"
        if state is State.VALID:
            assert read_signed(extract_bounded(data).credential_bytes).shown() in MEANINGS
    # The most this process ever needed bounds what each upload needed.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < KIB
    return answers
