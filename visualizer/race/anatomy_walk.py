"""A racer that runs again by itself, so that its optimizer can be looked into at any step."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter

from visualizer.errors import UserError
from visualizer.race import custom
from visualizer.race.anatomy_curvature import watched
from visualizer.race.anatomy_terms import StepRecord
from visualizer.race.config import Race, Racer
from visualizer.race.formula import parse
from visualizer.race.frames import Numbers
from visualizer.race.lockstep import Gradients
from visualizer.race.newton import hessian
from visualizer.race.noise import noise_of
from visualizer.race.walkers import Walker, title
from visualizer.training.schedules import schedule

_BETWEEN = 32  # steps between checkpoints: to go back costs so many steps at most


@dataclass(frozen=True, slots=True, eq=False)
class _Checkpoint:
    """All that a walker needs to go on from a step."""

    point: Tensor = field(repr=False)
    state: dict[str, Any] = field(repr=False)
    evaluations: int
    draws: int


class Walk:
    """Racer ``racer`` of ``race`` alone; it makes the very steps that it makes in the race.

    ``losses`` are those after 0, 1, … steps, as far as it ever came. Raises ``UserError`` where it cannot start.
    """

    def __init__(self, race: Race, racer: Racer) -> None:
        self._race, self._racer = race, racer
        self._loss = parse(race.surface.formula)
        self._gradients = Gradients(self._loss, 1)
        self._checkpoints: dict[int, _Checkpoint] = {}
        self._is_custom = custom.is_custom(racer.optimizer)
        self._record: StepRecord | None = None  # what was asked for last
        self._at, self._end = 0, race.steps  # steps made, the last step that there is
        self.losses: list[float] = []
        self._start()
        if not self._is_finite():
            x, y = race.start
            raise UserError(f"the formula has no finite gradient at ({x:g}, {y:g}): choose another start")

    def record(self, step: int) -> StepRecord:
        """Step ``step`` (from 1), the last one that it made where it made fewer; ``UserError`` without any."""
        wanted = min(step, self._end)
        while wanted >= 1:
            if self._record is not None and self._record.step == wanted:
                return self._record
            self._go_to(wanted - 1)
            if self._at == wanted - 1 < self._end:
                self._record = self._recorded_step() or self._record
            wanted = min(wanted, self._end)
        raise UserError(
            f"{title(self._racer)} cannot make a step here: choose another start or learning rate"
        )

    # --- one step ----------------------------------------------------------------------------------

    def _recorded_step(self) -> StepRecord | None:
        """Make the next step and note everything; None where the optimizer fails."""
        walker = self._walker
        start, gradient, used, before = self._point(), self._gradient, self._used, self._state()
        evaluations = walker.evaluations
        curvature = self._hessian() if walker.is_newton else None
        with watched(walker.optimizer) as moves:
            if not self._step():
                return None
        rate = float(walker.rates.values[self._at - 1])
        return StepRecord(
            step=self._at,
            start=start,
            end=self._point(),
            gradient=gradient,
            used=used,
            rate=rate,
            factor=rate / self._racer.learning_rate,
            schedule=schedule(self._racer.schedule).title.lower(),
            options={name: value for name, value in self._options().items() if name != "params"},
            before=before,
            after=self._state(),
            evaluations=walker.evaluations - evaluations,
            moves=tuple(moves),
            hessian=curvature,
        )

    def _step(self) -> bool:
        """Make the next step as ``race.lockstep`` does; False where the optimizer fails, and there is no more."""
        walker, row = self._walker, self._at
        if walker.rates.looks_at_losses:
            walker.rates.look(row, self.losses)
        try:
            walker.step(row, torch.from_numpy(self._used.copy()))
        except Exception:  # a line search on what is not finite; a class of the user's: anything
            self._end = row
            return False
        self._at = row + 1
        self._evaluate()
        if not self._is_finite():
            self._end = self._at
        elif self._at % _BETWEEN == 0:
            self._keep()
        return True

    def _evaluate(self) -> None:
        """The loss and the gradient where it is now."""
        x, y = self._walker.parameter.detach().reshape(2, 1)
        loss, by_x, by_y = self._gradients(x.clone(), y.clone())
        self._gradient: Numbers = torch.cat((by_x, by_y)).numpy().copy()
        added = self._walker.added()
        self._used: Numbers = self._gradient if added is None else self._gradient + added
        if self._at == len(self.losses):
            self.losses.append(float(loss))

    # --- there and back ----------------------------------------------------------------------------

    def _start(self) -> None:
        race, parameter = self._race, Parameter(torch.tensor(self._race.start, dtype=torch.float64))
        noise = noise_of(race.noise, race.seed, "" if race.same_noise else self._racer.key)
        self._walker = Walker(self._racer, parameter, self._loss, race.steps, noise)
        self._at = 0
        self._evaluate()
        self._keep()

    def _go_to(self, step: int) -> None:
        """Be where it is after ``step`` steps, or after the last one."""
        if step < self._at:
            self._go_back(step)
        while self._at < min(step, self._end):
            self._step()

    def _go_back(self, step: int) -> None:
        """To the last checkpoint before; a class of the user's may keep anything anywhere and starts anew."""
        if self._is_custom:
            self._start()
            return
        self._at = step - step % _BETWEEN
        kept, walker = self._checkpoints[self._at], self._walker
        with torch.no_grad():
            walker.parameter.copy_(kept.point)
        walker.optimizer.state[walker.parameter] = copy.deepcopy(kept.state)
        walker.evaluations, walker.draws = kept.evaluations, kept.draws
        self._evaluate()

    def _keep(self) -> None:
        if self._is_custom or self._at in self._checkpoints:
            return
        walker = self._walker
        state = copy.deepcopy(dict(walker.optimizer.state[walker.parameter]))
        point = walker.parameter.detach().clone()
        self._checkpoints[self._at] = _Checkpoint(point, state, walker.evaluations, walker.draws)

    # --- looking into it ---------------------------------------------------------------------------

    def _options(self) -> Mapping[str, Any]:
        return self._walker.optimizer.param_groups[0]

    def _point(self) -> Numbers:
        return self._walker.parameter.detach().numpy().copy()

    def _state(self) -> dict[str, Any]:
        """What the optimizer keeps, as it is now."""
        state = self._walker.optimizer.state.get(self._walker.parameter, {})
        return {name: _copied(value) for name, value in state.items()}

    def _hessian(self) -> Numbers:
        parameter = self._walker.parameter
        rows = hessian(self._loss(parameter[0], parameter[1]), parameter)
        return torch.stack(rows).detach().numpy().copy()

    def _is_finite(self) -> bool:
        known = [*self._point(), *self._gradient, self.losses[self._at]]
        return bool(np.isfinite(known).all())


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().cpu().numpy().copy()
    return list(value) if isinstance(value, list) else value
