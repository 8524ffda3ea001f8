"""Feedback pages of texts that renderers need very long for, and that would cover the page."""

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from grading.batch.autograde import enter
from grading.batch.jobs import Points
from grading.book.feedback import code, feedback, harmless, printed, text
from grading.intake.outputs import plain_notebook
from grading.limited import limited

NAME = "03_diffusion"


def rendered(source: str) -> str:
    return harmless(text({}, source))


SLOW = {  # minutes to hours, without what caps them
    "white space in a text": (rendered, "a" + " " * 100_000 + "b"),
    "lines of one space": (code, "x = 1\n" + " \n" * 8000 + "y = 2"),
    "colours": (printed, "\x1b[31ma\x1b[32mb" * 50_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_long_runs_are_cut(name):
    with limited() as call:
        assert 0 < len(call(60, *SLOW[name])) < 300_000


def test_ordinary_text_is_as_it_was():
    assert "<strong>b</strong>" in rendered("a **b**" + "\n" * 5 + " " * 100 + "c")
    assert 'class="k"' in code("def f():\n    pass")
    assert "ansi-red" in printed("\x1b[31mred\x1b[0m")


@pytest.mark.parametrize("name", ["navbar-fixed-top", "highlight navbar", "modal fade in", "k  row"])
def test_classes_of_the_page_do_not_stay(name):
    assert "class" not in harmless(f'<a class="{name}" href="https://x.org">x</a>')
    assert 'class="highlight k"' in harmless('<span class="highlight k">x</span>')


@pytest.mark.slow
def test_one_slow_page_costs_nobody_a_page(course, student):
    texts = dict(ada="Fine, **bold**.", ben="\\\\(" * 200_000 + "<b>ben</b>", cleo="Fine, **bold**.")
    for who, written in texts.items():
        mine = student()
        mine.cells.append(new_markdown_cell(written, id="own"))
        notebook, _ = Points().preprocess(plain_notebook(mine.notebook), {})
        path = course.submitted_path(who, NAME)
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        with course.gradebook() as gradebook:
            enter(course, gradebook, (who, NAME), notebook)
    pages, problems = feedback(course, seconds=40)
    assert pages == 3 and problems == {
        ("ben", NAME): "a plain page, since the usual one took longer than 40 s"
    }
    found = {who: (course.feedback / who / NAME / f"{NAME}.html").read_text("utf-8") for who in texts}
    assert "&lt;b&gt;ben" in found["ben"] and all(
        "<strong>bold</strong>" in found[w] for w in ("ada", "cleo")
    )
