"""One page a student and notebook, with points, comments and what the checks said: nbgrader's feedback."""

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook
from traitlets.config import Config

from grading.course import Course, why
from grading.intake.outputs import TAGS
from labkit.paths import LabError

ATTRIBUTES = {"a": ["href", "title"], "img": ["src", "alt", "title", "width", "height"]}
STYLES = CSSSanitizer(allowed_css_properties=["color", "font-weight", "text-align"])


def allowed(tag: str, name: str, value: str) -> bool:
    """Pictures are in the page: one from elsewhere would tell its sender who looks at it, and when."""
    if tag == "img" and name == "src":
        return value.startswith(("data:image/png;", "data:image/jpeg;", "data:image/gif;"))
    if name == "href" and not value.startswith(("#", "http:", "https:", "mailto:")):
        return False
    return name in ("class", "style", *ATTRIBUTES.get(tag, []))


def harmless(html: object) -> str:
    """HTML of a learner's without scripts, forms, frames and the like, which are shown as text instead."""
    return bleach.clean(
        str(html),
        tags=[*TAGS, "img"],
        attributes=allowed,
        css_sanitizer=STYLES,
        protocols=["http", "https", "mailto", "data"],
    )


@pass_context
def text(context, source: str) -> str:
    """A text cell as HTML. A picture that did not come along is missing there, and stops nothing."""
    try:
        return HTMLExporter().markdown2html(context, source)
    except InvalidNotebook:
        return HTMLExporter().markdown2html(context, source.replace("attachment:", "missing:"))


def settings() -> Config:
    """For everything that shows graded notebooks in a browser; formgrader too."""
    config = Config()
    config.HTMLExporter.sanitize_html = True
    # nbgrader's own pages do not sanitize; the second is the last filter that they send a text cell through
    config.HTMLExporter.filters = dict(clean_html=harmless, strip_files_prefix=harmless, markdown2html=text)
    return config


def feedback(course: Course) -> tuple[int, dict[tuple[str, str], str]]:
    """Write all pages to feedback/ → how many, and why some are missing.

    Pages are made of autograded notebooks, which hold released text, the learner's text, outputs and
    comments. Rubrics are in none of them (they live in solutions/).
    """
    if not course.submissions():
        raise LabError(f"no submissions in {course.submitted}: collect them first, or name another --course")
    config = settings()
    config.CourseDirectory.ignore = ["*"]  # copies nothing else: files that a notebook wrote stay behind
    failures, pages = {}, 0
    for student, assignment in course.submissions():
        if not (course.autograded / student / assignment).is_dir():
            failures[student, assignment] = "not graded yet: run autograde"
            continue
        result = course.api(config).generate_feedback(assignment, student)
        if result["success"]:
            pages += 1
        else:
            failures[student, assignment] = why(result)
    return pages, failures
