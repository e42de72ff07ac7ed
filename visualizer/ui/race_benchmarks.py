"""The benchmark of a playing race: what a frame of the landscape costs."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
from PySide6.QtWidgets import QWidget

from visualizer.benchmarks.figures import Figure
from visualizer.race import clock, landscape
from visualizer.race.frames import STATES
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import surface
from visualizer.ui.application import make_application
from visualizer.ui.bench_window import spin
from visualizer.ui.panels.landscape import LandscapePanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import DARK

COUNT, STEPS = 14, 2_000
SIZE, SAMPLES = (640, 450), (360, 260)  # px; samples of the landscape
NOISE = 0.6  # or most would stand still after a few hundred steps, and cost nothing
RATES = {"radam": 0.01}  # others take those of the surface
FRAMES = 1_000
STEPS_A_FRAME = 2.0  # 4 × the usual speed at 60 frames a second: the race in 17 s


def frame() -> tuple[Figure, ...]:
    """Playing a race of 14 racers with trails of 2,000 points: set and painted, while the play head moves on."""
    application = make_application()
    place = QWidget()
    panel = LandscapePanel(place)
    panel.set_colors(DARK)
    place.resize(*SIZE)
    panel.resize(*SIZE)
    place.show()
    state = _state()
    _milliseconds(panel, state)  # lays out the whole, once
    spin(0.3)  # the window of the surface is shown: that ends like a zoom
    times = [
        _milliseconds(panel, replace(state, moment=moment))
        for moment in np.arange(FRAMES, dtype=float) * STEPS_A_FRAME
    ]
    place.close()
    place.deleteLater()
    application.processEvents()
    name = f"race-frame: {COUNT} racers with trails of {STEPS} points, set and painted"
    return (
        Figure(f"{name}, median", float(np.median(times)), "ms", 8),
        Figure(f"{name}, 95th percentile", float(np.percentile(times, 95)), "ms", 8),
    )


def _state() -> RaceState:
    """A race that all survive."""
    ground = surface("himmelblau")
    race = replace(new_race(ground, tuple(RACERS)[:COUNT], RATES, steps=STEPS), noise=NOISE)
    run = RaceRun(race).advance()
    lost = [each.racer.key for each in run.trajectories if STATES[each.states[-1]] == "diverged"]
    if lost:
        raise RuntimeError(f"{', '.join(lost)} diverged: that is no load to measure under")
    levels = landscape.sample(ground.formula, ground.window, SAMPLES, ground.logarithmic, ground.minima)
    length = clock.length(run)
    return RaceState(race, run, levels, length, length, playing=True, selected="adam")


def _milliseconds(panel: LandscapePanel, state: RaceState) -> float:
    start = perf_counter()
    panel.set_state(state)
    panel.view.repaint()
    return 1000 * (perf_counter() - start)
