"""What the Race workspace asks the workers to do: plain functions without Qt.

Work that takes long is done in slices: a job goes on with a run for a moment and returns it with what there is so
far; whoever asked asks again, or not any more. So a newer wish never waits long, and nothing has to be stopped.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualizer.race import custom, landscape, link, profile, swarm
from visualizer.race.anatomy import anatomy
from visualizer.race.basins import BasinsRun
from visualizer.race.config import Race, Racer
from visualizer.race.export import write
from visualizer.race.frames import (
    BasinsFrame,
    Landscape,
    Profile,
    RaceFrame,
    StepAnatomy,
    SwarmFrame,
    SweepFrame,
)
from visualizer.race.one_core import on_one_core
from visualizer.race.run import RaceRun
from visualizer.race.surface import Point, Surface, Window
from visualizer.race.surfaces import SURFACES, own_surface
from visualizer.race.sweep import SweepRun
from visualizer.streaming.prober import Report

Thumbnail = NDArray[np.uint8]
"""(H, W), row 0 at the top; a grey for each level, 255 where the formula is undefined."""

_THUMBNAIL = (72, 52)  # px
_SWARM = 2_000  # starts
_PART = 0.04  # s, after which a race asks whether it is still wanted


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """A race that has gone on for a moment, and how far it is."""

    run: RaceRun = field(repr=False)
    frame: RaceFrame


@dataclass(frozen=True, slots=True, eq=False)
class BasinsSlice:
    """One of several basins has gone on for a moment."""

    run: BasinsRun = field(repr=False)
    frame: BasinsFrame


@dataclass(frozen=True, slots=True, eq=False)
class SweepSlice:
    """A sweep of learning rates has gone on for a moment."""

    run: SweepRun = field(repr=False)
    frame: SweepFrame


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """What is known of a step of one racer, and the profile through where it is."""

    anatomy: StepAnatomy | None
    profile: Profile | None


def begin_race(race: Race, seconds: float, report: Report) -> Slice:
    """Start a race and let it run for so long."""
    return race_on(RaceRun(race), seconds, report)


def race_on(run: RaceRun, seconds: float, report: Report) -> Slice:
    """Let a race run on for so long, less where its answer is not wanted any more."""
    end = time.perf_counter() + seconds
    frame = run.advance(min(seconds, _PART))
    while not frame.complete and time.perf_counter() < end:
        report("Racing")
        frame = run.advance(_PART)
    return Slice(run, frame)


def make_surface(formula: str, window: Window | None, start: Point | None, report: Report) -> Surface:
    """The surface of a formula that the user typed; raises ``FormulaError`` where it is none."""
    with on_one_core():  # on all it takes ten times as long while others want them too
        return own_surface(formula, window, start)


def sample(
    surface: Surface, window: Window, size: tuple[int, int], logarithmic: bool, report: Report
) -> Landscape:
    """The surface in a window, as fine as ``size`` (width, height)."""
    places = surface.minima + surface.saddles
    return landscape.sample(surface.formula, window, size, logarithmic=logarithmic, places=places)


def thumbnails(report: Report) -> Mapping[str, Thumbnail]:
    """A small picture of every surface of the table, by its name."""
    pictures = {}
    for name, surface in SURFACES.items():
        report(surface.title)
        drawn = landscape.sample(
            surface.formula,
            surface.window,
            _THUMBNAIL,
            logarithmic=surface.logarithmic,
            places=surface.minima,
        )
        steps = np.linspace(24, 120, len(drawn.levels) + 1)
        grey = np.append(steps, np.zeros(256 - len(steps))).astype(np.uint8)
        pictures[name] = np.where(drawn.bands == 255, 255, grey[drawn.bands])[::-1].astype(np.uint8)
    return pictures


def begin_basins(race: Race, racer: Racer, size: int, seconds: float, report: Report) -> BasinsSlice:
    """Start to follow every pixel of the surface's window."""
    return basins_on(BasinsRun(race, racer, race.surface.window, size), seconds, report)


def basins_on(run: BasinsRun, seconds: float, report: Report) -> BasinsSlice:
    """Follow them on for so long."""
    return BasinsSlice(run, run.advance(seconds))


def make_swarm(race: Race, racer: Racer, report: Report) -> SwarmFrame:
    """Starts all over the window, for one racer."""
    return swarm.swarm(race, racer, _SWARM, race.surface.window)


def begin_sweep(race: Race, seconds: float, report: Report) -> SweepSlice:
    """Start to look for the best learning rate of every racer."""
    return sweep_on(SweepRun(race), seconds, report)


def sweep_on(run: SweepRun, seconds: float, report: Report) -> SweepSlice:
    """Look on for so long."""
    return SweepSlice(run, run.advance(seconds))


def look_closely(
    race: Race,
    key: str,
    step: int,
    kind: str,
    point: Point,
    gradient: Point,
    wanted: Sequence[str],
    report: Report,
) -> Detail:
    """What is ``wanted`` of "anatomy" and "profile", at a step of the racer ``key``."""
    return Detail(
        anatomy(race, key, step) if "anatomy" in wanted and step > 0 else None,
        profile.profile(race, kind, point, gradient=gradient) if "profile" in wanted else None,
    )


def allow_code(name: str, report: Report) -> str:
    """Import ``module:Class``, to which the user has consented; returns the name."""
    custom.consent(name)
    custom.optimizer_class(name)
    return name


def read_race(path: Path, report: Report) -> Race:
    """The race of a file; raises ``UserError`` where it holds none. An own formula takes 0.1 to 0.4 s."""
    with on_one_core():
        return link.read(path)


def race_of(text: str, report: Report) -> Race:
    """The race of a link; raises ``UserError`` where it is none."""
    with on_one_core():
        return link.from_text(text)


def write_race(
    race: Race,
    frame: RaceFrame | None,
    path: Path,
    moment: float,
    window: Window | None,
    report: Report,
) -> Path:
    """Write a race as what the ending of ``path`` says; pictures show the ``moment``.

    ``frame`` is the whole race where it is known; without one it is run here.
    """
    if frame is None:
        run = RaceRun(race)
        frame = run.advance(0.2)
        while not frame.complete:
            report("Racing")
            frame = run.advance(0.2)
    write(frame, path, moment=moment, window=window, report=report)
    return path
