"""How a row of the stack is painted: ground, grip, line with dot, kind, output and costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen

from visualizer.assets import resource
from visualizer.ui.numbers import shape, short
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font, icon
from visualizer.ui.widgets.stack_columns import DEEPEST_LANE, GRIP_X, KIND_X, LANE_STEP, LANE_X, Columns
from visualizer.ui.widgets.stack_rows import Lane, ShownRow

_ICON, _FOLD = 16, 14  # px
NOTHING = "–"


@dataclass(slots=True)
class RowLook:
    """What is painted of one row."""

    row: ShownRow | None = None
    colors: Colors = DARK
    selected: bool = False
    current: bool = False
    classes: int = 0

    def fold_area(self, height: int) -> QRect:
        """Where the chevron of a block is; empty for other rows."""
        if self.row is None or not self.row.plan.spec.layers:
            return QRect()
        return QRect(kind_x(self.row.lane), 0, _FOLD, height)


def kind_x(lane: Lane) -> int:
    """Where the kind's icon begins."""
    return KIND_X + LANE_STEP * min(lane.depth, DEEPEST_LANE)


def lane_x(depth: int) -> float:
    """The middle of a lane."""
    return LANE_X + LANE_STEP * min(depth, DEEPEST_LANE) + 0.5


@cache
def kind_icon(name: str) -> str:
    """The icon of a kind of layer."""
    return f"kind_{name}" if name and resource(f"icons/kind_{name}.svg").is_file() else "kind_sequence"


def paint_row(painter: QPainter, area: QRect, look: RowLook, columns: Columns, line: int) -> None:
    """Paint everything but the editors; ``line`` is the height of the first line."""
    if look.row is None:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_ground(painter, area, look)
    paint_grip(painter, line, look.colors)
    plan = look.row.plan
    filled = plan.parameters > 0
    problem = bool(plan.problem or look.row.hidden)
    diamond = plan.spec.row.is_block
    broken = plan.waits or problem
    paint_lane(
        painter, area.height(), line, look.row.lane, look.colors, dotted=plan.waits, below_dotted=broken
    )
    color = look.colors.error if problem else look.colors.muted
    ground = (
        look.colors.error_ground if problem else look.colors.selected if look.selected else look.colors.panel
    )
    paint_dot(painter, lane_x(look.row.lane.depth), line / 2, color, ground, filled=filled, diamond=diamond)
    _paint_kind(painter, look, columns, line)
    _paint_figures(painter, look, columns, line)


def _paint_ground(painter: QPainter, area: QRect, look: RowLook) -> None:
    colors, row = look.colors, look.row
    assert row is not None
    problem, note = bool(row.plan.problem or row.hidden), bool(row.plan.note)
    if problem:
        painter.fillRect(area, QColor(colors.error_ground))
    elif look.selected:
        painter.fillRect(area, QColor(colors.selected))
    painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(colors.grid))
    if problem or note:
        painter.fillRect(QRect(0, 0, 2, area.height()), QColor(colors.error if problem else colors.warning))
    if look.current or (look.selected and problem):
        painter.setPen(QPen(QColor(colors.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5))


def paint_grip(painter: QPainter, line: int, colors: Colors) -> None:
    """Six points by which a row can be taken."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.axis))
    for column in (0, 1):
        for row in (-1, 0, 1):
            painter.drawEllipse(QPointF(GRIP_X + 3 + 4 * column, line / 2 + 4 * row), 0.9, 0.9)


def paint_lane(
    painter: QPainter,
    height: int,
    line: int,
    lane: Lane,
    colors: Colors,
    *,
    dotted: bool = False,
    below_dotted: bool = False,
) -> None:
    """The line that runs through a row of ``height``; the dot is in the middle of its first ``line``."""
    middle, x = line / 2, lane_x(lane.depth)
    solid = QPen(QColor(colors.axis), 1.4)
    dots = QPen(QColor(colors.axis), 1.4, Qt.PenStyle.DotLine)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(dots if dotted else solid)
    painter.drawPath(_curve(lane_x(lane.above), 0, x, middle))
    painter.setPen(dots if below_dotted else solid)
    if lane.below is not None:
        painter.drawPath(_curve(x, middle, lane_x(lane.below), height))
    painter.setPen(dots if dotted else solid)
    for depth, end in lane.passing:
        painter.drawPath(_curve(lane_x(depth), 0, lane_x(end), height))


def _curve(x: float, y: float, to_x: float, to_y: float) -> QPainterPath:
    path = QPainterPath(QPointF(x, y))
    if x == to_x:
        path.lineTo(to_x, to_y)
    else:
        bend = (to_y - y) * 0.7
        path.cubicTo(QPointF(x, y + bend), QPointF(to_x, to_y - bend), QPointF(to_x, to_y))
    return path


def paint_dot(
    painter: QPainter, x: float, y: float, color: str, ground: str, *, filled: bool, diamond: bool = False
) -> None:
    """The dot of a row: filled where it has parameters, a diamond for a block."""
    painter.setPen(QPen(QColor(color), 1.4))
    painter.setBrush(QColor(color if filled else ground))
    if diamond:
        painter.drawPolygon(
            [QPointF(x, y - 4.2), QPointF(x + 4.2, y), QPointF(x, y + 4.2), QPointF(x - 4.2, y)]
        )
    else:
        painter.drawEllipse(QPointF(x, y), 3.0, 3.0)


def _paint_kind(painter: QPainter, look: RowLook, columns: Columns, line: int) -> None:
    assert look.row is not None
    row, colors = look.row, look.colors
    quiet = (row.plan.waits and row.hidden is None) or not row.plan.enabled
    x = kind_x(row.lane)
    fold = look.fold_area(line)
    if not fold.isEmpty():
        name = "chevron_down" if row.is_open else "chevron_right"
        icon(name, colors.muted).paint(painter, QRect(x, (line - 12) // 2, 12, 12))
        x += _FOLD + 2
    end = columns.left("name") - 5
    if x + _ICON > end + 5:
        return
    glyph = icon(kind_icon(row.plan.spec.row.icon), colors.disabled if quiet else colors.muted)
    glyph.paint(painter, QRect(x, (line - _ICON) // 2, _ICON, _ICON))
    x += _ICON + 7
    painter.setFont(font())
    painter.setPen(QColor(colors.disabled if quiet else colors.text))
    room = end - x
    if room >= 20:
        title = painter.fontMetrics().elidedText(row.plan.spec.row.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, 0, room, line), Qt.AlignmentFlag.AlignVCenter, title)
    _paint_count(painter, look, columns, line)


def kind_width(row: ShownRow) -> int:
    """How wide the column of kinds must be for a row, in px."""
    title = QFontMetrics(font()).horizontalAdvance(row.plan.spec.row.title) + 1
    fold = _FOLD + 2 if row.plan.spec.layers else 0
    return kind_x(row.lane) - KIND_X + fold + _ICON + 7 + title


def _paint_count(painter: QPainter, look: RowLook, columns: Columns, line: int) -> None:
    """How many layers a block holds, where it has no field in their place."""
    assert look.row is not None
    row = look.row
    fields = {setting.column for setting in row.plan.spec.row.fields}
    if row.plan.spec.row.is_block and not fields & {"channels", "kernel"}:
        text = f"{row.layers} layer{'s' if row.layers != 1 else ''}" if row.layers else "empty"
        left = columns.left("channels")
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(look.colors.muted))
        room = QRect(left + 2, 0, columns.left("stride") - left, line)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


def _paint_figures(painter: QPainter, look: RowLook, columns: Columns, line: int) -> None:
    assert look.row is not None
    plan, colors = look.row.plan, look.colors
    known = plan.output is not None
    texts = {
        "output": shape(plan.output) if plan.output is not None else NOTHING,
        "parameters": short(plan.parameters) if known and plan.parameters else NOTHING,
        "macs": short(plan.macs) if known and plan.macs else NOTHING,
    }
    if not plan.spec.enabled:
        del texts["output"]  # the toggle stands there
    painter.setFont(font())
    for name, text in texts.items():
        cell = columns.cell(name, line)
        strong = name == "output" and bool(plan.problem)
        color = colors.error if strong else colors.text if text != NOTHING else colors.disabled
        painter.setPen(QColor(color))
        painter.setFont(font(bold=strong))
        if painter.fontMetrics().horizontalAdvance(text) > cell.width():
            painter.setFont(font(SMALL_SIZE, bold=strong))
            cell.adjust(-12, 0, 0, 0)
        painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
