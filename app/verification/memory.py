"""What this process remembers of signatures it has verified: a signature costs 7 ms, a look here none."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from app.certification.queries import RingVersion
from certificates.keys import KeyRing
from certificates.verification import Check, State, Verdict, authenticate

KEPT = 4096
CHANGED = Verdict(State.TAMPERED, (Check("signature", False, "The stored bytes are not those that were signed."),))


class VerifiedSignatures:
    """Verdicts on stored documents by (SHA-256, version of the key ring), the most used ones kept."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._verdicts: OrderedDict[tuple[str, RingVersion], Verdict] = OrderedDict()
        self._lock = threading.Lock()

    def knows(self, sha256: str, version: RingVersion) -> bool:
        """Is this document in memory, for this version of the ring?"""
        with self._lock:
            return (sha256, version) in self._verdicts

    def verdict(
        self, sha256: str, version: RingVersion, keys: KeyRing, load: Callable[[], str | None]
    ) -> Verdict | None:
        """Authentic or not, from memory or by reading and verifying; None when the bytes are no longer held."""
        with self._lock:
            known = self._verdicts.get((sha256, version))
            if known is not None:
                self._verdicts.move_to_end((sha256, version))
                return known
        text = load()
        if text is None:
            return None
        document = text.encode()
        found = authenticate(document, keys=keys) if hashlib.sha256(document).hexdigest() == sha256 else CHANGED
        with self._lock:
            self._verdicts[(sha256, version)] = found
            if len(self._verdicts) > self._kept:
                self._verdicts.popitem(last=False)
        return found


signatures = VerifiedSignatures()
