"""News and who hears it: event -> handlers, one readable table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.foundation.events import Handler

SUBSCRIPTIONS: Mapping[type, Sequence[Handler]] = {}
