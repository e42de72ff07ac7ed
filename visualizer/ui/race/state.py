"""What the Race workspace shows, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.race.config import Race
from visualizer.race.frames import (
    BasinsFrame,
    Landscape,
    Profile,
    RaceFrame,
    StepAnatomy,
    SwarmFrame,
    SweepFrame,
)

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0)
"""Speeds of play."""
STEPS_PER_SECOND = 30.0
"""At 1×."""


@dataclass(frozen=True, slots=True, eq=False)
class RaceState:
    """A race, how far it is, and what is known of it. Parts that did not change are the same objects.

    ``moment`` is where the play head is and ``length`` where the race ends, in units of the clock: steps,
    evaluations or seconds. ``dragging``: the hand moves the start, trails may be shorter than the race. ``formula`` is
    what the user has typed last, ``trouble`` why it is not the surface that is shown ("" if it is) and
    ``trouble_at`` the place in the text (−1: none). ``anatomy`` is that of the selected racer's step at the moment.
    """

    race: Race
    frame: RaceFrame | None = None
    landscape: Landscape | None = None
    moment: float = 0.0
    length: float = 0.0
    playing: bool = False
    speed: float = 1.0
    selected: str = ""
    dragging: bool = False
    formula: str = ""
    trouble: str = ""
    trouble_at: int = -1
    anatomy: StepAnatomy | None = None
    basins: tuple[BasinsFrame, ...] = ()
    swarm: SwarmFrame | None = None
    sweep: SweepFrame | None = None
    sweeping: bool = False
    profile: Profile | None = None
