"""A site that can sign: the fixtures of certification."""

from tests.certification.conftest import exam, keys

__all__ = ["exam", "keys"]
