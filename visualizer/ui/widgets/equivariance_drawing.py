"""How the heat map of equivariance is drawn: names, means as bars, and a strip of colours for every layer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QImage, QPainter, QPen

from visualizer.ui.numbers import MINUS
from visualizer.ui.theme import SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.color_maps import lookup_table
from visualizer.ui.widgets.equivariance_rows import EquivarianceRow, EquivarianceRows, number

_TITLES, WORDS = 20, 14  # px, the line of titles and below it that of the words at the angle
HEADING, FOOTER, EDGE, GAP = _TITLES + WORDS, 17, 11, 8  # px
LOWEST_ROW, HIGHEST_ROW = 13, 24  # px
_SMALLEST_STRIP = 96  # px
_BAR, _FIGURE = 34, 34  # px, the widest bar, and the room of its figure
_NAME_SHARE = 0.3
_SWATCH = 64  # px, the bar of colours in the heading
_MARK = 3  # px, at the left of the selected row
_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the parts of a row begin and end, px: the name, the mean with its bar, the strip of colours."""

    name_right: int
    mean: int
    strip: int
    right: int


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """All that a drawing depends on: ``row`` px is the height of a row, ``top`` the px scrolled away."""

    table: EquivarianceRows
    selected: int
    colors: Colors
    size: QSize
    row: int
    top: int

    @property
    def last(self) -> float:
        """Where the row of the outputs begins, which is always in sight."""
        return min(
            HEADING + (len(self.table.rows) - 1) * self.row + 4,
            self.size.height() - FOOTER - self.row,
        )

    def y_of(self, place: int) -> float:
        return self.last if place == len(self.table.rows) - 1 else HEADING + place * self.row - self.top


def lay_out(width: int, table: EquivarianceRows) -> Columns:
    """The columns in ``width`` px; names give way first."""
    metrics = QFontMetrics(font(SMALL_SIZE, bold=True))
    longest = max((metrics.horizontalAdvance(row.name) for row in table.rows), default=0) + 4
    name_right = EDGE + min(longest, max(48, int(width * _NAME_SHARE)))
    strip = name_right + GAP + _BAR + _FIGURE + GAP
    if width - EDGE - strip < _SMALLEST_STRIP:  # the bars say no more than the figures
        strip -= _BAR
    return Columns(name_right, name_right + GAP, strip, max(strip + 24, width - EDGE))


def draw_equivariance(painter: QPainter, shown: Shown, columns: Columns) -> None:
    """Draw everything but the angle."""
    last = len(shown.table.rows) - 1
    _draw_heading(painter, shown, columns)
    painter.save()
    painter.setClipRect(QRectF(0, HEADING, shown.size.width(), shown.last - 3 - HEADING))
    for place in range(last):
        if HEADING - shown.row < shown.y_of(place) < shown.last:
            _draw_row(painter, shown, columns, place)
    painter.restore()
    if last:
        painter.setPen(QPen(QColor(shown.colors.border), 1))
        painter.drawLine(QLineF(EDGE, shown.last - 2, columns.right, shown.last - 2))
    _draw_row(painter, shown, columns, last)
    _draw_angles(painter, shown, columns)


def _draw_heading(painter: QPainter, shown: Shown, columns: Columns) -> None:
    colors = shown.colors
    painter.setFont(font(SMALL_SIZE))
    painter.setPen(QColor(colors.muted))
    painter.drawText(QRectF(EDGE, 0, columns.name_right - EDGE, _TITLES), _ALIGN.AlignVCenter, "layer")
    room = QRectF(columns.mean, 0, columns.strip - GAP - columns.mean, _TITLES)
    painter.drawText(room, _ALIGN.AlignVCenter | _ALIGN.AlignRight, "mean")
    low, high = f"{shown.table.lowest:g}".replace("-", MINUS), "1"
    metrics = painter.fontMetrics()
    right = columns.right - metrics.horizontalAdvance(high) - 5
    bar = QRectF(right - _SWATCH, _TITLES / 2 - 4, _SWATCH, 8)
    painter.drawText(QRectF(right + 5, 0, 20, _TITLES), _ALIGN.AlignVCenter, high)
    wide = metrics.horizontalAdvance(low) + 5
    painter.drawText(QRectF(bar.left() - wide, 0, wide, _TITLES), _ALIGN.AlignVCenter, low)
    table = np.ascontiguousarray(lookup_table("viridis"))
    painter.drawImage(bar, QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888))
    words = QRectF(columns.strip, 0, bar.left() - wide - 6 - columns.strip, _TITLES)
    texts = [text for text in ("correlation at each angle", "correlation") if _fits(metrics, text, words)]
    painter.drawText(words, _ALIGN.AlignVCenter, texts[0] if texts else "")


def _fits(metrics: QFontMetrics, text: str, room: QRectF) -> bool:
    return metrics.horizontalAdvance(text) < room.width()


def _draw_row(painter: QPainter, shown: Shown, columns: Columns, place: int) -> None:
    row, colors, y = shown.table.rows[place], shown.colors, shown.y_of(place)
    is_selected = place == shown.selected
    if is_selected:
        painter.fillRect(QRectF(0, y, shown.size.width(), shown.row), QColor(colors.selected))
        painter.fillRect(QRectF(0, y, _MARK, shown.row), QColor(colors.accent))
    painter.setFont(font(SMALL_SIZE if shown.row > LOWEST_ROW else TICK_SIZE, bold=is_selected))
    painter.setPen(QColor(colors.text))
    room = QRectF(EDGE, y, columns.name_right - EDGE, shown.row)
    name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(room.width()))
    painter.drawText(room, _ALIGN.AlignVCenter, name)
    _draw_mean(painter, shown, columns, row, y)
    _draw_strip(
        painter, shown, QRectF(columns.strip, y + 1, columns.right - columns.strip, shown.row - 2), row
    )


def _draw_mean(painter: QPainter, shown: Shown, columns: Columns, row: EquivarianceRow, y: float) -> None:
    """The bar of the mean, from zero to 1, and its figure."""
    wide = columns.strip - GAP - _FIGURE - columns.mean
    if wide > 0:
        track = QRectF(columns.mean, y + shown.row / 2 - 3, wide, 6)
        painter.fillRect(track, QColor(shown.colors.track))
        share = 0.0 if math.isnan(row.mean) else min(max(row.mean, 0.0), 1.0)
        track.setWidth(wide * share)
        painter.fillRect(track, QColor(shown.colors.bar))
    room = QRectF(columns.strip - GAP - _FIGURE, y, _FIGURE, shown.row)
    painter.drawText(room, _ALIGN.AlignVCenter | _ALIGN.AlignRight, number(row.mean))


def _draw_strip(painter: QPainter, shown: Shown, room: QRectF, row: EquivarianceRow) -> None:
    """A cell for each angle; the ground where it is not known yet, hatched where there is no correlation."""
    known = shown.table.known
    painter.fillRect(room, QColor(shown.colors.field))
    for start, end in _runs(known & ~np.isfinite(row.correlation)):
        wide = room.width() / len(known)
        cells = QRectF(room.left() + start * wide, room.top(), (end - start) * wide, room.height())
        painter.fillRect(cells, QBrush(QColor(shown.colors.disabled), Qt.BrushStyle.BDiagPattern))
    painter.drawImage(room, strip_image(row.correlation, shown.table.lowest))


def strip_image(correlation: NDArray[np.float32], lowest: float) -> QImage:
    """One pixel for each angle, transparent where there is no number."""
    finite = np.isfinite(correlation)
    share = (np.nan_to_num(correlation, nan=0.0) - lowest) / (1 - lowest)
    pixels = np.zeros((1, len(correlation), 4), np.uint8)
    pixels[0, :, :3] = lookup_table("viridis")[np.clip(share * 255, 0, 255).round().astype(int)]
    pixels[0, :, 3] = np.where(finite, 255, 0)
    pixels[0, ~finite] = 0
    count = pixels.shape[1]
    return QImage(pixels.data, count, 1, 4 * count, QImage.Format.Format_RGBA8888).copy()


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _draw_angles(painter: QPainter, shown: Shown, columns: Columns) -> None:
    """Ticks below the last strip."""
    table, wide = shown.table, columns.right - columns.strip
    top = shown.last + shown.row
    painter.setFont(font(TICK_SIZE))
    step = 45 if wide > 260 else 90
    for angle in range(0, 360, step):
        x = columns.strip + table.column_at(angle) / max(len(table.values), 1) * wide
        painter.setPen(QPen(QColor(shown.colors.axis), 1))
        painter.drawLine(QLineF(round(x), top, round(x), top + 3))
        painter.setPen(QColor(shown.colors.muted))
        painter.drawText(QRectF(x - 20, top + 3, 40, 13), _ALIGN.AlignHCenter | _ALIGN.AlignTop, f"{angle}°")
