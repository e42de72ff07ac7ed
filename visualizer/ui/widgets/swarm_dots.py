"""A swarm at the play head: a dot for each start, in the colour of the minimum that it reaches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from visualizer.race.basin_colors import minimum_color
from visualizer.race.frames import LOST, SwarmFrame
from visualizer.ui.widgets.axes import Axes

_NOWHERE, _LOST = (180, 185, 195), (93, 98, 107)  # at no minimum at the end; diverged or escaped
_FEW = 4_000  # dots, up to which they are larger


def swarm_image(swarm: SwarmFrame, row: int, axes: Axes, size: QSize, ratio: float) -> QImage:
    """The dots of row ``row`` (the last one for later rows) on transparent ground; 2 ms for 20,000."""
    width, height = round(size.width() * ratio), round(size.height() * ratio)
    pixels = np.zeros((height + 4, width + 4), np.uint32)
    points = swarm.points[min(row, len(swarm.points) - 1)].astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        xs, ys = axes.to_x(points[:, 0]) * ratio, axes.to_y(points[:, 1]) * ratio
        plot = axes.plot
        seen = (
            (xs >= plot.left() * ratio)
            & (xs < plot.right() * ratio)
            & (ys >= plot.top() * ratio)
            & (ys < plot.bottom() * ratio)
        )
    columns, lines = xs[seen].astype(np.intp), ys[seen].astype(np.intp)
    colors = _colors(swarm.reached)[seen]
    side = max(2, round((3 if len(points) <= _FEW else 2) * ratio))
    for down in range(side):
        for across in range(side):
            pixels[np.minimum(lines + down, height), np.minimum(columns + across, width)] = colors
    kept = np.ascontiguousarray(pixels[:height, :width])
    image = QImage(kept.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _colors(reached: NDArray[np.int16]) -> NDArray[np.uint32]:
    """The colour of each dot as 0xAARRGGBB."""
    count = int(reached.max(initial=-1)) + 1
    colors = [_LOST, _NOWHERE, *map(minimum_color, range(count))]
    table = np.array([0xFF000000 | red << 16 | green << 8 | blue for red, green, blue in colors], np.uint32)
    return table[np.clip(reached - LOST, 0, len(table) - 1)]
