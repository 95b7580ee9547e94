"""Programs of the system that look at a PDF from outside; their absence is said, and is a failure in CI."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest

MM = 25.4 / 72


def need(program: str) -> str:
    """The program's path; the test is skipped without it, or fails where CI=true."""
    path = shutil.which(program)
    if path is None:
        message = f"{program} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


@dataclass(frozen=True, slots=True)
class Word:
    """A word on the page and its box, in millimetres from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Word") -> bool:
        """Whether the bodies of the two words touch; the room a font keeps above and below does not count."""
        lean, other_lean = (self.bottom - self.top) * 0.28, (other.bottom - other.top) * 0.28
        return (
            self.left < other.right - 0.1
            and other.left < self.right - 0.1
            and self.top + lean < other.bottom - other_lean
            and other.top + other_lean < self.bottom - lean
        )


def words_of(pdf: bytes, folder: Path) -> list[Word]:
    """Every word of the PDF where it was drawn."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    output = subprocess.run([need("pdftotext"), "-bbox", str(path), "-"], capture_output=True, check=True).stdout
    found = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>',
        output.decode("utf-8", "replace"),
        re.S,
    )
    return [Word(unescape(text), *(float(number) * MM for number in box)) for *box, text in found]


def logo(width: int, height: int, mode: str = "RGBA") -> bytes:
    """A PNG of this size: a dark disc on nothing."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((0, 0, width - 1, height - 1), fill=(20, 60, 120, 255))
    output = BytesIO()
    picture.convert(mode).save(output, "PNG")
    return output.getvalue()
