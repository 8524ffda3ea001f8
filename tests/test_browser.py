"""JupyterLab in a real browser: a notebook opened, run from the menu, looked at."""

import pytest
from jupyterlab import CHROMIUM, PICTURES, jupyterlab, launch, open_notebook, run_all

from grading.build.notebooks import make, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


def test_the_first_notebook_runs_and_shows_figures_and_video(tmp_path):
    from playwright.sync_api import sync_playwright

    write(tmp_path / "work" / "01_dataset.ipynb", make("01_dataset"))  # the reference solutions filled in
    PICTURES.mkdir(parents=True, exist_ok=True)
    with jupyterlab(tmp_path) as lab, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1200, "height": 1600})
        open_notebook(page, lab, "01_dataset.ipynb")
        run_all(page, timeout=400)
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
