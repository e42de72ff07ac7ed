"""One racer on its way: a parameter, the optimizer of torch that moves it, and the learning rates of its steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter

from visualizer.errors import UserError
from visualizer.networks.naming import shown
from visualizer.race import custom
from visualizer.race.config import Racer
from visualizer.race.frames import Numbers
from visualizer.race.newton import Newton
from visualizer.race.noise import Noise
from visualizer.race.racers import RACERS
from visualizer.training.optimizers import OPTIMIZERS, create_optimizer
from visualizer.training.schedules import Progress, schedule, settings_of
from visualizer.training.stepping import leave_compiler_out, take_step

Loss = Callable[[Tensor, Tensor], Tensor]
"""f(x, y), as ``race.formula.parse`` gives it."""

STEPS_AN_EPOCH = 20
"""An epoch, as schedules count time, is so many steps of a race: there are no data to go through."""


def make_optimizer(racer: Racer, parameter: Parameter) -> torch.optim.Optimizer:
    """The racer's optimizer as a user would make it; raises ``UserError`` for what it does not accept."""
    rate = racer.learning_rate
    if not (math.isfinite(rate) and rate > 0):
        raise UserError(f"the learning rate of {title(racer)} is {rate:g}: give one above 0")
    if custom.is_custom(racer.optimizer):
        return custom.create(racer.optimizer, parameter, rate, dict(racer.settings))
    if racer.optimizer not in RACERS:
        raise UserError(
            f"there is no optimizer '{shown(racer.optimizer)}'; choose one of {', '.join(RACERS)}"
        )
    leave_compiler_out()
    if racer.optimizer == "newton":
        return Newton([parameter], rate)
    try:
        return create_optimizer(racer.optimizer, [parameter], rate, dict(racer.settings), is_plain=True)
    except (ValueError, TypeError) as error:  # what torch says of a setting: "Invalid beta parameter …"
        raise UserError(f"{title(racer)} does not take these settings ({error}): correct them") from None


def title(racer: Racer) -> str:
    """What the racer's optimizer is called: "Adam", or the class of ``module:Class``."""
    row = RACERS.get(racer.optimizer)
    return row.title if row else shown(racer.optimizer.rpartition(":")[2])


def runs_alone(racer: Racer) -> bool:
    """Whether starts cannot share an optimizer, because what happens to one would depend on the others.

    "plateau" looks at the losses of one.
    """
    row = RACERS.get(racer.optimizer)
    return row is None or not row.elementwise or racer.schedule == "plateau"


class Rates:
    """The learning rate of each step of a race: ``values`` (steps + 1,), by the racer's schedule.

    Raises ``UserError`` for an unknown schedule.
    """

    def __init__(self, racer: Racer, steps: int) -> None:
        self._racer, self._steps = racer, steps
        self._row = schedule(racer.schedule)
        self._settings = settings_of(self._row.fields, dict(racer.schedule_settings))
        self.looks_at_losses = self._row.name == "plateau"
        self.values: Numbers = np.full(steps + 1, racer.learning_rate)
        if self._row.name != "constant" and not self.looks_at_losses:
            last = max(0, steps - 1)  # the rate stays when all steps are made
            self.values *= [self._factor(min(step, last)) for step in range(steps + 1)]

    def look(self, step: int, losses: Sequence[float] | Numbers) -> None:
        """Renew the rates from ``step`` on by the losses at steps 0 … ``step``, at the end of an epoch."""
        if step and step % STEPS_AN_EPOCH == 0:
            ends = [float(loss) for loss in losses[STEPS_AN_EPOCH : step + 1 : STEPS_AN_EPOCH]]
            self.values[step:] = self._racer.learning_rate * self._factor(step, ends)

    def _factor(self, step: int, losses: Sequence[float] = ()) -> float:
        progress = Progress(step, max(1, self._steps), step / STEPS_AN_EPOCH, losses)
        return self._row.factor(progress, **self._settings)


class Walker:
    """One racer from one start, or from N starts as one batch: ``parameter`` is (2,) or (2, N).

    An optimizer that needs a closure computes gradients of its own. ``evaluations`` counts what the optimizer needs:
    gradients, and of Newton also the two rows of the Hessian. ``draws`` is the index of the next evaluation's noise.
    """

    def __init__(
        self, racer: Racer, parameter: Parameter, loss: Loss, steps: int, noise: Noise | None
    ) -> None:
        self.racer, self.parameter = racer, parameter
        self.optimizer = make_optimizer(racer, parameter)
        self.rates = Rates(racer, steps)
        self._loss, self._noise = loss, noise
        self._rate = racer.learning_rate
        row = OPTIMIZERS.get(racer.optimizer)
        self.is_newton = isinstance(self.optimizer, Newton)
        self.is_custom = custom.is_custom(racer.optimizer)
        self.needs_closure = row.needs_closure if row else custom.needs_closure(self.optimizer)
        self.evaluations = self.draws = 0
        self._known: Tensor | None = None

    def step(self, index: int, gradient: Tensor, loss: Tensor | None = None) -> None:
        """Make step ``index`` (from 0) with ``gradient``, noise included; what the optimizer raises goes through.

        ``loss``, of this very point, spares L-BFGS the first of its evaluations, which would give the same.
        """
        rate = float(self.rates.values[index])
        if rate != self._rate:
            self._rate = rate
            for group in self.optimizer.param_groups:
                group["lr"] = rate
        self.parameter.grad = gradient
        if self.is_newton:
            self.evaluations, self.draws = self.evaluations + 3, self.draws + 1
            take_step(self.optimizer, self._value)
        elif self.needs_closure:
            self._known = None if self.is_custom else loss
            take_step(self.optimizer, self._closure)
        else:
            self.evaluations, self.draws = self.evaluations + 1, self.draws + 1
            take_step(self.optimizer)

    def added(self) -> Numbers | None:
        """The noise of the next evaluation, (2,)."""
        return self._noise(self.draws) if self._noise else None

    def _value(self) -> Tensor:
        return self._loss(self.parameter[0], self.parameter[1])

    def _closure(self) -> Tensor:
        """The loss where the parameter is, with a new gradient in ``.grad``."""
        self.evaluations, self.draws = self.evaluations + 1, self.draws + 1
        if self._known is not None:
            known, self._known = self._known, None
            return known
        self.parameter.grad = torch.zeros_like(self.parameter)
        with torch.enable_grad():
            loss = self._value()
            if loss.requires_grad:
                (self.parameter.grad,) = torch.autograd.grad(
                    loss.sum(), self.parameter, materialize_grads=True
                )
        if self._noise:
            self.parameter.grad += torch.from_numpy(self._noise(self.draws - 1))
        return loss.detach()
