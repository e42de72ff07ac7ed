"""Basins of attraction: every pixel of a window as a start, from coarse to fine."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from visualizer.errors import UserError
from visualizer.race.config import Race, Racer
from visualizer.race.crowd import CHUNK, Crowd
from visualizer.race.frames import UNKNOWN, BasinsFrame, Numbers
from visualizer.race.one_core import on_one_core
from visualizer.race.surface import Window
from visualizer.race.walkers import runs_alone

SIZE = 256
COARSEST, COARSEST_ALONE = 32, 8  # pixels on a side that come first
SIZE_ALONE = 32
MOST_STEPS = 1_000


class BasinsRun:
    """The basins of one racer under way; for one thread at a time. To cancel it, drop it.

    ``size``² starts in the middles of the pixels of ``window``, at most 32² of an optimizer that cannot take many
    starts as one batch. ``steps``: those of the race, at most 1,000. Raises ``FormulaError``.
    """

    def __init__(
        self, race: Race, racer: Racer, window: Window, size: int = SIZE, steps: int | None = None
    ) -> None:
        self._race, self._racer, self._window = race, racer, window
        self._steps = min(race.steps, MOST_STEPS) if steps is None else steps
        self._alone = runs_alone(racer)
        self._size = min(size, SIZE_ALONE) if self._alone else size
        self._problem = ""
        if not race.surface.minima:
            self._problem = "no minimum of this surface is known: nothing can be reached"
        elif self._alone:
            self._problem = f"every start runs alone: {self._size} × {self._size}"
        self._reached: NDArray[np.int16] = np.full((self._size, self._size), UNKNOWN, np.int16)
        self._taken: NDArray[np.int32] = np.full((self._size, self._size), self._steps, np.int32)
        self._done = 0.0  # pixels
        self._work = self._chunks()
        self.complete = False

    def advance(self, seconds: float | None = None) -> BasinsFrame:
        """Compute for about so many seconds, at least one step of one batch (None: to the end); all as far as it is."""
        end = None if seconds is None else time.perf_counter() + seconds
        try:
            with on_one_core():
                for _ in self._work:
                    if end is not None and time.perf_counter() >= end:
                        break
                else:
                    self.complete = True
        except UserError as error:  # settings that the optimizer does not take
            self.complete, self._problem = True, str(error)
        return self._frame()

    def _frame(self) -> BasinsFrame:
        fraction = 1.0 if self.complete else min(self._done / self._size**2, 0.9999)
        return BasinsFrame(
            self._racer,
            self._window,
            self._race.surface.minima,
            self._steps,
            self._reached.copy(),
            self._taken.copy(),
            fraction,
            self._problem,
        )

    def _chunks(self) -> Iterator[None]:
        """All pixels, level by level, in batches; yields after every step of one."""
        chunk = 1 if self._alone else CHUNK
        for stride, rows, columns in levels(self._size, COARSEST_ALONE if self._alone else COARSEST):
            for first in range(0, len(rows), chunk):
                part = slice(first, first + chunk)
                starts = self._starts(rows[part], columns[part])
                done = self._done
                crowd = Crowd(self._race, self._racer, starts, self._steps)
                while not crowd.complete:
                    crowd.advance()
                    if not crowd.complete:
                        self._done = done + len(starts) * (crowd.row / (self._steps + 1))
                        yield
                self._fill(stride, rows[part], columns[part], crowd)
                self._done = done + len(starts)
                yield

    def _starts(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Numbers:
        """The middles of pixels, (n, 2)."""
        across, up = (columns + 0.5) / self._size, (rows + 0.5) / self._size
        x = self._window.left * (1 - across) + self._window.right * across
        y = self._window.bottom * (1 - up) + self._window.top * up
        return np.stack((x, y), axis=-1)

    def _fill(self, stride: int, rows: NDArray[np.int64], columns: NDArray[np.int64], crowd: Crowd) -> None:
        """The blocks of ``stride`` × ``stride`` pixels around those that are computed."""
        rows, columns = rows - rows % stride, columns - columns % stride
        for up in range(stride):
            for across in range(stride):
                here = (rows + up).clip(max=self._size - 1), (columns + across).clip(max=self._size - 1)
                self._reached[here], self._taken[here] = crowd.reached, crowd.taken


def levels(size: int, coarsest: int) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """From coarse to fine, each pixel of size × size once: the stride, and the rows and columns that are new.

    A pixel near its middle stands for each block of stride × stride pixels.
    """
    stride = 1
    while size // (2 * stride) >= coarsest:
        stride *= 2
    every, middle = np.arange(size), max(0, stride // 2 - 1)
    known = np.zeros((size, size), bool)
    while stride:
        stands = every % stride == middle % stride  # so that those of a level are among those of the next
        rows, columns = np.nonzero(stands[:, None] & stands & ~known)
        known[rows, columns] = True
        yield stride, rows, columns
        stride //= 2
