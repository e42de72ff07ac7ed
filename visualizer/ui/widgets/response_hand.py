"""A plot whose marker is moved by the hand: what the polar plot and the line plot have in common."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.probes.response.interpolation import CIRCLE
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.response_curves import ResponseGraph

_ROUND = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # times a power of ten: the distances of values a hand can set
_COARSE_ANGLE = 15.0  # with Shift
_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class ResponseHand(QWidget):
    """Emits ``value_requested(value, done)`` while the marker is dragged, and with True at the end; for arrow keys too.

    With Shift the values are coarse: every 15°, or every tenth of the range. A subclass says which value lies at a
    point, and where the hand may begin.
    """

    value_requested = Signal(float, bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._graph: ResponseGraph | None = None
        self._value = 0.0
        self._dragged = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(name)

    # --- what is shown ---------------------------------------------------------------------------

    def set_graph(self, graph: ResponseGraph | None) -> None:
        """Show other curves; the same again costs nothing."""
        if graph is not self._graph:
            self._graph = graph
            self._forget()

    def set_value(self, value: float) -> None:
        """Put the marker at a value of the transform."""
        if value != self._value:
            self._value = value
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def _forget(self) -> None:
        """Drop what was drawn of other curves."""
        self.update()

    # --- for subclasses --------------------------------------------------------------------------

    def value_at(self, point: QPointF) -> float:
        """The value of the transform at a point (px)."""
        raise NotImplementedError

    def can_grab(self, point: QPointF) -> bool:
        """Whether a press there takes the marker."""
        raise NotImplementedError

    def a_pixel(self) -> float:
        """How far the value goes with one px."""
        raise NotImplementedError

    def draw(self, painter: QPainter) -> None:
        """Draw all that is shown but the pointer, on any device."""
        raise NotImplementedError

    def point_at(self, point: QPointF | None) -> None:
        """The pointer is there and no button is pressed; None: it left."""

    # --- the hand --------------------------------------------------------------------------------

    def _rounded(self, value: float, *, coarse: bool) -> float:
        """The value that the hand means: no finer than a pixel can tell, within the range."""
        assert self._graph is not None
        transform = self._graph.transform
        low, high = self._graph.x
        if coarse:
            step = _COARSE_ANGLE if transform.periodic else (high - low) / 10
        else:
            step = max(_next_round(self.a_pixel()), 10.0**-transform.decimals)
        value = round(low + round((value - low) / step) * step, 9)
        if transform.periodic:
            return min(max(value, 0.0), CIRCLE - step)
        return min(max(value, low), high)

    def _request(self, event: QMouseEvent, *, done: bool) -> None:
        coarse = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.value_requested.emit(self._rounded(self.value_at(event.position()), coarse=coarse), done)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._graph is not None and self.can_grab(event.position()):
            self._dragged = True
            self.point_at(None)
            self._request(event, done=False)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._graph is None:
            return
        if self._dragged:
            self._request(event, done=False)
            return
        can_grab = self.can_grab(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_grab else Qt.CursorShape.ArrowCursor)
        self.point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged and event.button() == Qt.MouseButton.LeftButton:
            if self._graph is not None:
                self._dragged = False
                self._request(event, done=True)
            else:
                self._let_go()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._let_go()  # no release will come

    def _let_go(self) -> None:
        if self._dragged:
            self._dragged = False
            self.value_requested.emit(self._value, True)

    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(None)

    def event(self, event: QEvent) -> bool:
        # The window may have these keys as shortcuts: with the focus here, they are meant for the plot.
        overrides = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if overrides and Qt.Key(event.key()) in _KEYS:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _KEYS.get(Qt.Key(event.key()), 0)
        if not way or self._graph is None:
            super().keyPressEvent(event)
            return
        transform, (low, high) = self._graph.transform, self._graph.x
        coarse = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        step = transform.step
        if coarse:
            step = _COARSE_ANGLE if transform.periodic else (high - low) / 10
        value = round(self._value + way * step, 9)
        value = value % CIRCLE if transform.periodic else min(max(value, low), high)
        self.value_requested.emit(value, True)


def _next_round(step: float) -> float:
    """The smallest of 1, 2, 5 · 10ⁿ that is not below ``step``."""
    power = 10.0 ** math.floor(math.log10(max(step, 1e-9)))
    return next(each * power for each in _ROUND if each * power >= step * (1 - 1e-9))
