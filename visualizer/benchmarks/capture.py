"""What it costs to capture the activations of every layer during a forward pass."""

from __future__ import annotations

import torch

from visualizer.benchmarks.figures import Figure, ratio
from visualizer.networks.anatomy import examine
from visualizer.networks.zoo import open_network
from visualizer.probes.activations import capture

PAIRS = 100
GOAL = 1.10


def measure() -> tuple[Figure, ...]:
    """All layers of resnet18 at 224×224, one image, over the bare forward pass; on the GPU too if there."""
    figures = [Figure("capture: all layers / bare forward, resnet18", _ratio("cpu"), "×", GOAL)]
    if torch.cuda.is_available():
        name = "capture: all layers / bare forward, resnet18, on the GPU"
        figures.append(Figure(name, _ratio("cuda"), "×", GOAL))
    return tuple(figures)


def _ratio(device: str) -> float:
    network = open_network("resnet18")
    layers = examine(network).layers
    module = network.module.to(device)
    image = torch.rand(1, *network.input, device=device)

    @torch.inference_mode()
    def bare() -> None:
        module(image)
        _wait(device)

    def ours() -> None:
        capture(module, image, layers)
        _wait(device)

    return ratio(ours, bare, PAIRS, warm_up=5)


def _wait(device: str) -> None:
    if device == "cuda":  # the GPU works on while Python goes ahead
        torch.cuda.synchronize()
