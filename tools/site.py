"""Build the public site: compute the pages of docs/course/, then run Sphinx over docs/. `make site` calls it.

The notebooks run with the reference solutions, which takes minutes; .cache/site keeps their outputs as long
as nothing that they depend on has changed. docs/course/ holds the computed pages. Git ignores both.
Neither this command nor the pages need a network.
"""

import hashlib
import re
import shutil
from collections.abc import Callable

import nbformat
from nbformat import NotebookNode

import labkit.show
from grading.build.execute import errors, execute
from grading.build.gallery import calling, output
from grading.build.notebooks import course, linked, make, names, release
from grading.paths import ROOT
from labkit.cli import Parser
from labkit.generate import generate
from labkit.models import NETWORKS
from labkit.paths import LabError, atomic_write
from labkit.show.figures.style import NETWORK_LABELS
from labkit.stubs import EXERCISES, use_reference

DOCS = ROOT / "docs"
COURSE = DOCS / "course"
CACHE = ROOT / ".cache" / "site"
SITE = ROOT / "site"
# Files that outputs depend on, besides the notebooks' own text and the installed packages.
DEPENDS = (
    "labkit/**/*.py", "labkit/**/*.js", "labkit/**/*.css", "solutions/reference/*.py",
    "data/**/*.safetensors", "data/**/*.npz",
)  # fmt: skip
CAPTION = "a person waves with the left hand"
NETWORK = "cross_attention"  # of the single body on the front page
SHOWN = {"text/html", "image/png", "image/jpeg", "text/plain", "video/mp4"}  # no widgets: they need a CDN
BADGE = re.compile(r"\[!\[([^]]+)\]\([^)]+\)\]\(([^)]+)\)")  # its picture is on another server

OUTPUTS = "Empty exercises are yours to write; the outputs on this page are those of the reference solutions."


def digest(*texts: str) -> str:
    """A name for these texts together with the content of all files of DEPENDS."""
    found = hashlib.sha256()
    for path in sorted(path for pattern in DEPENDS for path in ROOT.glob(pattern)):
        found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    for text in texts:
        found.update(text.encode())
    return found.hexdigest()[:16]


def cached(
    name: str, suffix: str, key: str, compute: Callable[[], str], whole: Callable[[str], bool] = bool
) -> str:
    """The text that `compute` returned for this key. Texts of `name` with other keys are removed.

    whole: whether a stored text is all there; a damaged one is computed again.
    """
    path = CACHE / f"{name}-{key}{suffix}"
    if not (path.is_file() and whole(path.read_text("utf-8", "replace"))):
        text = compute()
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"{name}-*{suffix}"):
            old.unlink()
        with atomic_write(path) as temporary:
            temporary.write_text(text, "utf-8")
    return path.read_text("utf-8")


def executed(name: str) -> NotebookNode:
    """A notebook that was run with the reference solutions in it. Raises LabError where a cell fails."""
    notebook = make(name)

    def compute() -> str:
        print(f"Running {name}", flush=True)
        execute(notebook, timeout=3600, progress=True)
        if failed := errors(notebook):
            raise LabError(f"{name} does not run, so there is no site: {failed}")
        return nbformat.writes(notebook)

    return nbformat.reads(cached(name, ".ipynb", digest(nbformat.writes(notebook)), compute, is_notebook), 4)


def is_notebook(text: str) -> bool:
    try:
        return bool(nbformat.reads(text, 4).cells)
    except (ValueError, AttributeError, nbformat.ValidationError):
        return False


def hints(exercise: str) -> NotebookNode:
    """The hints of an exercise as a cell, each folded."""
    texts = (ROOT / "labkit" / "exercises" / "hints" / f"{exercise}.md").read_text("utf-8").split("\n---\n")
    title = EXERCISES[exercise].title
    folded = [
        f"<details><summary>{title}, hint {k} of {len(texts)}</summary>\n\n{text.strip()}\n\n</details>"
        for k, text in enumerate(texts, 1)
    ]
    return nbformat.v4.new_markdown_cell("\n\n".join(folded), id=f"hints-{exercise}")


def page(name: str, ran: NotebookNode) -> NotebookNode:
    """The students' version of a notebook, with outputs of `ran` and folded hints: no solution, no rubric."""
    notebook, documents = release(make(name)), linked("](../docs/", course())  # links lead to the repository
    outputs = {cell.id: cell.outputs for cell in ran.cells if cell.cell_type == "code"}
    cells = []
    for i, cell in enumerate(notebook.cells):
        cell.metadata = {}
        if i == 0:
            cell.source = BADGE.sub(r"[\1](\2)", cell.source) + f"\n\n*{OUTPUTS}*"
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(documents, "](../")  # the same pages are on the site
        elif cell.cell_type == "code":
            cell.outputs = [shown for out in outputs[cell.id] if (shown := still(out))]
        cells.append(cell)
        if cell.id in EXERCISES:
            cells.append(hints(cell.id))
    notebook.cells = cells
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
    return notebook


def still(out: NotebookNode) -> NotebookNode | None:
    """An output without the parts that need a running kernel; None where nothing is left."""
    if "data" not in out:
        return out
    out.data = {kind: value for kind, value in out.data.items() if kind in SHOWN}
    return out if out.data else None


def bodies() -> dict[str, str]:
    """The two players of the front page: one body, and the three networks side by side."""

    def compute(networks: list[str], captions: list[str]) -> Callable[[], str]:
        def draw() -> str:
            use_reference()
            motions = [generate([CAPTION], network)[0] for network in networks]
            return str(labkit.show.show(motions, captions).data)

        return draw

    labels = [NETWORK_LABELS[network] for network in NETWORKS]
    scenes = {"body": ([NETWORK], [CAPTION]), "networks": (list(NETWORKS), labels)}
    return {
        name: cached(name, ".html", digest(*networks, *captions), compute(networks, captions))
        for name, (networks, captions) in scenes.items()
    }


def results(ran: NotebookNode) -> str:
    """The page of results: notebook 04's table and figure, and how the weights were made."""
    table, figure = (
        output(calling(ran, "results_table("), "text/html"),
        output(calling(ran, ".intervals("), "image/png"),
    )
    picture = figure.replace("\n", "")
    return f"""# Results

The shipped weights, measured by the reference solutions in [notebook 04](04_analysis.ipynb). Small print and
bars are 95 % intervals. Where two of them overlap widely, the table does not show which network is better.

<div class="scroll" tabindex="0">{table}</div>

<img alt="Panels of dots with intervals, a row for real motion and for each network"
src="data:image/png;base64,{picture}">

```{{include}} ../../data/checkpoints/TRAINING.md
:relative-images:
:heading-offset: 1
```
"""


def compute() -> None:
    """Write everything in docs/course/."""
    shutil.rmtree(COURSE, ignore_errors=True)
    COURSE.mkdir()
    for name, text in bodies().items():
        (COURSE / f"{name}.html").write_text(text, "utf-8")
    for name in names():
        ran = executed(name)
        nbformat.write(page(name, ran), COURSE / f"{name}.ipynb")
        if name.startswith("04"):
            (COURSE / "results.md").write_text(results(ran), "utf-8")


def main() -> None:
    parser = Parser(prog="python -m tools.site", description="Build the public site, in site/.")
    parser.parse_args()
    try:
        from sphinx.cmd.build import build_main  # pyright: ignore[reportMissingImports] - an extra
    except ImportError:
        parser.exit(1, "Sphinx is not installed here: make site\n")
    try:
        compute()
    except LabError as error:
        parser.exit(1, f"{error}\n")
    made = CACHE / "html"
    shutil.rmtree(made, ignore_errors=True)
    if status := build_main(["-q", "-b", "html", "-d", str(CACHE / "doctrees"), str(DOCS), str(made)]):
        parser.exit(status, "Sphinx could not build docs/: see above\n")
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.move(made, SITE)
    print(SITE / "index.html")


if __name__ == "__main__":
    main()
