"""Training by several processes of one machine, started by ``torchrun``, each with a GPU where there are any.

    torchrun --nproc-per-node 2 -m labkit train adaln --reference

Every process samples the same batch and computes an equal share of it; `DistributedDataParallel`
averages the gradients. So the result is that of a single process, up to rounding. Only the first process
writes files (states, logs, videos, weights).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from labkit.paths import LabError


def launched() -> bool:
    """Whether torchrun started this process."""
    return distributed.is_available() and distributed.is_torchelastic_launched()


@contextmanager
def processes(device: str) -> Iterator[str]:
    """Join the processes that torchrun started → the device of this process, such as "cuda:1".

    Without torchrun the device is `device`, unchanged. Raises LabError where there are fewer GPUs than
    processes.
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
        distributed.barrier()  # gloo's threads must be idle when the group is destroyed, or they may hang
    finally:
        distributed.destroy_process_group()


def world_size() -> int:
    """The number of processes of this run."""
    return int(os.environ["WORLD_SIZE"]) if launched() else 1


def rank() -> int:
    """The number of this process, from 0."""
    return int(os.environ["RANK"]) if launched() else 0


@contextmanager
def first_before_others() -> Iterator[None]:
    """The first process runs the block alone, then the others run it and find the files of the first."""
    if rank() > 0:
        distributed.barrier()
    yield
    if rank() == 0 and world_size() > 1:
        distributed.barrier()


def share(B: int) -> slice:
    """The rows of a batch of B that belong to this process.

    Raises LabError where B is not a multiple of the number of processes.
    """
    if B % world_size():
        raise LabError(f"a batch of {B} cannot be shared equally by {world_size()} processes: start fewer")
    size = B // world_size()
    return slice(rank() * size, (rank() + 1) * size)


def gather(values: Tensor) -> Tensor:
    """The shares (b, ...) of all processes, concatenated in order → (B, ...)."""
    if world_size() == 1:
        return values
    parts = [torch.empty_like(values) for _ in range(world_size())]
    distributed.all_gather(parts, values.contiguous())
    return torch.cat(parts)  # (B, ...)


def averaging(network: nn.Module) -> nn.Module:
    """The network, with gradients averaged over all processes."""
    if world_size() == 1:
        return network
    return DistributedDataParallel(network, static_graph=True)  # adaLN leaves the same few weights unused
