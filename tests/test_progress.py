"""Progress bars: text on stderr in a terminal, and nothing left in a saved notebook."""

import time

import nbformat
import pytest
from nbclient import NotebookClient

from labkit.progress import bar

pytestmark = pytest.mark.slow
CELL = """
import time
from labkit.progress import bar
for word in ("first", "second"):
    for i in bar(range(4), word):
        time.sleep(0.4)
print("end")
"""


def test_in_a_terminal_it_is_text_on_stderr(capsys):
    assert [time.sleep(0.3) or i for i in bar(range(3), "walking")] == [0, 1, 2]
    assert "walking: 100%" in capsys.readouterr().err
    assert [time.sleep(0.3) or i for i in bar(range(3), "walking", show=False)] == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_saved_notebook_keeps_none_of_it(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    seen = []
    process = client.process_message

    def watch(message, cell, index):
        seen.append(message["content"].get("data", {}).get("text/plain", ""))
        return process(message, cell, index)

    client.process_message = watch
    client.execute()
    shown, printed = notebook.cells[0].outputs
    assert shown.data == {"text/plain": "", "text/html": ""}
    assert (printed.name, printed.text) == ("stdout", "end\n")
    assert any("first:" in text for text in seen) and any("second:" in text for text in seen)
