"""Read the page, the texts and the programs of a challenge for the tests that check them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from tests.content.lesson_files import read_yaml
from tests.content.question_banks import CONTENT


class ChallengeFiles:
    """The page of a challenge of a course, and the folder of what it gives out and seals."""

    def __init__(self, course: str, challenge: str) -> None:
        self.course = CONTENT / course
        self.folder = self.course / "challenges" / challenge
        self.page = read_yaml(self.folder.with_name(f"{challenge}.yaml").read_text(encoding="utf-8"))

    def text_of(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def guide(self, language: str) -> str:
        return self.text_of(f"guide.{language}.md")

    def program(self, name: str) -> ModuleType:
        """Loaded without leaving compiled files in the course."""
        module = ModuleType(name)
        exec(compile(self.text_of(f"{name}.py"), f"{name}.py", "exec"), module.__dict__)
        return module

    def named(self) -> set[Path]:
        """Every file that the page names, in each language."""
        return {
            self.course / path
            for entry in self.page["materials"] + self.page["sealed"]
            for path in (entry["file"].values() if isinstance(entry["file"], dict) else [entry["file"]])
        }
