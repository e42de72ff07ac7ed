"""What a network would cost, told from its skeleton before anything is allocated or computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from torch import nn

MAX_INPUT = 64_000_000  # values of one input: 256 MB of float32
MAX_VALUES = 256_000_000  # values of all outputs together, as they are kept while a network is examined: 1 GB
MAX_MACS = 100_000_000_000  # of one input; VGG-16 has 15 billion
MAX_PARAMETERS = 1_000_000_000  # 4 GB of float32


@dataclass(frozen=True, slots=True)
class Cost:
    """What layers cost for one input: values they keep in memory, multiply-accumulates, parameters."""

    values: int = 0
    macs: int = 0
    parameters: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.values + other.values, self.macs + other.macs, self.parameters + other.parameters)

    @property
    def excess(self) -> str | None:
        """Which limit is exceeded, in words, or None."""
        for count, limit, unit in (
            (self.parameters, MAX_PARAMETERS, "parameters"),
            (self.values, MAX_VALUES, "values in its layers' outputs"),
            (self.macs, MAX_MACS, "multiply-accumulates"),
        ):
            if count > limit:
                return f"more than {limit:,} {unit}"
        return None


def cost(
    module: nn.Module,
    shape: tuple[int, ...],
    output: tuple[int, ...],
    values: Mapping[str, int | float | bool],
) -> Cost:
    """The cost of a layer of the layer table with the fields ``values``, from ``shape`` to ``output``.

    Every parameter is used once per position of the output; a pooling window looks at each of its pixels.
    """
    positions, window = prod(output[1:]), int(values.get("kernel_size", 1)) ** 2
    parameters = sum(parameter.numel() for parameter in module.parameters())
    kept = prod(output) * sum(1 for _ in module.modules())  # a block itself stands for its addition
    if values.get("dilation", 1) > 1:
        kept += shape[0] * window * positions  # torch unfolds every window of a dilated convolution
    return Cost(kept, max(parameters * positions, window * prod(output)), parameters)
