"""The bare work that looking at a picture is measured against."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from visualizer.benchmarks.figures import seconds
from visualizer.networks.network import Network


def bare_forward(network: Network, input: Tensor | None = None) -> Callable[[], float]:
    """A function that runs one forward pass without anything of ours and returns its seconds.

    ``input`` (1, C, H, W) is what the network looks at, noise without.
    """
    image = torch.rand(1, *network.input) if input is None else input

    @torch.inference_mode()
    def forward() -> object:
        return network.module(image)

    return lambda: seconds(forward)
