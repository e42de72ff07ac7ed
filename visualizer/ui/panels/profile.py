"""The Profile panel: the surface in one dimension, along a line or with one coordinate minimised away."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from visualizer.race import clock
from visualizer.race.frames import Profile, RaceFrame
from visualizer.race.profile import KINDS, project
from visualizer.race.racers import marker_of, titles
from visualizer.race.surface import Surface
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.profile_plot import ProfileHead, ProfilePlot, ProfileView

_KINDS = tuple(KINDS.values())


class ProfilePanel(Panel):
    """Shows ``state.profile`` with the heads of the racers at their own losses. Emits ``profile_requested(kind)``."""

    profile_requested = Signal(str)
    title = "Profile"
    key = "profile"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._logarithmic: bool | None = None  # None: as suits the surface
        self._shown: tuple[object, ...] = ()
        self.plot = ProfilePlot()
        self.head = self._build_head()
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(8, 2, 4, 2)
        rows.addWidget(self.plot)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(Placeholder("Select a racer: the profile goes through where it is."))
        self._stack.addWidget(content)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.choice = QComboBox(accessibleName="Line of the profile")
        for kind in _KINDS:
            self.choice.addItem(kind.title)
        self.choice.setToolTip(_KINDS[0].words)
        self.choice.setFixedHeight(20)
        self.choice.activated.connect(lambda index: self.profile_requested.emit(_KINDS[index].name))
        self.logarithmic = QCheckBox("Log", toolTip="Logarithm of the loss above the lowest minimum")
        self.logarithmic.clicked.connect(self._choose_scale)
        row.addWidget(self.choice)
        row.addWidget(self.logarithmic)
        return head

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show the profile and where the racers are on it."""
        self._state = state
        profile, frame, surface = state.profile, state.frame, state.race.surface
        self._stack.setCurrentIndex(1 if profile is not None and frame is not None else 0)
        if profile is None or frame is None:
            self._shown = ()
            self.set_subtitle("")
            return
        logarithmic = surface.logarithmic if self._logarithmic is None else self._logarithmic
        made_of = (profile, surface, logarithmic)
        if made_of != self._shown:
            self._shown = made_of
            self._show_profile(profile, surface, logarithmic)
        self.plot.set_heads(_heads(profile, frame, state), state.selected)

    def _show_profile(self, profile: Profile, surface: Surface, logarithmic: bool) -> None:
        if self.logarithmic.isChecked() != logarithmic:
            self.logarithmic.setChecked(logarithmic)
        index = next((index for index, kind in enumerate(_KINDS) if kind.name == profile.kind), 0)
        if self.choice.currentIndex() != index:
            self.choice.setCurrentIndex(index)
        self.choice.setToolTip(_KINDS[index].words)
        places = np.array([place.point for place in surface.minima]).reshape(-1, 2)
        losses = np.array([place.loss for place in surface.minima])
        minima = np.stack([project(profile, places), losses], axis=1)
        known = np.concatenate([profile.losses, losses])
        known = known[np.isfinite(known)]
        floor = float(known.min()) if len(known) else 0.0
        self.plot.set_profile(ProfileView(profile, minima, floor, logarithmic))
        self.set_subtitle(profile.title + (", log above its lowest" if logarithmic else ""))

    def _choose_scale(self, on: bool) -> None:
        self._logarithmic = on
        if self._state is not None:
            self.set_state(self._state)

    def set_colors(self, colors: Colors) -> None:
        self.plot.set_colors(colors)

    # --- what can be saved -------------------------------------------------------------------------

    def export(self) -> Export | None:
        profile = self._state.profile if self._state is not None else None
        if profile is None:
            return None
        return Export("profile of the surface", picture=self.plot.grab, table=lambda: _table(profile))


def _heads(profile: Profile, frame: RaceFrame, state: RaceState) -> tuple[ProfileHead, ...]:
    """Where the racers that are shown are at the moment, on the axis of the profile."""
    shown = {racer.key: racer for racer in state.race.racers if racer.shown}
    names = dict(zip((racer.key for racer in state.race.racers), titles(state.race.racers), strict=True))
    heads = []
    for trajectory, row in zip(frame.trajectories, clock.steps_at(frame, state.moment), strict=True):
        racer = shown.get(trajectory.racer.key)
        if racer is None:
            continue
        position = float(project(profile, trajectory.points[row]))
        heads.append(
            ProfileHead(
                racer.key,
                names[racer.key],
                racer.color,
                marker_of(racer),
                position,
                float(trajectory.losses[row]),
            )
        )
    return tuple(heads)


def _table(profile: Profile) -> Iterable[Row]:
    yield profile.axis, profile.title
    yield from zip(profile.positions.tolist(), profile.losses.tolist(), strict=True)
