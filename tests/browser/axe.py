"""What axe-core, which others wrote, finds against a page: a minority of what accessibility asks, but without mercy."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parent.parent / "independent" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "EN-301-549", "best-practice"]
_RUN = """async (tags) => {
  const only = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
  const places = (found) => found.nodes.map((node) => node.target.join(" "));
  return (await axe.run(document, only)).violations
    .map((found) => ({ rule: found.id, help: found.help, where: places(found) }));
}"""


def violations(page: Page) -> list[str]:
    """Each rule that is broken on the page as it stands, and where; empty when none is."""
    page.evaluate(_source())  # a script tag would be refused by the page's own policy
    found: list[dict[str, Any]] = page.evaluate(_RUN, TAGS)
    return [f"{one['rule']} ({one['help']}): {', '.join(one['where'][:3])}" for one in found]


@cache
def _source() -> str:
    return SCRIPT.read_text(encoding="utf-8")
