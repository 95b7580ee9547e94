"""The real course, for the tests of this folder."""

from tests.courses import course

__all__ = ["course"]
