"""The networks that the open one is compared with: kept as they were, or opened for that alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from visualizer.errors import as_sentence
from visualizer.networks.network import Network
from visualizer.ui.numbers import integer
from visualizer.ui.rotation import jobs
from visualizer.ui.rotation.live import LiveRotation
from visualizer.ui.rotation.state import COLORS, Line

_FILES, _MOMENTS_OF_RUN = "compared networks", "compared moments"  # topics
_MOST = 12  # more curves nobody can tell apart
_MOMENTS = 5  # of a run
AS_OPENED = "as opened"


class Comparison(QObject):
    """Keeps networks by the keys of their lines. Nothing writes to their weights: they cost memory, no copies."""

    def __init__(self, rotation: LiveRotation) -> None:
        super().__init__(rotation)
        self._rotation, self._session = rotation, rotation.session
        self._networks: dict[str, Network] = {}
        self._keys = count(1)
        self._paths: tuple[Path, ...] = ()  # that are being opened
        self._session.answer(_FILES, self._opened)
        self._session.answer(_MOMENTS_OF_RUN, self._opened)

    def network(self, key: str) -> Network | None:
        """The network of a line."""
        return self._networks.get(key)

    def toggle(self) -> None:
        """Keep the open network as it is now, or let go of it if it is kept already."""
        opened, lines = self._session.opened, self._rotation.state.lines
        if opened is None or not lines:
            return
        kept = next(
            (key for key, network in self._networks.items() if network.module is opened.network.module), None
        )
        if kept is not None:
            self.remove(kept)
            return
        moment = lines[0].moment or AS_OPENED
        if self._rotation.state.live:  # the run is some steps further by now
            moment = opened.network.weights
        self._add(opened.network, moment)

    def remove(self, key: str) -> None:
        """Let go of one."""
        if self._networks.pop(key, None) is not None:
            state = self._rotation.state
            lines = tuple(line for line in state.lines if line.key != key)
            self._rotation.tell(lines=lines, hidden=state.hidden - {key})

    def open(self, paths: Sequence[Path]) -> None:
        """Open files and compare with what is in them."""
        if paths:
            waiting = (
                self._paths if self._session.awaits(_FILES) else ()
            )  # a newer wish takes the place of an older
            self._paths = (*waiting, *paths)
            self._session.ask(_FILES, partial(jobs.open_networks, self._paths))

    def keep_moments(self) -> None:
        """Compare with moments spread over the run, its first and its newest among them."""
        run = self._session.training.run
        if run is None:
            self._session.noticed.emit(
                "info", "There is no run yet: train the network, then compare its moments."
            )
            return
        steps = run.moments.steps()
        places = np.unique(np.linspace(0, len(steps) - 1, _MOMENTS).round().astype(int))
        self._session.ask(_MOMENTS_OF_RUN, partial(jobs.networks_of_moments, run, steps[places].tolist()))

    def _opened(self, value: object) -> None:
        assert isinstance(value, jobs.Opened)
        names = [f"step {integer(step)}" for step in value.moments] or [
            file.stem if file.stem != network.name else ""
            for network, file in zip(value.networks, value.files, strict=True)
        ]
        opened, lines = self._session.opened, self._rotation.state.lines
        # A moment that was recorded anew has another module around the same weights.
        shown = lines[0].moment if lines and value.moments else ""
        for network, moment in zip(value.networks, names, strict=True):
            is_open = opened is not None and network.module is opened.network.module
            if not is_open and (not shown or moment != shown):
                self._add(network, moment)
        for trouble in value.troubles:
            self._session.noticed.emit("error", as_sentence(trouble))

    def _add(self, network: Network, moment: str) -> None:
        lines = self._rotation.state.lines
        if any(network.module is kept.module for kept in self._networks.values()):
            return  # that moment is there
        if len(lines) >= _MOST:
            words = f"{_MOST} curves are there already: remove one to compare with another network."
            self._session.noticed.emit("info", words)
            return
        key = str(next(self._keys))
        self._networks[key] = network
        taken = [line.color for line in lines]
        color = min(COLORS[1:], key=taken.count)
        self._rotation.tell(lines=(*lines, Line(key, network.name, moment, color)))
