"""Honest notebooks in real kernels: what works at home or in Colab costs no points here."""

import textwrap

import pytest
from test_sandbox import USELESS, Run, needs_bwrap
from toy_course import ANSWER

from grading.batch import jobs
from grading.sandbox.limits import MB, Limits

pytestmark = [pytest.mark.slow, needs_bwrap]


def run(code: str = "", **settings) -> Run:
    return Run(textwrap.dedent(code), settings.pop("answer", ANSWER), **settings)


def calling(line: str) -> str:
    """A right answer with this line in it."""
    return ANSWER.replace("    x0, _", f"    {line}\n    x0, _", 1)


@pytest.mark.parametrize("helper", ["class Half(Base):\n    pass\nhalf = Half.value", "half = one / 2"])
def test_helpers_that_missed_a_name_are_repeated_below_the_last_cell(helper):
    after = "one = 1\nclass Base:\n    value = 0.5"
    assert run(helper, answer=calling("assert half == 0.5"), after=after).points == 10
    assert run(helper, answer=calling("assert half == 0.5")).points == 0


IMPORTS = {
    "colab": "from google.colab import drive, files\ndrive.mount('/content/drive')\nfiles.upload()",
    "package": "import json, not_here as nh, math\nfrom not_here.deep import thing\nnh.set(1)",
    "magics": "%matplotlib widget\n%no_such_magic\n!pip install pandas\n%pip install pandas",
    "gpu": """
        import torch
        torch.set_default_device("cuda")
        device = torch.device("cuda:0")
        print(torch.cuda.get_device_name(0))
        net = torch.nn.Linear(3, 3).cuda()
        x = net(torch.ones(2, 3, device=device).to("cuda")).mean().backward()
    """,
}


FAILING = {
    "folder": "import os\nos.chdir('/content/drive/MyDrive/labkit')",
    "assertion": "import torch\nassert torch.cuda.is_available()",
    "exit": "import sys, torch\nif not torch.cuda.is_available():\n    sys.exit('no GPU')",
    "command": "import subprocess\nsubprocess.check_call(['false'])",
    "timed": "%%time\nimport not_here\nimport not_here_either",
}


@pytest.mark.parametrize("name", FAILING)
def test_the_rest_of_a_cell_runs_after_whatever_fails(name):
    assert run(f"{FAILING[name]}\nhelper = 1", answer=calling("helper")).points == 10


def test_a_check_that_missed_a_name_is_repeated_below_the_last_cell():
    assert run(answer=calling("helper"), after="helper = 1").points == 10
    assert run(answer=calling("helper")).points == 0


def test_a_definition_that_missed_a_name_is_repeated_below_the_last_cell():
    answer = ANSWER.replace("noise) ->", "noise, half=HALF) ->")
    assert answer != ANSWER
    assert run(answer=answer, after="HALF = 0.5").points == 10
    assert run(answer=answer).points == 0


@pytest.mark.parametrize("name", IMPORTS)
def test_the_rest_of_a_cell_runs(name):
    after = "\nprint('below')\nhelper = 1"
    graded = run(textwrap.dedent(IMPORTS[name]) + after, answer=calling("helper"))
    assert graded.points == 10 and graded.errors() == []
    assert "below" in graded.printed()
    if name != "colab":
        assert "Skipped while grading:" in graded.printed()


def test_a_function_for_the_gpu_is_asked_on_the_cpu():
    assert run(answer=calling('x_t = x_t.to("cuda")')).points == 10


def test_helpers_of_the_course_do_not_fail():
    graded = run(
        """
        import labkit
        verdict = labkit.check("code7")
        assert not verdict.judgement.failed
        print(verdict)
        labkit.use_reference()
        labkit.use_recorded_solution("code7")
        labkit.solution("code7")
        labkit.hint("code7")
        print("below")
        """
    )
    assert graded.points == 10 and graded.errors() == [] and "below" in graded.printed()


def test_names_like_those_of_the_grader():
    """Modules in files of the learner's own, and variables."""
    graded = run(
        """
        import os
        for name in ("grading", "inside", "wire", "protocol", "kernel_server", "tolerance"):
            with open(name + ".py", "w") as file:
                file.write("mine = 7")
        import inside, wire, protocol, kernel_server, tolerance
        from grading import mine
        grading = serve = 5
        print(mine)
        """,
        after="print(mine, grading, protocol.mine)",
    )
    assert graded.points == 10 and graded.errors() == []
    assert graded.printed("after") == "7 5 7\n"


ENDS = {
    "quit": "quit()",
    "kill": "import os; os.kill(os.getpid(), 9)",
    "restart": "get_ipython().kernel.do_shutdown(True)",
    "deaf": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
}


@pytest.mark.parametrize("end", ENDS)
def test_python_may_be_ended_on_purpose(end):
    end = ENDS[end]
    graded = run("helper = 1", answer=calling("helper"), middle=end, after="print(helper)", timeout=10)
    assert graded.points == 10
    assert graded.printed("after") == "1\n"


def test_python_that_always_ends_is_started_a_few_times():
    graded = run(answer=calling("import os; os._exit(0)"), after="print(1)")
    assert graded.points == 0 and "Python was ended" in graded.words
    assert graded.printed("after") == "1\n"


END = "import os; os._exit(0)"


def test_python_is_started_again_a_few_times_only(monkeypatch):
    monkeypatch.setattr(jobs, "RESTARTS", 1)
    assert run(END).points == 10
    graded = run(END, middle=END, after="print(1)")
    assert graded.points == 0 and "nothing more could be checked" in graded.words
    assert graded.printed("after") == ""


def test_limits_go_on_where_python_is_started_again(monkeypatch):
    monkeypatch.setattr(jobs, "CELL_OUTPUT", 2**20)
    monkeypatch.setattr(jobs, "OUTPUT", 2**20)
    graded = run("print('x' * 400_000)", middle=END, after="print('y' * 300_000)")
    assert graded.points == 10 and graded.printed("after").endswith(jobs.CUT)
    graded = run("import time; time.sleep(60)", middle=END, notebook_timeout=15)  # the cells above: 20 s
    assert graded.points == 0 and graded.timed_out


def test_output_beyond_the_limit_is_cut(monkeypatch):
    monkeypatch.setattr(jobs, "CELL_OUTPUT", 2**20)
    graded = run("for _ in range(50):\n    print('1, 2, 3' * 10_000)", after="print('below')")
    assert graded.points == 10
    assert graded.printed().endswith(jobs.CUT) and graded.printed("after") == "below\n"


def test_outputs_beyond_their_number_are_cut(monkeypatch):
    """Those that a program clears do not count, and text that it flushes in parts is one output."""
    monkeypatch.setattr(jobs, "CELL_OUTPUTS", 50)
    monkeypatch.setattr(jobs, "OUTPUTS", 70)
    code = """
    from IPython.display import clear_output, display
    for i in range(100):
        clear_output(wait=True)
        display(i)
        print(end="-", flush=True)
    display(100)
    """
    after = "for _ in range(200):\n    print(end='x', flush=True)"
    graded = run(code, middle="for i in range(1000):\n    display(i)", after=after)
    assert graded.points == 10
    shown = [output for output in graded.cells["before"].outputs if output.output_type == "display_data"]
    assert shown[-1].data["text/plain"] == "100"
    assert len(graded.cells["middle"].outputs) == 51 and graded.printed("middle") == jobs.CUT
    assert graded.printed("after") == "x" * 200 and len(graded.cells["after"].outputs) < 4
    graded = run(middle="for i in range(60):\n    display(i)", after="for i in range(60):\n    display(i)")
    assert len(graded.cells["after"].outputs) < 30


EXPERIMENT = ANSWER.replace("variance.sqrt()", "0")
CHECK = '\nlabkit.check("code7")\n'


def test_the_definition_counts_for_which_the_check_was_last_right():
    assert run(f"import labkit\n{ANSWER}{CHECK}", answer=EXPERIMENT).points == 10
    assert run(f"import labkit\n{ANSWER}", answer=EXPERIMENT).points < 10
    assert run(f"import labkit\n{USELESS}{CHECK}", answer=EXPERIMENT).points == run(answer=EXPERIMENT).points


CHECKS = (
    'verdict = labkit.check("code7")',
    "print(labkit.check( 'code7' ))",
    "for n in (7,): print(labkit.check(f'code{n}'))",
    "print(*map(labkit.check, ['code7']))",
)


@pytest.mark.parametrize("check", CHECKS)
def test_whatever_is_done_with_the_result_of_a_check(check):
    assert run(f"import labkit\n{ANSWER}\n{check}", answer=EXPERIMENT).points == 10


@pytest.mark.parametrize("end", [END, "while True: pass"])
def test_a_later_definition_that_ends_python_replaces_nothing(end):
    graded = run(f"import labkit\n{ANSWER}{CHECK}", answer=calling(end), timeout=20)
    assert graded.points == 10 and jobs.EARLIER in graded.words


def test_a_kernel_cannot_claim_that_its_check_was_right():
    claim = "labkit.check = lambda name: print('Code 7 is right: 10 of 10 points.')"
    wrong = run(answer=EXPERIMENT).points
    assert wrong < 10
    assert run(f"import labkit\n{claim}\n{USELESS}{CHECK}", answer=EXPERIMENT).points == wrong


def test_memory_that_processes_share_counts_once():
    graded = run(
        """
        import os, time, numpy as np
        data = np.ones(300 * 2**17)
        children = []
        for _ in range(12):
            if not (pid := os.fork()):
                time.sleep(5)
                os._exit(0)
            children.append(pid)
        for pid in children:
            os.waitpid(pid, 0)
        """,
        limits=Limits(memory=2000 * MB),
    )
    assert graded.points == 10 and graded.errors() == []
