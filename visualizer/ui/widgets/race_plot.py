"""Values of several racers over the clock of the race, with the play head: strong before it, faint behind it."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.race.config import Clock
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.curve_axes import Range
from visualizer.ui.widgets.curve_painting import draw_vertical
from visualizer.ui.widgets.race_lines import RaceLine, clock_scale
from visualizer.ui.widgets.race_markers import draw_head
from visualizer.ui.widgets.race_picture import RacePicture, RacePlotOptions
from visualizer.ui.widgets.race_read_out import draw_race_read_out

_ZOOM = 1.0015  # a unit of the wheel; a notch is 120
_SMALLEST_SHARE = 0.01  # of the race, that can be seen at once
_HEAD, _SELECTED_HEAD = 3.2, 4.4  # px, radius
_KEYS = (Qt.Key.Key_F, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Left, Qt.Key.Key_Right)


class RacePlot(QWidget):
    """Shows the lines of a race. A frame at a new moment is two blits and the heads: 0.6 ms with 14 racers.

    ``moment_requested(moment)``, in units of the clock, is a click, a drag or an arrow key. The wheel zooms along x,
    with Shift it moves; a double click or F shows all again. In logarithmic plots values of 0 and less lie at the
    lower edge.
    """

    moment_requested = Signal(float)

    def __init__(
        self, name: str, options: RacePlotOptions | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.picture = RacePicture(options or RacePlotOptions())
        self._colors: Colors = DARK
        self._moment, self._words = 0.0, ""
        self._pointer: float | None = None  # px
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(name)

    # --- what is shown ---------------------------------------------------------------------------

    def set_lines(self, lines: tuple[RaceLine, ...], length: float, clock: Clock, selected: str = "") -> None:
        """Show ``lines`` on a clock that ends at ``length``; the line of the racer ``selected`` on top.

        The same tuple again costs nothing.
        """
        self.picture.set_lines(lines, length, clock)
        self.picture.set_selected(selected)
        self.update()

    def set_moment(self, moment: float, words: str = "") -> None:
        """Put the play head at ``moment``, with ``words`` ("step 120") beside it."""
        if (moment, words) != (self._moment, self._words):
            self._moment, self._words = moment, words
            self.update()

    def set_options(self, options: RacePlotOptions) -> None:
        self.picture.set_options(options)
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.picture.set_colors(colors)
        self.update()

    def fit(self) -> None:
        """Show the whole race."""
        self._show_part(None)

    @property
    def zoom(self) -> Range | None:
        return self.picture.zoom

    def sizeHint(self) -> QSize:
        return QSize(420, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 56)

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        strong, faint = self.picture.pixmaps(self.size(), self.devicePixelRatioF())
        axes = self.picture.axes
        head = min(max(axes.to_x(self._moment), axes.plot.left()), axes.plot.right() + 1)
        with QPainter(self) as painter:
            _blit(painter, strong, QRectF(0, 0, head, self.height()))
            _blit(painter, faint, QRectF(head, 0, self.width() - head, self.height()))
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._colors.accent), 1))
                painter.drawRect(axes.plot.adjusted(-1, -1, 0, 0))
            if axes.x[0] <= self._moment <= axes.x[1]:
                self._draw_head(painter)
            if self._pointer is not None and self.picture.lines:
                draw_vertical(painter, self._pointer, axes.plot, QColor(DARK.muted))
                draw_race_read_out(painter, self.picture, self._pointer)

    def _draw_head(self, painter: QPainter) -> None:
        picture, plot = self.picture, self.picture.axes.plot
        x = round(picture.axes.to_x(self._moment))
        draw_vertical(painter, x, plot, QColor(DARK.accent))
        painter.fillRect(QRectF(x + 1, plot.top(), 0.5, plot.height()), QColor(DARK.accent))
        if self._words:
            painter.setFont(font(SMALL_SIZE, bold=True))
            painter.setPen(QColor(DARK.accent))
            width = painter.fontMetrics().horizontalAdvance(self._words) + 2
            left = x + 6 if x + 6 + width <= plot.right() else x - 6 - width
            painter.drawText(
                QRectF(left, plot.top() + 1, width, 15), Qt.AlignmentFlag.AlignVCenter, self._words
            )
        lines = picture.in_order()
        ys = picture.ys_of([line.value_at(self._moment) for line in lines])
        for line, y in zip(lines, ys, strict=True):
            if math.isfinite(y):
                # A racer that had its last step before waits where it is.
                at = min(x, round(picture.axes.to_x(float(line.xs[-1]))))
                selected = line.key == picture.selected
                radius, ring = (_SELECTED_HEAD, "#ffffff") if selected else (_HEAD, "")
                draw_head(painter, line.marker, at, y, line.color, radius, ring)

    # --- mouse and keys ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.picture.lines:
            self._request(event.position().x())
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.picture.lines:
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._request(event.position().x())
            self._point(None)  # the values at the hand are those of the heads
        else:
            inside = self.picture.axes.plot.contains(event.position())
            self._point(event.position().x() if inside else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, x: float | None) -> None:
        if x != self._pointer:
            self._pointer = x
            self.update()

    def _request(self, x: float) -> None:
        axes = self.picture.axes
        moment = axes.from_x(min(max(x, axes.plot.left()), axes.plot.right()))
        self.moment_requested.emit(min(max(moment, 0.0), self.picture.full_range()[1]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta, axes = event.angleDelta(), self.picture.axes
        if delta.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            low, high = axes.x
            by = -(delta.x() or delta.y()) / 120 * 0.1 * (high - low)
            if self.zoom is not None:
                self._show_part((low + by, high + by))
        else:
            self._zoom_by(_ZOOM ** -delta.y(), axes.from_x(event.position().x()))
        event.accept()

    def _zoom_by(self, factor: float, around: float) -> None:
        (low, high), end = self.picture.axes.x, self.picture.full_range()[1]
        span = max((high - low) * factor, _SMALLEST_SHARE * end)
        share = min(max((around - low) / (high - low), 0.0), 1.0)
        start = around - share * span
        self._show_part((start, start + span) if span < end else None)

    def _show_part(self, part: Range | None) -> None:
        """Show a part of the clock, moved so that it lies within the race."""
        if part is not None:
            span = part[1] - part[0]
            start = min(max(part[0], 0.0), self.picture.full_range()[1] - span)
            part = start, start + span
        self.picture.set_zoom(part)
        self._pointer = None
        self.update()

    def event(self, event: QEvent) -> bool:
        # The window has some of these keys as shortcuts: with the focus here, they are meant for the plot.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.picture.lines or not _is_ours(event):
            super().keyPressEvent(event)
            return
        key, axes = Qt.Key(event.key()), self.picture.axes
        if key == Qt.Key.Key_F:
            self.fit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.moment_requested.emit(self._beside(-1 if key == Qt.Key.Key_Left else 1))
        else:
            around = min(max(self._moment, axes.x[0]), axes.x[1])
            self._zoom_by(1.25 if key == Qt.Key.Key_Minus else 0.8, around)

    def _beside(self, way: int) -> float:
        """The moment one step on, or back; a hundredth of the race where the clock counts no whole numbers."""
        end = self.picture.full_range()[1]
        by = 1.0 if clock_scale(self.picture.clock) == 1.0 else end / 100
        return min(max(self._moment + way * by, 0.0), end)


def _blit(painter: QPainter, pixmap: QPixmap, part: QRectF) -> None:
    """The ``part`` (px) of a picture of the whole widget."""
    if part.width() <= 0:
        return
    painter.setClipRect(part)
    painter.drawPixmap(0, 0, pixmap)
    painter.setClipping(False)


def _is_ours(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    return Qt.Key(event.key()) in _KEYS and held == Qt.KeyboardModifier.NoModifier
