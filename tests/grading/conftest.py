"""The toy course, with and without nbgrader around it."""

import shutil

import pytest
from toy_course import Student, toy_notebooks, toy_sources

from grading.course import Course
from grading.notebooks import release


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
