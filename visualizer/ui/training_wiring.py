"""Which signal of the run reaches which panel, and what runs, pauses and stops it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from visualizer.ui.duplicates_wiring import DuplicateSearchWiring
from visualizer.ui.evaluation_wiring import DataPanelWiring, EvaluationPanels, HistoryOfInput
from visualizer.ui.learning_wiring import LearningPanels
from visualizer.ui.panels.confusion import ConfusionPanel
from visualizer.ui.panels.dataset import DatasetPanel
from visualizer.ui.panels.mistakes import MistakesPanel
from visualizer.ui.panels.prediction import PredictionPanel
from visualizer.ui.panels.run import RunPanel
from visualizer.ui.run_wiring import RunWiring
from visualizer.ui.widgets.panel import Dock
from visualizer.ui.widgets.setting_number import SettingNumber

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_TAKE_SPACE = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)


def connect_training(window: MainWindow) -> None:
    """Connect the run of the session with the Timeline and the panels that show weights, once."""
    training, timeline = window.session.training, window.timeline

    training.changed.connect(timeline.set_state)
    timeline.back_requested.connect(training.step_back)
    timeline.play_requested.connect(training.toggle)
    timeline.forward_requested.connect(training.step_forward)
    timeline.stop_requested.connect(training.stop)
    timeline.visit_requested.connect(training.visit)
    timeline.move_requested.connect(training.moments.walk)
    timeline.live_requested.connect(training.go_live)
    timeline.playing_requested.connect(training.playback.play)
    timeline.speed_changed.connect(training.playback.set_speed)
    for name in ("play", "race_play"):
        PlayKey(window.actions_by_id[name])
    _connect_panels(window)


def _connect_panels(window: MainWindow) -> None:
    """Connect the panels of the Train workspace that the window has."""
    learning = LearningPanels(window)
    EvaluationPanels(window, learning)
    for dock in window.docks.values():
        if isinstance(dock.panel, RunPanel):
            RunWiring(window, dock.panel).data_wanted.connect(partial(_raise, window.docks[DatasetPanel.key]))
        elif isinstance(dock.panel, DatasetPanel):
            DataPanelWiring(window, dock.panel, learning)
            DuplicateSearchWiring(window.session, dock.panel)
        elif isinstance(dock.panel, ConfusionPanel):
            dock.panel.cell_opened.connect(partial(_raise, window.docks[MistakesPanel.key]))
        elif isinstance(dock.panel, PredictionPanel):
            HistoryOfInput(window, dock.panel, learning)


def _raise(dock: Dock) -> None:
    """Put a dock before those it shares its place with, open it if it was closed."""
    dock.show()
    dock.raise_()


class PlayKey(QObject):
    """Lets the space bar play and pause, except where it is of use already: in a text of words, on a button."""

    def __init__(self, action: QAction) -> None:
        super().__init__(action)
        self._action = action
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)

    def _follow(self, _: QWidget | None, now: QWidget | None) -> None:
        is_of_use = isinstance(now, _TAKE_SPACE) and not isinstance(now, SettingNumber)
        key = QKeySequence() if is_of_use else QKeySequence("Space")
        if self._action.shortcut() != key:
            self._action.setShortcut(key)
