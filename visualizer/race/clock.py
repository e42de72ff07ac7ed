"""The clock of a race: what is equal for all racers at one moment. Arithmetic alone, below 0.1 ms."""

from __future__ import annotations

import math

import numpy as np

from visualizer.race.config import Race
from visualizer.race.frames import RaceFrame, Trajectory

_UNKNOWN = 1e-4  # seconds a step, where nobody has made one


def length(frame: RaceFrame) -> float:
    """Where the race ends: ``steps`` steps, as many evaluations, or the time in which the quickest makes them."""
    race = frame.race
    if race.clock != "time":
        return float(race.steps)
    known = [row.seconds for row in frame.trajectories if row.seconds > 0]
    return race.steps * min(known, default=_UNKNOWN)


def steps_at(frame: RaceFrame, moment: float) -> tuple[int, ...]:
    """The row of each racer's trajectory at a moment: how many steps it has made, at most what is computed."""
    return tuple(_step_at(frame.race, row, moment) for row in frame.trajectories)


def _step_at(race: Race, row: Trajectory, moment: float) -> int:
    if race.clock == "evaluations":
        step = int(np.searchsorted(row.evaluations, moment, side="right")) - 1
    elif race.clock == "time":
        step = math.floor(moment / row.seconds + 1e-6) if row.seconds > 0 else 0
    else:
        step = math.floor(moment)
    return max(0, min(step, row.steps))


def moment_of(frame: RaceFrame, key: str, step: int) -> float:
    """When the racer ``key`` has made ``step`` steps; 0 for a racer that is not there."""
    for row in frame.trajectories:
        if row.racer.key == key:
            if frame.race.clock == "evaluations":
                return float(row.evaluations[max(0, min(step, row.steps))])
            return step * row.seconds if frame.race.clock == "time" else float(step)
    return 0.0


def words(race: Race, moment: float) -> str:
    """The moment in words: "step 120", "240 evaluations", "0.34 s", "3.4 ms"."""
    if race.clock == "time":
        return f"{moment:.2f} s" if moment >= 0.1 or moment <= 0 else f"{1000 * moment:.1f} ms"
    number = f"{math.floor(moment):,}"
    if race.clock == "evaluations":
        return f"{number} evaluation" + ("s" if number != "1" else "")
    return f"step {number}"
