"""How examples come to the training device: all at once where they fit, else batch by batch ahead of their use."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import torch
from torch import Tensor

from visualizer.data.dataset import Examples, Stored

READERS = 4
"""Threads that read batches, at most."""
SHARE = 0.5
"""Of the device's free memory, data may take so much; the rest is for the network."""


class Source:
    """The examples of one split, and the device that wants batches of them.

    Bytes that fit into the device's free memory are moved there once. Others stay where they are; threads gather
    the batches that come next into pinned memory, from which they are copied while the device computes.
    """

    def __init__(self, examples: Examples | Stored, device: torch.device, free: int | None = None) -> None:
        self.examples = examples
        self._device = device
        self._labels = examples.labels.to(device)
        self._resident: Tensor | None = None
        if isinstance(examples, Examples) and _fits(examples.images, device, free):
            self._resident = examples.images.to(device)

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def is_streamed(self) -> bool:
        """Whether every batch is copied on its own."""
        return self._resident is None

    def batches(self, order: Tensor, size: int) -> Iterator[Examples]:
        """Batches of ``size`` (the last may have fewer) in the ``order`` of the indices (N,)."""
        if self._resident is None:
            yield from self._streamed(torch.split(order, size))
            return
        for chosen in torch.split(order.to(self._device), size):
            yield Examples(self._resident[chosen], self._labels[chosen])

    def _streamed(self, chosen: tuple[Tensor, ...]) -> Iterator[Examples]:
        readers = max(1, min(READERS, (os.cpu_count() or 1) - 1))
        pool = ThreadPoolExecutor(readers, thread_name_prefix="batches")
        coming: deque[Future[Tensor]] = deque()
        waiting = iter(chosen)
        before: _Upload | None = None
        try:
            for indices in chosen:
                while len(coming) <= readers and (following := next(waiting, None)) is not None:
                    coming.append(pool.submit(self._read, following))
                upload = _Upload(
                    coming.popleft().result(), self._labels[indices.to(self._device)], self._device
                )
                if before is not None:
                    yield before.take()
                before = upload
            if before is not None:
                yield before.take()
        finally:  # also when the run is stopped in the middle of an epoch
            pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, indices: Tensor) -> Tensor:
        """The images of some indices (n, C, H, W) on the processor, for a GPU in pinned memory; in any thread."""
        examples = self.examples
        images = examples.images[indices] if isinstance(examples, Examples) else examples.read(indices)
        return images.pin_memory() if self._device.type == "cuda" else images


def _fits(images: Tensor, device: torch.device, free: int | None) -> bool:
    """Whether the images may be moved to the device; they may always stay where they are."""
    if images.device == device:
        return True
    if free is None:
        free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else 0
    return images.numel() * images.element_size() <= SHARE * free


class _Upload:
    """One batch on its way: for a GPU on a stream of its own, one batch ahead of the one that is computed."""

    def __init__(self, images: Tensor, labels: Tensor, device: torch.device) -> None:
        self._labels = labels
        self._arrived: torch.cuda.Event | None = None
        if device.type != "cuda":
            self._images = images.to(device)
            return
        stream = _copying_stream(device)
        with torch.cuda.stream(stream):
            self._images = images.to(device, non_blocking=True)
            self._arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._arrived.record(stream)

    def take(self) -> Examples:
        """The batch; the device, not the processor, waits until it is there."""
        if self._arrived is not None:
            computing = torch.cuda.current_stream(self._images.device)
            computing.wait_event(self._arrived)
            self._images.record_stream(
                computing
            )  # its memory is not given to the next copy before it is used
        return Examples(self._images, self._labels)


@lru_cache
def _copying_stream(device: torch.device) -> torch.cuda.Stream:
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
