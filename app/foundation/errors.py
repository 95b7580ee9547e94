"""Domain errors: what went wrong in words a person can use; `app/web/errors.py` gives them an HTTP status."""

from __future__ import annotations


class DomainError(Exception):
    """Base of every refusal; `message` is a sentence (a str or a lazily translated text)."""

    def __init__(self, message: object = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotFoundError(DomainError):
    """There is no such thing, or it is not this person's: the two look alike."""


class ForbiddenError(DomainError):
    """The role of this person does not allow it."""


class ConflictError(DomainError):
    """Somebody or something changed it first."""


class RuleError(DomainError):
    """A rule of the house says no; the sentence says which, and what would do."""


class TooManyRequestsError(DomainError):
    """A budget is spent; try again after `retry_after` seconds."""

    def __init__(self, message: object, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
