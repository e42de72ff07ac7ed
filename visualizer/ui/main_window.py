"""The window: docks, menus, toolbar; nothing else. What happens is the session's, what is seen the panels'."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QTabWidget,
    QToolBar,
    QToolButton,
    QWidget,
)

from visualizer.ui import layout, settings, theme
from visualizer.ui.actions import ACTIONS, MENUS, ROWS
from visualizer.ui.cursor_strip import CursorStrip
from visualizer.ui.dialogs import AboutDialog, ShortcutsDialog
from visualizer.ui.notices import CrashDialog, NoticeBar, plain, write_report
from visualizer.ui.panels.activations import ActivationsPanel
from visualizer.ui.panels.input import InputPanel
from visualizer.ui.panels.network import NetworkPanel
from visualizer.ui.panels.prediction import PredictionPanel
from visualizer.ui.panels.timeline import HEIGHT as TIMELINE_HEIGHT
from visualizer.ui.panels.timeline import TimelinePanel
from visualizer.ui.panels.unit import UnitPanel
from visualizer.ui.panels.units import UnitsPanel
from visualizer.ui.search import Entry, SearchField
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.waiting import WaitingBar
from visualizer.ui.widgets.dropping import Arrival, arrival, takes
from visualizer.ui.widgets.panel import Dock, Panel
from visualizer.ui.wiring import connect_panels

if TYPE_CHECKING:
    from visualizer.ui.panels.open_network import NetworkChoice, OpenNetworkDialog

VIEW_SETTINGS = {
    "map": settings.MAP,
    "limits": settings.LIMITS,
    "order": settings.ORDER,
    "hide_dead": settings.HIDE_DEAD,
}
DEFAULT_SIZE = QSize(1440, 900)
TOOLBAR_HEIGHT = 40  # px


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
        self.setMinimumSize(720, 480)
        self._theme: theme.ThemeName = remembered.get(settings.THEME)  # type: ignore[assignment]
        self.open_network_dialog: OpenNetworkDialog | None = None
        self._arranged_narrow: bool | None = None
        self._build_panels()
        self._build_actions()
        self._build_toolbar()
        self.notices = NoticeBar(self)
        self._waiting = WaitingBar(session, self.docks, self)
        self._drop_hint = QLabel("Drop images, a folder or a network file", self, objectName="dropHint")
        self._drop_hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._drop_hint.hide()
        self._connect_session()
        self.resize(DEFAULT_SIZE)
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
            action.triggered.connect(getattr(self, row.slot))
            menus[row.menu].addAction(action)
            self.addAction(action)
            self.actions_by_id[row.id] = action
        self._recent = menus["File"].addMenu("Open recent")
        menus["File"].insertMenu(self.actions_by_id["paste"], self._recent)
        self._recent.aboutToShow.connect(self._fill_recent)
        panels = menus["View"].addMenu("Panels")
        for dock in self.docks.values():
            panels.addAction(dock.toggleViewAction())

    def _build_toolbar(self) -> None:
        bar = QToolBar("Toolbar", objectName="toolbar", movable=False)
        bar.setIconSize(QSize(16, 16))
        bar.setFixedHeight(TOOLBAR_HEIGHT)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addAction(self.actions_by_id["open"])
        bar.addAction(self.actions_by_id["open_network"])
        bar.addSeparator()
        self.cursors = CursorStrip(self.session)
        bar.addWidget(self.cursors)
        room = QWidget()
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(room)
        self.search = SearchField()
        self.search.setFixedSize(248, 26)
        self.search.opened.connect(self._fill_search)
        bar.addWidget(_centred(self.search))
        theme_button = QToolButton(autoRaise=True)  # of its own: always without text
        theme_button.setDefaultAction(self.actions_by_id["theme"])
        theme_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        bar.addWidget(theme_button)
        self.addToolBar(bar)
        self._toolbar = bar

    def _connect_session(self) -> None:
        session = self.session
        connect_panels(self)
        session.noticed.connect(self.notices.show_notice)
        session.crashed.connect(self.report_crash)
        session.file_opened.connect(self._remember_file)
        session.answer("device", self.timeline.set_device)  # type: ignore[arg-type]
        session.network_changed.connect(self._title)
        session.input_changed.connect(self._title)
        session.architectures_changed.connect(self._list_architectures)
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
        layout.arrange(self, self.docks)
        self._arranged_narrow = self.width() < layout.NARROW

    def _remember_view(self, name: str, value: object) -> None:
        self.settings.set(VIEW_SETTINGS[name], value)  # type: ignore[arg-type]

    def _remember_file(self, path: Path) -> None:
        self.settings.remember_file(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        self._maximiser.restore()
        self.session.close()
        self.settings.set(settings.GEOMETRY, self.saveGeometry().data())
        if self._arranged_narrow is None or self._layout_changed():
            self.settings.set(settings.LAYOUT, self.saveState(layout.VERSION).data())
        self.settings.save()
        event.accept()

    def _layout_changed(self) -> bool:
        return any(dock.isFloating() or dock.isHidden() for dock in self.docks.values())

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
        self.cursors.set_colors(colors)
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

    # --- opening ---------------------------------------------------------------------------------

    def open_files(self) -> None:
        start = self.settings.get(settings.FOLDER) or str(Path.home())
        chosen, _ = QFileDialog.getOpenFileNames(self, "Open images or networks", start, FILE_FILTER)
        if chosen:
            self.settings.set(settings.FOLDER, str(Path(chosen[0]).parent))
            self.session.open_paths([Path(name) for name in chosen])

    def choose_network(self) -> None:
        from visualizer.ui.panels.open_network import OpenNetworkDialog

        if self.open_network_dialog is None:
            self.open_network_dialog = OpenNetworkDialog(self)
            self.open_network_dialog.chosen.connect(self._open_choice)
            self.session.ask_for_architectures()
        self.open_network_dialog.open()

    def _list_architectures(self, rows: object) -> None:
        if self.open_network_dialog is not None:
            self.open_network_dialog.set_architectures(rows)  # type: ignore[arg-type]

    def _open_choice(self, choice: NetworkChoice) -> None:
        self.session.open_network(choice.text, pretrained=choice.pretrained, weights=choice.weights)

    def paste(self) -> None:
        self.receive(arrival(QGuiApplication.clipboard().mimeData()))

    def receive(self, arrived: Arrival) -> None:
        """Open what was dropped or pasted."""
        if arrived.paths:
            self.session.open_paths(arrived.paths)
        elif arrived.picture:
            self.session.open_picture_bytes(arrived.picture, arrived.name)
        else:
            self.notices.show_notice("info", arrived.sentence)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self.settings.recent_files():
            self._recent.addAction(plain(path.name), partial(self.session.open_paths, [path])).setToolTip(
                str(path)
            )
        if self._recent.isEmpty():
            self._recent.addAction("Nothing yet").setEnabled(False)

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
        self.receive(arrival(event.mimeData()))

    # --- moving ----------------------------------------------------------------------------------

    def previous_layer(self) -> None:
        self.session.step_layer(-1)

    def next_layer(self) -> None:
        self.session.step_layer(1)

    def previous_unit(self) -> None:
        self.session.select_unit(self.session.selection.unit - 1)

    def next_unit(self) -> None:
        self.session.select_unit(self.session.selection.unit + 1)

    def previous_picture(self) -> None:
        self.session.gallery.step(-1)

    def next_picture(self) -> None:
        self.session.gallery.step(1)

    def fit_view(self) -> None:
        self.activations.tiles.fit()

    def toggle_maximised(self) -> None:
        if self._maximiser.active:
            self._maximiser.restore()
        else:
            self._maximiser.maximise("activations")

    def restore_panels(self) -> None:
        self._maximiser.restore()
        self.notices.clear()

    def cancel_waiting(self) -> None:
        self._waiting.cancel()

    def copy_panel(self) -> None:
        self.activations.copy()

    def save_panel(self) -> None:
        self.activations.open_menu(self.activations.mapToGlobal(self.activations.rect().center()))

    # --- finding ---------------------------------------------------------------------------------

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _fill_search(self) -> None:
        session = self.session
        entries: list[Entry] = []
        if session.opened is not None:
            for layer in session.opened.anatomy.layers:
                entries.append(Entry(layer.detail, layer.name, partial(session.select_layer, layer.index)))
        for index, item in enumerate(session.gallery.items):
            entries.append(Entry("picture", plain(item.name), partial(session.gallery.choose, index)))
        for row in ROWS:
            entries.append(Entry("command", row.text, self.actions_by_id[row.id].trigger))
        self.search.set_entries(entries)

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

    def open_command_line(self, paths: Sequence[Path]) -> None:
        """Open what the program was started with; the bundled network and picture where there is nothing."""
        if not any(self.session.looks_like_network(path) for path in paths):
            self.session.open_network(BUNDLED_NETWORK)
        if paths:
            self.session.open_paths(paths)
        if all(self.session.looks_like_network(path) for path in paths):
            self.session.gallery.open_bundled_picture()
        self.session.gallery.open_samples()
        self.session.ask_for_device()

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
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self._toolbar.setToolButtonStyle(style)
        self.search.setFixedWidth(188 if narrow else 248)
        if (
            self._arranged_narrow is not None
            and narrow != self._arranged_narrow
            and not self._layout_changed()
        ):
            self.reset_layout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange and self._theme == "system":
            self.apply_theme()


def _centred(widget: QWidget) -> QWidget:
    """The widget in the middle of the bar's height."""
    place = QWidget()
    place.setFixedHeight(TOOLBAR_HEIGHT - 1)
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 6, 0)
    row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    return place


BUNDLED_NETWORK = "shapes-net"
FILE_FILTER = "Images and networks (*);;All files (*)"
