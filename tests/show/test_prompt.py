"""The prompt box without a browser: what its buttons do, its messages, what it stores."""

import base64
import re
import sys
import threading

import numpy as np
import pytest
import torch

import labkit
from labkit.diffusion import SamplingConfig
from labkit.exercises.recorded_solution import use_recorded_solution
from labkit.generate import generate
from labkit.show.prompt import box as module
from labkit.show.prompt import job as jobs
from labkit.show.prompt.code_source import overview
from labkit.show.prompt.history import Prompt, captions, file_stem
from labkit.stubs import exercise, forget, stubs, use_reference


@pytest.fixture
def box(lab):
    """A box of small settings, on small random networks."""
    box = labkit.prompt_box()
    box.caption.value = "a person waves"
    box.seconds.value, box.sampler.value, box.steps.value = 0.4, "ddim", 3
    return box


def prompt(caption: str, network: str, seconds: float, **config) -> Prompt:
    return Prompt(caption, network, seconds, SamplingConfig(**config))


@pytest.fixture
def own():
    """A function (stub, function) that plugs a learner's function in for this test."""
    plugged = []

    def plug(target, function):
        plugged.append(target.stub.exercise)
        exercise(target)(function)

    yield plug
    use_reference(*plugged)


def click(box, button) -> None:
    """Press it and wait until its work is done."""
    button.click()
    wait(box)


def wait(box) -> None:
    if box.job:
        box.job.thread.join(60)
    assert box.job is None


def said(box) -> str:
    return re.sub("<[^>]*>", "", box.message.value)


def test_draws_what_generate_draws(box):
    box.network.value, box.sampler.value, box.seed.value = "incontext", "ddpm", 7
    box.guidance_scale.value = 1.5
    click(box, box.generate)
    (sampled,) = box.history
    (expected,) = generate(
        ["a person waves"],
        "incontext",
        seconds=0.4,
        config=SamplingConfig(sampler="ddpm", steps=3, guidance_scale=1.5, seed=7),
    )
    assert torch.equal(sampled.motion.body_pose, expected.body_pose)
    assert torch.equal(sampled.motion.pelvis, expected.pelvis)
    assert said(box) == ""
    assert "a person waves" in box.view.value and "srcdoc" in box.view.value


def test_enter_in_the_caption_generates(box):
    box.caption._handle_custom_msg({"event": "submit"}, [])
    wait(box)
    assert len(box.history) == 1


def test_progress_follows_the_sampling_loop(box):
    box.steps.value = 4
    seen = []
    box.progress.observe(lambda change: seen.append(change.new), "value")
    click(box, box.generate)
    values = [int(v) for text in seen for v in re.findall(r'value="(\d+)" max="4"', text)]
    assert values[-1] == 4 and values == sorted(values)
    assert "step 4 of 4" in seen[-2] and seen[-1] == ""


def test_cancel_ends_the_loop_at_the_next_step(box, own):
    box.steps.value = 10
    done = []

    def ddim_step(schedule, prediction, x, *_):
        done.append(1)
        if len(done) == 3:
            box.cancel.click()
        return x

    own(labkit.diffusion.ddim_step, ddim_step)
    click(box, box.generate)
    assert len(done) == 3
    assert said(box) == "Cancelled: nothing was generated."
    assert not box.history and box.cancel.disabled and not box.generate.disabled
    click(box, box.generate)  # and it is ready again
    assert len(done) == 13 and len(box.history) == 1


def test_cancel_that_comes_too_late_does_nothing(box, caplog):
    click(box, box.cancel)
    assert not caplog.records


def test_one_drawing_at_a_time(box, own, tmp_path):
    click(box, box.generate)
    go = threading.Event()
    own(labkit.diffusion.ddim_step, lambda schedule, prediction, x, *_: go.wait(30) and x)
    box.generate.click()
    first = box.job
    assert box.generate.disabled and box.caption.disabled and not box.cancel.disabled
    box._on_generate()
    box.mp4.click()  # made before the button was off
    assert box.job is first
    go.set()
    first.thread.join(60)
    assert not list(tmp_path.glob("out/*"))
    assert len(box.history) == 2 and not box.generate.disabled


@pytest.mark.parametrize(
    "settings, line",
    [
        (dict(caption="  "), "the caption is empty"),
        (dict(caption="step " * 60), "the caption is too long (60 words"),
        (dict(steps=0), "0 steps cannot be made: choose between 1 and 20"),
        (dict(steps=21), "21 steps cannot be made: choose between 1 and 20"),
        (dict(seconds=12), "a motion of 12 s cannot be made"),
        (dict(seconds=float("nan")), "a motion of nan s cannot be made"),
    ],
)
def test_impossible_input_gets_one_line(box, settings, line, capsys):
    for name, value in settings.items():
        getattr(box, name).value = value
    click(box, box.generate)
    assert line in said(box) and "\n" not in said(box)
    assert not box.history and not box.generate.disabled and box.progress.value == ""
    assert capsys.readouterr() == ("", "")


def test_a_network_that_is_not_there(box, tmp_path, lab, monkeypatch):
    (tmp_path / "body").symlink_to(lab / "body", target_is_directory=True)
    monkeypatch.setenv("LABKIT_DATA", str(tmp_path))
    click(box, box.generate)
    assert "cross_attention.safetensors" in said(box) and not box.history


def test_captions_are_text_not_markup(box):
    box.caption.value = "<script>alert(1)</script> waves"
    click(box, box.generate)
    assert said(box) == ""
    assert "<script>alert" not in box.view.value + box._saved()
    box.steps.value, box.caption.value = 3, "<b>long</b> " * 60
    click(box, box.generate)
    assert "<b>" not in box.message.value


@pytest.fixture
def empty():
    """A function (exercises) that empties them for this test."""
    yield forget
    use_reference()


def test_empty_exercises_are_named(box, empty):
    empty("code3", "code7")
    assert overview() == (
        "Whose code runs · reference: adaLN, cross-attention, DDIM"
        " · empty: in-context (Code 3), DDPM (Code 7)"
    )
    box.network.value = "incontext"
    click(box, box.generate)
    assert "Code 3 is still empty" in said(box) and "02_architectures" in said(box)
    box.network.value, box.sampler.value = "adaln", "ddpm"
    click(box, box.generate)
    assert "Code 7 is still empty" in said(box) and not box.history
    assert "DDPM (Code 7)" in box._whose.value


def test_stand_ins_are_named(empty):
    empty("code8")
    use_recorded_solution("code8")
    assert "recorded: DDIM" in overview()


def test_what_learners_code_raises_is_one_line(box, own):
    def ddim_step(*_):
        raise IndexError("list index\nout of range")

    own(labkit.diffusion.ddim_step, ddim_step)
    assert "yours: DDIM ·" in overview()
    click(box, box.generate)
    assert said(box).startswith("sampling stopped with IndexError: list index out of range.")
    assert "labkit.check(&quot;code8&quot;)" in box.message.value
    own(labkit.diffusion.ddim_step, lambda schedule, prediction, x, *_: x * float("nan"))
    click(box, box.generate)
    assert said(box) and not box.history and not box.generate.disabled


def test_a_caption_that_the_text_model_does_not_know(box):
    box.caption.value = "ሰው ይራመዳል"
    click(box, box.generate)
    assert said(box).startswith("the text model knows no word of the caption") and not box.history
    box.caption.value = "a person waves 🙂"
    click(box, box.generate)
    assert said(box) == "the text model does not know 🙂: no motion will show it" and len(box.history) == 1
    box.caption.value = "a person waves"
    click(box, box.generate)
    assert said(box) == "" and len(box.history) == 2


@pytest.mark.slow
def test_history_compares_side_by_side(box):
    for seed in range(4):
        box.seed.value = seed
        click(box, box.generate)
    assert [d.prompt.config.seed for d in box.history] == [3, 2, 1, 0]
    assert [tick.value for tick in box._ticks] == [True, False, False, False]

    def tick(i: int, on: bool) -> None:
        box._ticks[i].value = on
        wait(box)

    tick(2, True)
    assert [d.prompt.config.seed for d in box.shown] == [3, 1]
    assert "a person waves · seed 3; a person waves · seed 1" in box.view.value
    tick(3, True)
    assert [d.prompt.config.seed for d in box.shown] == [3, 1, 0]
    tick(1, True)  # no room for a fourth
    assert "3 bodies fit" in said(box) and not box._ticks[1].value
    assert [d.prompt.config.seed for d in box.shown] == [3, 1, 0]
    for i in (0, 2, 3):
        tick(i, False)
    assert box._ticks[3].value and [d.prompt.config.seed for d in box.shown] == [0]  # one always stays


def test_captions_say_what_differs():
    one = prompt("a jump", "adaln", 6, sampler="ddim", steps=50, guidance_scale=2.5, seed=0)
    assert captions([one]) == ["a jump"]
    other = prompt("a jump", "adaln", 6, sampler="ddpm", steps=50, guidance_scale=4.0, seed=0)
    assert captions([one, other]) == ["a jump · DDIM 50 · guidance 2.5", "a jump · DDPM 50 · guidance 4"]


def test_files_have_the_name_of_what_was_asked():
    one = prompt("A jump, high!", "adaln", 6.0, sampler="ddim", steps=50, guidance_scale=2.5, seed=0)
    other = prompt("A jump, high!", "adaln", 6.0, sampler="ddim", steps=50, guidance_scale=2.5, seed=1)
    assert file_stem([one]) == "a_jump_high_adaln_ddim50_g2.5_6s_seed0"
    stems = {file_stem(shown) for shown in ([one], [other], [one, other], [one, one], [other, one])}
    assert len(stems) == 5
    long = prompt(
        "a jump " * 100,
        "cross_attention",
        6.0,
        sampler="ddim",
        steps=1000,
        guidance_scale=2.5,
        seed=2**31 - 1,
    )
    assert max(len(file_stem([long] * n)) for n in (1, 2, 3)) < 200


def test_history_and_outputs_stay_small(box, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    for seed in range(3):
        box.seed.value = seed
        click(box, box.generate)
    assert [d.prompt.config.seed for d in box.history] == [2, 1] and len(box._ticks) == 2
    assert len(box._saved()) < 3e6
    assert "data:video" not in box._saved()


def carried(value: str) -> bytes:
    return base64.b64decode(re.search(r'href="data:[^,]*,([^"]*)"', value)[1])


def test_downloads(box, tmp_path):
    box.caption.value = "a person waves/jumps"
    click(box, box.generate)
    assert not list(tmp_path.glob("out/*")) and box.links.value == ""
    click(box, box.npz)
    (path,) = tmp_path.glob("out/*.npz")
    assert path.name == "a_person_waves_jumps_cross_attention_ddim3_g3_0.4s_seed0.npz"
    assert carried(box.links.value) == path.read_bytes() and f"out/{path.name}" in box.links.value
    with np.load(path) as file:
        assert np.array_equal(file["body_pose"], box.history[0].motion.body_pose)
        assert file["transl"].shape == (8, 3) and str(file["caption"]) == "a person waves/jumps"
    click(box, box.mp4)
    (path,) = tmp_path.glob("out/*.mp4")
    assert carried(box.links.value) == path.read_bytes() and path.read_bytes()[4:8] == b"ftyp"


def test_a_place_that_cannot_be_written_to(box, tmp_path):
    click(box, box.generate)
    (tmp_path / "out").write_text("in the way")
    click(box, box.npz)
    assert said(box).startswith("cannot write out/") and box.links.value == ""


@pytest.mark.parametrize("name, button", [("render_video", "mp4"), ("write_smpl", "npz"), ("Scene", "")])
def test_a_fault_of_ours_in_saving_and_comparing_is_told(box, own, monkeypatch, name, button):
    for seed in (0, 1):
        box.seed.value = seed
        click(box, box.generate)

    def faulty(*_, **__):
        raise ValueError("no such axis")

    own(labkit.diffusion.ddim_step, lambda schedule, prediction, x, *_: x)  # the learner's: has no part in it
    monkeypatch.setattr(module, name, faulty)
    if button:
        click(box, getattr(box, button))
    else:
        box._ticks[1].value = True
        wait(box)
    assert said(box) == "it stopped with ValueError: no such axis. Restart the kernel and try again"
    assert box.progress.value == "" and not box.generate.disabled


def test_a_learner_s_exit_is_told_too(box, own):
    own(labkit.diffusion.ddim_step, lambda *_: sys.exit("bye"))
    click(box, box.generate)
    assert said(box).startswith("sampling stopped with SystemExit: bye. labkit.check(")
    assert not box.history and not box.generate.disabled


def test_what_a_saved_notebook_keeps(box, monkeypatch):
    outputs, updates = [], []

    class Handle:
        update = staticmethod(updates.append)

    monkeypatch.setattr(module, "display", lambda *a, **k: outputs.append((*a, k)) or Handle)
    box._ipython_display_()
    (live, _), (saved, options) = outputs
    assert {"application/vnd.jupyter.widget-view+json", "text/html"} < live.keys()
    assert "run this cell" in saved.data and options["display_id"]
    click(box, box.generate)
    assert len(updates) == 1 and "run this cell" in updates[0].data and box.view.value in updates[0].data


def test_colab_gets_its_motion_before_the_click_ends(box, own, monkeypatch):
    monkeypatch.setattr(jobs.sys, "modules", {**jobs.sys.modules, "google.colab": None})
    box.generate.click()
    assert box.job is None and len(box.history) == 1

    def ddim_step(*_):
        raise KeyboardInterrupt

    own(labkit.diffusion.ddim_step, ddim_step)
    box.generate.click()  # "Interrupt execution" in the middle of it
    assert said(box) == "Cancelled: nothing was generated." and len(box.history) == 1


def test_labels_for_screen_readers(box):
    for part in (box.caption, *box._settings, box.generate, box.cancel, box.mp4, box.npz):
        assert part.description.strip()
    click(box, box.generate)
    assert all("a person waves" in tick.description for tick in box._ticks)
    assert stubs("code8")  # the exercises are as they were
