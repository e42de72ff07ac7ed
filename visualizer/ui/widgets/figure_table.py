"""A table of figures: name, the draft's figure, two bars to compare, the figure of another network."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.build_figures import WAITS, Figure
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font

ROW_HEIGHT = 20
HEADER_HEIGHT = 17
_BAR, _BAR_HEIGHT, _BAR_GAP = 34, 4, 2  # px
_LEAST_BAR = 12  # px
_GAP = 8
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class FigureTable(QWidget):
    """The lines of ``build_figures``; the second column and the bars only where there is something to compare."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = DARK
        self._figures: tuple[Figure, ...] = ()
        self._heads = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Summary")

    def set_figures(self, figures: tuple[Figure, ...], draft: str, opened: str) -> None:
        """Show the lines; ``draft`` and ``opened`` head the columns, "" for a network that is not there."""
        if (figures, (draft, opened)) == (self._figures, self._heads):
            return
        self._figures, self._heads = figures, (plain(draft), plain(opened))
        self.setAccessibleDescription(", ".join(f"{row.name} {row.text}" for row in figures))
        self.updateGeometry()
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, HEADER_HEIGHT + len(self._figures) * ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = (event.pos().y() - HEADER_HEIGHT) // ROW_HEIGHT
            if 0 <= row < len(self._figures) and event.pos().y() >= HEADER_HEIGHT:
                QToolTip.showText(event.globalPos(), plain_tip(self._figures[row].tip), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        draft, bars, opened = self._columns()
        with QPainter(self) as painter:
            # Names reach to the left as far as there is room: over the names of the lines, and over the bars.
            self._paint_head(painter, QRect(0, 0, draft.right() + 1, 1), self._heads[0])
            reach = opened.right() - draft.right() - _GAP
            self._paint_head(painter, QRect(draft.right() + 1 + _GAP, 0, reach, 1), self._heads[1])
            for at, row in enumerate(self._figures):
                top = HEADER_HEIGHT + at * ROW_HEIGHT
                self._paint_row(painter, row, top, draft, opened)
                if bars.width() and row.amount is not None and row.opened_amount is not None:
                    self._paint_bars(painter, row.amount, row.opened_amount, bars.translated(0, top))

    def _columns(self) -> tuple[QRect, QRect, QRect]:
        """Where the draft's figures, the bars and the other figures stand in a row at the top."""
        metrics = QFontMetrics(font())
        widest = max((metrics.horizontalAdvance(row.text) for row in self._figures), default=0)
        other = max((metrics.horizontalAdvance(row.opened_text) for row in self._figures), default=0)
        if other:
            other = max(other, min(QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(self._heads[1]), 64))
        right = self.width()
        opened = QRect(right - other, 0, other, ROW_HEIGHT)
        if other:
            right = opened.left() - _GAP
        names = max((metrics.horizontalAdvance(row.name) for row in self._figures), default=0)
        spare = right - 2 * _GAP - widest - names  # names are more than bars
        bar = min(_BAR, spare) if other and spare >= _LEAST_BAR else 0
        bars = QRect(right - bar, (ROW_HEIGHT - 2 * _BAR_HEIGHT - _BAR_GAP) // 2, bar, _BAR_HEIGHT)
        right -= bar + _GAP if bar else 0
        return QRect(right - widest, 0, widest, ROW_HEIGHT), bars, opened

    def _paint_head(self, painter: QPainter, column: QRect, text: str) -> None:
        face = font(SMALL_SIZE)
        painter.setFont(face)
        painter.setPen(QColor(self._colors.muted))
        shown = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideMiddle, column.width())
        painter.drawText(QRect(column.left(), 0, column.width(), HEADER_HEIGHT), _RIGHT, shown)

    def _paint_row(self, painter: QPainter, row: Figure, top: int, draft: QRect, opened: QRect) -> None:
        colors = self._colors
        painter.setFont(font())
        painter.setPen(QColor(colors.muted))
        room = draft.left() - _GAP + 2
        name = QFontMetrics(font()).elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(0, top, room, ROW_HEIGHT), _LEFT, name)
        painter.drawText(opened.translated(0, top), _RIGHT, row.opened_text)
        painter.setPen(QColor(colors.disabled if row.text == WAITS else colors.text))
        painter.drawText(draft.translated(0, top), _RIGHT, row.text)

    def _paint_bars(self, painter: QPainter, draft: float, opened: float, upper: QRect) -> None:
        """The draft above the other network, both as parts of the larger one."""
        lower = upper.translated(0, _BAR_HEIGHT + _BAR_GAP)
        largest = max(draft, opened)
        for bar, amount, color in (
            (upper, draft, self._colors.text),
            (lower, opened, self._colors.axis),
        ):
            painter.fillRect(bar, QColor(self._colors.track))
            if amount > 0:
                filled = QRect(bar)
                filled.setWidth(max(1, round(bar.width() * amount / largest)))
                painter.fillRect(filled, QColor(color))
