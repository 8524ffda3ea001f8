"""What a learner types, and what a notebook and a grade book make of the answer."""

import sys

import numpy as np
import pytest
import torch
from process_settings import SETTINGS
from tiers import portion

import labkit
from labkit.exercises import check as module
from labkit.exercises.check import Verdict, check, hint, load_answers, solution
from labkit.exercises.judge import Judgement
from labkit.exercises.probe import probes
from labkit.paths import LabError
from labkit.stubs import EXERCISES, stubs

WRONG = Verdict("Code 7", Judgement(2.5, 10.0, ("mean",), "x_t < x0 & more", None))
FINE = Verdict("Code 7", Judgement(10.0, 10.0, (), "", None))


@pytest.fixture
def plug():
    """A function (exercise, function) that plugs it in for one test."""
    before = [(entry, entry.plugged) for name in ("code6", "code7", "code8") for entry in stubs(name)]

    def plug(exercise, function):
        (entry,) = stubs(exercise)
        entry.plugged = function

    yield plug
    for entry, plugged in before:
        entry.plugged = plugged


def test_words():
    assert str(FINE) == repr(FINE) == "✔ Code 7 is right: 10 of 10 points."
    assert str(WRONG) == repr(WRONG) == "✘ Code 7: 2.5 of 10 points. x_t < x0 & more"


def test_a_notebook_shows_words_and_stores_points():
    shown = WRONG._repr_mimebundle_()
    assert shown["text/plain"] == "2.5"
    assert "2.5 of 10 points. x_t &lt; x0 &amp; more" in shown["text/html"]
    assert FINE._repr_mimebundle_()["text/plain"] == "10"


def test_ipython_shows_both():
    format_display = pytest.importorskip("IPython.core.formatters").DisplayFormatter().format
    data, _ = format_display(WRONG)
    assert data == WRONG._repr_mimebundle_()


@pytest.mark.parametrize(("verdict", "points"), [(WRONG, 2.5), (FINE, 10.0)])
def test_nbgrader_reads_the_points(verdict, points):
    utils = pytest.importorskip("nbgrader.utils")
    v4 = pytest.importorskip("nbformat").v4
    output = v4.new_output("execute_result", verdict._repr_mimebundle_(), execution_count=1)
    cell = v4.new_code_cell('labkit.check("code7")', outputs=[output])
    cell.metadata.nbgrader = dict(
        grade=True, solution=False, task=False, locked=True, grade_id="code7", points=10, schema_version=3
    )
    assert utils.determine_grade(cell) == (points, 10)


def test_right_code_is_told_so():
    assert str(labkit.check("code7")) == "✔ Code 7 is right: 10 of 10 points."


def test_the_known_trap_is_named_with_its_numbers(plug):
    """The sampler that much public code has: too narrow, because σ² stands where σ should."""

    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        x0, _ = schedule.split(prediction, x_t, t)
        a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
        beta = 1 - a_t / a_prev
        mean = (a_prev.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
        return mean + beta * (1 - a_prev) / (1 - a_t) * noise

    plug("code7", ddpm_step)
    verdict = check("code7")
    assert verdict.judgement.mistake == "variance_as_deviation"
    assert "posterior *variance* used as a standard deviation?" in str(verdict)
    assert "{" not in str(verdict)
    # every property but those that see noise
    assert set(verdict.judgement.failed) == {
        "deviation", "deviation_of_a_stride", "noise_of_rows", "schedules", "small", "large_of_types",
        "gaussian",
    }  # fmt: skip


@pytest.mark.parametrize("exercise", ["code6", "code7", "code8"])
def test_empty_is_no_points_and_no_crash(exercise, plug):
    plug(exercise, None)
    verdict = check(exercise)
    assert verdict.judgement.points == 0
    title = f"Code {exercise[4:]}"
    assert f"{title}: 0 of 10 points. {title} is still empty: write " in str(verdict)


def test_what_is_written_counts_while_the_rest_is_empty(plug):
    reference = stubs("code8")[0].plugged

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        if eta > 0:
            raise NotImplementedError
        return reference(schedule, prediction, x_t, t, t_prev, noise, eta)

    plug("code8", ddim_step)
    judgement = check("code8").judgement
    assert judgement.failed == (
        "shape", "whose_noise", "deviation", "half_of_eta", "weight_beside_noise", "no_noise_at_last", "last",
        "half", "schedules", "small", "large_of_types", "finite", "arguments",
    )  # fmt: skip
    assert judgement.points == 4.5
    assert judgement.message.startswith("Code 8 is not finished: ddim_step comes to its line")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda *a: None, "found None (is there a return?)"),
        (lambda *a: [1, 2, 3], "found a list of 3"),
        (lambda *a: a[2].double(), "found float64 tensor (3, 4, 2)"),
        (lambda *a: a[2][:1], "found float32 tensor (1, 4, 2)"),
        (lambda *a: a[2][..., None], "found float32 tensor (3, 4, 2, 1)"),
        (lambda *a: a[2] * float("nan"), "found nan"),
        (lambda: 0, "takes 0 positional arguments but 6 were given"),
        (lambda *a: 1 / 0, " points. `ddpm_step` raised ZeroDivisionError: division by zero. What was "),
    ],
)
def test_anything_at_all_gets_one_line(function, words, plug):
    plug("code7", function)
    line = str(check("code7"))
    assert words in line
    assert "\n" not in line


def test_points_in_all_are_the_probes():
    assert check("code8").judgement.total == sum(q.points for q in probes("code8")) == 10


def test_a_check_leaves_torchs_random_numbers_alone():
    torch.manual_seed(1)
    expected = torch.randn(2)
    torch.manual_seed(1)
    check("code8")
    assert torch.equal(torch.randn(2), expected)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.slow
def test_what_a_session_has_set_costs_no_points_and_stays_set(name):
    enter, read = SETTINGS[name]
    with enter():
        before = read()
        some = portion(EXERCISES, 3, lambda exercise: f"{name} {exercise}")
        verdicts = [check(exercise) for exercise in some]
        assert read() == before
    assert [str(v) for v in verdicts if v.judgement.failed] == []


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_session_may_set_the_default_type_before_an_exercise_is_first_checked(exercise, monkeypatch):
    monkeypatch.delitem(sys.modules, f"labkit.exercises.probes.{exercise}", raising=False)
    enter, _ = SETTINGS["float64"]
    with enter():
        assert not check(exercise).judgement.failed


def test_a_setting_that_an_answer_makes_does_not_reach_the_next_question(plug):
    """An answer that sets the default type each time it is called earns what it returns."""
    reference = stubs("code7")[0].plugged

    def ddpm_step(*arguments):
        torch.set_default_dtype(torch.float64)
        return reference(*arguments)

    plug("code7", ddpm_step)
    try:
        assert check("code7").judgement.failed == ()
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("function", [check, hint, solution])
def test_an_exercise_that_does_not_exist(function):
    with pytest.raises(LabError, match="there is no exercise 'code1'"):
        function("code1")


def test_stored_answers_are_arrays_of_numbers_and_text_only():
    answers = load_answers("code7")
    assert len(answers.right) > 1  # β and β̃
    for outcomes in [*answers.right, *(m.outcomes for m in answers.mistakes)]:
        assert set(outcomes) == {q.name for q in probes("code7")}
        assert all(np.asarray(value).dtype.kind in "fU" for value in outcomes.values())


class TestHints:
    @pytest.fixture(autouse=True)
    def none_given(self, monkeypatch):
        monkeypatch.setattr(module, "_given", {})

    def stages(self, capsys, n: int, exercise: str = "code7") -> list[str]:
        texts = []
        for _ in range(n):
            hint(exercise)
            texts.append(capsys.readouterr().out)
        return texts

    def test_each_call_says_more_and_then_it_starts_again(self, capsys):
        texts = self.stages(capsys, 5)
        assert [t.splitlines()[0] for t in texts[:4]] == [f"Code 7, hint {i} of 4" for i in (1, 2, 3, 4)]
        assert len(set(texts[:4])) == 4
        assert texts[4] == texts[0]

    def test_exercises_are_counted_apart(self, capsys):
        self.stages(capsys, 2, "code6")
        assert self.stages(capsys, 1)[0].startswith("Code 7, hint 1 of ")

    def test_one_stage_can_be_asked_for_and_is_not_counted(self, capsys):
        hint("code7", 3)
        assert capsys.readouterr().out.startswith("Code 7, hint 3 of 4\n\n")
        assert self.stages(capsys, 1)[0].startswith("Code 7, hint 1 of 4")

    @pytest.mark.parametrize("stage", [0, 5, -1])
    def test_a_stage_that_does_not_exist(self, stage):
        with pytest.raises(LabError, match="Code 7 has hints 1 to 4"):
            hint("code7", stage)


def test_solution_shows_the_reference(capsys):
    solution("code7")
    assert "def ddpm_step(" in capsys.readouterr().out
