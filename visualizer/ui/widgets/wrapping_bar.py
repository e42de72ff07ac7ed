"""Widgets side by side that go on in further lines where the room is short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

_Item = QWidget | Literal["space", "break"]


class WrappingBar(QWidget):
    """Lays out its widgets in lines; ``add_space`` sends what follows in the same line to the right edge.

    ``margins`` are those at left, top, right and bottom in px.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        margins: tuple[int, int, int, int] = (0, 0, 0, 0),
        spacing: int = 6,
    ) -> None:
        super().__init__(parent)
        self._items: list[_Item] = []
        self._margins, self._spacing = margins, spacing
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget behind the others."""
        widget.setParent(self)
        self._items.append(widget)

    def add_space(self) -> None:
        """Let what follows in the same line stand at the right."""
        self._items.append("space")

    def add_break(self) -> None:
        """Let what follows begin another line."""
        self._items.append("break")

    def set_left_margin(self, margin: int) -> None:
        """Begin the lines so far from the left."""
        self._margins = (margin, *self._margins[1:])
        self._place(self.width(), move=True)

    def take_from(self, index: int) -> None:
        """Remove the widgets from this one on."""
        for widget in self._items[index:]:
            if isinstance(widget, QWidget):
                widget.hide()
                widget.deleteLater()
        del self._items[index:]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:
        width = max(self.width(), 300)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self.width(), move=True)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place(self.width(), move=True)
            self.updateGeometry()
        return super().event(event)

    def _place(self, width: int, *, move: bool) -> int:
        """Find the places of all widgets, and the height that they take."""
        left, top, right, bottom = self._margins
        room = max(width - left - right, 1)
        y = top
        for line in self._lines(room):
            height = max(size.height() for _, size in line)
            if move:
                self._place_line(line, left, y, room, height)
            y += height + self._spacing
        return max(y - self._spacing, top) + bottom if y > top else top + bottom

    def _place_line(
        self, line: Sequence[tuple[QWidget | None, QSize]], x: int, y: int, room: int, height: int
    ) -> None:
        taken = (
            sum(size.width() + self._spacing for widget, size in line if widget is not None) - self._spacing
        )
        for widget, size in line:
            if widget is None:
                x += max(room - taken, 0)
                continue
            widget.setGeometry(QRect(x, y + (height - size.height()) // 2, size.width(), size.height()))
            x += size.width() + self._spacing

    def _lines(self, room: int) -> list[list[tuple[QWidget | None, QSize]]]:
        lines: list[list[tuple[QWidget | None, QSize]]] = []
        used = room + 1
        for widget in self._items:
            if widget == "break":
                used = room + 1
            if not isinstance(widget, QWidget):
                if widget == "space" and lines:
                    lines[-1].append((None, QSize(0, 0)))
                continue
            if widget.isHidden():
                continue
            size = self._size(widget, room)
            if used + size.width() > room:
                lines.append([])
                used = 0
            lines[-1].append((widget, size))
            used += size.width() + self._spacing
        return lines

    @staticmethod
    def _size(widget: QWidget, room: int) -> QSize:
        size = widget.sizeHint().expandedTo(widget.minimumSize()).boundedTo(widget.maximumSize())
        if size.width() > room:
            size = QSize(room, widget.heightForWidth(room) if widget.hasHeightForWidth() else size.height())
        return size


def labelled(label: str, widget: QWidget) -> QWidget:
    """A widget behind its muted label, to be kept in one line with it."""
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    text = QLabel(label)
    text.setProperty("role", "muted")
    row.addWidget(text)
    row.addWidget(widget)
    return pair
