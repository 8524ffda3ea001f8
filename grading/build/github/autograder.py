"""An autograder for Classroom 50: runs the checks of one notebook and writes result.json.

Copy it to CLASSROOM/autograders/ASSIGNMENT/autograder.py. ASSIGNMENT is the notebook's name with "-" for "_":
03-diffusion. The points are those of the student's own checks, made with the labkit of the student's
repository: they are feedback, and prove nothing. Classroom 50 takes whole points, so halves are rounded down.
"""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

install = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", "constraints.txt"]
if "--installed" not in sys.argv:
    subprocess.run([*install, "--editable", ".", "nbclient", "ipykernel"], check=True)

sys.path.insert(0, os.getcwd())
from labkit.exercises.notebook import check_notebook, missing  # noqa: E402 - installed above
from labkit.paths import LabError  # noqa: E402

notebook = Path("notebooks") / f"{os.environ['ASSIGNMENT'].replace('-', '_')}.ipynb"
try:
    found = list(check_notebook(notebook))
    tests = [
        {
            "test-name": checked.exercise,
            "passed": checked.points == checked.total,
            "score": int(checked.points),
            "max-score": int(checked.total),
            "message": checked.message,
        }
        for checked in [*found, *missing(notebook, found)]
    ]
except LabError as error:
    tests = [{"test-name": notebook.name, "passed": False, "score": 0, "max-score": 1, "message": str(error)}]

now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
result = {
    "schema": "classroom50/result/v1",
    "classroom": os.environ["CLASSROOM"],
    "assignment": os.environ["ASSIGNMENT"],
    "submission": os.environ["SUBMISSION_TAG"],
    "commit": os.environ["COMMIT_URL"],
    "release": os.environ["RELEASE_URL"],
    "review": os.environ.get("REVIEW_URL") or os.environ["COMMIT_URL"],
    "datetime": now,
    "score": sum(test["score"] for test in tests),
    "max-score": sum(test["max-score"] for test in tests),
    "tests": tests,
}
Path("result.json").write_text(json.dumps(result, indent=2, ensure_ascii=False), "utf-8")
