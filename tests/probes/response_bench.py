"""Small networks whose curves are known, and modules with something done to what goes in or comes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from visualizer.data.transforms import values_of
from visualizer.networks.network import Network, Preprocessing
from visualizer.probes.response.curve import ResponseRun

CLASSES = ("cat", "dog", "frog", "newt")


def convolutions(channels: int = 3, outputs: int = 4) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, 6, 3),
        nn.ReLU(True),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(24, outputs),
    ]


def network(module: nn.Module, input: tuple[int, int, int] = (3, 12, 12)) -> Network:
    by = Preprocessing(12, 12, (0.5,), (0.25,)).with_channels(input[0])
    return Network("small", module.eval(), input, CLASSES, by)


def run(of: Network, step: float = 10, transform: str = "rotation", label: str | None = None) -> ResponseRun:
    image = torch.randn(1, *of.input, generator=torch.Generator().manual_seed(8))
    return ResponseRun(of, image, transform, values_of(transform, step), "grey", label)


class Wrapped(nn.Module):
    """A module around another, with something done to what goes in or comes out."""

    def __init__(self, inner: nn.Module, forward: Callable[[nn.Module, Tensor], object]) -> None:
        super().__init__()
        self.inner, self.way = inner, forward

    def forward(self, x: Tensor) -> object:
        return self.way(self.inner, x)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(4)
