"""Code 3, 4 and 5 are asked alike, and a call of a network leaves the network as it was."""

import pytest
import torch

from grading import bank
from grading.mutants.denoiser import common_mutants
from labkit.exercises.observer import Observer, observed
from labkit.exercises.probe import Inputs, collect, probes
from labkit.exercises.probes.denoiser import NetworkInputs, network, run
from labkit.models import AdaLNDiT
from labkit.stubs import stubs

NETWORKS = ("code3", "code4", "code5")
ALIKE = {"shape", "rows", "conditions", "unmixed", "frames", "padded_frames", "withheld", "idle"}
ALIKE |= {"gradients", "training", "large", "single", "again", "autocast", "arguments"}


@pytest.mark.parametrize("exercise", NETWORKS)
def test_the_three_networks_are_asked_alike(exercise):
    points = {q.name: q.points for q in probes(exercise)}
    assert points.keys() >= ALIKE and sum(points.values()) == 10
    assert {name: points[name] for name in ALIKE} == {
        q.name: q.points for q in probes("code3") if q.name in ALIKE
    }


# one mistake a kind, and the probes that alone see it
ALONE = {
    "detached_time": {"idle", "gradients"},
    "damped_gradient": {"gradients"},
    "four_blocks": {"six_blocks"},
    "squeezed_batch": {"single"},
    "blocks_in_eval_mode_only": {"idle", "training"},
    "detached_in_evaluation_mode": {"gradients"},
    "hidden_clamped_to_100": {"large"},
    "through_numpy": {"autocast"},
    "kept_mask": {"again"},
    "frames_overwritten": {"arguments"},
    "switches_to_eval": {"arguments"},
    "switches_gradients_off": {"arguments"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ALONE)
def test_a_side_that_nobody_sees_from_the_front(name):
    (entry,) = (m for m in common_mutants("code3") if m.name == name)
    with bank.plugged("code3"):
        right = collect("code3")
    with bank.plugged("code3", entry):
        found = collect("code3")
    wrong = {q.name for q in probes("code3") if not same(found[q.name], right[q.name], q.tolerance)}
    assert wrong == ALONE[name]


def same(a, b, tolerance: float) -> bool:
    if a.dtype.kind == "U" or b.dtype.kind == "U":
        return str(a) == str(b)
    return a.shape == b.shape and float(abs(a - b).max()) <= tolerance * float(abs(b).max())


def changed(**functions) -> set[str]:
    """What a call of a small AdaLN network changes with these functions in the place of the reference's."""
    inputs = Inputs(0, "changed")
    model, batch = network(AdaLNDiT, inputs), NetworkInputs.sample(inputs)
    with bank.plugged("code4", bank.Entry("", functions)), observed(Observer()) as observer:
        run(model.train(), batch)
    return observer.changed


def right(name: str):
    with bank.plugged("code4"):
        return next(s.plugged for s in stubs("code4") if s.name == name)


def test_weights_and_mode_are_among_what_must_not_change():
    def scaled(self, h, mask, c):
        out = right("output_projection")(self, h, mask, c)
        self.final.weight.data.mul_(0.5)
        return out

    def switched(self, h, mask, c):
        return right("output_projection")(self.eval(), h, mask, c)

    assert changed() == set()
    assert changed(output_projection=scaled) == {"self"}
    assert changed(output_projection=switched) == {"self"}


def test_gradients_that_are_switched_off_are_noticed_and_switched_on_again():
    def off(self, h, mask, c):
        torch.set_grad_enabled(False)
        return h

    assert changed(backbone=off) == {"torch.set_grad_enabled"}
    assert torch.is_grad_enabled()
