"""The anatomy of one step: the racer runs again by itself, its real optimizer is looked into, every term is told."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from visualizer.errors import UserError
from visualizer.networks.naming import shown
from visualizer.race import anatomy_adam, anatomy_curvature, anatomy_gradient
from visualizer.race.anatomy_remark import remark
from visualizer.race.anatomy_terms import Lines, StepRecord
from visualizer.race.anatomy_walk import Walk
from visualizer.race.config import Race, Racer
from visualizer.race.frames import Numbers, StepAnatomy
from visualizer.race.racers import titles

_KEPT_WALKS = 4


@dataclass(frozen=True, slots=True)
class _Row:
    """``lines(record)`` tells the step; ``carried`` is the symbol of the line with past gradients, "" for none."""

    lines: Callable[[StepRecord], Lines]
    carried: str = ""


_ROWS: Mapping[str, _Row] = {
    "sgd": _Row(anatomy_gradient.sgd),
    "momentum": _Row(anatomy_gradient.momentum, "v"),
    "nesterov": _Row(anatomy_gradient.nesterov, "v"),
    "adagrad": _Row(anatomy_gradient.adagrad),
    "rmsprop": _Row(anatomy_gradient.rmsprop),
    "adam": _Row(anatomy_adam.adam, "m"),
    "nadam": _Row(anatomy_adam.nadam, "m"),
    "adamw": _Row(anatomy_adam.adamw, "m"),
    "adadelta": _Row(anatomy_gradient.adadelta),
    "radam": _Row(anatomy_adam.radam, "m"),
    "adamax": _Row(anatomy_adam.adamax, "m"),
    "rprop": _Row(anatomy_gradient.rprop),
    "asgd": _Row(anatomy_gradient.asgd),
    "lbfgs": _Row(anatomy_curvature.lbfgs),
    "newton": _Row(anatomy_curvature.newton),
}
_CUSTOM = _Row(anatomy_curvature.custom)

_walks: OrderedDict[tuple[Any, ...], Walk] = OrderedDict()
_lock = Lock()  # several workers may ask


def anatomy(race: Race, key: str, step: int) -> StepAnatomy:
    """How the racer ``key`` made step ``step`` (from 1); the last one that it made, where it made fewer.

    Costs 0.15 ms for every step from the one asked before, or from one of its checkpoints. Raises ``UserError`` where
    the racer cannot make a single step.
    """
    place = next((at for at, racer in enumerate(race.racers) if racer.key == key), None)
    if place is None:
        raise UserError(f"there is no racer '{shown(key)}' in this race; choose one of its rows")
    racer = race.racers[place]
    with _lock:
        walk = _walk(race, racer)
        record = walk.record(min(max(step, 1), race.steps))
        losses = walk.losses[record.step - 1], walk.losses[record.step]
    row = _ROWS.get(racer.optimizer, _CUSTOM)
    with np.errstate(all="ignore"):  # of one that diverges
        lines = row.lines(record)
        said = remark(record, lines, row.carried, losses)
        rates = np.where(record.used != 0, -record.change / record.used, np.nan)
    return StepAnatomy(
        key=key,
        title=titles(race.racers)[place],
        step=record.step,
        start=_point(record.start),
        end=_point(record.end),
        loss_before=losses[0],
        loss_after=losses[1],
        terms=tuple(lines),
        effective_rate=_point(rates),
        remark=said,
    )


def _walk(race: Race, racer: Racer) -> Walk:
    """The walk of this racer in this race, begun if it is not among the last ones."""
    noise = (race.noise, race.seed, "" if race.same_noise else racer.key) if race.noise else ()
    how = (racer.optimizer, racer.learning_rate, racer.settings, racer.schedule, racer.schedule_settings)
    what = (race.surface.formula, race.start, race.steps, *noise, *how)
    if what not in _walks:
        _walks[what] = Walk(race, racer)
        while len(_walks) > _KEPT_WALKS:
            _walks.popitem(last=False)
    _walks.move_to_end(what)
    return _walks[what]


def _point(values: Numbers) -> tuple[float, float]:
    return float(values[0]), float(values[1])
