"""Paints the diagram of a network."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen

from visualizer.ui.text import plain
from visualizer.ui.theme import SMALL_SIZE, TICK_SIZE, Colors, font, icon
from visualizer.ui.widgets.diagram_shapes import Bar, Bracket, Diagram, Joint, Label, Wire

_CORNER = 6.0
_REACH = 8.0  # px that outlines and arrows reach beyond what they belong to
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_FOLD = 12


def paint(
    painter: QPainter,
    diagram: Diagram,
    colors: Colors,
    area: QRectF,
    selected: Collection[int] = (),
    hovered: int | None = None,
) -> None:
    """Paint what lies in ``area``; ``selected`` and ``hovered`` are identities of layers."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    top, bottom = area.top() - _REACH, area.bottom() + _REACH
    for wire in diagram.wires:  # they run downwards
        if wire.points[0].y() <= bottom and wire.points[-1].y() >= top:
            _paint_wire(painter, wire, colors)
    for bracket in diagram.brackets:
        if bracket.top <= bottom and bracket.bottom >= top:
            _paint_bracket(painter, bracket, colors, bracket.identity in selected)
    for bar in diagram.bars:
        if bar.rect.top() <= bottom and bar.rect.bottom() >= top:
            _paint_bar(painter, bar, colors, bar.identity in selected, _is(bar, hovered))
    for joint in diagram.joints:
        if top <= joint.centre.y() <= bottom:
            _paint_joint(painter, joint, colors)
    for label in diagram.labels:
        if label.rect.top() <= bottom and label.rect.bottom() >= top:
            _paint_label(painter, label, colors, label.identity in selected)


def _is(bar: Bar, hovered: int | None) -> bool:
    return hovered is not None and bar.identity == hovered


def mixed(first: str, second: str, share: float) -> QColor:
    """``share`` of the second colour in the first."""
    one, two = QColor(first), QColor(second)
    parts = (
        (one.red(), two.red()),
        (one.green(), two.green()),
        (one.blue(), two.blue()),
    )
    return QColor(*(round(a + (b - a) * share) for a, b in parts))


def _paint_wire(painter: QPainter, wire: Wire, colors: Colors) -> None:
    color = QColor(colors.muted if wire.skip else colors.axis)
    pen = QPen(color, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    if wire.dotted:
        pen.setDashPattern([1.5, 2.5])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    points = wire.points
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(points[-1])
    painter.drawPath(path)
    if wire.arrow:
        tip = points[-1]
        painter.setPen(QPen(color, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline([tip + QPointF(-4, -3), tip, tip + QPointF(-4, 3)])


def _towards(corner: QPointF, other: QPointF) -> QPointF:
    """Where the rounding of a corner begins on the way to another point."""
    step = other - corner
    length = abs(step.x()) + abs(step.y())  # wires run along the axes
    return corner + step * (min(_CORNER, length / 2) / length) if length else corner


def _paint_bracket(painter: QPainter, bracket: Bracket, colors: Colors, selected: bool) -> None:
    color = QColor(colors.accent if selected else colors.axis)
    painter.setPen(QPen(color, 2 if selected else 1))
    x, bottom = bracket.x + _FOLD / 2 - 0.5, bracket.bottom
    top = bracket.top + _FOLD + 1
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(x, top))
    path.lineTo(x, bottom - 3)
    path.quadTo(x, bottom, x + 3, bottom)
    path.lineTo(x + 5, bottom)
    painter.drawPath(path)
    place = QRect(round(bracket.x), round(bracket.top), _FOLD, _FOLD)
    icon("chevron_down", colors.accent if selected else colors.muted).paint(painter, place)


def _paint_bar(painter: QPainter, bar: Bar, colors: Colors, selected: bool, hovered: bool) -> None:
    fill, edge = _look(bar, colors, selected)
    painter.setBrush(fill)
    if bar.stacked and bar.rect.height() > 4:
        painter.setPen(QPen(edge, 1))
        for shift in (5.0, 2.5):
            painter.drawRect(bar.rect.translated(shift, -shift))
    painter.setPen(_pen(bar, colors, edge, selected, hovered))
    painter.drawRect(bar.rect)
    if bar.text:
        painter.setFont(font(SMALL_SIZE, bold=True))
        painter.setPen(QColor(colors.error))
        painter.drawText(bar.rect, _CENTRE, bar.text)


def _look(bar: Bar, colors: Colors, selected: bool) -> tuple[QColor, QColor]:
    """What a bar is filled with, and its edge."""
    if bar.tone == "weights":
        return (
            mixed(colors.panel, colors.accent, 0.68 if selected else 0.38),
            mixed(colors.panel, colors.accent, 0.6),
        )
    if bar.tone == "input":
        return QColor(colors.control_border), QColor(colors.control_border)
    edge = {"failing": colors.error, "waiting": colors.disabled}.get(bar.tone, colors.muted)
    return QColor(colors.selected if selected else colors.panel), QColor(edge)


def _pen(bar: Bar, colors: Colors, edge: QColor, selected: bool, hovered: bool) -> QPen:
    if bar.tone in ("failing", "waiting"):
        pen = QPen(QColor(colors.accent) if selected and bar.tone == "waiting" else edge, 1.6)
        pen.setDashPattern([2.5, 1.8] if bar.tone == "failing" else [1.2, 1.8])
        if hovered or selected:
            pen.setWidthF(2)
        return pen
    if selected:
        return QPen(QColor(colors.accent), 2)
    if hovered:
        return QPen(QColor(colors.text), 1.5)
    return QPen(edge, 1) if bar.tone == "plain" else QPen(Qt.PenStyle.NoPen)


def _paint_joint(painter: QPainter, joint: Joint, colors: Colors) -> None:
    color = {"failing": colors.error, "waiting": colors.disabled}.get(joint.tone, colors.text)
    painter.setPen(QPen(QColor(color), 1.3))
    if not joint.adds:
        painter.setBrush(QColor(color))
        painter.drawEllipse(joint.centre, 2.2, 2.2)
        return
    painter.setBrush(QColor(colors.panel))
    painter.drawEllipse(joint.centre, 5.5, 5.5)
    for arm in (QPointF(3, 0), QPointF(0, 3)):
        painter.drawLine(joint.centre - arm, joint.centre + arm)


def _paint_label(painter: QPainter, label: Label, colors: Colors, selected: bool) -> None:
    tone = label.tone
    names = {"failing": colors.error, "waiting": colors.disabled, "normal": colors.text}
    color = colors.accent if selected and tone != "failing" else names.get(tone, colors.muted)
    size = SMALL_SIZE if tone != "slim" else TICK_SIZE
    face = font(size, bold=selected or tone in ("failing", "head"))
    upper = QRectF(label.rect)
    if label.detail:
        upper.setHeight(label.rect.height() / 2 + 1)
    _text(painter, upper, face, color, label.title, Qt.TextElideMode.ElideMiddle, tone == "head")
    if label.detail:
        lower = QRectF(
            label.rect.left() - 24, upper.bottom() - 1, label.rect.width() + 24, upper.height() - 1
        )
        details = {"failing": colors.error, "waiting": colors.disabled}
        _text(
            painter,
            lower,
            font(TICK_SIZE),
            details.get(tone, colors.muted),
            label.detail,
            Qt.TextElideMode.ElideRight,
            False,
        )


def _text(
    painter: QPainter,
    rect: QRectF,
    face: QFont,
    color: str,
    text: str,
    elide: Qt.TextElideMode,
    at_left: bool,
) -> None:
    painter.setFont(face)
    painter.setPen(QColor(color))
    shown = QFontMetrics(face).elidedText(plain(text), elide, int(rect.width()))
    painter.drawText(rect, _LEFT if at_left else _RIGHT, shown)
