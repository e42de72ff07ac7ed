"""Who runs: makes races and changes their racers, so that keys and colours stay apart."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from visualizer.errors import UserError
from visualizer.networks.naming import shown
from visualizer.race.config import MOST_RACERS, Race, Racer
from visualizer.race.custom import is_custom
from visualizer.race.frames import SweepFrame
from visualizer.race.racers import RACERS, USUAL
from visualizer.race.surface import Point, Surface

_OF_CUSTOM = ("#E8E0C8", "#7FB3D5", "#D98880", "#82C9A0", "#C39BD3", "#F5B971")
_CUSTOM_RATE = 0.01


def new_race(
    surface: Surface,
    optimizers: Sequence[str] = USUAL,
    rates: Mapping[str, float] | None = None,
    start: Point | None = None,
    steps: int | None = None,
) -> Race:
    """A race on ``surface``, from its start and for its steps where no others are given.

    ``rates`` are learning rates by the name of the optimizer; others take that of the surface, then of the row.
    Raises ``UserError`` for an unknown optimizer or too many.
    """
    race = Race(surface, start or surface.start, (), steps or surface.steps)
    for optimizer in optimizers:
        race = add_racer(race, optimizer, (rates or {}).get(optimizer))
    return race


def add_racer(race: Race, optimizer: str, learning_rate: float | None = None) -> Race:
    """One more at the end: a row of ``RACERS`` or ``module:Class``, with a key and a colour of its own."""
    if len(race.racers) >= MOST_RACERS:
        raise UserError(f"a race has at most {MOST_RACERS} racers: remove one first")
    if optimizer not in RACERS and not is_custom(optimizer):
        raise UserError(f"there is no optimizer '{shown(optimizer)}'; choose one of {', '.join(RACERS)}")
    rate = usual_rate(race.surface, optimizer) if learning_rate is None else learning_rate
    racer = Racer(_free_key(race, optimizer), optimizer, rate, color=_free_color(race, optimizer))
    return replace(race, racers=(*race.racers, racer))


def duplicate_racer(race: Race, key: str) -> Race:
    """The racer ``key`` once more, right behind itself."""
    index = index_of(race, key)
    longer = add_racer(race, race.racers[index].optimizer)
    added = longer.racers[-1]
    copy = replace(race.racers[index], key=added.key, color=added.color)
    return replace(race, racers=(*race.racers[: index + 1], copy, *race.racers[index + 1 :]))


def replace_racer(race: Race, key: str, racer: Racer) -> Race:
    """Another in the place of the racer ``key``, with its key; another optimizer takes its own colour and key."""
    index = index_of(race, key)
    others = replace(race, racers=(*race.racers[:index], *race.racers[index + 1 :]))
    if racer.optimizer != race.racers[index].optimizer:
        racer = replace(
            racer, key=_free_key(others, racer.optimizer), color=_free_color(others, racer.optimizer)
        )
    else:
        racer = replace(racer, key=key)
    return replace(race, racers=(*race.racers[:index], racer, *race.racers[index + 1 :]))


def remove_racer(race: Race, key: str) -> Race:
    """All but the racer ``key``."""
    index_of(race, key)
    return replace(race, racers=tuple(racer for racer in race.racers if racer.key != key))


def on_surface(race: Race, surface: Surface) -> Race:
    """The same racers on another surface: its start, its steps, and for each racer a rate that suits it."""
    racers = tuple(
        replace(racer, learning_rate=usual_rate(surface, racer.optimizer)) for racer in race.racers
    )
    return replace(race, surface=surface, start=surface.start, steps=surface.steps, racers=racers)


def with_best_rates(race: Race, sweep: SweepFrame) -> Race:
    """Every racer with the best learning rate that the sweep found for it; others as they are."""
    best = {curve.racer.key: curve.best for curve in sweep.curves if math.isfinite(curve.best)}
    racers = tuple(
        replace(racer, learning_rate=best.get(racer.key, racer.learning_rate)) for racer in race.racers
    )
    return replace(race, racers=racers)


def usual_rate(surface: Surface, optimizer: str) -> float:
    """The learning rate to begin with: the surface's for this optimizer, else that of its row."""
    if optimizer in surface.rates:
        return surface.rates[optimizer]
    return RACERS[optimizer].learning_rate if optimizer in RACERS else _CUSTOM_RATE


def index_of(race: Race, key: str) -> int:
    """Where the racer ``key`` stands; raises ``UserError`` where there is none."""
    for index, racer in enumerate(race.racers):
        if racer.key == key:
            return index
    raise UserError(f"there is no racer '{shown(key)}' in this race: choose one of its table")


def _free_key(race: Race, optimizer: str) -> str:
    """The name of the optimizer, "adam", then "adam-2", "adam-3" …; of a class its name."""
    name = optimizer.rpartition(":")[2].rpartition(".")[2] if is_custom(optimizer) else optimizer
    taken = {racer.key for racer in race.racers}
    if name not in taken:
        return name
    return next(key for number in range(2, MOST_RACERS + 3) if (key := f"{name}-{number}") not in taken)


def _free_color(race: Race, optimizer: str) -> str:
    """The colour of the row, then lighter and darker ones of it, the first that nobody has."""
    taken = {racer.color.upper() for racer in race.racers}
    own = (RACERS[optimizer].color,) if optimizer in RACERS else _OF_CUSTOM
    for lightness, turn in ((0.0, 0.0), (0.45, 0.0), (-0.3, 0.0), (0.2, 0.06), (-0.15, -0.06), (0.65, 0.03)):
        for color in own:
            varied = _varied(color, lightness, turn)
            if varied.upper() not in taken:
                return varied
    return own[0]


def _varied(color: str, lightness: float, turn: float) -> str:
    """The colour, moved towards white (> 0) or black (< 0), its hue turned by a share of the circle."""
    if not lightness and not turn:
        return color
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light += lightness * (1 - light if lightness > 0 else light)
    varied = colorsys.hls_to_rgb((hue + turn) % 1, light, saturation)
    return "#" + "".join(f"{round(255 * part):02X}" for part in varied)
