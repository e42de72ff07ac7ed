"""What is told of every layer over a run: one row of this table is one column on the screen."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visualizer.training.frames import Floats, StatisticsHistory
from visualizer.ui.numbers import THIN, integer, percent, signed

USUAL_UPDATE = 1e-3
LARGEST_UPDATE, SMALLEST_UPDATE = 1e-2, 1e-5
MANY_DEAD = 0.5
UNMEASURED = "–"
_RARELY = 3  # rows: gradients may be missing where outputs were measured

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure of each layer, ``values`` (T, L), and how it is drawn: a band of ± ``spread``, a curve or no line.

    ``doubt`` says in a sentence what is wrong with a value ("" for nothing); ``reference`` is a dashed line.
    Logarithmic curves share one scale, so that layers can be compared.
    """

    key: str
    title: str
    short: str  # where the title has no room
    help: str
    values: Callable[[StatisticsHistory], Floats] = field(repr=False)
    text: Callable[[float], str] = field(repr=False)
    line: Literal["band", "logarithmic", "none"]
    doubt: Callable[[float], str] = field(default=lambda value: "", repr=False)
    reference: float | None = None


def _per_mille(value: float) -> str:
    if value >= 0.1:
        return percent(value, 0) if value < 10 else signed(value, 0)
    return f"{1000 * value:.2f}{THIN}‰" if value == 0 or value >= SMALLEST_UPDATE else f"<{THIN}0.01{THIN}‰"


def _with_sign(value: float) -> str:
    return f"+{signed(value)}" if value > 0 else signed(value)


def _doubt_update(value: float) -> str:
    if value > LARGEST_UPDATE:
        return f"High: steps above 1{THIN}% of the weights. A lower learning rate may help."
    if value < SMALLEST_UPDATE:
        return f"Low: steps below 0.01{THIN}‰ of the weights. The layer hardly learns; a higher learning rate may help."
    return ""


def _doubt_dead(value: float) -> str:
    return "High: half of the units or more give nothing for any image." if value >= MANY_DEAD else ""


STATISTICS = (
    Statistic(
        "activation",
        "Activation, mean ± std",
        "Activation",
        "Mean and standard deviation of the layer's outputs",
        lambda history: history.mean,
        _with_sign,
        "band",
    ),
    Statistic(
        "gradient",
        "Gradient norm, log",
        "Gradient",
        "L2 norm of the gradient of all parameters of the layer",
        lambda history: history.gradient,
        signed,
        "logarithmic",
    ),
    Statistic(
        "update",
        "Update / weight, log",
        "Update",
        "L2 norm of the last step's change over that of the weights; about 1 ‰ is usual",
        lambda history: history.update,
        _per_mille,
        "logarithmic",
        _doubt_update,
        USUAL_UPDATE,
    ),
    Statistic(
        "dead",
        "Dead",
        "Dead",
        "Share of the units that are 0 or less for every image behind the activation function",
        lambda history: history.dead,
        lambda value: percent(value, 0),
        "none",
        _doubt_dead,
    ),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One value as it is shown: ``is_wrong`` where it is no number any more, ``doubt`` where it is odd."""

    text: str
    doubt: str = ""
    is_wrong: bool = False


def place_of(history: StatisticsHistory, visited: int | None) -> int:
    """Which of the T rows holds the step ``visited``, or the last one before it; −1 for none. The newest for None."""
    if visited is None:
        return len(history.step) - 1
    return int(np.searchsorted(history.step, visited, side="right")) - 1


def step_text(history: StatisticsHistory, visited: int | None) -> str:
    """The step whose figures are shown: "step 1 280"."""
    place = place_of(history, visited)
    return f"step {integer(int(history.step[place]))}" if place >= 0 else ""


def figures(history: StatisticsHistory, layer: int, place: int) -> tuple[Figure, ...]:
    """The figure of each statistic of the ``layer``-th layer at ``place`` of the T steps; −1 for before the first."""
    if place < 0:
        return tuple(Figure(UNMEASURED) for _ in STATISTICS)
    means = history.mean[: place + 1, layer]
    is_over = bool(np.isnan(means[-1]) and np.isfinite(means).any())
    return tuple(_figure(row, row.values(history)[: place + 1, layer], is_over) for row in STATISTICS)


def _figure(statistic: Statistic, values: Floats, is_over: bool) -> Figure:
    """The last of ``values`` (T,) as it is shown; ``is_over`` says that the outputs are no numbers any more."""
    last = float(values[-1])
    if math.isinf(last):
        return Figure(signed(last), is_wrong=True)
    if math.isnan(last):
        known = values[-_RARELY:][np.isfinite(values[-_RARELY:])]
        if is_over or (not len(known) and np.isfinite(values).any()):
            return Figure("NaN", is_wrong=True)
        if not len(known):
            return Figure(UNMEASURED)
        last = float(known[-1])
    return Figure(statistic.text(last), statistic.doubt(last))
