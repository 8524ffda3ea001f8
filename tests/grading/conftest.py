"""The toy course, with and without nbgrader around it."""

import os
import shutil
import subprocess

import pytest
from toy_course import Student, copied, toy_notebooks, toy_sources

from grading.build.notebooks import release
from grading.course import Course


@pytest.fixture(scope="session")
def sandboxed():
    """For tests that grade as instructors do: skips them where bubblewrap cannot make namespaces."""
    command = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    if not shutil.which("bwrap") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("bubblewrap is not installed, or may not run here")


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
    return copied(_course, tmp_path)


@pytest.fixture
def student(releases):
    """A function: a fresh copy of a released notebook, diffusion by default."""
    return lambda name="03_diffusion": Student(releases[name])


@pytest.fixture
def inbox(tmp_path):
    """A function (path, bytes, seconds): put a file into the folder of submissions, changed at some time."""
    folder = tmp_path / "inbox"

    def put(path: str, data: bytes = b"{}", changed: float = 1_700_000_000):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (changed, changed))
        return folder

    return put
