"""Both plots of a response: around the circle, where the transform has one, and along a line beside or below it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QSizePolicy, QStyleOptionGraphicsItem, QWidget

from visualizer.ui.theme import Colors
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.polar_plot import PolarPlot
from visualizer.ui.widgets.response_curves import ResponseGraph
from visualizer.ui.widgets.response_hand import ResponseHand
from visualizer.ui.widgets.response_plot import ResponsePlot

_POLAR_SHARE = 0.42  # of the width, at most
_NARROW = 300  # px: below it there is room for one plot only
_TALL, _STEEP = 340, 0.7  # px, and heights over widths: from which on one plot stands above the other
_UPPER_SHARE = 0.55  # of the height, of the upper one
_LEFT = PADDING - 4  # px before the line plot


class ResponseView(QWidget):
    """Emits ``value_requested(value, done)`` of whichever plot is dragged."""

    value_requested = Signal(float, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.polar, self.plot = PolarPlot(self), ResponsePlot(self)
        self._is_periodic = True
        for each in (self.polar, self.plot):
            each.value_requested.connect(self.value_requested)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_graph(self, graph: ResponseGraph) -> None:
        """Show other curves."""
        if graph.transform.periodic != self._is_periodic:
            self._is_periodic = graph.transform.periodic
            self._place()
        self.polar.set_graph(graph if self._is_periodic else None)
        self.plot.set_graph(graph)

    def set_value(self, value: float) -> None:
        """Put the markers at a value: nothing else is painted anew."""
        self.polar.set_value(value)
        self.plot.set_value(value)

    def set_colors(self, colors: Colors) -> None:
        self.polar.set_colors(colors)
        self.plot.set_colors(colors)

    def scene(self) -> QGraphicsScene:
        """Both plots as a scene, for a file of vectors."""
        made = QGraphicsScene()
        made.addItem(_Plots([each for each in (self.polar, self.plot) if each.isVisible()], self))
        return made

    def sizeHint(self) -> QSize:
        return QSize(720, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        shown = self._is_periodic and self.width() >= _NARROW
        self.polar.setVisible(shown)
        if shown and self.height() >= max(_TALL, _STEEP * self.width()):
            top = round(_UPPER_SHARE * self.height())
            self.polar.setGeometry(QRect(0, 0, self.width(), top))
            self.plot.setGeometry(QRect(_LEFT, top, self.width() - _LEFT, self.height() - top))
            return
        polar = min(self.height() + 2 * PADDING, round(_POLAR_SHARE * self.width())) if shown else _LEFT
        self.polar.setGeometry(QRect(0, 0, polar, self.height()))
        self.plot.setGeometry(QRect(polar, 0, self.width() - polar, self.height()))


class _Plots(QGraphicsItem):
    """Plots where they lie in their view, on its ground."""

    def __init__(self, plots: list[ResponseHand], view: QWidget) -> None:
        super().__init__()
        self._plots, self._view = plots, view

    def boundingRect(self) -> QRectF:
        return QRectF(self._view.rect())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.fillRect(self._view.rect(), self._view.palette().window())
        for plot in self._plots:
            painter.save()
            painter.translate(plot.pos())
            plot.draw(painter)
            painter.restore()
