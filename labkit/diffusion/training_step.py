"""One step of training."""

from collections.abc import Callable

from torch import Tensor

from labkit.diffusion.schedule import Schedule
from labkit.stubs import stub
from labkit.text import TextFeatures


@stub("code13")
def training_loss(
    network: Callable[..., Tensor],
    schedule: Schedule,
    x0: Tensor,
    mask: Tensor,
    text: TextFeatures,
    condition_dropout: float,
) -> Tensor:
    """The loss of one training step, Ho et al. 2020, alg. 1, lines 2 to 5 → a scalar tensor, with a gradient.

    For each of the B motions sample a step t, uniform on 0 … T − 1, standard normal noise of the shape of x0,
    and whether its caption is withheld, with probability `condition_dropout` (Ho & Salimans 2021, alg. 1).
    Return the mean of the B losses of `ddpm_loss`. Sample on the device of x0, where all tensors are.
    network: call it exactly once, as network(x_t, t, text, mask, drop) → prediction (B, F, D).
    drop: (B,) bool, True where the caption is withheld.
    x0: (B, F, D) float32, z-scored. mask: (B, F) bool, True at real frames. text: features of the B captions.
    Do not change the arguments in place.
    """
    # TODO (Code 13): here, or in notebooks/05_train_steer_edit.ipynb
    raise NotImplementedError


@stub("code13")
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    """One update of an exponential moving average of a weight → the new average, of the same shape.

    average ← decay · average + (1 − decay) · weight, on their device, in their dtype. average and weight have
    equal shapes, any of them. decay: 0 to 1. Do not change the arguments in place.
    """
    # TODO (Code 13): here, or in notebooks/05_train_steer_edit.ipynb
    raise NotImplementedError
