"""The kinds of file that a challenge hands out: read on any machine, run by no browser."""

from __future__ import annotations

from collections.abc import Mapping

from app.assessment.uploads import MEGABYTE, TEXT

LARGEST_ATTACHED_BYTES = 2 * MEGABYTE
ATTACHED_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("md", "txt", "csv", "json", "jsonl", "py"), TEXT),
    "zip": "application/zip",
}
"""The end of a file's name, and the media type it is handed out with."""
