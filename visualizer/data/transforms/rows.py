"""The transforms, one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor

from visualizer.data.transforms import changing, moving
from visualizer.data.transforms.picture_range import PictureRange

Apply = Callable[[Tensor, Tensor, str, PictureRange], Tensor]


@dataclass(frozen=True, slots=True)
class Transform:
    """One row: a change of images by one number from ``minimum`` to ``maximum``, in ``unit``.

    ``step`` is the usual distance of values, ``neutral`` the value that changes nothing. A ``periodic`` one comes
    round to its minimum at its maximum. ``apply(images, values, border, range)`` changes standardised images
    (N or 1, C, H, W) by values (N,) float64 on the processor; ``uses_border`` tells whether the border matters to it.
    """

    name: str
    title: str
    description: str
    unit: str
    minimum: float
    maximum: float
    step: float
    neutral: float
    apply: Apply = field(repr=False)
    decimals: int = 0
    periodic: bool = False
    uses_border: bool = False


def _of_pictures(change: Callable[[Tensor, Tensor], Tensor]) -> Apply:
    """The row of a change that is defined for pictures in 0…1."""

    def apply(images: Tensor, values: Tensor, border: str, range: PictureRange) -> Tensor:
        return range.standardised(change(range.picture(images), values))

    return apply


_ROWS = (
    Transform(
        "rotation",
        "Rotation",
        "turned counter-clockwise around its middle",
        "°",
        0,
        360,
        1,
        0,
        moving.rotate,
        decimals=1,
        periodic=True,
        uses_border=True,
    ),
    Transform(
        "shift",
        "Shift right",
        "moved to the right, in percent of its width",
        "%",
        -50,
        50,
        1,
        0,
        moving.shift,
        decimals=1,
        uses_border=True,
    ),
    Transform(
        "shift-down",
        "Shift down",
        "moved down, in percent of its height",
        "%",
        -50,
        50,
        1,
        0,
        moving.shift_down,
        decimals=1,
        uses_border=True,
    ),
    Transform(
        "scale",
        "Scale",
        "larger or smaller around its middle",
        "×",
        0.25,
        2,
        0.05,
        1,
        moving.scale,
        decimals=2,
        uses_border=True,
    ),
    Transform(
        "shear",
        "Shear",
        "upright lines lean, to the right above the middle",
        "°",
        -45,
        45,
        1,
        0,
        moving.shear,
        decimals=1,
        uses_border=True,
    ),
    Transform(
        "brightness",
        "Brightness",
        "every value times a factor",
        "×",
        0,
        2,
        0.05,
        1,
        _of_pictures(changing.brightness),
        decimals=2,
    ),
    Transform(
        "contrast",
        "Contrast",
        "the distance from the mean luminance times a factor",
        "×",
        0,
        2,
        0.05,
        1,
        _of_pictures(changing.contrast),
        decimals=2,
    ),
    Transform(
        "blur",
        "Blur",
        "Gaussian blur, its standard deviation in percent of the shorter side",
        "%",
        0,
        12.5,
        0.25,
        0,
        _of_pictures(changing.blur),
        decimals=2,
    ),
    Transform(
        "noise",
        "Noise",
        "Gaussian noise, its standard deviation as a share of the range of values",
        "",
        0,
        0.5,
        0.01,
        0,
        _of_pictures(changing.noise),
        decimals=2,
    ),
    Transform(
        "occlusion",
        "Occlusion",
        "a grey square in its middle, the side in percent of the shorter side",
        "%",
        0,
        100,
        2,
        0,
        _of_pictures(changing.occlusion),
        decimals=1,
    ),
)

TRANSFORMS: Mapping[str, Transform] = {row.name: row for row in _ROWS}
"""Every transform by its name."""
