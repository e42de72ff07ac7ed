"""The layers of a run, one row each: sparklines of how they do, and the figures of the moment."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
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
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.row_keys import row_of_key
from visualizer.ui.widgets.statistic_rows import STATISTICS, Figure, figures, place_of
from visualizer.ui.widgets.statistics_columns import Columns, lay_out
from visualizer.ui.widgets.statistics_picture import FOOTER, HEADING, ROW, Shown, draw_statistics


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
        if self._columns is None:
            self._columns = lay_out(self.viewport().width(), history.names)
        shown = Shown(
            history,
            self._visited,
            self._row,
            self._columns,
            self._colors,
            self.viewport().size(),
            self.verticalScrollBar().value(),
        )
        draw_statistics(painter, shown)

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
        rows = len(self._history.names) if self._history is not None else 0
        wanted = row_of_key(event.key(), self._row, rows, max(1, self._room() // ROW))
        if wanted is None:
            super().keyPressEvent(event)
        elif 0 <= wanted < rows and wanted != self._row:
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
