"""autograder.zip, as Gradescope takes it: https://gradescope-autograders.readthedocs.io/en/latest/specs/

setup.sh, run_autograder    what Gradescope calls           requirements.txt   what setup.sh installs
course/                     labkit, data, grading, reference solutions
run/                        the released notebook and the seed of the hidden inputs (a `Course`)

In the container it is in /autograder/source, which only root may read.
"""

import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from grading.build import notebooks
from grading.build.release import check_stubs, sources
from grading.course import Course
from grading.paths import ROOT
from labkit.paths import LabError, atomic_write

SCRIPTS = ("setup.sh", "run_autograder")
FOLDERS = ("grading", "solutions/reference")
LEFT_OUT = ("course", "zoo", "mutants")  # of grading/


def find(number: str) -> str:
    """The notebook that a number or a name means. Raises LabError where there is none."""
    found = [name for name in notebooks.names() if number in (name, name.partition("_")[0])]
    if not found:
        raise LabError(f"there is no notebook {number!r}: choose one of {', '.join(notebooks.names())}")
    return found[0]


def files() -> Iterator[Path]:
    """All files of the course that the grader needs."""
    yield from sources()
    yield ROOT / "pyproject.toml"
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.relative_to(ROOT).parts[1] not in LEFT_OUT:
                yield path


def requirements() -> list[str]:
    """Packages that grading needs, as in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["grading"]]


def package(course: Course, number: str, out: Path) -> str:
    """Write the autograder of one notebook → the notebook's name.

    Its hidden inputs are those of this run of the course. Raises LabError where there is no such notebook,
    and where a stub of labkit is filled in.
    """
    name = find(number)
    check_stubs()
    released = nbformat.writes(notebooks.release(notebooks.make(name)))
    course.root.mkdir(parents=True, exist_ok=True)
    texts = {
        "requirements.txt": "\n".join(requirements()) + "\n",
        f"run/release/{name}/{name}.ipynb": released,
        "run/hidden_seed.txt": f"{course.seed()}\n",
    }
    with (
        atomic_write(out.expanduser().absolute()) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for script in SCRIPTS:
            archive.write(Path(__file__).parent / script, script)
        for path in files():
            archive.write(path, f"course/{path.relative_to(ROOT)}")
        for target, text in texts.items():
            archive.writestr(target, text)
    return name
