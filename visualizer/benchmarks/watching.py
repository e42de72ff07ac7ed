"""What it costs a run to be watched, up to finished pictures: without a window."""

from __future__ import annotations

import statistics
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing

import numpy as np
import torch

from visualizer.benchmarks.figures import Figure, ratio
from visualizer.data.dataset import Dataset, Examples
from visualizer.data.inputs import Prepared
from visualizer.data.shapes import CLASSES
from visualizer.networks.anatomy import Anatomy, examine
from visualizer.networks.network import Network
from visualizer.networks.zoo import open_network
from visualizer.probes.frames import Scale
from visualizer.probes.inspection import inspect
from visualizer.probes.weights import look
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.training.frames import LiveFrame
from visualizer.training.live import LiveRun
from visualizer.training.loop import Training
from visualizer.training.watching import Probe

NETWORK = "mini-vgg"
BATCH_CPU, BATCH_GPU = 32, 512
GOAL_CPU, GOAL_GPU = 0.94, 0.97
STEPS, PAIRS = 16, 16  # of one measurement, and how many of them
FRAMES_CPU, FRAMES_GPU = 10.0, 30.0  # a second
IMAGES = 40_000  # one epoch is longer than all measurements together


def measure() -> tuple[Figure, ...]:
    """Steps per second with activations, weights and statistics made into pictures, over those of the loop alone."""
    figures = [*_figures("cpu", BATCH_CPU, Budget(), GOAL_CPU, FRAMES_CPU)]
    if torch.cuda.is_available():
        budget = Budget(frames_per_second=FRAMES_GPU)
        figures += _figures("cuda", BATCH_GPU, budget, GOAL_GPU, FRAMES_GPU)
    return tuple(figures)


def _figures(device: str, batch: int, budget: Budget, goal: float, frames: float) -> Iterator[Figure]:
    run = _run(device, batch, budget)
    network = run.start
    run.watch(_probes(network, examine(network)))
    run.watch_statistics(True)
    watched = run.frames()
    module = _opened().module.to(device).requires_grad_(True)
    training = Training(module, _dataset(), _config(batch))
    bare = (step for step in training.steps() if step.split == "training")
    told: list[LiveFrame] = []

    def take_watched() -> None:
        told.extend(take(watched, STEPS))
        _wait(device)

    def take_bare() -> None:
        for _ in range(STEPS):
            next(bare)
        _wait(device)

    with closing(watched):
        share = ratio(take_watched, take_bare, PAIRS, warm_up=4)
    where = f"{NETWORK}, batch {batch}, on the {'GPU' if device == 'cuda' else 'CPU'}"
    name = f"watching: steps per second with probes / without, no window, {where}"
    yield Figure(name, 1 / share, "×", goal, at_least=True)
    per_second = statistics.median(frame.cost.frames_per_second for frame in told[len(told) // 2 :])
    wanted = min(frames, told[-1].samples_per_second / batch)
    yield Figure(f"watching: frames a second, {where}", per_second, "/s", 0.9 * wanted, at_least=True)


def start_run(device: str, batch: int, budget: Budget) -> Generator[LiveFrame | None]:
    """The frames of a run that nobody watches."""
    return _run(device, batch, budget).frames()


def take(frames: Generator[LiveFrame | None], steps: int) -> list[LiveFrame]:
    """Work through so many steps; the frames that came."""
    return [frame for _ in range(steps) if (frame := next(frames)) is not None]


def _run(device: str, batch: int, budget: Budget) -> LiveRun:
    opened = _opened()
    return LiveRun(opened, examine(opened), _dataset(), _config(batch), budget, device=torch.device(device))


def _opened() -> Network:
    return open_network(NETWORK)


def _dataset() -> Dataset:
    """Pictures of noise, as large as the built-in shapes: the loop takes as long for them."""
    channels, height, width = _opened().input
    random = np.random.default_rng(0)
    images = torch.from_numpy(random.integers(0, 256, (IMAGES, channels, height, width), dtype=np.uint8))
    examples = Examples(images, torch.from_numpy(random.integers(0, len(CLASSES), IMAGES)))
    few = Examples(examples.images[:256], examples.labels[:256])
    half = (0.5,) * channels
    return Dataset("noise", CLASSES, lambda epoch: examples, IMAGES, few, half, half, is_augmented=False)


def _config(batch: int) -> TrainingConfig:
    return TrainingConfig(epochs=100, batch=batch, optimizer="adam", schedule="constant")


def _probes(network: Network, anatomy: Anatomy) -> Mapping[str, Probe]:
    """What the Train workspace asks for: activations of a layer, the prediction, the weights of the layer."""
    layer = next(layer for layer in anatomy.layers if layer.kind == "Conv2d")
    _, height, width = network.input
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 127.5 - 1
    prepared = Prepared(pixels=pixels, tensor=tensor, crop=(0.0, 0.0, float(width), float(height)))
    return {
        "inspect": lambda now: inspect(now, anatomy, prepared, layer, Scale()),
        "weights": lambda now: look(now, anatomy, layer, before=network),
    }


def _wait(device: str) -> None:
    if device == "cuda":  # the GPU works on while Python goes ahead
        torch.cuda.synchronize()
