"""What is done to inputs by the rows of the table of transforms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor

from visualizer.data.inputs import Pixels, Prepared
from visualizer.data.transforms import moving
from visualizer.data.transforms.borders import BORDERS as BORDERS
from visualizer.data.transforms.change import Change
from visualizer.data.transforms.picture_range import range_of
from visualizer.data.transforms.rows import TRANSFORMS as TRANSFORMS
from visualizer.data.transforms.rows import Transform as Transform
from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing

MOST_VALUES = 3600
BLURRED_EXACTLY = 512  # px of the shorter side; the time of the exact blur grows with the cube of the side
PICTURE = Preprocessing(1, 1, (0.0,) * 3, (1.0,) * 3)
"""Of a picture that is for the eyes: nothing is standardised."""


def values_of(transform: str, step: float | None = None) -> NDArray[np.float64]:
    """The values from the transform's minimum on, rising, every ``step`` units (None: the usual step).

    Of a periodic one those below its maximum, else with its maximum, and always with its neutral value.

    Raises:
        UserError: there is no such transform, the step is not a positive number or is wider than the range, or there
            would be over 3,600 values.
    """
    row = _row(transform)
    step = row.step if step is None else step
    if not (math.isfinite(step) and step > 0):
        raise UserError(f"The step {step:g} is no distance of values: give a number above 0.")
    span = row.maximum - row.minimum
    if step > span:
        raise UserError(
            f"A step of {step:g} is wider than the range of {row.title.lower()}: give a step of {span:g} or less."
        )
    if span / step > MOST_VALUES + 1e-6:
        raise UserError(
            f"A step of {step:g} would be over {MOST_VALUES:,} values of {row.title.lower()}: give a larger one."
        )
    values = row.minimum + np.arange(math.ceil(span / step - 1e-9)) * step
    ends = [row.neutral] if row.periodic else [row.neutral, row.maximum]
    rounded = np.unique(np.round(np.append(values, ends), 9))  # 0.30000000000000004 is meant as 0.3
    rounded.flags.writeable = False
    return rounded


def transformed(
    images: Tensor,
    values: Tensor | NDArray[np.float64],
    transform: str,
    border: str,
    preprocessing: Preprocessing,
) -> Tensor:
    """Standardised images (N or 1, C, H, W) changed by ``values`` (N,): a new tensor (N, C, H, W) on their device.

    One image is changed by each of the values. The neutral value gives the image itself to the bit, inside the circle
    where that is the border. Costs 5 µs for an image of 32 px; one value for all is as cheap.

    Raises:
        UserError: there is no such transform or border, or a value lies outside the transform's limits.
    """
    row, range = _row(transform), range_of(preprocessing, images)
    if border not in BORDERS:
        raise UserError(f"There is no border '{border}': choose one of {', '.join(BORDERS)}.")
    wanted = (
        values.cpu().double() if isinstance(values, Tensor) else torch.tensor(values, dtype=torch.float64)
    )
    _check(row, wanted)
    result = row.apply(images, wanted, border, range)
    same = wanted % row.maximum == row.neutral if row.periodic else wanted == row.neutral
    if bool(same.any()):
        places = same.nonzero()[:, 0].to(images.device)
        result[places] = images if len(images) == 1 else images[places]
    return moving.circle(result, range) if border == "circle" else result


def changed(prepared: Prepared, change: Change, preprocessing: Preprocessing) -> Prepared:
    """The input of a network with a change: both its tensor and its ``pixels``; itself where nothing is changed.

    Raises ``UserError`` as ``transformed`` does.
    """
    if _changes_nothing(change):
        return prepared
    values = np.array([change.value])
    tensor = transformed(prepared.tensor, values, change.transform, change.border, preprocessing)
    channels = tensor.shape[1]
    if channels == 2:  # of the three colours of a picture the network sees two
        return replace(prepared, tensor=tensor, pixels=turned_picture(prepared.pixels, change))
    seen = range_of(preprocessing, tensor).picture(tensor)[0, [channel % channels for channel in (0, 1, 2)]]
    return replace(prepared, tensor=tensor, pixels=_as_pixels(seen))


def turned_picture(picture: Pixels, change: Change) -> Pixels:
    """The same change of a picture (H, W, 3) uint8 of any size, for the eyes; itself where nothing is changed.

    Costs 50 ms for a megapixel. Raises ``UserError`` as ``transformed`` does.
    """
    if _changes_nothing(change):
        return picture
    if change.transform == "blur" and min(picture.shape[:2]) > BLURRED_EXACTLY:
        deviation = change.value / 100 * min(picture.shape[:2])
        picture = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(deviation)))
        return turned_picture(picture, replace(change, value=0.0))
    image = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255
    return _as_pixels(
        transformed(image, np.array([change.value]), change.transform, change.border, PICTURE)[0]
    )


def _as_pixels(picture: Tensor) -> Pixels:
    """(3, H, W) in 0…1 as (H, W, 3) uint8, read-only."""
    levels = (picture * 255).round_().clamp_(0, 255).to(torch.uint8)
    pixels = np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())
    pixels.flags.writeable = False
    return pixels


def _changes_nothing(change: Change) -> bool:
    row = _row(change.transform)
    value = change.value % row.maximum if row.periodic else change.value
    return value == row.neutral and change.border != "circle"


def _check(row: Transform, values: Tensor) -> None:
    wrong = ~values.isfinite()
    if not row.periodic:
        wrong |= (values < row.minimum) | (values > row.maximum)
    if bool(wrong.any()):
        raise UserError(
            f"{row.title} by {values[wrong][0].item():g} {row.unit}".rstrip()
            + f" cannot be done: choose {row.minimum:g} to {row.maximum:g}."
        )


def _row(transform: str) -> Transform:
    if transform not in TRANSFORMS:
        raise UserError(f"There is no transform '{transform}': choose one of {', '.join(TRANSFORMS)}.")
    return TRANSFORMS[transform]
