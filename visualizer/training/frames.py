"""The frozen results that a watched run publishes: state, never a difference, so a dropped one loses nothing.

All arrays are read-only and never written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.networks.network import Network

Floats = NDArray[np.float32]
Steps = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that was changed while the run went on, from the step behind ``step``: "learning rate 0.01"."""

    step: int
    epoch: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Everything measured so far, each (T,): one entry a training step, one a validation.

    ``step`` counts from 1, ``epoch`` is the fraction of epochs that is over. Losses are mean losses of the batch or
    the split (nats), accuracies 0…1. Steps whose figures are not yet read from the device are not there yet.
    """

    step: Steps
    epoch: Floats
    loss: Floats
    accuracy: Floats
    learning_rate: Floats
    validation_step: Steps
    validation_epoch: Floats
    validation_loss: Floats
    validation_accuracy: Floats
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class StatisticsHistory:
    """How the layers with weights do over time, measured at T steps on a pinned batch of validation images.

    ``layers`` are their indexes in the anatomy and ``names`` their names, L of them. (T, L) each: ``mean`` and
    ``std`` of the layer's outputs, ``dead`` the share (0…1) of units that are ≤ 0 for the whole batch behind the
    layer's activation function (of its outputs where it has none), ``gradient`` the L2 norm of the gradient of all
    its parameters, ``update`` the L2 norm of the last step's change over that of the weights. ``counts`` (T, L, B)
    are histograms of the outputs, of large ones of an evenly spread part. ``limits`` (L,): they span −limit…limit,
    and a thousandth of the values may lie beyond, counted in the outermost bins. NaN where something was not
    measured.
    """

    layers: tuple[int, ...]
    names: tuple[str, ...]
    step: Steps
    epoch: Floats
    mean: Floats = field(repr=False)
    std: Floats = field(repr=False)
    dead: Floats = field(repr=False)
    gradient: Floats = field(repr=False)
    update: Floats = field(repr=False)
    counts: NDArray[np.int32] = field(repr=False)
    limits: Floats = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One look at all validation images, each array (N,) in the order of ``Dataset.validation``.

    ``predicted`` are the classes with the highest score and ``confidence`` their probabilities (0…1).
    """

    step: int
    epoch: float
    loss: float
    accuracy: float
    classes: tuple[str, ...] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)
    predicted: NDArray[np.int64] = field(repr=False)
    confidence: Floats = field(repr=False)

    def confusion(self) -> NDArray[np.int64]:
        """How many images of each class (rows) were taken for which (columns): (K, K)."""
        count = len(self.classes)
        cells = np.bincount(self.labels * count + self.predicted, minlength=count * count)
        return cells.reshape(count, count)


@dataclass(frozen=True, slots=True)
class Cost:
    """What watching has cost the run lately, measured by the loop itself: shares (0…1) of its time.

    ``publishing`` is the time for probes and frames, ``copying`` that for recording and snapshots, ``waiting`` that
    for the device and for a pause between frames. ``steps_lost`` counts the steps that would have fit into all of
    it since the run began. ``frames_per_second`` were published.
    """

    publishing: float = 0.0
    copying: float = 0.0
    waiting: float = 0.0
    steps_lost: float = 0.0
    frames_per_second: float = 0.0

    @property
    def share(self) -> float:
        """All of it together."""
        return self.publishing + self.copying + self.waiting


@dataclass(frozen=True, slots=True, eq=False)
class LiveFrame:
    """All that is to be told of a run at one time.

    ``step`` of ``steps``, ``epoch`` (a fraction) of ``epochs``; both shrink by early stopping. ``loss``
    and ``accuracy`` (0…1) of training are means over the last steps, None before the first. ``recorded`` are the
    steps of the moments that can be visited (M,), 0 the first. ``answers`` holds the newest answer of each watched
    probe by its topic, for the weights of ``step`` or of one shortly before: it is the same object as in the frame
    before where the probe was not due. ``network``, where it is not None, is the newest snapshot that was asked for:
    in evaluation mode on the processor, in memory that no step changes.
    """

    step: int
    steps: int
    epoch: float
    epochs: int
    loss: float | None
    accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    samples_per_second: float
    device: str
    memory_words: str  # "3.1 / 12 GB" of a GPU, "" elsewhere
    curves: Curves = field(repr=False)
    statistics: StatisticsHistory | None = field(repr=False)
    evaluations: tuple[Evaluation, ...] = field(repr=False)
    cost: Cost
    recorded: Steps = field(repr=False)
    answers: Mapping[str, object] = field(repr=False)
    network: Network | None = field(repr=False)
