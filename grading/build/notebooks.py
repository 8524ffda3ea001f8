"""solutions/NN_name.py → the nbgrader source notebooks, and the flat notebooks that students get.

The sources are in jupytext's percent format. A cell's marker determines its treatment:

    # %%                                       code that is given
    # %% show=true                             likewise, and grading may leave it out: it only shows something
    # %% [markdown]                            prose; the first cell gets the Colab badge
    # %% setup=true                            the set-up cell, the same in all notebooks
    # %% exercise="code7"                      the reference solution under @exercise; students get the stub
    # %% check="code7"                         labkit.check("code7"), locked, worth the points of its probes
    # %% [markdown] question="q3" points=4     a written question; a cell for the answer follows by itself
    # %% [markdown] rubric="q3"                how it is graded, with a model answer; students never see it
"""

import ast
import re
import tomllib
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells
from traitlets.config import Config

from grading.bank import reference_source
from grading.paths import ROOT
from labkit.exercises.probe import probes
from labkit.paths import LabError, atomic_write
from labkit.stubs import EXERCISES

SOURCES = ROOT / "solutions"
NOTEBOOKS = ROOT / "notebooks"

STUBS = Config()
STUBS.ClearSolutions.code_stub = {"python": "# TODO: your code here\nraise NotImplementedError"}
STUBS.ClearSolutions.text_stub = "*Write your answer here.*"

SETUP = """
# Code 1: set-up. Run this cell first; you can run it again whenever you like.
import importlib.util, subprocess, sys
from importlib.metadata import version
from pathlib import Path

if importlib.util.find_spec("labkit") is None:
    here = Path.cwd()
    clone = next((p for p in (here, *here.parents) if (p / "labkit" / "__init__.py").is_file()), None)
    if clone:
        sys.path.insert(0, str(clone))
    else:  # Colab: take the course from its repository, and leave the torch that is there alone
        kept = [f"torch=={version('torch')}"] if importlib.util.find_spec("torch") else []
        course = "labkit @ git+REPOSITORY@BRANCH"
        print("Installing labkit: about a minute")
        if subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", course, *kept]).returncode:
            print("labkit could not be installed. Is there a network? docs/colab.md lists what else to try.")
import labkit

device = labkit.setup()
""".strip()


def course() -> dict:
    """The settings of grading/course.toml: addresses, and which notebooks are extra credit."""
    return tomllib.loads((ROOT / "grading" / "course.toml").read_text("utf-8"))["course"]


def names() -> list[str]:
    """The notebooks of the course, in order."""
    return sorted(path.stem for path in SOURCES.glob("[0-9][0-9]_*.py"))


def read(name: str) -> list[NotebookNode]:
    path = SOURCES / f"{name}.py"
    if not path.is_file():
        raise LabError(f"there is no notebook {name!r}: choose one of {', '.join(names())}")
    return jupytext.reads(path.read_text("utf-8"), fmt="py:percent").cells


def exercise_code(exercise: str) -> str:
    """The solution cell: imports, then every function of the exercise under its decorator."""
    source = reference_source(exercise)
    lines = source.splitlines()
    tree = ast.parse(source)
    imports = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    defined = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    parts = ["\n".join(lines[: imports[-1].end_lineno]) + "\nimport labkit"]
    for path in EXERCISES[exercise].functions:
        module, _, qualname = path.partition(":")
        package = ".".join(module.split(".")[:2])
        node = defined[qualname.rpartition(".")[2]]
        doc = node.body[0].end_lineno
        parts.append(
            "\n".join(
                [
                    f"@labkit.exercise({package}.{qualname})",
                    *lines[node.lineno - 1 : doc],
                    "    ### BEGIN SOLUTION",
                    *lines[doc : node.end_lineno],
                    "    ### END SOLUTION",
                ]
            )
        )
    return f"# {EXERCISES[exercise].title}\n" + "\n\n\n".join(parts)


def graded(grade_id: str, points: float, solution: bool) -> dict:
    """nbgrader's metadata of a cell that earns points."""
    return ungraded(grade_id, solution) | dict(grade=True, points=points)


def ungraded(grade_id: str, solution: bool) -> dict:
    """nbgrader's metadata of a cell that it watches: a place for a solution, or locked."""
    return dict(
        schema_version=3, grade_id=grade_id, grade=False, solution=solution, locked=not solution, task=False
    )


def badge(name: str, settings: dict) -> str:
    repository = settings["repository"].removeprefix("https://github.com/")
    address = (
        f"https://colab.research.google.com/github/{repository}/blob/{settings['branch']}/notebooks/{name}"
    )
    return (
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({address}.ipynb)\n\n"
    )


def linked(text: str, settings: dict) -> str:
    """A cell whose links to the clone's docs lead to the repository: in Colab there is no clone."""
    return text.replace("](../docs/", f"]({settings['repository']}/blob/{settings['branch']}/docs/")


def make(name: str, settings: dict | None = None) -> NotebookNode:
    """The nbgrader source of a notebook: everything is in it, solutions too."""
    settings = settings or course()
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = dict(
        kernelspec=dict(name="python3", display_name="Python 3", language="python"),
        language_info=dict(name="python"),
        accelerator="GPU",
        colab=dict(gpuType="T4", provenance=[]),
    )
    given = rubrics()
    section, counts = name, {}

    def add(kind: str, source: str, cell_id: str = "", **metadata) -> None:
        if not cell_id:  # stable as long as the cells of its section are
            counts[section] = counts.get(section, 0) + 1
            cell_id = f"{section[:50]}-{counts[section]}"
        new = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        notebook.cells.append(new(source, id=cell_id, metadata=metadata))

    for i, cell in enumerate(read(name)):
        mark = cell.metadata
        heading = re.match(r"#+ (.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading:
            section = re.sub(r"[^a-z0-9]+", "-", heading[1].lower()).strip("-")
        if "rubric" in mark:
            continue
        if "setup" in mark:
            text = SETUP.replace("REPOSITORY", settings["repository"]).replace("BRANCH", settings["branch"])
            add("code", text, "setup")
        elif "exercise" in mark:
            grade_id = mark["exercise"]
            add("code", exercise_code(grade_id), grade_id, nbgrader=ungraded(grade_id, solution=True))
        elif "check" in mark:
            grade_id = f"check-{mark['check']}"
            points = sum(q.points for q in probes(mark["check"]))
            source = f'labkit.check("{mark["check"]}")'
            add("code", source, grade_id, nbgrader=graded(grade_id, points, solution=False))
        elif "question" in mark:
            q = mark["question"]
            add("markdown", cell.source, q, nbgrader=ungraded(q, solution=False))
            answer = f"<!-- answer {q} -->\n### BEGIN SOLUTION\n{given[q]}\n### END SOLUTION"
            grade_id = f"answer-{q}"
            add("markdown", answer, grade_id, nbgrader=graded(grade_id, mark["points"], solution=True))
        elif cell.cell_type == "markdown":
            add("markdown", (badge(name, settings) if i == 0 else "") + linked(cell.source, settings))
        elif "show" in mark:
            add("code", cell.source, labkit=dict(show=True))
        else:
            add("code", cell.source)
    return notebook


def rubrics() -> dict[str, str]:
    """How each written question is graded: {"q3": text}. Students never get these."""
    cells = [cell for name in names() for cell in read(name)]
    found = {cell.metadata["rubric"]: cell.source for cell in cells if "rubric" in cell.metadata}
    asked = {cell.metadata["question"] for cell in cells if "question" in cell.metadata}
    if asked != set(found):
        raise LabError(f"questions and rubrics do not match: {', '.join(sorted(asked ^ set(found)))}")
    return found


def release(source: NotebookNode) -> NotebookNode:
    """What students get of a source notebook, by nbgrader's own preprocessors."""
    notebook, resources = nbformat.from_dict(source), {}
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        notebook, resources = step(config=STUBS).preprocess(notebook, resources)
    return notebook


def write_sources(folder: Path) -> None:
    """nbgrader's source folder: <name>/<name>.ipynb of every notebook."""
    for name in names():
        write(folder / name / f"{name}.ipynb", make(name))


def write(path: Path, notebook: NotebookNode) -> bool:
    """True where that changed the file."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n"
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    with atomic_write(path) as temporary:
        temporary.write_text(text, "utf-8")
    return True


def write_notebooks(folder: Path = NOTEBOOKS, settings: dict | None = None) -> list[str]:
    """The notebooks that students get; returns the names of those that changed."""
    return [n for n in names() if write(folder / f"{n}.ipynb", release(make(n, settings)))]
