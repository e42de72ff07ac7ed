"""``main.py race``: lets optimizers race over a surface and writes what happened, without a window."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from visualizer.commands.progress import Report, shown_progress
from visualizer.commands.tables import Column, draw
from visualizer.errors import UserError
from visualizer.networks.naming import shown
from visualizer.race import custom, link, surfaces
from visualizer.race.clock import length, steps_at
from visualizer.race.conditions import conditions
from visualizer.race.config import Clock, Race
from visualizer.race.export.files import check_size, ending, write
from visualizer.race.formula import FormulaError
from visualizer.race.frames import RaceFrame
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS, USUAL
from visualizer.race.run import RaceRun
from visualizer.race.states import steps_taken
from visualizer.race.surface import Point, Surface, Window
from visualizer.rendering.drawing.axes import number
from visualizer.training.schedules import schedule


@dataclass(frozen=True, slots=True)
class RaceOptions:
    """What the command line asks for; None for what it does not say.

    ``surface``, ``formula`` and ``link`` exclude each other. ``rates`` are learning rates by the names of
    optimizers, ``window`` is left, right, bottom, top.
    """

    surface: str | None = None
    formula: str | None = None
    link: Path | None = None
    optimizers: tuple[str, ...] | None = None
    start: Point | None = None
    steps: int | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    schedule: str | None = None
    noise: float | None = None
    seed: int | None = None
    clock: Clock | None = None
    window: tuple[float, float, float, float] | None = None
    allow_code: bool = False


def race(options: RaceOptions, out: Path, size: tuple[int, int] | None) -> int:
    """Run the race, print how it ended, write it to ``out``; returns the exit status.

    Raises ``UserError`` for whatever cannot be run or written, before it begins where that can be told.
    """
    ending(out)
    check_size(size)
    if not out.absolute().parent.is_dir():
        raise UserError(f"The folder of '{out}' does not exist: create it first.")
    wanted = _race(options)
    _check_code(wanted, allowed=options.allow_code)
    with shown_progress() as report:
        frame = _run(wanted, report)
        _check_problems(frame)
        write(frame, out, size=size, report=report)
    print("\n".join(as_table(frame)))
    for _, problem in frame.problems:
        print(f"note: {problem}", file=sys.stderr)
    print(out)
    return 0


def names() -> Iterator[str]:
    """The lines of the lists of surfaces and optimizers."""
    rows = [(row.name, row.title, row.remark) for row in surfaces.SURFACES.values()]
    yield from draw((Column("surface"), Column("title"), Column("remark", widest=80)), rows)
    yield ""
    yield f"A name with {surfaces.NOISY} behind it is the surface with noise in its gradients, as from mini-batches."
    yield ""
    rates = [(row.name, row.title, number(row.learning_rate)) for row in RACERS.values()]
    yield from draw((Column("optimizer"), Column("title"), Column("learning rate", numbers=True)), rates)
    yield ""
    yield "The learning rates are those on surfaces that have none of their own for the optimizer."


def as_table(frame: RaceFrame) -> Iterator[str]:
    """The lines of a table of how the race ended; the steps are those that a racer took until it was through."""
    columns = (
        Column("racer"),
        Column("learning rate", numbers=True),
        Column("loss", numbers=True),
        Column("distance", numbers=True),
        Column("state"),
        Column("steps", numbers=True),
    )
    rows = []
    ends = _ends(frame)
    told = zip(frame.race.racers, frame.trajectories, ends, conditions(frame, ends), strict=True)
    for racer, one, row, state in told:
        figures = (one.racer.learning_rate, float(one.losses[row]), float(one.distances[row]))
        rows.append((racer.key, *map(number, figures), state, f"{steps_taken(one, row)}"))
    return draw(columns, rows)


def _ends(frame: RaceFrame) -> tuple[int, ...]:
    return steps_at(frame, length(frame))


# --- what is to run --------------------------------------------------------------------------------------


def _race(options: RaceOptions) -> Race:
    """The race that is asked for; raises ``UserError`` for what there is not."""
    given = [value for value in (options.surface, options.formula, options.link) if value is not None]
    if len(given) != 1:
        more = "not several of them" if given else "`main.py race --list` names the surfaces"
        raise UserError(f"Give --surface NAME, --formula EXPR or --link FILE: {more}.")
    made = _linked(options.link, options) if options.link is not None else _new_race(options)
    made = _with_rates(made, options.rates)
    if options.schedule is not None:
        course = schedule(options.schedule).name
        made = replace(
            made, racers=tuple(replace(one, schedule=course, schedule_settings=()) for one in made.racers)
        )
    for key in ("noise", "seed", "clock"):
        if getattr(options, key) is not None:
            made = replace(made, **{key: getattr(options, key)})
    _check_rates(made)
    return made


def _linked(path: Path, options: RaceOptions) -> Race:
    if options.optimizers is not None:
        raise UserError("The racers are those of the link: leave out --optimizers.")
    made = link.read(path)
    if not made.racers:
        raise UserError("The race of the link has no racers: add one to it.")
    start, steps = options.start or made.start, options.steps or made.steps
    if options.window is None:
        return replace(made, start=start, steps=steps)
    window = link.checked_window(*options.window, where="--window")
    return replace(made, surface=_with_window(made.surface, window, start), start=start, steps=steps)


def _new_race(options: RaceOptions) -> Race:
    optimizers = options.optimizers or USUAL
    _check_optimizers(optimizers)
    where = _surface(options)
    made = new_race(where, optimizers, None, options.start, options.steps)
    noisy = options.surface is not None and options.surface.endswith(surfaces.NOISY)
    return replace(made, noise=where.noise) if noisy else made


def _surface(options: RaceOptions) -> Surface:
    window = link.checked_window(*options.window, where="--window") if options.window else None
    if options.formula is not None:
        return _own_surface(options.formula, window, options.start)
    name = options.surface or ""
    if name.removesuffix(surfaces.NOISY) not in surfaces.SURFACES:
        raise UserError(f"There is no surface '{shown(name)}': {_near(name, tuple(surfaces.SURFACES))}")
    found = surfaces.surface(name)
    return replace(found, window=window) if window else found


def _own_surface(formula: str, window: Window | None, start: Point | None) -> Surface:
    try:
        return surfaces.own_surface(formula, window, start)
    except FormulaError as error:
        sentence = str(error).rstrip(".")
        raise UserError(f"{sentence} (character {error.position + 1} of the formula).") from None


def _with_window(surface: Surface, window: Window, start: Point) -> Surface:
    """The surface in another window; minima of own formulas are looked for in it."""
    return replace(surface, window=window) if surface.name else _own_surface(surface.formula, window, start)


def _near(name: str, known: Sequence[str]) -> str:
    """What may have been meant."""
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"did you mean {near[0]}?" if near else "`main.py race --list` names them."


def _check_optimizers(optimizers: Sequence[str]) -> None:
    for name in optimizers:
        if name not in RACERS and not custom.is_custom(name):
            raise UserError(f"There is no optimizer '{shown(name)}': {_near(name, tuple(RACERS))}")


def _with_rates(made: Race, rates: Mapping[str, float]) -> Race:
    """The learning rates by the key of the racer ("adam-2"), or else by the name of its optimizer."""
    known = {name for one in made.racers for name in (one.key, one.optimizer)}
    if unknown := [name for name in rates if name not in known]:
        raise UserError(
            f"--lr: there is no racer '{shown(unknown[0])}'; this race has {', '.join(sorted(known))}"
        )
    racers = tuple(
        replace(one, learning_rate=rates.get(one.key, rates.get(one.optimizer, one.learning_rate)))
        for one in made.racers
    )
    return replace(made, racers=racers)


def _check_rates(made: Race) -> None:
    for one in made.racers:
        if not 0 < one.learning_rate < float("inf"):
            raise UserError(
                f"The learning rate of {one.key} is {one.learning_rate:g}: choose a number above 0, "
                f"as in --lr {one.key}=0.01."
            )


def _check_code(made: Race, *, allowed: bool) -> None:
    """Let code of others run if that is allowed; raises ``UserError`` otherwise."""
    asked = custom.needs_consent(made)
    if asked and not allowed:
        raise UserError(
            f"'{shown(asked[0])}' is code that is not part of this program: to run it, add --allow-code."
        )
    if asked:
        sys.path.append(os.getcwd())  # what lies in the folder of the caller can be named
        custom.consent(asked)


# --- running ---------------------------------------------------------------------------------------------


def _run(wanted: Race, report: Report) -> RaceFrame:
    run = RaceRun(wanted)
    frame = run.advance(0.1)
    while not frame.complete:
        done = max(one.steps for one in frame.trajectories)
        report("Racing", done / wanted.steps)
        frame = run.advance(0.5)
    return frame


def _check_problems(frame: RaceFrame) -> None:
    """Raise ``UserError`` where nobody could run at all."""
    if len(frame.problems) == len(frame.trajectories) and all(one.steps == 0 for one in frame.trajectories):
        raise UserError(frame.problems[0][1])
