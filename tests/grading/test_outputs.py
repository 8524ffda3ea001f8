"""What a learner's code prints and a learner writes, on its way into somebody's browser."""

import base64
from html.parser import HTMLParser

import nbformat
import pytest
from hostile import Hostile
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from toy_course import meta

from grading.batch.autograde import enter
from grading.batch.jobs import Points
from grading.book.feedback import feedback, harmless
from grading.intake.outputs import LINE, LINES, ROOM, inert, plain_notebook
from labkit.exercises.check import Verdict
from labkit.exercises.judge import Judgement

PICTURE = base64.b64encode(b"\x89PNG and so on").decode()
SCRIPTS = [
    "<script>attack()</script>",
    "<img src=x onerror=attack()>",
    "<svg onload=attack()><a xlink:href='javascript:attack()'>x</a></svg>",
    "<a href='javascript:attack()'>x</a>",
    "<a href='data:text/html,<script>attack()</script>'>x</a>",
    "<a href=' &#106;avascript:attack()'>x</a>",
    "<iframe srcdoc='<script>attack()</script>'></iframe>",
    "<form action='https://example.org'><input name=password><button>Log in</button></form>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<link rel=stylesheet href='https://example.org/a.css'>",
    "<style>body { display: none }</style>",
    "<div style='position:fixed;top:0;background:url(https://example.org/seen)'>10 of 10 points</div>",
    "<img src='https://example.org/seen.png'>",
    "<object data='https://example.org'></object><embed src='https://example.org'><base href='https://example.org'>",
    "</pre></div></body><script>attack()</script>",
    "<noscript><p title='</noscript><img src=x onerror=attack()>'>",
    "[x](javascript:attack()) ![x](https://example.org/seen.png)",
    "<math><mtext><table><mglyph><style><img src=x onerror=attack()>",
]


class Page(HTMLParser):
    """What a browser would run, load or obey."""

    def __init__(self, text: str):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag not in TEXT:
            self.found.add((tag, str(sorted(attributes, key=str))))
        for name, value in attributes:
            value = (value or "").strip().lower()
            if name.startswith("on") or name in ("srcdoc", "action", "formaction"):
                self.found.add((tag, name, value))
            inside = tag == "img" and value.startswith("data:image/")
            if name in ("href", "src", "xlink:href", "data") and not inside and not value.startswith(LINKS):
                self.found.add((tag, name, value))
            if name == "src" and value.startswith("http"):
                self.found.add((tag, name, value))
            if name == "style" and ("url" in value or "position" in value):
                self.found.add((tag, name, value))


LINKS = ("#", "http:", "https:", "mailto:")
TEXT = {
    "a", "b", "blockquote", "body", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "head", "hr", "html", "i", "img", "li", "ol", "p", "pre", "s", "span", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "title", "tr", "u", "ul",
}  # fmt: skip


def plain(*outputs) -> list:
    return plain_notebook(new_notebook(cells=[new_code_cell("", outputs=list(outputs))])).cells[0].outputs


def test_only_text_and_pictures_stay():
    kinds = ["text/html", "text/markdown", "text/latex", "text/vnd.mermaid", "text/something-new"]
    kinds += ["image/svg+xml", "application/javascript", "application/pdf"]
    kinds += ["application/vnd.jupyter.widget-view+json"]
    data = {kind: SCRIPTS[0] for kind in kinds} | {
        "text/plain": "<Table>",
        "image/png": PICTURE,
        "image/jpeg": PICTURE,
    }
    for kind in ("display_data", "execute_result"):
        [output] = plain(new_output(kind, data=data, metadata={"image/png": {"width": '1" onload="x'}}))
        assert output.data == {"text/plain": "<Table>", "image/png": PICTURE, "image/jpeg": PICTURE}
        assert output.metadata == {}
        [output] = plain(new_output(kind, data={"image/png": f'{PICTURE}"><script>', "text/plain": ["x"]}))
        assert output.data == {}


def test_what_a_check_said_is_left_alone():
    said = new_output("execute_result", data={"text/html": "<div>7.5</div>", "text/plain": "7.5"})
    cell = new_code_cell("", outputs=[said], metadata=meta("check-code7", True, False, 10))
    assert plain_notebook(new_notebook(cells=[cell])).cells[0].outputs == [said]


@pytest.mark.parametrize(
    "printed, kept",
    [
        ("one\ntwo\n", "one\ntwo\n"),
        ("  1%\r 50%\r100%\nwell\r\n", "100%\nwell\n"),
        ("\x1b[31mred\x1b[0m\ttab", "\x1b[31mred\x1b[0m\ttab"),
        ("a\x00\x07\bb", "ab"),
        ("x" * (LINE + 9), "x" * LINE + " ... (cut)"),
        ("x\n" * (LINES + 9), "x\n" * LINES + " ... (cut)"),
    ],
)
def test_text_is_kept_up_to_a_limit(printed, kept):
    assert plain(new_output("stream", text=printed))[0].text == kept
    [error] = plain(new_output("error", ename=printed, evalue=printed, traceback=[printed] * 2 * LINES))
    assert error.ename == error.evalue == error.traceback[0] == kept and len(error.traceback) == LINES


def test_a_notebook_is_made_anew():
    """Nothing stays of what Jupyter and its extensions act on, whatever it is called."""
    hostile, kernel = Hostile("http://127.0.0.1:9"), {"name": "python3", "display_name": "Python 3"}
    notebook = new_notebook(cells=hostile.cells(), metadata=hostile.metadata() | {"kernelspec": kernel})
    notebook.metadata |= {"widgets": hostile.widgets(), "mine": 1}
    first, last = notebook.cells[0], notebook.cells[-1]
    first.attachments = {"p": {"image/png": PICTURE, "text/html": PICTURE}, "q": {"text/html": PICTURE}}
    for cell in notebook.cells:
        cell.metadata |= hostile.cell_metadata()
    last.metadata |= meta("code7", False, True)
    made = plain_notebook(notebook)
    assert made.metadata == {"kernelspec": kernel, "language_info": {"name": "python"}}
    assert [(c.id, c.source) for c in made.cells] == [(c.id, c.source) for c in notebook.cells]
    assert made.cells[0].attachments == {"p": {"image/png": PICTURE}}
    assert not any("attachments" in cell for cell in made.cells[1:])
    assert [cell.metadata for cell in made.cells[:-1]] == [{}] * (len(made.cells) - 1)
    assert made.cells[-1].metadata == meta("code7", False, True)
    assert {cell.cell_type for cell in made.cells} == {"code", "markdown", "raw"}
    nbformat.validate(made)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"output_type": "display_data", "data": 7, "metadata": []},
        {"output_type": "execute_result", "data": {"text/plain": "7"}, "execution_count": "8"},
        {"output_type": "stream", "name": ["stderr"], "text": {}},
        {"output_type": "error", "ename": 7, "evalue": None, "traceback": 7},
        {"output_type": "error", "ename": "", "evalue": "", "traceback": [7, {}]},
    ],
)
def test_nonsense_of_a_kernel_becomes_a_valid_output(nonsense):
    cell = new_code_cell("")
    notebook = new_notebook(cells=[cell])
    cell.outputs, cell.execution_count = [nbformat.from_dict(nonsense)], "<b>7</b>"
    nbformat.validate(plain_notebook(notebook))


def test_outputs_of_a_notebook_have_room_for_so_much():
    picture = new_output("display_data", data={"image/png": "A" * (ROOM // 4)})
    cells = [new_code_cell("", outputs=[picture, picture]) for _ in range(3)]
    one, two, three = plain_notebook(new_notebook(cells=cells)).cells
    assert one.outputs == [picture, picture]
    assert two.outputs[0] == picture and "cut" in two.outputs[1].text
    assert "cut" in three.outputs[0].text and len(three.outputs) == 1


TEXTS = Hostile("http://x").texts()


EXPORTER = HTMLExporter()


def loads(text: str) -> set:
    """What a text cell makes a browser do, as nbconvert shows it, which sanitizes nothing by itself."""
    html = EXPORTER.markdown2html({}, text.replace("attachment:", "data:image/png;base64,"))
    return {found for found in Page(html).found if found[0] != "a"}


@pytest.mark.parametrize("text", [*TEXTS.values(), *SCRIPTS])
def test_text_cells_load_nothing(text):
    assert not loads(inert(text))
    assert inert(inert(text)) == inert(text)
    assert inert(text).replace(" ", "") == text.replace(" ", "") or "mermaid" in text or "srcset" in text


def test_there_was_something_to_load():
    drawn = {"text-mermaid", "text-mermaid-picture", "text-mermaid-css", "text-math"}  # by other programs
    not_here = {"text-background", "text-image-nested", "text-img-lines", "text-img-slash"}
    assert {name for name, text in TEXTS.items() if not loads(text)} <= drawn | not_here


PIECES = [
    *"<>![]()\"'`\\/= \n", "img", "IMG ", "src", "x", "![", "](", "attachment:", "http://x", "$", "```",
    "<b>", "data:image/png;base64,", "data:image/svg+xml,", "[r]: http://x\n", "<!-- ", "-->", "<p x='",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_text_of_any_kind_loads_nothing(pieces):
    text = inert("".join(pieces))
    assert not loads(text) and inert(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<!-- answer q6 -->\n\nIf a < b, then $x<0$ and `x < 3`.<br/>H<sub>2</sub>O &lt; <b>5</b>.",
        "See <https://x.org/a?b=c>.",
        "![plot](attachment:p.png) ![](data:image/png;base64,aGk=) [a link](https://x.org)! A [mermaid](x).",
        '<img src="attachment:p.png" width="300">',
        "```python\nprint(a <= b, a != [1])\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_ordinary_text_stays(text):
    assert inert(text) == text


def test_a_picture_keeps_its_size():
    given = "<p>\n<img alt='x'\n src=attachment:a%20b.png style='x' WIDTH=50% onload='x'>"
    assert inert(given) == '<p>\n<img src="attachment:a%20b.png" width="50%">'


def test_long_text_takes_no_long_time():
    for piece in ("![", "<img ", "<b ", "<https://", "``` mermaid ", "<img src=", "![]("):
        assert len(inert(piece * (2**20 // len(piece)))) > 2**19


@pytest.mark.parametrize("html", SCRIPTS)
def test_html_of_learners_does_nothing(html):
    assert Page(html).found or "javascript" in html or "example.org" in html  # would do something
    assert not Page(harmless(html)).found


@pytest.mark.parametrize(
    "html",
    [
        '<h2>T</h2><p style="color: red;">x &lt; y</p><a href="https://x.org">z</a>',
        "<table><tbody><tr><td>1</td></tr></tbody></table>",
        f'<img alt="a" src="data:image/png;base64,{PICTURE}">',
    ],
)
def test_ordinary_html_stays(html):
    assert harmless(html) == html


@pytest.mark.slow
def test_a_feedback_page_runs_nothing_of_the_learners(course, student):
    """Pages of one who attacks and one who does not have the same scripts, styles and links in them."""
    pages = {}
    for who, attacks in dict(good=["Fine."], evil=SCRIPTS).items():
        mine, text = student(), "\n\n".join(attacks)
        mine.solve()
        mine.write("answer-q6", f"<!-- answer q6 -->\n{text}")
        mine.cells.append(new_markdown_cell(text, id="own"))
        mine.cells.append(new_raw_cell(text, id="raw"))
        shown = [
            new_output("display_data", data={"text/html": text, "image/svg+xml": text, "text/plain": text})
        ]
        shown += [
            new_output("stream", text=text),
            new_output("error", ename=text, evalue=text, traceback=[text]),
        ]
        mine.cells.append(new_code_cell(f'"""\n{text}\n"""', id="shown", outputs=shown))
        check = mine.cells[mine.index("check-code7")]
        verdict = Verdict("Code 7", Judgement(0, 10, ("shape",), f"raised ValueError: {text}", None))
        check.outputs = [new_output("execute_result", data=verdict._repr_mimebundle_())]
        notebook, _ = Points().preprocess(plain_notebook(mine.notebook), {})
        nbformat.validate(notebook)
        path = course.submitted_path(who, "03_diffusion")
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        with course.gradebook() as gradebook:
            enter(course, gradebook, (who, "03_diffusion"), notebook)
    assert feedback(course) == (2, {})
    for who in ("good", "evil"):
        pages[who] = (course.feedback / who / "03_diffusion" / "03_diffusion.html").read_text("utf-8")
    assert Page(pages["evil"]).found == Page(pages["good"]).found
    assert "attack()" in pages["evil"] and "Fine." in pages["good"]  # shown as text
    assert '<div style="color:' in pages["good"].replace(
        "color: ", "color:"
    )  # the check's own words keep their colour


def test_a_long_line_takes_no_long_time():
    """Notebook readers search for carriage returns in quadratic time: ten million letters would take days."""
    [output] = plain(new_output("stream", text="x" * 10**7 + "\r\n" + "\b" * 10**6))
    assert len(output.text) < 2 * LINE
