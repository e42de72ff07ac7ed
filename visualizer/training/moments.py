"""The recorded moments of a run: its weights at many steps, dense at first and sparser later, within a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

BUDGET = 512 * 2**20
"""Bytes that the moments of a run may take, unless the user says otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Weights and buffers of the module behind ``step`` (0: as the run began), on the processor, never written again.

    ``epoch`` is the fraction of epochs that was over.
    """

    step: int
    epoch: float
    tensors: Mapping[str, Tensor] = field(repr=False)
