"""Sphinx's settings for the public site; `make site` builds it (tools/site.py)."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path

from sphinx.util.fileutil import copy_asset

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
COURSE = tomllib.loads((ROOT / "grading" / "course.toml").read_text("utf-8"))["course"]

project = "labkit"
author = "The labkit maintainers"
version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinx.ext.mathjax"]
exclude_patterns = ["_static"]
nb_execution_mode = "off"  # tools/site.py has run them
nb_output_stderr = "remove"  # progress bars
nb_mime_priority_overrides = [("html", "text/html", 0)]  # before a player's still picture
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = True
suppress_warnings = ["mystnb.unknown_mime_type"]
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_inherit_docstrings = False  # of torch.nn.Module
autodoc_preserve_defaults = True
viewcode_line_numbers = True
default_role = "code"

html_theme = "sphinx_book_theme"
html_title = "labkit"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["theme.js"]
html_copy_source = False
html_show_sphinx = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "repository_url": COURSE["repository"],
    "repository_branch": COURSE["branch"],
    "path_to_docs": "docs",
    "use_repository_button": True,
    "use_download_button": False,
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# MathJax out of a package: nothing is fetched, neither now nor by the pages.
MATHJAX = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
mathjax_path = "mathjax/tex-chtml.js"


def finish(app, error) -> None:
    """MathJax and its fonts in; out what makes pages heavy and shows nothing."""
    if error is None:
        static = Path(app.outdir) / "_static"
        copy_asset(MATHJAX / "tex-chtml.js", static / "mathjax")
        fonts = Path("output", "chtml", "fonts", "woff-v2")
        copy_asset(MATHJAX / fonts, static / "mathjax" / fonts)
        # The theme's icons come from its style sheet's fonts; this is 1.5 MB of the same icons.
        (static / "scripts" / "fontawesome.js").write_text("// icons: see the style sheet's fonts\n", "utf-8")
        for path in static.rglob("*.map"):
            path.unlink()


def escaped(found: re.Match) -> str:
    return found[0] if found[0].startswith("`") else f"\\{found[0]}"


def plain_text(app, what, name, obj, options, lines: list[str]) -> None:
    """Docstrings are plain text: tables and indented lines as they stand, the rest in paragraphs."""
    paragraphs = [text.split("\n") for text in re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))]
    lines.clear()
    for paragraph in paragraphs:
        if all(line.startswith((" ", "|")) for line in paragraph):
            lines += ["::", "", *(f"   {line}" for line in paragraph), ""]
        else:
            lines += [*(re.sub(r"`+[^`]*`+|[|*]", escaped, line.strip()) for line in paragraph), ""]


def setup(app) -> None:
    app.connect("autodoc-process-docstring", plain_text)
    app.connect("build-finished", finish)
