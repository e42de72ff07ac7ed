"""What of a race only looks different: who is shown, and in which colour."""

from __future__ import annotations

from dataclasses import replace

from visualizer.race.config import Race
from visualizer.race.frames import RaceFrame


def as_run(race: Race) -> Race:
    """The race without what only looks different."""
    return replace(race, racers=tuple(replace(racer, shown=True, color="") for racer in race.racers))


def with_looks(frame: RaceFrame, race: Race) -> RaceFrame:
    """The frame with racers that look as they do in ``race``."""
    trajectories = tuple(
        replace(trajectory, racer=racer)
        for trajectory, racer in zip(frame.trajectories, race.racers, strict=True)
    )
    return replace(frame, race=race, trajectories=trajectories)
