"""A JupyterLab of its own for tests in a browser, and what they do and see there."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image

from labkit.paths import data_dir

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURES = Path(__file__).resolve().parent.parent / "out" / "browser"  # kept to be looked at, not in git


def launch(playwright, *arguments: str):
    """A browser; without a graphics card its WebGL is drawn by the processor."""
    arguments = ["--no-sandbox", "--enable-unsafe-swiftshader", *arguments]
    return playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """A notebook of code cells, in a new folder."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@contextlib.contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that shows `folder`/work and keeps all its own files in `folder`."""
    # All cells in the page, not only those in view
    settings = folder / "config/lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')
    environment = os.environ | {
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_DATA_DIR": str(folder / "share"),
        "LABKIT_DATA": str(data_dir()),
        "HF_HUB_OFFLINE": "1",
    }
    path = folder / "lab.log"
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0", "--allow-root", "--ip=127.0.0.1",
        "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder / 'work'}",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with path.open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(120):
                found = re.search(r"http://127\.0\.0\.1:\d+/lab", path.read_text())
                if found:
                    break
                assert server.poll() is None, path.read_text()
                time.sleep(0.5)
            assert found, path.read_text()
            yield found[0]
        finally:
            server.terminate()
            server.wait(20)


def open_notebook(page, lab: str, name: str, workspace: str = "") -> None:
    """Show the notebook `name` in a Playwright page. A workspace that is new has nothing else open."""
    page.goto(f"{lab}/{f'workspaces/{workspace}/' if workspace else ''}tree/{name}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)


def run_all(page, timeout: float) -> None:
    """Run every cell of the open notebook and wait for the last; `timeout` in seconds."""
    # cells that are run before there is a kernel are forgotten
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=120_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(
        """() => {
            const cells = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
            return cells.length && cells.every(c => /\\[\\d+\\]/.test(c.textContent));
        }""",
        timeout=1000 * timeout,
    )


def save_notebook(page) -> None:
    """Write the open notebook to its file."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_text("Save Notebook", exact=True).click()
    page.wait_for_timeout(3000)


def end_kernels(page, lab: str) -> None:
    """Shut down every kernel of the JupyterLab that the page has open."""
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "_xsrf")
    api = lab.removesuffix("/lab") + "/api/sessions"
    for session in page.request.get(api).json():
        page.request.delete(f"{api}/{session['id']}", headers={"X-XSRFToken": token})


def pixels(png: bytes) -> np.ndarray:
    """A screenshot as numbers from 0 to 255, (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def picture(player) -> np.ndarray:
    """The pixels of a player's bodies now."""
    stage = player.locator(".lk-stage")
    stage.page.wait_for_timeout(700)
    return pixels(stage.screenshot())


def suit(seen: np.ndarray) -> float:
    """The share of pixels that show the body's suit: nothing else is dark and blue."""
    return float(((seen[..., 2] < 150) & (seen[..., 2] > seen[..., 0] + 25)).mean())
