"""What it costs to ask a network about an input at every angle."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import torch
from torch import Tensor, nn

from visualizer.benchmarks.figures import Figure, ratio, seconds
from visualizer.benchmarks.memory import resident_bytes
from visualizer.data.dataset import Dataset, Examples
from visualizer.data.transforms import transformed, values_of
from visualizer.networks.network import Network
from visualizer.networks.zoo import open_network
from visualizer.probes.response.curve import ResponseRun
from visualizer.probes.response.dataset import DatasetRun

PAIRS, LOOP_PAIRS = 40, 12
IMAGES = 1000  # of the stream; about two and a half minutes on two cores
SLICE = 0.25  # s
EVERY = 5  # slices of the stream, of which one is compared with the bare work
GOAL, LOOP_GOAL, ONE_BATCH_GOAL, STREAM_GOAL, GROWTH_GOAL = 1.10, 1.3, 1.0, 0.9, 300


def measure() -> tuple[Figure, ...]:
    """360 angles against the bare forward and against loops, and a stream of images; on the GPU too if there."""
    figures = [*_one_image("cpu"), *_loops(), *_stream("cpu")]
    if torch.cuda.is_available():
        figures += [*_one_image("cuda"), *_stream("cuda")]
    return tuple(figures)


def _one_image(device: str) -> tuple[Figure, ...]:
    """A whole curve, from the prepared tensor to the frozen result, over one pass of images turned beforehand."""
    network, image = _opened(device)
    batch = transformed(image, values_of("rotation"), "rotation", "grey", network.preprocessing)

    @torch.inference_mode()
    def bare() -> None:
        network.module(batch)
        _wait(device)

    name = "rotate: curve of 360 angles / bare forward of the 360 turned images in one batch, mini-vgg"
    return (Figure(name + _where(device), ratio(_curve(network, image), bare, PAIRS, 3), "×", GOAL),)


def _loops() -> tuple[Figure, ...]:
    """What one would write without us: both ways on the processor, and with torchvision's own fill."""
    from torchvision.transforms import functional  # type: ignore[import-untyped]

    network, image = _opened("cpu")
    angles = values_of("rotation").tolist()

    def turned(angle: float) -> Tensor:
        result: Tensor = functional.rotate(image, angle, functional.InterpolationMode.BILINEAR)
        return result

    @torch.inference_mode()
    def one_by_one() -> None:
        torch.cat([network.module(turned(angle)) for angle in angles]).softmax(dim=1)

    @torch.inference_mode()
    def one_batch() -> None:
        network.module(torch.cat([turned(angle) for angle in angles])).softmax(dim=1)

    ours = _curve(network, image)
    return tuple(
        Figure(
            f"rotate: {what} / curve of 360 angles", ratio(loop, ours, LOOP_PAIRS), "×", goal, at_least=True
        )
        for what, loop, goal in (
            ("loop over torchvision's rotate and the network", one_by_one, LOOP_GOAL),
            ("loop over torchvision's rotate, then one forward", one_batch, ONE_BATCH_GOAL),
        )
    )


def _stream(device: str) -> tuple[Figure, ...]:
    """Many images at all angles, and every few slices the bare forward of as many images in the same batches."""
    network, _ = _opened(device)
    sizes: list[int] = []
    watched = replace(network, module=_Watched(network.module, lambda size: sizes.append(size)))
    run = DatasetRun(watched, _dataset(network), "rotation", values_of("rotation"), "grey", IMAGES)
    run.advance(SLICE)
    start, growth = resident_bytes() or 0, 0
    ratios: list[float] = []
    for number in count():
        sizes.clear()
        ours = seconds(lambda: run.advance(SLICE))
        growth = max(growth, (resident_bytes() or 0) - start)
        if run.complete:
            break
        if not number % EVERY:
            ratios.append(_bare(network, sizes, device) / ours)
    images = f"{IMAGES:,} images × 360 angles, mini-vgg{_where(device)}"
    return (
        Figure(
            f"rotate: images a second / bare forward's, {images}",
            statistics.median(ratios),
            "×",
            STREAM_GOAL,
            True,
        ),
        Figure(f"rotate: growth of memory, {images}", growth / 1e6, "MB", GROWTH_GOAL),
    )


class _Watched(nn.Module):
    """A network that tells of how many images it is asked at once; its copies tell the same listener."""

    def __init__(self, inner: nn.Module, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._inner, self._tell = inner, tell

    def forward(self, images: Tensor) -> object:
        """What the network gives."""
        self._tell(len(images))
        return self._inner(images)


@torch.inference_mode()
def _bare(network: Network, sizes: Sequence[int], device: str) -> float:
    """Seconds of forward passes of batches of these sizes."""
    images = torch.rand(max(sizes), *network.input, device=device)

    def forward() -> None:
        for size in sizes:
            network.module(images[:size])
        _wait(device)

    return seconds(forward)


def _dataset(network: Network) -> Dataset:
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(256, (IMAGES, *network.input), generator=generator, dtype=torch.uint8)
    labels = torch.randint(len(network.classes), (IMAGES,), generator=generator)
    examples, by = Examples(images, labels), network.preprocessing
    return Dataset("noise", network.classes, lambda epoch: examples, IMAGES, examples, by.mean, by.std, False)


def _opened(device: str) -> tuple[Network, Tensor]:
    network = open_network("mini-vgg")
    network.module.to(device)
    return network, torch.rand(1, *network.input)


def _curve(network: Network, image: Tensor) -> Callable[[], object]:
    angles = values_of("rotation")
    return lambda: ResponseRun(network, image, "rotation", angles, "grey").advance()


def _where(device: str) -> str:
    return ", on the GPU" if device == "cuda" else ""


def _wait(device: str) -> None:
    if device == "cuda":  # the GPU works on while Python goes ahead
        torch.cuda.synchronize()
