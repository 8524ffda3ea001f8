"""What contributors and other services read: workflows, packaging, citation, environment."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_run_nothing_but_targets_of_the_makefile(path):
    phony = re.search(r"^\.PHONY: (.+)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1].split()
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    commands = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    for command in commands:
        assert re.fullmatch(r"(sudo )?make (\w[\w-]*)( [A-Z]+=\S+)*", command), command
        assert command.removeprefix("sudo ").split()[1] in phony


def test_every_supported_python_is_tested():
    matrix = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    tested = matrix["jobs"]["linux"]["strategy"]["matrix"]["python"]
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    assert tested == [f"3.{minor}" for minor in range(int(low), int(high))]


def test_pypi_would_take_the_package():
    """It refuses dependencies by address."""
    extras = PROJECT["optional-dependencies"].values()
    assert not [name for group in (PROJECT["dependencies"], *extras) for name in group if "@" in name]


def test_one_version_and_one_repository():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    course = tomllib.loads((ROOT / "grading" / "course.toml").read_text("utf-8"))["course"]
    solutions = tomllib.loads((ROOT / "solutions" / "pyproject.toml").read_text("utf-8"))["project"]
    assert citation["version"] == solutions["version"] == PROJECT["version"]
    assert citation["repository-code"] == course["repository"]
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_binder_installs_an_extra_that_there_is():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    editable = next(x for x in environment["dependencies"][-1]["pip"] if x.startswith("--editable"))
    assert re.fullmatch(r"--editable \.\[(\w+)\]", editable)[1] in PROJECT["optional-dependencies"]


def test_types_are_published():
    assert (ROOT / "labkit" / "py.typed").is_file()
