"""Which part of the plane the landscape shows: that of the surface, or where the hand has zoomed and moved to."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, QRectF, QTimer, Signal

from visualizer.race.frames import Landscape
from visualizer.race.surface import Point, Surface, Window
from visualizer.ui.widgets.contour_frame import is_sensible, moved, squared, zoomed

_PAUSE = 40  # ms between two requests: a sample takes 20
_REMEMBERED = 64


class ShownWindow(QObject):
    """Follows the surface and the hand.

    ``changed`` comes at once, ``requested(Window)`` every 40 ms at most while the hand moves.
    """

    changed = Signal()
    requested = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.window = Window(-1.0, 1.0, -1.0, 1.0)
        self._base = self.window  # before it was made wide enough for equal units
        self._whole = self.window
        self._formula = ""
        self._landscape: Landscape | None = None
        self._plot: QRectF | None = None  # where units are to be equal
        self._asked: deque[Window] = deque(maxlen=_REMEMBERED)
        self._timer = QTimer(self, interval=_PAUSE, singleShot=True)
        self._timer.timeout.connect(self._ask)
        self._waits = False

    def follow(self, surface: Surface, landscape: Landscape | None) -> None:
        """Go to the window of another surface, or to that of a landscape that the hand has not asked for."""
        if (surface.formula, surface.window) != (self._formula, self._whole):
            self._formula, self._whole = surface.formula, surface.window
            self._forget()
            self._go_to(surface.window)
        if landscape is self._landscape or landscape is None:
            return
        self._landscape = landscape
        if landscape.formula != self._formula:
            return
        if landscape.window == self.window and not self._waits:
            self._asked.clear()
        elif landscape.window not in self._asked and not self._waits:
            self._go_to(landscape.window)

    def set_plot(self, plot: QRectF | None) -> None:
        """Keep a unit of x as long as one of y in ``plot``; None: both fill the plot."""
        if plot != self._plot:
            was_square, self._plot = self._plot is not None, plot
            if plot is not None:
                self._go_to(self._base)
            elif was_square:
                self.show(self._base)

    def show(self, window: Window) -> None:
        """Show a window by hand, unless floats end there."""
        if is_sensible(window, self._whole):
            self._go_to(window)
            self._request()

    def zoom(self, factor: float, around: Point) -> None:
        self.show(zoomed(self.window, factor, around))

    def move(self, by: Point) -> None:
        self.show(moved(self.window, by))

    def fit(self) -> None:
        """Show the window of the surface again."""
        self._go_to(self._whole)
        self._request()

    def _go_to(self, window: Window) -> None:
        self._base = window
        shown = squared(window, self._plot) if self._plot is not None else window
        if _is_same(shown, self.window):
            return
        self.window = shown
        self.changed.emit()
        if shown != window:
            self._request()

    def _request(self) -> None:
        self._waits = True
        if not self._timer.isActive():
            self._timer.start()

    def _ask(self) -> None:
        self._waits = False
        self._asked.append(self.window)
        self.requested.emit(self.window)

    def _forget(self) -> None:
        self._timer.stop()
        self._waits = False
        self._asked.clear()


def _is_same(window: Window, other: Window) -> bool:
    """Whether two windows differ by no more than rounding."""
    near = 1e-9 * max(window.width, window.height)
    pairs = (
        (window.left, other.left),
        (window.right, other.right),
        (window.bottom, other.bottom),
        (window.top, other.top),
    )
    return all(abs(one - two) <= near for one, two in pairs)
