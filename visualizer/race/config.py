"""A race as frozen data: the surface, who runs, from where, for how long, with which noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visualizer.networks.layers.kinds import Value
from visualizer.race.surface import Point, Surface

Clock = Literal["steps", "evaluations", "time"]
"""What is equal for all racers at one moment: optimizer steps, evaluations of the gradient, or seconds."""

CLOCKS: tuple[Clock, ...] = ("steps", "evaluations", "time")
MOST_STEPS = 20_000
MOST_RACERS = 32


@dataclass(frozen=True, slots=True)
class Racer:
    """One that runs: an optimizer with its settings. ``key`` is unique in its race ("adam", "adam-2").

    ``optimizer`` is the name of a row of ``race.racers.RACERS``, or ``module:Class`` for a further class of
    ``torch.optim.Optimizer``. ``settings`` and ``schedule_settings`` are what differs from the defaults of the rows.
    ``color`` is ``#rrggbb``.
    """

    key: str
    optimizer: str
    learning_rate: float
    settings: tuple[tuple[str, Value], ...] = ()
    schedule: str = "constant"
    schedule_settings: tuple[tuple[str, Value], ...] = ()
    color: str = "#56B4E9"
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Race:
    """All that decides what happens: two equal races have equal trajectories.

    ``noise`` is the standard deviation of what is added to each component of the gradient at each evaluation, in
    units of the gradient, drawn from ``seed``; with ``same_noise`` every racer gets the same numbers, otherwise each
    its own. ``steps`` is what the quickest racer makes: the others make as many, or as many as fit into the same
    number of evaluations or the same time (``clock``).
    """

    surface: Surface
    start: Point
    racers: tuple[Racer, ...]
    steps: int = 300
    clock: Clock = "steps"
    noise: float = 0.0
    seed: int = 1
    same_noise: bool = True
