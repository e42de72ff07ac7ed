"""What the steps of a run measured, read from the device without making it wait."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ON_DEVICE = 16
"""Steps whose figures stay on a GPU before they are sent for."""


@dataclass(frozen=True, slots=True)
class Step:
    """What can be told after one step of training, or one batch of validation.

    ``step`` counts the optimizer's steps and ``epoch`` the epochs, both from 1. ``loss`` (mean loss, nats for
    cross-entropy) and ``accuracy`` (0…1) are means since the last reading, over the whole split for validation, and
    None where nothing was read, or where a GPU has not told it yet. ``seconds`` is the time that this loop has
    worked, pauses left out.
    """

    step: int
    epoch: int
    split: Literal["training", "validation"]
    loss: float | None
    accuracy: float | None
    learning_rate: float
    seconds: float


class Column:
    """Numbers that are only ever added to; ``values`` looks at them without a copy."""

    def __init__(self, dtype: type[np.generic], values: Sequence[float] = ()) -> None:
        self._buffer: NDArray[Any] = np.empty(max(1024, 2 * len(values)), dtype=dtype)
        self._count = len(values)
        self._buffer[: self._count] = values

    def __len__(self) -> int:
        return self._count

    def append(self, value: float) -> None:
        """Add one; now and then into a new buffer, so that what was handed out never changes."""
        if self._count == len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.empty_like(self._buffer)])
        self._buffer[self._count] = value
        self._count += 1

    def values(self, count: int | None = None) -> NDArray[Any]:
        """The first ``count`` of them, read-only."""
        view = self._buffer[: self._count if count is None else count]
        view.flags.writeable = False
        return view


class StepRecord:
    """Loss and accuracy of every step, and what the processor knows of it without asking.

    On a GPU the two are kept in a small tensor there, which is copied to pinned memory when it is full; ``collect``
    takes what has arrived. On the processor they are there at once.
    """

    def __init__(self, device: torch.device) -> None:
        self.step, self.images = Column(np.int64), Column(np.int64)
        self.epoch, self.learning_rate = Column(np.float32), Column(np.float32)
        self.seconds = Column(np.float64)
        self.loss, self.accuracy = Column(np.float32), Column(np.float32)
        self.first_bad: int | None = None
        """The first step whose loss was not a number (nan or infinite), as far as is known."""
        self._device = device
        self._filling: Tensor | None = None
        self._filled = 0
        self._under_way: deque[tuple[torch.cuda.Event, Tensor, Tensor]] = deque()

    @property
    def known(self) -> int:
        """The number of steps whose loss and accuracy are there."""
        return len(self.loss)

    def add(
        self, step: int, epoch: float, images: int, learning_rate: float, seconds: float, figures: Tensor
    ) -> None:
        """One step more; ``figures`` (2,) float32 on the device: mean loss and share of hits."""
        self.step.append(step)
        self.epoch.append(epoch)
        self.images.append(images)
        self.learning_rate.append(learning_rate)
        self.seconds.append(seconds)
        if self._device.type != "cuda":
            self._take(figures)
            return
        if self._filling is None:
            self._filling = torch.empty((ON_DEVICE, 2), device=self._device)
        self._filling[self._filled] = figures
        self._filled += 1
        if self._filled == ON_DEVICE:
            self._send()

    def collect(self, wait: bool = False) -> None:
        """Take the figures that have arrived; with ``wait`` those of all steps, for which the device is waited for."""
        if wait and self._filled:
            self._send()
        while self._under_way and (wait or self._under_way[0][0].query()):  # type: ignore[no-untyped-call]
            event, _, arrived = self._under_way.popleft()
            event.synchronize()
            self._take(arrived)

    def means(self, start: int, end: int) -> tuple[float, float] | tuple[None, None]:
        """Mean loss and accuracy over the images of the known steps ``start``…``end`` (indexes); None without any."""
        end = min(end, self.known)
        if start >= end:
            return None, None
        images = self.images.values(end)[start:].astype(np.float64)
        share = images / images.sum()
        return float(share @ self.loss.values(end)[start:]), float(share @ self.accuracy.values(end)[start:])

    def _send(self) -> None:
        assert self._filling is not None
        sent = self._filling[: self._filled]
        arrived = torch.empty(sent.shape, pin_memory=True)
        arrived.copy_(sent, non_blocking=True)
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record()
        self._under_way.append((event, sent, arrived))
        self._filling, self._filled = None, 0

    def _take(self, figures: Tensor) -> None:
        for loss, accuracy in figures.view(-1, 2).tolist():
            if self.first_bad is None and not math.isfinite(loss):
                self.first_bad = int(self.step.values()[self.known])
            self.loss.append(loss)
            self.accuracy.append(accuracy)


class Readings:
    """The steps that are told with a loss and an accuracy: means over the steps since the one before."""

    def __init__(self, record: StepRecord) -> None:
        self._record = record
        self._read = 0
        self._waiting: deque[tuple[int, int, Step]] = deque()

    def expect(self, step: Step) -> Step:
        """A step of training that is to be read; what comes back has the means of what is known already."""
        start, self._read = self._read, len(self._record.step)
        self._waiting.append((start, self._read, step))
        return self._told(start, self._read, step)

    def add(self, step: Step) -> None:
        """A step that has its figures."""
        self._waiting.append((0, 0, step))

    def take(self) -> Iterator[Step]:
        """Those that are complete, each once."""
        while self._waiting and self._waiting[0][1] <= self._record.known:
            start, end, step = self._waiting.popleft()
            yield self._told(start, end, step) if end else step

    def _told(self, start: int, end: int, step: Step) -> Step:
        loss, accuracy = self._record.means(start, end)
        return replace(step, loss=loss, accuracy=accuracy)
