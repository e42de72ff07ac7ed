"""One picture fitted into its room, with a map over it, boxes and a crop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.theme import DARK, Colors

Table = NDArray[np.uint8]
"""A lookup table from a byte to a colour: (256, 3) RGB or (256, 4) RGBA."""

Box = tuple[float, float, float, float]
"""(x, y, width, height) in pixels of the picture."""

LONGEST_SIDE = 1200  # px kept of a large photograph: more than a panel shows, and quick to scale
SMALLEST_BOX = 6.0  # px on the screen, so that the box of a 3×3 field can be seen
FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}
STEPS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


def to_image(pixels: NDArray[np.uint8], table: Table | None = None) -> QImage:
    """A QImage that owns its memory, from (H, W, 3) RGB bytes or (H, W) bytes looked up in ``table`` (grey without)."""
    colors = pixels if table is None else table[pixels]
    rows = np.ascontiguousarray(colors, dtype=np.uint8)
    channels = rows.shape[2] if rows.ndim == 3 else 1
    height, width = rows.shape[:2]
    # The copy matters: a QImage over NumPy's memory does not keep the array alive.
    return QImage(rows.data, width, height, channels * width, FORMATS[channels]).copy()


def frame_pen(color: str | QColor, width: float) -> QPen:
    """A solid line with square corners."""
    shape = Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin
    return QPen(QColor(color), width, *shape)


class PictureView(QWidget):
    """Shows one picture as large as its room allows: clean pixels when enlarged, smooth when reduced.

    ``hovered`` and ``clicked`` name the (row, column) of the map, or of the picture while there is no map.
    ``stepped`` is an arrow key as (rows, columns). With ``fit_width`` the height follows the width.
    """

    hovered = Signal(int, int)
    clicked = Signal(int, int)
    stepped = Signal(int, int)

    def __init__(
        self,
        *,
        interactive: bool = False,
        fit_width: bool = False,
        framed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._interactive, self._framed = interactive, framed
        self._colors: Colors = DARK
        self._image = QImage()
        self._size = (
            0,
            0,
        )  # width, height of the picture itself, which may be larger than the image kept of it
        self._reduced = (
            QImage()
        )  # the image at the size last painted; scaling it anew costs most of a repaint
        self._map = QImage()
        self._map_area: Box = (0, 0, 0, 0)
        self._boxes: tuple[Box, ...] = ()
        self._crop: Box | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        if fit_width:
            policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if interactive:
            self.setMouseTracking(True)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.CrossCursor)

    # What is shown

    def set_picture(self, pixels: NDArray[np.uint8] | None, table: Table | None = None) -> None:
        """Show (H, W, 3) RGB bytes, or (H, W) bytes through ``table`` (grey without); None shows nothing."""
        size = self._size
        if pixels is None or not pixels.size:
            self._image, self._size = QImage(), (0, 0)
        else:
            step = -(-max(pixels.shape[:2]) // LONGEST_SIDE)
            self._image = to_image(pixels[::step, ::step], table)
            self._size = (pixels.shape[1], pixels.shape[0])
        self._reduced = QImage()
        if size != self._size:
            self.updateGeometry()
        self.update()

    def set_map(
        self, values: NDArray[np.uint8] | None, table: Table | None = None, area: Box | None = None
    ) -> None:
        """Lay (h, w) bytes over the picture through an RGBA table, filling ``area`` (the whole picture without)."""
        self._map = QImage() if values is None else to_image(values, table)
        self._map_area = area or (0, 0, *self._size)
        self.update()

    def set_boxes(self, boxes: tuple[Box, ...]) -> None:
        if boxes != self._boxes:
            self._boxes = boxes
            self.update()

    def set_crop(self, crop: Box | None) -> None:
        """Dim what lies outside of ``crop``; None dims nothing."""
        if crop != self._crop:
            self._crop = crop
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def render_image(self) -> QImage:
        """All layers as a picture of their own, at least 512 px on the longer side."""
        scale = max(512, *self._image.size().toTuple()) / max(1, *self._size)
        size = QSize(round(self._size[0] * scale), round(self._size[1] * scale)).expandedTo(QSize(1, 1))
        made = QImage(size, QImage.Format.Format_RGB32)
        made.fill(QColor(self._colors.panel))
        with QPainter(made) as painter:
            self._draw(painter, QRectF(QPointF(0, 0), size.toSizeF()), 1.0)
        return made

    # Geometry

    def heightForWidth(self, width: int) -> int:
        return max(24, round(width * self._size[1] / self._size[0])) if self._size[0] else width

    def sizeHint(self) -> QSize:
        return QSize(160, self.heightForWidth(160))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, 24)

    def picture_area(self) -> QRectF:
        """Where the picture lies in the widget."""
        width, height = self._size
        if not width or not height:
            return QRectF()
        scale = min(self.width() / width, self.height() / height)
        size = QSize(max(1, round(width * scale)), max(1, round(height * scale)))
        free = QSize(0, 0) if self._framed else (self.size() - size) / 2  # what is framed keeps to the left
        return QRectF(QRect(free.width(), free.height(), size.width(), size.height()))

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """The (row, column) of the map under a point of the widget, of the picture without a map."""
        target = self.picture_area()
        area = self._map_area if not self._map.isNull() else (0, 0, *self._size)
        columns, rows = self._map.size().toTuple() if not self._map.isNull() else self._size
        if not target.contains(point) or not area[2] or not area[3]:
            return None
        scale = target.width() / self._size[0]
        column = ((point.x() - target.x()) / scale - area[0]) / area[2] * columns
        row = ((point.y() - target.y()) / scale - area[1]) / area[3] * rows
        # A map may end before the picture does: its outermost cells answer for the rest.
        return int(np.clip(row, 0, rows - 1)), int(np.clip(column, 0, columns - 1))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        target = self.picture_area()
        with QPainter(self) as painter:
            self._draw(painter, target, self.devicePixelRatioF())
            if self._framed or (self.hasFocus() and self._interactive):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                width = 2 if self._framed else 1
                painter.setPen(frame_pen(self._colors.accent, width))
                inset = width / 2
                painter.drawRect(target.adjusted(inset, inset, -inset, -inset))

    def _draw(self, painter: QPainter, target: QRectF, ratio: float) -> None:
        painter.setClipRect(target)
        self._draw_picture(painter, target, ratio)
        if not self._map.isNull():
            area = self._to_target(self._map_area, target)
            enlarged = area.width() * ratio >= self._map.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not enlarged)
            painter.drawImage(area, self._map)
        if self._crop is not None:
            self._draw_crop(painter, target, self._crop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for box in self._boxes:
            self._draw_box(painter, self._to_target(box, target))

    def _draw_picture(self, painter: QPainter, target: QRectF, ratio: float) -> None:
        wanted = (target.size() * ratio).toSize()
        if wanted.width() >= self._image.width():
            # Just above 1:1 repeated pixels would make an uneven grid; from twice the size on they are what is meant.
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, wanted.width() < 2 * self._image.width()
            )
            painter.drawImage(target, self._image)
            return
        if self._reduced.size() != wanted:
            mode = Qt.TransformationMode.SmoothTransformation
            self._reduced = self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        painter.drawImage(target, self._reduced)

    def _draw_crop(self, painter: QPainter, target: QRectF, box: Box) -> None:
        crop = self._to_target(box, target).intersected(target)
        if crop == target:
            return
        outside = QPainterPath()
        outside.addRect(target)
        outside.addRect(crop)  # odd-even filling leaves the inside free
        veil = QColor(self._colors.panel)
        veil.setAlpha(165)
        painter.fillPath(outside, veil)
        painter.setPen(frame_pen(self._colors.text, 1))
        painter.drawRect(crop.adjusted(0.5, 0.5, -0.5, -0.5))

    def _draw_box(self, painter: QPainter, box: QRectF) -> None:
        grow = QPointF(max(0, SMALLEST_BOX - box.width()) / 2, max(0, SMALLEST_BOX - box.height()) / 2)
        box = box.adjusted(-grow.x(), -grow.y(), grow.x(), grow.y())
        # A halo of the opposite lightness: the accent must show on dark and on light pictures.
        halo = QColor(0, 0, 0, 130) if self._colors.dark else QColor(255, 255, 255, 190)
        for color, width in ((halo, 3.5), (QColor(self._colors.accent), 1.5)):
            painter.setPen(frame_pen(color, width))
            painter.drawRect(box)

    def _to_target(self, box: Box, target: QRectF) -> QRectF:
        across, down = target.width() / self._size[0], target.height() / self._size[1]
        return QRectF(
            target.x() + box[0] * across, target.y() + box[1] * down, box[2] * across, box[3] * down
        )

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position()) if self._interactive else None
        if cell:
            self.hovered.emit(*cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position()) if self._interactive else None
        if cell and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(*cell)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key())) if self._interactive else None
        if step:
            self.stepped.emit(*step)
        else:
            super().keyPressEvent(event)
