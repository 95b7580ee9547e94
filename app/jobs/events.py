"""What the hiring side tells the features above it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OfferPublished:
    """What an offer asks is public, or a public offer now asks for something else."""

    offer_id: int


@dataclass(frozen=True)
class ApplicationSent:
    """A learner answered an offer, and so showed their name."""

    application_id: int


@dataclass(frozen=True)
class ApplicationMoved:
    """An application changed state, by a person's hand."""

    application_id: int
    state: str
