"""What is told of the steps of a racer as figures over the race, one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtGui import QColor

from visualizer.race.frames import Trajectory
from visualizer.ui.theme import DARK
from visualizer.ui.widgets.curve_data import Values
from visualizer.ui.widgets.race_picture import RacePlotOptions

_PALE = 0.45  # the share that a colour in the background keeps


@dataclass(frozen=True, slots=True)
class StepFigure:
    """One row: ``values(trajectory)`` are (n + 1,); where ``alone``, only the selected racer is drawn."""

    name: str
    words: str
    header: str
    values: Callable[[Trajectory], Values] = field(repr=False)
    options: RacePlotOptions
    alone: bool = False


def step_lengths(trajectory: Trajectory) -> Values:
    """How far each step led, in units of x and y; NaN at the start, 0 where it stayed."""
    steps = np.diff(trajectory.points, axis=0)
    return np.concatenate([[np.nan], np.hypot(steps[:, 0], steps[:, 1])])


def gradient_norms(trajectory: Trajectory) -> Values:
    """The length of the exact gradient at each point."""
    return np.asarray(np.hypot(trajectory.gradients[:, 0], trajectory.gradients[:, 1]))


def directions(trajectory: Trajectory) -> Values:
    """The cosine of the angle between each step and minus the exact gradient before it: 1 is straight down.

    NaN at the start, and where the step or the gradient is 0.
    """
    with np.errstate(all="ignore"):
        x, y = _units(np.diff(trajectory.points, axis=0))
        up_x, up_y = _units(trajectory.gradients[:-1])
        cosines = -(x * up_x + y * up_y)
    return np.concatenate([[np.nan], np.clip(cosines, -1.0, 1.0)])


def _units(vectors: Values) -> tuple[Values, Values]:
    """The x and y (n,) of vectors (n, 2) at length 1; scaled first, as squares would over- and underflow."""
    x, y = vectors[:, 0], vectors[:, 1]
    largest = np.maximum(np.abs(x), np.abs(y))
    x, y = x / largest, y / largest
    length = np.hypot(x, y)
    return x / length, y / length


_SMALL = RacePlotOptions(legend=False, room_for_y=16, left=34)

FIGURES = (
    StepFigure("Step length", "units of x, y", "step length", step_lengths, _SMALL),
    StepFigure("Gradient norm", "without noise", "gradient norm", gradient_norms, _SMALL),
    StepFigure(
        "Direction",
        "cosine of step and −gradient",
        "cosine of step and minus gradient",
        directions,
        replace(_SMALL, logarithmic=False, limits=(-1.1, 1.1)),
        alone=True,
    ),
)


def in_background(color: str) -> str:
    """The colour as it looks behind another line: closer to the ground of the plot."""
    ground, own = QColor(DARK.field), QColor(color)
    mixed = [
        round(_PALE * mine + (1 - _PALE) * below)
        for mine, below in zip(own.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    ]
    return QColor(*mixed).name()
