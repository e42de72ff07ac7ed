"""What every panel is, and the dock with its title bar that carries one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.export import Export, copy_picture, fill_export_menu

PADDING = 11  # px inside a panel
TITLE_HEIGHT = 28


class Panel(QWidget):
    """A view of the session: has ``set_x(value)``, emits requests, never computes, never changes the session.

    Subclasses set ``title`` and ``key`` (the dock's object name, kept for ever: layouts are saved by it) and
    may override ``set_colors``, ``export`` and ``fill_menu``.
    """

    subtitle_changed = Signal(str, bool)  # text, whether it is a warning
    playback_requested = Signal()  # to save what the panel shows over a run
    title = ""
    key = ""
    can_play_back = False  # there are recorded moments, which the panel could show one after the other
    head: QWidget | None = None  # a legend or a choice for the title bar; made before the dock is

    def set_colors(self, colors: Colors) -> None:
        """Take the colours of the theme; called once at the start and at every change."""

    def export(self) -> Export | None:
        """What can be copied and saved of the panel as it is now; None while there is nothing."""
        return None

    def fill_menu(self, menu: QMenu) -> None:
        """Add the panel's own choices to its menu, above copy and save."""

    def copy(self) -> None:
        """Put the picture of the panel on the clipboard."""
        export = self.export()
        if export is not None and export.picture is not None:
            copy_picture(export.picture)

    def set_subtitle(self, text: str, *, warning: bool = False) -> None:
        self.subtitle_changed.emit(text, warning)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def open_menu(self, position: QPoint) -> None:
        """Show the context menu: the panel's own choices, copy and save of what it shows."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        if menu.actions():
            menu.addSeparator()
        fill_export_menu(menu, self, self.export())
        if self.can_play_back:
            menu.addAction("Save playback…", self.playback_requested.emit)
        menu.popup(position)


class Dock(QDockWidget):
    """A dock with the program's own title bar, and an accent bar under it while its content is awaited."""

    dismissed = Signal()  # closed by the user

    def __init__(self, panel: Panel, parent: QWidget | None = None) -> None:
        super().__init__(panel.title, parent)
        self.setObjectName(panel.key)
        self.panel = panel
        body = QWidget(objectName="panelBody")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(1, 0, 1, 1)
        rows.setSpacing(0)
        self._loading = QProgressBar(textVisible=False, minimum=0, maximum=0)
        self._loading.hide()
        rows.addWidget(self._loading)
        rows.addWidget(panel, 1)
        self.setWidget(body)
        self._build_title_bar()
        panel.subtitle_changed.connect(self._show_subtitle)
        self.topLevelChanged.connect(self._floating_changed)

    def _build_title_bar(self) -> None:
        bar = QWidget(objectName="titleBar")
        bar.setFixedHeight(TITLE_HEIGHT)
        row = QHBoxLayout(bar)
        row.setContentsMargins(PADDING, 3, 4, 3)  # 22 + 6: docks go by the size hint, not by the fixed height
        row.setSpacing(8)
        self._title = QLabel(self.panel.title, objectName="title")
        self._subtitle = ElidedLabel()
        self._subtitle.setProperty("role", "small")
        row.addWidget(self._title)
        row.addWidget(self._subtitle, 1)
        if self.panel.head is not None:
            # Where the room is short, the subtitle gives way before the head does.
            self._subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            row.addWidget(self.panel.head)
        self._buttons: dict[str, QToolButton] = {}
        close_together = QHBoxLayout()
        close_together.setSpacing(0)
        row.addLayout(close_together)
        for name, tip, slot in (
            ("more", "Copy, save", self._open_menu),
            ("float", "Float or dock", self._toggle_floating),
            ("close", "Close (View brings it back)", self.close),
        ):
            button = QToolButton(toolTip=tip, accessibleName=f"{tip}: {self.panel.title}", autoRaise=True)
            button.setFixedSize(22, 22)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(slot)
            close_together.addWidget(button)
            self._buttons[name] = button
        self.setTitleBarWidget(bar)

    def set_colors(self, colors: Colors) -> None:
        for name, button in self._buttons.items():
            button.setIcon(icon(name, colors.muted))
        self.panel.set_colors(colors)

    def hide_title_bar(self) -> None:
        """Show the panel alone, for bars that explain themselves."""
        nothing = QWidget()
        nothing.setFixedHeight(0)
        self.setTitleBarWidget(nothing)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.dismissed.emit()

    def set_loading(self, loading: bool) -> None:
        self._loading.setVisible(loading)

    def _show_subtitle(self, text: str, warning: bool) -> None:
        self._subtitle.set_full_text(text)
        role = "warning" if warning else "small"
        if self._subtitle.property("role") != role:
            self._subtitle.setProperty("role", role)
            self._subtitle.style().polish(self._subtitle)

    def _open_menu(self) -> None:
        button = self._buttons["more"]
        self.panel.open_menu(button.mapToGlobal(QPoint(0, button.height())))

    def _toggle_floating(self) -> None:
        self.setFloating(not self.isFloating())

    def _floating_changed(self, floating: bool) -> None:
        self._buttons["float"].setToolTip("Dock" if floating else "Float")


class ElidedLabel(QLabel):
    """A label that shortens its text with … where the room is short and shows all of it as a tool tip."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setMinimumWidth(0)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names come from files
        self._full = text
        self._elide()

    def set_full_text(self, text: str) -> None:
        if text != self._full:  # a label that is told anew is laid out anew, and all around it
            self._full = text
            self._elide()

    def full_text(self) -> str:
        return self._full

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, max(self.width(), 1))
        self.setToolTip(plain_tip(self._full) if shown != self._full else "")
        super().setText(shown)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(0)
        return hint

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        hint.setWidth(self.fontMetrics().horizontalAdvance(self._full) + 2)
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()
