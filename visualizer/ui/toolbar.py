"""The toolbar: open, the workspaces, the four cursors, search, theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolBar, QToolButton, QWidget

from visualizer.ui.cursor_strip import CursorStrip, RaceStrip
from visualizer.ui.race.live import LiveRace
from visualizer.ui.search import SearchField
from visualizer.ui.session import Session
from visualizer.ui.theme import Colors
from visualizer.ui.workspaces import WORKSPACES

HEIGHT = 40  # px
_BUTTON_HEIGHT = 26  # px
_SEARCH_WIDTH, _NARROW_SEARCH_WIDTH = 168, 116  # px


class Toolbar(QToolBar):
    """One bar that is always there; in a narrow window its buttons have no text."""

    def __init__(self, session: Session, race: LiveRace, actions: Mapping[str, QAction]) -> None:
        super().__init__("Toolbar", objectName="toolbar", movable=False)
        self.setIconSize(QSize(16, 16))
        self.setFixedHeight(HEIGHT)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.cursors = CursorStrip(session)
        self.race_cursors = RaceStrip(race)
        self.search = SearchField()
        self.search.setFixedHeight(26)
        theme = QToolButton(autoRaise=True)  # of its own: always without text
        theme.setDefaultAction(actions["theme"])
        theme.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        stretch = QWidget()
        stretch.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(_room(7))
        self.addAction(actions["open"])
        actions["open_network"].setIconText(" Network…")  # the menu has room for more
        self.addAction(actions["open_network"])
        self.addSeparator()
        self._workspaces = _Segments([actions[row.key] for row in WORKSPACES])
        self.addWidget(_centred(self._workspaces))
        self.addSeparator()
        self._strips = (self.addWidget(self.cursors), self.addWidget(self.race_cursors))
        self.show_race(False)
        for widget in (stretch, _centred(self.search), theme, _room(7)):
            self.addWidget(widget)
        self.set_narrow(False)

    def set_colors(self, colors: Colors) -> None:
        for strip in (self.cursors, self.race_cursors):
            strip.set_colors(colors)

    def show_race(self, shown: bool) -> None:
        """Show the cursors of the race, or those of networks."""
        for strip, there in zip(self._strips, (not shown, shown), strict=True):
            strip.setVisible(there)

    def set_narrow(self, narrow: bool) -> None:
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self.setToolButtonStyle(style)
        # Five names leave no room for their icons as well.
        only = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextOnly
        self._workspaces.set_style(only)
        for strip in (self.cursors, self.race_cursors):
            strip.set_narrow(narrow)
        self.search.setFixedWidth(_NARROW_SEARCH_WIDTH if narrow else _SEARCH_WIDTH)


class _Segments(QFrame):
    """Buttons of which one is checked, in one frame."""

    def __init__(self, actions: Sequence[QAction]) -> None:
        super().__init__(objectName="segments")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._buttons = [QToolButton(focusPolicy=Qt.FocusPolicy.TabFocus) for _ in actions]
        for button, action in zip(self._buttons, actions, strict=True):
            button.setDefaultAction(action)
            button.setFixedHeight(_BUTTON_HEIGHT)
            button.setIconSize(QSize(16, 16))
            row.addWidget(button)

    def set_style(self, style: Qt.ToolButtonStyle) -> None:
        for button in self._buttons:
            button.setToolButtonStyle(style)


def _room(width: int) -> QWidget:
    """Empty room of ``width`` px; padding in the style sheet would move the buttons down."""
    room = QWidget()
    room.setFixedWidth(width)
    return room


def _centred(widget: QWidget) -> QWidget:
    """The widget in the middle of the bar's height."""
    place = QWidget()
    place.setFixedHeight(HEIGHT - 1)
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 6, 0)
    row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    return place
