"""The pictures of docs/gallery.md, made anew from the notebooks as students see them.

    python -m grading.build.gallery                    runs all notebooks with the reference: some minutes
    python -m grading.build.gallery 02_architectures   only what comes from this one

The player's pictures are taken in Chromium; where there is none, they are left as they are.
"""

import base64
import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure
from nbformat import NotebookNode
from PIL import Image

from grading.build.execute import errors, execute
from grading.build.notebooks import make
from grading.paths import ROOT
from labkit.action_table import try_actions
from labkit.cli import Parser
from labkit.diffusion import SamplingConfig
from labkit.evaluate import choose_captions, sample_captions, score_samples
from labkit.models import NETWORKS
from labkit.paths import LabError, atomic_write
from labkit.reference import load_reference
from labkit.scores import score_real
from labkit.show.figures import evaluation
from labkit.stubs import use_reference

FOLDER = ROOT / "docs" / "gallery"
COLOURS = 200  # of a screenshot's palette: a third of the bytes, without a visible difference

# Pictures, and a text in the cell that makes them; where several cells contain it, the last one.
FIGURES = {
    "01_dataset": {
        "row_anatomy": ".row_anatomy(",
        "feature_bands": ".feature_bands(",
        "contact_strip": ".contact_strip(",
        "floor_path": ".floor_path(",
        "shapes": "body, labels, betas)",
    },
    "02_architectures": {
        "skeleton": ".skeleton(",
        "stream": ".stream(",
        "lookup": ".lookup(",
        "scales_and_gates": ".scales_and_gates(",
        "caption_effect": ".caption_effect(",
    },
    "03_diffusion": {
        "noising": "for t in ruin]",
        "loss_by_step": ".loss_by_step(",
        "film": ".film(",
        "walks": '"DDIM": ddim_step}.items():\n    times',
    },
    "04_analysis": {
        "feature_map": ".feature_map(",
        "gaussians": ".gaussians(",
        "towers": ".towers(",
        "fd_by_size": "panels)",
        "by_size": "measured)",
        "score_histogram": ".score_histogram(",
        "intervals": ".intervals(",
    },
}
# Bodies in the player: what the cell has in it, and the controls to use by their labels; None is a click.
PLAYERS = {
    "01_dataset": {
        "player_overlay": (
            "decode(twin.x)",
            {"Overlay": None, "Trail": "Trail: left wrist", "Frame": "45"},
        )
    },
    "03_diffusion": {"player_denoising": ("show.denoising(", {"Diffusion step": "12", "Frame": "30"})},
    "04_analysis": {"player_networks": ("list(bodies.values())", {"Frame": "30"})},
}
GUIDANCE = (1, 2, 3, 5, 8)  # scales
SHOWN = ("R3 of 32", "TMR-Score", "FD", "coverage")


def pictures() -> list[str]:
    """The names of all pictures."""
    notebooks = [*FIGURES.values(), *PLAYERS.values()]
    return sorted([*(name for found in notebooks for name in found), *OTHERS])


def calling(notebook: NotebookNode, text: str) -> NotebookNode:
    """The last code cell with `text` in it. Raises LabError where there is none."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and text in cell.source]
    if not cells:
        raise LabError(f"no cell has {text}: the list of pictures in grading/build/gallery.py is out of date")
    return cells[-1]


def output(cell: NotebookNode, kind: str) -> str:
    """What a cell that was run shows, of one MIME type."""
    found = [out.data[kind] for out in cell.outputs if kind in out.get("data", {})]
    if not found:
        raise LabError(
            f"the cell {cell.id} shows no {kind}: run its notebook by `python -m grading.build.execute`"
        )
    return found[-1]


def save(name: str, picture: Image.Image) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with atomic_write(FOLDER / f"{name}.png") as temporary:
        picture.save(temporary, format="png", optimize=True)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def figures(name: str, notebook: NotebookNode) -> Iterator[tuple[str, Image.Image]]:
    """Each of FIGURES by its name, from a notebook that was run."""
    for figure, call in FIGURES[name].items():
        yield figure, opened(base64.b64decode(output(calling(notebook, call), "image/png")))


def players(name: str, notebook: NotebookNode, chromium: str) -> Iterator[tuple[str, Image.Image]]:
    """Each of PLAYERS by its name, from a notebook that was run: its bodies stand still."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        for shot, (call, controls) in PLAYERS.get(name, {}).items():
            document = Path(folder) / f"{shot}.html"
            document.write_text(f"<!doctype html>{output(calling(notebook, call), 'text/html')}", "utf-8")
            page = browser.new_page(viewport={"width": 860, "height": 480}, device_scale_factor=1)
            page.goto(document.as_uri())
            player = page.locator("iframe").content_frame
            player.locator("canvas").first.wait_for()
            player.get_by_role("button", name="Pause").click()
            for control, value in controls.items():
                found = player.get_by_label(control, exact=control == "Frame")
                if value is None:
                    found.click()
                elif value.isdigit():
                    found.fill(value)
                else:
                    found.select_option(label=value)
            page.wait_for_timeout(1500)
            picture = opened(page.locator("iframe").screenshot())
            yield shot, picture.quantize(COLOURS, Image.Quantize.MEDIANCUT)
        browser.close()


def guidance() -> Figure:
    """The table's line of adaLN at each of GUIDANCE."""
    use_reference()
    reference = load_reference()
    indices = choose_captions(reference, 2, 32)  # notebook 04's
    lines = {}
    for scale in GUIDANCE:
        config = SamplingConfig(guidance_scale=scale)
        samples = sample_captions("adaln", reference, indices, batch_size=32, config=config)
        lines[scale] = score_samples(samples, reference)
    return evaluation.guidance(lines, score_real(reference, indices), SHOWN)


def actions() -> Figure:
    """Which everyday actions each network does when asked for them."""
    use_reference()
    return evaluation.actions({network: try_actions(network, seeds=1) for network in NETWORKS})


OTHERS = {"guidance": guidance, "actions": actions}  # more than a notebook has time for


def as_image(figure: Figure) -> Image.Image:
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return opened(file.getvalue())


def main() -> None:
    parser = Parser(
        prog="python -m grading.build.gallery", description="Make the pictures of docs/gallery.md anew."
    )
    parser.add_argument(
        "part", nargs="*", help=f"some of {', '.join((*FIGURES, *OTHERS))}; everything by default"
    )
    args = parser.parse_args()
    parts = [*FIGURES, *OTHERS]
    if unknown := set(args.part) - set(parts):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose from {', '.join(parts)}")
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    chromium = next(filter(None, found), None)
    if not chromium:
        print("No Chromium here: the player's pictures stay as they are")
    for part in args.part or parts:
        if part in OTHERS:
            save(part, as_image(OTHERS[part]()))
            continue
        notebook = make(part)
        execute(notebook, progress=True)
        if failed := errors(notebook):
            parser.exit(1, f"{part} does not run: {failed}\n")
        for name, picture in figures(part, notebook):
            save(name, picture)
        if chromium:
            for name, picture in players(part, notebook, chromium):
                save(name, picture)


if __name__ == "__main__":
    main()
