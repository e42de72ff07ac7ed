"""One racer from many starts: as one batch where the optimizer works element by element, else side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter

from visualizer.errors import UserError
from visualizer.race.config import Racer
from visualizer.race.formula import parse
from visualizer.race.frames import Numbers
from visualizer.race.lockstep import Gradients, Lockstep
from visualizer.race.noise import Noise, noise_of
from visualizer.race.surface import Surface
from visualizer.race.walkers import Walker, runs_alone


@dataclass(frozen=True, slots=True, eq=False)
class StartsResult:
    """Trajectories of one racer: ``points`` (steps + 1, N, 2) and exact ``losses`` (steps + 1, N).

    From the step on at which a number of a start is no longer finite, all of it is NaN.
    """

    points: Numbers = field(repr=False)
    losses: Numbers = field(repr=False)


def run_starts(
    surface: Surface, racer: Racer, starts: Numbers, steps: int, noise: float = 0.0, seed: int = 1
) -> StartsResult:
    """``racer`` from each of ``starts`` (N, 2): the trajectories that it would have from there alone.

    All starts get the same noise, of standard deviation ``noise``. A batch costs for 1,000 starts little more than
    for one: 0.3 ms a step. Raises ``UserError`` for settings that the optimizer does not take.
    """
    added = noise_of(noise, seed)
    if runs_alone(racer):
        walk = Lockstep(parse(surface.formula), [racer] * len(starts), starts, steps, [added] * len(starts))
        if len(starts) and not walk.walkers:
            raise UserError(walk.problems[0])
        while not walk.complete:
            walk.step()
        return StartsResult(walk.points.swapaxes(0, 1), walk.losses.T)
    points = np.empty((steps + 1, 2, len(starts)))
    losses = np.empty((steps + 1, len(starts)))
    gone = np.zeros(len(starts), bool)
    for row, (now, value, gradient) in enumerate(stepper(surface, racer, starts, steps, added)):
        points[row], losses[row] = now.numpy(), value.numpy()
        total = now.sum(0).add_(value).add_(gradient.sum(0))  # not finite where one of them is not
        if gone.any() or not bool(torch.isfinite(total).all()):
            finite = torch.isfinite(now).all(0) & torch.isfinite(value) & torch.isfinite(gradient).all(0)
            gone |= ~finite.numpy()
            # for good: Rprop makes a finite step out of an infinite gradient
            points[row][:, gone] = losses[row, gone] = np.nan
    return StartsResult(points.swapaxes(1, 2), losses)


def stepper(
    surface: Surface, racer: Racer, starts: Numbers, steps: int, noise: Noise | None = None
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Where a batch of starts (N, 2) is after 0, 1, … ``steps`` steps, and the losses and exact gradients there.

    Yields points (2, N), losses (N,) and gradients (2, N), float64. They are the buffers that the next step writes
    into: copy what is to be kept. Once a start is not finite it stays so and disturbs no other. For racers that do not
    run alone (``runs_alone``).
    """
    parameter = Parameter(torch.from_numpy(np.array(starts.T, np.float64, order="C")))
    loss = parse(surface.formula)
    walker, gradients_of = Walker(racer, parameter, loss, steps, noise), Gradients(loss, len(starts))
    now, gradient = parameter.detach(), torch.empty_like(parameter)
    for step in range(steps + 1):
        losses, gradient[0], gradient[1] = gradients_of(now[0], now[1])
        yield now, losses, gradient
        if step < steps:
            added = walker.added()
            if added is not None:
                gradient += torch.from_numpy(added)[:, None]
            walker.step(step, gradient)
