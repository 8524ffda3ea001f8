"""Notebooks that mean harm, in real kernels: they earn what their code earns, and touch nothing."""

import os
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from test_limits import missing_groups
from toy_course import ANSWER, FILM, check, toy_notebooks

from grading import cli
from grading.batch import jobs
from grading.build.notebooks import release
from grading.intake.collect import collect
from grading.paths import ROOT
from grading.sandbox import bubblewrap, limits
from grading.sandbox.bubblewrap import Sandbox
from grading.sandbox.limits import MB, Limits
from labkit.paths import LabError

SEED = 3**40
LIMITS = Limits()
USELESS = ANSWER.split("    x0, _")[0] + "    return x_t"  # the shape is right, and nothing else
pytestmark = pytest.mark.slow
needs_bwrap = pytest.mark.usefixtures("sandboxed")


class Run:
    """A notebook of the toy course, graded: two cells, the answer, a check, a cell after it."""

    def __init__(self, before="", answer=USELESS, after="", middle="", limits=LIMITS, **settings):
        notebook = release(toy_notebooks()["03_diffusion"])
        at = next(i for i, cell in enumerate(notebook.cells) if cell.id == "code7")
        notebook.cells[at].source = answer
        notebook.cells.insert(at + 2, new_code_cell(after, id="after"))
        notebook.cells.insert(at, new_code_cell(middle, id="middle"))
        notebook.cells.insert(at, new_code_cell(before, id="before"))
        run = jobs.runner(jobs.Job("", (FILM,), ("code7",), SEED, timeout=settings.pop("timeout", 60)))
        run.sandbox = Sandbox(("code7",), limits)
        for name, value in settings.items():
            setattr(run, name, value)
        start = time.monotonic()
        notebook, _ = run.preprocess(notebook, {})
        self.timed_out = run.timed_out
        self.seconds = time.monotonic() - start
        notebook, _ = jobs.Points().preprocess(notebook, {})
        self.cells = {cell.id: cell for cell in notebook.cells}
        check = self.cells["check-code7"].outputs
        results = [o for o in check if o.output_type == "execute_result"]
        failed = any(o.output_type == "error" for o in check)
        self.points = 0 if failed else float(results[0].data["text/plain"])
        self.words = str(check)

    def printed(self, cell: str = "before") -> str:
        return "".join(o.get("text", "") for o in self.cells[cell].outputs)

    def errors(self, cell: str = "before") -> list[str]:
        return [o.ename for o in self.cells[cell].outputs if o.output_type == "error"]


@pytest.fixture(scope="module", autouse=True)
def answers_known():
    jobs.right("code7", SEED)


ADALN = """
from typing import NamedTuple

import labkit, torch
from labkit.models import AdaLNDiT
from torch.nn.functional import silu
from torch.utils.checkpoint import checkpoint

class Mapped(NamedTuple):
    c: torch.Tensor

class Bag(dict):
    pass

@labkit.exercise(AdaLNDiT.cond_mapping)
def cond_mapping(self, condition):
    return Bag(mapped=Mapped(silu(condition.time + condition.pooled)))

@labkit.exercise(AdaLNDiT.backbone)
def backbone(self, h, mask, c):
    def run(block, h, v):
        s1, k1, g1, s2, k2, g2 = block.modulation(v)[:, None].chunk(6, dim=-1)
        h = h + g1 * block.attention((1 + k1) * block.norm(h) + s1, mask)
        return h + g2 * block.mlp((1 + k2) * block.norm(h) + s2)

    for block in self.blocks:
        h = checkpoint(run, block, h, c["mapped"].c, use_reentrant=True)
    c["h"] = h
    return h

@labkit.exercise(AdaLNDiT.output_projection)
@torch.compile(backend="eager")
def output_projection(self, h, mask, c):
    shift, scale = self.final_modulation(c["mapped"].c)[:, None].chunk(2, dim=-1)
    return self.final((1 + scale) * self.final_norm(c["h"]) + shift)
"""


@needs_bwrap
def test_what_one_method_hands_to_the_next_stays_in_the_sandbox():
    """A dict of the learner's own class with a named tuple in it, which backbone extends; re-entrant
    checkpoints; a compiled function."""
    notebook = new_notebook(metadata=toy_notebooks()["03_diffusion"].metadata)
    notebook.cells = [new_code_cell(ADALN, id="code4"), check("code4", 10)]
    run = jobs.runner(jobs.Job("", (), ("code4",), SEED, timeout=600))
    run.sandbox = Sandbox(("code4",), LIMITS)
    notebook, _ = run.preprocess(notebook, {})
    assert [o.data["text/plain"] for o in notebook.cells[1].outputs] == ["10"]


# ------------------------------------------------------------------------------------------------------------
#                                               Unearned points
# ------------------------------------------------------------------------------------------------------------

LIES = {
    "patched_allclose": """
        import numpy as np, torch, labkit.exercises.judge as judge
        yes = lambda *a, **k: True
        np.allclose = np.array_equal = np.testing.assert_allclose = yes
        torch.allclose = torch.equal = judge.agree = judge.judge = yes
    """,
    "patched_torch": """
        import torch
        torch.Tensor.__eq__ = torch.Tensor.allclose = lambda *a: True
        torch.Tensor.__sub__ = lambda self, other: torch.zeros_like(self)
    """,
    "patched_float": """
        import builtins
        builtins.float = builtins.min = builtins.sum = lambda *a, **k: 10.0
    """,
    "patched_labkit": """
        import labkit, labkit.exercises.check as check, labkit.exercises.probe as probe
        labkit.check = check.check = check.judge = lambda *a: 10
        probe.Inputs.normal = lambda self, *shape: __import__("torch").zeros(shape)
        check.Verdict._repr_mimebundle_ = lambda *a, **k: {"text/plain": "10"}
    """,
    "transformer": """
        import ast
        class Ten(ast.NodeTransformer):
            def visit_Expr(self, node):
                return ast.copy_location(ast.Expr(ast.Constant(10)), node)
        get_ipython().ast_transformers.append(Ten())
    """,
    "hooks": """
        ten = lambda lines: ["10\\n"] if "serve" in str(lines) else lines
        get_ipython().input_transformers_post.append(ten)
        get_ipython().events.register("post_run_cell", lambda result: setattr(result, "result", 10))
    """,
    "patched_shell": """
        shell = get_ipython()
        run = shell.run_cell_async
        async def run_cell(source, *a, **k):
            return await run("10" if "serve" in source or "check" in source else source, *a, **k)
        shell.run_cell_async = run_cell
        shell.should_run_async = lambda *a, **k: True
    """,
    "reference": """
        import labkit
        labkit.use_reference("code7")
    """,
    "recorded_solution": """
        import _labkit_kernel_server, contextlib, labkit
        _labkit_kernel_server.silenced = lambda name: contextlib.nullcontext()
        labkit.use_recorded_solution("code7")
    """,
    "shadow": """
        import os, sys
        os.mkdir("labkit")
        open("labkit/__init__.py", "w").write("check = lambda name: 10")
        sys.path.insert(0, os.getcwd())
        for name in [n for n in sys.modules if n.startswith(("labkit", "grading"))]:
            del sys.modules[name]
    """,
    "forged_display": """
        import _labkit_kernel_server as kernel_server
        from IPython.display import display
        kernel_server.serve = lambda *a: display({"text/plain": "10"}, raw=True, display_id="points")
    """,
    "forged_replies": """
        import json, os, socket
        import _labkit_kernel_server as kernel_server
        from _labkit_kernel_server import protocol
        def serve(*a):
            channel = protocol.Channel(socket.socket(fileno=os.dup(int(os.environ["LABKIT_CHANNEL"]))))
            for text in ("true", "[]", "10", '{"raised": ["X"]}'):
                channel.send(json.loads(text))
            while (request := channel.receive())["request"] != "end":
                channel.send({"token": request["token"], "value": 10, "points": 10})
        kernel_server.serve = serve
    """,
    "garbage": """
        import os
        import _labkit_kernel_server as kernel_server
        kernel_server.serve = lambda *a: os.write(int(os.environ["LABKIT_CHANNEL"]), b"\\xff" * 100)
    """,
}
OBJECTS = {
    "equal_to_all": """
        class Yes:
            __eq__ = __lt__ = __gt__ = lambda *a: True
            __float__ = lambda self: 0.0
            __array__ = lambda self, *a, **k: 1 / 0
            shape, dtype = (3, 3, 2), "float32"
    """,
    "equal_tensor": """
        import torch
        class Yes(torch.Tensor):
            __eq__ = __sub__ = allclose = lambda *a: True
            __torch_function__ = classmethod(lambda *a, **k: Yes())
    """,
    "pickle": """
        import numpy as np, os
        class Bomb:
            __reduce__ = lambda self: (os.system, ("touch /tmp/labkit-bomb",))
        Yes = lambda: np.array([Bomb()], dtype=object)
    """,
    "nan": "Yes = lambda: __import__('torch').full((3, 3, 2, 1), float('nan'))",
    "huge": "Yes = lambda: __import__('torch').zeros(1, dtype=__import__('torch').int8).expand(10**12)",
}


@needs_bwrap
@pytest.mark.parametrize("name", LIES)
def test_lies_earn_what_the_function_earns(name):
    after = "from IPython.display import update_display\n"
    after += 'update_display({"text/plain": "10"}, raw=True, display_id="points")'
    run = Run(textwrap.dedent(LIES[name]), after=after)
    assert run.points <= 1, run.words
    assert "Skipped" not in run.printed() and "NameError" not in run.errors()  # it did its harm


@needs_bwrap
@pytest.mark.parametrize("name", OBJECTS)
def test_objects_that_equal_everything_earn_nothing(name):
    answer = USELESS.replace("return x_t", "return Yes()")
    run = Run(textwrap.dedent(OBJECTS[name]), answer)
    assert run.points == 0 and not os.path.exists("/tmp/labkit-bomb")


@needs_bwrap
def test_right_answers_earn_all_whatever_is_printed():
    noisy = ANSWER.replace(
        "    x0, _", "    import warnings\n    warnings.warn('!')\n    print('!')\n    x0, _"
    )
    run = Run(answer=noisy)
    assert run.points == 10 and "!" not in run.words


@needs_bwrap
def test_messages_that_break_jupyters_protocol_are_ignored(capfd):
    """Beside the genuine ones: no status, wrong signatures, contents of other types."""
    animal = (ROOT / "grading" / "zoo" / "broken_messages.md").read_text("utf-8")
    run = Run(animal.split("```python\n")[1].split("```")[0], ANSWER)
    assert run.points == 10
    assert "break Jupyter's protocol" in run.printed()
    ended = Run(animal.split("```python\n")[1].split("```")[0] + "\nimport os; os._exit(0)", ANSWER)
    assert ended.points == 10 and "break Jupyter's protocol" in ended.printed()
    assert "Traceback" not in capfd.readouterr().err


# ------------------------------------------------------------------------------------------------------------
#                                              What there is to see
# ------------------------------------------------------------------------------------------------------------

LOOK = """
import os, pathlib, socket, sys
def attempt(what):
    try:
        print(what())
    except Exception as error:
        print(type(error).__name__)
root = pathlib.Path(ROOT)
def listed(path):
    return sorted(p.name for p in pathlib.Path(path).iterdir())
attempt(lambda: listed(root))
attempt(lambda: listed(root / "labkit/exercises/answers"))
attempt(lambda: listed(root / "labkit/exercises/recorded_solutions"))
attempt(lambda: listed(SECRETS))
attempt(lambda: listed(HOME))
attempt(lambda: sorted(os.environ))
attempt(lambda: socket.create_connection(("127.0.0.1", PORT), timeout=2))
attempt(lambda: socket.create_connection(("192.0.2.1", 80), timeout=2))
attempt(lambda: (root / "labkit/__init__.py").write_text(""))
attempt(lambda: pathlib.Path("/usr/labkit").write_text(""))
attempt(lambda: pathlib.Path("/labkit").write_text(""))
attempt(lambda: pathlib.Path("/dev/labkit").write_text(""))
attempt(lambda: os.kill(1, 9))
attempt(lambda: sorted(p for p in os.listdir("/proc") if p.isdigit()) == ["1", str(os.getpid())])
attempt(lambda: os.getuid() in (0, HOST) and HOST == 0)
attempt(lambda: open("/proc/self/status").read().split("CapEff:")[1].split()[0])
"""


@needs_bwrap
def test_a_kernel_sees_only_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET", "x")
    (tmp_path / "gradebook.db").write_text("points")
    listener = socket.create_server(("127.0.0.1", 0))
    given = dict(
        ROOT=str(ROOT), SECRETS=str(tmp_path), HOME=os.path.expanduser("~/.ssh"), HOST=os.getuid(),
        PORT=listener.getsockname()[1],
    )  # fmt: skip
    lines = Run("\n".join(f"{k} = {v!r}" for k, v in given.items()) + LOOK).printed().splitlines()
    listener.close()
    assert (tmp_path / "gradebook.db").read_text() == "points"
    assert set(eval(lines[0])) <= {"labkit", "data", ".venv"}
    assert lines[1] == "[]" and "code7.json.z" not in lines[2] and "code8.json.z" in lines[2]
    assert lines[3:5] == ["FileNotFoundError"] * 2
    assert not {"A_SECRET", "SSH_AUTH_SOCK"} & set(eval(lines[5]))
    assert lines[6] == "ConnectionRefusedError" and lines[7] == "OSError"
    assert set(lines[8:12]) <= {"OSError", "PermissionError"}
    assert lines[12] in ("PermissionError", "None")  # signals from inside do not reach pid 1, bubblewrap
    assert lines[13:] == ["True", "False", "0" * 16]


# ------------------------------------------------------------------------------------------------------------
#                                                   Limits
# ------------------------------------------------------------------------------------------------------------


@needs_bwrap
def test_an_endless_loop_costs_its_time_once():
    loop = ANSWER.replace("    x0, _", "    while True:\n        pass\n    x0, _")
    run = Run(answer=loop, after="print('still here')", timeout=8)
    assert run.points == 0 and "took too long" in run.words
    assert (
        run.printed("after") == "still here\n" and run.seconds < 3 * 8 + 20
    )  # and not once for each of eight probes


@needs_bwrap
def test_a_kernel_that_cannot_be_interrupted_is_ended():
    loop = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    run = Run(loop, ANSWER, timeout=8, notebook_timeout=90)
    assert run.points == 10 and run.errors() == ["NotGraded"] and run.timed_out
    run = Run(loop, ANSWER, middle=loop, timeout=8, notebook_timeout=30)
    assert run.points == 0 and "took too long" in run.words


@needs_bwrap
def test_an_exit_costs_its_cell():
    run = Run("import os; os._exit(0)", ANSWER)
    assert run.points == 10 and run.errors() == ["NotGraded"]
    run = Run(answer=ANSWER.replace("    x0, _", "    import os; os._exit(0)\n    x0, _"))
    assert run.points == 0 and "Python was ended" in run.words


@needs_bwrap
def test_memory_files_processes_and_output_are_limited():
    limits = Limits(memory=1024 * MB, files=32 * MB, processes=64)
    run = Run("x = [bytearray(2**26) for _ in range(64)]", limits=limits)
    assert run.errors() in (["MemoryError"], ["NotGraded"])
    fill = "for i in range(8):\n    open(f'{i}', 'wb').write(bytes(2**23))"
    assert Run(fill, limits=limits).errors() == ["OSError"]
    fork = "import os, time\nfor _ in range(500):\n    if not os.fork():\n        time.sleep(60)"
    assert Run(fork, limits=limits).errors() in (["BlockingIOError"], ["NotGraded"])
    flood = Run("while True: print('x' * 10**6)", ANSWER)
    assert flood.printed().endswith(jobs.CUT) and len(flood.printed()) <= jobs.OUTPUT


@needs_bwrap
def test_every_process_of_a_kernel_is_in_its_group(monkeypatch):
    seen, outside = set(), set()

    def watch(group, process):
        while process.poll() is None:
            for pid in limits.family(process.pid):
                with suppress(OSError):
                    about = Path(f"/proc/{pid}")
                    member_of = (about / "cgroup").read_text()
                    fields = (about / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[6]) & PF_EXITING:
                        continue  # it has left its groups
                    seen.add(pid)
                    if not all(folder.name in member_of for folder in group.folders.values()):
                        outside.add(pid)
            time.sleep(0.1)

    monkeypatch.setattr(limits.Group, "watch", watch)
    if missing_groups():
        pytest.skip("no control groups can be made here")
    detached = """
        import os, time
        if not os.fork():
            os.setsid()
            if not os.fork():
                time.sleep(60)
            os._exit(0)
        time.sleep(3)
    """
    Run(textwrap.dedent(detached))
    assert len(seen) >= 4 and not outside  # bubblewrap twice, the kernel, a process of its own


PF_EXITING = 0x4  # include/linux/sched.h


@needs_bwrap
def test_bubblewrap_itself_inherits_nothing(monkeypatch):
    """Who runs as the same user can read in /proc what its process 1 was started with."""
    seen = []

    watched = limits.Group.watch

    def watch(group, process):
        while not (found := Path(f"/proc/{process.pid}/environ").read_bytes()) and process.poll() is None:
            time.sleep(0.01)  # empty while it becomes another program
        seen.append(found)
        watched(group, process)

    monkeypatch.setenv("A_SECRET", "x")
    monkeypatch.setattr(limits.Group, "watch", watch)
    Run()
    assert b"LOGNAME=learner" in seen[0] and b"A_SECRET" not in seen[0]


@needs_bwrap
def test_a_repository_in_a_folder_that_is_shown_is_covered(tmp_path, monkeypatch):
    """As with a clone in /usr/src: of all of /usr, and nothing else of the repository."""
    for name in ("labkit/exercises", "solutions", "grading/course", "data/body"):
        (tmp_path / "src" / "clone" / name).mkdir(parents=True)
        (tmp_path / "src" / "clone" / name / f"{name.partition('/')[0]}.txt").write_text("10")
    for name in ("answers", "recorded_solutions"):
        (tmp_path / "src" / "clone" / "labkit" / "exercises" / name).mkdir()
    (tmp_path / "src" / "public.txt").touch()
    monkeypatch.setattr(bubblewrap, "ROOT", tmp_path / "src" / "clone")
    monkeypatch.setattr(bubblewrap, "RECORDED", ())
    monkeypatch.setattr(bubblewrap, "SYSTEM", (*bubblewrap.SYSTEM, str(tmp_path / "src")))
    command = [*Sandbox().command(), "find", str(tmp_path / "src"), "-type", "f", "-printf", "%f "]
    result = subprocess.run(command, capture_output=True, text=True)
    assert sorted(result.stdout.split()) == ["data.txt", "labkit.txt", "public.txt"], result.stderr


@needs_bwrap
def test_solutions_in_the_python_under_the_environment_are_covered(tmp_path, monkeypatch):
    for name in ("labkit_solutions", "labkit_solutions-1.0.dist-info", "other"):
        (tmp_path / "lib" / "python3.11" / "site-packages" / name).mkdir(parents=True)
        (tmp_path / "lib" / "python3.11" / "site-packages" / name / f"{name}.txt").touch()
    pythons = bubblewrap.pythons()
    monkeypatch.setattr(bubblewrap, "pythons", lambda: [*pythons, tmp_path])
    command = [*Sandbox().command(), "find", str(tmp_path), "-type", "f", "-printf", "%f "]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stdout.split() == ["other.txt"], result.stderr


def test_course_and_environment_in_one_folder_are_refused(monkeypatch):
    monkeypatch.setattr(bubblewrap, "ROOT", Path(sys.prefix).resolve())
    with pytest.raises(LabError, match="in a folder of its own"):
        Sandbox().check()


# ------------------------------------------------------------------------------------------------------------
#                                              Without a sandbox
# ------------------------------------------------------------------------------------------------------------


def test_without_bubblewrap_nothing_runs(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabError, match="apt install bubblewrap.*--unsafe"):
        Sandbox().check()
    Sandbox(safe=False).check()


def test_unsafe_must_be_said(course, student, inbox, monkeypatch, capsys):
    right = student()
    right.solve()
    collect(course, inbox("jane/x.ipynb", right.bytes()))
    monkeypatch.setenv("PATH", "/nowhere")
    command = ["autograde", "--course", str(course.root), "--workers", "1"]
    assert cli.main(command) == 1
    said = capsys.readouterr().err
    assert "apt install bubblewrap" in said and "with all your rights" in said and said.count("\n") == 1
    assert course.marks() == []
    assert cli.main([*command, "--unsafe"]) == 0
    assert {mark.name: mark.points for mark in course.marks()}["code7"] == 10
