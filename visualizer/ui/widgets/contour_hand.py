"""The hand on a landscape: it sets the start, zooms, moves, selects racers."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from visualizer.race.surface import Point, Window
from visualizer.ui.widgets.contour_frame import ContourFrame, lay_out
from visualizer.ui.widgets.contour_window import ShownWindow

_ZOOM = 1.0015  # for a unit of the wheel; a notch is 120
_KEY_ZOOM = 0.8
_GRIP = 11.0  # px around the start in which the hand takes it as it lies
_PAUSE = 16  # ms between two places of the start while it is dragged
_CLICK = 4.0  # px that a click may move
_STEP, _FINE_STEP = 0.01, 0.001  # of the window, for the arrow keys; with Shift
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}
_KEYS = {Qt.Key.Key_F, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, *_WAYS}


class ContourHand(QWidget):
    """Turns the mouse and the keys into requests; what is under the pointer a subclass knows.

    ``start_dragged(point, done)`` while the left button or an arrow key is held, 60 times a second at most, and at
    the end; ``racer_selected(key)`` for a click on a head or a name; ``menu_requested(QPoint)`` for a right click.
    The wheel zooms at the pointer; the middle or right button, or Shift and the left one, move the window; a double
    click and F show all of the surface.
    """

    start_dragged = Signal(object, bool)
    racer_selected = Signal(str)
    menu_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = ShownWindow(self)
        self.pointer: QPointF | None = None
        self.focused_by_key = False
        self.held: Point | None = None  # where the hand holds the start
        self._mode: Literal["", "start", "inset", "move"] = ""
        self._offset = QPointF()
        self._pressed, self._last = QPointF(), QPointF()
        self._before: Point | None = None  # the start before the last click
        self._pending = False
        self._timer = QTimer(self, interval=_PAUSE, singleShot=True)
        self._timer.timeout.connect(self._tell)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    # --- what a subclass knows -----------------------------------------------------------------------

    def start_point(self) -> Point | None:
        """The start of the race; None while there is none."""
        raise NotImplementedError

    def racer_at(self, position: QPointF) -> str:
        """The key of the racer whose head or name is there, or ""."""
        raise NotImplementedError

    def inset_point(self, position: QPointF) -> Point | None:
        """The start that an inset shows there; None elsewhere."""
        raise NotImplementedError

    def inset_contains(self, position: QPointF) -> bool:
        """Whether an inset covers the plot there."""
        raise NotImplementedError

    @property
    def frame(self) -> ContourFrame:
        return lay_out(self.size(), self.shown.window)

    # --- mouse ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        start, position = self.start_point(), event.position()
        self._pressed = self._last = position
        self._before = None
        if start is None:
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() != Qt.MouseButton.LeftButton or shift:
            self._mode = "move" if self.frame.axes.plot.contains(position) else ""
            return
        grip = QPointF(*self.frame.pixel(start)) - position
        grips = math.hypot(grip.x(), grip.y()) <= _GRIP
        key = "" if grips else self.racer_at(position)
        inset = self.inset_point(position)
        if inset is None and not grips and self.inset_contains(position):
            return
        if key and inset is None:
            self.racer_selected.emit(key)
        elif inset is not None or self.frame.axes.plot.contains(position):
            self._mode = "start" if inset is None else "inset"
            self._offset = grip if grips else QPointF()
            self._before = start
            if not grips:
                self._hold(position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        self.pointer = position
        if self._mode == "move":
            self._move(position - self._last)
        elif self._mode:
            self._hold(position)
        else:
            self._shape_cursor(position)
        self._last = position
        if self._mode not in ("start", "inset"):  # else the race answers with a state, which is painted
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        mode, self._mode = self._mode, ""
        way = event.position() - self._pressed
        still = math.hypot(way.x(), way.y()) <= _CLICK
        if mode in ("start", "inset") and self.held is not None:
            self._let_go()
        elif event.button() == Qt.MouseButton.RightButton and still:
            self.menu_requested.emit(event.globalPosition().toPoint())
        self._shape_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """All of the surface again, and the start where it was before the first of the two clicks."""
        if event.button() != Qt.MouseButton.LeftButton or self.start_point() is None:
            return
        if self._before is not None and self._before != self.start_point():
            self.start_dragged.emit(self._before, True)
        self.shown.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        position = event.position()
        if self.start_point() is None or not self.frame.axes.plot.contains(position):
            event.ignore()
            return
        point = self.frame.point(position.x(), position.y())
        self.shown.zoom(_ZOOM ** -event.angleDelta().y(), point)
        self._move(
            position - QPointF(*self.frame.pixel(point))
        )  # longer numbers beside the plot make it narrower
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The right button moves the window: its menu comes when it is let go where it was pressed.
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            event.accept()
        else:
            event.ignore()

    def _shape_cursor(self, position: QPointF) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self.start_point() is not None:
            if self._mode == "move":
                shape = Qt.CursorShape.ClosedHandCursor
            elif self.racer_at(position):
                shape = Qt.CursorShape.PointingHandCursor
            elif self.frame.axes.plot.contains(position):
                shape = Qt.CursorShape.CrossCursor
        if shape != self.cursor().shape():
            self.setCursor(shape)

    def _move(self, way: QPointF) -> None:
        if way.manhattanLength() < 1e-6:
            return
        plot, window = self.frame.axes.plot, self.shown.window
        x, y = -way.x() / plot.width() * window.width, way.y() / plot.height() * window.height
        self.shown.move((x, y))

    # --- the start -------------------------------------------------------------------------------------

    def _hold(self, position: QPointF) -> None:
        """Take the start to a pixel, within the plot."""
        if self._mode == "inset":
            point = self.inset_point(position)
        else:
            at, plot = position + self._offset, self.frame.axes.plot
            x = min(max(at.x(), plot.left()), plot.right())
            y = min(max(at.y(), plot.top()), plot.bottom())
            point = self.frame.point(x, y)
        if point is not None and point != self.held:
            self.held = point
            self._soon()

    def _soon(self) -> None:
        """Tell where the start is held, now or when the pause is over."""
        self._pending = True
        if not self._timer.isActive():
            self._tell()

    def _tell(self) -> None:
        if self._pending and self.held is not None:
            self._pending = False
            self._timer.start()
            self.start_dragged.emit(self.held, False)

    def _let_go(self) -> None:
        self._timer.stop()
        point, self.held, self._pending = self.held, None, False
        if point is not None:
            self.start_dragged.emit(point, True)
            self.update()

    # --- keys ------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # The window has some of these keys as shortcuts: with the focus here, they are meant for the landscape.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        start = self.start_point()
        if start is None or not _is_ours(event):
            super().keyPressEvent(event)
            return
        key, window = Qt.Key(event.key()), self.shown.window
        if key == Qt.Key.Key_F:
            self.shown.fit()
        elif key in _WAYS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.held = stepped(self.held or start, window, _WAYS[key], _FINE_STEP if fine else _STEP)
            self._soon()
        else:
            self.shown.zoom(1 / _KEY_ZOOM if key == Qt.Key.Key_Minus else _KEY_ZOOM, window.centre)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in _WAYS and not event.isAutoRepeat() and not self._mode:
            self._let_go()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused_by_key = event.reason() in _BY_KEY
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused_by_key = False
        if not self._mode:
            self._let_go()


def stepped(point: Point, window: Window, way: tuple[int, int], share: float) -> Point:
    """The point a share of the window further."""
    return point[0] + way[0] * share * window.width, point[1] + way[1] * share * window.height


def _is_ours(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    return Qt.Key(event.key()) in _KEYS and held == Qt.KeyboardModifier.NoModifier
