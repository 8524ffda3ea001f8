"""The public site in a real browser without a network: `make site` built it, or these tests do."""

import ast
import contextlib
import functools
import html
import http.server
import importlib.util
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from jupyterlab import CHROMIUM, PICTURES, launch, picture, suit

from grading.build.notebooks import names, rubrics
from labkit.stubs import EXERCISES, stubs

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
WAIT = 120_000  # milliseconds, at most
MISSING = [m for m in ("sphinx", "myst_nb", "sphinx_book_theme") if importlib.util.find_spec(m) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
    pytest.mark.skipif(bool(MISSING), reason=f"no {', '.join(MISSING)} here: pip install '.[site]'"),
]


@pytest.fixture(scope="module")
def built() -> Path:
    """The folder of the site. Notebooks run where their outputs are not in the cache: minutes."""
    done = subprocess.run([sys.executable, "-m", "tools.site"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return SITE


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(built):
    """Where the site is served, on this machine alone."""
    handler = functools.partial(Quiet, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        yield launch(playwright)


@pytest.fixture
def visit(browser, address):
    """A function (path, **options of a context) → page. Afterwards: no request left, no error logged."""
    left, faults = [], []
    with contextlib.ExitStack() as stack:

        def go(path: str, **options):
            context = browser.new_context(**options)
            stack.callback(context.close)

            def gate(route):
                if route.request.url.startswith((address, "data:", "blob:")):
                    return route.continue_()
                left.append(route.request.url)
                return route.abort()

            context.route("**/*", gate)
            page = context.new_page()
            page.set_default_timeout(WAIT)
            page.on("console", lambda m: faults.append(f"{path}: {m.text}") if m.type == "error" else None)
            page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
            page.goto(f"{address}/{path}")
            return page

        yield go
    assert not left
    assert not faults


def words(text: str) -> str:
    """Text without markup, with single spaces: how a reader would search for it."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


def hidden() -> dict[str, str]:
    """Lines of the solutions that are not public, and sentences of rubrics: each with where it is from."""
    public = " ".join(words(path.read_text("utf-8")) for path in (ROOT / "labkit").rglob("*.py"))
    found = {}
    for exercise, about in EXERCISES.items():
        source = (ROOT / "solutions" / "reference" / f"{about.module}.py").read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):  # below the docstring
                for line in source.splitlines()[node.body[0].end_lineno : node.end_lineno]:
                    if len(line.strip()) >= 30 and words(line) not in public:
                        found[words(line)] = exercise
    for question, rubric in rubrics().items():
        for sentence in re.split(r"(?<=[.:;])\s+", words(rubric)):
            if len(sentence) >= 40:
                found[sentence] = question
    return found


def test_no_solution_and_no_rubric_is_anywhere(built):
    secrets = hidden()
    assert {*EXERCISES} | {*rubrics()} == {*secrets.values()}  # something of each is searched for
    for path in built.rglob("*"):
        if path.suffix in (".html", ".js", ".txt", ".ipynb", ".md", ".json", ".inv"):
            text = words(path.read_text("utf-8", errors="replace"))
            assert not [secret for secret in secrets if secret in text], path
            assert "BEGIN SOLUTION" not in text, path
            assert str(ROOT) not in text, path


def test_the_search_for_solutions_finds_them():
    source = (ROOT / "solutions" / "reference" / "ddpm.py").read_text("utf-8")
    marked = "".join(f"<span class='n'>{html.escape(part)}</span>" for part in re.split(r"(\W)", source))
    assert [secret for secret, where in hidden().items() if where == "code7" and secret in words(marked)]
    assert stubs("code7")  # and what is a stub's own is public


def test_sizes(built):
    assert sum(path.stat().st_size for path in built.rglob("*") if path.is_file()) < 60e6


def test_front_page_plays_and_weighs_little(visit):
    page = visit("index.html", viewport={"width": 1280, "height": 1000})
    assert (
        page.evaluate("() => performance.getEntries().reduce((sum, e) => sum + (e.transferSize || 0), 0)")
        < 3e6
    )
    for k, count in enumerate((1, 3)):
        player = page.locator(".player iframe").nth(k).content_frame
        page.locator(".player iframe").nth(k).scroll_into_view_if_needed()
        player.locator(".lk[data-frame]").wait_for()
        assert player.locator(".lk-window").count() == count
        assert suit(picture(player)) > 0.005
        seen = set()
        for _ in range(12):
            page.wait_for_timeout(300)
            seen.add(player.locator(".lk").get_attribute("data-frame"))
        assert len(seen) > 3
    page.screenshot(path=PICTURES / "site_front.png", full_page=True)


@pytest.mark.parametrize("name", names())
def test_notebook_pages_have_outputs_and_folded_hints(visit, name):
    page = visit(f"course/{name}.html", viewport={"width": 1280, "height": 1000})
    assert page.locator(".cell_output").count() > 5
    assert page.locator(".cell_output img").count() >= 3
    hint = page.locator("details").first
    assert not hint.locator("p").first.is_visible()
    hint.locator("summary").focus()
    page.keyboard.press("Enter")
    assert hint.locator("p").first.is_visible()
    assert page.locator("mjx-container").count() > 3  # formulas are set, from the site's own MathJax
    assert not page.locator("mjx-merror").count()


def test_search_finds_pages(visit):
    page = visit("index.html", viewport={"width": 1280, "height": 1000})
    page.keyboard.press("Control+k")
    page.keyboard.type("guidance")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=guidance*")
    page.locator("#search-results li a").first.wait_for()
    found = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.href)")
    assert any("03_diffusion" in link for link in found)


def test_dark_theme_reaches_the_players(visit):
    page = visit("index.html", viewport={"width": 1280, "height": 1000}, color_scheme="dark")
    player = page.locator(".player iframe").first.content_frame
    player.locator(".lk[data-frame]").wait_for()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    dark = picture(player).mean()
    page.screenshot(path=PICTURES / "site_dark.png")
    page.locator(".theme-switch-button:visible").first.click()
    page.locator(".theme-change-button[data-mode=light]:visible").first.click()
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert picture(player).mean() > dark + 60


PAGES = [
    "index", "api", "gallery", "instructors", "security", "architecture", "course/results",
    "course/02_architectures",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_needs_no_sideways_scrolling(visit, path):
    page = visit(f"{path}.html", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=PICTURES / f"site_phone_{path.replace('/', '_')}.png")


def test_everything_is_reached_by_keyboard(visit):
    page = visit("index.html", viewport={"width": 1280, "height": 1000})
    names = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        names.add(
            page.evaluate("() => { const e = document.activeElement; return e.title || e.innerText.trim(); }")
        )
    assert {"For instructors", "Results", "API"} <= names
    assert any("waves with the left hand" in name for name in names)  # a player's frame


def test_api_links_to_sources_on_the_site(visit):
    page = visit("api.html")
    page.locator("a[href*='_modules/labkit/diffusion/ddpm']").first.click()
    page.wait_for_url("**/_modules/labkit/diffusion/ddpm.html*")
    assert "raise NotImplementedError" in page.locator("pre").inner_text()
