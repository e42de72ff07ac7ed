"""The race of the window: what runs, from where, how far it is computed and which moment of it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer

from visualizer.errors import UserError
from visualizer.race import clock
from visualizer.race.config import Race, Racer
from visualizer.race.formula import FormulaError
from visualizer.race.frames import RaceFrame
from visualizer.race.lineup import (
    add_racer,
    duplicate_racer,
    index_of,
    new_race,
    on_surface,
    remove_racer,
    replace_racer,
    with_best_rates,
)
from visualizer.race.run import RaceRun
from visualizer.race.surface import Point, Surface, Window
from visualizer.race.surfaces import surface as surface_named
from visualizer.ui.race import jobs
from visualizer.ui.race.looks import as_run, with_looks
from visualizer.ui.race.state import RaceState
from visualizer.ui.telling import Telling
from visualizer.ui.workers import Workers

FIRST_SURFACE, FIRST_SELECTED = "himmelblau", "adam"
_RACE, _SURFACE = "race", "surface"  # topics
_FIRST_SLICE = 0.025  # s: what can be seen while the hand moves
_SLICE, _LONGEST_SLICE = 0.08, 0.64  # s, each twice the one before: all panels draw all of a race after each


class LiveRace(Telling):
    """Keeps the state of the Race workspace. Emits ``changed(RaceState)`` at every change.

    Requests are the public methods. A race is computed in slices, newest wish first: while a short slice is under
    way, the newest race waits, so that dragging the start never queues up and what moves is shown.
    """

    state: RaceState

    def __init__(self, workers: Workers) -> None:
        super().__init__(workers)
        self.workers = workers
        race = new_race(surface_named(FIRST_SURFACE))
        keys = [racer.key for racer in race.racers]
        self.state = RaceState(
            race, selected=FIRST_SELECTED if FIRST_SELECTED in keys else keys[0], formula=race.surface.formula
        )
        self._awake = False
        self._wanted: Race | None = race  # not begun
        self._under_way: RaceRun | None = None  # between two slices
        self._next_slice = _SLICE
        self._gives_way = False  # the slice that is awaited is a long one
        self._after_paint = QTimer(self, singleShot=True, interval=0)
        self._after_paint.timeout.connect(self._go_on)
        self._random = np.random.default_rng()
        workers.answer(_RACE, self._ran)
        workers.answer(_SURFACE, self._surface_made, self._surface_refused)
        workers.failed.connect(self._failed)

    # --- the state -------------------------------------------------------------------------------

    @property
    def is_awake(self) -> bool:
        """Whether somebody looks."""
        return self._awake

    def wake(self, awake: bool) -> None:
        """Compute what is missing while somebody looks, and nothing else."""
        self._awake = awake
        if awake:
            self._go_on()

    def racer(self, key: str) -> Racer | None:
        """The racer of that key."""
        return next((racer for racer in self.state.race.racers if racer.key == key), None)

    # --- requests: what is raced on ----------------------------------------------------------------

    def set_race(self, race: Race, *, dragging: bool = False) -> None:
        """Run another race; what only looks different is not computed again."""
        before = self.state
        keys = [racer.key for racer in race.racers]
        selected = before.selected if before.selected in keys else keys[-1] if keys else ""
        frame = before.frame
        if self._wanted is None and as_run(race) == as_run(before.race):
            if frame is not None and frame.race != race and as_run(frame.race) == as_run(race):
                frame = with_looks(frame, race)
            self.tell(race=race, frame=frame, selected=selected, dragging=dragging)
            return
        self._wanted = race
        if dragging and self.workers.awaits(_RACE):
            # Told of with the trails that are under way: to paint it alone would hold them up.
            self.state = replace(before, dragging=True)
            return
        self.tell(race=race, selected=selected, dragging=dragging)
        self._go_on()

    def open(self, race: object) -> None:
        """Show another race from its end, as if it had been put together by hand."""
        assert isinstance(race, Race)
        self.workers.cancel(_SURFACE)
        self.state = replace(
            self.state, formula=race.surface.formula, trouble="", trouble_at=-1, sweep=None, swarm=None
        )
        self.set_race(race)
        self.show_moment(self.state.length)

    def edit(self, field: str, value: object) -> None:
        """Set one of "noise", "seed", "same_noise", "steps" and "clock"."""
        self.set_race(replace(self.state.race, **{field: value}))  # type: ignore[arg-type]

    def set_surface(self, name: str) -> None:
        """Race on a surface of the table, from its own start, each racer at the rate that suits it there."""
        self.workers.cancel(_SURFACE)
        surface = surface_named(name)
        self._take_surface(surface, surface.noise if name.endswith("-noisy") else 0.0)

    def set_formula(self, text: str) -> None:
        """Race on a formula of the user's, in the window that is shown."""
        if text == self.state.race.surface.formula:
            self.workers.cancel(_SURFACE)
            self.tell(formula=text, trouble="", trouble_at=-1)
            return
        self.tell(formula=text)
        self._make_surface(text, self.state.race.surface.window)

    def set_window(self, window: Window) -> None:
        """Look at another part of the plane; minima of an own formula are looked for there."""
        surface = self.state.race.surface
        if self.workers.awaits(_SURFACE):  # a formula that was typed a moment ago
            self._make_surface(self.state.formula, window)
        elif surface.name:
            self.set_race(replace(self.state.race, surface=replace(surface, window=window)))
        else:
            self._make_surface(surface.formula, window)

    def set_tolerances(self, loss: float, gradient: float) -> None:
        """Say when a racer has converged."""
        surface = replace(self.state.race.surface, loss_tolerance=loss, gradient_tolerance=gradient)
        self.set_race(replace(self.state.race, surface=surface))

    def set_start(self, point: Point, done: bool = True) -> None:
        """Start elsewhere; not ``done`` while the hand moves."""
        self.set_race(replace(self.state.race, start=point), dragging=not done)

    def set_random_start(self) -> None:
        """Start somewhere in the window."""
        window = self.state.race.surface.window
        x = window.left + self._random.random() * window.width
        y = window.bottom + self._random.random() * window.height
        self.set_start((float(f"{x:.4g}"), float(f"{y:.4g}")))

    # --- requests: who races -----------------------------------------------------------------------

    def select(self, key: str) -> None:
        """Look at one racer closely."""
        if key != self.state.selected and self.racer(key) is not None:
            self.tell(selected=key)

    def edit_racer(self, key: str, racer: Racer) -> None:
        """Put a racer in the place of the one with that key."""
        race = self.state.race
        if self.racer(key) is None:  # removed meanwhile
            return
        place = index_of(race, key)
        race = replace_racer(race, key, racer)
        self._set_race_and_select(race, place if self.state.selected == key else None)

    def set_rate(self, key: str, rate: float) -> None:
        """Let a racer run at that learning rate."""
        racer = self.racer(key)
        if racer is not None:
            self.edit_racer(key, replace(racer, learning_rate=rate))

    def add(self, optimizer: str) -> None:
        """Let one more run, at a rate that suits the surface."""
        race = self._try(lambda: add_racer(self.state.race, optimizer))
        if race is not None:
            self._set_race_and_select(race, -1)

    def duplicate(self, key: str) -> None:
        """Let one more like that run."""
        race = self._try(lambda: duplicate_racer(self.state.race, key))
        if race is not None:
            self._set_race_and_select(race, index_of(race, key) + 1)

    def remove(self, key: str) -> None:
        """Take one out."""
        if self.racer(key) is None:
            return
        place = index_of(self.state.race, key)
        race = remove_racer(self.state.race, key)
        gone = self.state.selected == key and race.racers
        self._set_race_and_select(race, min(place, len(race.racers) - 1) if gone else None)

    def take_best_rates(self) -> None:
        """Let each run at the best rate that the sweep has found."""
        if self.state.sweep is not None:
            self.set_race(with_best_rates(self.state.race, self.state.sweep))

    def run_again(self) -> None:
        """Run the same race anew, as something that a racer lacked is there now."""
        self._wanted = self.state.race
        self._go_on()

    # --- requests: the moment ----------------------------------------------------------------------

    def show_moment(self, moment: float) -> None:
        """Put the play head there."""
        moment = min(max(0.0, moment), self.state.length)
        if moment != self.state.moment:
            self.tell(moment=moment)

    def walk(self, steps: int) -> None:
        """Move the play head by steps, of the selected racer where the clock is another."""
        frame, state = self.state.frame, self.state
        if frame is None or not frame.trajectories:
            return
        keys = [trajectory.racer.key for trajectory in frame.trajectories]
        place = keys.index(state.selected) if state.selected in keys else 0
        here = clock.steps_at(frame, state.moment)[place]
        self.show_moment(clock.moment_of(frame, keys[place], max(0, here + steps)))

    # --- within --------------------------------------------------------------------------------------

    def _make_surface(self, text: str, window: Window) -> None:
        self.workers.ask(_SURFACE, partial(jobs.make_surface, text, window, None))

    def _take_surface(self, surface: Surface, noise: float) -> None:
        race = replace(on_surface(self.state.race, surface), noise=noise)
        self.state = replace(
            self.state, formula=surface.formula, trouble="", trouble_at=-1, sweep=None, swarm=None
        )
        self.set_race(race)

    def _set_race_and_select(self, race: Race, place: int | None) -> None:
        if place is not None:
            self.state = replace(self.state, selected=race.racers[place].key)
        self.set_race(race)

    def _surface_made(self, made: object) -> None:
        assert isinstance(made, Surface)
        if not self.state.race.surface.name and made.formula == self.state.race.surface.formula:
            # The same formula in another window: from the same start.
            self.set_race(replace(self.state.race, surface=made))
            return
        self._take_surface(made, self.state.race.noise)

    def _surface_refused(self, error: UserError) -> None:
        place = error.position if isinstance(error, FormulaError) else -1
        self.tell(trouble=str(error), trouble_at=place)

    def _failed(self, topic: str) -> None:
        """Go on with the race that waits: the one before it gave no answer."""
        if topic == _RACE:
            self._go_on()

    def _try(self, make: Callable[[], Race]) -> Race | None:
        try:
            return make()
        except UserError as error:
            self.workers.noticed.emit("error", str(error))
            return None

    def _go_on(self) -> None:
        """Have the next slice computed: of the newest race, else of the one that is under way."""
        # Short slices are always shown, or nothing would be while the hand moves; a long one gives way.
        waits = self.workers.awaits(_RACE) and (self._wanted is None or not self._gives_way)
        if not self._awake or waits:
            return
        run, self._under_way = self._under_way, None
        if self._wanted is not None:
            race, self._wanted = self._wanted, None
            self._gives_way, self._next_slice = False, _SLICE
            self.workers.ask(_RACE, partial(jobs.begin_race, race, _FIRST_SLICE))
        elif run is not None:
            self._gives_way = self._next_slice > _SLICE
            self.workers.ask(_RACE, partial(jobs.race_on, run, self._next_slice))
            self._next_slice = min(2 * self._next_slice, _LONGEST_SLICE)

    def _ran(self, value: object) -> None:
        assert isinstance(value, jobs.Slice)
        self._under_way = None if value.frame.complete else value.run
        if self.state.dragging:
            self._show(value.frame)
            # Race on when it is painted: two threads that both want the interpreter slow each other down.
            self._after_paint.start()
        else:
            self._go_on()
            self._show(value.frame)

    def _show(self, frame: RaceFrame) -> None:
        before = self.state
        if frame.race != before.race and as_run(frame.race) == as_run(before.race):
            frame = with_looks(frame, before.race)
        length = clock.length(frame)
        at_end = before.frame is None or before.moment >= before.length
        self.tell(
            race=self._wanted or before.race,
            frame=frame,
            length=length,
            moment=length if at_end else min(before.moment, length),
        )
