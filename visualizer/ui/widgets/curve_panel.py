"""What the panels of curves have in common: the view, its legend, its menu, what can be saved."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from visualizer.training.frames import Curves
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.curve_data import Quantity
from visualizer.ui.widgets.curve_picture import CurveOptions
from visualizer.ui.widgets.curve_reading import NOTHING, reading
from visualizer.ui.widgets.curve_view import CurveView
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.series_legend import SeriesLegend

NO_RUN = "No run yet. Press play in the Timeline."
_WINDOWS = {0: "Automatic", 1: "None", 5: "5 steps", 20: "20 steps", 100: "100 steps", 500: "500 steps"}
_HEADER = ("split", "step", "epoch", "loss", "accuracy", "learning rate")


class CurvePanel(Panel):
    """Shows one quantity over the run. A subclass names it and what it is measured in.

    Emits ``visit_requested(step)``, ``hovered(step)`` (−1 for none) and ``view_changed(key, value)`` for what the
    settings remember: ``by_step``, ``logarithmic``, ``window``, ``rate``.
    """

    visit_requested = Signal(int)
    hovered = Signal(int)
    view_changed = Signal(str, object)
    quantity: Quantity
    measure = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._visited: int | None = None
        self._is_stale = False
        self.legend = SeriesLegend(self.quantity.widest)
        self.head = self.legend
        self.view = CurveView(self.quantity)
        self.view.visit_requested.connect(self.visit_requested)
        self.view.hovered.connect(self.hovered)
        self.placeholder = Placeholder(NO_RUN)
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(8, 4, 8, 2)
        rows.addWidget(self.view)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.placeholder)
        self._stack.addWidget(content)

    # --- what is shown ---------------------------------------------------------------------------

    def set_curves(self, curves: Curves | None, epochs: int, visited_step: int | None) -> None:
        """Show the curves of a run of ``epochs``; the play head at ``visited_step``, at the end for None.

        Costs nothing while the panel cannot be seen.
        """
        was_empty = self.view.picture.curves is None
        self._visited = visited_step
        self.view.set_curves(curves, epochs, visited_step)
        if (curves is None) != was_empty:
            self._stack.setCurrentIndex(0 if curves is None else 1)
            self._say()
        self._is_stale = True
        if self.isVisible():
            self._refresh()

    def set_hovered(self, step: int) -> None:
        """Show the read-out at a step that is hovered in another panel; −1 for none."""
        self.view.set_hovered(step)

    def set_colors(self, colors: Colors) -> None:
        self.view.set_colors(colors)
        self.legend.set_colors(colors)

    def set_view(self, values: dict[str, object]) -> None:
        """Take the remembered choices; what is missing or of no sense stays as it is."""
        for name in ("by_step", "logarithmic", "rate"):
            if isinstance(values.get(name), bool):
                self._apply(name, values[name])
        if values.get("window") in _WINDOWS:
            self._apply("window", values["window"])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        """The figures of the legend."""
        if not self._is_stale:
            return
        self._is_stale = False
        if self.view.picture.curves is None:
            self.legend.set_values("", "")
            return
        at = reading(self.view.picture, self._visited)
        self.legend.set_values(
            NOTHING if math.isnan(at.epoch) else self.quantity.text(at.average),
            self.quantity.text(at.validation) if at.validation_step else NOTHING,
        )

    def _say(self) -> None:
        if self.view.picture.curves is None:
            self.set_subtitle("")
        else:
            self.set_subtitle(f"{self.measure}, by {'step' if self._options().by_step else 'epoch'}")

    # --- choices -----------------------------------------------------------------------------------

    def _options(self) -> CurveOptions:
        return self.view.picture.options

    def fill_menu(self, menu: QMenu) -> None:
        options = self._options()
        menu.addAction("Show the whole run", self.view.fit).setEnabled(self.view.zoom is not None)
        if self.quantity.can_be_logarithmic:
            self._add_switch(
                menu, f"Logarithmic {self.quantity.name.lower()}", "logarithmic", options.logarithmic
            )
        self._add_switch(menu, "By step", "by_step", options.by_step)
        self._add_switch(menu, "Learning rate", "rate", options.rate)
        average = menu.addMenu("Moving average")
        group = QActionGroup(average)
        for window, name in _WINDOWS.items():
            action = self._checkable(average, name, "window", window)
            action.setChecked(window == options.window)
            group.addAction(action)

    def _add_switch(self, menu: QMenu, text: str, name: str, on: bool) -> None:
        self._checkable(menu, text, name, not on).setChecked(on)

    def _checkable(self, menu: QMenu, text: str, name: str, value: object) -> QAction:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.triggered.connect(lambda: self._choose(name, value))
        return action

    def _choose(self, name: str, value: object) -> None:
        self._apply(name, value)
        self.view_changed.emit(name, value)

    def _apply(self, name: str, value: object) -> None:
        if name == "logarithmic" and not self.quantity.can_be_logarithmic:
            return
        self.view.set_options(replace(self._options(), **{name: value}))  # type: ignore[arg-type]
        self._say()
        self._is_stale = True
        if self.isVisible():
            self._refresh()

    # --- what can be saved -------------------------------------------------------------------------

    def export(self) -> Export | None:
        curves = self.view.picture.curves
        if curves is None:
            return None
        return Export(f"{self.quantity.key} of the run", picture=self.view.grab, table=lambda: _table(curves))


def _table(curves: Curves) -> Iterable[Row]:
    """Every measurement: the steps of training, then the validations."""
    yield _HEADER
    training = (curves.step, curves.epoch, curves.loss, curves.accuracy, curves.learning_rate)
    for row in zip(*(each.tolist() for each in training), strict=True):
        yield "training", *row
    validation = (
        curves.validation_step,
        curves.validation_epoch,
        curves.validation_loss,
        curves.validation_accuracy,
    )
    for row in zip(*(each.tolist() for each in validation), strict=True):
        yield "validation", *row, ""
