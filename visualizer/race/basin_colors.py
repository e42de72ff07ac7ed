"""Basins as a picture: the hue says which minimum, the shade how soon."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

from visualizer.race.frames import LOST, UNKNOWN, UNREACHED, BasinsFrame

Color = tuple[int, int, int]

_HUES: tuple[Color, ...] = (
    (222, 196, 104),  # sand
    (86, 122, 184),  # blue
    (196, 98, 106),  # red
    (98, 172, 152),  # teal
    (172, 128, 190),  # violet
    (226, 148, 78),  # orange
    (148, 202, 232),  # sky
    (158, 168, 84),  # olive
)
"""Muted, and different in lightness too, for those who see fewer hues."""

UNREACHED_COLOR: Color = (92, 94, 99)
UNKNOWN_COLOR: Color = (38, 40, 44)  # that of a panel
_LOST: tuple[Color, Color] = ((24, 25, 28), (54, 56, 61))  # ground and hatching
_HATCH = 8  # pixels from line to line
_DARKEST = 0.4  # of a start that needs all the steps
_SHADES = 64


def minimum_color(index: int) -> Color:
    """Red, green and blue (0 to 255) of minimum ``index``; after eight the same hues lighter, then darker."""
    color = _HUES[index % len(_HUES)]
    turn = index // len(_HUES) % 3
    if not turn:
        return color
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in color))
    light += (1 - light) * 0.45 if turn == 1 else -light * 0.35
    red, green, blue = colorsys.hls_to_rgb(hue, light, saturation)
    return round(255 * red), round(255 * green), round(255 * blue)


def picture(frame: BasinsFrame) -> NDArray[np.uint8]:
    """The basins as pixels (H, W, 3), row 0 at the top: bright where few steps are enough. Costs 2 ms for 256 × 256.

    Grey: at no minimum after the last step; hatched: diverged or escaped; the colour of a panel: not known yet.
    """
    reached, taken = frame.reached[::-1], frame.taken[::-1]
    index = reached.clip(0).astype(np.intp) * _SHADES + _shades(frame)[taken]
    pixels: NDArray[np.uint8] = _palette(len(frame.minima))[index]
    pixels[reached == UNREACHED] = UNREACHED_COLOR
    pixels[reached == UNKNOWN] = UNKNOWN_COLOR
    lost = reached == LOST
    if lost.any():
        rows, columns = np.nonzero(lost)
        pixels[lost] = np.array(_LOST, np.uint8)[((rows + columns) % _HATCH < 2).astype(np.intp)]
    return pixels


def shade_range(frame: BasinsFrame) -> tuple[int, int]:
    """The steps of the brightest and of the darkest shade: 98 of 100 starts that arrive are between; (0, 0): none."""
    arrived = frame.taken[frame.reached >= 0]
    if not len(arrived):
        return 0, 0
    counts = np.bincount(arrived).cumsum()  # much quicker than percentiles
    quick, slow = np.searchsorted(counts, (0.01 * counts[-1], 0.99 * counts[-1])).tolist()
    return quick, slow


def _shades(frame: BasinsFrame) -> NDArray[np.intp]:
    """For each number of steps its shade, by the logarithm: 0 for few, ``_SHADES`` − 1 for many."""
    quick, slow = shade_range(frame)
    logs = np.log(np.arange(max(frame.steps, slow) + 1) + 5.0)
    shares = (logs - logs[quick]) / max(
        logs[slow] - logs[quick], 0.25
    )  # the same for all: no contrast made up
    shades: NDArray[np.intp] = (shares.clip(0, 1) * (_SHADES - 1)).astype(np.intp)
    return shades


def _palette(count: int) -> NDArray[np.uint8]:
    """For each minimum ``_SHADES`` colours, from bright to dark: (count · _SHADES, 3)."""
    colors = np.array([minimum_color(index) for index in range(max(1, count))], float)
    shades = np.linspace(1.0, _DARKEST, _SHADES)
    return (colors[:, None, :] * shades[:, None]).round().astype(np.uint8).reshape(-1, 3)
