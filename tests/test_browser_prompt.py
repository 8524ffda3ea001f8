"""The prompt box in a real JupyterLab: from click to body, cancelled, mistaken, compared, reopened."""

import re

import pytest
from jupyterlab import (
    CHROMIUM,
    PICTURES,
    end_kernels,
    jupyterlab,
    launch,
    open_notebook,
    picture,
    run_all,
    save_notebook,
    suit,
    write_notebook,
)
from nbconvert import HTMLExporter

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]

CELLS = ["import labkit\nlabkit.use_reference()", "labkit.prompt_box()"]
SIZE = {"width": 1200, "height": 1400}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A folder, the address of a JupyterLab with the notebook of CELLS, and a function that opens a page."""
    expect.set_options(timeout=90_000)
    PICTURES.mkdir(parents=True, exist_ok=True)
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "work" / "prompt.ipynb", CELLS)
    with jupyterlab(folder) as address, sync_api.sync_playwright() as playwright:
        browser = launch(playwright)

        def new_page(**options):
            # who wants less motion gets a body that stands until played: easier on a busy machine
            page = browser.new_page(viewport=SIZE, reduced_motion="reduce", **options)
            page.set_default_timeout(90_000)
            return page

        yield folder, address, new_page


@pytest.fixture(scope="module")
def page(lab):
    """The notebook, run. The tests below go on where the one before has stopped."""
    _, address, new_page = lab
    page = new_page()
    open_notebook(page, address, "prompt.ipynb")
    run_all(page, timeout=120)
    box(page).wait_for()
    return page


def shows_a_body(player) -> bool:
    player.locator(".lk[data-frame]").wait_for()  # set once it has drawn
    return suit(picture(player)) > 0.01


def box(page):
    return page.locator(".labkit-prompt")


def button(page, name: str):
    return box(page).get_by_role("button", name=name)


def field(page, name: str):
    return box(page).get_by_label(name)


def test_from_click_to_body(page):
    assert "reference: in-context, adaLN, cross-attention" in page.locator(".lkp-whose").inner_text()
    assert page.locator(".labkit-prompt iframe").count() == 0
    page.screenshot(path=PICTURES / "prompt_new.png")
    field(page, "Caption").fill("a person waves with both hands")
    field(page, "Seconds").fill("2")
    button(page, "Generate").click()
    player = page.frame_locator(".labkit-prompt iframe")
    assert shows_a_body(player)
    assert player.locator("figcaption").all_inner_texts() == ["a person waves with both hands"]
    expect(button(page, "Generate")).to_be_enabled()
    page.screenshot(path=PICTURES / "prompt.png")


def test_bad_input_gives_the_line(page):
    alert = box(page).get_by_role("alert")
    field(page, "Caption").fill("   ")
    button(page, "Generate").click()
    expect(alert).to_contain_text("the caption is empty")
    field(page, "Caption").fill("a person walks forward")
    field(page, "Steps").fill("5000")
    button(page, "Generate").click()
    expect(alert).to_contain_text("5000 steps cannot be made: choose between 1 and 1000")
    page.screenshot(path=PICTURES / "prompt_mistake.png")
    outputs = ".jp-OutputArea [data-mime-type*='error'], .jp-OutputArea [data-mime-type*='stderr']"
    assert page.locator(outputs).count() == 0


def test_cancel_in_the_middle(page):
    field(page, "Steps").fill("1000")
    button(page, "Generate").click()
    bar = box(page).get_by_role("progressbar")
    expect(bar).to_have_attribute("max", "1000")
    early = int(bar.get_attribute("value"))
    page.wait_for_function(f"() => document.querySelector('.labkit-prompt progress').value > {early}")
    page.screenshot(path=PICTURES / "prompt_running.png")
    button(page, "Cancel").click()
    expect(box(page).get_by_role("alert")).to_contain_text("Cancelled")
    expect(bar).to_have_count(0)
    expect(box(page).get_by_role("checkbox")).to_have_count(1)


def test_two_of_the_history_side_by_side_by_keyboard(page):
    field(page, "Steps").fill("20")
    field(page, "Caption").focus()
    page.keyboard.press("Enter")
    ticks = box(page).get_by_role("checkbox")
    expect(ticks).to_have_count(2)
    expect(ticks.nth(1)).not_to_be_checked()
    expect(ticks.nth(1)).to_be_enabled()
    ticks.nth(1).focus()
    page.keyboard.press("Space")
    player = page.frame_locator(".labkit-prompt iframe")
    expect(player.locator("figcaption")).to_contain_text(
        ["a person walks forward · DDPM 20", "a person waves with both hands · DDPM 15"]
    )
    assert shows_a_body(player)
    page.screenshot(path=PICTURES / "prompt_compare.png")


def test_downloads(page):
    for kind in ("npz", "mp4"):
        button(page, kind).click()
        file = page.locator(f'.lkp-links a[download$=".{kind}"]').first
        with page.expect_download() as download:
            file.click()
        assert download.value.suggested_filename.startswith("a_person_walks_forward")
        assert download.value.path().stat().st_size > 10_000
    page.screenshot(path=PICTURES / "prompt_files.png")


def test_dark_theme_and_a_narrow_page(page):
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    page.wait_for_timeout(2000)
    page.screenshot(path=PICTURES / "prompt_dark.png")
    page.set_viewport_size({"width": 700, "height": 1400})
    page.wait_for_timeout(1000)
    page.screenshot(path=PICTURES / "prompt_narrow.png")
    page.set_viewport_size(SIZE)


def test_saved_notebook_shows_the_last_motion(page, lab):
    folder, address, new_page = lab
    save_notebook(page)
    path = folder / "work" / "prompt.ipynb"
    assert path.stat().st_size < 3e6
    document, _ = HTMLExporter().from_filename(str(path))
    (folder / "export.html").write_text(document)
    end_kernels(page, address)
    page.close()

    exported = new_page(offline=True)
    exported.goto((folder / "export.html").as_uri())
    assert "run this cell" in exported.inner_text("body")
    assert exported.locator("iframe").count() == 1
    exported.locator("iframe").scroll_into_view_if_needed()
    assert shows_a_body(exported.frame_locator("iframe"))
    exported.screenshot(path=PICTURES / "prompt_exported.png")
    exported.close()

    again = new_page()
    open_notebook(again, address, "prompt.ipynb", workspace="again")
    again.get_by_text("run this cell").wait_for()
    assert shows_a_body(again.frame_locator(".jp-OutputArea iframe"))
    missing = again.get_by_text(re.compile("Loading widget|Error displaying widget"))
    expect(missing).to_be_attached()
    expect(missing).to_be_hidden()
    again.screenshot(path=PICTURES / "prompt_reopened.png")
