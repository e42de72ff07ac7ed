"""A small picture as a pixmap: clean pixels when enlarged, smooth when reduced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from visualizer.ui.widgets.picture_view import to_image


def thumbnail(pixels: NDArray[np.uint8], side: int, ratio: float) -> QPixmap:
    """``pixels`` (H, W, 3) uint8 with the longer side ``side`` px, at ``ratio`` device pixels per px."""
    image, wanted = to_image(pixels), round(side * ratio)
    enlarged = wanted >= 2 * max(image.width(), image.height())
    mode = (
        Qt.TransformationMode.FastTransformation if enlarged else Qt.TransformationMode.SmoothTransformation
    )
    made = QPixmap.fromImage(image.scaled(wanted, wanted, Qt.AspectRatioMode.KeepAspectRatio, mode))
    made.setDevicePixelRatio(ratio)
    return made


def draw_centred(painter: QPainter, pixmap: QPixmap, place: QRectF) -> None:
    """Draw a pixmap in the middle of a place."""
    size = pixmap.deviceIndependentSize()
    offset = QPointF((place.width() - size.width()) // 2, (place.height() - size.height()) // 2)
    painter.drawPixmap(place.topLeft() + offset, pixmap)
