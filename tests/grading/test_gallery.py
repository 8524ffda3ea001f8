"""docs/gallery.md shows what grading/build/gallery.py makes, from the notebooks as they are."""

import ast
import base64
import io
import re

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from grading.build import gallery
from grading.build.notebooks import make, names
from grading.paths import ROOT
from labkit.paths import LabError

PAGE = (ROOT / "docs" / "gallery.md").read_text("utf-8")
SHOWN = re.findall(r"!\[(.*?)\]\(gallery/(\w+)\.png\)", PAGE)


def test_the_page_shows_every_picture_once_and_says_what_is_on_it():
    assert sorted(name for _, name in SHOWN) == gallery.pictures()
    assert all(len(words) > 30 for words, _ in SHOWN)
    assert "python -m grading.build.gallery" in PAGE


def test_pictures_are_there_and_small():
    files = list(gallery.FOLDER.iterdir())
    assert sorted(file.stem for file in files) == gallery.pictures()
    sizes = [file.stat().st_size for file in files]
    assert max(sizes) < 250_000 and sum(sizes) < 3_000_000


@pytest.mark.parametrize("name", gallery.FIGURES)
def test_the_cells_it_looks_for_are_in_the_notebooks(name):
    notebook = make(name)
    calls = [*gallery.FIGURES[name].values(), *(call for call, _ in gallery.PLAYERS.get(name, {}).values())]
    cells = [gallery.calling(notebook, call).id for call in calls]
    assert len(set(cells)) == len(cells)


def test_every_figure_is_drawn_in_a_notebook_or_in_the_gallery():
    folder = ROOT / "labkit" / "show" / "figures"
    figures = {
        node.name
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "Figure"
    }
    code = "".join(cell.source for name in names() for cell in make(name).cells if cell.cell_type == "code")
    assert len(figures) > 20
    assert {name for name in figures if f".{name}(" not in code} <= set(gallery.OTHERS)


def test_the_last_cell_with_a_call_gives_the_picture(monkeypatch):
    pictures = np.random.default_rng(0).integers(0, 255, (2, 5, 7, 3)).astype(np.uint8)

    def cell(source, picture):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, format="png")
        data = {"image/png": base64.b64encode(file.getvalue()).decode()}
        return new_code_cell(source, outputs=[new_output("display_data", data=data)])

    cells = [cell(f"figures.film({k})", picture) for k, picture in enumerate(pictures)]
    notebook = new_notebook(cells=[*cells, new_code_cell("figures.sticks()")])
    monkeypatch.setitem(gallery.FIGURES, "toy", {"film": ".film("})
    (name, picture), *others = gallery.figures("toy", notebook)
    assert (name, others) == ("film", [])
    np.testing.assert_array_equal(np.asarray(picture), pictures[1])

    for call, words in ((".sticks(", "shows no image/png"), (".walks(", "no cell has .walks")):
        monkeypatch.setitem(gallery.FIGURES, "toy", {"film": call})
        with pytest.raises(LabError, match=re.escape(words)):
            list(gallery.figures("toy", notebook))
