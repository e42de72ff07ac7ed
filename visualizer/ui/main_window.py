"""The window: docks, menus, toolbar; nothing else. What happens is the session's, what is seen the panels'."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QTabWidget, QWidget

from visualizer.ui import layout, settings, theme
from visualizer.ui.build_wiring import connect_build
from visualizer.ui.building import Building
from visualizer.ui.commands import Commands
from visualizer.ui.dialogs import AboutDialog, ShortcutsDialog
from visualizer.ui.editor import Editor
from visualizer.ui.navigation import Navigation
from visualizer.ui.notices import CrashDialog, NoticeBar, write_report
from visualizer.ui.opening import Opening
from visualizer.ui.panels.accuracy import AccuracyPanel
from visualizer.ui.panels.activations import ActivationsPanel
from visualizer.ui.panels.checks import ChecksPanel
from visualizer.ui.panels.confusion import ConfusionPanel
from visualizer.ui.panels.dataset import DatasetPanel
from visualizer.ui.panels.diagram import DiagramPanel
from visualizer.ui.panels.equivariance import EquivariancePanel
from visualizer.ui.panels.input import InputPanel
from visualizer.ui.panels.loss import LossPanel
from visualizer.ui.panels.mistakes import MistakesPanel
from visualizer.ui.panels.network import NetworkPanel
from visualizer.ui.panels.palette import PalettePanel
from visualizer.ui.panels.prediction import PredictionPanel
from visualizer.ui.panels.rotation import RotationPanel
from visualizer.ui.panels.rotation_study import RotationStudyPanel
from visualizer.ui.panels.run import RunPanel
from visualizer.ui.panels.stack import StackPanel
from visualizer.ui.panels.statistics import StatisticsPanel
from visualizer.ui.panels.summary import SummaryPanel
from visualizer.ui.panels.timeline import HEIGHT as TIMELINE_HEIGHT
from visualizer.ui.panels.timeline import TimelinePanel
from visualizer.ui.panels.unit import UnitPanel
from visualizer.ui.panels.units import UnitsPanel
from visualizer.ui.panels.weights import WeightsPanel
from visualizer.ui.race.panels import RacePanels
from visualizer.ui.race.workspace import RaceWorkspace
from visualizer.ui.recording import Recording
from visualizer.ui.rotation.wiring import RotationWiring
from visualizer.ui.saving import Saving
from visualizer.ui.session import Session
from visualizer.ui.settings import Setting, Settings
from visualizer.ui.text import plain
from visualizer.ui.toolbar import Toolbar
from visualizer.ui.training_wiring import connect_training
from visualizer.ui.unsaved import Unsaved
from visualizer.ui.visible_docks import VisibleDocks
from visualizer.ui.waiting import WaitingBar
from visualizer.ui.watching import Watching
from visualizer.ui.widgets.dropping import arrival, takes
from visualizer.ui.widgets.panel import Dock
from visualizer.ui.wiring import connect_panels
from visualizer.ui.workspaces import Workspace, Workspaces

VIEW_SETTINGS: dict[str, Setting[Any]] = {
    "map": settings.MAP,
    "limits": settings.LIMITS,
    "order": settings.ORDER,
    "hide_dead": settings.HIDE_DEAD,
}
DEFAULT_SIZE = QSize(1440, 900)


class MainWindow(QMainWindow):
    """All panels around one session. Emits ``closing()`` before it stops the worker."""

    closing = Signal()

    def __init__(self, session: Session, remembered: Settings) -> None:
        super().__init__()
        self.session, self.settings = session, remembered
        self.setObjectName("window")
        self.setWindowTitle("CNN Visualizer")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self._theme = theme.theme_name(remembered.get(settings.THEME))
        # Before the widgets are made: they keep the font that they are born with.
        theme.apply(QApplication.instance(), theme.colors_for(self._theme))  # type: ignore[arg-type]
        self.editor = Editor(self)
        self._build_panels()
        self.workspaces = Workspaces(self, self.docks)
        self.visible = VisibleDocks(self, self.docks)
        Watching(self.visible).changed.connect(self.session.set_watched)
        self.opening = Opening(self)
        self.navigation = Navigation(self)
        self.building = Building(self)
        self.saving = Saving(self)
        self.recording = Recording(self)
        self.unsaved = Unsaved(self)
        self.race = RaceWorkspace(self)
        self.turning = RotationWiring(self)
        self.commands = Commands(self)
        self.actions_by_id = self.commands.by_id
        self.toolbar = Toolbar(self.session, self.race.live, self.actions_by_id)
        self.toolbar.search.opened.connect(self.navigation.fill_search)
        self.addToolBar(self.toolbar)
        self.notices = NoticeBar(self)
        self._waiting = WaitingBar(session, self.docks, self)
        self._drop_hint = QLabel("Drop images, a folder or a network file", self, objectName="dropHint")
        self._drop_hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._drop_hint.hide()
        self._connect_session()
        room = self.screen().availableGeometry().size()
        self.resize(
            DEFAULT_SIZE.boundedTo(QSize(room.width() - 8, room.height() - 32))
        )  # its frame needs some
        self._restore()
        self.apply_theme()

    # --- building --------------------------------------------------------------------------------

    def _build_panels(self) -> None:
        self.network = NetworkPanel()
        self.activations = ActivationsPanel()
        self.units = UnitsPanel()
        self.unit = UnitPanel()
        self.input = InputPanel()
        self.prediction = PredictionPanel()
        self.rotation = RotationPanel()
        self.rotation_study = RotationStudyPanel()
        self.equivariance = EquivariancePanel()
        self.timeline = TimelinePanel()
        self.run = RunPanel()
        self.loss = LossPanel()
        self.accuracy = AccuracyPanel()
        self.weights = WeightsPanel()
        self.statistics = StatisticsPanel()
        self.confusion = ConfusionPanel()
        self.mistakes = MistakesPanel()
        self.dataset = DatasetPanel()
        self.layer_kinds = PalettePanel()
        self.stack = StackPanel()
        self.summary = SummaryPanel()
        self.checks = ChecksPanel()
        self.diagram = DiagramPanel()
        self.race_panels = RacePanels()
        inspect = (self.network, self.activations, self.units, self.unit, self.input, self.prediction)
        rotate = (self.rotation, self.rotation_study, self.equivariance)
        train = (self.run, self.loss, self.accuracy, self.weights, self.statistics)
        results = (self.confusion, self.mistakes, self.dataset)
        build = (self.layer_kinds, self.stack, self.summary, self.checks, self.diagram)
        bars = (self.timeline, self.race_panels.timeline)
        panels = (*inspect, *rotate, *train, *results, *build, *self.race_panels, self.timeline)
        self.docks = {panel.key: Dock(panel, self) for panel in panels}
        for bar in bars:
            self.docks[bar.key].hide_title_bar()
            self.docks[bar.key].setMaximumHeight(TIMELINE_HEIGHT + 1)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)

    def _connect_session(self) -> None:
        session = self.session
        connect_panels(self)
        connect_training(self)
        connect_build(self)
        self.workspaces.changed.connect(self._focus_main)
        self.workspaces.changed.connect(lambda shown: self.toolbar.show_race(shown.key == "race"))
        self.workspaces.arranged.connect(self.notices.place)
        session.noticed.connect(self.notices.show_notice)
        session.crashed.connect(self.report_crash)
        session.answer("device", self.timeline.set_device)  # type: ignore[arg-type]
        session.network_changed.connect(self._title)
        session.input_changed.connect(self._title)
        self.activations.set_view({name: self.settings.get(row) for name, row in VIEW_SETTINGS.items()})
        session.scale = self.activations.scale()
        self.activations.view_changed.connect(self._remember_view)

    # --- state that lasts ------------------------------------------------------------------------

    def _restore(self) -> None:
        geometry = self.settings.get(settings.GEOMETRY)
        if geometry:
            self.restoreGeometry(QByteArray(geometry))
        self.race.files.restore()
        self.workspaces.restore(self.settings)

    def reset_layout(self) -> None:
        self.workspaces.reset()
        self._focus_main(self.workspaces.current)

    def _focus_main(self, workspace: Workspace) -> None:
        """Give the keys to what the workspace is about."""
        main: dict[str, QWidget] = {
            "inspect": self.activations.tiles,
            "rotate": self.rotation,
            "train": self.weights.tiles,
            "race": self.race_panels.landscape.page,
            "build": self.stack.view,
        }
        main[workspace.key].setFocus()

    def _remember_view(self, name: str, value: object) -> None:
        self.settings.set(VIEW_SETTINGS[name], value)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.unsaved.may_close():
            event.ignore()
            return
        self.closing.emit()
        self.session.close()
        self.settings.set(settings.GEOMETRY, bytes(self.saveGeometry().data()))
        self.workspaces.save(self.settings)
        self.building.keep_draft()
        self.race.files.remember()
        self.settings.save()
        event.accept()

    def _title(self, _: object) -> None:
        names = [self.session.opened.network.name] if self.session.opened else []
        names += [plain(self.session.input.title)] if self.session.input else []
        self.setWindowTitle(" – ".join((*names, "CNN Visualizer")))

    # --- colours ---------------------------------------------------------------------------------

    def apply_theme(self) -> None:
        colors = theme.colors_for(self._theme)
        theme.apply(QApplication.instance(), colors)  # type: ignore[arg-type]
        self.commands.set_colors(colors)
        for dock in self.docks.values():
            dock.set_colors(colors)
        self.notices.set_colors(colors)
        self.toolbar.set_colors(colors)
        self._drop_hint.setStyleSheet(
            f"background: {colors.selected}; color: {colors.text}; border: 2px dashed {colors.accent};"
            " font-size: 16px; border-radius: 6px;"
        )

    def set_theme(self, name: theme.ThemeName) -> None:
        self._theme = name
        self.settings.set(settings.THEME, name)
        self.apply_theme()

    def toggle_theme(self) -> None:
        self.set_theme("light" if theme.colors_for(self._theme).dark else "dark")

    def use_system_theme(self) -> None:
        self.set_theme("system")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if takes(event.mimeData()):
            event.acceptProposedAction()
            self._drop_hint.setGeometry(self.rect().adjusted(24, 24, -24, -24))
            self._drop_hint.show()
            self._drop_hint.raise_()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        event.acceptProposedAction()
        self.opening.receive(arrival(event.mimeData()))

    def fit_view(self) -> None:
        self.activations.tiles.fit()

    def toggle_maximised(self) -> None:
        self.workspaces.toggle_maximised()
        self._focus_main(self.workspaces.current)

    def restore_panels(self) -> None:
        self.workspaces.restore_maximised()
        self._focus_main(self.workspaces.current)
        self.notices.clear()

    def cancel_waiting(self) -> None:
        if not self.session.training.stop():
            self._waiting.cancel()

    def copy_panel(self) -> None:
        self.activations.copy()

    def save_panel(self) -> None:
        self.activations.open_menu(self.activations.mapToGlobal(self.activations.rect().center()))

    def show_shortcuts(self) -> None:
        ShortcutsDialog(self).open()

    def show_about(self) -> None:
        AboutDialog(self).open()

    # --- trouble ---------------------------------------------------------------------------------

    def report_crash(self, traceback_text: str) -> None:
        """Log an unknown error and show it; one dialog at a time, so that a repeated one floods nobody."""
        report = write_report(traceback_text)
        if not self.findChildren(CrashDialog):
            CrashDialog(report, self).open()

    # --- Qt --------------------------------------------------------------------------------------

    def close_when_painted(self, _: object) -> None:
        """Close once the maps that have just arrived are on the screen."""
        self.repaint()
        self.activations.tiles.viewport().repaint()
        QTimer.singleShot(0, self.close)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.notices.place()
        self.toolbar.set_narrow(self.width() < layout.NARROW)
        self.workspaces.check_width()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self._raise_floating)  # window managers put the window itself on top

    def _raise_floating(self) -> None:
        for dock in self.docks.values():
            if dock.isFloating() and dock.isVisible():
                dock.raise_()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange and self._theme == "system":
            self.apply_theme()
