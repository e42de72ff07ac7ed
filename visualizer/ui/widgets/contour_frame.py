"""Where the parts of a contour plot lie: the plot with its axes, the bar of levels, and the numbers beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from visualizer.race.surface import Point, Window
from visualizer.ui.theme import TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import TICK_LENGTH, Axes, round_ticks, tick_texts

_TOP, _BELOW = 9, 21  # px around the plot
_LEFTS = (36, 48, 62, 78, 94)  # px: few widths, so that the plot does not jump while it is zoomed
_BAR, _BAR_GAP, _BAR_LABELS, _RIGHT = 11, 12, 44, 11  # px
_NARROW = 300  # px of the widget: below it the bar of levels has no room
_ROOM_FOR_X, _ROOM_FOR_Y = 80, 56  # px between two ticks
_LEAST = 1e-12  # of the distance from 0: in smaller windows neighbouring pixels would be the same number


@dataclass(frozen=True, slots=True)
class ContourFrame:
    """``axes`` of the plot, and the ``bar`` of levels at its right, empty where it has no room; in px."""

    axes: Axes
    bar: QRectF
    window: Window

    def point(self, x: float, y: float) -> Point:
        """What lies at a pixel."""
        plot = self.axes.plot
        share = (plot.bottom() - y) / plot.height()
        return self.axes.from_x(x), self.window.bottom + share * self.window.height

    def pixel(self, point: Point) -> tuple[float, float]:
        """Where a point lies."""
        return float(self.axes.to_x(point[0])), float(self.axes.to_y(point[1]))


def lay_out(size: QSize, window: Window) -> ContourFrame:
    """The frame that fills ``size`` with a plot of ``window``."""
    height = max(32, size.height() - _TOP - _BELOW)
    texts = [text for _, text in _labels(window.bottom, window.top, height // _ROOM_FOR_Y)]
    metrics = QFontMetrics(font(TICK_SIZE))
    needed = max((metrics.horizontalAdvance(text) for text in texts), default=0) + TICK_LENGTH + 8
    left = next((room for room in _LEFTS if room >= needed), _LEFTS[-1])
    has_bar = size.width() >= _NARROW
    right = _BAR_GAP + _BAR + _BAR_LABELS if has_bar else _RIGHT
    plot = QRectF(left, _TOP, max(32, size.width() - left - right), height)
    bar = QRectF(plot.right() + _BAR_GAP, _TOP, _BAR, height) if has_bar else QRectF()
    return ContourFrame(Axes(plot, (window.left, window.right), (window.bottom, window.top)), bar, window)


def draw_frame(painter: QPainter, frame: ContourFrame, colors: Colors) -> None:
    """The ticks and their numbers, left of the plot and below it."""
    axes, flags = frame.axes, Qt.AlignmentFlag
    plot, window = axes.plot, frame.window
    xs = _labels(window.left, window.right, int(plot.width()) // _ROOM_FOR_X)
    ys = _labels(window.bottom, window.top, int(plot.height()) // _ROOM_FOR_Y)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(font(TICK_SIZE))
    for value, text in xs:
        x = round(axes.to_x(value))
        painter.setPen(QPen(QColor(colors.axis), 1))
        painter.drawLine(QLineF(x, plot.bottom(), x, plot.bottom() + TICK_LENGTH))
        painter.setPen(QColor(colors.muted))
        painter.drawText(QRectF(x - 40, plot.bottom() + 5, 80, 15), flags.AlignHCenter | flags.AlignTop, text)
    for value, text in ys:
        y = round(axes.to_y(value))
        painter.setPen(QPen(QColor(colors.axis), 1))
        painter.drawLine(QLineF(plot.left() - TICK_LENGTH, y, plot.left(), y))
        painter.setPen(QColor(colors.muted))
        room = QRectF(0, y - 8, plot.left() - TICK_LENGTH - 2, 16)
        painter.drawText(room, flags.AlignRight | flags.AlignVCenter, text)


def _labels(low: float, high: float, most: int) -> list[tuple[float, str]]:
    ticks = round_ticks(low, high, max(2, most))
    return list(zip(ticks, tick_texts(ticks), strict=True))


# --- windows -----------------------------------------------------------------------------------------


def zoomed(window: Window, factor: float, around: Point) -> Window:
    """The window with sides ``factor`` times as long, ``around`` at the same place in it."""
    x, y = around
    return Window(
        x + (window.left - x) * factor,
        x + (window.right - x) * factor,
        y + (window.bottom - y) * factor,
        y + (window.top - y) * factor,
    )


def moved(window: Window, by: Point) -> Window:
    """The window further right and further up."""
    x, y = by
    return Window(window.left + x, window.right + x, window.bottom + y, window.top + y)


def squared(window: Window, plot: QRectF) -> Window:
    """The smallest window around this one in which a unit of x is as long as one of y."""
    unit = max(window.width / plot.width(), window.height / plot.height())
    (x, y), width, height = window.centre, unit * plot.width() / 2, unit * plot.height() / 2
    return replace(window, left=x - width, right=x + width, bottom=y - height, top=y + height)


def is_sensible(window: Window, whole: Window) -> bool:
    """Whether floats can tell the pixels of a window apart, and it is not endlessly wider than ``whole``."""
    for low, high, full in (
        (window.left, window.right, whole.width),
        (window.bottom, window.top, whole.height),
    ):
        if not _LEAST * max(abs(low), abs(high), 1e-3 * full) < high - low < 1e4 * full:
            return False
    return True
