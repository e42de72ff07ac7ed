"""Box plots of networks, and below them their mean curves where few networks leave room for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from visualizer.ui.theme import Colors
from visualizer.ui.widgets.box_drawing import BoxRow, most_height
from visualizer.ui.widgets.box_plot import BoxPlot
from visualizer.ui.widgets.quartile_plot import QuartilePlot

_LEAST_CURVE = 130  # px: a lower plot is none
_GAP = 8  # px


class BoxPage(QWidget):
    """Scrolls where there are more networks than rows that can be read. Emits ``room_found`` for the curves."""

    room_found = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes, self.curve = BoxPlot(), QuartilePlot(self)
        self.area = QScrollArea(self, widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.boxes)
        self.area.viewport().setAutoFillBackground(False)
        self.boxes.setAutoFillBackground(False)
        self.curve.hide()
        self._count = 0

    def set_rows(self, rows: Sequence[BoxRow], caption: str, title: str) -> None:
        """Show these networks."""
        self.boxes.set_rows(rows, caption, title)
        if len(rows) != self._count:
            self._count = len(rows)
            self._place()

    def set_colors(self, colors: Colors) -> None:
        self.boxes.set_colors(colors)
        self.curve.set_colors(colors)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width, height = self.width(), self.height()
        high = most_height(self._count)
        has_room = height - high - _GAP >= _LEAST_CURVE
        self.area.setGeometry(0, 0, width, high if has_room else height)
        self.curve.setGeometry(0, high + _GAP, width, max(1, height - high - _GAP))
        if self.curve.isHidden() == has_room:
            self.curve.setVisible(has_room)
            if has_room:
                self.room_found.emit()
