"""The weights of one unit: one small tile per input channel, or one colour picture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.numbers import signed
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.picture_view import to_image

WANTED_HEIGHT, MOST_HEIGHT = 76, 240  # px
LARGEST_TILE = 72  # px
LEGIBLE = 3  # px per weight, below which a kernel's pattern is lost


def grey_levels(weights: NDArray[np.float32], limit: float) -> NDArray[np.uint8]:
    """−``limit`` … ``limit`` as bytes 0 … 255 with zero at 128; what is no number is zero."""
    if not limit:
        return np.full(weights.shape, 128, np.uint8)
    share = np.clip(np.nan_to_num(weights, nan=0.0) / limit, -1, 1)
    levels: NDArray[np.uint8] = np.clip(np.round(128 + 127.5 * share), 0, 255).astype(np.uint8)
    return levels


class FilterView(QWidget):
    """Tiles of (in, kh, kw) weights ordered by norm, as large as the width allows; an RGB template as one picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._weights: NDArray[np.float32] = np.zeros((0, 1, 1), np.float32)
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._template: QImage | None = None
        self._drawn: QImage | None = None  # for _grid
        self._grid = (1, 1, 0)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)

    def set_weights(self, weights: NDArray[np.float32], order: tuple[int, ...], *, rgb: bool = False) -> None:
        """Show (in, kh, kw) weights, channels in ``order``; with ``rgb`` the three channels as one colour picture."""
        self._weights = weights
        self._order = np.asarray(order or range(len(weights)), np.intp)
        self._drawn = None
        limit = self.limit()
        self._template = to_image(grey_levels(weights, limit).transpose(1, 2, 0)) if rgb else None
        self.updateGeometry()
        self.update()

    def limit(self) -> float:
        """The largest absolute weight: the scale of the tiles."""
        finite = self._weights[np.isfinite(self._weights)]
        return float(np.abs(finite).max()) if finite.size else 0.0

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    # Geometry

    def _tile(self) -> tuple[int, int]:
        return self._weights.shape[1], self._weights.shape[2]

    def _count(self) -> int:
        return 1 if self._template is not None else len(self._weights)

    def _grid_for(self, width: int) -> tuple[int, int, int]:
        """Columns, px per weight and gap, for the largest tiles that stay within the wanted height."""
        tall, wide = self._tile()
        largest = max(1, LARGEST_TILE // max(tall, wide)) if wide * tall > 1 else 14
        for most in (WANTED_HEIGHT, MOST_HEIGHT):
            for scale in range(largest, 0, -1):
                gap = 2 if scale * wide >= 9 else 1 if scale * wide >= 4 else 0
                columns = (width + gap) // (scale * wide + gap)
                if columns and math.ceil(self._count() / columns) * (scale * tall + gap) - gap <= most:
                    if scale >= min(LEGIBLE, largest) or most == MOST_HEIGHT:
                        return columns, scale, gap
                    break
        return max(1, width // max(1, wide)), 1, 0

    def heightForWidth(self, width: int) -> int:
        columns, scale, gap = self._grid_for(width)
        return max(8, math.ceil(self._count() / columns) * (scale * self._tile()[0] + gap) - gap)

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 8)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._weights.size:
            return
        with QPainter(self) as painter:
            if self._template is not None:
                _, scale, _ = self._grid_for(self.width())
                size = self._template.size() * scale
                painter.drawImage(QRectF(0, 0, size.width(), size.height()), self._template)
                return
            grid = self._grid_for(self.width())
            if self._drawn is None or grid != self._grid:
                self._grid, self._drawn = grid, self._tiles(*grid)
            painter.drawImage(0, 0, self._drawn)

    def _tiles(self, columns: int, scale: int, gap: int) -> QImage:
        """All tiles in one picture, transparent between them."""
        tall, wide = self._tile()
        levels = grey_levels(self._weights[self._order], self.limit())
        rows = math.ceil(len(levels) / columns)
        padded = np.zeros((rows * columns, tall * scale + gap, wide * scale + gap, 4), np.uint8)
        large = levels.repeat(scale, axis=1).repeat(scale, axis=2)
        padded[: len(levels), : tall * scale, : wide * scale, :3] = large[..., None]
        padded[: len(levels), : tall * scale, : wide * scale, 3] = 255
        height, width = padded.shape[1:3]
        whole = padded.reshape(rows, columns, height, width, 4).swapaxes(1, 2)
        return to_image(whole.reshape(rows * height, columns * width, 4))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        channel = self.channel_at(int(event.position().x()), int(event.position().y()))
        if channel is None:
            return
        norm = float(np.linalg.norm(self._weights[channel]))
        text = f"<b>Input channel {channel}</b>&nbsp; norm {signed(norm)}"
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def channel_at(self, x: int, y: int) -> int | None:
        """The input channel whose tile lies at a point of the widget."""
        if self._template is not None or not self._weights.size:
            return None
        columns, scale, gap = self._grid_for(self.width())
        tall, wide = self._tile()
        column, row = x // (wide * scale + gap), y // (tall * scale + gap)
        place = row * columns + column
        return int(self._order[place]) if column < columns and 0 <= place < len(self._order) else None
