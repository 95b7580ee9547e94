"""How much a file from a stranger may cost: its size, its credential's, and what reading it may use."""

from dataclasses import dataclass

from certificates import jwt, strict_json
from certificates.errors import ExtractionError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be, its credential (bytes), and what reading it may cost (seconds, bytes)."""

    file_bytes: int = 2 * MIB
    credential_bytes: int = strict_json.MAX_BYTES
    cpu_seconds: int = 2
    wall_seconds: float = 20.0  # several times the processor's share, for a busy machine
    memory_bytes: int = 256 * MIB

    @property
    def text_bytes(self) -> int:
        """The longest text a credential may take in either form: as JWT it is a third longer."""
        return jwt.longest(self.credential_bytes)

    def checked(self, credential: bytes) -> bytes:
        """The credential as it was, when it is not too large for its form; ExtractionError otherwise."""
        allowed = self.text_bytes if jwt.looks_like_jwt(credential) else self.credential_bytes
        if len(credential) > allowed:
            raise ExtractionError(f"The credential is larger than {allowed} bytes.")
        return credential


DEFAULT_LIMITS = Limits()
