"""The real course, and a site in a browser, for the tests of this folder."""

from tests.browser.fixtures import chromium, site
from tests.courses import course

__all__ = ["chromium", "course", "site"]
