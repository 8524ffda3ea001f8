"""What a kernel does with code that was written for another machine, without a kernel."""

import json
import subprocess
import sys

import pytest

from grading.paths import ROOT

# In a process of its own, since a shell replaces Python's __main__
SHELL = """
import contextlib, io, json, sys
import torch
from grading.remote import tolerance

tolerance.prepare()
tolerance.TolerantShell._showtraceback = lambda *arguments: None
found = {}
for name, code in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        shell = tolerance.TolerantShell()
        shell.run_cell(code, store_history=False)
    found[name] = "helper" in shell.user_ns, printed.getvalue()
print(json.dumps(found))
"""

HINT = "from not_here import Float, typed\n"
CELLS = {
    "a cell magic": "%%memit -r 3\nimport not_here\nhelper = 1",
    "a cell magic above others": "%%memit\n%matplotlib widget\n!pip install x\nhelper = 1",
    "a profiler": "%%prun -q\nimport not_here\nhelper = 1",
    "a type hint": HINT + 'def helper(x: Float["b n"], *, y: Float["b"] = 1) -> Float["b"]:\n    return x',
    "a type hint of a coroutine": HINT + 'async def helper(x: Float["b n"]): pass',
    "a field": HINT + 'class helper:\n    x: Float["b"] = 1\n    def f(self) -> Float["b"]: pass',
    "a decorator": HINT + "import functools\n@functools.cache\n@typed\ndef helper(): pass",
    "a decorator with arguments": "import not_here as n\n@n.typed(how=[n.fast])\ndef helper(): pass",
    "an own display of errors": """
get_ipython().set_custom_exc((Exception,), lambda self, *error, tb_offset=None: print("mine"))
1 / 0
helper = 1""",
}
LOST = {
    "a shell's cell": "%%shell\necho $x; helper=1",
    "an unknown decorator": "@not_defined\ndef helper(): pass",
}


@pytest.fixture(scope="module")
def found() -> dict:
    command = [sys.executable, "-c", SHELL]
    done = subprocess.run(command, input=json.dumps(CELLS | LOST), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", CELLS)
def test_what_can_run_is_run(found, name):
    helper, printed = found[name]
    assert helper
    assert "mine" in printed or "Skipped while grading:" in printed


@pytest.mark.parametrize("name", LOST)
def test_what_means_nothing_here_is_not(found, name):
    assert not found[name][0]


def test_a_function_for_the_gpu_is_asked_on_the_cpu():
    code = """
import torch
from grading.remote import tolerance
def step(x):
    torch.cuda.synchronize()
    noise = torch.randn(2, generator=torch.Generator(device="cuda").manual_seed(0), device="cuda")
    assert isinstance(torch.Generator(), torch.Generator) and noise.isfinite().all()
    return x.to("cuda") + 1
tolerance.prepare()
print(tolerance.on_any_device(step, torch.ones(2)).sum().item())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "4.0\n", done.stderr
