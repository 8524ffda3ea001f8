"""What the player weighs, how soon its first frame is there, and how many frames a second it draws.

    python benchmarks/player.py

Sizes count what a notebook stores: compressed and in base64. The browser is a headless Chromium; without
a graphics card its WebGL is drawn by the processor (SwiftShader), which it shares with us, so that its frames
are a lower bound. A notebook needs 20 a second; more than 60 a browser does not draw.
"""

import gzip
import sys
import tempfile
import time
from pathlib import Path

import labkit.show
from labkit.body import load_body
from labkit.dataset import MotionDataset
from labkit.motion import Motion, decode
from labkit.paths import escape_unprintable
from labkit.show.player.pack import pack
from labkit.show.player.page import MODULE, encoded, filmstrip

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from jupyterlab import CHROMIUM, jupyterlab, launch, open_notebook, write_notebook

FRAMES, SECONDS, SIZE = 120, 4, {"width": 960, "height": 500}
WAIT = 120_000  # milliseconds; a busy machine without a graphics card is slow
CELLS = [
    """import labkit
from labkit.dataset import MotionDataset
from labkit.motion import decode
motion = next(decode(s.x) for s in MotionDataset("starter").samples if len(s.x) >= 120)[:120]""",
    "labkit.show(motion)",
    "labkit.show(motion)",
]
# As fast as the browser draws: the next frame of the motion as soon as one is on the screen
DRIVE = """async (slider, seconds) => {
    const next = () => new Promise(requestAnimationFrame);
    const draw = async (n) => {
        slider.value = n % (+slider.max + 1);
        slider.dispatchEvent(new Event("input"));
        await next();  // the player asked for this frame first
    };
    for (let n = 0; n < 5; n++) await draw(n);
    const start = performance.now();
    let n = 0;
    while (performance.now() - start < 1000 * seconds) await draw(n++);
    const gl = document.createElement("canvas").getContext("webgl2");
    const card = gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info").UNMASKED_RENDERER_WEBGL);
    return [(1000 * n) / (performance.now() - start), card];
}"""


def sizes(motions: list[Motion]) -> None:
    """Print what one body, its motion and the program weigh."""
    body = load_body()
    one, two = (len(encoded(pack(motions[:n], [""] * n, body)[1])) for n in (1, 2))
    module = MODULE.read_bytes()
    print(f"{'in an output':34}{'kB':>8}")
    rows = {
        f"body model and {FRAMES} frames": one,
        f"each further {FRAMES} frames": two - one,
        "filmstrip": len(filmstrip(motions[:1], [""], body)) * 4 // 3,
        "program": len(encoded(module)),
        "program, as a file": len(module),
        "program, as a file, gzipped": len(gzip.compress(module)),
        **{f"labkit.show, bodies: {n}": len(labkit.show.show(motions[:n]).data) for n in (1, 2, 3)},
    }
    for name, size in rows.items():
        print(f"{name:34}{size / 1000:8.0f}")


def first_frame(browser, folder: Path) -> None:
    """Print the seconds from running a cell in JupyterLab to the first frame."""
    write_notebook(folder / "work" / "player.ipynb", CELLS)
    with jupyterlab(folder) as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1600})
        open_notebook(page, address, "player.ipynb")
        page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=120_000)
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(
            "() => /\\[\\d+\\]/.test(document.querySelector('.jp-CodeCell .jp-InputPrompt').textContent)",
            timeout=120_000,
        )
        for k, name in enumerate(("the first time", "again")):
            start = time.perf_counter()
            page.keyboard.press("Shift+Enter")
            page.locator(".jp-OutputArea iframe").nth(k).content_frame.locator(".lk[data-frame]").wait_for(
                timeout=WAIT
            )
            print(f"{'run to first frame, ' + name:34}{time.perf_counter() - start:8.1f} s")
        page.close()


def rates(browser, motions: list[Motion], folder: Path) -> None:
    """Print the frames a second for one body and more."""
    for n in range(1, len(motions) + 1):
        path = folder / f"{n}.html"
        path.write_text(f"<!doctype html><body>{labkit.show.show(motions[:n]).data}", "utf-8")
        page = browser.new_page(viewport=SIZE)
        page.goto(path.as_uri())
        slider = page.frame_locator("iframe").get_by_role("slider", name="Frame")
        rate, card = slider.evaluate(DRIVE, SECONDS, timeout=WAIT)
        if n == 1:
            print(f"drawn by {card}")
        print(f"{f'frames per second, bodies: {n}':34}{rate:8.1f}")
        page.close()


def main() -> None:
    escape_unprintable()
    clips = (decode(s.x) for s in MotionDataset("starter").samples if len(s.x) >= FRAMES)
    motions = [next(clips)[:FRAMES] for _ in range(3)]
    sizes(motions)
    if CHROMIUM is None:
        print("no Chromium here, so no times: apt-get install chromium")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        first_frame(browser, Path(folder))
        rates(browser, motions, Path(folder))


if __name__ == "__main__":
    main()
