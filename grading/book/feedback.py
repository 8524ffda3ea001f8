"""One page for each student and notebook, with points, comments and diagnoses: nbgrader's feedback."""

import html
import re
from pathlib import Path

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.ansi import ansi2html, strip_ansi
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import InvalidNotebook
from pygments.token import STANDARD_TYPES
from traitlets.config import Config

from grading.course import Course, why
from grading.intake.outputs import TAGS
from grading.limited import ExceededLimit, limited
from labkit.paths import LabError

SECONDS = 60  # for one page
BLANKS = 400  # white-space characters in a row; what renders text needs up to cubic time for them
COLOURS = 300  # changes of colour in one output
SHORT = 10_000  # characters that a sanitizer reads quickly whatever they are
ATTRIBUTES = {"a": ["href", "title"], "img": ["src", "alt", "title", "width", "height"]}
CLASSES = {"highlight", "hl-ipython3", "hl-python", "anchor-link", *STANDARD_TYPES.values()}
STYLES = CSSSanitizer(allowed_css_properties=["color", "font-weight", "text-align"])


def allowed(tag: str, name: str, value: str) -> bool:
    """Does an attribute stay? Pictures are in the page: loading one would reveal who reads it, and when.

    Classes are those of highlighted code: others, of the page's own style sheet, could cover the page.
    """
    if tag == "img" and name == "src":
        return value.startswith(("data:image/png;", "data:image/jpeg;", "data:image/gif;"))
    if name == "href" and not value.startswith(("#", "http:", "https:", "mailto:")):
        return False
    if name == "class":
        return CLASSES.issuperset(value.split())
    return name in ("style", *ATTRIBUTES.get(tag, []))


def harmless(html: object) -> str:
    """A learner's HTML with the tags of `TAGS`; others (scripts, forms, frames) are shown as text."""
    return bleach.clean(
        str(html),
        tags=[*TAGS, "img"],
        attributes=allowed,
        css_sanitizer=STYLES,
        protocols=["http", "https", "mailto", "data"],
    )


def squeezed(source: str) -> str:
    """Text with long runs of white space cut."""
    return re.sub(rf"(\s{{{BLANKS}}})\s+", r"\1", source)


@pass_context
def text(context, source: str) -> str:
    """A text cell as HTML. An attached picture that is missing is shown as missing, and stops nothing."""
    source = squeezed(source)
    try:
        return HTMLExporter().markdown2html(context, source)
    except InvalidNotebook:
        return HTMLExporter().markdown2html(context, source.replace("attachment:", "missing:"))


def code(source: str, language: str | None = None, metadata: object = None) -> str:
    """A code cell as HTML with highlighted syntax."""
    return Highlight2HTML()(squeezed(source), language, metadata)


def printed(output: str) -> str:
    """An output as HTML; without colours where they change very often."""
    return ansi2html(output if output.count("\x1b[") <= COLOURS else strip_ansi(output))


def verbatim(source: str, *arguments: object, **keywords: object) -> str:
    """Any text as HTML that shows it as it is."""
    return f"<pre>{html.escape(strip_ansi(str(source)))}</pre>"


def short_or_verbatim(markup: object) -> str:
    return harmless(markup) if len(str(markup)) < SHORT else verbatim(markup)


def unchanged(markup: object) -> object:
    return markup


def settings(plain: bool = False) -> Config:
    """For everything that shows graded notebooks in a browser; formgrader too.

    plain: show all text as it was typed, which takes no time whatever it is.
    """
    config = Config()
    config.HTMLExporter.sanitize_html = True
    # nbgrader's own pages do not sanitize; strip_files_prefix is the last filter of a text cell
    filters = dict(clean_html=harmless, strip_files_prefix=harmless)
    filters |= dict(markdown2html=text, highlight_code=code, ansi2html=printed)
    if plain:  # what `verbatim` returns is safe, and sanitizers take long for some texts
        filters |= dict.fromkeys(("markdown2html", "highlight_code", "ansi2html"), verbatim)
        filters |= dict(strip_files_prefix=unchanged, clean_html=short_or_verbatim)
    config.HTMLExporter.filters = filters
    return config


def write_page(root: Path, student: str, assignment: str, plain: bool = False) -> str:
    """Write one page, in any process → why not; empty where it was written."""
    config = settings(plain)
    config.CourseDirectory.ignore = ["*"]  # copies nothing else: files that a notebook wrote stay behind
    result = Course(root).api(config).generate_feedback(assignment, student)
    return "" if result["success"] else why(result)


def feedback(course: Course, seconds: float = SECONDS) -> tuple[int, dict[tuple[str, str], str]]:
    """Write all pages to feedback/ → how many, and why some are missing or plain.

    Pages are made of autograded notebooks, which hold released text, the learner's text, outputs and
    comments. Rubrics, which are in solutions/, are in none of them. A page that takes more than `seconds`
    is made anew with all text as it was typed, so that every student gets one. Raises LabError where nothing
    was collected, and where the gradebook cannot be used.
    """
    if not course.submissions():
        raise LabError(f"no submissions in {course.submitted}: collect them first, or name another --course")
    course.check_gradebook()
    problems, pages = {}, 0
    with limited() as call:
        for student, assignment in course.submissions():
            if not (course.autograded / student / assignment).is_dir():
                problems[student, assignment] = "no page: not graded yet, run autograde"
                continue
            try:
                try:
                    problem = call(seconds, write_page, course.root, student, assignment)
                except ExceededLimit as error:
                    problem = call(seconds, write_page, course.root, student, assignment, True)
                    problems[student, assignment] = f"a plain page, since the usual one {error}"
            except ExceededLimit as error:
                problem = f"it {error}: remove what is unusual from the notebook in autograded/"
            if problem:
                problems[student, assignment] = f"no page: {problem}"
            else:
                pages += 1
    return pages, problems
