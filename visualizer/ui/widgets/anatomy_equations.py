"""Equations in one line of text: the symbol in italics, the formula upright, hats where they belong."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter

from visualizer.race.frames import Term
from visualizer.ui.theme import font

_HAT, _ALONE = "\u0302", "\u02c6"  # a circumflex that joins the letter before it, and one that stands alone


def equation(term: Term) -> str:
    """``m̂ = m / c₁``."""
    return f"{term.symbol} = {term.formula}" if term.formula else term.symbol


def equation_width(term: Term, *, bold: bool) -> int:
    """In px."""
    return _width(term.symbol, _italic(bold)) + (_width(_rest(term), font(bold=bold)) if term.formula else 0)


def draw_equation(painter: QPainter, room: QRect, term: Term, *, bold: bool) -> None:
    """Draw it at the left of ``room``, in the pen's colour; it runs over where the room is short."""
    italic = _italic(bold)
    _draw(painter, room, term.symbol, italic)
    if term.formula:
        _draw(painter, room.adjusted(_width(term.symbol, italic), 0, 0, 0), _rest(term), font(bold=bold))


def _rest(term: Term) -> str:
    return f" = {term.formula}"


@cache
def _italic(bold: bool) -> QFont:
    made = QFont(font(bold=bold))
    made.setItalic(True)
    return made


def _width(text: str, face: QFont) -> int:
    return QFontMetrics(face).horizontalAdvance(text.replace(_HAT, ""))


def _draw(painter: QPainter, room: QRect, text: str, face: QFont) -> None:
    """Draw text, and each hat by itself: many fonts have none that goes with the letter, and set it beside."""
    painter.setFont(face)
    metrics = QFontMetricsF(face)
    baseline = room.top() + (room.height() + metrics.ascent() - metrics.descent()) / 2
    painter.drawText(QPointF(room.left(), baseline), text.replace(_HAT, ""))
    before = ""
    for letter in text:
        if letter == _HAT:
            middle = metrics.horizontalAdvance(before[:-1]) + metrics.horizontalAdvance(before[-1]) / 2
            lean = metrics.xHeight() * 0.2 if face.italic() else 0.0
            left = room.left() + middle + lean - metrics.horizontalAdvance(_ALONE) / 2
            painter.drawText(QPointF(left, baseline), _ALONE)
        else:
            before += letter
