"""Many starts at once: basins, of every racer or the selected one, and the swarm."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from visualizer.race import custom
from visualizer.race.basins import BasinsRun
from visualizer.race.config import Race, Racer
from visualizer.race.frames import BasinsFrame, SwarmFrame
from visualizer.ui.race import jobs
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.state import RaceState

_BASINS, _SWARM = "basins", "swarm"  # topics
_SLICE = 0.15  # s
_SIZE = 256  # px of the basins
_KEPT = 24  # finished basins that are kept: 400 kB each

_Key = tuple[object, ...]


class Overviews(QObject):
    """Computes basins while they are looked at, racer by racer; what is finished is kept for a while."""

    def __init__(self, race: LiveRace) -> None:
        super().__init__(race)
        self._race = race
        self._all = self._selected = False  # whose basins are looked at
        self._with_swarm = False
        self._done: dict[_Key, BasinsFrame] = {}
        self._under_way: _Key = ()
        self._run: BasinsRun | None = None  # of these, between two slices
        self._left: frozenset[_Key] = frozenset()  # cancelled
        self._refused: set[_Key] = set()
        self._swarm_asked: _Key = ()
        race.workers.answer(_BASINS, self._went_on)
        race.workers.answer(_SWARM, self._swarmed)
        race.workers.failed.connect(self._failed)
        race.changed.connect(self._follow)

    def show_all(self, shown: bool) -> None:
        """Somebody looks at the basins of all racers that are shown, or no longer."""
        if shown != self._all:
            self._all, self._left = shown, frozenset()
        self._follow(self._race.state)

    def show_selected(self, shown: bool) -> None:
        """Somebody looks at those of the selected racer, or no longer."""
        if shown != self._selected:
            self._selected, self._left = shown, frozenset()
        self._follow(self._race.state)

    def show_swarm(self, shown: bool) -> None:
        """Follow starts all over the window, or no longer."""
        self._with_swarm = shown
        if not shown:
            self._swarm_asked = ()
            self._race.workers.cancel(_SWARM)
            if self._race.state.swarm is not None:
                self._race.tell(swarm=None)
        self._follow(self._race.state)

    def cancel(self) -> None:
        """Leave the basins that are under way as coarse as they are, until something else is looked at."""
        self._drop_run()
        self._left = frozenset(_key(self._race.state.race, racer) for racer in self._wanted())

    def _drop_run(self) -> None:
        self._race.workers.cancel(_BASINS)
        self._under_way, self._run = (), None

    def _wanted(self) -> tuple[Racer, ...]:
        state = self._race.state
        if self._all:
            shown = [racer for racer in state.race.racers if racer.shown]
            # The selected one first: the small picture in the landscape is the same.
            return tuple(sorted(shown, key=lambda racer: racer.key != state.selected))
        return tuple(racer for racer in state.race.racers if racer.key == state.selected and self._selected)

    def _follow(self, state: RaceState) -> None:
        if not self._race.is_awake:
            return
        self._publish(state)
        self._ask_for_basins()
        self._ask_for_swarm()

    def _ask_for_basins(self) -> None:
        """Have the next slice computed; not while the hand or the clock moves, which needs the cores."""
        state, workers = self._race.state, self._race.workers
        wanted = {_key(state.race, racer): racer for racer in self._wanted()}
        if self._under_way and self._under_way not in wanted:
            self._drop_run()
        if workers.awaits(_BASINS) or state.dragging or state.playing or self._left == wanted.keys():
            return
        if self._run is not None:
            run, self._run = self._run, None
            workers.ask(_BASINS, partial(jobs.basins_on, run, _SLICE))
            return
        for key, racer in wanted.items():
            known = self._done.get(key)
            if (known is None or known.fraction < 1) and key not in self._refused:
                self._under_way = key
                workers.ask(_BASINS, partial(jobs.begin_basins, state.race, racer, _SIZE, _SLICE))
                return

    def _went_on(self, value: object) -> None:
        assert isinstance(value, jobs.BasinsSlice)
        key = self._under_way
        self._done.pop(key, None)
        self._done[key] = value.frame
        while len(self._done) > max(_KEPT, len(self._race.state.race.racers)):
            del self._done[next(iter(self._done))]
        if value.frame.fraction < 1:
            self._run = value.run
        else:
            self._under_way = ()
        self._follow(self._race.state)

    def _failed(self, topic: str) -> None:
        """What failed once is not asked for again and again."""
        if topic == _BASINS:
            self._refused.add(self._under_way)
            self._under_way = ()
            self._follow(self._race.state)
        elif topic == _SWARM and self._race.state.swarm is not None:
            self._race.tell(swarm=None)

    def _publish(self, state: RaceState) -> None:
        """Hand over what is known of the racers that are looked at; of a racer that was changed, nothing."""
        frames = []
        for racer in self._wanted():
            known = self._done.get(_key(state.race, racer))
            if known is not None:
                frames.append(known if known.racer == racer else replace(known, racer=racer))
        shown = state.basins
        if len(frames) != len(shown) or any(
            new.reached is not old.reached or new.racer != old.racer
            for new, old in zip(frames, shown, strict=True)
        ):
            self._race.tell(basins=tuple(frames))

    def _ask_for_swarm(self) -> None:
        state, workers = self._race.state, self._race.workers
        racer = self._race.racer(state.selected)
        if not self._with_swarm or racer is None or workers.awaits(_SWARM):
            return
        wish = _key(state.race, racer)
        if wish != self._swarm_asked:
            self._swarm_asked = wish
            workers.ask(_SWARM, partial(jobs.make_swarm, state.race, racer))

    def _swarmed(self, swarm: object) -> None:
        assert isinstance(swarm, SwarmFrame)
        surface = self._race.state.race.surface
        if self._swarm_asked[:2] == (surface.formula, surface.window):  # else of what was there before
            self._race.tell(swarm=swarm)
        self._ask_for_swarm()


def _key(race: Race, racer: Racer) -> _Key:
    """All that the basins of a racer depend on."""
    surface = race.surface
    return (
        surface.formula,
        surface.window,
        surface.minima,
        surface.loss_tolerance,
        surface.gradient_tolerance,
        race.steps,
        race.noise,
        race.seed,
        race.same_noise,
        replace(racer, key="", shown=True, color=""),
        custom.needs_consent(racer.optimizer),
    )
