"""The figures of every network below the plots of a response: side by side where there is room, else a line each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.data.transforms.table import TRANSFORMS
from visualizer.probes.response.figures import summary
from visualizer.ui.numbers import integer, percent, signed
from visualizer.ui.rotation.state import Line
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.network_square import SIZE, draw_square
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.response_curves import index_in, value_words

ROW, _EDGE = 19, 4  # px; of a line, and above the first and below the last
_GAP, _BETWEEN, _GROUPS = 6, 14, 36  # px
_LONGEST_NAME = 150  # px
_LONGEST_CLASS = 24  # characters
_MOST_ROWS = 4  # unless less is wanted
_ALIGN = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine

Cell = tuple[str, str, str]
"""A muted name, a figure, and muted words behind it."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """What is said of one network; ``sentence`` in place of figures, or behind them. ``hidden``: it has no curve."""

    name: str
    color: str
    cells: tuple[Cell, ...] = ()
    sentence: str = ""
    is_trouble: bool = False
    hidden: bool = False

    @property
    def words(self) -> str:
        """The whole line as a sentence."""
        cells = ", ".join(" ".join(part for part in cell if part) for cell in self.cells)
        name = f"{self.name} (hidden)" if self.hidden else self.name
        return ". ".join(part for part in (f"{name}: {cells}" if cells else name, self.sentence) if part)


def figure_line(line: Line, class_name: str) -> FigureLine:
    """The figures of the probability of that class over the values that are known.

    A network that has no such class is looked at with its own, which is named then.
    """
    name, response = plain(line.name), line.response
    if line.trouble:
        return FigureLine(name, line.color, (), plain(line.trouble), True)
    if response is None:
        return FigureLine(name, line.color, (("", "–", ""),))
    index = index_in(response, class_name)
    found, transform = summary(response, index), TRANSFORMS[response.transform]
    if not math.isfinite(found.mean):
        return FigureLine(name, line.color, (("", "–", ""),), plain(response.note))
    cells: list[Cell] = [
        ("mean", signed(found.mean, 3), ""),
        ("min", signed(found.minimum, 3), f"at {value_words(transform, found.minimum_at)}"),
        ("std", signed(found.std, 3), ""),
    ]
    own = response.classes[index]
    word = "right" if response.label == own else "predicted"
    cells += [(word, percent(found.share_right, 0), ""), ("flips", integer(found.flips), "")]
    if own != class_name:
        shown = plain(own)
        cells.append(
            ("class", shown if len(shown) <= _LONGEST_CLASS else f"{shown[: _LONGEST_CLASS - 1]}…", "")
        )
    return FigureLine(name, line.color, tuple(cells), plain(response.note))


class ResponseFigures(QWidget):
    """Shows a few ``FigureLine``; costs nothing where they are the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._lines: tuple[FigureLine, ...] = ()
        self._most_rows = _MOST_ROWS
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Figures of the curves")

    def set_lines(self, lines: Sequence[FigureLine]) -> None:
        """Show one line for each network."""
        made = tuple(lines)
        if made != self._lines:
            before = self._rows(self.width())
            self._lines = made
            self.setAccessibleDescription("; ".join(line.words for line in made))
            if self._rows(self.width()) != before:  # also where longer figures no longer stand side by side
                self.updateGeometry()
            self.update()

    def set_most_rows(self, most: int) -> None:
        """Take so many lines at most; those of further networks are in the tool tip of the last one."""
        most = min(max(most, 1), _MOST_ROWS)
        if most != self._most_rows:
            self._most_rows = most
            self.updateGeometry()
            self.update()

    @property
    def lines(self) -> tuple[FigureLine, ...]:
        return self._lines

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    # --- sizes -----------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._rows(width) * ROW + 2 * _EDGE

    def sizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(max(self.width(), 300)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, ROW + 2 * _EDGE)

    def _rows(self, width: int) -> int:
        return 1 if self._beside(width) else max(1, min(len(self._lines), self._most_rows))

    def _beside(self, width: int) -> bool:
        """Whether all networks stand in one line."""
        if any(line.sentence for line in self._lines):
            return len(self._lines) <= 1
        widths = self._widths()
        wanted = sum(
            self._name_width(line) + sum(each + _BETWEEN for each in widths[: len(line.cells)])
            for line in self._lines
        )
        return wanted + _GROUPS * (len(self._lines) - 1) <= width - 2 * PADDING

    def _name_width(self, line: FigureLine) -> int:
        words = QFontMetrics(font(bold=True)).horizontalAdvance(line.name)
        return SIZE + _GAP + min(words, _LONGEST_NAME)

    def _widths(self) -> list[int]:
        """The widths of the columns of cells, those of the widest."""
        count = max((len(line.cells) for line in self._lines), default=0)
        return [
            max(
                (_cell_width(line.cells[column]) for line in self._lines if column < len(line.cells)),
                default=0,
            )
            for column in range(count)
        ]

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(QPen(QColor(self._colors.border), 1))
            painter.drawLine(0, 0, self.width(), 0)
            for number, line in enumerate(self._lines):
                place = self._place(number)
                if place is None:
                    self._draw_rest(painter, len(self._lines) - number, self._place(number - 1))
                    break
                self._draw_line(painter, line, place)

    def _place(self, number: int) -> QRect | None:
        """Where a network's line stands; None for those that have no room."""
        if self._beside(self.width()):
            widths = self._widths()
            left = PADDING
            for line in self._lines[:number]:
                left += (
                    self._name_width(line) + sum(w + _BETWEEN for w in widths[: len(line.cells)]) + _GROUPS
                )
            return QRect(left, _EDGE, self.width() - PADDING - left, ROW)
        if number >= self._most_rows:
            return None
        return QRect(PADDING, _EDGE + number * ROW, self.width() - 2 * PADDING, ROW)

    def _draw_line(self, painter: QPainter, line: FigureLine, place: QRect) -> None:
        colors = self._colors
        square = QRect(place.left(), place.center().y() - SIZE // 2 + 1, SIZE, SIZE)
        draw_square(painter, square, line.color, colors, hollow=line.hidden)
        ink = colors.muted if line.hidden else colors.text
        beside = self._beside(self.width())
        column = self._name_width(line) if beside else max(map(self._name_width, self._lines))
        painter.setFont(font(bold=True))
        painter.setPen(QColor(ink))
        room = QRect(square.right() + 1 + _GAP, place.top(), column - SIZE - _GAP, ROW)
        shown = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, _ALIGN, shown)
        left = place.left() + column + _BETWEEN
        for width, cell in zip(self._widths(), line.cells, strict=False):
            if left + width > place.right() + 1:
                return
            self._draw_cell(painter, QRect(left, place.top(), width, ROW), cell, ink)
            left += width + _BETWEEN
        if line.sentence:
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(colors.warning if line.is_trouble else colors.muted))
            rest = QRect(left, place.top(), max(place.right() - left, 0), ROW)
            text = painter.fontMetrics().elidedText(line.sentence, Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, _ALIGN, text)

    def _draw_rest(self, painter: QPainter, count: int, last: QRect | None) -> None:
        """How many have no line, behind the last one: its tool tip has their figures."""
        if last is None:
            return
        text = f"and {count} more"
        painter.setFont(font(SMALL_SIZE))
        room = QRect(last)
        room.setLeft(last.right() - painter.fontMetrics().horizontalAdvance(text) - _GAP)
        painter.fillRect(room, self.palette().window())
        painter.setPen(QColor(self._colors.muted))
        painter.drawText(room, _ALIGN | Qt.AlignmentFlag.AlignRight, text)

    def _draw_cell(self, painter: QPainter, box: QRect, cell: Cell, ink: str) -> None:
        left = box.left()
        for text, face, color in zip(
            cell, _faces(), (self._colors.muted, ink, self._colors.muted), strict=True
        ):
            if text:
                painter.setFont(face)
                painter.setPen(QColor(color))
                width = painter.fontMetrics().horizontalAdvance(text)
                painter.drawText(QRect(left, box.top(), width + 2, ROW), _ALIGN, text)
                left += width + _GAP

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            places = [(self._place(number), line) for number, line in enumerate(self._lines)]
            # Side by side, a place reaches to the right edge: the last one that begins before the pointer is meant.
            at = [line for place, line in places if place is not None and place.contains(event.pos())]
            if at:
                words = [at[-1].words]
                if at[-1] is places[min(self._most_rows, len(places)) - 1][1]:
                    words += [line.words for place, line in places if place is None]
                QToolTip.showText(event.globalPos(), "".join(map(plain_tip, words)), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


def _faces() -> tuple[QFont, ...]:
    return font(SMALL_SIZE), font(), font(SMALL_SIZE)


def _cell_width(cell: Cell) -> int:
    parts = [
        QFontMetrics(face).horizontalAdvance(text) + _GAP
        for text, face in zip(cell, _faces(), strict=True)
        if text
    ]
    return sum(parts) - _GAP if parts else 0
