"""The heat map of equivariance: a row for each layer and one for the outputs, a column for each angle."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from visualizer.data.transforms.change import ROTATION
from visualizer.ui.rotation.words import value_words
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.equivariance_drawing import (
    FOOTER,
    HEADING,
    HIGHEST_ROW,
    LOWEST_ROW,
    WORDS,
    Columns,
    Shown,
    draw_equivariance,
    lay_out,
)
from visualizer.ui.widgets.equivariance_rows import EquivarianceRows
from visualizer.ui.widgets.row_keys import row_of_key

FADED = 0.4
_SEPARATION = 4  # px above the row of the outputs


class EquivarianceMap(QAbstractScrollArea):
    """Shows ``EquivarianceRows`` and the angle of the dial.

    Emits ``row_selected(place)`` for a click on a row, and ``angle_chosen(angle, done)`` for a click or a drag in the
    colours.
    """

    row_selected = Signal(int)
    angle_chosen = Signal(float, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._table: EquivarianceRows | None = None
        self._selected = -1
        self._angle: float | None = None
        self._faded = False
        self._dragged: float | None = None  # the angle that was asked for last
        self._drawn: QPixmap | None = None
        self._columns = Columns(0, 0, 0, 1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Equivariance of layers over angles")
        self.verticalScrollBar().valueChanged.connect(self._forget)

    # --- what is shown -----------------------------------------------------------------------------

    def set_rows(self, table: EquivarianceRows | None, selected: int, *, faded: bool) -> None:
        """Show these rows, the ``selected`` one marked (−1 for none); ``faded`` while newer ones are awaited."""
        if (table, selected, faded) == (self._table, self._selected, self._faded):
            return
        moved = selected != self._selected
        self._table, self._selected, self._faded = table, selected, faded
        self._update_bar()
        if moved:
            self._bring_into_sight()
        if table is not None and 0 <= selected < len(table.rows):
            self.setAccessibleDescription(table.rows[selected].words())
        self._forget()

    def set_angle(self, angle: float | None) -> None:
        """Mark this angle; None for none."""
        if angle != self._angle:
            self._angle = angle
            self.viewport().update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def sizeHint(self) -> QSize:
        return QSize(430, HEADING + 9 * 20 + FOOTER)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, HEADING + 3 * LOWEST_ROW + FOOTER)

    def _forget(self) -> None:
        self._drawn = None
        self.viewport().update()

    def _room(self) -> int:
        """For the rows of layers, px: that of the outputs always stands below them."""
        return self.viewport().height() - HEADING - FOOTER - _SEPARATION - self._row_height()

    def _row_height(self) -> int:
        rows = len(self._table.rows) if self._table is not None else 1
        room = self.viewport().height() - HEADING - FOOTER - _SEPARATION
        return min(max(room // rows, LOWEST_ROW), HIGHEST_ROW)

    def _bring_into_sight(self) -> None:
        if self._table is not None and 0 <= self._selected < len(self._table.rows) - 1:
            bar, row, room = self.verticalScrollBar(), self._row_height(), self._room()
            bar.setValue(min(max(bar.value(), (self._selected + 1) * row - room), self._selected * row))

    def _update_bar(self) -> None:
        layers = len(self._table.rows) - 1 if self._table is not None else 0
        self.verticalScrollBar().setPageStep(max(1, self._room()))
        self.verticalScrollBar().setSingleStep(self._row_height())
        self.verticalScrollBar().setRange(0, max(0, layers * self._row_height() - self._room()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_bar()
        self._bring_into_sight()
        self._forget()

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._table is None:
            return
        view = self.viewport()
        shown = self._shown(self._table)
        if self._drawn is None:
            self._drawn = QPixmap(view.size() * self.devicePixelRatioF())
            self._drawn.setDevicePixelRatio(self.devicePixelRatioF())
            self._drawn.fill(Qt.GlobalColor.transparent)
            self._columns = lay_out(view.width(), self._table)
            with QPainter(self._drawn) as painter:
                draw_equivariance(painter, shown, self._columns)
        with QPainter(view) as painter:
            painter.setOpacity(FADED if self._faded else 1.0)
            painter.drawPixmap(0, 0, self._drawn)
            painter.setOpacity(1.0)
            if self._angle is not None:
                self._draw_angle(painter, shown, self._angle)
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._colors.accent), 1))
                painter.drawRect(view.rect().adjusted(0, 0, -1, -1))

    def _shown(self, table: EquivarianceRows) -> Shown:
        return Shown(
            table,
            self._selected,
            self._colors,
            self.viewport().size(),
            self._row_height(),
            self.verticalScrollBar().value(),
        )

    def _draw_angle(self, painter: QPainter, shown: Shown, angle: float) -> None:
        """The cursor: a line through all strips with a dark seam, so that it is seen on every colour, and its words."""
        left, right = self._columns.strip, self._columns.right
        x = round(left + shown.table.column_at(angle) / len(shown.table.values) * (right - left))
        line = QLineF(x, HEADING - 2, x, shown.last + shown.row)
        painter.setPen(QPen(QColor(DARK.field), 4))
        painter.drawLine(line)
        painter.setPen(QPen(QColor(self._colors.accent), 2))
        painter.drawLine(line)
        painter.setFont(font(SMALL_SIZE, bold=True))
        words = value_words(ROTATION, angle)
        wide = painter.fontMetrics().horizontalAdvance(words)
        start = min(max(round(x - wide / 2), left), right - wide)
        room = QRectF(start, HEADING - WORDS - 3, wide + 1, WORDS)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    # --- mouse and keys ----------------------------------------------------------------------------

    def row_at(self, y: float) -> int:
        """The row at ``y`` px of the viewport, −1 for none."""
        if self._table is None:
            return -1
        shown, last = self._shown(self._table), len(self._table.rows) - 1
        if shown.last <= y < shown.last + shown.row:
            return last
        row = int(y - HEADING + shown.top) // shown.row
        return row if HEADING <= y < shown.last and row < last else -1

    def column_at(self, x: float) -> int:
        """The column at ``x`` px, the nearest one outside of them; −1 left of the colours."""
        if self._table is None or x < self._columns.strip:
            return -1
        share = (x - self._columns.strip) / (self._columns.right - self._columns.strip)
        return min(int(share * len(self._table.values)), len(self._table.values) - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        row = self.row_at(at.y())
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if row != self._selected:
            self.row_selected.emit(row)
        column = self.column_at(at.x())
        if column >= 0 and self._table is not None:
            self._choose(float(self._table.values[column]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is None or self._table is None:
            return
        column = max(0, self.column_at(event.position().x()))
        angle = float(self._table.values[column])
        if angle != self._dragged:
            self._choose(angle)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._let_go()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._let_go()  # no release will come

    def _let_go(self) -> None:
        if self._dragged is not None:
            angle, self._dragged = self._dragged, None
            self.angle_chosen.emit(angle, True)

    def _choose(self, angle: float) -> None:
        self._dragged = angle
        self.angle_chosen.emit(angle, False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = len(self._table.rows) if self._table is not None else 0
        page = max(1, self._room() // self._row_height())
        wanted = row_of_key(event.key(), self._selected, rows, page)
        if wanted is None:
            super().keyPressEvent(event)
        elif 0 <= wanted < rows and wanted != self._selected:
            self.row_selected.emit(wanted)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip(event.pos().x(), event.pos().y()), self)
            return True
        return super().viewportEvent(event)

    def tip(self, x: float, y: float) -> str:
        """What is said of the place under the pointer."""
        row, column = self.row_at(y), self.column_at(x)
        if row < 0 or self._table is None:
            return ""
        found = self._table.rows[row]
        if column < 0:
            return plain_tip(found.words())
        return plain_tip(found.words(column, float(self._table.values[column])))
