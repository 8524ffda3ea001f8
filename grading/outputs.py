"""What a learner's code printed, as text and pictures and nothing that a browser would run.

Graded notebooks are opened by others: as feedback pages, in formgrader, in Jupyter. HTML, JavaScript, SVG,
widgets and whatever comes next stay out of them; each comes with a text for those who cannot show it.
"""

import binascii
import re
from base64 import b64decode

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

PICTURES = ("image/png", "image/jpeg")
LINE = 2000  # characters; readers of notebooks search long lines in quadratic time
LINES = 1000
LONG = " ... (cut)"


class PlainOutputs(NbGraderPreprocessor):
    """Keep what is plain in the outputs of a learner's cells; those of checks are the grader's own."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code" and not is_grade(cell):
            cell.outputs = [plain(output) for output in cell.outputs]
        return cell, resources


def plain(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        output.text = short(str(output.text))
    elif output.output_type == "error":
        output.ename, output.evalue = short(str(output.ename)), short(str(output.evalue))
        output.traceback = [short(str(line)) for line in output.traceback[:LINES]]
    else:
        data = {kind: value for kind, value in output.data.items() if kind in PICTURES and is_base64(value)}
        if isinstance(text := output.data.get("text/plain"), str):
            data["text/plain"] = short(text)
        output.data, output.metadata = data, {}
    return output


def short(text: str) -> str:
    """At most so many lines, and so much of each: of one that was written over, the last writing."""
    lines = text[: LINES * LINE].split("\n", LINES)
    cut = [LONG] if len(lines) > LINES else []
    return "\n".join([clipped(line) for line in lines[:LINES]] + cut)


def clipped(line: str) -> str:
    """A progress bar's last state, without what moves a terminal's cursor."""
    line = line.rstrip("\r").rpartition("\r")[2]
    line = re.sub(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]", "", line[: LINE + 1])
    return line if len(line) <= LINE else line[:LINE] + LONG


def is_base64(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(b64decode(value.replace("\n", ""), validate=True))
    except (binascii.Error, ValueError):
        return False
