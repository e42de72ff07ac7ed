"""Keeps what was measured over a run in arrays that grow cheaply and never change once they are handed out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualizer.networks.anatomy import Layer
from visualizer.training.frames import Evaluation, Floats, StatisticsHistory
from visualizer.training.statistics import Measured

BINS = 64
OUTSIDE = 1e-3
"""The share of values that may lie outside of a histogram; they count in its outermost bins."""
MOST_ROWS = 1024
"""Rows of statistics that are kept; beyond them every second one goes."""
MOST_EVALUATIONS = 256

_SMALLEST, _LARGEST = 2.0**-60, 2.0**60  # limits of histograms

Counts = NDArray[np.int32]


class StatisticsLog:
    """The statistics of L layers at T steps; ``history`` gives all of them without copying."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = tuple(layers)
        self._rows = 0
        self._step = np.zeros(16, np.int64)
        self._epoch = np.zeros(16, np.float32)
        # Mean, std, dead, gradient and update.
        self._values = np.zeros((5, 16, len(self._layers)), np.float32)
        self._counts: Counts = np.zeros((16, len(self._layers), BINS), np.int32)
        self._limits = np.zeros(len(self._layers), np.float32)  # 0: not yet known

    def add(
        self,
        step: int,
        epoch: float,
        measured: Measured,
        gradient: Floats | None = None,
        update: Floats | None = None,
    ) -> None:
        """Keep one look, later than all before; the norms (L,) of its step where they were measured."""
        self._make_room()
        row = self._rows
        missing = np.full(len(self._layers), math.nan, np.float32)
        self._step[row], self._epoch[row] = step, epoch
        columns = (measured.mean, measured.std, measured.dead, gradient, update)
        for place, column in enumerate(columns):
            self._values[place, row] = missing if column is None else column
        for index, sample in enumerate(measured.samples):
            finite = sample[np.isfinite(sample)]
            self._widen(index, finite)
            self._counts[row, index] = counts(finite, float(self._limits[index]))
        self._rows += 1

    def _make_room(self) -> None:
        """Twice the rows where all are used; where there are too many, every second one."""
        if self._rows < len(self._step):
            return
        keep = slice(None, None, 2) if self._rows >= MOST_ROWS else slice(None)
        kept = len(range(self._rows)[keep])
        size = max(2 * kept, 16)
        self._step = _grown(self._step[keep], size)
        self._epoch = _grown(self._epoch[keep], size)
        self._counts = _grown(self._counts[keep], size)
        values = np.zeros((5, size, len(self._layers)), np.float32)
        values[:, :kept] = self._values[:, keep]
        self._values, self._rows = values, kept

    def _widen(self, index: int, sample: Floats) -> None:
        """Let the histograms of a layer reach as far as its values, all earlier ones too."""
        if not sample.size:
            return
        place = int(OUTSIDE * (sample.size - 1))  # so many of the largest may lie outside
        wanted = float(np.partition(np.abs(sample), sample.size - 1 - place)[sample.size - 1 - place])
        before = float(self._limits[index])
        exponent = math.ceil(math.log2(min(max(wanted, _SMALLEST), _LARGEST)))
        if before == 0:
            self._limits = self._limits.copy()
            self._limits[index] = 2.0**exponent
        elif 2.0**exponent > before:
            doublings = exponent - round(math.log2(before))
            self._counts = self._counts.copy()
            self._limits = self._limits.copy()
            self._counts[: self._rows, index] = merged(self._counts[: self._rows, index], doublings)
            self._limits[index] = 2.0**exponent

    def history(self) -> StatisticsHistory:
        """All that was kept, read-only; it stays as it is when more is added."""
        rows = self._rows
        mean, std, dead, gradient, update = (_view(values[:rows]) for values in self._values)
        return StatisticsHistory(
            layers=tuple(layer.index for layer in self._layers),
            names=tuple(layer.name for layer in self._layers),
            step=_view(self._step[:rows]),
            epoch=_view(self._epoch[:rows]),
            mean=mean,
            std=std,
            dead=dead,
            gradient=gradient,
            update=update,
            counts=_view(self._counts[:rows]),
            limits=_view(self._limits),
        )


def counts(sample: Floats, limit: float) -> Counts:
    """A histogram of finite values over −limit…limit, (``BINS``,); values beyond it count in the outermost bins."""
    if not sample.size or limit == 0:
        return np.zeros(BINS, np.int32)
    places = np.floor(sample * np.float32(BINS / (2 * limit))).clip(-BINS // 2, BINS // 2 - 1)
    return np.bincount(places.astype(np.intp) + BINS // 2, minlength=BINS).astype(np.int32)


def merged(rows: Counts, doublings: int) -> Counts:
    """Histograms (T, B) as they are over a symmetric range that was doubled so many times."""
    for _ in range(min(doublings, int(math.log2(BINS)) + 1)):
        wider = np.zeros_like(rows)
        quarter = BINS // 4
        wider[:, quarter : 3 * quarter] = rows[:, 0::2] + rows[:, 1::2]
        rows = wider
    return rows


def with_evaluation(before: tuple[Evaluation, ...], new: Evaluation) -> tuple[Evaluation, ...]:
    """The looks at the validation images with one more; of too many every second goes, the first one stays."""
    kept = before[::2] if len(before) >= MOST_EVALUATIONS else before
    return (*kept, new)


def _grown(array: NDArray[Any], size: int) -> NDArray[Any]:
    larger = np.zeros((size, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


def _view(array: NDArray[Any]) -> NDArray[Any]:
    """A view that nobody can write to; the array itself stays as it is."""
    view = array.view()
    view.setflags(write=False)
    return view
