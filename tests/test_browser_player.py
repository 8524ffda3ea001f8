"""The player in a real browser: in JupyterLab, in a notebook reopened, in exported HTML with no network."""

import functools
import re
import shutil

import nbformat
import numpy as np
import pytest
from jupyterlab import (
    CHROMIUM,
    PICTURES,
    end_kernels,
    jupyterlab,
    launch,
    open_notebook,
    picture,
    pixels,
    run_all,
    save_notebook,
    suit,
    write_notebook,
)
from nbconvert import HTMLExporter

import labkit.show
from labkit.checkpoint import load_denoiser, load_text
from labkit.dataset import MotionDataset
from labkit.diffusion.sample import SamplingConfig
from labkit.motion import decode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]

CELLS = [
    """import labkit
from labkit.dataset import MotionDataset
from labkit.motion import decode
motions = [decode(s.x) for s in MotionDataset("starter").samples if len(s.x) >= 60][:2]
labkit.show(motions, ["the first", "the second"])""",
    """player = labkit.show.Player(motions[0], "live")
player""",
    """player.frame = 7""",
]
FRAMES = ".lk-stage > canvas"
WAIT = 120_000  # milliseconds, at most


@pytest.fixture(scope="module")
def chromium():
    """A function (arguments) → a browser."""
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        yield functools.partial(launch, playwright)


@pytest.fixture(scope="module")
def browser(chromium):
    return chromium()


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    """A folder and the address of a JupyterLab with the notebook of CELLS."""
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "work" / "player.ipynb", CELLS)
    with jupyterlab(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def ran(lab, browser):
    """The page with that notebook, run and saved."""
    folder, address = lab
    page = browser.new_page(viewport={"width": 1200, "height": 1600})
    page.set_default_timeout(WAIT)
    open_notebook(page, address, "player.ipynb")
    run_all(page, timeout=120)
    page.frame_locator(".jp-OutputArea iframe").locator(FRAMES).wait_for(timeout=WAIT)
    save_notebook(page)
    yield page
    page.close()


def frame_of(player) -> int:
    return int(player.locator(".lk").get_attribute("data-frame"))


def changed(before: np.ndarray, after: np.ndarray) -> float:
    """The share of pixels that differ."""
    return float((np.abs(before - after).max(-1) > 12).mean())


def plays(page, player) -> bool:
    """Does it move by itself, and does a body stand in every panel?"""
    player.locator(".lk[data-frame]").wait_for(timeout=WAIT)  # set once it has drawn
    seen = set()
    for _ in range(10):
        page.wait_for_timeout(300)
        seen.add(frame_of(player))
    halves = np.array_split(picture(player), player.locator(".lk-window").count(), axis=1)
    return len(seen) > 3 and min(suit(h) for h in halves) > 0.01


def test_plays_scrubs_and_turns_in_jupyterlab(ran):
    player = ran.frame_locator(".jp-OutputArea iframe")
    assert plays(ran, player)
    assert player.locator("figcaption").all_inner_texts() == ["1 the first", "2 the second"]

    player.get_by_role("button", name="Pause").click()
    slider = player.get_by_role("slider", name="Frame")
    slider.fill("20")
    at_20 = picture(player)
    assert frame_of(player) == 20
    assert "frame 21 of" in slider.get_attribute("aria-valuetext")
    assert changed(at_20, picture(player)) == 0  # a paused body stands still
    slider.fill("45")
    assert changed(at_20, picture(player)) > 0.005
    player.get_by_role("button", name="One frame back").click()
    player.locator(".lk-stage").focus()
    ran.keyboard.press("ArrowLeft")
    ran.wait_for_timeout(300)
    assert frame_of(player) == 43

    before = picture(player)
    box = player.locator(".lk-stage").bounding_box()
    ran.mouse.move(box["x"] + 200, box["y"] + 150)
    ran.mouse.down()
    ran.mouse.move(box["x"] + 330, box["y"] + 120, steps=5)
    ran.mouse.up()
    turned = picture(player)
    assert changed(before, turned) > 0.05
    assert frame_of(player) == 43
    ran.keyboard.press("0")
    assert changed(before, picture(player)) < 0.002
    ran.screenshot(path=PICTURES / "player.png")


def test_overlay_trails_and_theme(ran):
    player = ran.frame_locator(".jp-OutputArea iframe")
    side_by_side = picture(player)
    player.get_by_role("button", name=re.compile("^Overlay")).click()
    assert player.locator(".lk-tag").all_inner_texts() == ["1", "2"]
    ink = player.locator(".lk-tag").nth(1).evaluate("tag => getComputedStyle(tag).color")
    assert ink == "rgb(17, 17, 17)"  # white could not be read on a ghost's colour
    assert player.locator(".lk-window").count() == 1
    overlaid = picture(player)
    assert changed(side_by_side, overlaid) > 0.05
    player.get_by_role("button", name=re.compile("^Path")).click()
    player.get_by_role("combobox", name=re.compile("^Trail")).select_option(label="Trail: left wrist")
    trailed = picture(player)
    assert 0.0005 < changed(overlaid, trailed) < 0.05
    player.get_by_role("button", name=re.compile("^Dark")).click()
    assert picture(player).mean() < trailed.mean() - 60
    ran.screenshot(path=PICTURES / "player_overlay.png")
    ran.evaluate("document.body.dataset.jpThemeLight = 'false'")  # as JupyterLab does when its theme turns
    ran.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert picture(player).mean() > trailed.mean() - 5
    player.get_by_role("button", name=re.compile("^Overlay")).click()


def test_widget_listens_to_python(ran):
    live = ran.locator(".jp-OutputArea .lk").locator("..")
    live.scroll_into_view_if_needed()
    live.locator("canvas").wait_for(timeout=WAIT)
    ran.wait_for_timeout(1000)
    assert live.locator("figcaption").all_inner_texts() == ["live"]
    assert frame_of(live) == 7  # the last cell's
    assert live.get_by_role("button", name="Play", exact=True).count() == 1
    ran.screenshot(path=PICTURES / "player_widget.png")


def test_reopened_notebook_plays_without_its_kernel(ran, lab, browser):
    folder, address = lab
    notebook = nbformat.read(folder / "work" / "player.ipynb", 4)
    assert all(len(str(c.outputs)) < 3e6 for c in notebook.cells)
    page = browser.new_page(viewport={"width": 1200, "height": 1600})
    page.set_default_timeout(WAIT)
    page.goto(address)
    end_kernels(page, address)
    open_notebook(page, address, "player.ipynb", workspace="again")
    assert plays(page, page.frame_locator(".jp-OutputArea iframe"))
    page.screenshot(path=PICTURES / "player_reopened.png")

    # as it came from somebody else: scripts and frames are taken out, the filmstrip stays
    notebook.cells[0].source += "\n# by somebody else"
    nbformat.write(notebook, folder / "work" / "foreign.ipynb")
    open_notebook(page, address, "foreign.ipynb", workspace="foreign")
    strips = page.locator(".jp-OutputArea img")
    strips.first.wait_for(timeout=WAIT)
    assert page.locator(".jp-OutputArea iframe").count() == 0
    assert strips.count() == 2
    assert strips.first.evaluate("i => i.complete && i.naturalWidth > 500 && i.clientHeight > 100")
    page.screenshot(path=PICTURES / "player_untrusted.png")
    page.close()


def test_exported_html_plays_from_disk_without_a_network(ran, lab, browser):
    folder, _ = lab
    shutil.copy(folder / "work" / "player.ipynb", folder / "export.ipynb")
    document, _ = HTMLExporter().from_filename(str(folder / "export.ipynb"))
    (folder / "export.html").write_text(document)
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.goto((folder / "export.html").as_uri())
    players = page.locator("iframe")
    assert players.count() == 2  # the live widget's stand-in is one too
    for k in range(2):
        players.nth(k).scroll_into_view_if_needed()
        assert plays(page, players.nth(k).content_frame)
    page.screenshot(path=PICTURES / "player_exported.png")
    context.close()


@pytest.fixture(scope="module")
def denoised(tmp_path_factory):
    """A page on disk: a motion comes out of noise, 12 frames in 4 steps."""
    network, schedule = load_denoiser("adaln")
    text = load_text()(["a person waves with both hands"])
    output = labkit.show.denoising(network, schedule, text, frames=12, config=SamplingConfig(steps=4))
    path = tmp_path_factory.mktemp("denoised") / "page.html"
    path.write_text(f"<!doctype html><body>{output.data}")
    return path.as_uri()


def test_denoising_slider(denoised, browser):
    page = browser.new_page(viewport={"width": 800, "height": 520}, reduced_motion="reduce")
    page.set_default_timeout(WAIT)
    page.goto(denoised)
    player = page.frame_locator("iframe")
    player.locator(FRAMES).wait_for()
    steps = player.get_by_role("slider", name="Diffusion step")
    assert steps.get_attribute("aria-valuetext") == "the result"
    drawn = picture(player)
    steps.fill("0")
    assert steps.get_attribute("aria-valuetext") == "t = 999"
    assert changed(drawn, picture(player)) > 0.01
    page.screenshot(path=PICTURES / "player_denoising.png")
    steps.fill("4")
    assert changed(drawn, picture(player)) < 0.002
    page.close()


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory):
    """The address of a page: two real motions, without a notebook."""
    motions = [decode(s.x) for s in MotionDataset("starter").samples if len(s.x) >= 60][:2]
    path = tmp_path_factory.mktemp("on_disk") / "page.html"
    path.write_text(f"<!doctype html><body>{labkit.show(motions, ['the first', 'the second']).data}")
    return path.as_uri()


@pytest.fixture
def opened(on_disk, browser):
    """A function (**options of a browser context) → that page, its player, at rest at frame 20."""
    contexts = []

    def make(**options):
        # nothing plays by itself: a browser without a graphics card is slow
        contexts.append(browser.new_context(offline=True, reduced_motion="reduce", **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(WAIT)
        page.goto(on_disk)
        player = page.frame_locator("iframe")
        player.locator(FRAMES).wait_for()
        player.get_by_role("slider", name="Frame").fill("20")
        return page, player

    yield make
    for context in contexts:
        context.close()


def test_keys(opened):
    page, player = opened(viewport={"width": 800, "height": 520})
    player.locator(".lk-stage").focus()
    for key, frame in (("ArrowRight", 21), ("ArrowLeft", 20), ("Home", 0), ("End", 59)):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
        assert frame_of(player) == frame
    speed = player.get_by_role("combobox", name="Speed")
    page.keyboard.press("]")
    assert speed.input_value() == "2"
    page.keyboard.press("[")
    assert speed.input_value() == "1"

    start = picture(player)
    page.keyboard.press("Shift+ArrowLeft")
    turned = picture(player)
    assert changed(start, turned) > 0.02
    page.keyboard.press("0")
    page.keyboard.press("+")
    assert suit(picture(player)) > 1.1 * suit(start)
    page.keyboard.press("0")
    assert changed(start, picture(player)) < 0.002

    page.keyboard.press(" ")
    player.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press(" ")
    player.get_by_role("button", name="Play", exact=True).wait_for()


def test_speed_loop_and_end(opened):
    page, player = opened()
    player.get_by_role("combobox", name="Speed").select_option("2")
    player.get_by_role("slider", name="Frame").fill("50")
    player.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(3000)
    assert player.get_by_role("button", name="Pause").count()  # past the end it starts again
    player.get_by_role("button", name=re.compile("^Loop")).click()
    player.get_by_role("button", name="Play", exact=True).wait_for()  # and without Loop it stops there
    assert frame_of(player) == 59


def test_every_control_has_a_name_and_shows_its_focus(opened):
    page, player = opened(viewport={"width": 380, "height": 600})
    controls = player.locator("button, select, input, [tabindex='0']")
    page.keyboard.press("Tab")  # so that the browser knows of a keyboard
    controls.first.focus()
    names = []
    for _ in range(controls.count()):
        names.append(
            controls.first.evaluate("""() => {
                const e = document.activeElement, style = getComputedStyle(e);
                const seen = e.localName === "button" ? e.innerText.trim() : "";
                const name = e.getAttribute("aria-label") ?? "";
                const box = e.getBoundingClientRect();
                const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                const inside = box.left >= 0 && box.right <= innerWidth && box.height >= 24;
                return name.startsWith(seen) && shown && inside ? name : `wrong: ${name}`;
            }""")
        )
        page.keyboard.press("Tab")
    assert all(names)
    assert not [n for n in names if n.startswith("wrong")]
    assert len(set(names)) == len(names) == 14
    assert player.locator("[role='application']").get_attribute("aria-label").startswith("2 moving bodies")
    page.screenshot(path=PICTURES / "player_narrow.png")


def test_fingers_turn_zoom_and_scroll(opened):
    page, player = opened(viewport={"width": 400, "height": 700}, has_touch=True)
    touch = page.context.new_cdp_session(page)

    def drag(*ways):
        """Each way is one finger's (x, y) → (x, y)."""
        for part in range(7):
            at = [
                {"x": x + part / 6 * (to_x - x), "y": y + part / 6 * (to_y - y), "id": k}
                for k, ((x, y), (to_x, to_y)) in enumerate(ways)
            ]
            kind = "touchMove" if part else "touchStart"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
            page.wait_for_timeout(20)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    start = picture(player)
    drag(((100, 80), (100, 180)))  # downwards: that is the page's
    assert changed(start, picture(player)) < 0.002
    drag(((100, 150), (200, 150)))
    turned = picture(player)
    assert changed(start, turned) > 0.02
    drag(((150, 120), (110, 120)), ((250, 120), (290, 120)))
    assert suit(picture(player)) > 1.1 * suit(turned)
    page.screenshot(path=PICTURES / "player_phone.png")


def test_without_webgl_the_filmstrip_is_seen(denoised, chromium):
    page = chromium("--disable-3d-apis").new_page()
    page.goto(denoised)
    alert = page.frame_locator("iframe").get_by_role("alert")
    alert.wait_for(timeout=WAIT)
    assert "WebGL" in alert.inner_text()
    strip = page.locator("img").bounding_box()
    assert suit(pixels(page.screenshot(clip=strip))) > 0.01
    page.screenshot(path=PICTURES / "player_no_webgl.png")
