"""How fast the training loop is, against the plain loop that everybody writes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from visualizer.benchmarks.figures import Figure, ratio
from visualizer.data.dataset import DataChoice, Dataset, Examples
from visualizer.data.datasets import open_dataset
from visualizer.errors import UserError
from visualizer.networks.architectures import spec
from visualizer.networks.building import build
from visualizer.networks.preprocessing import Preprocessing
from visualizer.training.config import TrainingConfig
from visualizer.training.loop import Training

NETWORK, SIDE, CLASSES = "mini-vgg", 32, 10
MEAN = STD = (0.5, 0.5, 0.5)
GOAL_CPU, GOAL_GPU = 1.15, 5.0
BATCH_CPU, BATCH_GPU = 32, 512
STEPS, PAIRS = 12, 8  # of one measurement, and how many of them
EPOCHS_TO_94 = 20


def measure() -> tuple[Figure, ...]:
    """Steps per second over those of the plain loop; on a GPU also how busy it is, and how soon it has learnt."""
    figures = [_against_plain(torch.device("cpu"), BATCH_CPU, GOAL_CPU)]
    if torch.cuda.is_available():
        device = torch.device("cuda", 0)
        figures += [_against_plain(device, BATCH_GPU, GOAL_GPU), *_on_the_gpu(device), *_to_94(device)]
    return tuple(figures)


def _against_plain(device: torch.device, batch: int, goal: float) -> Figure:
    images, labels = _pictures(STEPS * batch)
    ours, plain = _ours(images, labels, batch, device), _plain(images, labels, batch, device)
    share = ratio(lambda: _take(ours, device), lambda: _take(plain, device), PAIRS, warm_up=2)
    where = "on the GPU" if device.type == "cuda" else "on the CPU"
    name = f"train-loop: steps per second / plain loop, {NETWORK}, batch {batch}, {where}"
    return Figure(name, 1 / share, "×", goal, at_least=True)


def _take(steps: Iterator[object], device: torch.device) -> None:
    """Work through ``STEPS`` steps."""
    for _ in range(STEPS):
        next(steps)
    if device.type == "cuda":
        torch.cuda.synchronize()


def _pictures(count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    random = np.random.default_rng(0)
    return random.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8), random.integers(0, CLASSES, count)


def _ours(
    images: NDArray[np.uint8], labels: NDArray[np.int64], batch: int, device: torch.device
) -> Iterator[object]:
    """The steps of training of our loop, without end."""
    examples = Examples(torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels))
    few = Examples(examples.images[:1], examples.labels[:1])  # the plain loop validates nothing
    names = tuple(map(str, range(CLASSES)))
    dataset = Dataset(
        "random", names, lambda epoch: examples, len(labels), few, MEAN, STD, is_augmented=False
    )
    config = TrainingConfig(epochs=1_000_000, batch=batch, optimizer="adam", schedule="constant")
    training = Training(build(spec(NETWORK)).to(device), dataset, config)
    return (step for step in training.steps() if step.split == "training")


class _Pictures(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """Pictures one by one, as torchvision's data sets give them."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        # Imported here: it takes seconds, and no other benchmark needs it.
        from torchvision import transforms  # type: ignore[import-untyped]

        self._images, self._labels = images, labels
        steps = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
        self._transform: Callable[[Any], Tensor] = transforms.Compose(steps)

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        from PIL import Image

        return self._transform(Image.fromarray(self._images[index])), int(self._labels[index])


def _plain(
    images: NDArray[np.uint8], labels: NDArray[np.int64], batch: int, device: torch.device
) -> Iterator[object]:
    """The loop of every tutorial: it yields the running loss after each step."""
    loader = torch.utils.data.DataLoader(_Pictures(images, labels), batch_size=batch, shuffle=True)
    module = build(spec(NETWORK)).to(device).train()
    optimizer = torch.optim.Adam(module.parameters(), lr=0.002)
    criterion = nn.CrossEntropyLoss()
    running = 0.0
    for _ in itertools.count():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = criterion(module(x), y)
            loss.backward()
            optimizer.step()
            running += loss.item()
            yield running


def _on_the_gpu(device: torch.device) -> Iterator[Figure]:
    """Images per second, and the share of the time in which the GPU computes."""
    images, labels = _pictures(STEPS * BATCH_GPU)
    steps = _ours(images, labels, BATCH_GPU, device)
    for _ in range(3):
        _take(steps, device)
    start = time.perf_counter()
    for _ in range(10):
        _take(steps, device)
    rate = 10 * STEPS * BATCH_GPU / (time.perf_counter() - start)
    yield Figure(f"train-loop: images per second, {NETWORK}, on the GPU", rate, "/s", 0, at_least=True)
    activities = [torch.profiler.ProfilerActivity.CUDA]
    with torch.profiler.profile(activities=activities) as profile:
        start = time.perf_counter()
        _take(steps, device)
        passed = time.perf_counter() - start
    busy = sum(event.self_device_time_total for event in profile.key_averages()) / 1e6  # µs
    yield Figure(
        f"train-loop: share of the time the GPU is busy, {NETWORK}", busy / passed, "", 0, at_least=True
    )


def _to_94(device: torch.device) -> Iterator[Figure]:
    """Seconds of training of resnet18 at 32×32 until 94 % of the images kept for validation are right.

    Nothing where CIFAR-10 is not on this computer, or only a part of it.
    """
    network = spec("resnet18-32")
    preprocessing = Preprocessing(SIDE, SIDE, (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616))
    try:
        dataset = open_dataset(DataChoice("cifar-10", validation_share=0.1), network.input, preprocessing, 0)
    except UserError:
        return
    if dataset.training_count < 40_000:
        return
    config = TrainingConfig(
        epochs=EPOCHS_TO_94,
        batch=BATCH_GPU,
        optimizer="nesterov",
        learning_rate=0.4,
        optimizer_settings={"weight_decay": 5e-4},
        label_smoothing=0.1,
        augmentation={"crop": 4, "flip": 0.5, "cutout": 0.25},
    )
    for step in Training(build(network).to(device), dataset, config).steps():
        if step.split == "validation" and (step.accuracy or 0) >= 0.94:
            yield Figure("train-loop: resnet18-32 to 94 % on CIFAR-10, on the GPU", step.seconds, "s", 600)
            return
