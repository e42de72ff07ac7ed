"""What is known of a network's response to a changing input: frozen, and as much of it as is computed.

All arrays are read-only. ``values`` (A,) are those of the transform, in its unit and rising.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Values = NDArray[np.float64]

Reading = Literal["softmax", "sigmoid", "as they are"]
"""How probabilities are made of a network's outputs: "as they are" where the network ends in softmax or sigmoid."""


@dataclass(frozen=True, eq=False)
class Response:
    """What a network says of one input at every value of a transform.

    ``known`` (A,) tells which values are computed: coarse ones come first. ``outputs`` (A, K) is what the network
    gives, ``probabilities`` (A, K) what is read from it (0…1), with all the digits that a prediction has; NaN where
    unknown or where the network gives numbers that are not finite. ``classes`` are the K names, ``label`` is the true
    class of the input, if known. ``note`` is what the user should know, a sentence or "".
    """

    network: str
    transform: str
    border: str
    values: Values = field(repr=False)
    known: NDArray[np.bool_] = field(repr=False)
    outputs: Floats = field(repr=False)
    probabilities: Values = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    reading: Reading = "softmax"
    label: str | None = None
    note: str = ""

    @property
    def complete(self) -> bool:
        """Whether every value is computed."""
        return bool(self.known.all())

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The class with the highest probability at each value (A,); −1 where that is unknown or not finite.

        With one class, a yes or no, it is 0 for yes (a probability of at least a half) and 1 for no. Worked out once:
        0.4 ms for 360 values and 1,000 classes, which all figures and plots of a response ask for.
        """
        likely = self.probabilities
        found = np.full(len(likely), -1, np.int64)
        if likely.shape[1]:
            finite = np.isfinite(likely).all(axis=1)
            guesses = (likely[:, 0] < 0.5) if likely.shape[1] == 1 else likely.argmax(axis=1)
            found[finite] = guesses[finite]
        found.flags.writeable = False
        return found


@dataclass(frozen=True, slots=True, eq=False)
class DatasetResponse:
    """What a network says of N images of a data set at every value of a transform.

    The first ``done`` images are computed. ``labels`` (N,) are their true classes and ``predicted`` (N, A) the
    classes with the highest probability, both as indexes into ``classes``; −1 where unknown or not finite.
    ``probability`` (N, A) is that of the true class, NaN there. ``data`` is the name of the data set, ``split`` says
    which of its images these are ("test", "validation"), ``note`` what the user should know.
    """

    network: str
    data: str
    transform: str
    border: str
    values: Values = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)
    predicted: NDArray[np.int32] = field(repr=False)
    probability: Floats = field(repr=False)
    done: int = 0
    seconds: float = 0.0  # of work so far
    note: str = ""
    split: str = "validation"

    @property
    def complete(self) -> bool:
        """Whether every image is computed."""
        return self.done == len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class LayerEquivariance:
    """How far one layer's maps turn with the input: ``correlation`` (A,), −1…1, NaN where unknown.

    The Pearson correlation, over all units and all places that are in the picture at every angle, each unit about its
    own mean there, between the maps of the turned input and the turned maps of the input. 1: the maps turn with the
    input. ``note`` is a sentence where there is no number.
    """

    index: int  # in the anatomy
    name: str
    detail: str
    correlation: Floats = field(repr=False)
    is_convolution: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Equivariance:
    """The equivariance of every layer with maps, in the order of the network, and how the outputs do.

    ``outputs`` (A,) is the correlation between the outputs for the turned input and those for the input: 1 says that
    the network as a whole is invariant.
    """

    network: str
    values: Values = field(repr=False)
    known: NDArray[np.bool_] = field(repr=False)
    layers: tuple[LayerEquivariance, ...]
    outputs: Floats = field(repr=False)
    note: str = ""
