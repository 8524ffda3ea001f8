"""What an instructor opens of a submission, in a real JupyterLab and as a page: nothing of it acts."""

import json
from collections.abc import Callable

import nbformat
import pytest
from hostile import STATE, Hostile, listening
from jupyterlab import CHROMIUM, jupyterlab, launch, open_notebook, save_notebook
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter
from nbformat.sign import NotebookNotary
from toy_course import Student, copied

from grading.batch.autograde import autograde
from grading.book.feedback import feedback
from grading.intake.collect import collect

PAIR = ("evil", "03_diffusion")
# What surely acts where nothing is cleaned, in a notebook that its reader trusts, and in one that nobody does
TRUSTED = {
    "html", "html-handler", "html-frame", "isolated", "javascript", "markdown", "widget-html",
    "widget-output", "widget-view",
}  # fmt: skip
UNTRUSTED = {
    "widget-module", "widget-module-url", "widget-files", "html-picture", "html-style", "html-media",
    "isolated-picture", "markdown-image", "mermaid", "vega", "vegalite", "text-image", "text-image-title",
    "text-image-reference", "text-image-short", "text-img", "text-img-twice", "text-video", "text-poster",
    "text-audio", "text-input", "text-style", "text-list", "text-cursor", "text-heading", "text-mermaid",
    "text-mermaid-picture", "text-mermaid-css",
}  # fmt: skip
IN_A_PAGE = {"html", "html-frame", "javascript", "text-img", "text-image", "markdown"}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("sandboxed"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def listener():
    with listening() as listener:
        yield listener


@pytest.fixture
def control():
    with listening() as listener:
        yield listener


def as_saved(release, at: str) -> nbformat.NotebookNode:
    """A notebook full of hostile content, as a stock Jupyter executes and saves it."""
    hostile, hers = Hostile(at), Student(release)
    hers.solve()
    hers.cells += hostile.cells()
    for cell in hers.cells:
        cell.metadata = hostile.cell_metadata()
    NotebookClient(hers.notebook, allow_errors=True, kernel_name="python3", timeout=60).execute()
    assert set(hers.notebook.metadata.widgets[STATE]["state"]) == set(hostile.widgets())
    hers.notebook.metadata |= hostile.metadata()
    return hers.notebook


@pytest.fixture(scope="module")
def graded(_course, releases, listener, tmp_path_factory):
    """The hostile notebook handed in, collected, graded and given back."""
    folder = tmp_path_factory.mktemp("hostile")
    course = copied(_course, folder)
    handed_in = folder / "inbox" / "evil" / "x.ipynb"
    handed_in.parent.mkdir(parents=True)
    handed_in.write_text(json.dumps(as_saved(releases[PAIR[1]], listener.address)), "utf-8")
    [line] = collect(course, folder / "inbox")
    assert line.taken, line
    assert autograde(course, [PAIR]) == {}
    assert feedback(course) == (1, {})
    assert {mark.name: mark.points for mark in course.marks()}["code7"] == 10
    return course


def wait_until(page, acted: Callable[[], bool]) -> None:
    for _ in range(240):
        if acted():
            return
        page.wait_for_timeout(250)
    raise AssertionError("the test is blind: something that should act did not")


def wait_for(page, listener, names: set[str]) -> None:
    wait_until(page, lambda: names <= listener.heard)


def test_nothing_acts_in_jupyterlab(graded, releases, tmp_path, listener, control):
    """Not where the reader trusts the notebook, nor saves it. The raw one is opened last, and acts."""
    from playwright.sync_api import sync_playwright

    listener.heard.clear()
    lab_folder = tmp_path / "lab"
    raw = as_saved(releases[PAIR[1]], control.address)
    shown = {
        "submitted": nbformat.read(graded.submitted_path(*PAIR), 4),
        "autograded": nbformat.read(graded.autograded_path(*PAIR), 4),
        "raw": raw,
        "trusted": raw,
    }
    (lab_folder / "share").mkdir(parents=True)
    notary = NotebookNotary(data_dir=str(lab_folder / "share"))
    for name, notebook in shown.items():
        path = lab_folder / "work" / name / "x.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), "utf-8")
        if name == "raw":
            path.write_text(json.dumps(notebook, indent=3), "utf-8")
        else:
            notary.sign(nbformat.read(path, 4))
    notary.store.close()

    with jupyterlab(lab_folder) as lab, sync_playwright() as playwright:
        browser = launch(playwright)
        pages = {}
        for name in shown:
            pages[name] = browser.new_page(viewport={"width": 1200, "height": 1600})
            open_notebook(pages[name], lab, f"{name}/x.ipynb", workspace=name)
            if name == "raw":
                wait_for(pages[name], control, UNTRUSTED)
            if name == "trusted":
                wait_for(pages[name], control, UNTRUSTED | TRUSTED)
            save_notebook(pages[name])
        for name in ("raw", "trusted"):
            wait_until(pages[name], lambda: (lab_folder / "work" / name / "planted").exists())  # noqa: B023
        browser.close()
    assert listener.heard == set()
    assert {path.parent.name for path in (lab_folder / "work").rglob("planted")} == {"raw", "trusted"}


def test_nothing_acts_in_a_feedback_page(graded, releases, tmp_path, listener, control):
    from playwright.sync_api import sync_playwright

    listener.heard.clear()
    notebook = as_saved(releases[PAIR[1]], control.address)
    notebook.cells = [c for c in notebook.cells if "attachment:x.png" not in c.source]  # missing: no page
    raw = tmp_path / "raw.html"
    raw.write_text(HTMLExporter().from_notebook_node(notebook)[0], "utf-8")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for path in (graded.feedback / "evil" / PAIR[1] / f"{PAIR[1]}.html", raw):
            page = browser.new_page()
            page.goto(path.as_uri(), wait_until="domcontentloaded")
        wait_for(page, control, IN_A_PAGE)
        browser.close()
    assert listener.heard == set()
