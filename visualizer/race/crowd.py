"""Many starts of one racer on their way together: where each of them arrives, and at which step."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Parameter

from visualizer.race.config import Race, Racer
from visualizer.race.formula import parse
from visualizer.race.frames import LOST, UNREACHED, Numbers
from visualizer.race.lockstep import Gradients
from visualizer.race.noise import noise_of
from visualizer.race.states import LASTING, Flags, is_far, is_outside, nearest_minimum, reach
from visualizer.race.surface import Surface
from visualizer.race.walkers import Walker, runs_alone

CHUNK = 24_576
"""Starts in one batch: few enough for the cache, and so many that torch has more to do than Python."""

_LEAVING = 0.2  # the share of those that are through at which they are left behind
_NEVER = -2


class Crowd:
    """``starts`` (N, 2) of one racer on their way: one batch; N = 1 where it runs alone.

    ``reached`` (N,) and ``taken`` (N,) as in ``BasinsFrame``, by the rules of ``race.states``, except that the first
    arrival counts, though a start may leave again; final when ``complete``. Who is through is computed no further;
    with ``staying`` only who is lost. All starts get the same noise. A step costs a call of autograd, the step of
    the optimizer and six further operations. Raises ``UserError`` for settings that the optimizer does not take.
    """

    def __init__(
        self, race: Race, racer: Racer, starts: Numbers, steps: int, *, staying: bool = False
    ) -> None:
        count = len(starts)
        self._surface, self._steps, self._staying = race.surface, steps, staying
        self._loss = parse(race.surface.formula)
        self._noise = noise_of(race.noise, race.seed, "" if race.same_noise else racer.key)
        columns = torch.from_numpy(np.array(starts.T, np.float64, order="C"))
        self._parameter = Parameter(columns[:, 0].clone() if runs_alone(racer) else columns)
        self._walker = Walker(racer, self._parameter, self._loss, steps, self._noise)
        self._past: list[float] = []  # losses so far of one that runs alone: its schedule may look at them
        self.row, self.complete = 0, False
        self.reached: NDArray[np.int16] = np.full(count, UNREACHED, np.int16)
        self.taken: NDArray[np.int32] = np.full(count, steps, np.int32)
        self.who: NDArray[np.int64] = np.arange(count)  # those that are still computed, in their order
        self._gradients_of = Gradients(self._loss, count)
        self._arrivals = _Arrivals(race.surface, starts)

    @property
    def points(self) -> Numbers:
        """Where those that are still computed are: (2, n), the optimizer's own numbers."""
        points: Numbers = self._columns.numpy()
        return points

    @property
    def _columns(self) -> Tensor:
        return self._parameter.detach().view(2, -1)

    def advance(self) -> None:
        """Look where all are, and make one step; after the last step only look."""
        columns, arrivals = self._columns, self._arrivals
        losses, by_x, by_y = self._gradients_of(columns[0], columns[1])
        arrivals.look(self.row, columns, losses, by_x, by_y)
        leaving = arrivals.is_lost if self._staying else arrivals.is_through
        if self.row == self._steps or leaving.all():
            arrivals.end(self.row, columns)
            self._note(slice(None))
            self.complete = True
            return
        gradient = torch.stack((by_x, by_y))
        if leaving.sum() > (0 if self._staying else _LEAVING * len(leaving)):
            gradient = self._leave(leaving, gradient)
        self._step(losses, gradient)
        self.row += 1

    def _step(self, losses: Tensor, gradient: Tensor) -> None:
        if self._walker.rates.looks_at_losses:
            self._past.append(float(losses))
            self._walker.rates.look(self.row, self._past)
        if self._noise:
            gradient += torch.from_numpy(self._noise(self._walker.draws))[:, None]
        try:
            self._walker.step(self.row, gradient.view_as(self._parameter))
        except Exception:  # a line search on what is not finite; a class of the user's: anything
            self._parameter.data.fill_(math.nan)

    def _leave(self, leaving: Flags, gradient: Tensor) -> Tensor:
        """Leave some behind, with what the optimizer keeps for them; the gradients of the others."""
        self._note(leaving)
        parameter, stay = self._parameter, torch.from_numpy(np.flatnonzero(~leaving))
        state = self._walker.optimizer.state[parameter]
        for name, value in state.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                state[name] = value[:, stay]
        parameter.grad = None
        parameter.data = parameter.data[:, stay]
        self.who = self.who[~leaving]
        self._arrivals.keep(~leaving)
        self._gradients_of = Gradients(self._loss, len(stay))
        return gradient[:, stay]

    def _note(self, which: Flags | slice) -> None:
        who, arrivals = self.who[which], self._arrivals
        self.reached[who] = arrivals.reached[which]
        taken = np.where(arrivals.reached >= 0, arrivals.since, self._steps)
        self.taken[who] = taken[which]


class _Arrivals:
    """Who of ``starts`` (n, 2) is settled at a minimum, since which row, and who is lost. All arrays are (n,)."""

    def __init__(self, surface: Surface, starts: Numbers) -> None:
        self._surface, count = surface, len(starts)
        self.is_through: Flags = np.zeros(count, bool)
        self.reached: NDArray[np.int16] = np.full(count, UNREACHED, np.int16)
        self.since: NDArray[np.int32] = np.full(count, _NEVER, np.int32)  # the first row of being settled
        self._last: NDArray[np.int32] = np.full(count, _NEVER, np.int32)  # and the last one
        self._nearest: NDArray[np.int16] = np.zeros(count, np.int16)
        self._lowest = np.array([place.loss for place in surface.minima])
        self._sorted = np.array([-math.inf, *sorted(self._lowest), math.inf])
        self._highest = float(self._sorted[-2]) + surface.loss_tolerance
        self._squared_tolerance = (
            surface.gradient_tolerance * surface.gradient_tolerance
        )  # infinite at the worst
        window = surface.window
        self._reach = reach(window, starts)
        # no coordinate is beyond: nobody is far
        self._surely_near = self._reach.min(initial=math.inf) / math.sqrt(2) - max(map(abs, window.centre))

    @property
    def is_lost(self) -> Flags:
        """Who has diverged."""
        lost: Flags = self.reached == LOST
        return lost

    def look(self, row: int, points: Tensor, losses: Tensor, by_x: Tensor, by_y: Tensor) -> None:
        """Note who is settled and who is lost at ``points`` (2, n): all are tested coarsely, few closely."""
        squares = (by_x * by_x).addcmul_(by_y, by_y)
        near = (squares < self._squared_tolerance).logical_and_(losses <= self._highest)
        found = np.flatnonzero(near.numpy())
        found = found[~self.is_through[found]]
        if len(found):
            self._settle(row, found, points.numpy(), losses.numpy())
        low, high = torch.aminmax(points)
        if not (
            max(-float(low), float(high)) <= self._surely_near and math.isfinite(squares.sum() + losses.sum())
        ):
            x, y = points.numpy()
            lost = is_far(self._surface.window, x, y, self._reach) | ~np.isfinite(
                (losses + by_x + by_y).numpy()
            )
            lost &= ~self.is_through
            self.is_through |= lost
            self.reached[lost] = LOST

    def _settle(self, row: int, found: NDArray[np.int64], points: Numbers, losses: Numbers) -> None:
        """Those of ``found`` that are settled at a minimum; who is for the tenth time running has arrived."""
        above = np.searchsorted(self._sorted, losses[found])  # quicker than to look for the nearest minimum
        with np.errstate(invalid="ignore"):  # of an infinite loss
            gaps = np.minimum(losses[found] - self._sorted[above - 1], self._sorted[above] - losses[found])
        found = found[gaps <= self._surface.loss_tolerance]
        if len(self._lowest) > 1:
            nearest, _ = nearest_minimum(self._surface.minima, *points[:, found])
            settled = np.abs(losses[found] - self._lowest[nearest]) <= self._surface.loss_tolerance
            found = found[settled]
            self._nearest[found] = nearest[settled]
        self.since[found] = np.where(self._last[found] == row - 1, self.since[found], row)
        self._last[found] = row
        arrived = found[row - self.since[found] >= LASTING - 1]
        self.reached[arrived] = self._nearest[arrived]
        self.is_through[arrived] = True

    def end(self, row: int, points: Tensor) -> None:
        """After the last row: who is settled there has arrived, who is far outside the window is lost."""
        x, y = points.numpy()
        self.reached[is_outside(self._surface.window, x, y) & ~self.is_through] = LOST
        arrived = (self._last == row) & ~self.is_through
        self.reached[arrived] = self._nearest[arrived]

    def keep(self, staying: Flags) -> None:
        """Forget the others."""
        for name in ("is_through", "reached", "since", "_last", "_nearest", "_reach"):
            setattr(self, name, getattr(self, name)[staying])
