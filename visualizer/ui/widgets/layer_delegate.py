"""Paints the rows of the layer list, two lines each, and the header above them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.lanes import LaneRow, Strand
from visualizer.ui.widgets.layer_model import ROW_ROLE, Index, LayerRow

ROW_HEIGHT = 33
_MIDDLE = 16  # where the lines of two rows meet: on a pixel's edge, so that no seam shows
HEADER_HEIGHT = 22
ACCENT_BAR = 3
_BAR_HEIGHT = 6
_LINES = (1, 17)  # tops of the two lines of text in a row
_LINE_HEIGHT = 16
_GAP = 8  # between columns
_WIDE_GAP = 10  # between texts that end and texts that begin at it
_NAME_GAP = 5  # between a name and the output beside it, at least
_FIRST_LANE = 12  # centre of the leftmost lane
_LEAST_NAME = 64  # px for a name beside the widest output; below that the MACs go
_LEAST_SCRAP = 4  # letters of a shortened word that still say something
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a row lie, px from its left edge. Without room for the MACs ``macs_width`` is 0."""

    lane_pitch: int
    text: int  # left edge of names and details
    output: int  # right edge
    macs: int  # left edge
    macs_width: int
    field: int  # right edge

    def lane(self, lane: int) -> int:
        """The middle of a lane."""
        return _FIRST_LANE + lane * self.lane_pitch


@dataclass(frozen=True, slots=True)
class ColumnWidths:
    """What the texts of one network need, in the fonts of the window."""

    lanes: int
    output: int
    macs: int
    field: int

    @classmethod
    def measured(cls, rows: tuple[LayerRow, ...], lanes: int) -> ColumnWidths:
        """Measure each distinct text once: a large network repeats few."""
        normal, small = QFontMetrics(font()), QFontMetrics(font(SMALL_SIZE))
        output = max(
            _widest(normal, {row.output for row in rows}),
            _widest(small, {row.parameters for row in rows} | {"Output"}),
        )
        macs = max(38, _widest(small, {row.macs for row in rows} | {"MACs"}))
        # The header of the last column may reach into the gap before it: the one before is left-aligned.
        field = max(_widest(normal, {row.field for row in rows}), _widest(small, {"RF px"}) - _GAP // 2)
        return cls(lanes, output, macs, field)

    def placed(self, width: int, right_margin: int) -> Columns:
        """The columns in a row of ``width`` px."""
        pitch = 12 if self.lanes <= 2 else 9
        text = _FIRST_LANE + max((self.lanes - 1) * pitch, 12) + 12
        field = width - right_margin
        macs = field - self.field - _GAP - self.macs
        if macs - _WIDE_GAP - self.output - _NAME_GAP - text < _LEAST_NAME:
            left = field - self.field - _GAP
            return Columns(pitch, text, left, left, 0, field)
        return Columns(pitch, text, macs - _WIDE_GAP, macs, self.macs, field)


def _widest(metrics: QFontMetrics, texts: set[str]) -> int:
    return max((metrics.horizontalAdvance(text) for text in texts), default=0)


def short_name(name: str, width: int, metrics: QFontMetrics) -> str:
    """A dotted path in ``width`` px: whole parts go from the left; the last number stays, it tells rows apart."""
    if metrics.horizontalAdvance(name) <= width:
        return name
    parts = name.split(".")
    least = len(parts) - (2 if len(parts) > 1 and parts[-2].isdigit() else 1)
    for first in range(1, least + 1):
        shortened = f"…{'.'.join(parts[first:])}"
        if metrics.horizontalAdvance(shortened) <= width:
            return shortened
    kept = "".join(f"{part}." for part in parts[least:-1])
    room = width - metrics.horizontalAdvance(kept)
    end = metrics.elidedText(parts[-1], Qt.TextElideMode.ElideMiddle, room)
    if len(end) <= _LEAST_SCRAP:
        return metrics.elidedText(name, Qt.TextElideMode.ElideLeft, width)
    return kept + end


class LayerHeader(QWidget):
    """The names of the columns, above the list."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEADER_HEIGHT)
        self.colors = DARK
        self.columns: Columns | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self.colors.header))
            painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(self.colors.border))
            columns = self.columns
            if columns is None:
                return
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(self.colors.muted))
            height = self.height() - 1
            painter.drawText(QRect(columns.text, 0, 100, height), _LEFT, "Layer")
            painter.drawText(QRect(columns.output - 100, 0, 100, height), _RIGHT, "Output")
            if columns.macs_width:
                painter.drawText(QRect(columns.macs, 0, 100, height), _LEFT, "MACs")
            painter.drawText(QRect(columns.field - 100, 0, 100, height), _RIGHT, "RF px")


class LayerDelegate(QStyledItemDelegate):
    """Paints one layer: lanes, name over detail, output over parameters, MACs, receptive field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = DARK
        self.columns = ColumnWidths(1, 0, 0, 0).placed(300, 8)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LayerRow = index.data(ROW_ROLE)
        below: LayerRow | None = index.model().index(index.row() + 1, 0).data(ROW_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(option.rect)
        painter.translate(option.rect.topLeft())
        width = option.rect.width()
        self._paint_ground(painter, width, selected, bool(option.state & QStyle.StateFlag.State_MouseOver))
        self._paint_texts(painter, row, selected)
        if self.columns.macs_width:
            self._paint_macs(painter, row, selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_strands(painter, row.lanes, _MIDDLE)
        if below:
            self._paint_strands(painter, below.lanes, _MIDDLE + ROW_HEIGHT)
        self._paint_dot(painter, row, selected)
        painter.restore()

    def _paint_ground(self, painter: QPainter, width: int, selected: bool, hovered: bool) -> None:
        colors = self.colors
        if selected or hovered:
            painter.fillRect(0, 0, width, ROW_HEIGHT, QColor(colors.selected if selected else colors.header))
        else:
            painter.fillRect(0, ROW_HEIGHT - 1, width, 1, QColor(colors.grid))
        if selected:
            painter.fillRect(0, 0, ACCENT_BAR, ROW_HEIGHT, QColor(colors.accent))

    def _paint_texts(self, painter: QPainter, row: LayerRow, selected: bool) -> None:
        columns, (upper, lower) = self.columns, _LINES
        normal, small = font(), font(SMALL_SIZE)
        text, muted = self.colors.text, self.colors.muted
        # Each line gives the left text what the right one leaves: outputs are not all as long as the longest.
        room = columns.output - columns.text - _NAME_GAP
        name_font = font(bold=True) if selected else normal
        name_room = room - QFontMetrics(normal).horizontalAdvance(row.output)
        detail_room = room - QFontMetrics(small).horizontalAdvance(row.parameters)
        name = short_name(row.name, name_room, QFontMetrics(name_font))
        detail = QFontMetrics(small).elidedText(row.detail, Qt.TextElideMode.ElideRight, detail_room)
        self._text(painter, name_font, text, columns.text, upper, name)
        self._text(painter, small, muted, columns.text, lower, detail)
        self._text(painter, normal, text, columns.output, upper, row.output, right=True)
        self._text(painter, small, muted, columns.output, lower, row.parameters, right=True)
        self._text(painter, normal, text, columns.field, upper, row.field, right=True)
        if columns.macs_width:
            self._text(painter, small, muted, columns.macs, lower, row.macs)

    def _text(
        self, painter: QPainter, face: QFont, color: str, x: int, y: int, text: str, *, right: bool = False
    ) -> None:
        painter.setFont(face)
        painter.setPen(QColor(color))
        rect = QRect(x - 400 if right else x, y, 400, _LINE_HEIGHT)
        painter.drawText(rect, _RIGHT if right else _LEFT, text)

    def _paint_macs(self, painter: QPainter, row: LayerRow, selected: bool) -> None:
        columns, colors = self.columns, self.colors
        top = _LINES[0] + (_LINE_HEIGHT - _BAR_HEIGHT) // 2
        track = QRect(columns.macs, top, columns.macs_width, _BAR_HEIGHT)
        painter.fillRect(track, QColor(colors.track))
        if row.share > 0:
            track.setWidth(max(1, round(row.share * columns.macs_width)))
            painter.fillRect(track, QColor(colors.accent if selected else colors.bar))

    def _paint_strands(self, painter: QPainter, lanes: LaneRow, bottom: float) -> None:
        """Draw the lines that end at ``bottom``, the middle of their row; the clip keeps this row's half."""
        for strand in lanes.strands:
            main = strand.start == strand.end == 0
            color = QColor(self.colors.axis if main else self.colors.muted)
            painter.setPen(QPen(color, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawPath(self._strand_path(strand, bottom))
        if lanes.joint is not None:
            centre = QPointF(self.columns.lane(lanes.joint) + 0.5, bottom - ROW_HEIGHT / 2)
            self._paint_merge(painter, centre, 4.0, QColor(self.colors.muted))

    def _strand_path(self, strand: Strand, bottom: float) -> QPainterPath:
        half = ROW_HEIGHT / 2
        end = bottom - half if strand.part == "upper" else bottom
        start = bottom - half if strand.part == "lower" else bottom - ROW_HEIGHT
        x0, x1 = self.columns.lane(strand.start) + 0.5, self.columns.lane(strand.end) + 0.5
        path = QPainterPath(QPointF(x0, start))
        middle = (start + end) / 2
        path.cubicTo(QPointF(x0, middle), QPointF(x1, middle), QPointF(x1, end))
        return path

    def _paint_dot(self, painter: QPainter, row: LayerRow, selected: bool) -> None:
        color = QColor(self.colors.accent if selected else self.colors.muted)
        centre = QPointF(self.columns.lane(row.lanes.lane) + 0.5, ROW_HEIGHT / 2)
        if row.lanes.merge:
            self._paint_merge(painter, centre, 5.0, color)
            return
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if row.weighted else QColor(self.colors.panel))
        painter.drawEllipse(centre, 3.0, 3.0)

    def _paint_merge(self, painter: QPainter, centre: QPointF, radius: float, color: QColor) -> None:
        painter.setPen(QPen(color, 1.3))
        painter.setBrush(QColor(self.colors.panel))
        painter.drawEllipse(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        arm = radius - 2
        painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))
        painter.drawLine(centre - QPointF(0, arm), centre + QPointF(0, arm))

    def set_colors(self, colors: Colors) -> None:
        self.colors = colors
