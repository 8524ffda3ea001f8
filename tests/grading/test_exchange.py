"""docs/jupyterhub.md: an assignment goes through nbgrader's exchange folder; two students are two users."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from toy_course import ANSWER

from grading import cli
from grading.course import Course
from grading.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandboxed")]
USERS = {"ada": 12001, "bob": 12002}
NAME = "03_diffusion"


class Hub:
    """A machine with a course, an exchange folder and two more users. They exist in this test alone: each
    runs in a mount namespace with an /etc/passwd of its own.
    """

    def __init__(self, folder: Path, course: Course):
        self.folder, self.course = folder, course
        self.exchange = folder / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        folder.chmod(0o755)
        self.passwd = folder / "passwd"
        lines = [f"{name}:x:{uid}:{uid}::{folder / name}:/bin/sh\n" for name, uid in USERS.items()]
        self.passwd.write_text(Path("/etc/passwd").read_text() + "".join(lines))
        for name, uid in USERS.items():
            (folder / name).mkdir()
            os.chown(folder / name, uid, uid)

    def run(self, user: str, *arguments: str) -> None:
        """An nbgrader command, in the user's home folder."""
        uid, home = str(USERS[user]), self.folder / user
        bound = ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--tmpfs", "/root", "--tmpfs", "/tmp"]
        for folder in (Path(sys.base_prefix), Path(sys.prefix), self.folder):  # also where only root may look
            bound += [part for parent in reversed(folder.parents) for part in ("--dir", parent)]
            bound += ["--bind", folder, folder]
        command = [
            "bwrap", *bound, "--ro-bind", self.passwd, "/etc/passwd",
            "--cap-add", "ALL", "--chdir", home,
            "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups",
            "env", "-i", f"HOME={home}", f"PATH={os.environ['PATH']}", "LC_ALL=C.UTF-8",
            sys.executable, "-m", "nbgrader", *arguments,
            f"--Exchange.root={self.exchange}", "--CourseDirectory.course_id=motion",
        ]  # fmt: skip
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr

    def instructor(self, *arguments: str) -> None:
        command = [
            sys.executable, "-m", "nbgrader", *arguments, f"--Exchange.root={self.exchange}",
            "--CourseDirectory.course_id=motion", f"--CourseDirectory.root={self.course.root}",
            "--CourseDirectory.submitted_directory=from_exchange",
        ]  # fmt: skip
        ran = subprocess.run(command, capture_output=True, text=True, cwd=self.course.root)
        assert ran.returncode == 0, ran.stderr


@pytest.fixture
def hub(course, tmp_path):
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("other users can be tried by root alone, with setpriv")
    return Hub(tmp_path, course)


def test_two_students_fetch_submit_and_get_feedback(hub, capsys):
    hub.instructor("release_assignment", NAME)
    for user in USERS:
        hub.run(user, "fetch_assignment", NAME)
        path = hub.folder / user / NAME / f"{NAME}.ipynb"
        if user == "ada":
            notebook = nbformat.read(path, 4)
            next(cell for cell in notebook.cells if cell.id == "code7").source = ANSWER
            nbformat.write(notebook, path)
        hub.run(user, "submit", NAME)

    hub.instructor("collect", NAME)
    course = ("--course", str(hub.course.root))
    assert cli.main(["collect", *course, str(hub.course.root / "from_exchange")]) == 0
    assert cli.main(["autograde", *course, "--workers", "1"]) == 0
    assert {m.student: m.points for m in hub.course.marks() if m.name == "code7"} == {"ada": 10, "bob": 0}
    assert cli.main(["feedback", *course]) == 0

    for user in USERS:  # nbgrader gives a page to whom these two files belong
        for file in ("timestamp.txt", "submission_secret.txt"):
            source = hub.course.root / "from_exchange" / user / NAME / file
            shutil.copy(source, hub.course.feedback / user / NAME)
    hub.instructor("release_feedback", NAME)
    for user, points in (("ada", "10.0"), ("bob", "0.0")):
        hub.run(user, "fetch_feedback", NAME)
        (page,) = (hub.folder / user / NAME / "feedback").rglob("*.html")
        assert f"Score: {points} / 14.0" in page.read_text()


def test_the_page_names_these_commands():
    text = (ROOT / "docs" / "jupyterhub.md").read_text()
    for command in (
        "release_assignment",
        "fetch_assignment",
        "submit",
        "collect",
        "release_feedback",
        "fetch_feedback",
    ):
        assert f"nbgrader {command} {NAME}" in text
