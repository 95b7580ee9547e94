"""The real course, and the fixtures that several files of this folder share."""

from tests.assessment.remarking import chosen, english, written
from tests.courses import course

__all__ = ["chosen", "course", "english", "written"]
