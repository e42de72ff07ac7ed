"""The window: docks, menus, toolbar; nothing else. What happens is the session's, what is seen the panels'."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QTabWidget,
)

from visualizer.ui import layout, settings, theme
from visualizer.ui.actions import ACTIONS, MENUS, ROWS
from visualizer.ui.dialogs import AboutDialog, ShortcutsDialog
from visualizer.ui.navigation import Navigation
from visualizer.ui.notices import CrashDialog, NoticeBar, write_report
from visualizer.ui.opening import Opening
from visualizer.ui.panels.activations import ActivationsPanel
from visualizer.ui.panels.input import InputPanel
from visualizer.ui.panels.network import NetworkPanel
from visualizer.ui.panels.prediction import PredictionPanel
from visualizer.ui.panels.timeline import HEIGHT as TIMELINE_HEIGHT
from visualizer.ui.panels.timeline import TimelinePanel
from visualizer.ui.panels.unit import UnitPanel
from visualizer.ui.panels.units import UnitsPanel
from visualizer.ui.session import Session
from visualizer.ui.settings import Setting, Settings
from visualizer.ui.text import plain
from visualizer.ui.toolbar import Toolbar
from visualizer.ui.waiting import WaitingBar
from visualizer.ui.widgets.dropping import arrival, takes
from visualizer.ui.widgets.panel import Dock, Panel
from visualizer.ui.wiring import connect_panels

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
        self._arranged_narrow: bool | None = None  # None once the user has arranged the docks
        self._arranging = False
        # Later, never inside a resize event: docks that move while Qt lays them out crash it.
        self._rearrange = QTimer(self, singleShot=True, interval=0)
        self._rearrange.timeout.connect(self._follow_width)
        self.opening = Opening(self)
        self.navigation = Navigation(self)
        self._build_panels()
        self._build_actions()
        self.toolbar = Toolbar(self.session, self.actions_by_id)
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
        self.timeline = TimelinePanel()
        panels: tuple[Panel, ...] = (
            self.network,
            self.activations,
            self.units,
            self.unit,
            self.input,
            self.prediction,
            self.timeline,
        )
        self.docks: dict[str, Dock] = {panel.key: Dock(panel, self) for panel in panels}
        self.docks["timeline"].hide_title_bar()
        self.docks["timeline"].setMaximumHeight(TIMELINE_HEIGHT + 1)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._maximiser = layout.Maximiser(self, self.docks)

    def _build_actions(self) -> None:
        menus = {name: self.menuBar().addMenu(f"&{name}") for name in MENUS}
        self.actions_by_id: dict[str, QAction] = {}
        place = MENUS[0]
        for row in ACTIONS:
            if row is None:
                menus[place].addSeparator()
                continue
            place = row.menu
            action = QAction(row.text, self, objectName=row.id)
            action.setIconText(f" {row.text}")  # Fusion puts icon and text side by side without a gap
            action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
            action.setStatusTip(row.help)
            keys = f" ({row.shortcuts[0]})" if row.shortcuts else ""
            action.setToolTip(f"{row.help or row.text}{keys}")
            action.triggered.connect(attrgetter(row.slot)(self))
            menus[row.menu].addAction(action)
            self.addAction(action)
            self.actions_by_id[row.id] = action
        self._recent = menus["File"].addMenu("Open recent")
        menus["File"].insertMenu(self.actions_by_id["paste"], self._recent)
        self._recent.aboutToShow.connect(self._list_recent)
        panels = menus["View"].addMenu("Panels")
        for dock in self.docks.values():
            panels.addAction(dock.toggleViewAction())
            dock.dockLocationChanged.connect(self._note_arrangement)
            dock.topLevelChanged.connect(self._note_arrangement)
            dock.dismissed.connect(self._note_arrangement)
            dock.toggleViewAction().triggered.connect(self._note_arrangement)

    def _connect_session(self) -> None:
        session = self.session
        connect_panels(self)
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
        self.reset_layout()
        saved = self.settings.get(settings.LAYOUT)
        if saved:
            self.restoreState(
                QByteArray(saved), layout.VERSION
            )  # another version, or junk: returns False, no harm
            self._arranged_narrow = None  # the user's own: not to be rearranged

    def reset_layout(self) -> None:
        self._maximiser.restore()
        self._arranging = True
        layout.arrange(self, self.docks)
        self._arranging = False
        self.activations.tiles.setFocus()
        self._arranged_narrow = self.width() < layout.NARROW

    def _remember_view(self, name: str, value: object) -> None:
        self.settings.set(VIEW_SETTINGS[name], value)

    def _list_recent(self) -> None:
        self.opening.list_recent(self._recent)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        self._maximiser.restore()
        self.session.close()
        self.settings.set(settings.GEOMETRY, bytes(self.saveGeometry().data()))
        own = self._arranged_narrow is None
        self.settings.set(settings.LAYOUT, bytes(self.saveState(layout.VERSION).data()) if own else b"")
        self.settings.save()
        event.accept()

    def _note_arrangement(self) -> None:
        """The user has moved, floated or closed a dock: from now on the arrangement is theirs."""
        if not self._arranging:
            self._arranged_narrow = None

    def _title(self, _: object) -> None:
        names = [self.session.opened.network.name] if self.session.opened else []
        names += [plain(self.session.input.name)] if self.session.input else []
        self.setWindowTitle(" – ".join((*names, "CNN Visualizer")))

    # --- colours ---------------------------------------------------------------------------------

    def apply_theme(self) -> None:
        colors = theme.colors_for(self._theme)
        theme.apply(QApplication.instance(), colors)  # type: ignore[arg-type]
        for row in ROWS:
            if row.icon:
                self.actions_by_id[row.id].setIcon(theme.icon(row.icon, colors.text, colors.disabled))
        for dock in self.docks.values():
            dock.set_colors(colors)
        self.notices.set_colors(colors)
        self.toolbar.cursors.set_colors(colors)
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
        self._maximise(not self._maximiser.active)

    def _maximise(self, maximised: bool) -> None:
        self._arranging = True  # it is not the user who moves docks now
        if maximised:
            self._maximiser.maximise("activations")
        else:
            self._maximiser.restore()
        self._arranging = False
        self.activations.tiles.setFocus()

    def restore_panels(self) -> None:
        self._maximise(False)
        self.notices.clear()

    def cancel_waiting(self) -> None:
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
        if self.notices.isVisible():
            self.notices.place()
        narrow = self.width() < layout.NARROW
        self.toolbar.set_narrow(narrow)
        if self._arranged_narrow not in (None, narrow):
            self._rearrange.start()

    def _follow_width(self) -> None:
        """Give the docks the arrangement that fits the width, unless the user has arranged them."""
        narrow = self.width() < layout.NARROW
        if self._arranged_narrow not in (None, narrow):
            self.reset_layout()

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
