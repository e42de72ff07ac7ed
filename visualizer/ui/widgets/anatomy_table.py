"""The terms of one optimizer step as a table: an equation, what it is in words, its numbers in x and y."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.race.frames import StepAnatomy, Term
from visualizer.ui.numbers import MINUS
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.anatomy_equations import draw_equation, equation, equation_width

ROW_HEIGHT, TALL_ROW_HEIGHT = 21, 35  # px; tall ones have the words below the equation
HEADER_HEIGHT = 20
RATE_TIP = (
    "The step over the gradient it was made with: the learning rate that plain descent would have needed."
)
_INDENT, _GAP = 6, 10
_LEAST_WORDS = 0.8  # the share of the words that must find room beside the equation
_DIGITS = 4
_WIDEST = f"{MINUS}8.888e{MINUS}8"
_RATE = Term("−Δ / g", "effective rate", "", (math.nan, math.nan), tip=RATE_TIP)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def significant(value: float, digits: int = _DIGITS) -> str:
    """``−3.785``, ``0.01130``, ``1.2e−7``, ``12``: so many significant digits; – for what is no number."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if float(value).is_integer() and abs(value) < 1e6:
        return f"{value:.0f}".replace("-", MINUS) if value else "0"
    exponent = math.floor(math.log10(abs(value)))
    if -4 <= exponent <= 5:
        return f"{value:.{max(0, digits - 1 - exponent)}f}".replace("-", MINUS)
    mantissa, power = f"{value:.{digits - (1 if abs(exponent) < 10 else 2)}e}".split("e")
    return f"{mantissa}e{int(power)}".replace("-", MINUS)


def setting(value: float) -> str:
    """The same without zeros at the end: ``0.1``, ``0.002``."""
    text = significant(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand in a table of some width: x and y in a row at the top, where the words begin."""

    row_height: int
    xs: QRect
    ys: QRect
    words_from: int

    @property
    def is_tall(self) -> bool:
        return self.row_height == TALL_ROW_HEIGHT


class AnatomyTable(QWidget):
    """The lines of a ``StepAnatomy``; the step itself stands out, the effective rate comes last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = DARK
        self._anatomy: StepAnatomy | None = None
        self._terms: tuple[Term, ...] = ()  # with the effective rate
        self._layout = _lay_out((), 420)
        self._names = QPixmap()  # all but the numbers: stays from step to step
        self._names_of: object = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Terms of the step")

    def set_anatomy(self, anatomy: StepAnatomy) -> None:
        """Show a step. Costs 0.5 ms to paint while the lines are of the same kinds."""
        self._anatomy = anatomy
        before, self._terms = self._terms, (*anatomy.terms, _RATE)
        if [_kind(term) for term in before] != [_kind(term) for term in self._terms]:
            self._lay_out()
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, HEADER_HEIGHT + len(self._terms) * self._layout.row_height + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def _lay_out(self) -> None:
        self._layout = _lay_out(self._terms, self.width())
        self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), plain_tip(self.tip_at(event.pos().y())), self)
            return True
        return super().event(event)

    def tip_at(self, y: int) -> str:
        """What is said of the line at ``y`` (px) at more length; "" where there is none."""
        row = (y - HEADER_HEIGHT) // self._layout.row_height
        if not 0 <= row < len(self._terms):
            return ""
        term = self._terms[row]
        name = f"{term.words[:1].upper()}{term.words[1:]}: {equation(term)}"
        return f"{name}. {term.tip}" if term.tip else name

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        anatomy = self._anatomy
        if anatomy is None:
            return
        self._draw_names()
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._names)
            painter.setPen(QColor(self._colors.text))
            for row, term in enumerate(anatomy.terms):
                painter.setFont(font(bold=self._is_step(row)))
                self._paint_numbers(painter, row, term)
            painter.setFont(font())
            painter.setPen(QColor(self._colors.muted))
            for column, value in zip((self._layout.xs, self._layout.ys), anatomy.effective_rate, strict=True):
                painter.drawText(self._row(column, len(anatomy.terms)), _RIGHT, significant(value))

    def _paint_numbers(self, painter: QPainter, row: int, term: Term) -> None:
        xs, ys = self._row(self._layout.xs, row), self._row(self._layout.ys, row)
        if term.scalar:  # between the columns, as it belongs to both
            painter.drawText(xs.united(ys), _MIDDLE, setting(term.value[0]))
        else:
            painter.drawText(xs, _RIGHT, significant(term.value[0]))
            painter.drawText(ys, _RIGHT, significant(term.value[1]))

    def _is_step(self, row: int) -> bool:
        return row == len(self._terms) - 2

    def _row(self, at_top: QRect, row: int) -> QRect:
        return at_top.translated(0, HEADER_HEIGHT + row * self._layout.row_height)

    def _draw_names(self) -> None:
        """Draw equations and words, unless they are there already."""
        ratio = self.devicePixelRatioF()
        wanted = (tuple(map(_kind, self._terms)), self.size(), ratio, self._colors)
        if wanted == self._names_of:
            return
        self._names_of = wanted
        self._names = QPixmap(self.size() * ratio)
        self._names.setDevicePixelRatio(ratio)
        self._names.fill(Qt.GlobalColor.transparent)
        with QPainter(self._names) as painter:
            self._paint_header(painter)
            for row, term in enumerate(self._terms):
                self._paint_name(painter, row, term)

    def _paint_header(self, painter: QPainter) -> None:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        for column, name in ((self._layout.xs, "x"), (self._layout.ys, "y")):
            painter.drawText(QRect(column.left(), 0, column.width(), HEADER_HEIGHT), _RIGHT, name)
        painter.setPen(QColor(self._colors.border))
        painter.drawLine(0, HEADER_HEIGHT - 1, self.width(), HEADER_HEIGHT - 1)

    def _paint_name(self, painter: QPainter, row: int, term: Term) -> None:
        layout, colors, is_step = self._layout, self._colors, self._is_step(row)
        line = self._row(QRect(0, 0, self.width(), layout.row_height), row)
        if is_step:
            painter.fillRect(line, QColor(colors.control if colors.dark else colors.header))
        is_rate = row == len(self._terms) - 1
        painter.setPen(QColor(colors.muted if is_rate else colors.text))
        upper = QRect(
            _INDENT, line.top(), line.width(), line.height() // 2 + 2 if layout.is_tall else line.height()
        )
        draw_equation(painter, upper, term, bold=is_step)
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(colors.text if is_step else colors.muted))
        end = (
            layout.xs.left() + (layout.ys.right() - layout.xs.left()) // 4
            if term.scalar
            else layout.xs.left()
        )
        if layout.is_tall:
            words = QRect(_INDENT, upper.bottom() - 1, end - _INDENT, line.height() - upper.height())
        else:
            # Words give way to a long equation, not the other way round: the tool tip has them.
            begin = max(layout.words_from, _INDENT + equation_width(term, bold=is_step) + _GAP)
            words = QRect(begin, line.top(), end - begin, line.height())
        shown = painter.fontMetrics().elidedText(term.words, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, _LEFT, shown)


def _kind(term: Term) -> tuple[str, str, str, bool]:
    """All of a line but its numbers."""
    return term.symbol, term.formula, term.words, term.scalar


def _lay_out(terms: tuple[Term, ...], width: int) -> _Layout:
    """Words beside the equations where there is room for them all, else below."""
    column = QFontMetrics(font(bold=True)).horizontalAdvance(_WIDEST)
    ys = width - column - _INDENT
    xs = ys - column - _GAP
    metrics = QFontMetrics(font(SMALL_SIZE))
    fits, widest, words_from = True, 0, xs
    for term in terms:
        equation_end = _INDENT + equation_width(term, bold=True) + _GAP
        words = metrics.horizontalAdvance(term.words)
        fits &= equation_end + _LEAST_WORDS * words <= _words_end(term, xs, column)
        widest, words_from = max(widest, equation_end), min(words_from, _words_end(term, xs, column) - words)
    height = ROW_HEIGHT if fits else TALL_ROW_HEIGHT
    # In one column as far as the words allow it; a long equation moves those of its own line.
    words_from = min(words_from, widest)
    return _Layout(height, QRect(xs, 0, column, height), QRect(ys, 0, column, height), words_from)


def _words_end(term: Term, numbers: int, column: int) -> int:
    """Where the words of a line must end; a single number leaves them more room."""
    return numbers - _GAP + (column // 2 if term.scalar else 0)
