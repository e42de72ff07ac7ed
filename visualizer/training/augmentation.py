"""The table of augmentations: pure functions on batches of images, on whatever device they are.

Random numbers come from a generator on the processor, so that every device gets the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from visualizer.data.transforms.changing import GREY
from visualizer.data.transforms.sampling import rotations, sample
from visualizer.networks.layers.kinds import Field, Value


@dataclass(frozen=True, slots=True)
class AugmentationKind:
    """One row: ``apply(images, strength, generator)`` changes images (N, C, H, W) uint8, each in its own way.

    ``strength`` is the field for it: 0 changes nothing, ``usual`` is what it gets when it is switched on.
    """

    name: str
    title: str
    description: str
    strength: Field
    usual: Value
    apply: Callable[[Tensor, float, Generator], Tensor] = field(repr=False)


def augment(images: Tensor, strengths: Mapping[str, Value], generator: Generator) -> Tensor:
    """Images (N, C, H, W) uint8 with every augmentation of the table that has a strength above 0, in its order."""
    for name, row in AUGMENTATIONS.items():
        if strength := float(strengths.get(name, 0)):
            images = row.apply(images, strength, generator)
    return images


def shift(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Image n of (N, C, H, W) moved by ``down[n]`` and ``right[n]`` px; its border pixels fill the gap."""
    count, _, height, width = images.shape
    rows = torch.arange(height, device=images.device) - down[:, None]
    columns = torch.arange(width, device=images.device) - right[:, None]
    image = torch.arange(count, device=images.device)[:, None, None]
    row = rows.clamp(0, height - 1)[:, :, None]
    column = columns.clamp(0, width - 1)[:, None, :]
    return images.permute(0, 2, 3, 1)[image, row, column].permute(0, 3, 1, 2)


def crop(images: Tensor, top: Tensor, left: Tensor, padding: int) -> Tensor:
    """Image n with ``padding`` black pixels around it, cut to its own size again from (``top[n]``, ``left[n]``) on."""
    height, width = images.shape[2:]
    padded = F.pad(images, (padding,) * 4)
    return shift(padded, -top, -left)[:, :, :height, :width]


def flip(images: Tensor, which: Tensor) -> Tensor:
    """Images (N, C, H, W); those with a true value in ``which`` (N,) are mirrored left to right."""
    return torch.where(which[:, None, None, None], images.flip(-1), images)


def rotate(images: Tensor, degrees: Tensor) -> Tensor:
    """Image n turned by ``degrees[n]`` to the left around its middle, bilinear; border pixels fill the corners."""
    turned = sample(images.float(), rotations(degrees), "border")
    return turned.round_().to(torch.uint8)


def cutout(images: Tensor, top: Tensor, left: Tensor, side: int) -> Tensor:
    """Image n with a black square of ``side`` px from (``top[n]``, ``left[n]``) on, which may be partly outside."""
    height, width = images.shape[2:]
    row = torch.arange(height, device=images.device)[None, :, None] - top[:, None, None]
    column = torch.arange(width, device=images.device)[None, None, :] - left[:, None, None]
    inside = (row >= 0) & (row < side) & (column >= 0) & (column < side)
    return images.masked_fill(inside[:, None], 0)


def brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Image n times ``factor[n]``."""
    return _blended(images, torch.zeros((), device=images.device), factor)


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Image n with its distance from its mean luminance times ``factor[n]``."""
    return _blended(images, _luminance(images).floor().mean(dim=(1, 2, 3), keepdim=True), factor)


def saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Image n with its distance from its luminance times ``factor[n]``; images without colour stay as they are."""
    return _blended(images, _luminance(images), factor) if images.shape[1] == 3 else images


def _luminance(images: Tensor) -> Tensor:
    """(N, 1, H, W) float, 0…255; the mean over channels where there are not three."""
    if images.shape[1] != 3:
        return images.float().mean(dim=1, keepdim=True)
    parts = torch.tensor(GREY, device=images.device)[:, None, None]
    return (images * parts).sum(dim=1, keepdim=True)


def _blended(images: Tensor, other: Tensor, factor: Tensor) -> Tensor:
    """``other`` where the factor is 0, the images where it is 1, beyond them above."""
    share = factor[:, None, None, None]
    return (images * share + other * (1 - share)).clamp_(0, 255).to(torch.uint8)


def _random(count: int, images: Tensor, generator: Generator) -> Tensor:
    """``count`` numbers 0…1 for each of the images (count, N), on their device."""
    drawn = torch.rand(count, len(images), generator=generator)
    if images.device.type == "cuda":  # what is not pinned is copied before the processor may go on
        return drawn.pin_memory().to(images.device, non_blocking=True)
    return drawn.to(images.device)


def _shift(images: Tensor, strength: float, generator: Generator) -> Tensor:
    height, width = images.shape[2:]
    down, right = _random(2, images, generator) * 2 - 1
    return shift(images, (down * strength * height).round().long(), (right * strength * width).round().long())


def _crop(images: Tensor, strength: float, generator: Generator) -> Tensor:
    padding = round(strength)
    top, left = (_random(2, images, generator) * (2 * padding + 1)).long()
    return crop(images, top, left, padding)


def _flip(images: Tensor, strength: float, generator: Generator) -> Tensor:
    return flip(images, _random(1, images, generator)[0] < strength)


def _rotate(images: Tensor, strength: float, generator: Generator) -> Tensor:
    return rotate(images, (_random(1, images, generator)[0] * 2 - 1) * strength)


def _cutout(images: Tensor, strength: float, generator: Generator) -> Tensor:
    height, width = images.shape[2:]
    side = max(1, round(strength * min(height, width)))
    down, right = _random(2, images, generator)
    top, left = (down * height).long() - side // 2, (right * width).long() - side // 2
    return cutout(images, top, left, side)


def _jitter(change: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, float, Generator], Tensor]:
    def apply(images: Tensor, strength: float, generator: Generator) -> Tensor:
        return change(images, 1 + (_random(1, images, generator)[0] * 2 - 1) * strength)

    return apply


def _strength(
    name: str, title: str, maximum: float, help: str, type: type[int] | type[float] = float
) -> Field:
    return Field(name, type, 0, 0, maximum, help, title=title)


_ROWS = (
    AugmentationKind(
        "shift",
        "Shift",
        "moves each image; its border fills the gap",
        _strength("shift", "Shift", 0.5, "at most, as a share of the side"),
        0.1,
        _shift,
    ),
    AugmentationKind(
        "crop",
        "Crop",
        "black pixels around each image, then cut to its size at random",
        _strength("crop", "Crop", 64, "black pixels on each side", int),
        4,
        _crop,
    ),
    AugmentationKind(
        "flip",
        "Flip",
        "mirrors images left to right; not for digits and letters",
        _strength("flip", "Flip", 1.0, "the share of images that are mirrored"),
        0.5,
        _flip,
    ),
    AugmentationKind(
        "rotation",
        "Rotation",
        "turns each image to the left or right",
        _strength("rotation", "Rotation", 180.0, "at most, in degrees"),
        15.0,
        _rotate,
    ),
    AugmentationKind(
        "brightness",
        "Brightness",
        "lightens or darkens each image",
        _strength("brightness", "Brightness", 1.0, "0.2: times 0.8 to 1.2"),
        0.2,
        _jitter(brightness),
    ),
    AugmentationKind(
        "contrast",
        "Contrast",
        "strengthens or weakens the contrast of each image",
        _strength("contrast", "Contrast", 1.0, "0.2: times 0.8 to 1.2"),
        0.2,
        _jitter(contrast),
    ),
    AugmentationKind(
        "saturation",
        "Saturation",
        "strengthens or weakens the colours of each image",
        _strength("saturation", "Saturation", 1.0, "0.2: times 0.8 to 1.2"),
        0.2,
        _jitter(saturation),
    ),
    AugmentationKind(
        "cutout",
        "Cutout",
        "hides a square of each image (DeVries and Taylor 2017)",
        _strength("cutout", "Cutout", 1.0, "the square's side, as a share of the image's"),
        0.25,
        _cutout,
    ),
)

AUGMENTATIONS: Mapping[str, AugmentationKind] = {row.name: row for row in _ROWS}
"""Every augmentation by its name, in the order in which they are applied."""


def usual_augmentation(images: Tensor) -> Mapping[str, Value]:
    """What helps with most pictures like these (N, C, H, W): a shift, and a flip for pictures in colour.

    Digits and letters, which no one may mirror, are grey.
    """
    first = images[:64]
    in_color = first.shape[1] == 3 and bool((first != first[:, :1]).any())
    return {name: AUGMENTATIONS[name].usual for name in ("shift", *(("flip",) if in_color else ()))}
