"""A cell's function takes the place of labkit's, wherever it was imported, and can be taken out again."""

import copy
import importlib.util
import inspect
import io
import operator
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import labkit
from labkit import stubs as module
from labkit.diffusion import SamplingConfig, Schedule, sample
from labkit.diffusion import ddpm_step as imported_before
from labkit.exercises.recorded_solution import silenced
from labkit.models import AdaLNDiT
from labkit.paths import LabError
from labkit.stubs import EXERCISES, EmptyExercise, exercise, forget, stubs, use_reference


@pytest.fixture(autouse=True)
def empty():
    """Every exercise empty; afterwards as it was."""
    before = [(entry, entry.plugged) for name in EXERCISES for entry in stubs(name)]
    forget()
    yield
    for entry, plugged in before:
        entry.plugged = plugged


def target(path: str):
    """labkit's object at "package.module:Class.method"."""
    module, _, name = path.partition(":")
    return operator.attrgetter(name)(importlib.import_module(module))


@pytest.mark.parametrize("name", EXERCISES)
def test_every_stub_is_empty_and_says_where_it_is_written(name):
    about = EXERCISES[name]
    for path in about.functions:
        function = target(path)
        assert function.stub.untouched
        with pytest.raises(EmptyExercise) as caught:
            function(*inspect.signature(function).parameters)
        assert str(caught.value) == (
            f"{about.title} is still empty: write {function.__name__} in notebooks/{about.notebook}.ipynb"
        )
        assert isinstance(caught.value, NotImplementedError)


def test_names_imported_before_see_the_new_code():
    @exercise(labkit.diffusion.ddpm_step)
    def ddpm_step(*args):
        return "mine"

    assert imported_before(1, 2) == labkit.diffusion.ddpm_step() == "mine"
    assert ddpm_step is imported_before
    assert not imported_before.stub.untouched


def test_the_last_cell_that_ran_counts():
    exercise(imported_before)(lambda: "first")
    exercise(imported_before)(lambda: "second")
    assert imported_before() == "second"


def test_labkit_drives_the_learners_code(tiny_denoiser, random_text):
    use_reference()
    seen = []

    @exercise(labkit.diffusion.ddpm_step)
    def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
        seen.append((int(t[0]), int(t_prev[0])))
        return torch.zeros_like(x_t)

    network = tiny_denoiser("adaln")
    lengths = torch.tensor([4, 2])
    x = sample(network, Schedule(10), random_text(B=2), lengths, SamplingConfig(sampler="ddpm", steps=3))
    assert seen == [(9, 7), (7, 0), (0, -1)]  # half of the way, shifted by 3, is three quarters of it
    expected = network.normalizer.inverse(torch.zeros(2, 4, 9))
    expected[1, 2:] = 0
    assert torch.equal(x, expected)


def test_a_method_is_filled_for_networks_made_before_and_after(tiny_network):
    before = tiny_network("adaln")

    @exercise(AdaLNDiT.cond_mapping)
    def cond_mapping(self, condition):
        return self, condition

    for network in (before, tiny_network("adaln")):
        assert network.cond_mapping("c") == (network, "c")


def test_forget_one_exercise_and_all():
    use_reference("code6", "code7")
    forget("code7")
    assert stubs("code6")[0].plugged is not None
    with pytest.raises(EmptyExercise, match="Code 7 is still empty"):
        imported_before(*[None] * 6)
    forget()
    assert all(entry.untouched for name in EXERCISES for entry in stubs(name))


def test_use_reference_of_one_leaves_others_as_they_are():
    mine = exercise(labkit.diffusion.ddpm_loss)(lambda: "mine")
    use_reference("code8")
    assert mine() == "mine"
    assert stubs("code8")[0].plugged.__name__ == "ddim_step"
    assert stubs("code7")[0].untouched


def test_an_error_of_the_learner_is_theirs():
    @exercise(labkit.diffusion.ddpm_step)
    def ddpm_step():
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        imported_before()


def test_a_half_written_cell_counts_as_empty():
    @exercise(labkit.diffusion.ddpm_step)
    def ddpm_step():
        raise NotImplementedError

    with pytest.raises(EmptyExercise, match=r"write ddpm_step in notebooks/03_diffusion\.ipynb"):
        imported_before()


def torchs_own():
    torch.distributions.Distribution(validate_args=False).cdf(0)  # raises it without a word


def with_words():
    raise NotImplementedError("prediction type 'score'")


def helper():
    raise NotImplementedError


@pytest.mark.parametrize("fail", [torchs_own, with_words, helper])
def test_what_raises_notimplementederror_elsewhere_is_not_empty(fail):
    @exercise(labkit.diffusion.ddpm_step)
    def ddpm_step():
        return fail()

    with pytest.raises(NotImplementedError) as caught:
        imported_before()
    assert not isinstance(caught.value, EmptyExercise)


def test_a_function_that_is_written_in_part_is_not_finished():
    @exercise(labkit.diffusion.ddpm_step)
    def ddpm_step(eta):
        if eta > 0:
            raise NotImplementedError
        return eta

    assert imported_before(0) == 0
    with pytest.raises(EmptyExercise, match="Code 7 is not finished: ddpm_step comes to its line"):
        imported_before(1)


class TestElsewhere:
    """The message of an empty exercise names a function of that name in the session."""

    @pytest.fixture
    def message(self, monkeypatch):
        def message(name: str, value: object, call=imported_before) -> str:
            monkeypatch.setattr("__main__." + name, value, raising=False)
            with pytest.raises(EmptyExercise) as caught:
                call(*[None] * 6)
            return str(caught.value)

        return message

    def test_without_a_decorator(self, message):
        found = message("ddpm_step", lambda *args: 1)
        assert found.endswith(
            ". A ddpm_step is defined in this session, but not plugged in: put "
            "@labkit.exercise(labkit.diffusion.ddpm_step) above its def"
        )

    def test_with_the_decorator_of_another(self, message):
        mine = exercise(labkit.diffusion.ddim_step)(lambda *args: 1)
        found = message("ddpm_step", mine)
        assert "is plugged in as labkit.diffusion.ddim_step (Code 8): if it is meant for Code 7" in found
        assert found.endswith("its decorator must name labkit.diffusion.ddpm_step")

    def test_methods_of_one_name(self, message):
        mine = exercise(labkit.models.InContextDiT.cond_mapping)(lambda *args: 1)
        found = message("cond_mapping", mine, lambda *a: AdaLNDiT.cond_mapping(*a[:2]))
        assert found.startswith("Code 4 is still empty")
        assert "labkit.models.InContextDiT.cond_mapping (Code 3): if it is meant for Code 4" in found

    def test_beside_a_recorded_solution(self, message):
        labkit.use_recorded_solution("code7")
        with silenced("code7"):
            found = message("ddpm_step", lambda *args: 1)
        assert "a recorded solution is plugged in, not yours. A ddpm_step is defined" in found

    @pytest.mark.parametrize("value", [imported_before, 5, None])
    def test_nothing_to_tell(self, message, value):
        assert message("ddpm_step", value).endswith("notebooks/03_diffusion.ipynb")


def test_a_stub_inside_anothers_code_names_itself():
    """ddpm_step is written and calls ddim_step, which is not."""
    exercise(labkit.diffusion.ddpm_step)(lambda: labkit.diffusion.ddim_step(*[None] * 6))
    with pytest.raises(EmptyExercise, match="Code 8 is still empty"):
        imported_before()


def test_empty_in_a_notebook_is_one_line():
    with pytest.raises(EmptyExercise) as caught:
        imported_before(*[None] * 6)
    assert caught.value._render_traceback_() == [f"EmptyExercise: {caught.value}"]


def test_filling_the_file_works_too(tmp_path):
    source = Path(imported_before.stub.own.__code__.co_filename).read_text("utf-8")
    assert source.count("raise NotImplementedError") == 1
    path = tmp_path / "edited.py"
    path.write_text(source.replace("raise NotImplementedError", "return x_t + noise"), "utf-8")
    spec = importlib.util.spec_from_file_location("edited", path)
    edited = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(edited)
    assert not edited.ddpm_step.stub.untouched
    assert edited.ddpm_step(None, None, 1, None, None, noise=2) == 3


@pytest.mark.parametrize("wrong", [Schedule.q_sample, torch.nn.Linear, lambda: None, 5, None])
def test_a_target_that_is_no_exercise(wrong):
    with pytest.raises(LabError, match="is no exercise: decorate with @exercise"):
        exercise(wrong)


def test_labkits_own_function_is_no_answer():
    with pytest.raises(LabError, match="labkit's own function again"):
        exercise(labkit.diffusion.ddpm_step)(labkit.diffusion.ddim_step)


@pytest.mark.parametrize("function", [forget, use_reference, stubs, module.reference])
def test_an_exercise_that_does_not_exist(function):
    with pytest.raises(LabError, match="there is no exercise 'code9': choose one of code2, "):
        function("code9")


def test_no_reference_while_a_notebook_is_graded(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    use_reference("code7")  # an error would stop the cell
    assert "not used while a notebook is graded" in capsys.readouterr().out
    assert stubs("code7")[0].untouched


def test_signature_and_docstring_are_those_of_the_exercise():
    assert "Ho et al. 2020" in imported_before.__doc__
    assert imported_before.__name__ == "ddpm_step"


def by_pickle(network):
    return pickle.loads(pickle.dumps(network))


def by_torch_save(network):
    file = io.BytesIO()
    torch.save(network, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, by_pickle, by_torch_save])
@pytest.mark.parametrize("name", ["incontext", "adaln", "cross_attention"])
def test_networks_can_be_copied_and_saved(name, duplicate, tiny_network, random_text):
    """With a cell's function plugged in, which no file knows."""
    use_reference()
    network = tiny_network(name)
    plugged = type(network).output_projection.stub.plugged
    exercise(type(network).output_projection)(lambda *args: 2 * plugged(*args))
    text = random_text(B=2)
    given = torch.randn(2, 5, 9), torch.tensor([3, 7]), text, torch.ones(2, 5, dtype=torch.bool)
    again = duplicate(network)
    assert again is not network
    with torch.no_grad():
        assert torch.equal(again(*given), network(*given))


def test_a_stub_itself_can_be_pickled():
    assert pickle.loads(pickle.dumps(imported_before)) is imported_before


def test_dir_shows_the_public_names():
    assert "check" in dir(labkit) and "show" in dir(labkit) and "importlib" not in dir(labkit)
    assert all(getattr(labkit, name) is not None for name in dir(labkit))


@pytest.mark.slow
def test_all_public_names_can_be_imported_by_a_star():
    """Also those that nothing has asked for yet."""
    run = "from labkit import *; exercise(diffusion.ddpm_step), check, setup, LabError, hint, use_mine"
    subprocess.run([sys.executable, "-c", run], check=True)
