"""The layers of a run, one row each: sparklines of how they do, and the figures of the moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from visualizer.training.frames import StatisticsHistory
from visualizer.ui.numbers import integer
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.sparklines import draw_sparkline, sampled, shared_ranges
from visualizer.ui.widgets.statistic_rows import STATISTICS, Figure, Values, figures
from visualizer.ui.widgets.statistics_columns import EDGE, Columns, Place, lay_out

ROW, HEADING, FOOTER = 27, 21, 16  # px
_BAR = 3  # px, at the left of the selected row
_RIGHT, _LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """What all rows of one drawing have in common."""

    history: StatisticsHistory
    columns: Columns
    rows: NDArray[np.intp]  # of the history, at most one a pixel of a sparkline
    shares: Values  # 0…1, where they stand in it
    ranges: dict[str, tuple[float, float]]
    place: int  # of the visited step in the history, −1 before the first
    head: float | None  # 0…1, where the play head stands in the sparklines


class StatisticsChart(QAbstractScrollArea):
    """Rows are drawn where they are in sight, and once until something of them is another.

    ``selected(row)`` is a click or a key.
    """

    selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._history: StatisticsHistory | None = None
        self._visited: int | None = None
        self._row = -1
        self._drawn: QPixmap | None = None
        self._columns: Columns | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Layer statistics")
        self.verticalScrollBar().setSingleStep(ROW)
        self.verticalScrollBar().valueChanged.connect(self._forget)

    # --- what is shown ---------------------------------------------------------------------------

    def set_statistics(self, history: StatisticsHistory | None, visited: int | None) -> None:
        """Show the layers of ``history`` with the figures at the step ``visited``, the newest for None."""
        if history is self._history and visited == self._visited:
            return
        before = self._history
        self._history, self._visited = history, visited
        if history is None or before is None or history.names != before.names:
            self._columns = None
            self._update_bar()
        self._forget()

    def set_row(self, row: int) -> None:
        """Mark a row and bring it into sight; −1 for none."""
        if row == self._row:
            return
        self._row = row
        if row >= 0:
            bar, room = self.verticalScrollBar(), self._room()
            bar.setValue(min(max(bar.value(), (row + 1) * ROW - room), row * ROW))
        self._forget()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def sizeHint(self) -> QSize:
        return QSize(560, HEADING + 8 * ROW + FOOTER)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, HEADING + 2 * ROW + FOOTER)

    def describe(self, row: int) -> str:
        """The figures of a row in words, with what is odd about them."""
        if self._history is None:
            return ""
        parts = [self._history.names[row]]
        for statistic, found in zip(STATISTICS, self._figures(self._history, row), strict=True):
            parts.append(f"{statistic.title.removesuffix(', log')}: {found.text}. {found.doubt}".strip())
        return "\n".join(parts)

    def _figures(self, history: StatisticsHistory, row: int) -> tuple[Figure, ...]:
        return figures(history, row, place_of(history, self._visited))

    def _forget(self) -> None:
        self._drawn = None
        self.viewport().update()

    def _room(self) -> int:
        return self.viewport().height() - HEADING - FOOTER

    def _update_bar(self) -> None:
        rows = len(self._history.names) if self._history is not None else 0
        self.verticalScrollBar().setPageStep(max(1, self._room()))
        self.verticalScrollBar().setRange(0, max(0, rows * ROW - self._room()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._columns = None
        self._update_bar()
        self._forget()

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._history is None:
            return
        view = self.viewport()
        if self._drawn is None:
            self._drawn = QPixmap(view.size() * self.devicePixelRatioF())
            self._drawn.setDevicePixelRatio(self.devicePixelRatioF())
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                self._draw(painter, self._history)
        with QPainter(view) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._colors.accent), 1))
                painter.drawRect(view.rect().adjusted(0, 0, -1, -1))

    def _draw(self, painter: QPainter, history: StatisticsHistory) -> None:
        width = self.viewport().width()
        if self._columns is None:
            self._columns = lay_out(width, history.names)
        line = max(place.line for place in self._columns.places)
        rows, shares = sampled(history.epoch, line)
        ranges, place = shared_ranges(history, rows), place_of(history, self._visited)
        shown = _Shown(history, self._columns, rows, shares, ranges, place, self._head(history))
        self._draw_heading(painter, shown)
        top = self.verticalScrollBar().value()
        painter.setClipRect(0, HEADING, width, self._room())
        for row in range(top // ROW, min(len(history.names), (top + self._room()) // ROW + 1)):
            self._draw_row(painter, shown, row, HEADING + row * ROW - top)
        painter.setClipping(False)
        self._draw_footer(painter, shown)

    def _head(self, history: StatisticsHistory) -> float | None:
        if self._visited is None or len(history.step) < 2 or self._visited >= history.step[-1]:
            return None
        epoch = float(np.interp(self._visited, history.step, history.epoch))
        return epoch / max(float(history.epoch[-1]), 1e-9)

    def _draw_heading(self, painter: QPainter, shown: _Shown) -> None:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        metrics = painter.fontMetrics()
        for statistic, place in zip(STATISTICS, shown.columns.places, strict=True):
            room = QRectF(place.left, 0, place.right - place.left, HEADING)
            fits = metrics.horizontalAdvance(statistic.title) <= room.width()
            text = metrics.elidedText(
                statistic.title if fits else statistic.short, Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, (_LEFT if place.line else _RIGHT) | _MIDDLE, text)

    def _draw_row(self, painter: QPainter, shown: _Shown, row: int, y: int) -> None:
        colors, is_selected = self._colors, row == self._row
        if is_selected:
            painter.fillRect(0, y, self.viewport().width(), ROW, QColor(colors.selected))
            painter.fillRect(0, y, _BAR, ROW, QColor(colors.accent))
        painter.setFont(font(SMALL_SIZE, bold=is_selected))
        painter.setPen(QColor(colors.text))
        room = QRectF(EDGE, y, shown.columns.name_right - EDGE, ROW)
        name = painter.fontMetrics().elidedText(
            shown.history.names[row], Qt.TextElideMode.ElideMiddle, int(room.width())
        )
        painter.drawText(room, _LEFT | _MIDDLE, name)
        found = figures(shown.history, row, shown.place)
        for number, place in enumerate(shown.columns.places):
            self._draw_cell(painter, shown, row, number, place, y, found[number])

    def _draw_cell(
        self, painter: QPainter, shown: _Shown, row: int, number: int, place: Place, y: int, found: Figure
    ) -> None:
        statistic, colors = STATISTICS[number], self._colors
        ink = colors.error if found.is_wrong else colors.warning if found.doubt else colors.text
        if place.line:
            room = QRectF(place.left, y + 2, place.line, ROW - 4)
            values = statistic.values(shown.history)[shown.rows, row].astype(np.float64)
            spread = shown.history.std[shown.rows, row].astype(np.float64)
            within = shown.ranges.get(statistic.key, (0.0, 1.0))
            draw_sparkline(
                painter, room, statistic, shown.shares, values, spread, within, colors, QColor(ink)
            )
            if shown.head is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.setPen(QPen(QColor(colors.accent), 1))
                x = round(room.left() + shown.head * (room.width() - 1))
                painter.drawLine(QLineF(x, room.top(), x, room.bottom() - 1))
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(ink))
        mark = found.doubt and ("▼ " if found.doubt.startswith("Low") else "▲ ")
        room = QRectF(place.left, y, place.right - place.left, ROW)
        painter.drawText(room, _RIGHT | _MIDDLE, mark + found.text)

    def _draw_footer(self, painter: QPainter, shown: _Shown) -> None:
        if not shown.rows.size:
            return
        painter.setFont(font(TICK_SIZE))
        painter.setPen(QColor(self._colors.muted))
        y = self.viewport().height() - FOOTER
        texts = {"activation": f"epochs 0 – {shown.history.epoch[-1]:.3g}", "update": "dashed: 1 ‰"}
        for statistic, place in zip(STATISTICS, shown.columns.places, strict=True):
            if place.line and statistic.key in texts:
                painter.drawText(
                    QRectF(place.left, y, 160, FOOTER - 2), _LEFT | _MIDDLE, texts[statistic.key]
                )

    # --- mouse and keys ------------------------------------------------------------------------------

    def row_at(self, y: float) -> int:
        """The row at ``y`` px of the viewport, −1 for none."""
        rows = len(self._history.names) if self._history is not None else 0
        inside = HEADING <= y < self.viewport().height() - FOOTER
        row = int(y - HEADING + self.verticalScrollBar().value()) // ROW
        return row if inside and row < rows else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().y())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(row)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._history.names) - 1 if self._history is not None else -1
        page = max(1, self._room() // ROW)
        wanted = {
            Qt.Key.Key_Up: self._row - 1,
            Qt.Key.Key_Down: self._row + 1,
            Qt.Key.Key_PageUp: max(0, self._row - page),
            Qt.Key.Key_PageDown: min(last, self._row + page),
        }.get(Qt.Key(event.key()))
        if wanted is None or last < 0:
            super().keyPressEvent(event)
        elif 0 <= wanted <= last and wanted != self._row:
            self.selected.emit(wanted)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event.pos().x(), event.pos().y()), self)
            return True
        return super().viewportEvent(event)

    def _tip(self, x: int, y: int) -> str:
        if y < HEADING and self._columns is not None:
            helps = zip(STATISTICS, self._columns.places, strict=True)
            return next((plain_tip(row.help) for row, place in helps if place.left <= x <= place.right), "")
        row = self.row_at(y)
        return "".join(plain_tip(line) for line in self.describe(row).split("\n")) if row >= 0 else ""


def place_of(history: StatisticsHistory, visited: int | None) -> int:
    """Which of the T rows holds the step ``visited``, or the last one before it; −1 for none. The newest for None."""
    if visited is None:
        return len(history.step) - 1
    return int(np.searchsorted(history.step, visited, side="right")) - 1


def step_text(history: StatisticsHistory, visited: int | None) -> str:
    """The step whose figures are shown: "step 1 280"."""
    place = place_of(history, visited)
    return f"step {integer(int(history.step[place]))}" if place >= 0 else ""
