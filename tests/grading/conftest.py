"""The toy course, with and without nbgrader around it."""

import shutil
import subprocess

import pytest
from toy_course import Student, toy_notebooks, toy_sources

from grading.course import Course
from grading.notebooks import release

SANDBOXED = (
    "test_pool.py",
    "test_mixed.py",
    "test_round.py",
    "test_sandbox.py",
    "test_zoo.py",
)  # grade as instructors do


def sandbox_starts() -> bool:
    """Is bubblewrap here, and may it make namespaces?"""
    bwrap = shutil.which("bwrap")
    command = [str(bwrap), "--unshare-all", "--ro-bind", "/", "/", "true"]
    return bwrap is not None and subprocess.run(command, capture_output=True).returncode == 0


def pytest_collection_modifyitems(items):
    sandboxed = [item for item in items if item.path.name in SANDBOXED]
    if sandboxed and not sandbox_starts():
        for item in sandboxed:
            item.add_marker(pytest.mark.skip(reason="bubblewrap is not installed, or may not run here"))


@pytest.fixture(scope="session")
def releases():
    """The toy course's notebooks as students get them."""
    return {name: release(notebook) for name, notebook in toy_notebooks().items()}


@pytest.fixture(scope="session")
def _course(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    course.prepare(toy_sources)
    return course


@pytest.fixture
def course(_course, tmp_path):
    """A toy course that nobody has handed in to."""
    shutil.copytree(_course.root, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture
def student(releases):
    """A function: a fresh copy of a released notebook, diffusion by default."""
    return lambda name="03_diffusion": Student(releases[name])
