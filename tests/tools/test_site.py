"""Pages of the site, before Sphinx: nothing that students should not see, nothing that needs a kernel."""

import nbformat
import pytest

from grading.build.notebooks import make, names, rubrics
from labkit.stubs import EXERCISES
from tools import site


def ran(name: str) -> nbformat.NotebookNode:
    """A notebook as if it had been run: the solution cells print themselves, one cell shows a widget."""
    notebook = make(name)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
            shown = {"text/html": "<b>shown</b>", **widget}
            cell.outputs = [nbformat.v4.new_output("display_data", data=data) for data in (shown, widget)]
    return notebook


@pytest.mark.parametrize("name", names())
def test_pages_show_stubs_outputs_and_hints_alone(name):
    page = site.page(name, ran(name))
    nbformat.validate(page)
    text = nbformat.writes(page)
    assert "BEGIN SOLUTION" not in text
    assert not [q for q, rubric in rubrics().items() if rubric.splitlines()[0] in text]
    exercises = [cell for cell in page.cells if cell.id in EXERCISES]
    assert all("raise NotImplementedError" in cell.source for cell in exercises)
    folded = [cell for cell in page.cells if cell.id.startswith("hints-")]
    assert [cell.id.removeprefix("hints-") for cell in folded] == [cell.id for cell in exercises]
    assert all(cell.source.count("<details>") >= 3 for cell in folded)
    outputs = [out for cell in page.cells for out in cell.get("outputs", [])]
    assert outputs and all(list(out.data) == ["text/html"] for out in outputs)  # no widget is left
    assert "](../reading.md)" in text and "/docs/" not in text  # symbols and papers are on the site
    assert "colab-badge.svg" not in text and "colab.research.google.com" in page.cells[0].source


def test_outputs_are_computed_once_for_each_key(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "CACHE", tmp_path / "cache")
    calls = []

    def compute() -> str:
        calls.append(1)
        return f"text {len(calls)}"

    assert site.cached("a", ".html", "1", compute) == "text 1"
    assert site.cached("a", ".html", "1", compute) == "text 1"
    assert site.cached("a", ".html", "2", compute) == "text 2"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["a-2.html"]


def test_a_damaged_notebook_is_run_again(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "CACHE", tmp_path)
    good = nbformat.writes(ran(names()[0]))
    for damage in (b"", good.encode()[:1000], b"\xff{}", b"{}", b"[]"):
        (tmp_path / "a-1.ipynb").write_bytes(damage)
        assert site.cached("a", ".ipynb", "1", lambda: good, site.is_notebook) == good
    assert site.cached("a", ".ipynb", "1", lambda: "not asked", site.is_notebook) == good


def test_the_key_follows_what_outputs_depend_on(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "ROOT", tmp_path)
    weights = tmp_path / "data" / "checkpoints" / "adaln.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"old")
    before = site.digest("cell")
    (tmp_path / "README.md").write_text("not of them")
    assert site.digest("cell") == before != site.digest("another cell")
    weights.write_bytes(b"new")
    assert site.digest("cell") != before
