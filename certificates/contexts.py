"""The JSON-LD contexts we sign under: a closed list, read from an installed package, never fetched."""

import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from certificates.errors import ContextError

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

# openbadgeslib carries these files; we read its data and import none of its code.
_PACKAGE = "openbadgeslib"
_FOLDER = "openbadgeslib/ob3/contexts"
_PINNED = {
    CREDENTIALS_V2: (
        "credentials-v2.json",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    OPEN_BADGES: (
        "ob-v3p0-context-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    OPEN_BADGES_EXTENSIONS: (
        "ob-v3p0-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
}


@cache
def context(url: str) -> dict[str, Any]:
    """The context document pinned for `url`; ContextError when it is unknown, missing or altered."""
    if url not in _PINNED:
        raise ContextError(f"The context {url} is not one this library knows.")
    name, expected = _PINNED[url]
    try:
        data = Path(str(distribution(_PACKAGE).locate_file(f"{_FOLDER}/{name}"))).read_bytes()
    except (PackageNotFoundError, OSError) as error:
        raise ContextError(f"The context {url} is missing: install {_PACKAGE}.") from error
    if hashlib.sha256(data).hexdigest() != expected:
        raise ContextError(f"The context {url} installed here is not the one that was pinned.")
    document: dict[str, Any] = json.loads(data)
    return document


def load(url: str, _options: object = None) -> dict[str, Any]:
    """Answer PyLD's request for a context from the closed list alone."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": context(url),
        "tag": "static",
    }
