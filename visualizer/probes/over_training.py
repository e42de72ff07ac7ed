"""The probability of one class for one input at many moments of a run."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from visualizer.networks.network import Network
from visualizer.probes.frames import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ProbabilityHistory:
    """How probable the class ``label`` was: ``epochs`` (fractions, rising) and ``probability`` (0…1), both (T,).

    NaN where the network gave no finite numbers. Read-only.
    """

    label: str
    class_index: int
    epochs: Floats = field(repr=False)
    probability: Floats = field(repr=False)

    def with_value(self, epoch: float, probability: float) -> ProbabilityHistory:
        """The same with one more value; those of ``epoch`` and later are dropped (a run that was wound back)."""
        kept = int(np.searchsorted(self.epochs, np.float32(epoch)))
        return _history(
            self.label,
            self.class_index,
            np.append(self.epochs[:kept], np.float32(epoch)),
            np.append(self.probability[:kept], np.float32(probability)),
        )


def over_moments(
    networks: Iterable[tuple[float, Network]], tensor: Tensor, class_index: int, label: str
) -> ProbabilityHistory:
    """Follow ``class_index`` through ``networks``, each with its epoch, in order of time.

    ``tensor`` is the prepared input (1, C, H, W). Costs a forward pass for each network; who gives them decides
    how many there are, and ends the work by raising. A network without that class gives NaN.
    """
    epochs, values = [], []
    for epoch, network in networks:
        with torch.inference_mode():
            output = network.module(tensor.to(next(network.module.parameters()).device))
        epochs.append(epoch)
        values.append(probability_of(output, class_index))
    return _history(label, class_index, np.array(epochs, np.float32), np.array(values, np.float32))


def probability_of(logits: object, class_index: int) -> float:
    """The softmax of ``logits`` (1, K) at ``class_index``, for one logit alone its sigmoid; NaN where there is none."""
    if not isinstance(logits, Tensor) or logits.ndim != 2 or logits.shape[0] != 1 or logits.is_complex():
        return math.nan
    values = logits[0].detach().double()
    if not 0 <= class_index < len(values):
        return math.nan
    if len(values) == 1:
        return float(values.sigmoid())
    return float(values.softmax(0)[class_index])


def _history(label: str, class_index: int, epochs: Floats, probability: Floats) -> ProbabilityHistory:
    for array in (epochs, probability):
        array.setflags(write=False)
    return ProbabilityHistory(label, class_index, epochs, probability)
