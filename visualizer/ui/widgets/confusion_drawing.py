"""How a confusion matrix is laid out and drawn: cells, names, numbers, the share of right ones at the side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from visualizer.ui.numbers import percent
from visualizer.ui.theme import SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.picture_view import frame_pen, to_image

SHOWN_FROM = 0.08  # of the row: smaller shares have no number
_NAME_SHARE = 0.3  # of the width or height at most
_ROW_NAMES_FROM, _COLUMN_NAMES_FROM = 11.0, 10.0  # px of a cell: names would overlap in smaller ones
_GRID_FROM = 6.0  # px of a cell: in smaller ones lines between them would be most of the picture
_WIDEST = 1.6  # times as wide as high is a cell at most: a wide panel leaves room for the accuracies
_ACCURACY_ROOM, _ACCURACY_TEXT, _LONGEST_BAR = 84, 40, 120  # px
_MOST_NAMES = 200  # measuring thousands would take longer than all else
_GAP, _MARGIN, _CAPTION = 5, 3, 16  # px
_Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """Where things are, in px: ``plot`` holds K × K cells; a side without room for names or accuracies has 0."""

    plot: QRectF
    count: int
    row_names: int
    column_names: int
    accuracies: int

    def cell(self, row: int, column: int) -> QRectF:
        left, right = (
            round(self.plot.left() + self.plot.width() * i / self.count) for i in (column, column + 1)
        )
        top, bottom = (round(self.plot.top() + self.plot.height() * i / self.count) for i in (row, row + 1))
        return QRectF(left, top, max(1, right - left), max(1, bottom - top))

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The (row, column) of the cell at a point."""
        if not self.plot.contains(QPointF(x, y)):
            return None
        row = int((y - self.plot.top()) / self.plot.height() * self.count)
        column = int((x - self.plot.left()) / self.plot.width() * self.count)
        return min(row, self.count - 1), min(column, self.count - 1)


def fit(size: QSize, classes: tuple[str, ...]) -> MatrixLayout:
    """The layout that fills ``size``: names where they can be read, accuracies where room is left."""
    count, metrics = len(classes), QFontMetricsF(font(SMALL_SIZE, bold=True))
    longest = max(map(metrics.horizontalAdvance, classes)) + _GAP if count <= _MOST_NAMES else 0.0
    width, height = size.width() - _MARGIN, size.height() - _MARGIN
    row_names = round(min(longest, width * _NAME_SHARE))
    column_names = round(min(longest, height * _NAME_SHARE))
    if count > _MOST_NAMES or (height - column_names) / count < _ROW_NAMES_FROM:
        row_names = 0
    if count > _MOST_NAMES or (width - row_names) / count < _COLUMN_NAMES_FROM:
        column_names = 0
    left, below = row_names or _CAPTION, column_names or _CAPTION
    plot_height = max(1, height - below)
    room, widest = max(1, width - left), round(plot_height * _WIDEST)
    accuracies = room - widest if row_names and room - widest >= _ACCURACY_ROOM else 0
    plot = QRectF(left, 2, min(room, widest) if accuracies else room, plot_height)
    return MatrixLayout(plot, count, row_names, column_names, accuracies)


def draw_matrix(
    painter: QPainter,
    layout: MatrixLayout,
    colors: Colors,
    counts: _Counts,
    classes: tuple[str, ...],
    label: int,
) -> None:
    """Draw all but the frames of the pointer and the selection."""
    _draw_cells(painter, layout, colors, counts)
    _draw_numbers(painter, layout, colors, counts)
    _draw_names(painter, layout, colors, classes, label)
    _draw_captions(painter, layout, colors)
    if layout.accuracies:
        _draw_accuracies(painter, layout, colors, row_shares(counts).diagonal())
    if 0 <= label < layout.count:
        first, last = layout.cell(label, 0), layout.cell(label, layout.count - 1)
        painter.setPen(frame_pen(colors.text, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(first.topLeft(), last.bottomRight()).adjusted(-0.5, -0.5, -0.5, -0.5))


def row_shares(counts: _Counts) -> NDArray[np.float64]:
    """Each cell's share of its row, 0…1; NaN in a row of a class without images."""
    totals = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)


def _shade(colors: Colors, share: float) -> QColor:
    return QColor(*_table(colors)[round(255 * share)].tolist())


def _rgb(name: str) -> tuple[int, int, int]:
    color = QColor(name)
    return color.red(), color.green(), color.blue()


def _table(colors: Colors) -> NDArray[np.uint8]:
    """From the ground of plots to the accent, (256, 3); small shares a little stronger, or they could not be seen."""
    ends = [np.array(_rgb(color), float) for color in (colors.field, colors.accent)]
    weights = (np.linspace(0, 1, 256) ** 0.8)[:, None]
    return np.round(ends[0] * (1 - weights) + ends[1] * weights).astype(np.uint8)


def _draw_cells(painter: QPainter, layout: MatrixLayout, colors: Colors, counts: _Counts) -> None:
    """One picture of all cells: for 100 classes 0.3 ms, a rectangle each 10 ms."""
    height, width = int(layout.plot.height()), int(layout.plot.width())
    totals = counts.sum(axis=1)
    scale = (255 / np.maximum(totals, 1)).astype(np.float32)
    levels = _no_larger((counts * scale[:, None] + 0.5).astype(np.uint8), (height, width))
    pixels = _table(colors)[levels]
    if levels.shape == counts.shape:
        pixels[totals == 0] = _rgb(colors.header)
    rows, columns = (
        np.round(np.arange(count + 1) * side / count).astype(int)
        for count, side in zip(levels.shape, (height, width), strict=True)
    )
    pixels = pixels.repeat(np.diff(rows), axis=0).repeat(np.diff(columns), axis=1)
    if min(height, width) / layout.count >= _GRID_FROM:
        ground = _rgb(colors.panel)
        pixels[rows[1:] - 1] = ground
        pixels[:, columns[1:] - 1] = ground
    painter.drawImage(layout.plot.topLeft(), to_image(pixels))


def _no_larger(levels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """At most ``size`` pixels: where cells share one, the strongest is seen, or single mistakes would vanish."""
    for axis, most in enumerate(size):
        length = levels.shape[axis]
        if length > most > 0:
            levels = np.maximum.reduceat(levels, np.arange(most) * length // most, axis=axis)
    return levels


def _draw_numbers(painter: QPainter, layout: MatrixLayout, colors: Colors, counts: _Counts) -> None:
    """Per cent, where the cell is strong enough and large enough."""
    width, height = layout.plot.width() / layout.count, layout.plot.height() / layout.count
    metrics = QFontMetricsF(font(TICK_SIZE, bold=True))
    if width < metrics.horizontalAdvance("88") + 3 or height < metrics.capHeight() + 5:
        return
    shares = row_shares(counts)
    hundred = _strongest_face("100", width - 1)
    for row, column in np.argwhere(shares >= SHOWN_FROM).tolist():
        share = float(shares[row, column])
        text = f"{100 * share:.0f}"
        face = hundred if text == "100" else font(TICK_SIZE, bold=row == column)
        if face is None:
            continue
        painter.setFont(face)
        painter.setPen(QColor(_readable(_shade(colors, share), colors)))
        painter.drawText(layout.cell(row, column).adjusted(0, 0, -1, -1), Qt.AlignmentFlag.AlignCenter, text)


def _strongest_face(text: str, width: float) -> QFont | None:
    """The face, the strongest that there is, in which ``text`` fits."""
    faces = font(TICK_SIZE, bold=True), font(TICK_SIZE), font(TICK_SIZE - 1)
    return next((face for face in faces if QFontMetricsF(face).horizontalAdvance(text) <= width), None)


def _readable(ground: QColor, colors: Colors) -> str:
    """The colour of text that stands out more from ``ground``."""
    return max((colors.text, colors.on_accent), key=lambda color: _contrast(QColor(color), ground))


def _contrast(first: QColor, second: QColor) -> float:
    """The contrast ratio of two colours by WCAG 2, 1…21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _draw_names(
    painter: QPainter, layout: MatrixLayout, colors: Colors, classes: tuple[str, ...], label: int
) -> None:
    if not layout.row_names and not layout.column_names:
        return
    for index, name in enumerate(classes):
        marked = index == label
        face = font(SMALL_SIZE, bold=marked)
        painter.setFont(face)
        painter.setPen(QColor(colors.text if marked else colors.muted))
        metrics = QFontMetricsF(face)
        if layout.row_names:
            place = layout.cell(index, 0)
            room = QRectF(0, place.top() - 4, layout.row_names - _GAP, place.height() + 8)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        if layout.column_names:
            place = layout.cell(layout.count - 1, index)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, layout.column_names - _GAP)
            painter.save()
            painter.translate(place.center().x(), layout.plot.bottom() + _GAP)
            painter.rotate(90)
            room = QRectF(0, -8, layout.column_names - _GAP, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            painter.restore()


def _draw_captions(painter: QPainter, layout: MatrixLayout, colors: Colors) -> None:
    """What an axis is, where its classes are too many to be named."""
    painter.setFont(font(SMALL_SIZE))
    painter.setPen(QColor(colors.muted))
    plot = layout.plot
    if not layout.column_names:
        room = QRectF(plot.left(), plot.bottom() + 2, plot.width(), _CAPTION)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, f"{layout.count} predicted classes")
    if not layout.row_names:
        painter.save()
        painter.translate(0, plot.bottom())
        painter.rotate(-90)
        room = QRectF(0, -2, plot.height(), _CAPTION)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, f"{layout.count} true classes")
        painter.restore()


def _draw_accuracies(
    painter: QPainter, layout: MatrixLayout, colors: Colors, recognised: NDArray[np.float64]
) -> None:
    """At the right, for each class a bar and the share of its images that were ``recognised`` (K,), NaN for none."""
    left = layout.plot.right() + 2 * _GAP
    bar = min(layout.accuracies - _ACCURACY_TEXT - 2 * _GAP, _LONGEST_BAR)
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.setFont(font(SMALL_SIZE))
    for index, share in enumerate(recognised.tolist()):
        place = layout.cell(index, 0)
        track = QRectF(left, round(place.center().y() - 4), bar, 7)
        painter.fillRect(track, QColor(colors.track))
        if share > 0:
            painter.fillRect(QRectF(left, track.top(), max(1, round(bar * share)), 7), QColor(colors.bar))
        painter.setPen(QColor(colors.text))
        room = QRectF(track.right(), place.top() - 4, _ACCURACY_TEXT, place.height() + 8)
        painter.drawText(room, flags, percent(share, 0))
    painter.setPen(QColor(colors.muted))
    heading = QRectF(left, layout.plot.bottom() + _GAP, layout.accuracies - _GAP, 16)
    painter.drawText(heading, Qt.AlignmentFlag.AlignLeft, "recognised")
