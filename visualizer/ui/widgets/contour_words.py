"""What the landscape says of places: a minimum, a racer, the point under the pointer."""

from __future__ import annotations

import math

from visualizer.race.frames import Landscape, RaceFrame
from visualizer.race.surface import Place, Point
from visualizer.ui.numbers import MINUS, integer
from visualizer.ui.race.numbers import loss_text
from visualizer.ui.widgets.trail_heads import Head


def coordinate_words(value: float) -> str:
    """Four figures, a real minus."""
    return f"{value + 0.0:.4g}".replace("-", MINUS)


def point_words(point: Point) -> str:
    """``(0.1, −4.1)``."""
    return f"({coordinate_words(point[0])}, {coordinate_words(point[1])})"


def place_words(place: Place) -> str:
    """``minimum (3, 0.5), f = 0``."""
    return f"{place.kind} {point_words(place.point)}, f = {loss_text(place.loss)}"


def head_words(head: Head, frame: RaceFrame) -> str:
    """Where a racer is, how it does; of one that has diverged, when it left."""
    if head.way_out is not None:
        verb = "left" if head.way_out.leaves else "was last seen"
        return f"{head.title}, diverged: it {verb} at step {integer(head.way_out.step)}"
    trajectory = frame.trajectories[head.index]
    x, y = trajectory.points[head.row].tolist()
    loss = loss_text(float(trajectory.losses[head.row]))
    return f"{head.title}, {head.state}, step {integer(head.row)}: {point_words((x, y))}, f = {loss}"


def read_out(point: Point, landscape: Landscape | None) -> str:
    """``x 1.2   y −3   f ≈ 12.3``: the loss is that of the nearest sample."""
    words = f"x {coordinate_words(point[0])}   y {coordinate_words(point[1])}"
    value = value_at(landscape, point) if landscape is not None else None
    if value is None:
        return words
    return f"{words}   f " + ("undefined" if math.isnan(value) else f"≈ {loss_text(value)}")


def value_at(landscape: Landscape, point: Point) -> float | None:
    """The loss of the sample next to ``point``; NaN in gaps, None outside of the landscape."""
    window, (rows, columns) = landscape.window, landscape.values.shape
    column = math.floor((point[0] - window.left) / window.width * columns)
    row = math.floor((point[1] - window.bottom) / window.height * rows)
    if not (0 <= column < columns and 0 <= row < rows):
        return None
    return float(landscape.values[row, column])
