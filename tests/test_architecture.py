"""Which package may import which: docs/architecture.md in code."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module imports only from modules in lines above its own, or in its own line.
LAYERS = """
    labkit.errors labkit.cores labkit.compiled labkit.progress labkit.settings
    labkit.paths
    labkit.stubs labkit.device
    labkit.motion
    labkit.body labkit.text
    labkit.cleanup labkit.models
    labkit.diffusion labkit.metrics
    labkit.store labkit.smpl_file labkit.tmr
    labkit.dataset labkit.checkpoint
    labkit.evaluator labkit.reference
    labkit.scores
    labkit.generate labkit.evaluate labkit.extra_metrics labkit.action_table
    labkit.render
    labkit.exercises
    labkit.show
    labkit.setup labkit.training
    labkit.cli labkit.__main__ labkit
    labkit_data
    grading.paths grading.spreadsheet grading.limited grading.bank
    grading.mutants grading.variants
    grading.build
    grading.course
    grading.intake
    grading.sandbox
    grading.remote
    grading.batch
    grading.book grading.doctor grading.gradescope
    grading.cli grading.__main__ grading
    tools
    benchmarks
"""
LAYERED = ("labkit", "grading")  # packages whose parts have layers of their own
RANK = {name: rank for rank, line in enumerate(LAYERS.strip().splitlines()) for name in line.split()}


def layer(module: str) -> str | None:
    """The entry of LAYERS that a dotted name belongs to; None where it is no module of ours."""
    parts = module.split(".")
    for n in (2, 1):
        if ".".join(parts[:n]) in RANK and (n == 2 or parts[0] not in LAYERED or len(parts) == 1):
            return ".".join(parts[:n])
    assert parts[0] not in LAYERED, f"{module} is in no layer: give it one"
    return None


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports, inside of functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if node.module in LAYERED else node.module for name in names}
    return found


FILES = [
    path
    for folder in ("labkit", "labkit_data", "tools", "grading", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"course", "zoo"} & set(path.relative_to(ROOT).parts)
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_imports_upwards(path):
    relative = path.relative_to(ROOT).with_suffix("")
    parts = [part for part in relative.parts if part != "__init__"]
    own = layer(".".join(parts))
    above = {name for name in imports(path) if (found := layer(name)) and RANK[found] > RANK[own]}
    assert not above


def test_an_upward_import_would_be_found(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("def f():\n    from labkit.show import play\nfrom labkit import generate\n")
    assert imports(path) == {"labkit.show", "labkit.generate"}
    assert RANK[layer("labkit.show.player.pack")] > RANK[layer("labkit.models.base")]
    assert layer("torch.nn") is None


# The tables of docs/architecture.md: the names in the first cell of each row, and in all of the row.
ROWS = [
    (re.findall(r"`([^`]+)`", row.split("|")[1]), re.findall(r"`([^`]+)`", row))
    for row in (ROOT / "docs" / "architecture.md").read_text("utf-8").splitlines()
    if row.startswith("| `")
]
FOLDERS = next(i for i, (names, _) in enumerate(ROWS) if "labkit_data/" in names)  # the second table begins


def test_the_page_names_every_module_and_folder():
    named = {name.removeprefix("labkit/") for _, names in ROWS for name in names}
    modules = {path.name for path in (ROOT / "labkit").glob("*.py")} - {"__main__.py"}
    packages = {f"{path.name}/" for path in (ROOT / "labkit").iterdir() if any(path.glob("*.py"))}
    tools = {path.stem for path in (ROOT / "tools").glob("*.py")} - {"__init__"}
    assert not (modules | packages | tools) - named
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    folders = {path.parent.name for path in (ROOT / "grading").glob("*/__init__.py")}
    assert not [folder for folder in folders if f"`{folder}/" not in text]


def test_the_page_lists_modules_in_the_order_of_their_imports():
    rows = {}
    for number, (names, _) in enumerate(ROWS):
        for name in names:
            module = name.removesuffix("/").removesuffix(".py").replace("/", ".")
            rows[module if number >= FOLDERS or "." in module else f"labkit.{module}"] = number
    for path in FILES:
        parts = [part for part in path.relative_to(ROOT).with_suffix("").parts if part != "__init__"]
        own = rows.get(".".join(parts[:2]), rows.get(parts[0]))
        later = {name for name in imports(path) if own is not None and rows.get(layer(name), own) > own}
        assert not later, path


@pytest.mark.slow
def test_a_kernel_starts_without_what_is_slow_to_import():
    """Each submission starts Python anew."""
    slow = ("transformers", "scipy.signal", "scipy.stats", "matplotlib.pyplot", "nbformat", "pandas")
    program = f"import sys, grading.remote.kernel_server; print([m for m in {slow} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert result.stdout == "[]\n", result.stderr
