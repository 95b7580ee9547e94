"""The bytes we sign: the RDF dataset a document stands for, in its canonical form (RDFC-1.0)."""

import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pyld import jsonld
from pyld.context_resolver import ContextResolver

from certificates import contexts
from certificates.errors import CanonicalizationError, CertificateError

Loader = Callable[..., dict[str, Any]]

# PyLD keeps caches of its own that several threads may not touch at once.
_PYLD_LOCK = threading.Lock()


def canonical_form(document: Mapping[str, Any], loader: Loader = contexts.load) -> bytes:
    """N-Quads of `document` in RDFC-1.0 order, UTF-8.

    CanonicalizationError when the document says more than its canonical form does: PyLD drops
    terms no context defines, so such a term would be unsigned and still look signed.
    """
    with _PYLD_LOCK:
        try:
            compacted, quads = _compacted_and_quads(document, loader)
        except CertificateError:
            raise
        except Exception as error:  # PyLD raises whatever a hostile document makes it stumble on
            raise CanonicalizationError("The document is not usable JSON-LD.") from error
    if _without_single_lists(compacted) != _without_single_lists(document):
        raise CanonicalizationError("The document contains a field its signature would not cover.")
    return quads.encode("utf-8")


def _compacted_and_quads(document: Mapping[str, Any], loader: Loader) -> tuple[Any, str]:
    options = {
        "documentLoader": loader,
        "contextResolver": ContextResolver(_resolved_contexts(loader), loader),
        "processingMode": "json-ld-1.1",
    }
    expanded = jsonld.expand(document, options)
    compacted = jsonld.compact(expanded, document.get("@context"), {**options, "skipExpansion": True})
    quads = jsonld.normalize(expanded, {**options, "algorithm": "URDNA2015", "format": "application/n-quads"})
    return compacted, str(quads)


@cache
def _resolved_contexts(_loader: Loader) -> dict[str, Any]:
    """Our own memory of contexts: PyLD's is shared by the process, whatever loader filled it."""
    return {}


def _without_single_lists(value: Any) -> Any:
    """The value with every one-element list replaced by its element: JSON-LD reads both alike."""
    if isinstance(value, Mapping):
        return {key: _without_single_lists(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_without_single_lists(item) for item in value]
        return items[0] if len(items) == 1 else items
    return value
