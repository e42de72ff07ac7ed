"""How fast many starts of a racer run as one batch, against the loop over torch.optim that everybody writes."""

from __future__ import annotations

import gc
from collections.abc import Callable

import numpy as np
import torch
from torch import optim

from visualizer.benchmarks.figures import Figure, seconds
from visualizer.race.config import Racer
from visualizer.race.formula import parse
from visualizer.race.frames import Numbers
from visualizer.race.lineup import usual_rate
from visualizer.race.newton import Newton
from visualizer.race.racers import RACERS
from visualizer.race.starts import run_starts
from visualizer.race.surface import Surface
from visualizer.race.surfaces import surface

SURFACE, STARTS, STEPS, SAMPLE = "himmelblau", 1000, 500, 2
FASTER, APART = 200.0, 1e-12

_PLAIN: dict[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "momentum": lambda p, lr: optim.SGD(p, lr=lr, momentum=0.9),
    "nesterov": lambda p, lr: optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    "adagrad": optim.Adagrad,
    "rmsprop": optim.RMSprop,
    "adam": optim.Adam,
    "nadam": optim.NAdam,
    "adamw": optim.AdamW,
    "adadelta": optim.Adadelta,
    "radam": optim.RAdam,
    "adamax": optim.Adamax,
    "rprop": optim.Rprop,
    "asgd": optim.ASGD,
    "newton": Newton,
}


def measure() -> tuple[Figure, ...]:
    """Every element-wise optimizer from 1,000 starts: the time of single runs, of a sample scaled, over the batch.

    Both sides keep the points and the losses of all steps. The first step of torch imports its compiler: it is made
    before anything is timed. Also the largest difference of coordinates between the two.
    """
    on = surface(SURFACE)
    starts = _starts(on)
    batches = singles = apart = 0.0
    for name in (row.name for row in RACERS.values() if row.elementwise):
        racer = Racer(name, name, usual_rate(on, name))
        run_starts(on, racer, starts[:2], 2)
        _alone(on, racer, starts[0], 2)
        batch, single, difference = _compared(on, racer, starts)
        batches, singles = batches + batch, singles + single * STARTS / SAMPLE
        apart = max(apart, difference)
    name = (
        f"race: single runs of torch.optim / one batch, {len(_PLAIN)} optimizers × {STARTS:,} × {STEPS} steps"
    )
    return (
        Figure(name, singles / batches, "×", FASTER, at_least=True),
        Figure("race: largest difference between single runs and the batch", apart, "", APART),
    )


def _compared(on: Surface, racer: Racer, starts: Numbers) -> tuple[float, float, float]:
    """Seconds of the batch, seconds of the sample of single runs, and how far apart their points are."""
    places = np.linspace(0, STARTS - 1, SAMPLE).astype(int)
    found: list[Numbers] = []
    collecting = gc.isenabled()
    gc.disable()  # as timeit does
    try:
        batch = seconds(lambda: found.append(run_starts(on, racer, starts, STEPS).points))
        single = seconds(lambda: found.extend(_alone(on, racer, starts[place], STEPS) for place in places))
    finally:
        if collecting:
            gc.enable()
    points, *alone = found
    differences = [_difference(points[:, place], one) for place, one in zip(places, alone, strict=True)]
    return batch, single, max(differences)


def _difference(ours: Numbers, theirs: Numbers) -> float:
    """The largest one, up to where a racer of ours ends because its loss or gradient is no longer finite."""
    finite = np.isfinite(ours).all(1)
    difference = float(np.abs(ours[finite] - theirs[finite]).max())
    return difference if np.isfinite(difference) else float("inf")


def _alone(on: Surface, racer: Racer, start: Numbers, steps: int) -> Numbers:
    """The points of one run, in the loop of every tutorial: (steps + 1, 2)."""
    formula = parse(on.formula)
    x = torch.tensor(start, requires_grad=True)
    optimizer = _PLAIN[racer.optimizer]([x], lr=racer.learning_rate)
    points, losses = [x.tolist()], []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = formula(x[0], x[1])
        loss.backward()  # type: ignore[no-untyped-call]
        if isinstance(optimizer, Newton):
            optimizer.step(lambda: formula(x[0], x[1]))
        else:
            optimizer.step()
        points.append(x.tolist())
        losses.append(loss.item())
    return np.array(points)


def _starts(on: Surface) -> Numbers:
    random = np.random.default_rng(0)
    window = on.window
    x, y = (
        random.uniform(window.left, window.right, STARTS),
        random.uniform(window.bottom, window.top, STARTS),
    )
    return np.stack((x, y), 1)
