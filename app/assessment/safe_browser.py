"""Safe Exam Browser: the proof that a request comes from a browser set up as an exam asks, by its config keys."""

import hashlib
import hmac
import re
from collections.abc import Iterable

HEADER = "X-SafeExamBrowser-ConfigKeyHash"
CONFIG_KEY = re.compile(r"[0-9a-f]{64}")  # the SHA-256 of a configuration, in hex


def proof(url: str, config_key: str) -> str:
    """Give SHA-256(absolute URL without its fragment ‖ config key), in hex.

    https://safeexambrowser.org/developer/seb-config-key.html: it is the value of the header, and of
    SafeExamBrowser.security.configKey for the URL of the page that asks.
    """
    return hashlib.sha256((url.partition("#")[0] + config_key).encode()).hexdigest()


def proven_key(url: str, sent: str, config_keys: Iterable[str]) -> str | None:
    """Give the key of which `sent` is the proof for this URL, or None; every key is tried, in constant time each."""
    given, found = sent.strip().lower().encode("utf-8", "replace"), None
    for key in config_keys:
        if hmac.compare_digest(proof(url, key).encode(), given):
            found = key
    return found
