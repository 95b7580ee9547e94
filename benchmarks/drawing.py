"""`python -m benchmarks.drawing PROCESSES SECONDS`: certificates signed, drawn and sealed, warm; prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from certificates import pdf
from certificates.jwt import sign_jwt
from certificates.sealing import SealKey, seal
from certificates.signing import serialise, sign
from tests.certificates.builders import NOW, SIGNER, credential, page

WARM_UP = 2


@dataclass(frozen=True)
class Drawn:
    """What one process did: how many, in how much processor time, and the most memory it ever held."""

    count: int
    cpu_seconds: float
    peak_bytes: int


def draw(seconds: float) -> Drawn:
    """Make certificates for so long, the first few uncounted: importing and loading fonts takes two seconds."""
    key = SealKey.generate("Les Deux Rives", NOW)
    for _number in range(WARM_UP):
        make_one(key)
    end, count, before = time.monotonic() + seconds, 0, time.process_time()
    while time.monotonic() < end:
        make_one(key)
        count += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Drawn(count, time.process_time() - before, peak)


def make_one(key: SealKey) -> bytes:
    """One certificate, as the worker makes it: both signed forms, the page, the seal."""
    claims = credential()
    signed = serialise(sign(claims, SIGNER, NOW))
    jwt = sign_jwt(claims, SIGNER)
    return seal(pdf.render(page(), credential_bytes=signed, language="fr", created=NOW, jwt=jwt), key, NOW)


def main(processes: int, seconds: float) -> None:
    """Let so many processes draw side by side."""
    with ProcessPoolExecutor(processes) as pool:
        drawn = list(pool.map(draw, [seconds] * processes))
    count = sum(one.count for one in drawn)
    print(
        json.dumps(
            {
                "units": count,
                "seconds": seconds,
                "cpu_ms": 1000 * sum(one.cpu_seconds for one in drawn) / max(1, count),
                "peak_mb": max(one.peak_bytes for one in drawn) / 2**20,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
