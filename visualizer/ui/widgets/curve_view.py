"""One quantity over a run, live: train and validation, the play head, a read-out at the pointer."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.training.frames import Curves
from visualizer.ui.numbers import integer
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.curve_axes import Range
from visualizer.ui.widgets.curve_data import Quantity
from visualizer.ui.widgets.curve_painting import DOT, draw_points, draw_read_out, draw_vertical
from visualizer.ui.widgets.curve_picture import CurveOptions, CurvePicture
from visualizer.ui.widgets.curve_reading import Reading, reading, rows_of

_NEAR = 4.0  # px, between the pointer and the mark of a change
_ZOOM = 1.0015  # a unit of the wheel; a notch is 120
_SMALLEST_SPAN = 4.0  # steps
_KEYS = {
    Qt.Key.Key_F,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Equal,
    Qt.Key.Key_Minus,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
}


class CurveView(QWidget):
    """Shows the curves of a run. Painting costs 1 ms after new curves of any length, 0.1 ms else.

    ``visit_requested(step)`` is a click, a drag or an arrow key; ``hovered(step)`` the step under the pointer, −1
    for none. The wheel zooms along x, with Shift it moves; a double click or F shows all again.
    """

    visit_requested = Signal(int)
    hovered = Signal(int)

    def __init__(self, quantity: Quantity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = CurvePicture(quantity)
        self._colors: Colors = DARK
        self._visited: int | None = None
        self._pointer: float | None = None  # px
        self._hovered = -1  # step
        self._asked = -1  # the step last asked for in this drag
        self._zoom: Range | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(f"{quantity.name} over the run")

    # --- what is shown ---------------------------------------------------------------------------

    def set_curves(self, curves: Curves | None, epochs: int, visited_step: int | None) -> None:
        """Show the curves of a run of ``epochs``; the play head at ``visited_step``, at the end for None."""
        if curves is None:
            self.set_zoom(None)
        self.picture.set_curves(curves, epochs)
        self._visited = visited_step
        self.update()

    def set_options(self, options: CurveOptions) -> None:
        if options.by_step != self.picture.options.by_step:
            self._zoom = None
        self.picture.set_options(options)
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.picture.set_colors(colors)
        self.update()

    def set_hovered(self, step: int) -> None:
        """Show the crosshair at a step, as if the pointer were there; −1 for none. Emits nothing."""
        if step != self._hovered:
            self._hovered, self._pointer = step, None
            self.update()

    def set_zoom(self, zoom: Range | None) -> None:
        """Show a part of the x axis; None for all that there is."""
        if zoom != self._zoom:
            self._zoom = zoom
            self.picture.set_zoom(zoom)
            self.update()

    def fit(self) -> None:
        """Show the whole run."""
        self.set_zoom(None)

    @property
    def zoom(self) -> Range | None:
        return self._zoom

    def sizeHint(self) -> QSize:
        return QSize(380, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 64)

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.picture.curves is None:
            return
        drawn = self.picture.pixmap(self.size(), self.devicePixelRatioF())
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, drawn)
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._colors.accent), 1))
                painter.drawRect(self.picture.axes.plot.adjusted(-1, -1, 0, 0))
            self._draw_head(painter, reading(self.picture, self._visited))
            if self._hovered >= 0:
                self._draw_hovered(painter, reading(self.picture, self._hovered))

    def _draw_head(self, painter: QPainter, at: Reading) -> None:
        axes = self.picture.axes
        x = axes.to_x(self.picture.x_of(at.step))
        if not axes.plot.left() <= x <= axes.plot.right() + 1:
            return
        draw_vertical(painter, x, axes.plot, QColor(self._colors.accent))
        marks = [(x, at.average, self._colors.train)]
        if at.validation_step:
            there = axes.to_x(self.picture.x_of(at.validation_step))
            marks.append((there, at.validation, self._colors.validation))
        for place, value, color in marks:
            y = self.picture.y_of(value)
            if math.isfinite(y) and axes.plot.top() <= y <= axes.plot.bottom() and place >= axes.plot.left():
                draw_points(painter, [(place, y)], QColor(self._colors.field), DOT + 1)
                draw_points(painter, [(place, y)], QColor(color), DOT)

    def _draw_hovered(self, painter: QPainter, at: Reading) -> None:
        picture, plot = self.picture, self.picture.axes.plot
        x = picture.axes.to_x(picture.x_of(at.step))
        if not plot.left() <= x <= plot.right() + 1:
            return
        draw_vertical(painter, x, plot, QColor(self._colors.muted))
        draw_read_out(painter, x, plot, rows_of(at, self._changes_at(x)), self._colors)

    def _changes_at(self, x: float) -> tuple[str, ...]:
        curves, picture = self.picture.curves, self.picture
        changes = () if curves is None else curves.changes
        by_step = picture.options.by_step
        return tuple(
            f"{change.text} from step {integer(change.step + 1)}"
            for change in changes
            if abs(picture.axes.to_x(change.step if by_step else change.epoch) - x) <= _NEAR
        )

    # --- mouse and keys ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.picture.curves is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._asked = -1
        self._visit(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.picture.curves is None:
            return
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._visit(x)
        inside = self.picture.axes.plot.contains(event.position())
        self._hover(self.picture.step_at(x) if inside and len(self.picture.curves.step) else -1)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def _hover(self, step: int) -> None:
        if step != self._hovered:
            self._hovered = step
            self.update()
            self.hovered.emit(step)

    def _visit(self, x: float) -> None:
        plot = self.picture.axes.plot
        step = self.picture.step_at(min(max(x, plot.left()), plot.right()))
        if step != self._asked:
            self._asked = step
            self.visit_requested.emit(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.picture.curves is None:
            event.ignore()
            return
        delta = event.angleDelta()
        if delta.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            low, high = self.picture.axes.x
            self._move(-(delta.x() or delta.y()) / 120 * 0.1 * (high - low))
        else:
            self._zoom_by(_ZOOM ** -delta.y(), self.picture.axes.from_x(event.position().x()))
        event.accept()

    def _zoom_by(self, factor: float, around: float) -> None:
        low, high = self.picture.axes.x
        whole = self.picture.full_range()
        span = max((high - low) * factor, _SMALLEST_SPAN / self._steps_per_unit())
        if span >= whole[1] - whole[0]:
            self.fit()
            return
        share = min(max((around - low) / (high - low), 0.0), 1.0)
        start = around - share * span
        self._show_part(start, span)

    def _move(self, by: float) -> None:
        low, high = self.picture.axes.x
        if self._zoom is not None:
            self._show_part(low + by, high - low)

    def _show_part(self, start: float, span: float) -> None:
        whole = self.picture.full_range()
        start = min(max(start, whole[0]), whole[1] - span)
        self.set_zoom((start, start + span))

    def _steps_per_unit(self) -> float:
        curves = self.picture.curves
        if self.picture.options.by_step or curves is None or not len(curves.step):
            return 1.0
        return float(curves.step[-1]) / max(float(curves.epoch[-1]), 1e-6)

    def event(self, event: QEvent) -> bool:
        # The window has some of these keys as shortcuts: with the focus here, they are meant for the curves.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.picture.curves is None or not _is_ours(event):
            super().keyPressEvent(event)
            return
        key, axes = Qt.Key(event.key()), self.picture.axes
        at = axes.to_x(self.picture.x_of(reading(self.picture, self._visited).step))
        if key == Qt.Key.Key_F:
            self.fit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._visit_beside(at, -1 if key == Qt.Key.Key_Left else 1)
        else:
            around = axes.from_x(min(max(at, axes.plot.left()), axes.plot.right()))
            self._zoom_by(1.25 if key == Qt.Key.Key_Minus else 0.8, around)

    def _visit_beside(self, x: float, way: int) -> None:
        """Ask for the next step that lies in another column of pixels."""
        now = reading(self.picture, self._visited).step
        for distance in range(1, max(2, int(self.picture.axes.plot.width()))):
            step = self.picture.step_at(x + way * distance)
            if step != now:
                self.visit_requested.emit(step)
                return


def _is_ours(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    return Qt.Key(event.key()) in _KEYS and held == Qt.KeyboardModifier.NoModifier
