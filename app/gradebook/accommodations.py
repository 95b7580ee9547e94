"""The place of accommodations in a gradebook: a learner's own page, for those who may see them; no list, no CSV."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.foundation.actor import Actor


def accommodation_rows(_session: Session, *, actor: Actor, account_id: int) -> Sequence[tuple[str, str]]:
    """What to show `actor` of this person's accommodations, as (term, value); nothing to whom may not see them.

    Accommodations never leave assessment (import contract 9), so nothing is shown here: administrators read them on
    the person's own page there.
    """
    del actor, account_id
    return ()
