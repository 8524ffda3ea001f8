"""Training by several processes of one machine, started by ``torchrun``, each with a GPU where there are any.

    torchrun --nproc-per-node 2 -m labkit train adaln --reference

Every process draws the same batch and works on its own equal share of it; `DistributedDataParallel` averages
the gradients. So the run is the one that a single process makes, number for number, up to rounding. What is
seen outside (states, logs, videos, weights) comes from the first process alone.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from labkit.paths import LabError


def launched() -> bool:
    """Did torchrun start this process?"""
    return distributed.is_available() and distributed.is_torchelastic_launched()


@contextmanager
def processes(device: str) -> Iterator[str]:
    """Be one of those that torchrun started, and compute on the device given out; alone, change nothing.

    Raises LabError where there are fewer GPUs than processes.
    """
    if not launched():
        yield device
        return
    if device == "cuda":
        local, gpus = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if local >= gpus:
            raise LabError(f"there are fewer GPUs than processes: take torchrun --nproc-per-node {gpus}")
        device = f"cuda:{local}"
        torch.cuda.set_device(local)
        distributed.init_process_group("nccl", device_id=torch.device(device))
    else:
        distributed.init_process_group("gloo")
    try:
        yield device
        distributed.barrier()  # gloo's threads must be idle when the group goes, or they may wait for ever
    finally:
        distributed.destroy_process_group()


def world_size() -> int:
    """How many processes work on this run."""
    return int(os.environ["WORLD_SIZE"]) if launched() else 1


def rank() -> int:
    """Which of them this is, from 0."""
    return int(os.environ["RANK"]) if launched() else 0


@contextmanager
def first_before_others() -> Iterator[None]:
    """The first process goes through the block alone; the others find the files that it has left."""
    if rank() > 0:
        distributed.barrier()
    yield
    if rank() == 0 and world_size() > 1:
        distributed.barrier()


def share(B: int) -> slice:
    """The rows of a batch of B that are this process's. Raises LabError where the shares would be unequal."""
    if B % world_size():
        raise LabError(f"a batch of {B} cannot be shared equally by {world_size()} processes: start fewer")
    size = B // world_size()
    return slice(rank() * size, (rank() + 1) * size)


def gather(values: Tensor) -> Tensor:
    """Every process's share (b, ...), put together in order → (B, ...)."""
    if world_size() == 1:
        return values
    parts = [torch.empty_like(values) for _ in range(world_size())]
    distributed.all_gather(parts, values.contiguous())
    return torch.cat(parts)


def averaging(network: nn.Module) -> nn.Module:
    """The network, called as before, whose gradients are averages over all processes."""
    if world_size() == 1:
        return network
    return DistributedDataParallel(network, static_graph=True)  # adaLN leaves the same few weights unused
