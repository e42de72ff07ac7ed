"""Several racers side by side: one evaluation of the gradient a step for all of them, one optimizer of torch each."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Parameter

from visualizer.errors import UserError, as_sentence
from visualizer.networks.naming import shown
from visualizer.race.config import Racer
from visualizer.race.frames import Numbers
from visualizer.race.momentum import CARRIED
from visualizer.race.noise import Noise
from visualizer.race.walkers import Loss, Walker, title

_TIMED = 100  # the first steps, whose times are taken
_STATES = 2  # tensors of an optimizer's state that are kept, at most


class Gradients:
    """Losses and gradients of many points at once, each by itself, in buffers of their own that are used again."""

    def __init__(self, loss: Loss, count: int) -> None:
        self._loss = loss
        self._zeros = torch.zeros(count, dtype=torch.float64)

    def __call__(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The losses at (N,) ``x`` and ``y``, contiguous, and their derivatives: one call of autograd.

        Contiguous, because some kernels give another last digit for strided numbers.
        """
        x, y = x.detach().requires_grad_(), y.detach().requires_grad_()
        with torch.enable_grad():
            losses = self._loss(x, y)
        if not losses.requires_grad:  # a constant
            return losses, self._zeros, self._zeros
        # the sum, because to give gradients to begin with makes torch import sympy (3 s)
        by_x, by_y = torch.autograd.grad(losses.sum(), (x, y), materialize_grads=True)
        return losses.detach(), by_x, by_y


class Lockstep:
    """Racers on the way from their starts, all at the same step; what they leave is recorded.

    ``starts`` (R, 2), one for each of ``racers``; ``noises`` likewise. Arrays have the racer as first axis and
    ``steps + 1`` rows; rows up to ``done`` are valid: ``points``, ``losses``, ``gradients`` exact, ``used`` with noise,
    ``evaluations``, ``kept`` (R, steps + 1, 2, 2): tensors of the optimizer's state. Once a number is not finite, that
    racer stops and all its further numbers are NaN. ``problems``: why one cannot run at all, or stopped.
    ``stopped_at``: the row from which on there is nothing, ``steps + 1`` where there is everything.
    """

    def __init__(
        self, loss: Loss, racers: Sequence[Racer], starts: Numbers, steps: int, noises: Sequence[Noise | None]
    ) -> None:
        count, rows = len(racers), steps + 1
        self.racers, self.steps, self.done = tuple(racers), steps, -1
        self.points, self.gradients, self.used = (np.empty((count, rows, 2)) for _ in range(3))
        self.losses = np.empty((count, rows))
        self.evaluations = np.zeros((count, rows), np.int64)
        self.kept = np.zeros((count, rows, _STATES, 2))
        self.problems: dict[int, str] = {}
        self.stopped_at: NDArray[np.int64] = np.full(count, rows)
        self._own: list[list[float]] = [[] for _ in racers]
        self._shared: list[float] = []
        self._gradients_of = Gradients(loss, count)
        self._now = torch.tensor(np.array(starts, np.float64))  # what the parameters are views of
        self._now_rows, self._gradient = self._now.numpy(), torch.zeros_like(self._now)
        self._gradient_rows = self._gradient.numpy()
        self._columns = torch.empty(2, count, dtype=torch.float64)
        self.walkers: dict[int, Walker] = {}
        for index, racer in enumerate(racers):
            try:
                self.walkers[index] = Walker(racer, Parameter(self._now[index]), loss, steps, noises[index])
            except UserError as error:
                self.problems[index] = str(error)
                self.stopped_at[index] = 0
        self._active = list(self.walkers.items())
        self._evaluate(0)

    @property
    def complete(self) -> bool:
        """Whether every row is there."""
        return self.done == self.steps

    def step(self) -> None:
        """One step of every racer that still runs, and where it leads to."""
        row = self.done
        for index, walker in self._active:
            if walker.rates.looks_at_losses:
                walker.rates.look(row, self.losses[index])
            start = time.perf_counter()
            try:
                walker.step(row, self._gradient[index], self._losses[index])
                if row < _TIMED:
                    self._own[index].append(time.perf_counter() - start)
                self._keep(index, walker, row + 1)
            except Exception as error:  # a line search on what is not finite; a class of the user's: anything
                self.stopped_at[index] = row + 1
                self.problems[index] = _sentence(walker, row + 1, error)
        if self._active:
            self._evaluate(row + 1)
        else:
            self._leave_empty(row + 1)

    def seconds(self, index: int) -> float:
        """What one step of a racer takes, its gradient included: medians over the first hundred steps.

        The shared evaluation of the gradient counts in full: one racer alone would wait as long for it.
        """
        walker, own = self.walkers.get(index), self._own[index]
        computes_own = walker is None or (walker.needs_closure and walker.is_custom)
        shared = 0.0 if computes_own else float(np.median(self._shared))
        return shared + (float(np.median(own)) if own else 0.0)

    def _evaluate(self, row: int) -> None:
        """Losses and gradients where the racers are now, into row ``row``."""
        self._columns.copy_(self._now.T)
        start = time.perf_counter()
        self._losses, by_x, by_y = self._gradients_of(self._columns[0], self._columns[1])
        if row < _TIMED:
            self._shared.append(time.perf_counter() - start)
        self.points[:, row], self.losses[:, row] = self._now_rows, self._losses.numpy()
        gradients = self._gradient_rows
        gradients[:, 0], gradients[:, 1] = by_x.numpy(), by_y.numpy()
        self.gradients[:, row] = gradients
        finite = np.isfinite(self.losses[:, row]) & np.isfinite(self._now_rows).all(1)
        finite &= np.isfinite(gradients).all(1)
        if not finite.all():
            self.stopped_at[~finite] = np.minimum(self.stopped_at[~finite], row)
        for index, walker in self._active:
            self.evaluations[index, row] = walker.evaluations
            added = walker.added()
            if added is not None:
                gradients[index] += added
        self.used[:, row] = gradients
        self.done = row
        stopped = self.stopped_at <= row
        if stopped.any():
            self._active = [(index, walker) for index, walker in self._active if not stopped[index]]
            self._empty(stopped, slice(row, row + 1))

    def _leave_empty(self, row: int) -> None:
        """Nobody runs any more: all rows from ``row`` on."""
        self._empty(np.ones(len(self.racers), bool), slice(row, None))
        self.done = self.steps

    def _empty(self, stopped: NDArray[np.bool_], rows: slice) -> None:
        for numbers in (self.points, self.losses, self.gradients, self.used, self.kept):
            numbers[stopped, rows] = np.nan
        before = self.evaluations[stopped, max(0, rows.start - 1)]
        self.evaluations[stopped, rows] = before[:, None]

    def _keep(self, index: int, walker: Walker, row: int) -> None:
        """What momentum is seen in; an optimizer of the user's may also have put the parameter elsewhere."""
        if walker.racer.optimizer in CARRIED:
            state = walker.optimizer.state[walker.parameter]
            for place, name in enumerate(CARRIED[walker.racer.optimizer].names):
                if name in state:  # SGD keeps nothing where its momentum is 0
                    self.kept[index, row, place] = state[name].numpy()
        elif walker.is_custom:
            self._now[index] = walker.parameter.detach()


def _sentence(walker: Walker, step: int, error: Exception) -> str:
    reason = shown(str(error) or type(error).__name__, 120)
    if isinstance(error, IndexError) and not walker.is_custom:  # "list index out of range", of L-BFGS
        reason = "its line search came to where the loss is not finite"
    elif isinstance(error, OverflowError):
        reason = "a number became too large; choose another learning rate"
    return as_sentence(f"{title(walker.racer)} stopped in step {step}: {reason}")
