"""A row of named numbers that breaks into name above number where the room is short."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font

LINE = 17  # px
GAP = 6  # px between name and number
BETWEEN = 8  # px at least between two pairs


class Readouts(QWidget):
    """Pairs of a muted name and a number, spread over the width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._pairs: tuple[tuple[str, str], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_pairs(self, pairs: tuple[tuple[str, str], ...]) -> None:
        if pairs != self._pairs:
            self._pairs = pairs
            self.setAccessibleName(", ".join(f"{name} {number}" for name, number in pairs))
            self.updateGeometry()
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def _widths(self) -> list[tuple[int, int]]:
        names, numbers = QFontMetrics(font(SMALL_SIZE)), QFontMetrics(font())
        return [(names.horizontalAdvance(a), numbers.horizontalAdvance(b)) for a, b in self._pairs]

    def _one_line(self, width: int) -> bool:
        widths = self._widths()
        return sum(a + b + GAP for a, b in widths) + BETWEEN * (len(widths) - 1) <= width

    def heightForWidth(self, width: int) -> int:
        return LINE if self._one_line(width) else 2 * LINE - 2

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._one_line(self.width()):
                self._draw_line(painter)
            else:
                self._draw_cells(painter)

    def _draw_line(self, painter: QPainter) -> None:
        widths = self._widths()
        free = self.width() - sum(a + b + GAP for a, b in widths)
        gap = min(free / max(1, len(widths) - 1), 28.0)
        x = 0.0
        for (name, number), (first, second) in zip(self._pairs, widths, strict=True):
            self._draw_name(painter, QRectF(x, 0, first + 1, LINE), name)
            self._draw_number(painter, QRectF(x + first + GAP, 0, second + 1, LINE), number)
            x += first + GAP + second + gap

    def _draw_cells(self, painter: QPainter) -> None:
        width = self.width() / max(1, len(self._pairs))
        for index, (name, number) in enumerate(self._pairs):
            self._draw_name(painter, QRectF(index * width, 0, width, LINE - 2), name)
            self._draw_number(painter, QRectF(index * width, LINE - 2, width, LINE), number)

    def _draw_name(self, painter: QPainter, room: QRectF, text: str) -> None:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_number(self, painter: QPainter, room: QRectF, text: str) -> None:
        painter.setFont(font())
        painter.setPen(QColor(self._colors.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
