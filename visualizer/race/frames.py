"""What a race shows: frozen results on their way to panels and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visualizer.race.config import Race, Racer
from visualizer.race.surface import Place, Point, Window

Numbers = NDArray[np.float64]

State = Literal["running", "converged", "diverged", "escaped"]
STATES: tuple[State, ...] = ("running", "converged", "diverged", "escaped")
"""``Trajectory.states`` are indices into this."""


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Where one racer was after 0, 1, … n steps; row 0 is the start.

    ``points`` (n + 1, 2); ``losses`` (n + 1,) and ``gradients`` (n + 1, 2) are exact, without noise; ``used`` (n, 2)
    is the gradient that the step was made with, noise included (of L-BFGS: the first of the step). ``momentum``
    (n + 1, 2) is what the optimizer carries from step to step as a displacement of the next step would show it,
    NaN without one. ``evaluations`` (n + 1,) counts evaluations of the gradient (Newton: 3 a step, one gradient
    and two rows of the Hessian). ``distances`` (n + 1,) to the nearest minimum, NaN where none is known.
    ``states`` (n + 1,) are indices into ``STATES``. ``seconds`` is the measured time of one step. From the step on at
    which a number is no longer finite all is NaN and the state "diverged". ``rates`` (n + 1,): the learning rate of
    the step that begins at this row.
    """

    racer: Racer
    points: Numbers = field(repr=False)
    losses: Numbers = field(repr=False)
    gradients: Numbers = field(repr=False)
    used: Numbers = field(repr=False)
    momentum: Numbers = field(repr=False)
    evaluations: NDArray[np.int64] = field(repr=False)
    distances: Numbers = field(repr=False)
    states: NDArray[np.uint8] = field(repr=False)
    rates: Numbers = field(repr=False)
    seconds: float

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.points) - 1


@dataclass(frozen=True, slots=True, eq=False)
class RaceFrame:
    """A race as far as it is computed; ``trajectories`` in the order of ``race.racers``.

    A racer that could not run at all has a row of its start alone, and a sentence in ``problems`` under its key; so has
    one that its optimizer stopped on the way, after which all is NaN.
    """

    race: Race
    trajectories: tuple[Trajectory, ...]
    complete: bool
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def stuck(self) -> frozenset[str]:
        """The keys of those that could not run at all: they have not made one step."""
        started = {row.racer.key for row in self.trajectories if np.isfinite(row.points[1:2]).any()}
        return frozenset(key for key, _ in self.problems if key not in started)


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """A surface sampled on a grid: filled levels and contour lines.

    ``values`` (H, W), row 0 at the bottom, NaN where the formula is undefined; ``levels`` (L,) ascending; ``bands``
    (H, W) counts the levels at or below the value, 255 where it is undefined; ``lines``: for each level the
    coordinates (n, 2) of its lines, separated by rows of NaN. ``low`` and ``high`` are the finite extremes, NaN
    without any.
    """

    formula: str
    window: Window
    values: NDArray[np.float32] = field(repr=False)
    levels: Numbers = field(repr=False)
    bands: NDArray[np.uint8] = field(repr=False)
    lines: tuple[Numbers, ...] = field(repr=False)
    logarithmic: bool
    low: float
    high: float


UNREACHED, LOST, UNKNOWN = -1, -2, -3
"""In ``BasinsFrame.reached``: at no minimum at the end; diverged or escaped; not computed yet."""


@dataclass(frozen=True, slots=True, eq=False)
class BasinsFrame:
    """Every pixel of a window as a start: which minimum ``racer`` reaches from there, and in how many steps.

    ``reached`` (H, W), row 0 at the bottom: the index into ``minima``, or one of the three constants above.
    ``taken`` (H, W): steps until it converged there; ``steps`` where it did not. While ``fraction`` < 1, coarse
    blocks stand for pixels that are still to come.
    """

    racer: Racer
    window: Window
    minima: tuple[Place, ...]
    steps: int
    reached: NDArray[np.int16] = field(repr=False)
    taken: NDArray[np.int32] = field(repr=False)
    fraction: float
    problem: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class SwarmFrame:
    """Many starts of one racer at once: ``points`` (steps + 1, N, 2) float32, NaN once it has diverged.

    ``reached`` (N,): the minimum that each one ends in, as in ``BasinsFrame``.
    """

    racer: Racer
    points: NDArray[np.float32] = field(repr=False)
    reached: NDArray[np.int16] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class SweepCurve:
    """How one racer does with each learning rate: ``objective`` (n,) at ``rates`` (n,), lower is better.

    NaN where it diverges. ``best`` is the rate with the lowest objective, NaN where every rate diverges.
    """

    racer: Racer
    rates: Numbers
    objective: Numbers
    best: float


@dataclass(frozen=True, slots=True, eq=False)
class SweepFrame:
    """The sweep of learning rates as far as it is; ``objective`` says in words what is compared."""

    race: Race
    curves: tuple[SweepCurve, ...]
    objective: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the anatomy of a step: "v̂", "mean of squares, bias corrected", "v / (1 − β₂ᵗ)", its numbers.

    A ``scalar`` has one number for both coordinates, here twice. ``tip`` explains at more length what it is for.
    """

    symbol: str
    words: str
    formula: str
    value: Point
    scalar: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True)
class StepAnatomy:
    """How racer ``key`` came from ``start`` to ``end`` in step ``step`` (from 1), in words and numbers.

    The last term is the step itself, ``end − start``. ``effective_rate``: minus the step over the gradient it was made
    with, in each coordinate: the learning rate with which plain descent would have made it; NaN where that gradient
    is 0. ``remark`` is a sentence on what this step did.
    """

    key: str
    title: str
    step: int
    start: Point
    end: Point
    loss_before: float
    loss_after: float
    terms: tuple[Term, ...]
    effective_rate: Point
    remark: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A surface along a line: the loss at positions, and where minima and racers are on it.

    ``positions`` (n,) and ``losses`` (n,), NaN where undefined. ``axis`` names the coordinate ("x", "y", or
    "distance along the gradient"); ``title`` says what is held: "f(x, 0.5)" or "lowest f(x, y) over y". ``kind`` is
    a key of ``race.profile.KINDS``. A point's position is how far it is from ``origin`` in ``direction``
    (``race.profile.project``).
    """

    title: str
    axis: str
    positions: Numbers = field(repr=False)
    losses: Numbers = field(repr=False)
    kind: str = "x"
    origin: Point = (0.0, 0.0)
    direction: Point = (1.0, 0.0)
