"""The most probable classes of the open network, and what others say of them: one bar for each network in a row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.probes.frames import ClassProbability
from visualizer.ui.numbers import percent
from visualizer.ui.rotation.predictions import ComparedNetwork, ComparedPredictions
from visualizer.ui.text import plain
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.network_square import SIZE, draw_square
from visualizer.ui.widgets.probability_bars import (
    GAP,
    LABEL_SHARE,
    LINE,
    ROW_HEIGHT,
    ROWS,
    WIDEST,
)

LEGEND = 17  # px
_FIGURE, _LEAST_FIGURE = 11, 10  # px from one figure to the next
_ROWS_APART = 4  # px
_BAR, _NEXT_BAR = 6, 8  # px; of one, and from one to the next
_SPACE, _BETWEEN = 6, 14  # px
_FIGURE_FLAGS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
_PALE = 0.4  # what is of another input, until the new is there


class ComparedBars(QWidget):
    """A legend, and up to five classes with a bar in the colour of each network.

    Where there is little height it shows fewer classes; rows change their height with the number of networks alone.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._top: tuple[ClassProbability, ...] = ()
        self._compared: ComparedPredictions | None = None
        self._colors: Colors = DARK
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Most probable classes of the compared networks")

    def set_classes(self, top: tuple[ClassProbability, ...]) -> None:
        """Show the open network's classes."""
        self._top = top[:ROWS]
        self._tell()

    def set_compared(self, compared: ComparedPredictions) -> None:
        """Show what the networks say of those classes."""
        before, self._compared = self._count, compared
        if self._count != before:
            self.updateGeometry()
        self._tell()

    def _tell(self) -> None:
        rows = ("; ".join(self._words(each)) for each in self._top)
        self.setAccessibleDescription(". ".join(rows))
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    # --- sizes -----------------------------------------------------------------------------------

    @property
    def _count(self) -> int:
        """Of networks."""
        return 1 + len(self._compared.networks) if self._compared is not None else 1

    def sizeHint(self) -> QSize:
        return QSize(240, LEGEND + ROWS * (self._count * _FIGURE + _ROWS_APART))

    def minimumSizeHint(self) -> QSize:
        """That of the bars of one network: the panel needs no more room."""
        return QSize(0, min(ROWS * ROW_HEIGHT, self.sizeHint().height()))

    def maximum_rows(self) -> int:
        """How many classes there is room for."""
        least = self._count * _LEAST_FIGURE + _ROWS_APART
        return max(min((self.height() - LEGEND) // least, ROWS), 1)

    def row_height(self) -> int:
        """In px; the same whatever is predicted."""
        return min((self.height() - LEGEND) // self.maximum_rows(), self._count * _FIGURE + _ROWS_APART)

    # --- words -----------------------------------------------------------------------------------

    def _shares(self, index: int) -> Iterator[tuple[ComparedNetwork, float]]:
        """What the other networks say of a class, NaN where that is not known."""
        for network in self._compared.networks if self._compared is not None else ():
            known = network.probabilities
            # Where another network has just been opened, the next prediction has other classes.
            yield network, math.nan if known is None or index >= len(known) else float(known[index])

    def _words(self, each: ClassProbability, digits: int = 1) -> list[str]:
        """A class, and what each network says of it."""
        own = plain(self._compared.name) if self._compared is not None else ""
        words = [f"{plain(each.label)}: {own} {percent(each.probability, digits)}"]
        for network, share in self._shares(each.index):
            late = ", of the input before" if network.stale else ""
            words.append(f"{plain(network.name)} {_figure(network, share, digits)}{late}")
        return words

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            lines = self._tip(event.pos().y())
            if lines:
                text = "<br>".join(map(escape, lines))
                QToolTip.showText(event.globalPos(), f"<p style='white-space: pre'>{text}</p>", self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _tip(self, y: int) -> list[str]:
        if self._compared is None:
            return []
        if y < LEGEND:
            others = [network.name for network in self._compared.networks]
            left_out = [f"not shown: {name}" for name in self._compared.left_out]
            return [plain(name) for name in (f"{self._compared.name} (the open network)", *others, *left_out)]
        row = (y - LEGEND) // self.row_height()
        if row >= min(len(self._top), self.maximum_rows()):
            return []
        return self._words(self._top[row], 4)

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._compared is None:
            return
        with QPainter(self) as painter:
            self._paint_legend(painter, self._compared)
            for row, each in enumerate(self._top[: self.maximum_rows()]):
                self._paint_row(painter, row, each, self._compared)

    def _paint_legend(self, painter: QPainter, compared: ComparedPredictions) -> None:
        """The names that there is room for, each beside its colour; all of them are in the tool tip."""
        painter.setFont(font(SMALL_SIZE))
        metrics = painter.fontMetrics()
        named = [(compared.name, compared.color), *((each.name, each.color) for each in compared.networks)]
        more = f"+{len(compared.left_out)}" if compared.left_out else ""
        rest = metrics.horizontalAdvance(more) + _BETWEEN if more else 0
        widths = [metrics.horizontalAdvance(plain(name)) + 1 for name, _ in named]
        places = len(named) * (SIZE + _SPACE) + (len(named) - 1) * _BETWEEN
        widths = _shared(widths, self.width() - rest - places)
        left = 0
        for (name, color), width in zip(named, widths, strict=True):
            square = QRect(left, (LEGEND - SIZE) // 2, SIZE, SIZE)
            draw_square(painter, square, color, self._colors)
            left += SIZE + _SPACE
            painter.setPen(QColor(self._colors.text))
            text = metrics.elidedText(plain(name), Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(left, 0, width, LEGEND), LINE, text)
            left += width + _BETWEEN
        painter.setPen(QColor(self._colors.muted))
        painter.drawText(QRect(left, 0, max(self.width() - left, 0), LEGEND), LINE, more)

    def _paint_row(
        self, painter: QPainter, row: int, each: ClassProbability, compared: ComparedPredictions
    ) -> None:
        first, height = row == 0, self.row_height()
        label = QRect(0, LEGEND + row * height, round(self.width() * LABEL_SHARE), height)
        painter.setFont(font(bold=first))
        painter.setPen(QColor(self._colors.text))
        shown = painter.fontMetrics().elidedText(
            plain(each.label), Qt.TextElideMode.ElideRight, label.width()
        )
        painter.drawText(label, LINE, shown)
        painter.setFont(font(SMALL_SIZE, bold=first))
        self._paint_share(painter, label, 0, compared.color, each.probability, percent(each.probability))
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        for number, (network, share) in enumerate(self._shares(each.index), start=1):
            painter.setOpacity(_PALE if network.stale else 1)
            self._paint_share(painter, label, number, network.color, share, _figure(network, share))
        painter.setOpacity(1)

    def _paint_share(
        self, painter: QPainter, label: QRect, number: int, color: str, share: float, text: str
    ) -> None:
        """The bar of a network behind the label, and its figure in the pen and the font that are set."""
        figures = QFontMetrics(font(SMALL_SIZE, bold=True)).horizontalAdvance(WIDEST)
        left = label.right() + 1 + GAP
        track = max(self.width() - figures - GAP - left, 0)
        bar = QRect(left, self._place(label, number, _NEXT_BAR) + (_NEXT_BAR - _BAR) // 2, track, _BAR)
        painter.fillRect(bar, QColor(self._colors.track))
        if share > 0 and math.isfinite(share):
            bar.setWidth(max(1, round(track * share)))
            self._paint_bar(painter, bar, color)
        pitch = (label.height() - _ROWS_APART) // self._count
        figure = QRect(self.width() - figures, self._place(label, number, pitch), figures, pitch)
        painter.drawText(figure, _FIGURE_FLAGS, text)

    def _paint_bar(self, painter: QPainter, bar: QRect, color: str) -> None:
        """In the colour; with an outline in the light theme, where some of the colours are hardly seen."""
        if not self._colors.dark:
            painter.fillRect(bar, QColor(self._colors.muted))
            bar = bar.adjusted(0, 1, -1, -1)
        painter.fillRect(bar, QColor(color))

    def _place(self, label: QRect, number: int, pitch: int) -> int:
        """The top of what is said of a network, where that of all stands in the middle beside the label."""
        return label.top() + (label.height() - self._count * pitch) // 2 + number * pitch


def _figure(network: ComparedNetwork, share: float, digits: int = 1) -> str:
    """A share in words; of one that is mixed from neighbours no decimals are known."""
    if network.waiting:
        return "…"
    if network.exact or math.isnan(share):
        return percent(share, digits)
    return f"≈{percent(round(share, 2), 0)}"


def _shared(widths: list[int], room: int) -> list[int]:
    """The widths; where they do not fit into ``room``, the longest are cut to one width."""
    rest, longest = room, 0
    for number, width in enumerate(sorted(widths)):
        longest = max(rest // (len(widths) - number), 0)
        rest -= min(width, longest)
    return [min(width, longest) for width in widths] if sum(widths) > room else widths
