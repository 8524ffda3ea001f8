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
    """The loss of one training step: Ho et al. 2020, alg. 1, lines 2 to 5 → a scalar tensor, with a gradient.

    Sample for each of the B motions a step t, uniform on 0 … T − 1, standard normal noise of x0's shape, and
    whether its caption is withheld, with probability `condition_dropout` (Ho & Salimans 2021, alg. 1). Then
    return the mean of the B losses that `ddpm_loss` gives. Sample on the device of x0, where all tensors are,
    and the noise in its dtype.
    network: called once, as network(x_t, t, text, mask, drop) → prediction (B, F, D).
    drop: (B,) bool, True where the caption is withheld.
    x0: (B, F, D), z-scored. mask: (B, F) bool, True at real frames. text: features of the B captions.
    Leave the arguments as they are.
    """
    # TODO (Code 13): here, or in notebooks/05_train_steer_edit.ipynb
    raise NotImplementedError


@stub("code13")
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    """One update of an exponential moving average of a weight, both of any one shape → the new average.

    average ← decay · average + (1 − decay) · weight, on their device, in their dtype. Both stay as they are.
    """
    # TODO (Code 13): here, or in notebooks/05_train_steer_edit.ipynb
    raise NotImplementedError
