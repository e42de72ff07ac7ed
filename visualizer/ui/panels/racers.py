"""The Racers panel: who takes part, with which learning rate, and how far each one is at the play head."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QColorDialog, QMenu, QStackedLayout, QVBoxLayout, QWidget

from visualizer.race.config import MOST_RACERS
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.code_dialog import CodeDialog
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.racer_bar import RacerBar
from visualizer.ui.widgets.racer_model import TITLE, TITLES
from visualizer.ui.widgets.racer_rows import moment_words, racer_lines
from visualizer.ui.widgets.racer_table import RacerTable

_DELETE = Qt.WidgetAttribute.WA_DeleteOnClose
_BETWEEN = 0.06  # s from one set of values to the next while it plays: nobody reads faster


class RacersPanel(Panel):
    """Shows a ``RaceState`` as a table.

    Emits ``racer_selected(key)``, ``racer_edited(key, Racer)``, ``racer_added(optimizer)``,
    ``racer_duplicated(key)``, ``racer_removed(key)``, ``code_requested("module:Class")`` once its import was agreed
    to, and ``restart_requested``, ``sweep_requested``, ``best_rates_requested`` for all racers.
    """

    title = "Racers"
    key = "racers"
    racer_selected = Signal(str)
    racer_edited = Signal(str, object)
    racer_added = Signal(str)
    racer_duplicated = Signal(str)
    racer_removed = Signal(str)
    restart_requested = Signal()
    sweep_requested = Signal()
    best_rates_requested = Signal()
    code_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._shown_at = 0.0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._show)
        self.bar, self.table = RacerBar(), RacerTable()
        self._empty = Placeholder("No racers. Add one to see it run.")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.bar)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        rows.addLayout(self._stack, 1)
        self._connect()

    def _connect(self) -> None:
        bar, table = self.bar, self.table
        table.selected.connect(self.racer_selected)
        table.edited.connect(self.racer_edited)
        table.removed.connect(self.racer_removed)
        table.menu_wanted.connect(self._open_racer_menu)
        bar.added.connect(self.racer_added)
        bar.code_clicked.connect(self.ask_for_code)
        bar.duplicate_clicked.connect(lambda: self._tell_selected(self.racer_duplicated))
        bar.remove_clicked.connect(lambda: self._tell_selected(self.racer_removed))
        bar.restart_clicked.connect(self.restart_requested)
        bar.sweep_clicked.connect(self.sweep_requested)

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show a race at its moment: edits at once, values when the last ones were long enough there."""
        before, self._state = self._state, state
        if not self.isVisible():
            return
        due = self._shown_at + _BETWEEN - time.monotonic()
        is_new = before is None or _asked_for(state) != _asked_for(before)
        if is_new or due <= 0:
            self._show()
        elif not self._later.isActive():
            self._later.start(max(1, round(due * 1000)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        self._later.stop()
        self._shown_at = time.monotonic()
        state = self._state
        if state is None:
            return
        racers = state.race.racers
        self._stack.setCurrentIndex(1 if racers else 0)
        self.table.set_lines(racer_lines(state), racers)
        self.table.select(state.selected)
        self.bar.set_moment(moment_words(state))
        self.bar.set_selection(any_selected=bool(self.table.selected_key), can_add=len(racers) < MOST_RACERS)
        self.bar.set_sweeping(state.sweeping)
        shown = sum(racer.shown for racer in racers)
        self.set_subtitle(f"{shown} of {len(racers)} shown" if racers else "")

    def set_colors(self, colors: Colors) -> None:
        self.bar.set_colors(colors)
        self.table.set_colors(colors)

    # --- what people ask for ---------------------------------------------------------------------

    def _tell_selected(self, request: SignalInstance) -> None:
        if self.table.selected_key:
            request.emit(self.table.selected_key)

    def ask_for_code(self) -> CodeDialog:
        """Open the dialog for a class from a module."""
        dialog = CodeDialog(self)
        dialog.allowed.connect(self.code_requested)
        dialog.open()
        return dialog

    def fill_menu(self, menu: QMenu) -> None:
        state = self._state
        best = menu.addAction("Use the best learning rates", self.best_rates_requested.emit)
        best.setEnabled(state is not None and state.sweep is not None and not state.sweeping)
        all_shown = menu.addAction("Show all", lambda: self._show_only(None))
        all_shown.setEnabled(state is not None and not all(racer.shown for racer in state.race.racers))

    def _show_only(self, key: str | None) -> None:
        """Show one racer alone, all of them without a key."""
        for racer in self._state.race.racers if self._state is not None else ():
            wanted = key is None or racer.key == key
            if racer.shown != wanted:
                self.racer_edited.emit(racer.key, replace(racer, shown=wanted))

    def _open_racer_menu(self, key: str, place: QPoint) -> None:
        if not key:
            self.open_menu(place)
            return
        menu = self.racer_menu(key)
        menu.popup(place)

    def racer_menu(self, key: str) -> QMenu:
        """What can be done with one racer."""
        menu = QMenu(self)
        menu.setAttribute(_DELETE)
        racer = next(each for each in self._state.race.racers if each.key == key) if self._state else None
        assert racer is not None
        shown = menu.addAction("Shown", lambda: self.table.toggle_shown(key))
        shown.setCheckable(True)
        shown.setChecked(racer.shown)
        menu.addAction("Show only this one", lambda: self._show_only(key))
        menu.addAction("Colour…", lambda: self._choose_color(key))
        menu.addSeparator()
        menu.addAction("Duplicate", lambda: self.racer_duplicated.emit(key))
        menu.addAction("Remove", lambda: self.racer_removed.emit(key))
        menu.addSeparator()
        self.fill_menu(menu)
        return menu

    def _choose_color(self, key: str) -> None:
        racer = next(each for each in self._state.race.racers if each.key == key) if self._state else None
        if racer is None:
            return
        dialog = QColorDialog(QColor(racer.color), self)
        dialog.setAttribute(_DELETE)
        dialog.setWindowTitle("Colour")
        dialog.colorSelected.connect(
            lambda color: self.racer_edited.emit(key, replace(racer, color=color.name()))
        )
        dialog.open()

    # --- copies ----------------------------------------------------------------------------------

    def export(self) -> Export | None:
        if self._state is None or not self._state.race.racers:
            return None
        return Export("racers", picture=self.table.grab, table=self._rows)

    def _rows(self) -> Iterable[Row]:
        yield ("racer", *(column.title or "shown" for column in TITLES if column is not TITLES[1]))
        for line in self.table.lines:
            texts = [column.text(line) for column in TITLES]
            yield (line.key, texts[0], *texts[TITLE:])


def _asked_for(state: RaceState) -> tuple[object, ...]:
    """What is shown at once when it changes: the rest moves many times a second."""
    return state.race.racers, state.selected, state.sweeping, state.frame is None
