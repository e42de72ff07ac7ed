"""A confusion matrix: how many images of each class (rows) were taken for which (columns)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.numbers import integer, percent
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.confusion_drawing import MatrixLayout, draw_matrix, fit
from visualizer.ui.widgets.picture_view import frame_pen

Cell = tuple[int, int]
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_PLAIN_KEYS = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ConfusionMatrix(QWidget):
    """One painted widget; the drawing is kept until counts, size or colours change: 0.1 ms a repaint, 2 ms anew.

    ``cell_chosen(true, predicted)`` is a click or an arrow key, ``cell_opened`` a click or the Enter key,
    ``cell_dismissed`` the Escape key.
    """

    cell_chosen = Signal(int, int)
    cell_opened = Signal()
    cell_dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._classes: tuple[str, ...] = ()
        self._label = -1
        self._cell: Cell | None = None
        self._hovered: Cell | None = None
        self._layout: MatrixLayout | None = None
        self._drawn: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")

    # What is shown

    def set_counts(self, counts: NDArray[np.int64], classes: tuple[str, ...]) -> None:
        """Show ``counts`` (K, K): rows are true classes, columns the predicted ones."""
        self._counts = counts
        if classes != self._classes:
            self._classes = tuple(plain(name) for name in classes)
            self._hovered = None
        self._forget()

    def set_label(self, index: int) -> None:
        """Outline the row of a true class; none for −1."""
        if index != self._label:
            self._label = index
            self._forget()

    def set_cell(self, cell: Cell | None) -> None:
        """Frame the chosen cell (true, predicted)."""
        if cell != self._cell:
            self._cell = cell
            self.setAccessibleDescription(self.words(cell) if cell is not None else "")
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def words(self, cell: Cell) -> str:
        """``18 % of dog (9 of 50 images) taken for cat``."""
        true, predicted = cell
        if not (max(cell) < len(self._counts)):
            return ""
        name, count, total = (
            self._classes[true],
            int(self._counts[true, predicted]),
            int(self._counts[true].sum()),
        )
        if not total:
            return f"no validation images of {name}"
        how = "recognised" if true == predicted else f"taken for {self._classes[predicted]}"
        return f"{percent(count / total, 0)} of {name} ({integer(count)} of {integer(total)} images) {how}"

    def sizeHint(self) -> QSize:
        return QSize(260, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 100)

    def _forget(self) -> None:
        self._drawn = self._layout = None
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._counts):
            return
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.size() != self.size() * ratio:
            self._layout = fit(self.size(), self._classes)
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                draw_matrix(painter, self._layout, self._colors, self._counts, self._classes, self._label)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            self._draw_frames(painter)

    def _draw_frames(self, painter: QPainter) -> None:
        assert self._layout is not None
        if self._hovered is not None and self._hovered != self._cell:
            painter.setPen(frame_pen(self._colors.text, 1.5))
            painter.drawRect(self._layout.cell(*self._hovered).adjusted(0.75, 0.75, -0.75, -0.75))
        if self._cell is not None and max(self._cell) < len(self._counts):
            # A line in the panel's colour keeps the accent apart from a cell of the same colour.
            place = self._layout.cell(*self._cell)
            for outset, width, color in ((0.5, 1, self._colors.panel), (2, 2, self._colors.accent)):
                painter.setPen(frame_pen(color, width))
                painter.drawRect(place.adjusted(-outset, -outset, outset, outset))
        if self.hasFocus():
            painter.setPen(frame_pen(self._colors.accent, 1))
            painter.drawRect(self._layout.plot.adjusted(-1.5, -1.5, 1.5, 1.5))

    # Mouse and keys

    def cell_at(self, point: QPoint) -> Cell | None:
        """The cell under a point of the widget."""
        return self._layout.at(point.x(), point.y()) if self._layout is not None else None

    def cell_rect(self, cell: Cell) -> QRectF:
        """Where a cell is, once the widget is painted."""
        return self._layout.cell(*cell) if self._layout is not None else QRectF()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell == self._hovered:
            return
        self._hovered = cell
        self.update()
        tip = plain_tip(self.words(cell)) if cell is not None else ""
        QToolTip.showText(event.globalPosition().toPoint(), tip, self)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cell_chosen.emit(*cell)
            self.cell_opened.emit()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, last = _ARROWS.get(Qt.Key(event.key())), len(self._counts) - 1
        if event.key() == Qt.Key.Key_Escape and self._cell is not None:
            self.cell_dismissed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cell is not None:
            self.cell_opened.emit()
        elif step is None or last < 0 or event.modifiers() not in _PLAIN_KEYS:
            event.ignore()
        elif self._cell is None:
            start = min(max(self._label, 0), last)
            self.cell_chosen.emit(start, start)
        else:
            row, column = self._cell[0] + step[0], self._cell[1] + step[1]
            if 0 <= row <= last and 0 <= column <= last:
                self.cell_chosen.emit(row, column)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
