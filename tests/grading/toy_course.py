"""A course of one small notebook in the form of the real ones, and what students may make of it."""

import json
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.course import Course

RUBRIC = "Two points for saying that the steps of DDIM need no noise at all."
FILM = 'print("a long film")'
STEP = '''
# Code 7
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise) -> Tensor:
    """One step."""
    ### BEGIN SOLUTION
    x0, _ = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    variance = beta * (1 - a_prev) / (1 - a_t)
    return mean + variance.sqrt() * noise
    ### END SOLUTION
'''.strip()

ANSWER = "\n".join(line for line in STEP.splitlines() if "### " not in line)  # what a student would write


def meta(grade_id: str, grade: bool, solution: bool, points: float | None = None) -> dict:
    given = dict(
        schema_version=3, grade_id=grade_id, grade=grade, solution=solution, locked=not solution, task=False
    )
    return {"nbgrader": given | ({"points": points} if grade else {})}


def question(name: str, text: str, points: float) -> list:
    answer = f"<!-- answer {name} -->\n### BEGIN SOLUTION\n{RUBRIC}\n### END SOLUTION"
    return [
        new_markdown_cell(text, id=name, metadata=meta(name, False, False)),
        new_markdown_cell(answer, id=f"answer-{name}", metadata=meta(f"answer-{name}", True, True, points)),
    ]


def check(exercise: str, points: float):
    source = f'labkit.check("{exercise}")'
    return new_code_cell(
        source, id=f"check-{exercise}", metadata=meta(f"check-{exercise}", True, False, points)
    )


def toy_notebooks() -> dict[str, NotebookNode]:
    """Sources as grading.build.notebooks.make makes them: one exercise, three questions, something to see."""
    notebook = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    setup = new_code_cell("import labkit", id="setup")
    notebook.cells = [
        new_markdown_cell("# Diffusion", id="diffusion-1"),
        setup,
        new_markdown_cell("Write one step.", id="diffusion-2"),
        new_code_cell(STEP, id="code7", metadata=meta("code7", False, True)),
        check("code7", 10),
        new_code_cell(FILM, id="diffusion-3", metadata={"labkit": {"show": True}}),
        *question("q6", "**Q6.** What does DDIM leave out?", 4),
        *question("bonus1", "**Bonus 1.** And why?", 0),
        new_markdown_cell("That was it.", id="diffusion-4"),
    ]
    other = new_notebook(metadata=notebook.metadata)
    other.cells = [setup, *question("q1", "**Q1.** How many motions?", 2)]
    return {"01_dataset": other, "03_diffusion": notebook}


def toy_sources(folder) -> None:
    """nbgrader's source folder, as grading.build.notebooks.write_sources makes it."""
    for name, notebook in toy_notebooks().items():
        (folder / name).mkdir(parents=True)
        nbformat.write(notebook, folder / name / f"{name}.ipynb")


def copied(course: Course, folder: Path) -> Course:
    """The same course in another folder."""
    return Course(shutil.copytree(course.root, folder / "course"))


class Student:
    """A released notebook in a student's hands."""

    def __init__(self, release):
        self.release = release
        self.notebook = nbformat.from_dict(json.loads(json.dumps(release)))
        self.cells = self.notebook.cells

    def index(self, cell_id: str) -> int:
        return next(i for i, cell in enumerate(self.cells) if cell.id == cell_id)

    def write(self, cell_id: str, source: str) -> None:
        self.cells[self.index(cell_id)].source = source

    def solve(self) -> None:
        """The reference solution, and two answers."""
        self.write("code7", ANSWER)
        self.write("answer-q6", "<!-- answer q6 -->\nNoise between the steps.")
        self.write("answer-bonus1", "<!-- answer bonus1 -->\n=1+1 is what a spreadsheet would see here")

    def hand_in(self, folder: Path) -> None:
        """Into a new folder, which is called as the student is."""
        folder.mkdir(parents=True)
        (folder / "x.ipynb").write_bytes(self.bytes())

    def bytes(self) -> bytes:
        return json.dumps(self.notebook).encode()  # nbformat would mend duplicated ids

    def through_colab(self) -> bytes:
        """Format 4.0, no cell ids, no nbgrader, Colab's own metadata."""
        plain = json.loads(self.bytes())
        plain["nbformat_minor"] = 0
        plain["metadata"] = {"colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU"}
        for i, cell in enumerate(plain["cells"]):
            cell.pop("id")
            cell["metadata"] = {"id": f"aB{i}", "executionInfo": {"user": {"displayName": "J"}, "elapsed": 4}}
        return json.dumps(plain, indent=1).encode()
