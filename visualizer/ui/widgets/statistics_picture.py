"""How the layer statistics are drawn: a heading, the rows in sight, a footer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from visualizer.training.frames import StatisticsHistory
from visualizer.ui.theme import SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.sparklines import draw_sparkline, ground, sampled, shared_range, sparklines
from visualizer.ui.widgets.statistic_rows import STATISTICS, Figure, figures, place_of
from visualizer.ui.widgets.statistics_columns import EDGE, Columns, Place

ROW, HEADING, FOOTER = 27, 21, 16  # px
_LINE = ROW - 4  # px, height of a sparkline
_BAR = 3  # px, at the left of the selected row
_RIGHT, _LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """All that a drawing depends on: the ``selected`` row is −1 for none, ``top`` the px scrolled away."""

    history: StatisticsHistory
    visited: int | None
    selected: int
    columns: Columns
    colors: Colors
    size: QSize
    top: int

    def rows(self) -> range:
        """The rows in sight."""
        room = self.size.height() - HEADING - FOOTER
        return range(self.top // ROW, min(len(self.history.names), (self.top + room) // ROW + 1))

    def y_of(self, row: int) -> int:
        return HEADING + row * ROW - self.top

    def head(self) -> float | None:
        """Where the play head stands in the sparklines, 0…1; None at the end, where it would say nothing."""
        steps, epochs = self.history.step, self.history.epoch
        if self.visited is None or len(steps) < 2 or self.visited >= steps[-1]:
            return None
        return float(np.interp(self.visited, steps, epochs)) / max(float(epochs[-1]), 1e-9)


def draw_statistics(painter: QPainter, shown: Shown) -> None:
    """Draw everything; costs 0.2 ms a row in sight."""
    _draw_heading(painter, shown)
    painter.setClipRect(0, HEADING, shown.size.width(), shown.size.height() - HEADING - FOOTER)
    place = place_of(shown.history, shown.visited)
    found = [figures(shown.history, row, place) for row in shown.rows()]
    for row in shown.rows():
        _draw_name(painter, shown, row)
    for number, column in enumerate(shown.columns.places):
        if column.line:
            _draw_lines(painter, shown, number, column, [_ink(shown, each[number]) for each in found])
        if column.right > column.left:
            _draw_figures(painter, shown, column, [each[number] for each in found])
    painter.setClipping(False)
    _draw_footer(painter, shown)


def _ink(shown: Shown, figure: Figure) -> QColor:
    colors = shown.colors
    return QColor(colors.error if figure.is_wrong else colors.warning if figure.doubt else colors.text)


def _draw_heading(painter: QPainter, shown: Shown) -> None:
    painter.setFont(font(SMALL_SIZE))
    painter.setPen(QColor(shown.colors.muted))
    metrics = painter.fontMetrics()
    for statistic, place in zip(STATISTICS, shown.columns.places, strict=True):
        room = QRectF(place.left, 0, place.right - place.left, HEADING)
        fits = (
            metrics.horizontalAdvance(statistic.title) < room.width()
        )  # a rounded width: Qt cuts at an equal one
        title = statistic.title if fits else statistic.short
        text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, (_LEFT if place.line else _RIGHT) | _MIDDLE, text)


def _draw_name(painter: QPainter, shown: Shown, row: int) -> None:
    y, is_selected = shown.y_of(row), row == shown.selected
    if is_selected:
        painter.fillRect(0, y, shown.size.width(), ROW, QColor(shown.colors.selected))
        painter.fillRect(0, y, _BAR, ROW, QColor(shown.colors.accent))
    painter.setFont(font(SMALL_SIZE, bold=is_selected))
    painter.setPen(QColor(shown.colors.text))
    room = QRectF(EDGE, y, shown.columns.name_right - EDGE, ROW)
    name = painter.fontMetrics().elidedText(
        shown.history.names[row], Qt.TextElideMode.ElideMiddle, int(room.width())
    )
    painter.drawText(room, _LEFT | _MIDDLE, name)


def _draw_lines(painter: QPainter, shown: Shown, number: int, place: Place, inks: list[QColor]) -> None:
    statistic, history, rows = STATISTICS[number], shown.history, shown.rows()
    times, shares = sampled(history.epoch, place.line)
    within = shared_range(statistic, history, times)
    layers = slice(rows.start, rows.stop)
    lines = sparklines(statistic, history, layers, times, shares, (place.line, _LINE), within)
    painter.drawImage(
        place.left, shown.y_of(rows.start) + 2, ground(lines, (place.line, _LINE), ROW, shown.colors)
    )
    for index, row in enumerate(rows):
        room = QRectF(place.left, shown.y_of(row) + 2, place.line, _LINE)
        draw_sparkline(painter, lines, index, room, shown.colors, inks[index])
    head = shown.head()
    if head is not None:
        x = round(place.left + head * (place.line - 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(shown.colors.accent), 1))
        painter.drawLines([QLineF(x, shown.y_of(row) + 2, x, shown.y_of(row) + 1 + _LINE) for row in rows])


def _draw_figures(painter: QPainter, shown: Shown, place: Place, found: list[Figure]) -> None:
    painter.setFont(font(SMALL_SIZE))
    for row, figure in zip(shown.rows(), found, strict=True):
        mark = figure.doubt and ("▼ " if figure.doubt.startswith("Low") else "▲ ")
        painter.setPen(_ink(shown, figure))
        room = QRectF(place.left, shown.y_of(row), place.right - place.left, ROW)
        painter.drawText(room, _RIGHT | _MIDDLE, mark + figure.text)


def _draw_footer(painter: QPainter, shown: Shown) -> None:
    if not len(shown.history.epoch):
        return
    painter.setFont(font(TICK_SIZE))
    painter.setPen(QColor(shown.colors.muted))
    y = shown.size.height() - FOOTER
    texts = {"activation": f"epochs 0 – {shown.history.epoch[-1]:.3g}", "update": "dashed: 1\u202f‰"}
    for statistic, place in zip(STATISTICS, shown.columns.places, strict=True):
        if place.line and statistic.key in texts:
            painter.drawText(QRectF(place.left, y, 160, FOOTER - 2), _LEFT | _MIDDLE, texts[statistic.key])
