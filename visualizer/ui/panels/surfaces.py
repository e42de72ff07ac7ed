"""The Surface panel: what is raced on, from where, how noisy and how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from visualizer.race.frames import Landscape
from visualizer.race.surface import Surface
from visualizer.race.surfaces import SURFACES
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.formula_section import FormulaSection
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.race_sections import ArrivalSection, LengthSection, NoiseSection, StartSection
from visualizer.ui.widgets.surface_list import PICTURE, Picture, SurfaceList

_NOISY = "-noisy"
_DARKEST, _LIGHTEST, _UNDEFINED = 24, 120, 255  # greys of a small picture


class SurfacePanel(Panel):
    """Shows the surface and the settings of a ``RaceState``'s race.

    Emits ``surface_requested(name)``, ``formula_requested(text)`` for a formula that can be read,
    ``window_requested(Window)``, ``start_requested((x, y))``, ``random_start_requested``, ``swarm_requested(on)``,
    ``edited(field, value)`` for a field of ``Race``, and ``tolerances_requested(loss, gradient)``.
    """

    title = "Surface"
    key = "surface"
    surface_requested = Signal(str)
    formula_requested = Signal(str)
    window_requested = Signal(object)
    start_requested = Signal(object)
    random_start_requested = Signal()
    swarm_requested = Signal(bool)
    edited = Signal(str, object)
    tolerances_requested = Signal(float, float)

    def __init__(self, parent: QWidget | None = None, surfaces: Sequence[Surface] | None = None) -> None:
        super().__init__(parent)
        self._surfaces = tuple(SURFACES.values()) if surfaces is None else tuple(surfaces)
        self._state: RaceState | None = None
        self._own: Surface | None = None
        self._pictures: dict[str, Picture] = {}
        self._pictured: Landscape | None = None
        self.filter = QLineEdit(placeholderText="Find a surface", clearButtonEnabled=True, maxLength=100)
        self.filter.setAccessibleName("Find a surface")
        self.list = SurfaceList()
        self.formula, self.start, self.noise = FormulaSection(), StartSection(), NoiseSection()
        self.length, self.arrival = LengthSection(), ArrivalSection()
        self._build()
        self._connect()
        self.list.set_surfaces(self._surfaces)

    def _build(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        above = QVBoxLayout()
        above.setContentsMargins(PADDING, 6, PADDING, 6)
        above.addWidget(self.filter)
        rows.addLayout(above)
        rows.addWidget(self.list, 1)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in self._sections:
            column.addWidget(section)
        column.addStretch(1)
        rows.addWidget(_Settings(form))

    @property
    def _sections(
        self,
    ) -> tuple[FormulaSection, StartSection, NoiseSection, LengthSection, ArrivalSection]:
        return self.formula, self.start, self.noise, self.length, self.arrival

    def _connect(self) -> None:
        self.filter.textChanged.connect(self.list.show_matching)
        self.filter.returnPressed.connect(self.list.setFocus)
        self.list.chosen.connect(self._choose)
        self.formula.formula_requested.connect(self.formula_requested)
        self.formula.window_requested.connect(self.window_requested)
        self.start.start_requested.connect(self.start_requested)
        self.start.random_requested.connect(self.random_start_requested)
        self.start.swarm_requested.connect(self.swarm_requested)
        self.noise.edited.connect(self.edited)
        self.length.edited.connect(self.edited)
        self.arrival.tolerances_requested.connect(self.tolerances_requested)

    # --- what is shown ---------------------------------------------------------------------------

    def set_thumbnails(self, pictures: Mapping[str, Picture]) -> None:
        """Show a small grey picture (h, w) of each surface, by its name; row 0 is the top, 255 undefined."""
        self._pictures |= pictures
        self.list.set_pictures(self._pictures)

    def set_state(self, state: RaceState) -> None:
        """Show a race; what did not change is left as it is."""
        before, self._state = self._state, state
        self.formula.set_state(state)
        self.start.set_state(state)
        if before is None or state.race is not before.race:
            for section in (self.noise, self.length, self.arrival):
                section.set_state(state.race)
            self._show_surface(state.race.surface)
        self._picture_own(state)

    def _show_surface(self, surface: Surface) -> None:
        """Mark the surface in the list; the last own formula has the first row.

        That row stays when another surface is chosen: the rows would move up under the mouse button that is down.
        """
        if not surface.name and surface != self._own:
            self._own = surface
            named = replace(surface, title=surface.title or "Own formula")
            self.list.set_surfaces((named, *self._surfaces))
        self.list.select(surface.name.removesuffix(_NOISY))

    def _picture_own(self, state: RaceState) -> None:
        drawn = state.landscape
        if (
            self._own is None
            or drawn is None
            or drawn is self._pictured
            or drawn.formula != self._own.formula
        ):
            return
        self._pictured = drawn
        self.set_thumbnails({"": small_picture(drawn)})

    def _choose(self, name: str) -> None:
        if name:
            self.surface_requested.emit(name)
        elif self._own is not None:
            window = self._own.window
            self.formula_requested.emit(self._own.formula)
            self.window_requested.emit(window)

    def set_colors(self, colors: Colors) -> None:
        self.list.set_colors(colors)
        for section in self._sections:
            section.set_colors(colors)

    # --- copies ----------------------------------------------------------------------------------

    def export(self) -> Export | None:
        return Export("surface", picture=self.grab, table=self._rows) if self._state is not None else None

    def _rows(self) -> Iterable[Row]:
        assert self._state is not None
        race = self._state.race
        surface, window = race.surface, race.surface.window
        yield ("setting", "value")
        yield ("surface", surface.name)
        yield ("formula", surface.formula)
        yield ("x", window.left, window.right)
        yield ("y", window.bottom, window.top)
        yield ("start", *race.start)
        yield from ((name, getattr(race, name)) for name in ("noise", "seed", "same_noise", "steps", "clock"))
        yield from (
            (place.kind, place.x, place.y, place.loss) for place in (*surface.minima, *surface.saddles)
        )


class _Settings(QScrollArea):
    """As high as what is in it, and scrolled where there is less room."""

    def __init__(self, form: QWidget) -> None:
        super().__init__(widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._form = form
        self.setWidget(form)

    def sizeHint(self) -> QSize:
        return self._form.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def small_picture(landscape: Landscape) -> Picture:
    """The bands of a landscape as greys of a small picture."""
    height, width = landscape.bands.shape
    step = max(1, min(height // PICTURE.height(), width // PICTURE.width()) // 2)
    bands = landscape.bands[::-step, ::step]
    greys = _DARKEST + (_LIGHTEST - _DARKEST) * bands.astype(np.float64) / max(1, len(landscape.levels))
    made: Picture = np.where(bands == _UNDEFINED, _UNDEFINED, greys).astype(np.uint8)
    return made
