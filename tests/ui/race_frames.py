"""A small race for the tests of panels: real trajectories on Himmelblau's surface, made in 0.1 s."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from visualizer.race import clock
from visualizer.race.config import Race, Racer
from visualizer.race.frames import RaceFrame
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surface import Place, Surface, Window
from visualizer.ui.race.state import RaceState

FORMULA = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
SURFACE = Surface(
    "himmelblau",
    "Himmelblau",
    FORMULA,
    Window(-6.0, 6.0, -5.0, 5.0),
    (0.1, -4.1),
    tuple(
        Place(x, y, 0.0, "minimum")
        for x, y in ((3.0, 2.0), (-2.805118, 3.131312), (-3.77931, -3.283186), (3.584428, -1.848127))
    ),
    logarithmic=True,
)
RATES = {"sgd": 0.005, "nesterov": 1.0, "adam": 0.4, "newton": 1.0}
"""Nesterov diverges, the others converge or run."""
STEPS = 120


def make_race(**changes: Any) -> Race:
    racers = tuple(Racer(name, name, rate, color=RACERS[name].color) for name, rate in RATES.items())
    return replace(Race(SURFACE, SURFACE.start, racers, STEPS), **changes)


@cache
def usual_frame() -> RaceFrame:
    return RaceRun(make_race()).advance(None)


def make_frame(race: Race) -> RaceFrame:
    return RaceRun(race).advance(None)


def make_state(frame: RaceFrame | None = None, **changes: Any) -> RaceState:
    frame = frame or usual_frame()
    usual = RaceState(frame.race, frame, moment=40.0, length=clock.length(frame), selected="adam")
    return replace(usual, **changes)
