"""A race as JSON text that opens the same race again: read as strictly as any file of a stranger."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from visualizer.errors import UserError
from visualizer.networks.layers.kinds import Field, Value
from visualizer.networks.naming import shown
from visualizer.networks.spec import checked_number, checked_value
from visualizer.race import surfaces
from visualizer.race.config import CLOCKS, MOST_RACERS, MOST_STEPS, Race, Racer
from visualizer.race.link_entries import (
    REMEDY,
    WHOLE,
    as_object,
    choice_of,
    number_of,
    numbers_of,
    point_of,
    refuse_rest,
    text_of,
)
from visualizer.race.racers import RACERS
from visualizer.race.surface import Surface, Window
from visualizer.training.schedules import schedule

VERSION = 1
LONGEST = 100_000  # characters
MOST_NOISE = 1e6
MOST_SEED = 2**32 - 1
_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", re.ASCII)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PALE = "#E8E0C8"  # a class that is not in the table of racers


def to_text(race: Race) -> str:
    """The race as JSON in ASCII, one line for each racer; what is usual is left out."""
    head: dict[str, Any] = {
        "version": VERSION,
        "surface": _surface_row(race.surface),
        "start": race.start,
        "steps": race.steps,
        "clock": race.clock,
        "noise": race.noise,
        "seed": race.seed,
        "same_noise": race.same_noise,
    }
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    racers = ",\n".join(f"  {json.dumps(_racer_row(racer))}" for racer in race.racers)
    return "\n".join(("{", *lines, ' "racers": [', racers, " ]", "}", ""))


def read(path: Path) -> Race:
    """The race whose link stands in a file; raises ``UserError`` as ``from_text`` does."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST + 1)
    except UnicodeError:
        raise UserError(f"'{path}' is not a text; choose a file with the link of a race") from None
    except (OSError, ValueError):
        raise UserError(f"'{path}' cannot be read; check its name") from None
    return from_text(text)


def from_text(text: str) -> Race:
    """Read what ``to_text`` wrote, or what was written by hand; what is missing is usual.

    Costs a search for minima where the surface has a formula of its own. Classes of optimizers are named and not
    imported. Raises ``UserError``, naming the place, for text that is no race.
    """
    given = as_object(_parsed(text), WHOLE)
    version = number_of(given, "version", int, WHOLE)
    if version != VERSION:
        raise UserError(f"the link is of version {version}, not {VERSION}; update the program")
    where = _surface(given.pop("surface", None))
    race = Race(
        surface=where,
        start=point_of(given, "start", WHOLE, where.start),
        racers=_racers(given.pop("racers", None), where),
        steps=int(number_of(given, "steps", int, WHOLE, where.steps, 1, MOST_STEPS)),
        clock=choice_of(given, "clock", CLOCKS),
        noise=float(number_of(given, "noise", float, WHOLE, 0.0, 0.0, MOST_NOISE)),
        seed=int(number_of(given, "seed", int, WHOLE, 1, 0, MOST_SEED)),
        same_noise=bool(number_of(given, "same_noise", bool, WHOLE, True)),
    )
    refuse_rest(given, WHOLE)
    return race


# --- writing ---------------------------------------------------------------------------------------------


def _surface_row(given: Surface) -> Any:
    """The name of a surface of the table, or an object that also says what differs from it."""
    row: dict[str, Any] = {}
    usual = surfaces.surface(given.name) if given.name else None
    if usual is None:
        row["formula"] = given.formula
    if usual is None or given.window != usual.window:
        row["window"] = (given.window.left, given.window.right, given.window.bottom, given.window.top)
    for key in ("start", "logarithmic", "loss_tolerance", "gradient_tolerance"):
        value = getattr(given, key)
        if (usual is None or value != getattr(usual, key)) and value != math.inf:
            row[key] = value
    if usual is None:
        return row
    return {"name": given.name, **row} if row else given.name


def _racer_row(racer: Racer) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": racer.key,
        "optimizer": racer.optimizer,
        "learning_rate": racer.learning_rate,
        "color": racer.color,
    }
    if racer.settings:
        row["settings"] = dict(racer.settings)
    if racer.schedule != "constant":
        row["schedule"] = racer.schedule
    if racer.schedule_settings:
        row["schedule_settings"] = dict(racer.schedule_settings)
    if not racer.shown:
        row["shown"] = False
    return row


# --- reading ---------------------------------------------------------------------------------------------


def _parsed(text: str) -> Any:
    if len(text) > LONGEST:
        raise UserError(f"the link of a race has at most {LONGEST:,} characters; this text is no such link")
    try:
        return json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_no_number)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without an end
        raise UserError(f"the link is not JSON; {REMEDY}") from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise UserError(f"the link says one thing twice; {REMEDY}")
    return made


def _no_number(name: str) -> Any:
    raise UserError(f"the link holds '{name}', which is no number; write a finite one")


def _surface(given: Any) -> Surface:
    where = "the surface of the link"
    if isinstance(given, str):
        return surfaces.surface(given)
    row = as_object(given, where)
    name, formula = text_of(row, "name", where), text_of(row, "formula", where)
    if bool(name) == bool(formula):
        raise UserError(f"{where} needs either a 'name' or a 'formula'; give it one of them")
    window = _window(row, where)
    if name:
        found = surfaces.surface(name)
        found = replace(
            found, window=window or found.window, start=point_of(row, "start", where, found.start)
        )
    else:
        start = point_of(row, "start", where) if "start" in row else None
        found = surfaces.own_surface(formula, window, start)
    found = replace(
        found,
        logarithmic=bool(number_of(row, "logarithmic", bool, where, found.logarithmic)),
        loss_tolerance=_tolerance(row, "loss_tolerance", where, found.loss_tolerance),
        gradient_tolerance=_tolerance(row, "gradient_tolerance", where, found.gradient_tolerance),
    )
    refuse_rest(row, where)
    return found


def _tolerance(given: dict[str, Any], key: str, where: str, usual: float) -> float:
    return float(number_of(given, key, float, where, usual, 0.0)) if key in given else usual


def _window(given: dict[str, Any], where: str) -> Window | None:
    if "window" not in given:
        return None
    numbers = numbers_of(given.pop("window"), 4, f"{where}: 'window'")
    return checked_window(*numbers, where=f"{where}: 'window'")


def checked_window(left: float, right: float, bottom: float, top: float, *, where: str) -> Window:
    """The window, if it is one; ``where`` begins the sentence of the ``UserError`` that is raised otherwise."""
    window = Window(left, right, bottom, top)
    for side, ends in ((window.width, (left, right)), (window.height, (bottom, top))):
        # A side that is no wider than a few steps of float64 has no points to sample.
        if not (1e-9 * max(map(abs, ends)) < side < math.inf):
            raise UserError(
                f"{where} must be left, right, bottom and top, with left < right and bottom < top"
            )
    return window


def _racers(given: Any, where: Surface) -> tuple[Racer, ...]:
    if not isinstance(given, list):
        raise UserError("the link has no 'racers'; add a list of them")
    if len(given) > MOST_RACERS:
        raise UserError(f"a race has at most {MOST_RACERS} racers, not {len(given):,}; take some out")
    racers: list[Racer] = []
    for number, row in enumerate(given, start=1):
        racer = _racer(as_object(row, f"racer {number}"), f"racer {number} of the link", where)
        if any(racer.key == other.key for other in racers):
            raise UserError(f"two racers have the key '{racer.key}'; give each its own")
        racers.append(racer)
    return tuple(racers)


def _racer(given: dict[str, Any], where: str, on: Surface) -> Racer:
    optimizer = text_of(given, "optimizer", where)
    row = RACERS.get(optimizer)
    if row is None and not (len(optimizer) <= 200 and _CLASS.fullmatch(optimizer)):
        raise UserError(
            f"{where}: there is no optimizer '{shown(optimizer)}'; name one of {', '.join(RACERS)}, or module:Class"
        )
    key = text_of(given, "key", where) or optimizer
    if len(key) > 200 or not key.isprintable():
        raise UserError(f"{where}: 'key' must be one line of at most 200 characters")
    color = text_of(given, "color", where) or (row.color if row else _PALE)
    if not _COLOR.fullmatch(color):
        raise UserError(f"{where}: 'color' must be like #56B4E9")
    usual = on.rates.get(optimizer, row.learning_rate if row else 0.01)
    rate = float(number_of(given, "learning_rate", float, where, usual))
    settings = _settings(given, "settings", row.fields if row else None, where)
    course = schedule(text_of(given, "schedule", where) or "constant")
    changes = _settings(given, "schedule_settings", course.fields, where)
    visible = bool(number_of(given, "shown", bool, where, True))
    refuse_rest(given, where)
    return Racer(key, optimizer, rate, settings, course.name, changes, color, visible)


def _settings(
    given: dict[str, Any], key: str, fields: tuple[Field, ...] | None, where: str
) -> tuple[tuple[str, Value], ...]:
    """Settings that the fields allow; of a class that is not known yet (None), any plain values."""
    values, where = as_object(given.pop(key, {}), f"{where}: '{key}'"), f"{where}: '{key}'"
    if fields is None:
        if len(values) > 50 or not all(name.isidentifier() and len(name) <= 80 for name in values):
            raise UserError(f"{where} must be at most 50 arguments of the class")
        for name, value in values.items():
            if not isinstance(value, (int, float, str)) or len(str(value)) > 200:
                raise UserError(f"{where}: '{shown(name)}' must be a number, a word, true or false")
            checked_number(value, type(value), f"{where}: '{shown(name)}'")
        return tuple(values.items())
    rows = {row.name: row for row in fields}
    if unknown := [name for name in values if name not in rows]:
        there = f"there are {', '.join(rows)}" if rows else "there are none"
        raise UserError(f"{where}: there is no '{shown(unknown[0])}'; {there}")
    return tuple((name, checked_value(rows[name], values, where)) for name in values)
