import ast
import json
import os
import subprocess
import sys
import textwrap
import tomllib

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook

from grading.build import release as module
from grading.build.notebooks import course, rubrics
from grading.build.release import release
from grading.paths import ROOT
from labkit.paths import LabError
from labkit.stubs import stubs

ADDRESS = "https://github.com/teacher/motion-2027"


@pytest.fixture
def light(monkeypatch):
    """Leave the weights out: copying them is most of the time."""
    monkeypatch.setattr(module, "FOLDERS", ("labkit", "data/body"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "course"
    release(folder, ADDRESS, "autumn")
    return folder


def test_the_tree_has_what_students_need_and_nothing_else(tree):
    top = {path.name for path in tree.iterdir()}
    needed = {"labkit", "notebooks", "data", "README.md", "pyproject.toml", "LICENSE", "NOTICE.md"}
    assert needed | {"constraints.txt", "environment.yml", ".gitignore", ".labkit-release"} <= top
    assert not top & {"solutions", "grading", "tests", "runs", "out", ".ci", ".git", "Makefile"}
    assert {p.name for p in (tree / "data").iterdir()} == {"body", "checkpoints", "reference", "starter"}
    assert not [p for p in tree.rglob("*") if p.name == "__pycache__" or p.suffix == ".pyc"]


def test_checks_run_on_github_after_each_push(tree):
    workflow = yaml.safe_load((tree / ".github" / "workflows" / "check.yml").read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"} and "secrets." not in json.dumps(workflow)
    commands = [step["run"] for step in workflow["jobs"]["checks"]["steps"] if "run" in step]
    assert commands[-1] == "python -m labkit check notebooks/*.ipynb"


@pytest.mark.slow
def test_classroom_50_gets_its_result(tree, tmp_path):
    """The fields and types of https://github.com/foundation50/classroom50/wiki/Advanced-Autograding."""
    (tmp_path / "notebooks").mkdir()
    cells = [new_code_cell("import labkit"), new_code_cell('labkit.check("code6")')]
    nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "03_diffusion.ipynb")
    given = dict(
        CLASSROOM="motion", ASSIGNMENT="03-diffusion", SUBMISSION_TAG="submit/1", COMMIT_URL="https://c",
        RELEASE_URL="https://r", REVIEW_URL="",
    )  # fmt: skip
    script = tree / ".github" / "classroom50" / "autograder.py"
    subprocess.run([sys.executable, script, "--installed"], cwd=tmp_path, env=os.environ | given, check=True)
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert result["schema"] == "classroom50/result/v1" and result["review"] == result["commit"] == "https://c"
    assert (result["score"], result["max-score"], result["submission"]) == (0, 30, "submit/1")
    test, *others = result["tests"]
    assert [(t["test-name"], t["score"]) for t in others] == [("code7", 0), ("code8", 0)]
    assert all("check is not in this notebook" in t["message"] for t in others)
    assert (test["test-name"], test["passed"], test["score"], test["max-score"]) == ("code6", False, 0, 10)
    assert "empty" in test["message"]
    given["ASSIGNMENT"] = "05-none"
    subprocess.run([sys.executable, script, "--installed"], cwd=tmp_path, env=os.environ | given, check=True)
    (test,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["tests"]
    assert not test["passed"] and "cannot be read" in test["message"]


def test_the_package_has_no_extra_that_leads_to_solutions(tree):
    project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(project["optional-dependencies"]) == {"notebook"}
    assert (
        project["dependencies"]
        == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    )
    assert ".[notebook]" in (tree / "environment.yml").read_text("utf-8")
    address = course()["repository"]
    texts = [p for p in tree.rglob("*") if p.suffix in (".py", ".md", ".toml", ".yml", ".ipynb", ".txt")]
    assert not [p for p in texts if address in p.read_text("utf-8")]


def solutions() -> list[str]:
    """What is below the docstring of each reference function, as one text."""
    found = []
    for path in (ROOT / "solutions" / "reference").glob("*.py"):
        source = path.read_text("utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
                lines = source.splitlines()[node.body[0].end_lineno : node.end_lineno]
                found.append(textwrap.dedent("\n".join(lines)))
    return found


def test_no_solution_and_no_rubric_is_in_it(tree):
    secret = [text for text in solutions() if "\n" in text]
    secret += [line for text in rubrics().values() for line in text.splitlines() if len(line) > 30]
    assert len(secret) > 10
    for path in tree.rglob("*"):
        if path.suffix in (".py", ".ipynb", ".md", ".toml", ".txt"):
            texts = [path.read_text("utf-8")]
            if path.suffix == ".ipynb":
                texts = [cell.source for cell in nbformat.read(path, as_version=4).cells]
            for text in map(textwrap.dedent, texts):
                assert "BEGIN SOLUTION" not in text, path
                assert not [s for s in secret if s in text or textwrap.indent(s, "    ") in text], path


@pytest.mark.slow
def test_labkit_runs_from_the_tree_alone(tree, tmp_path):
    code = (
        "import labkit, labkit.diffusion as d; from labkit.paths import data_dir\n"
        "print(d.__file__, data_dir())\n"
        "try: labkit.use_reference('code7')\n"
        "except labkit.LabError as error: print(error)"
    )
    run = [sys.executable, "-c", code]
    env = {"PYTHONPATH": str(tree), "PATH": ""}
    result = subprocess.run(run, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert result.stdout.count(str(tree)) == 2
    assert "reference solutions are not here" in result.stdout


def test_the_address_is_in_badges_and_set_up_cells(tree):
    for path in (tree / "notebooks").glob("*.ipynb"):
        text = path.read_text("utf-8")
        assert f"{ADDRESS}@autumn" in text
        assert "github/teacher/motion-2027/blob/autumn/notebooks/" in text
    assert ADDRESS in (tree / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_a_release_again_keeps_what_was_added(light, tmp_path):
    folder = tmp_path / "course"
    release(folder, ADDRESS)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "syllabus.md").write_text("Mondays")
    (folder / "README.md").write_text("changed by hand")
    stale = folder / "labkit" / "gone.py"
    stale.write_text("")
    listed = json.loads((folder / ".labkit-release").read_text())
    (folder / ".labkit-release").write_text(json.dumps([*listed, "labkit/gone.py"]))
    release(folder, ADDRESS)
    assert (folder / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert (folder / "syllabus.md").read_text() == "Mondays"
    assert "changed by hand" not in (folder / "README.md").read_text("utf-8")
    assert not stale.exists()
    assert list(tmp_path.iterdir()) == [folder]  # nothing half-made beside it


def test_an_empty_clone_may_be_released_into(light, tmp_path):
    (tmp_path / ".git").mkdir()
    release(tmp_path, ADDRESS)
    assert (tmp_path / ".git").is_dir() and (tmp_path / "labkit").is_dir()


def test_a_folder_with_something_else_is_left_alone(light, tmp_path):
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(LabError, match="not empty and no former release"):
        release(tmp_path, ADDRESS)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(LabError, match="is a file"):
        release(tmp_path / "thesis.txt", ADDRESS)


def test_a_failure_leaves_the_former_release(light, tmp_path, monkeypatch):
    folder = tmp_path / "course"
    release(folder, ADDRESS)
    (folder / "syllabus.md").write_text("Mondays")
    before = sorted(folder.rglob("*"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_notebooks", full)
    with pytest.raises(LabError, match="No space left"):
        release(folder, ADDRESS)
    assert sorted(folder.rglob("*")) == before
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    "address", ["github.com/a/b", "https://github.com", "https://x/a b", "git@x:a/b.git"]
)
def test_addresses_that_are_none(address, tmp_path):
    with pytest.raises(LabError, match="is no address"):
        release(tmp_path / "new", address)


def test_answers_written_into_labkit_do_not_go_out(tmp_path, monkeypatch):
    entry = stubs("code7")[0]
    monkeypatch.setattr(entry, "own", lambda schedule, prediction: prediction + schedule.noise)
    with pytest.raises(LabError, match="filled in: run python -m grading build first"):
        release(tmp_path / "new", ADDRESS)


def test_files_of_an_instructor_do_not_go_out(tmp_path, monkeypatch):
    """Editors' copies and stored answers, which may hold solutions."""
    own = (".ipynb_checkpoints/ddpm.py", "my_answers.json", "ddpm.py~", "ddpm.py.orig", ".d.swp", "a.ipynb")
    for name in (*own, "ddpm.py", "exercises/answers/code7.npz"):
        path = tmp_path / "labkit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    found = [str(path.relative_to(tmp_path / "labkit")) for path in module.sources()]
    assert found == ["ddpm.py", "exercises/answers/code7.npz"]
