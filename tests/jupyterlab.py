"""A JupyterLab of its own for tests in a browser."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from labkit.paths import data_dir

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURES = Path(__file__).resolve().parent.parent / "out" / "browser"  # kept to be looked at, not in git


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
