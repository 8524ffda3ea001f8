"""What a learner calls: ``labkit.check("code7")``, ``labkit.hint("code7")``, ``labkit.solution("code7")``."""

import html
import importlib.resources
import inspect
import json
from dataclasses import dataclass

import numpy as np

from labkit import stubs
from labkit.exercises.judge import Answers, Judgement, Mistake, judge
from labkit.exercises.mine import keep
from labkit.exercises.probe import collect, probes
from labkit.paths import escape_unprintable

_given: dict[str, int] = {}  # hints given so far


def folder():
    """The folder of this package, with answers and hints."""
    return importlib.resources.files("labkit.exercises")


def load_answers(exercise: str) -> Answers:
    """The stored outcomes of an exercise: one .npz with a JSON index.

    Raises FileNotFoundError where there is none.
    """
    with np.load(folder() / "answers" / f"{exercise}.npz", allow_pickle=False) as file:
        index = json.loads(str(file["index"]))

        def outcomes(prefix: str) -> dict[str, np.ndarray]:
            """Outcomes that are not stored equal those of the first right answer."""
            paths = {name: f"{prefix}/{name}" for name in index["probes"]}
            return {n: file[path if path in file else f"right/0/{n}"] for n, path in paths.items()}

        right = [outcomes(f"right/{i}") for i in range(index["right"])]
        mistakes = [Mistake(name, words, outcomes(f"wrong/{name}")) for name, words in index["wrong"].items()]
    return Answers(right, mistakes)


@dataclass(frozen=True)
class Verdict:
    """A judgement, as a notebook shows it: words for people, the bare points for a grade book."""

    title: str
    judgement: Judgement
    note: str = ""  # about the answer's place in the file that later notebooks read

    def __str__(self) -> str:
        j = self.judgement
        if not j.failed:
            return f"✔ {self.title} is right: {j.total:g} of {j.total:g} points. {self.note}".rstrip()
        return f"✘ {self.title}: {j.points:g} of {j.total:g} points. {j.message}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        colour = "#b3261e" if self.judgement.failed else "#1b7f3b"
        line = f'<div style="color:{colour};font-weight:600">{html.escape(str(self))}</div>'
        # nbgrader reads a cell's partial credit from its plain text
        return {"text/plain": f"{self.judgement.points:g}", "text/html": line}

    __repr__ = __str__


class Deferred(Verdict):
    """What `check` returns while a notebook is graded, where the answers are not available."""

    def __str__(self) -> str:
        return f"{self.title}: the grader checks it from outside."

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": str(self)}

    __repr__ = __str__


def check(exercise: str) -> Verdict:
    """Is this exercise right, and if not, what is wrong first? Takes seconds.

    In a notebook an answer that is right is stored for the notebooks that come later: see `mine`.

    exercise: such as "code7", as the notebooks name it. Raises LabError for others. While a notebook is
    graded nothing is checked here and the result is that of a right exercise, so that the cell goes on.
    """
    title = stubs.find(exercise).title
    escape_unprintable()  # for who prints the verdict
    if stubs.graded():
        total = sum(probe.points for probe in probes(exercise))
        return Deferred(title, Judgement(total, total, (), "", None))
    answers = load_answers(exercise)

    def judged() -> Judgement:
        return judge(probes(exercise), collect(exercise), answers)

    judgement = judged()
    note = "" if judgement.failed else keep(exercise, lambda: not judged().failed)
    return Verdict(title, judgement, note)


def hint(exercise: str, stage: int | None = None) -> None:
    """Print a hint: the next one at each call, or the one asked for, from 1 on.

    Raises LabError for an exercise or a hint that does not exist.
    """
    title = stubs.find(exercise).title
    hints = (folder() / "hints" / f"{exercise}.md").read_text("utf-8").split("\n---\n")
    if stage is None:
        stage = _given.get(exercise, 0) % len(hints) + 1
        _given[exercise] = stage
    if not 1 <= stage <= len(hints):
        raise stubs.LabError(f"{title} has hints 1 to {len(hints)}")
    escape_unprintable()
    print(f"{title}, hint {stage} of {len(hints)}\n\n{hints[stage - 1].strip()}")


def solution(exercise: str) -> None:
    """Print the reference solution, where it is installed. Try yourself first.

    Raises LabError for an exercise that does not exist, and where no solutions are installed.
    """
    escape_unprintable()
    if stubs.graded():
        print("Reference solutions are not available while a notebook is graded.")
        return
    print(inspect.getsource(stubs.reference(exercise)))
