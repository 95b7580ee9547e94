"""A pytest plugin for the second run of the suite: only tests that use a database have more to say on PostgreSQL."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what never touches the database; it ran on SQLite a minute ago."""
    using = [item for item in items if "database_url" in getattr(item, "fixturenames", ())]
    leaving = [item for item in items if "database_url" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=leaving)
    items[:] = using
