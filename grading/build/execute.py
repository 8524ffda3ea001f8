"""Run a notebook from top to bottom, as its source has it or as students get it.

    python -m grading.build.execute 03_diffusion            with the reference solutions
    python -m grading.build.execute 03_diffusion --empty    with nothing filled in

leaves out/notebooks/03_diffusion.ipynb, its pictures beside it, and a line for each slow cell.
"""

import base64
import os
import time
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode

from grading.build.notebooks import make, names, release, write
from grading.paths import ROOT
from labkit.cli import Parser


def execute(
    notebook: NotebookNode, folder: Path = ROOT / "notebooks", timeout: int = 600, progress: bool = False
) -> dict[str, float]:
    """Run all cells in place, errors included, in `folder` → seconds of each code cell by its id."""
    seconds: dict[str, float] = {}
    client = NotebookClient(
        notebook, timeout=timeout, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    # As nbgrader validates: what a reader of these notebooks has stored is not read, and nothing is stored
    with client.setup_kernel(env={**os.environ, "NBGRADER_EXECUTION": "validate"}):
        for i, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            start = time.monotonic()
            client.execute_cell(cell, i)
            seconds[cell.id] = time.monotonic() - start
            if progress:
                print(f"{seconds[cell.id]:7.1f} s  {cell.id}", flush=True)
    return seconds


def errors(notebook: NotebookNode) -> dict[str, str]:
    """The error of every cell that raised one: {cell id: "EmptyExercise: ..."}."""
    return {
        cell.id: f"{out.ename}: {out.evalue}"
        for cell in notebook.cells
        for out in cell.get("outputs", [])
        if out.output_type == "error"
    }


def save_pictures(notebook: NotebookNode, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for cell in notebook.cells:
        for k, out in enumerate(cell.get("outputs", [])):
            if "image/png" in out.get("data", {}):
                (folder / f"{cell.id}_{k}.png").write_bytes(base64.b64decode(out.data["image/png"]))


def main() -> None:
    parser = Parser(
        prog="python -m grading.build.execute", description="Run a notebook of the course from top to bottom."
    )
    parser.add_argument("name", nargs="*", help=f"some of {', '.join(names())}; all by default")
    parser.add_argument("--empty", action="store_true", help="as students get it, nothing filled in")
    args = parser.parse_args()
    if unknown := set(args.name) - set(names()):
        parser.error(f"there is no notebook {', '.join(unknown)}: choose from {', '.join(names())}")
    for name in args.name or names():
        notebook = release(make(name)) if args.empty else make(name)
        seconds = execute(notebook, progress=True)
        out = ROOT / "out" / "notebooks"
        write(out / f"{name}.ipynb", notebook)
        save_pictures(notebook, out / name)
        print(f"{name}: {sum(seconds.values()):.0f} s, {(out / f'{name}.ipynb').stat().st_size / 1e6:.1f} MB")
        for cell, error in errors(notebook).items():
            print(f"  {cell}: {error}")


if __name__ == "__main__":
    main()
