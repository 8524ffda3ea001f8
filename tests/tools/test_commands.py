"""Blocks of a Markdown file, filled by the commands above them."""

import subprocess
import sys

import pytest

from tools.commands import main

PAGE = """Text.

    python -m calendar 2024 2   # a leap year

```
old one
```

    python -m calendar 2023 2

Words between.

```
old two
```

```
of no command
```
"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(PAGE, "utf-8")
    return path


def test_a_command_fills_its_own_block(page):
    assert main([str(page), "--run", "2"]) == 0
    printed = subprocess.run([sys.executable, "-m", "calendar", "2023", "2"], capture_output=True, text=True)
    assert page.read_text("utf-8") == PAGE.replace("old two", printed.stdout.rstrip("\n"))
    assert main([str(page), "--run", "1", "2"]) == 0
    assert "29" in page.read_text("utf-8").split("```")[1]


def test_without_run_they_are_listed(page, capsys):
    assert main([str(page)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1  python -m calendar 2024 2",
        "2  python -m calendar 2023 2",
    ]
    assert page.read_text("utf-8") == PAGE


def test_what_fails_changes_nothing(page, capsys):
    page.write_text(PAGE.replace("2023 2", "2023 13"), "utf-8")
    before = page.read_text("utf-8")
    assert main([str(page), "--run", "2"]) == 1
    assert "python -m calendar 2023 13" in capsys.readouterr().err
    assert main([str(page), "--run", "3"]) == 1
    assert "no command 3" in capsys.readouterr().err
    assert page.read_text("utf-8") == before
