"""JupyterLab in a real browser: a notebook opened, run from the menu, looked at."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grading.notebooks import make, write
from labkit.paths import data_dir

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURES = Path(__file__).resolve().parent.parent / "out" / "browser"  # kept to be looked at, not in git

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab that shows 01_dataset.ipynb, reference solutions filled in."""
    write(tmp_path / "work" / "01_dataset.ipynb", make("01_dataset"))
    # All cells in the page, not only those in view
    folder = tmp_path / "config" / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    settings = folder / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')
    environment = os.environ | {
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_DATA_DIR": str(tmp_path / "share"),
        "LABKIT_DATA": str(data_dir()),
        "HF_HUB_OFFLINE": "1",
    }
    log = open(tmp_path / "lab.log", "w")  # noqa: SIM115 - as long as the server runs
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0", "--allow-root", "--ip=127.0.0.1",
        "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={tmp_path / 'work'}",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(120):
            found = re.search(r"http://127\.0\.0\.1:\d+/lab", (tmp_path / "lab.log").read_text())
            if found:
                break
            assert server.poll() is None, (tmp_path / "lab.log").read_text()
            time.sleep(0.5)
        yield found[0]
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def test_the_first_notebook_runs_and_shows_figures_and_video(lab):
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 1600})
        page.goto(f"{lab}/tree/01_dataset.ipynb")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        idle.wait_for(state="attached", timeout=120_000)  # cells that are run before there is a kernel are forgotten
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        # the last code cell has its number once everything above it has run
        page.wait_for_function(
            """() => {
                const cells = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
                return cells.length && cells.every(c => /\\[\\d+\\]/.test(c.textContent));
            }""",
            timeout=400_000,
        )
        page.wait_for_timeout(2000)
        videos = page.locator(".jp-OutputArea video")
        assert videos.count() >= 1
        assert videos.first.evaluate("v => v.videoWidth > 0 && v.duration > 1")
        pictures = page.locator(".jp-OutputArea img")
        assert pictures.count() >= 5
        assert pictures.first.evaluate("i => i.complete && i.naturalWidth > 100")
        text = page.locator(".jp-OutputArea").all_inner_texts()
        assert any("Code 2 is right" in t for t in text)
        assert not page.locator(".jp-OutputArea [data-mime-type='application/vnd.jupyter.error']").count()
        videos.first.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURES / "01_dataset_video.png")
        browser.close()
