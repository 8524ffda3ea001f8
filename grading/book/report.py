"""How the class did, on one page: points, frequent mistakes, ungraded answers, running times.

Everything comes from what grading left in the course folder; nothing is run. Without `names` the page can be
published: it holds no name, no file name, and no word that a student chose (texts, names of classes and
types, keys of dictionaries), see `own_words`.
"""

import builtins
import html
import re
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from grading.batch.autograde import is_new
from grading.course import Course, Mark, is_graded, why
from grading.intake.collect import Record
from grading.remote.grader_client import OTHER
from grading.remote.protocol import ProtocolError
from labkit.exercises.check import load_answers
from labkit.exercises.probe import probes
from labkit.paths import atomic_write
from labkit.stubs import EXERCISES, find, stubs

COMMON = 8  # diagnoses shown for an exercise
BARS = 10

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]*\w)")
FIGURE = r"(?:-?[\d.]+(?:e[+-]?\d+)?|nan|-?inf)"
SHAPE = r"\([\d, ]*\)"
DTYPE = r"(?:bool|u?int\d+|b?float\d+|complex\d+)"
NONE = r"None \(is there a return\?\)"
VALUE = rf"(?:shape {SHAPE}|{DTYPE} (?:tensor|array) {SHAPE}|a (?:tuple|list) of \d+|{NONE})"
# What judge.failure_message adds to a probe's sentence, where it is made of our words and of numbers
DETAIL = re.compile(
    rf"\. (?:Expected {VALUE}, found {VALUE}|Expected {FIGURE} as [^,]*, found {FIGURE}"
    rf"|Furthest off(?: at \[[\d, ]*\])?: expected {FIGURE}, found {FIGURE}"
    r"|Found values that are not finite \(nan or inf\))"
)
CALL = re.compile(r"`(\w+)` (?:raised (\w+): |returned ).*\. What was checked: (.+)", re.DOTALL)
SILENT = re.compile(
    r"Your code (?:took too long|could not be asked \((\w+)\)), so not everything could be checked\."
)
VERDICT = re.compile(r"^✘ .*? of [\d.e+]+ points\. ", re.DOTALL)


@dataclass(frozen=True)
class Diagnosis:
    """The message of one check about one student's code, without words of the student."""

    exercise: str
    student: str
    text: str

    @property
    def kind(self) -> str:
        """The same for all who made this mistake, whatever numbers came of it."""
        return NUMBER.sub("…", self.text)


@dataclass(frozen=True)
class Ungraded:
    """A file or notebook without points. reason: text in brackets at its end may contain names."""

    student: str
    what: str
    reason: str


@dataclass(frozen=True)
class Report:
    marks: list[Mark]
    diagnoses: list[Diagnosis]
    ungraded: list[Ungraded]
    seconds: dict[tuple[str, str], float]  # by student and assignment


# ------------------------------------------------------------------------------------------------------------
#                                                  Gathering
# ------------------------------------------------------------------------------------------------------------


def gather(course: Course) -> Report:
    """The content of the page. Raises LabError before `build`."""
    submissions = course.submissions()
    waiting = {pair for pair in submissions if is_new(course, *pair)}
    graded = [pair for pair in submissions if pair not in waiting]
    diagnoses, seconds = [], {}
    for student, assignment in graded:
        notebook = course.graded_notebook(student, assignment)
        diagnoses += [Diagnosis(e, student, text) for e, text in messages(notebook)]
        if "labkit" in notebook.metadata:  # the grader's own note
            seconds[student, assignment] = notebook.metadata.labkit.seconds
    ungraded = left_out(course, submissions) + [
        Ungraded(student, assignment, reason(course, student, assignment))
        for student, assignment in sorted(waiting)
    ]
    marks = [mark for mark in course.marks() if (mark.student, mark.assignment) not in waiting]
    return Report(marks, diagnoses, ungraded, seconds)


def messages(notebook: NotebookNode) -> list[tuple[str, str]]:
    """(exercise, message in our words) of every check in a graded notebook that was not passed."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or not is_graded(cell):
            continue
        exercise = cell.metadata.nbgrader.grade_id.removeprefix("check-")
        lines = [verdict(output, exercise) for output in cell.outputs]
        if any(lines):  # the grader puts what happened later in front
            found.append((exercise, [line for line in lines if line][-1]))
    return found


def verdict(output: NotebookNode, exercise: str) -> str:
    """The message of a check, or of the grader that could not do it; empty for a check that was passed."""
    if output.output_type == "error" and output.ename == "NotGraded":
        return output.evalue
    text = html.unescape(re.sub(r"<[^>]*>", "", output.get("data", {}).get("text/html", "")))
    return own_words(exercise, VERDICT.sub("", text)) if VERDICT.match(text) else ""


@cache
def known(exercise: str) -> tuple[str, list[re.Pattern], list[str]]:
    """The start of the message of an empty exercise, its known mistakes, and the sentences of its probes."""
    diagnoses = [re.escape(m.diagnosis) for m in load_answers(exercise).mistakes]
    patterns = [d.replace(r"\{found\}", FIGURE).replace(r"\{expected\}", FIGURE) for d in diagnoses]
    sentences = sorted((q.requirement for q in probes(exercise)), key=len, reverse=True)
    return f"{find(exercise).title} is still empty", list(map(re.compile, patterns)), sentences


def own_words(exercise: str, text: str) -> str:
    """A check's message without a word that a student chose: messages quote exceptions, names and keys."""
    empty, mistakes, sentences = known(exercise)
    silent = SILENT.fullmatch(text)
    if text == OTHER or any(m.fullmatch(text) for m in mistakes):
        return text
    if silent and (silent[1] is None or python_name(silent[1])):
        return text
    if text.startswith(empty):
        return empty
    functions = [entry.name for entry in stubs(exercise)]
    if (call := CALL.fullmatch(text)) and call[1] in functions and call[3] in sentences:
        name, error, sentence = call.groups()
        raised = f"raised {python_name(error) or 'an exception of its own'}" if error else ""
        return f"`{name}` {raised or 'returned another value'}. What was checked: {sentence}"
    for sentence in sentences:
        if text.startswith(sentence):
            detail = text[len(sentence) :]
            return sentence + (detail if DETAIL.fullmatch(detail) else "")
    return "another message"


def python_name(name: str) -> str:
    """The name of one of Python's own exceptions, or of the protocol's; empty for any other."""
    known = getattr(builtins, name, None)
    ours = name == ProtocolError.__name__ or (isinstance(known, type) and issubclass(known, BaseException))
    return name if ours else ""


def left_out(course: Course, submissions: Iterable[tuple[str, str]]) -> list[Ungraded]:
    """Files that collect refused, unless the same student has another submission for the assignment."""
    return [
        Ungraded(line.student, line.file, line.text)
        for line in Record(course).lines
        if not (line.taken or line.older or (line.student, line.assignment) in submissions)
    ]


def reason(course: Course, student: str, assignment: str) -> str:
    log, handed_in = course.log_path(student, assignment), course.submitted_path(student, assignment)
    if not log.is_file() or log.stat().st_mtime < handed_in.stat().st_mtime:
        return "not graded yet: run autograde"
    return f"could not be graded ({why(dict(log=log.read_text('utf-8', 'replace')))})"


# ------------------------------------------------------------------------------------------------------------
#                                                   The page
# ------------------------------------------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884 }
td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
svg { fill: #3b78c2; display: block }
.quiet { opacity: .7 }
"""


def row(*cells: str, tag: str = "td") -> str:
    """Cells are HTML already."""
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def table(head: list[str], rows: list[str]) -> str:
    return f"<table>{row(*head, tag='th')}{''.join(rows)}</table>"


def bars(values: list[float], top: float) -> str:
    """A histogram of values from 0 to `top` as SVG, with a title for screen readers."""
    step = top / BARS or 1
    counts = Counter(min(int(value / step + 1e-9), BARS) for value in values)
    highest = max(counts.values(), default=1)
    title = ", ".join(f"{count} × {value:g}" for value, count in sorted(Counter(values).items()))
    bars = "".join(
        f'<rect x="{bar * 15}" y="{36 - height:.1f}" width="13" height="{height:.1f}"/>'
        for bar, height in sorted((bar, 36 * count / highest) for bar, count in counts.items())
    )
    return f'<svg width="165" height="38" role="img"><title>{title}</title>{bars}</svg>'


def points_table(marks: list[Mark]) -> str:
    rows = []
    for name in dict.fromkeys(mark.name for mark in sorted(marks, key=lambda mark: mark.assignment)):
        mine = [mark for mark in marks if mark.name == name]
        points = [mark.points for mark in mine if mark.points is not None]
        top = mine[0].max_points or max(points, default=0)
        if points:
            full = f"{sum(p >= top for p in points) / len(points):.0%}" if mine[0].max_points else "–"
            numbers = [f"{statistics.median(points):g}", full, bars(points, top)]
        else:
            numbers = ["–", "–", ""]
        counts = [f"{len(points)}", f"{len(mine) - len(points) or '–'}"]
        rows.append(row(title(name), f"{mine[0].max_points:g}", *counts, *numbers))
    head = ["Exercise", "of", "graded", "waiting", "median", "all points", "from none to all"]
    return table(head, rows)


def title(name: str) -> str:
    return EXERCISES[name].title if name in EXERCISES else html.escape(name.capitalize())


def diagnoses_table(diagnoses: list[Diagnosis], names: bool) -> str:
    rows = []
    for exercise in sorted({d.exercise for d in diagnoses}, key=[*EXERCISES].index):
        mine = [d for d in diagnoses if d.exercise == exercise]
        kinds = Counter(d.kind for d in mine)
        for kind, count in kinds.most_common(COMMON):
            same = [d for d in mine if d.kind == kind]
            text = html.escape(kind if len({d.text for d in same}) > 1 else same[0].text)
            if names:
                who = ", ".join(sorted(d.student for d in same))
                text += f'<br><span class="quiet">{html.escape(who)}</span>'
            rows.append(row(title(exercise), f"{count}", text))
        if len(kinds) > COMMON:
            rest = sum(kinds.values()) - sum(count for _, count in kinds.most_common(COMMON))
            rows.append(row(title(exercise), f"{rest}", f"{len(kinds) - COMMON} other things"))
    head = ["Exercise", "students", "message"]
    return table(head, rows) if rows else "<p>Nothing went wrong.</p>"


def ungraded_table(ungraded: list[Ungraded], names: bool) -> str:
    if not ungraded:
        return "<p>Everything that came was graded.</p>"
    if names:
        rows = [row(*map(html.escape, (u.student or "?", u.what, u.reason))) for u in ungraded]
        return table(["Student", "What", "Why"], rows)
    kinds = Counter(u.reason.partition(" (")[0] for u in ungraded)
    return table(["", "Why"], [row(f"{count}", html.escape(kind)) for kind, count in kinds.most_common()])


def timings_table(seconds: dict[tuple[str, str], float], names: bool) -> str:
    rows = []
    for assignment in sorted({assignment for _, assignment in seconds}):
        mine = {who: s for (who, what), s in seconds.items() if what == assignment}
        slowest = max(mine, key=lambda who: mine[who])
        cells = [f"{statistics.median(mine.values()):.0f} s", f"{mine[slowest]:.0f} s"]
        who = [html.escape(slowest)] if names else []
        together = f"{sum(mine.values()) / 60:.1f} min"
        rows.append(row(html.escape(assignment), f"{len(mine)}", *cells, together, *who))
    head = ["Notebook", "graded", "median", "slowest", "together", *(["the slowest"] if names else [])]
    return table(head, rows) if rows else "<p>No times are known.</p>"


def page(report: Report, names: bool) -> str:
    students = {mark.student for mark in report.marks}
    look = len(report.ungraded)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Class report</title><style>{STYLE}</style></head><body>
<h1>Class report</h1>
<p>{len(students)} students with graded work; ungraded: {look}.</p>
<h2>Points</h2>{points_table(report.marks)}
<h2>What goes wrong</h2>{diagnoses_table(report.diagnoses, names)}
<h2>Ungraded</h2>{ungraded_table(report.ungraded, names)}
<h2>Time</h2>{timings_table(report.seconds, names)}
</body></html>
"""


def report(course: Course, names: bool = False) -> Path:
    """Write report.html into the course folder → its path."""
    path = course.root / "report.html"
    text = page(gather(course), names)
    with atomic_write(path) as temporary:
        temporary.write_text(text, "utf-8")
    return path
