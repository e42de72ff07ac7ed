"""Makes a picture ready for a network, bit for bit as torchvision's ``ImageClassification`` does it.

torchvision itself is not imported: that takes longer than everything else that happens at start-up.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from PIL import Image

from visualizer.data.inputs import NOT_FLIPPED, Input, Pixels, Prepared
from visualizer.networks.network import Preprocessing

_RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
_MAX_RESIZED_PIXELS = 64_000_000
_REACH = 3  # source pixels that a filter may look at beyond the crop, more than bicubic's 2


def prepare(pixels: Pixels, preprocessing: Preprocessing, input: tuple[int, int, int]) -> Prepared:
    """A picture (H, W, 3) uint8 as the ``input`` (C, H, W) of a network.

    Equal to torchvision to the last bit; only a picture so elongated that it would be resized to more than
    64 megapixels is cropped first, which may change a value by a level or two of 255. Where ``input`` is not
    ``preprocessing.crop`` pixels wide and high, the resized size changes in proportion, so that the network
    sees the same part of the picture. One input channel is luminance (ITU-R 601), three are RGB, another
    number repeats R, G, B in turn. Where the crop is larger than the picture, the border is black.
    """
    channels, height, width = input
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    resized, left, top = placement(picture.size, preprocessing, (height, width))
    cropped = _seen(picture, preprocessing, input)
    scale = (picture.width / resized[0], picture.height / resized[1])
    notes = (
        () if channels in (1, 3) else (f"the {channels} input channels repeat red, green and blue in turn",)
    )
    return Prepared(
        tensor=standardised(torch.from_numpy(_planes(cropped, channels)), preprocessing)[None],
        pixels=np.asarray(cropped.convert("RGB")),
        crop=(left * scale[0], top * scale[1], width * scale[0], height * scale[1]),
        notes=notes,
    )


def prepare_input(shown: Input, preprocessing: Preprocessing, input: tuple[int, int, int]) -> Prepared:
    """``prepare`` for an input that may be flipped: to the bit the mirror image of what comes of it as opened.

    Flipped before, a picture would be cut a pixel beside that where what is cut away is an odd number of pixels.
    """
    prepared = prepare(shown.as_opened.pixels, preprocessing, input)
    flip, (rows, columns) = shown.flip, shown.pixels.shape[:2]
    if flip == NOT_FLIPPED:
        return prepared
    left, top, width, height = prepared.crop
    axes = [axis for axis, is_mirrored in ((2, flip.vertical), (3, flip.horizontal)) if is_mirrored]
    return replace(
        prepared,
        tensor=prepared.tensor.flip(axes),
        pixels=flip.of(prepared.pixels),
        crop=(
            columns - left - width if flip.horizontal else left,
            rows - top - height if flip.vertical else top,
            width,
            height,
        ),
    )


def planes(pixels: Pixels, preprocessing: Preprocessing, input: tuple[int, int, int]) -> Pixels:
    """What ``prepare`` makes of a picture (H, W, 3) uint8 before it is standardised: (C, H, W) uint8."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return _planes(_seen(picture, preprocessing, input), input[0])


def placement(
    size: tuple[int, int], preprocessing: Preprocessing, crop: tuple[int, int]
) -> tuple[tuple[int, int], int, int]:
    """How a picture of ``size`` (width, height) becomes an input of ``crop`` (H, W).

    Gives the (width, height) that it is resized to, and the left and the top edge of the crop in that,
    negative where the picture is padded.
    """
    height, width = crop
    short_side = preprocessing.resize
    if (height, width) != (preprocessing.crop, preprocessing.crop):
        short_side = max(1, round(short_side * max(height, width) / preprocessing.crop))
    resized = _resized_size(size, short_side)
    return resized, _crop_start(resized[0], width), _crop_start(resized[1], height)


def _seen(picture: Image.Image, preprocessing: Preprocessing, input: tuple[int, int, int]) -> Image.Image:
    channels, height, width = input
    if channels == 1:
        picture = picture.convert("L")
    resized, left, top = placement(picture.size, preprocessing, (height, width))
    return _resize_and_crop(picture, resized, (left, top, width, height), preprocessing)


def _planes(picture: Image.Image, channels: int) -> Pixels:
    values = np.asarray(picture)[..., None] if channels == 1 else np.asarray(picture.convert("RGB"))
    order = np.arange(channels) % values.shape[2]
    return np.ascontiguousarray(values[:, :, order].transpose(2, 0, 1))


def _resized_size(size: tuple[int, int], short_side: int) -> tuple[int, int]:
    """(width, height) when the shorter side becomes ``short_side``; the longer one is rounded down."""
    width, height = size
    if width <= height:
        return short_side, int(short_side * height / width)
    return int(short_side * width / height), short_side


def _crop_start(side: int, crop: int) -> int:
    """Where a centred crop starts on a side; negative where the side is padded first to reach the crop."""
    if crop > side:
        return -((crop - side) // 2)
    return round((side - crop) / 2.0)  # to the even neighbour, as torchvision rounds


def _resize_and_crop(
    picture: Image.Image,
    resized: tuple[int, int],
    crop: tuple[int, int, int, int],
    preprocessing: Preprocessing,
) -> Image.Image:
    left, top, width, height = crop
    resampling = _RESAMPLING[preprocessing.interpolation]
    if resized[0] * resized[1] > _MAX_RESIZED_PIXELS:
        return _crop_and_resize(picture, resized, crop, resampling)
    # Beyond its borders, Pillow crops black.
    return picture.resize(resized, resampling).crop((left, top, left + width, top + height))


def _crop_and_resize(
    picture: Image.Image,
    resized: tuple[int, int],
    crop: tuple[int, int, int, int],
    resampling: Image.Resampling,
) -> Image.Image:
    """The same crop of an elongated picture, without the rest of it ever being resized."""
    canvas = Image.new(picture.mode, crop[2:])
    inside = [  # of the resized picture, per axis: first and last pixel of the crop
        (max(0, crop[axis]), min(resized[axis], crop[axis] + crop[axis + 2])) for axis in (0, 1)
    ]
    box, source = [], []
    for axis, (first, last) in enumerate(inside):
        scale = picture.size[axis] / resized[axis]
        margin = int(_REACH * max(1.0, scale)) + 1
        start = max(0, int(first * scale) - margin)
        source.append((start, min(picture.size[axis], int(last * scale) + margin + 1)))
        box.append((first * scale - start, last * scale - start))
    part = picture.crop((source[0][0], source[1][0], source[0][1], source[1][1]))
    shown = part.resize(
        (inside[0][1] - inside[0][0], inside[1][1] - inside[1][0]),
        resampling,
        box=(box[0][0], box[1][0], box[0][1], box[1][1]),
    )
    canvas.paste(shown, (inside[0][0] - crop[0], inside[1][0] - crop[1]))
    return canvas


def standardised(values: torch.Tensor, preprocessing: Preprocessing) -> torch.Tensor:
    """Planes (…, C, H, W) uint8 as a network takes them: float32, on the device where they are."""
    mean = torch.tensor(preprocessing.mean, dtype=torch.float32, device=values.device)[:, None, None]
    std = torch.tensor(preprocessing.std, dtype=torch.float32, device=values.device)[:, None, None]
    return (values.to(torch.float32) / 255).sub_(mean).div_(std)
