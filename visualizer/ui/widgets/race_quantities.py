"""What can be drawn of racers over the clock: one row for each quantity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from visualizer.race.frames import Trajectory
from visualizer.race.surface import Surface
from visualizer.ui.widgets.curve_data import MovingAverage, Values

_WINDOWS = 40  # windows of the moving average in a race
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class RaceQuantity:
    """One row: ``values`` (n + 1,) of a trajectory on a surface; ``needs_minimum``: one must be known.

    ``words`` are for the subtitle, ``name`` for the choice.
    """

    key: str
    name: str
    words: str
    values: Callable[[Trajectory, Surface], Values] = field(repr=False)
    needs_minimum: bool = True


def _above_minimum(trajectory: Trajectory, surface: Surface) -> Values:
    return trajectory.losses - min((place.loss for place in surface.minima), default=0.0)


QUANTITIES = (
    RaceQuantity("above", "Loss above the minimum", "f(x, y) − minimum", _above_minimum),
    RaceQuantity("loss", "Loss", "f(x, y)", lambda trajectory, _: trajectory.losses, needs_minimum=False),
    RaceQuantity(
        "distance",
        "Distance to the nearest minimum",
        "distance to the nearest minimum",
        lambda trajectory, _: trajectory.distances,
    ),
)


def smoothed(values: Values, *, logarithmic: bool) -> Values:
    """The moving average of a line (n,) over a fortieth of it; of its logarithm in a logarithmic plot.

    Gaps stay gaps.
    """
    window = max(2.0, len(values) / _WINDOWS)
    with np.errstate(divide="ignore", invalid="ignore"):
        entered = np.log(np.maximum(values, _SMALLEST)) if logarithmic else values
    averages = MovingAverage().of(np.arange(len(values)), entered.astype(np.float64), window)
    averages = np.exp(averages) if logarithmic else averages
    return np.where(np.isfinite(values), averages, values)
