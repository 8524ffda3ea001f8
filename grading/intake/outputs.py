"""Outputs and text of a learner without active content: no scripts, no links to pictures elsewhere.

Collected and graded notebooks are opened by others: as feedback pages, in formgrader, in Jupyter, which act
on metadata, widgets, HTML, JavaScript, SVG and future formats. So this is an allow list: text, pictures of
these kinds, and metadata that the grader itself wrote. Nothing else is kept.
"""

import binascii
import json
import re
from base64 import b64decode

import bleach
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader.utils import is_grade

PICTURES = ("image/png", "image/jpeg")
ATTACHED = (*PICTURES, "image/gif", "image/webp")
LINE = 2000  # characters; readers of notebooks search long lines in quadratic time
LINES = 1000
ROOM = 16 * 2**20  # characters of all outputs of a notebook
LONG = " ... (cut)"
NO_ROOM = f"... (this and what follows is cut: a notebook's outputs have {ROOM >> 20} MB)"
TAGS = [
    *bleach.ALLOWED_TAGS, "br", "dd", "del", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "p", "pre", "s", "span", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u",
]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------
#                                             Notebooks and their outputs
# ------------------------------------------------------------------------------------------------------------


def plain_notebook(notebook: NotebookNode) -> NotebookNode:
    """A new notebook of what is allowed; outputs of checks are the grader's own, and are kept."""
    kept = {key: value for key, value in notebook.metadata.items() if key in ("kernelspec", "labkit")}
    made = new_notebook(metadata=kept | {"language_info": {"name": "python"}})
    room = ROOM
    for cell in notebook.cells:
        new = dict(code=new_code_cell, markdown=new_markdown_cell).get(cell.cell_type, new_raw_cell)
        metadata = {key: value for key, value in cell.metadata.items() if key == "nbgrader"}
        fresh = new(cell.source, id=cell.id, metadata=metadata)
        if cell.cell_type == "markdown" and (pictures := attached(cell.get("attachments"))):
            fresh.attachments = pictures
        if cell.cell_type == "code":
            fresh.execution_count = whole_number(cell.execution_count)
            fresh.outputs = cell.outputs
            if not is_grade(cell):
                fresh.outputs, room = within([plain(output) for output in cell.outputs], room)
        made.cells.append(fresh)
    return made


def within(outputs: list[NotebookNode], room: int) -> tuple[list[NotebookNode], int]:
    """As many outputs as there is room for, and the room that is left for others."""
    for i, output in enumerate(outputs):
        room -= len(json.dumps(output))
        if room < 0:
            return [*outputs[:i], new_output("stream", text=NO_ROOM)], 0
    return outputs, room


def plain(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        name = "stderr" if output.name == "stderr" else "stdout"
        return new_output("stream", name=name, text=short(str(output.text)))
    if output.output_type == "error":
        lines = output.traceback if isinstance(output.traceback, list) else []
        return new_output(
            "error", ename=short(str(output.ename)), evalue=short(str(output.evalue)),
            traceback=[short(str(line)) for line in lines[:LINES]],
        )  # fmt: skip
    given = output.data if isinstance(output.data, dict) else {}
    data = {kind: value for kind, value in given.items() if kind in PICTURES and is_base64(value)}
    if isinstance(text := given.get("text/plain"), str):
        data["text/plain"] = short(text)
    if output.output_type == "execute_result":
        return new_output("execute_result", data, execution_count=whole_number(output.get("execution_count")))
    return new_output("display_data", data)


def whole_number(count: object) -> int | None:
    """The number of a cell, as far as it is one."""
    return count if type(count) is int and 0 <= count < 2**31 else None


def short(text: str) -> str:
    """At most LINES lines of at most LINE characters; of a line that was overwritten, the last version."""
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


def attached(attachments: object) -> dict[str, dict[str, str]]:
    """The pictures among a text cell's attachments."""
    found = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        of_it = bundle.items() if isinstance(bundle, dict) else ()
        if pictures := {kind: data for kind, data in of_it if kind in ATTACHED and is_base64(data)}:
            found[name] = pictures
    return found


# ------------------------------------------------------------------------------------------------------------
#                                                    Text cells
# ------------------------------------------------------------------------------------------------------------

TAG = re.compile(r"<img\s[^<>]*>|<(?:[a-z][a-z0-9]*\s*/?>|https?://[^\s<>\"']*>|(?=[a-z]))", re.IGNORECASE)
HARMLESS = {*TAGS, "http", "https"}
NAME = re.compile(r"[a-z0-9]+", re.IGNORECASE)
INSIDE = r"(?:attachment:|data:image/(?:png|jpeg|gif|webp);base64,)"
SOURCE = re.compile(rf"""\ssrc\s*=\s*["']?({INSIDE}[^\s"'<>&]+)""", re.IGNORECASE)
SIZE = re.compile(r"""\s(width|height)\s*=\s*["']?(\d{1,4}%?)""", re.IGNORECASE)
OUTSIDE = re.compile(rf"!\[(?![^\[\]]*\]\({INSIDE})", re.IGNORECASE)


def inert(source: str) -> str:
    """Markdown that loads nothing and shows only text and its own pictures, in every program.

    Anything else stays as readable text, mostly with a space in it: `< script>`, `! [plot](https://...)`.
    Whether it is inside of code makes no difference, since programs parse Markdown differently.
    """
    source = OUTSIDE.sub("! [", TAG.sub(bare, source))
    if "mermaid" in source.lower():  # JupyterLab draws these diagrams, with pictures from elsewhere
        source = "\n".join(map(undrawn, source.split("\n")))
    return source


def bare(match: re.Match) -> str:
    """A tag without attributes, but for a picture's source and size; an address; any other tag as text."""
    tag = match[0]
    name = NAME.match(tag, 1)
    if name and name[0].lower() in HARMLESS and tag[-1] == ">":
        return tag
    picture = SOURCE.search(tag)
    if picture is None:
        return "< " + tag[1:]
    size = "".join(f' {name.lower()}="{number}"' for name, number in dict(SIZE.findall(tag)).items())
    return f'<img src="{picture[1]}"{size}>'


def undrawn(line: str) -> str:
    fenced = "```" in line or "~~~" in line
    return re.sub("mermaid", "text", line, flags=re.IGNORECASE) if fenced else line
