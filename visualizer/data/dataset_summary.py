"""What a data set holds, at a glance: counts, samples, means, and what preprocessing would make of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from visualizer.data.dataset import Dataset, Examples, Stored, images_at
from visualizer.data.inputs import Pixels
from visualizer.data.principal_components import principal_components

MOST_EXAMINED = 5_000
MOST_EXAMINED_ON_DISK = 500
MOST_PROJECTED = 2_500  # for the principal components
SAMPLES = 8  # of each class
MOST_SAMPLES = 1_000  # of all classes together
PREVIEWED = 8
COMPONENTS = 144
_PCA_SIDE = 32  # px; larger images are shrunk, or the components would take minutes
_EPSILON = 1e-5  # added to variances of values 0…1, so that noise is not blown up without end


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What one step of preprocessing makes of a few images (n, h, w, 3) uint8, and in words how it is drawn."""

    title: str
    words: str
    images: Pixels = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class DatasetSummary:
    """A data set as a panel shows it, for a network of a certain input: all images have its height and width.

    ``splits`` are those that there are, of training, validation and test, ``counts`` (K, splits) the images of each
    class in them. ``samples`` (K, n, H, W, 3) are training images of each class, black behind the first
    ``sample_counts`` (K,); ``sample_indices`` (K, n) say which, -1 for none. ``mean_image`` is (H, W, 3). ``mean`` and
    ``std`` (one per channel, of values 0…1), the mean image and the previews are taken from ``examined`` training
    images. ``components`` principal components keep ``variance_kept`` (0…1) of the variance.
    """

    name: str
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    counts: NDArray[np.int64] = field(repr=False)
    samples: Pixels = field(repr=False)
    sample_counts: NDArray[np.int64] = field(repr=False)
    sample_indices: NDArray[np.int64] = field(repr=False)
    mean_image: Pixels = field(repr=False)
    mean: tuple[float, ...]
    std: tuple[float, ...]
    examined: int
    previews: tuple[Preview, ...] = field(repr=False)
    components: int
    variance_kept: float
    notes: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = field(default=(), repr=False)


def summarise(dataset: Dataset, seed: int) -> DatasetSummary:
    """Look through a data set; ``seed`` draws the samples. Takes a second or two, longer where images are on disk."""
    training = dataset.training(0)
    splits: list[tuple[str, Examples | Stored]] = [("training", training), ("validation", dataset.validation)]
    if dataset.test is not None:
        splits.append(("test", dataset.test))
    classes = len(dataset.classes)
    counts = [torch.bincount(part.labels.cpu(), minlength=classes)[:classes] for _, part in splits]
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(training), generator=generator)
    indices = _sample_indices(training.labels.cpu(), order, classes)
    examined = images_at(
        training, order[: MOST_EXAMINED if isinstance(training, Examples) else MOST_EXAMINED_ON_DISK]
    )
    mean_image = _mean_image(examined)
    mean, std = _per_channel(examined)
    previews, components, kept = _previews(examined, mean_image, mean, std, generator)
    return DatasetSummary(
        name=dataset.name,
        classes=dataset.classes,
        splits=tuple(name for name, _ in splits),
        counts=torch.stack(counts, dim=1).numpy(),
        samples=_samples(training, indices),
        sample_counts=(indices >= 0).sum(dim=1).numpy(),
        sample_indices=indices.numpy(),
        mean_image=pictures(mean_image.round().to(torch.uint8)[None])[0],
        mean=tuple(mean.tolist()),
        std=tuple(std.tolist()),
        examined=len(examined),
        previews=previews,
        components=components,
        variance_kept=kept,
        notes=dataset.notes,
        unreadable=dataset.unreadable,
    )


def pictures(images: Tensor) -> Pixels:
    """Images (N, C, H, W) uint8 as they are shown, (N, H, W, 3): grey for one channel, else the first three as RGB."""
    channels = images.shape[1]
    if channels == 1:
        shown = images.expand(-1, 3, -1, -1)
    elif channels == 2:
        shown = torch.cat([images, torch.zeros_like(images[:, :1])], dim=1)
    else:
        shown = images[:, :3]
    return np.ascontiguousarray(shown.permute(0, 2, 3, 1).cpu().numpy())


def _sample_indices(labels: Tensor, order: Tensor, classes: int) -> Tensor:
    """(K, n) indices of the first images of each class in a drawn order, -1 where there are no more."""
    count = max(1, min(SAMPLES, MOST_SAMPLES // max(1, classes)))
    indices = torch.full((classes, count), -1)
    drawn = labels[order]
    for label in range(classes):
        mine = order[(drawn == label).nonzero()[:count, 0]]
        indices[label, : len(mine)] = mine
    return indices


def _samples(examples: Examples | Stored, indices: Tensor) -> Pixels:
    is_there = indices >= 0
    read = pictures(images_at(examples, indices[is_there]))
    samples = np.zeros((*indices.shape, *read.shape[1:]), np.uint8)
    samples[is_there.numpy()] = read
    return samples


def _mean_image(images: Tensor) -> Tensor:
    """The mean (C, H, W) float32, 0…255; a part at a time, so that the floats stay in the processor's cache."""
    sums = [part.float().sum(dim=0) for part in torch.split(images, 128)]
    return torch.stack(sums).sum(dim=0) / len(images)


def _per_channel(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, of values 0…1, exactly: from how often each byte occurs."""
    levels = torch.arange(256, dtype=torch.float64) / 255
    counts = torch.stack([torch.bincount(plane.flatten(), minlength=256) for plane in images.unbind(dim=1)])
    shares = counts.double() / counts.sum(dim=1, keepdim=True)
    mean = shares @ levels
    return mean, (shares @ levels**2 - mean**2).clamp(min=0).sqrt()


def _previews(
    images: Tensor, mean_image: Tensor, mean: Tensor, std: Tensor, generator: torch.Generator
) -> tuple[tuple[Preview, ...], int, float]:
    """The previews, the number of components, and the share of the variance (0…1) that they keep."""
    few = images[:PREVIEWED].float() / 255
    standardised = (few - mean.float()[:, None, None]) / std.float().clamp(min=1e-6)[:, None, None]
    reduced, whitened, components, kept = _projected(images, generator)
    previews = (
        Preview("Original", "as the network's input takes them, before standardisation", _drawn(few)),
        Preview(
            "Mean subtracted",
            "less the mean image; mid-grey is no difference",
            _drawn((few - mean_image / 255) / 2 + 0.5),
        ),
        Preview(
            "Standardised",
            "each channel less its mean, over its standard deviation; black is −3, white is +3",
            _drawn(standardised / 6 + 0.5),
        ),
        Preview(
            f"{components} components",
            f"what the first {components} principal components keep: {kept:.1%} of the variance",
            _drawn(reduced),
        ),
        Preview(
            "Whitened",
            f"the same {components} components, each scaled to variance 1, and turned back",
            _drawn(whitened),
        ),
    )
    return previews, components, kept


def _projected(images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, int, float]:
    """The first images reduced to their principal components, and whitened, values 0…1; components, share kept."""
    everything = _small(images[:MOST_PROJECTED])
    few = everything[:PREVIEWED]
    shape = few.shape
    found = principal_components(everything.flatten(1), COMPONENTS, generator)
    coefficients = (few.flatten(1) - found.mean) @ found.components.T
    reduced = found.mean + coefficients @ found.components
    whitened = (coefficients / (found.variances + _EPSILON).sqrt()) @ found.components
    reach = whitened.abs().quantile(0.995).clamp(min=1e-6)
    kept = float(found.variances.sum() / found.total) if found.total > 0 else 1.0
    return (
        reduced.view(shape),
        (whitened / reach / 2 + 0.5).view(shape),
        len(found.components),
        min(kept, 1.0),
    )


def _small(images: Tensor) -> Tensor:
    """Values 0…1 of images (N, C, H, W) uint8, shrunk to ``_PCA_SIDE``; a part at a time, for large ones."""
    longest = max(images.shape[2:])
    if longest <= _PCA_SIDE:
        return images.float() / 255
    size = [max(1, round(side * _PCA_SIDE / longest)) for side in images.shape[2:]]
    parts = (
        functional.interpolate(part.float() / 255, size, mode="area") for part in torch.split(images, 100)
    )
    return torch.cat(list(parts))


def _drawn(values: Tensor) -> Pixels:
    """Values 0…1, (n, C, h, w), as pictures; what lies outside is cut."""
    return pictures((values * 255).round().clamp(0, 255).to(torch.uint8))
