"""What the plots of a response show: a curve for every network, those of the runners-up, and where others lead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from visualizer.data.transforms.table import TRANSFORMS, Transform
from visualizer.probes.response.figures import class_of, runners_up
from visualizer.probes.response.frames import Response
from visualizer.probes.response.interpolation import CIRCLE, between, mixed
from visualizer.ui.numbers import MINUS, THIN, signed
from visualizer.ui.rotation.state import Line, RotationState, shown_lines
from visualizer.ui.widgets.axes import padded, round_ticks, tick_texts

Values = NDArray[np.float64]
Labels = list[tuple[float, str]]

_SMALLEST_PROBABILITY = 1e-12  # what is less has no logarithm worth a plot


@dataclass(frozen=True, slots=True)
class ResponseQuantity:
    """One row: what is plotted of a class, in which range (None: that of the values), and how it is written.

    ``most`` is what no value exceeds.
    """

    key: str
    name: str
    of: Callable[[Response, int], Values] = field(repr=False)
    limits: tuple[float, float] | None = None
    digits: int = 2
    most: float = math.inf

    def text(self, value: float) -> str:
        return signed(value, self.digits)


QUANTITIES = (
    ResponseQuantity(
        "probability",
        "Probability",
        lambda response, index: response.probabilities[:, index].astype(np.float64),
        (0.0, 1.0),
        3,
    ),
    ResponseQuantity(
        "output",
        "Output (logit)",
        lambda response, index: response.outputs[:, index].astype(np.float64),
    ),
    ResponseQuantity(
        "logarithm",
        "Log probability",
        lambda response, index: np.log(
            np.maximum(response.probabilities[:, index].astype(np.float64), _SMALLEST_PROBABILITY)
        ),
        most=0.0,
    ),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a network takes the input for another class: from ``start`` to ``end`` of the transform."""

    start: float
    end: float
    class_name: str


@dataclass(frozen=True, eq=False)
class ResponseCurve:
    """One class of one network: ``ys`` (n,) at the values ``at`` (n,) that are computed, NaN where no number came.

    ``rank`` 0 is the class that is looked at, 1 and more are runners-up of the open network. ``period`` is 0 where
    the transform has none, ``step`` the usual distance of its values. ``elsewhere`` tells where another class has
    the highest probability.
    """

    key: str
    name: str
    color: str
    at: Values = field(repr=False)
    ys: Values = field(repr=False)
    period: float = 0.0
    step: float = 1.0
    rank: int = 0
    stale: bool = False
    complete: bool = True
    class_name: str = ""
    elsewhere: tuple[Stretch, ...] = ()

    @cached_property
    def around(self) -> tuple[Values, Values]:
        """The points with one more at both ends where the transform is periodic, so that nothing is open."""
        if not self.period or len(self.at) < 2:
            return self.at, self.ys
        at = np.concatenate([self.at[-1:] - self.period, self.at, self.at[:1] + self.period])
        return at, np.concatenate([self.ys[-1:], self.ys, self.ys[:1]])

    def value_at(self, value: float) -> tuple[float, bool]:
        """The height of the curve there, NaN where nothing is known, and whether it is exact.

        That is what was computed there, or at neighbours so near that the eye tells no difference.
        """
        found = between(self.at, value, self.period)
        if found is None:
            return math.nan, False
        return float(mixed(self.ys[[found.first, found.second]], found)), found.is_near(self.step)

    def predicted_at(self, value: float) -> str:
        """The class that the network takes the input for there."""
        return next((each.class_name for each in self.elsewhere if each.start <= value < each.end), "")


@dataclass(frozen=True, eq=False)
class ResponseGraph:
    """All that the plots show but the marker. ``y`` is the range of heights; ``beaten`` says what stretches are."""

    curves: tuple[ResponseCurve, ...]
    transform: Transform
    quantity: ResponseQuantity = QUANTITIES[0]
    y: tuple[float, float] = (0.0, 1.0)
    y_ticks: tuple[tuple[float, str], ...] = ()
    beaten: str = "wrong"

    @property
    def x(self) -> tuple[float, float]:
        """The range of the transform."""
        return (0.0, CIRCLE) if self.transform.periodic else (self.transform.minimum, self.transform.maximum)

    @property
    def main(self) -> tuple[ResponseCurve, ...]:
        """The curves of the class that is looked at, one a network."""
        return tuple(curve for curve in self.curves if curve.rank == 0)


# --- from the state ----------------------------------------------------------------------------------


def class_looked_at(state: RotationState) -> tuple[Response, int] | None:
    """Whose class it is that all networks are asked for, and its index there; None while nothing is known."""
    for line in state.lines:
        if line.response is not None and len(line.response.classes):
            return line.response, class_of(line.response, state.wanted)
    return None


def index_in(response: Response, class_name: str) -> int:
    """The class of that name in a response; its own true or predicted class where it has none of that name."""
    return class_of(response, class_name if class_name in response.classes else "")


def graph_of(
    state: RotationState, transform: Transform, quantity: ResponseQuantity, runners: int
) -> ResponseGraph:
    """What is known of the networks that are shown, and of ``runners`` further classes of the open one.

    Costs 1 ms for five networks.
    """
    looked = class_looked_at(state)
    curves: list[ResponseCurve] = []
    beaten = "other"
    if looked is not None:
        response, index = looked
        name = response.classes[index]
        beaten = "wrong" if response.label == name else beaten
        lines = shown_lines(state)
        for line in lines:
            if line.response is not None and line.response.transform == transform.name:
                at = index_in(line.response, name)
                curves.append(_curve(line, line.response, at, state, quantity))
        first = next((line for line in lines if line.response is response), None)
        if first is not None and response.transform == transform.name:
            for rank, other in enumerate(runners_up(response, index, runners) if runners else (), start=1):
                curves.append(_curve(first, response, other, state, quantity, rank))
    y, ticks = heights(curves, quantity)
    return ResponseGraph(tuple(curves), transform, quantity, y, tuple(ticks), beaten)


def _curve(
    line: Line,
    response: Response,
    index: int,
    state: RotationState,
    quantity: ResponseQuantity,
    rank: int = 0,
) -> ResponseCurve:
    known = np.flatnonzero(response.known)
    at, ys = response.values[known], quantity.of(response, index)[known]
    transform = TRANSFORMS[response.transform]
    period = CIRCLE if transform.periodic else 0.0
    return ResponseCurve(
        line.key,
        response.classes[index] if rank else line.name,
        line.color,
        at,
        np.where(np.isfinite(ys), ys, np.nan),
        period,
        transform.step,
        rank,
        line.stale or response.border != state.change.border,
        response.complete,
        response.classes[index],
        () if rank else _elsewhere(at, response.predicted[known], index, response.classes, period),
    )


def _elsewhere(
    at: Values, winners: NDArray[np.int64], index: int, classes: Sequence[str], period: float
) -> tuple[Stretch, ...]:
    """Where another class wins; each value stands for what is nearer to it than to its neighbours."""
    if not len(at):
        return ()
    middles = (at[1:] + at[:-1]) / 2
    edges = np.concatenate([[0.0 if period else at[0]], middles, [period or at[-1]]])
    starts = np.flatnonzero(np.diff(winners, prepend=-2))
    ends = np.append(starts[1:], len(winners))
    return tuple(
        Stretch(float(edges[start]), float(edges[end]), _winner(classes, int(winners[start])))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if winners[start] not in (index, -1)
    )


def _winner(classes: Sequence[str], index: int) -> str:
    """The class that wins; the one class of a network that says yes or no has none beside it."""
    return classes[index] if index < len(classes) else f"not {classes[0]}"


def heights(
    curves: Sequence[ResponseCurve], quantity: ResponseQuantity
) -> tuple[tuple[float, float], Labels]:
    """The range of a plot's vertical axis and its ticks: the quantity's own, or a round one around the values."""
    if quantity.limits is not None:
        ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
        return quantity.limits, [(tick, f"{tick:g}") for tick in ticks]
    known = [curve.ys[np.isfinite(curve.ys)] for curve in curves]
    together = np.concatenate(known) if known else np.zeros(0)
    low, high = padded(float(together.min()), float(together.max())) if len(together) else (0.0, 1.0)
    ticks = round_ticks(low, high, 6)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else high - low
    low, high = math.floor(low / step) * step, min(math.ceil(high / step) * step, quantity.most)
    ticks = round_ticks(low, high, 7)
    return (low, high), list(zip(ticks, tick_texts(ticks), strict=True))


# --- words -------------------------------------------------------------------------------------------


def value_words(transform: Transform, value: float) -> str:
    """A value of a transform with its unit: "128°", "−12.5 %", "0.85 ×"."""
    text = f"{value:.{transform.decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = "0" if text in ("-0", "") else text.replace("-", MINUS)
    gap = "" if transform.unit in ("°", "") else THIN
    return f"{text}{gap}{transform.unit}"


def values_words(transform: Transform, count: int) -> str:
    """How many values a curve has: "360 angles"."""
    return f"{count} {'angles' if transform.unit == '°' else 'values'}"
