"""What the rows of the stack stand on: the input's line, the place for drops, and what is dragged over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from visualizer.ui.numbers import shape
from visualizer.ui.theme import DARK, Colors, font, icon
from visualizer.ui.widgets.kind_drag import KIND_MIME, LAYERS_MIME
from visualizer.ui.widgets.row_painting import lane_x, paint_dot, paint_lane
from visualizer.ui.widgets.stack_columns import KIND_X, Columns, fitted
from visualizer.ui.widgets.stack_rows import Lane, Target

INPUT_HEIGHT = 35
ZONE_HEIGHT = 38
HINT = "Drop a layer here, or press Insert"
_SCROLL_EDGE, _SCROLL_STEP, _SCROLL_EVERY = 32, 12, 30  # px, px, ms


class StackCanvas(QWidget):
    """Emits ``dropped(QMimeData, Target)``, ``zone_clicked`` for the place below the last row, and ``ground_clicked``.

    ``target_at(point, mime)`` tells where a drop would go, None where it cannot; ``row_area(index)`` where a row is.
    """

    dropped = Signal(QMimeData, object)
    zone_clicked = Signal()
    ground_clicked = Signal()
    scroll_wanted = Signal(int)  # px

    def __init__(self, row_area: Callable[[int], QRect], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target_at: Callable[[QPoint, QMimeData], Target | None] = lambda point, mime: None
        self._row_area = row_area
        self._colors: Colors = DARK
        self._columns: Columns = fitted(800)
        self._input: tuple[int, ...] = ()
        self._zone = QRect()
        self._problem = ""
        self._target: Target | None = None
        self.setAcceptDrops(True)
        self._scroll = QTimer(self, interval=_SCROLL_EVERY)
        self._scroll.timeout.connect(self._scroll_on)
        self._scroll_by = 0

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def set_content(self, columns: Columns, input: tuple[int, ...], zone: QRect, problem: str) -> None:
        """Set the columns, the shape of the input, where the place for drops is (empty: nowhere), a ``problem``."""
        content = (columns, input, zone, problem)
        if content != (self._columns, self._input, self._zone, self._problem):
            self._columns, self._input, self._zone, self._problem = content
            self.update()

    @property
    def target(self) -> Target | None:
        """Where what is dragged would go."""
        return self._target

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_input(painter)
            if not self._zone.isEmpty():
                self._paint_zone(painter)

    def _paint_input(self, painter: QPainter) -> None:
        colors = self._colors
        painter.fillRect(QRect(0, INPUT_HEIGHT - 1, self.width(), 1), QColor(colors.grid))
        middle = INPUT_HEIGHT / 2
        if not self._zone.isEmpty():
            painter.save()
            painter.setClipRect(QRectF(0, middle, self.width(), middle))
            paint_lane(painter, INPUT_HEIGHT, INPUT_HEIGHT, Lane(0, 0, 0), colors)
            painter.restore()
        paint_dot(painter, lane_x(0), middle, colors.muted, colors.panel, filled=False)
        icon("image", colors.muted).paint(painter, QRect(KIND_X, (INPUT_HEIGHT - 16) // 2, 16, 16))
        painter.setFont(font())
        painter.setPen(QColor(colors.text))
        at = Qt.AlignmentFlag.AlignVCenter
        if self._columns.cell("kind", INPUT_HEIGHT).width() > 60:
            painter.drawText(QRect(KIND_X + 23, 0, 80, INPUT_HEIGHT), at, "Input")
        if self._problem:
            self._paint_problem(painter)
        cell = self._columns.cell("output", INPUT_HEIGHT)
        painter.setPen(QColor(colors.error if self._problem else colors.text))
        painter.drawText(cell, at | Qt.AlignmentFlag.AlignRight, shape(self._input))

    def _paint_problem(self, painter: QPainter) -> None:
        """What is wrong with the network as a whole."""
        left = self._columns.left("name")
        icon("warning", self._colors.error).paint(painter, QRect(left, (INPUT_HEIGHT - 14) // 2, 14, 14))
        painter.setPen(QColor(self._colors.error))
        painter.setFont(font(bold=True))
        room = QRect(left + 20, 0, self._columns.left("output") - left - 26, INPUT_HEIGHT)
        sentence = painter.fontMetrics().elidedText(self._problem, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, sentence)
        painter.setFont(font())

    def _paint_zone(self, painter: QPainter) -> None:
        colors = self._colors
        taken = self._target is not None and self._target.into is None and self._below_all(self._target)
        color = colors.accent if taken else colors.control_border
        area = QRectF(self._zone).adjusted(KIND_X - 6.5, 6.5, -14.5, -5.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(color), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(area, 3, 3)
        painter.setPen(QPen(QColor(colors.muted), 1.3))
        x, y = area.left() + 15, area.center().y()
        painter.drawLine(QPointF(x - 5, y), QPointF(x + 5, y))
        painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5))
        painter.setFont(font())
        text = area.adjusted(31, 0, -6, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, HINT)

    def _below_all(self, target: Target) -> bool:
        return target.depth == 0 and self._row_area(target.gap).isEmpty()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        over_zone = self._zone.contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton:
            (self.zone_clicked if over_zone else self.ground_clicked).emit()

    # Drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._consider(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._consider(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_target(None)
        self._scroll.stop()

    def dropEvent(self, event: QDropEvent) -> None:
        self._consider(event)
        target = self._target
        self._set_target(None)
        self._scroll.stop()
        if target is not None:
            self.dropped.emit(event.mimeData(), target)

    def _consider(self, event: QDropEvent) -> None:
        """Take what is one of ours where it can go; the rest goes on to the window."""
        mime = event.mimeData()
        if not (mime.hasFormat(KIND_MIME) or mime.hasFormat(LAYERS_MIME)):
            event.ignore()
            return
        point = event.position().toPoint()
        self._set_target(self.target_at(point, mime))
        if self._target is None:
            event.ignore()
        else:
            event.acceptProposedAction()
        self._scroll_near_edge(point)

    def _set_target(self, target: Target | None) -> None:
        if target != self._target:
            self._target = target
            self.update()
            self._marker().show_target(self._marker_area(), self._colors)

    def _marker(self) -> _Marker:
        found = self.findChild(_Marker)
        return found if found is not None else _Marker(self)

    def _marker_area(self) -> QRect:
        """A line in a gap, or the row of a block that takes the drop; empty for none."""
        target = self._target
        if target is None:
            return QRect()
        if target.into is not None:
            return self._row_area(target.into)
        area = self._row_area(target.gap)
        y = area.top() if not area.isEmpty() else self._zone.top()
        x = round(lane_x(target.depth))
        return QRect(x, y - 3, self.width() - x - 12, 6)

    def _scroll_near_edge(self, point: QPoint) -> None:
        seen = self.visibleRegion().boundingRect()
        above, below = point.y() - seen.top(), seen.bottom() - point.y()
        self._scroll_by = (
            -_SCROLL_STEP if above < _SCROLL_EDGE else _SCROLL_STEP if below < _SCROLL_EDGE else 0
        )
        if self._scroll_by and not self._scroll.isActive():
            self._scroll.start()
        elif not self._scroll_by:
            self._scroll.stop()

    def _scroll_on(self) -> None:
        self.scroll_wanted.emit(self._scroll_by)


class _Marker(QWidget):
    """Shows above the rows where a drop would go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._color = QColor()

    def show_target(self, area: QRect, colors: Colors) -> None:
        self._color = QColor(colors.accent)
        self.setVisible(not area.isEmpty())
        self.setGeometry(area)
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._color, 2))
            if self.height() > 6:
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3, 3)
                return
            painter.drawLine(QPointF(6, 3), QPointF(self.width(), 3))
            painter.drawEllipse(QPointF(3, 3), 2, 2)


def translucent(pixmaps: list[QPixmap]) -> QPixmap:
    """The picture of what is dragged: rows below one another, seen through."""
    ratio = pixmaps[0].devicePixelRatio()
    height = sum(each.height() for each in pixmaps)
    made = QPixmap(max(each.width() for each in pixmaps), height)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        painter.setOpacity(0.7)
        y = 0.0
        for each in pixmaps:
            painter.drawPixmap(QPointF(0, y), each)
            y += each.height() / ratio
    return made
