"""The networks in a plot as chips that show and hide curves: the colour, the name, the moment, × on what can go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QToolButton, QWidget

from visualizer.ui.rotation.state import OPEN, Line
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font, icon
from visualizer.ui.widgets.icon_button import icon_button
from visualizer.ui.widgets.network_square import SIZE, draw_square
from visualizer.ui.widgets.wrapping_bar import WrappingBar

HEIGHT = 24  # px
_SIDE, _GAP, _CLOSE = 7, 6, 18  # px
_BETWEEN = 4  # px between two chips
_LONGEST_NAME, _LONGEST_MOMENT = 130, 84  # px
_COMPACT_NAME, _FEW = 78, 3  # px; so many chips have room for both words in a small panel
_GRAIN = 16  # px, by which a chip grows: its moment may change many times a second

Room = Literal["both", "short", "name", "moment"]


class NetworkChip(QAbstractButton):
    """One network, checked where its curves are shown; a click, Space or Enter asks for the other.

    Emits ``clicked`` for that, ``removed`` for its ×, and for Delete; the open network has none.
    """

    removed = Signal()

    def __init__(self, line: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._told: tuple[object, ...] = ()
        self._name = self._moment = self._color = ""
        self._can_go = line.key != OPEN
        self._room: Room = "both"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.close_button = QToolButton(self, autoRaise=True)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.close_button.setFixedSize(_CLOSE, _CLOSE)
        self.close_button.setIconSize(QSize(10, 10))
        self.close_button.setStyleSheet("padding: 0;")
        self.close_button.setVisible(self._can_go)
        self.close_button.clicked.connect(self.removed)
        self.set_line(line, live=False, hidden=False)

    def nextCheckState(self) -> None:
        """Stay as it is: the state says what is shown."""

    def set_line(self, line: Line, *, live: bool, hidden: bool) -> None:
        """Show the network; ``live``: a run renews its curve, ``hidden``: its curves are not shown."""
        moment = plain(line.moment)
        if live and "live" not in moment:
            moment = f"{moment}, live" if moment else "live"
        told = (line.name, moment, line.color, hidden)
        if told == self._told:
            return
        self._told = told
        before = self.sizeHint()
        self._name, self._moment, self._color = plain(line.name), moment, line.color
        words = " ".join(part for part in (self._name, self._moment) if part)
        self.setChecked(not hidden)
        self.setAccessibleName(words)
        name = words if self._can_go else f"{words} (the open network)"
        self.setToolTip(
            plain_tip(f"{name}: click to {'show its curves again' if hidden else 'hide its curves'}")
        )
        self.close_button.setToolTip(plain_tip(f"Leave out {words}"))
        self.close_button.setAccessibleName(f"Leave out {words}")
        if self.sizeHint() != before:
            self.updateGeometry()
        self.update()

    def set_room(self, room: Room) -> None:
        """Shorten the name, or show one of name and moment alone, where room is short."""
        if room != self._room:
            self._room = room
            self.updateGeometry()
            self.update()

    @property
    def words(self) -> tuple[str, str]:
        """The name and the moment, as far as they are shown."""
        name = "" if self._room == "moment" and self._moment else self._name
        return name, "" if self._room == "name" else self._moment

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.close_button.setIcon(icon("close", colors.muted))
        self.update()

    def sizeHint(self) -> QSize:
        names, moments = self._widths()
        width = 2 * _SIDE + SIZE
        if names:
            width += _GAP + names
        if moments:
            width += _GAP + -(-moments // _GRAIN) * _GRAIN
        return QSize(width + (_CLOSE - 2 if self._can_go else 0), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _widths(self) -> tuple[int, int]:
        name, moment = self.words
        names = QFontMetrics(font()).horizontalAdvance(name) + 2 if name else 0
        moments = QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(moment) + 2 if moment else 0
        longest = _LONGEST_NAME if self._room == "both" else _COMPACT_NAME
        return min(names, longest), min(moments, _LONGEST_MOMENT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.close_button.move(self.width() - _CLOSE - 2, (self.height() - _CLOSE) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        names, moments = self._widths()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            edge = self._colors.muted if self.underMouse() else self._colors.control_border
            edge = self._colors.accent if self.hasFocus() else edge
            painter.setPen(QPen(QColor(edge), 1))
            painter.setBrush(QColor(self._colors.control))
            frame = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, 3, 3)
            square = QRect(_SIDE, (self.height() - SIZE) // 2, SIZE, SIZE)
            draw_square(painter, square, self._color, self._colors, hollow=not self.isChecked())
            left = square.right() + 1 + _GAP
            name, moment = self.words
            for text, width, face, ink in (
                (name, names, font(), self._colors.text if self.isChecked() else self._colors.muted),
                (moment, moments, font(SMALL_SIZE), self._colors.muted),
            ):
                if not text:
                    continue
                painter.setFont(face)
                painter.setPen(QColor(ink))
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
                painter.drawText(
                    QRect(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, shown
                )
                left += width + _GAP

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._can_go and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class NetworkChips(WrappingBar):
    """The chips of all lines, and "+" with a menu of what can be compared with.

    Emits ``toggled(key)`` where curves are to be hidden or shown again, and ``removed(key)``.
    """

    toggled = Signal(str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=_BETWEEN)
        self._colors: Colors = DARK
        self._networks: tuple[Line, ...] = ()
        self._compact = False
        self._chips: dict[str, NetworkChip] = {}
        self._commands: tuple[QAction, ...] = ()
        self.more = icon_button("Compare with another network or moment")
        self.more.clicked.connect(self._open_menu)
        self.add(self.more)

    def set_commands(self, commands: Iterable[QAction]) -> None:
        """What "+" offers: the window's own, so that words and keys are those of its menu, and on when they are."""
        self._commands = tuple(commands)

    def set_lines(self, lines: tuple[Line, ...], *, live: bool, hidden: Set[str] = frozenset()) -> None:
        """Show the networks; ``live``: a run renews the open one. ``hidden``: the keys of those without curves."""
        self._networks = lines
        keys = [line.key for line in lines]
        if keys != list(self._chips):
            self._rebuild(lines)
        for line in lines:
            is_live = live and line.key == OPEN
            self._chips[line.key].set_line(line, live=is_live, hidden=line.key in hidden)
        self._share_room()

    def _rebuild(self, lines: Sequence[Line]) -> None:
        kept = {line.key: self._chips.pop(line.key, None) for line in lines}
        for gone in self._chips.values():
            gone.hide()
            gone.deleteLater()
        self._chips = {line.key: kept[line.key] or self._made(line) for line in lines}
        self._items = [*self._chips.values(), self.more]
        # Tab would come to new ones last in the window: they take the place of "+", which goes behind them.
        for before, behind in pairwise((self.more, *self._chips.values(), self.more)):
            self.setTabOrder(before, behind)
        self.updateGeometry()

    def _made(self, line: Line) -> NetworkChip:
        chip = NetworkChip(line, self)
        chip.clicked.connect(lambda: self.toggled.emit(line.key))
        chip.removed.connect(lambda: self.removed.emit(line.key))
        chip.set_colors(self._colors)
        chip.show()
        return chip

    def set_compact(self, compact: bool) -> None:
        """Shorten what the chips say where room is short."""
        self._compact = compact
        self._share_room()

    def _share_room(self) -> None:
        """Of many networks in little room, each says its name, or its moment where others have the same name."""
        names = Counter(line.name for line in self._networks)
        for line in self._networks:
            room: Room = "short" if self._compact else "both"
            if self._compact and len(self._networks) > _FEW:
                room = "moment" if names[line.name] > 1 else "name"
            self._chips[line.key].set_room(room)

    def sizeHint(self) -> QSize:
        """That of all in one line: what is around says where it breaks."""
        sizes = [chip.sizeHint().width() + _BETWEEN for chip in self._chips.values()]
        return QSize(sum(sizes) + self.more.width(), HEIGHT)

    @property
    def chips(self) -> tuple[NetworkChip, ...]:
        return tuple(self._chips.values())

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.more.setIcon(icon("add", colors.text, colors.disabled))
        for chip in self._chips.values():
            chip.set_colors(colors)

    def menu(self) -> QMenu:
        """What can be compared with."""
        made = QMenu(self)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        made.addActions(self._commands)
        return made

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
