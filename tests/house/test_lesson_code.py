"""The programs of lessons are run, and a lesson that says something else than they print is found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import lesson_code

RIGHT = """
```python
prix = "12" + "3"
print(prix)
```

```output
123
```

Some words, then the same name again.

```python
print(len(prix))
float("7,50")
```

```output
3
Traceback (most recent call last):
  File "atelier.py", line 2, in <module>
    float("7,50")
ValueError: could not convert string to float: '7,50'
```

```text
not run
```
"""


def found(folder: Path, text: str, language: str = "fr") -> list[tuple[int, str]]:
    lesson = folder / f"01-lecon.{language}.md"
    lesson.write_text(text, encoding="utf-8")
    return list(lesson_code.faults(lesson))


def test_a_lesson_that_tells_the_truth(tmp_path: Path) -> None:
    assert found(tmp_path, RIGHT) == []
    assert found(tmp_path, RIGHT.replace("atelier.py", "workshop.py"), "en") == []
    assert found(tmp_path, "No program here.") == []


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (RIGHT.replace("```output\n123", "```output\n15"), 3, "otherwise:\n123\n"),
        ("```python\nprint(1)\n```\n", 2, "otherwise:\n1\n"),
        ("```python\nprint({'a', 'b', 'c', 'd', 'e', 'f'})\n```\n", 2, "second time"),
        ("```python\nprint(open('/etc/hostname').closed)\n```\n\n```output\nTrue\n```\n", 2, "otherwise:\nFalse"),
        ("```python\nimport urllib.request as r\nr.urlopen('https://example.org')\n```\n", 2, "no network in a lesson"),
        ("```python\n" + "x = 1\n" * 26 + "```\n", 2, "has 26 lines; 25 at most"),
        ("```python\nx = 1  " + "#" * 66 + "\n```\n", 2, "is 73 columns wide; 72 at most"),
        ("```python norun\nx = 1\n```\n", 2, "a block that is not run says why"),
    ],
)
def test_what_is_found(tmp_path: Path, text: str, line: int, sentence: str) -> None:
    [(where, words)] = found(tmp_path, text)
    assert where == line
    assert sentence in words


def test_a_block_that_is_not_run_and_says_why(tmp_path: Path) -> None:
    assert found(tmp_path, "```python norun waits for somebody to type\ninput()\n```\n") == []


def test_a_program_leaves_nothing_behind(tmp_path: Path) -> None:
    text = "```python\nopen('a.csv', 'w').close()\n```\n\n```python\nimport os\nprint(os.listdir())\n```\n"
    assert found(tmp_path, text + "\n```output\n['a.csv']\n```\n") == []
    assert [path.name for path in tmp_path.iterdir()] == ["01-lecon.fr.md"]


def test_main_says_where_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lesson_code, "TRUE_LESSONS", tmp_path / "build" / "true.json")
    module = tmp_path / "modules" / "10-m"
    module.mkdir(parents=True)
    (module / "01-lecon.en.md").write_text("```python\nprint(1)\n```\n", encoding="utf-8")
    assert lesson_code.main([str(tmp_path)]) == 1
    written = capsys.readouterr().out
    assert "01-lecon.en.md:2: prints, and the lesson says otherwise:\n1\n" in written
    assert written.endswith("1 lessons, 1 faults.\n")
    (module / "01-lecon.en.md").write_text("No program.\n", encoding="utf-8")
    assert [lesson_code.main([str(tmp_path)]), lesson_code.main([str(tmp_path)])] == [0, 0]
    (module / "01-lecon.en.md").write_text("```python\nprint(2)\n```\n", encoding="utf-8")
    assert lesson_code.main([str(tmp_path)]) == 1, "what was true once is not believed of another text"
