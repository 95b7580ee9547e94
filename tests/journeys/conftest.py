"""Fixtures of the journeys."""

from tests.browser.fixtures import chromium, letters, site, visitors

__all__ = ["chromium", "letters", "site", "visitors"]
