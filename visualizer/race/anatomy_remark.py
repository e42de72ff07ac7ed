"""One sentence on what a step did: only what its numbers say."""

from __future__ import annotations

import math

import numpy as np

from visualizer.race.anatomy_terms import Lines, StepRecord
from visualizer.race.frames import Numbers

_STRAIGHT = 1.0  # degrees up to which a step counts as steepest descent


def remark(of: StepRecord, lines: Lines, carried: str, losses: tuple[float, float]) -> str:
    """Where the step points beside the gradient it was made with, and what the loss did.

    ``carried`` is the symbol of the line that holds past gradients, "" for optimizers without such a memory;
    ``losses`` are those before and after the step.
    """
    if not np.isfinite([*of.start, *of.end, *of.used]).all():
        return "The numbers are no longer finite: the racer has diverged."
    if not of.change.any():
        return "The gradient is 0: the point stays." if not of.used.any() else "The point stays where it is."
    memory = next((np.asarray(line.value) for line in lines if line.symbol == carried), None)
    return f"{_direction(of, memory, carried)} {_consequence(*losses)}"


def _direction(of: StepRecord, memory: Numbers | None, carried: str) -> str:
    if not of.used.any():
        return "The gradient is 0, and yet the point moves;"
    gradient = "gradient" if np.array_equal(of.used, of.gradient) else "noisy gradient"
    downhill = -np.sign(of.used)
    against = [axis for axis in (0, 1) if np.sign(of.change[axis]) * downhill[axis] < 0]
    if not against:
        degrees = _angle(of.change, -of.used)
        if degrees <= _STRAIGHT:
            return f"The step goes straight down the {gradient};"
        return f"The step points {degrees:.0f}° away from straight down the {gradient};"
    names = " and ".join("xy"[axis] for axis in against)
    words = f"In {names} the step goes against the {gradient}"
    if memory is not None and all(np.sign(memory[axis]) == -np.sign(of.used[axis]) for axis in against):
        words += f", as {carried} still points the other way"
    return f"{words};"


def _angle(one: Numbers, other: Numbers) -> float:
    """Between two directions, in degrees."""
    one, other = one / np.abs(one).max(), other / np.abs(other).max()  # against under- and overflow
    cross, dot = one[0] * other[1] - one[1] * other[0], float(one @ other)
    return abs(math.degrees(math.atan2(cross, dot)))


def _consequence(before: float, after: float) -> str:
    if not math.isfinite(after):
        return "there the loss is no finite number: the racer has diverged."
    if after == before:
        return "the loss stays the same."
    return f"the loss {'falls' if after < before else 'rises'} by {abs(after - before):.3g}."
