"""What is said above the terms of a step: whose it is, from where to where, what the loss did."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.race.frames import StepAnatomy
from visualizer.race.racers import Marker
from visualizer.race.surface import Point
from visualizer.ui.numbers import integer
from visualizer.ui.theme import DARK, Colors, font
from visualizer.ui.widgets.anatomy_table import significant
from visualizer.ui.widgets.race_markers import draw_head

_LINE = 18  # px
_REMARK_LINES = 2
_HEAD_RADIUS = 4.5
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class AnatomyHeadline(QWidget):
    """Three facts in two lines, and the remark below in two more; nothing is laid out anew from step to step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = DARK
        self._anatomy: StepAnatomy | None = None
        self._color = ""
        self._marker: Marker = "circle"
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The step")

    def set_anatomy(self, anatomy: StepAnatomy, color: str, marker: Marker) -> None:
        """Show a step of the racer with this colour and head."""
        self._anatomy, self._color, self._marker = anatomy, color, marker
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def text(self) -> str:
        """All of it in one line."""
        anatomy = self._anatomy
        if anatomy is None:
            return ""
        return f"{_title(anatomy)}: {_way(anatomy)}, {_losses(anatomy)}. {anatomy.remark}"

    def sizeHint(self) -> QSize:
        return QSize(300, (2 + _REMARK_LINES) * _LINE)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        anatomy, colors = self._anatomy, self._colors
        if anatomy is None:
            return
        with QPainter(self) as painter:
            draw_head(painter, self._marker, 6, _LINE / 2, self._color, _HEAD_RADIUS)
            painter.setFont(font(bold=True))
            painter.setPen(QColor(colors.text))
            painter.drawText(QRect(18, 0, self.width() - 18, _LINE), _LEFT, _title(anatomy))
            painter.setFont(font())
            way, losses = _way(anatomy), _losses(anatomy)
            beside = painter.fontMetrics().horizontalAdvance(way) + 16
            painter.drawText(QRect(0, _LINE, self.width(), _LINE), _LEFT, way)
            room = QRect(beside, _LINE, self.width() - beside, _LINE)
            if beside + painter.fontMetrics().horizontalAdvance(losses) > self.width():
                left = 18 + QFontMetrics(font(bold=True)).horizontalAdvance(_title(anatomy)) + 12
                room = QRect(left, 0, self.width() - left, _LINE)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, losses)
            painter.setPen(QColor(colors.muted))
            below = QRect(0, 2 * _LINE, self.width(), _REMARK_LINES * _LINE)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            painter.drawText(below, flags | Qt.TextFlag.TextWordWrap, anatomy.remark)


def _title(anatomy: StepAnatomy) -> str:
    return f"{anatomy.title}, step {integer(anatomy.step)}"


def _way(anatomy: StepAnatomy) -> str:
    return f"{_place(anatomy.start)} → {_place(anatomy.end)}"


def _place(point: Point) -> str:
    return f"({significant(point[0])}, {significant(point[1])})"


def _losses(anatomy: StepAnatomy) -> str:
    return f"loss {significant(anatomy.loss_before)} → {significant(anatomy.loss_after)}"
