"""The Landscape panel: the surface from above, with the race on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPushButton, QStackedLayout, QWidget

from visualizer.errors import UserError
from visualizer.race.formula_text import pretty
from visualizer.race.frames import RaceFrame
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.contour_view import ContourOptions, ContourView
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.head_arrows import ARROWS
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder

NOTHING = "Choose a surface, or type a formula."
_LEVELS = {"auto": "As it suits the surface", "linear": "Linear", "logarithmic": "Logarithmic"}
_SWITCHES = ("lines", "basins", "faint", "square")


class LandscapePanel(Panel):
    """Shows the race from above.

    Emits what the hand asks for (``ContourHand``), ``view_requested(Window)`` for what is to be sampled,
    ``swarm_requested`` and ``basins_toggled`` for what is to be computed, ``levels_requested("auto", "linear" or
    "logarithmic")``, and ``view_changed(key, value)`` for what the settings remember.
    """

    title = "Landscape"
    key = "landscape"
    start_dragged = Signal(object, bool)
    view_requested = Signal(object)
    racer_selected = Signal(str)
    swarm_requested = Signal(bool)
    basins_toggled = Signal(bool)
    levels_requested = Signal(str)
    view_changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._levels = "auto"
        self.view = ContourView()
        self.view.start_dragged.connect(self.start_dragged)
        self.view.racer_selected.connect(self.racer_selected)
        self.view.menu_requested.connect(self.open_menu)
        self.view.shown.requested.connect(self.view_requested)
        self.placeholder = Placeholder(NOTHING)
        self.placeholder.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # hands the keys on to the view
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.placeholder)
        self._pages.addWidget(self.view)
        self.head = self._build_head()

    @property
    def page(self) -> QWidget:
        """What is shown now: the landscape, or the sentence before there is one."""
        return self._pages.currentWidget() or self.placeholder

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.lines = self._check("Lines", "lines", "Contour lines between the levels")
        self.basins = self._check("Basins", "basins", "Where every start ends with the selected racer")
        self.arrows = QPushButton("Arrows", toolTip="Arrows at the heads: downhill, momentum, last step")
        self.arrows.setProperty("role", "small")
        menu = QMenu(self.arrows)
        self._add_arrows(menu)
        self.arrows.setMenu(menu)
        fit = QPushButton("Fit", toolTip="Show all of the surface (F)")
        fit.setProperty("role", "small")
        fit.clicked.connect(self.view.shown.fit)
        for widget in (self.lines, self.arrows, self.basins, fit):
            row.addWidget(widget)
        return head

    def _check(self, text: str, name: str, tip: str) -> QCheckBox:
        box = QCheckBox(text, toolTip=tip, checked=bool(getattr(self.view.options, name)))
        box.toggled.connect(partial(self._choose, name))
        return box

    # --- what is shown -----------------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show a race at its moment; costs 20 µs before it is painted."""
        before, self._state = self._state, state
        self.view.set_state(state)
        if before is None:
            self._pages.setCurrentIndex(1)
            QTimer.singleShot(0, self, self._tell_basins)
        if before is None or before.race.surface is not state.race.surface:
            self._entitle(state)

    def _tell_basins(self) -> None:
        """Say at the start whether basins are wanted, as at each change of it."""
        self.basins_toggled.emit(self.view.options.basins)

    def _entitle(self, state: RaceState) -> None:
        surface = state.race.surface
        formula = f"f = {_pretty(surface.formula)}"
        self.set_subtitle(f"{surface.title}   {formula}" if surface.title else formula)

    def set_colors(self, colors: Colors) -> None:
        self.view.set_colors(colors)

    # --- choices -----------------------------------------------------------------------------------------

    def set_view(self, values: dict[str, object]) -> None:
        """Take the remembered choices; what is missing or of no sense stays as it is."""
        for name in _SWITCHES:
            if isinstance(values.get(name), bool):
                self._apply(name, values[name])
        arrows = values.get("arrows")
        if isinstance(arrows, (list, tuple)):
            self._apply("arrows", tuple(kind.name for kind in ARROWS if kind.name in arrows))
        if values.get("levels") in _LEVELS:
            self._set_levels(str(values["levels"]))

    def fill_menu(self, menu: QMenu) -> None:
        options = self.view.options
        menu.addAction("Show all of the surface", self.view.shown.fit)
        levels = menu.addMenu("Levels")
        group = QActionGroup(levels)
        for name, words in _LEVELS.items():
            action = levels.addAction(words, partial(self._choose_levels, name))
            action.setCheckable(True)
            action.setChecked(name == self._levels)
            group.addAction(action)
        self._add_arrows(menu.addMenu("Arrows at the heads"))
        for name, words, on in (
            ("lines", "Contour lines", options.lines),
            ("basins", "Basins in the corner", options.basins),
            ("faint", "What is still to come, faintly", options.faint),
            ("square", "Same units for x and y", options.square),
        ):
            self._add_switch(menu, words, on, partial(self._choose, name))
        has_swarm = self._state is not None and self._state.swarm is not None
        self._add_switch(menu, "Swarm of starts", has_swarm, self.swarm_requested.emit)

    def _add_arrows(self, menu: QMenu) -> None:
        for kind in ARROWS:
            action = menu.addAction(kind.title)
            action.setToolTip(kind.tip)
            action.setCheckable(True)
            action.setChecked(kind.name in self.view.options.arrows)
            action.toggled.connect(partial(self._choose_arrow, kind.name))
        menu.aboutToShow.connect(partial(self._check_arrows, menu))

    def _check_arrows(self, menu: QMenu) -> None:
        for kind, action in zip(ARROWS, menu.actions(), strict=True):
            action.setChecked(kind.name in self.view.options.arrows)

    @staticmethod
    def _add_switch(menu: QMenu, words: str, on: bool, slot: object) -> None:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(on)
        action.toggled.connect(slot)

    def _choose_arrow(self, name: str, on: bool) -> None:
        chosen = {*self.view.options.arrows} - {name} | ({name} if on else set())
        arrows = tuple(kind.name for kind in ARROWS if kind.name in chosen)
        if arrows != self.view.options.arrows:
            self._choose("arrows", arrows)

    def _choose_levels(self, name: str) -> None:
        self._set_levels(name)
        self.view_changed.emit("levels", name)

    def _set_levels(self, name: str) -> None:
        if name != self._levels:
            self._levels = name
            self.levels_requested.emit(name)

    def _choose(self, name: str, value: object) -> None:
        if value != getattr(self.view.options, name):
            self._apply(name, value)
            self.view_changed.emit(name, value)

    def _apply(self, name: str, value: object) -> None:
        options: ContourOptions = replace(self.view.options, **{name: value})  # type: ignore[arg-type]
        toggled = options.basins != self.view.options.basins
        self.view.set_options(options)
        self.lines.setChecked(options.lines)
        self.basins.setChecked(options.basins)
        if toggled:
            self._tell_basins()

    # --- what can be saved -------------------------------------------------------------------------------

    def export(self) -> Export | None:
        state = self._state
        if state is None:
            return None
        frame = state.frame
        table = (lambda: table_of(frame)) if frame is not None else None
        name = state.race.surface.name or "own surface"
        return Export(f"race on {name}", picture=self.view.grab, table=table)


def table_of(frame: RaceFrame) -> Iterable[Row]:
    """Every step of every racer."""
    yield "racer", "step", "x", "y", "loss"
    for trajectory in frame.trajectories:
        for step, ((x, y), loss) in enumerate(
            zip(trajectory.points.tolist(), trajectory.losses.tolist(), strict=True)
        ):
            yield trajectory.racer.key, step, x, y, loss


def _pretty(formula: str) -> str:
    try:
        return pretty(formula)
    except UserError:
        return formula
