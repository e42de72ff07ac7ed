"""Hundreds of small pictures as one mosaic: zoom, pan, hover, select."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QResizeEvent
from PySide6.QtWidgets import QGraphicsRectItem, QToolTip, QWidget

from visualizer.rendering.cells import GAP, Cell, picture
from visualizer.rendering.mosaic import Grid, best_columns
from visualizer.ui.theme import Colors

Bytes = NDArray[np.uint8]
_SMALLEST_SIDE = 24  # mosaic px; smaller tiles are repeated, so that a gap can be thin beside a 7×7 map
_MANY, _SMALLEST_OF_MANY = 1024, 9  # more tiles than that are repeated less: the mosaic would become huge
_LARGEST_SIDE, _LARGEST_VALUE = 320, 72  # px on the screen, of a tile when fitted; of a single value
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class _MosaicItem(pg.ImageItem):
    """Keeps what is drawn in the format that Qt draws at once: a mosaic of 900×900 in 1.7 instead of 3.3 ms."""

    def render(self) -> None:
        super().render()
        drawn: QImage | None = getattr(self, "qimage", None)
        if drawn is not None:
            self.qimage = drawn.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


class TileView(pg.GraphicsView):
    """One ``ImageItem`` for all tiles: 512 tiles of 28×28 cost 2 ms a frame, one item a tile 68 ms.

    Positions count tiles in the order of display. Emits ``hovered(position, row, column)`` (−1 outside all
    tiles; the columns of a partner are counted behind those of its tile) and ``selected(position)``; a tool tip
    is shown by ``show_tip``.
    """

    hovered = Signal(int, int, int)
    selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Tiles")
        for receiver in (self, self.viewport()):
            receiver.setAcceptDrops(False)  # a graphics view swallows what is meant for the window
        self._box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, border=None, defaultPadding=0)
        self.setCentralItem(self._box)
        self._image = _MosaicItem(axisOrder="row-major", autoDownsample=False)
        self._hover_frame = self._frame(z=10)
        self._selection_frame = self._frame(z=11)
        self._marks = pg.ScatterPlotItem(symbol=_cross(), size=9, pxMode=True, brush=None)
        for item in (self._image, self._marks, self._hover_frame, self._selection_frame):
            self._box.addItem(item, ignoreBounds=item is not self._image)
        self._pressed_at = QPointF()
        self._tiles: Bytes = np.zeros((0, 1, 1), np.uint8)
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._marked: NDArray[np.intp] = np.zeros(0, np.intp)
        self._grid: Grid | None = None
        self._partners: Bytes | None = None
        self._wanted_columns = 0
        self._cell = Cell((1, 1), 1, False)
        self._selection = self._selection_end = -1
        self._zoomed = False
        self._box.sigRangeChangedManually.connect(self._note_zoom)
        self._box.sigRangeChanged.connect(self._choose_smoothing)

    def _frame(self, z: int) -> QGraphicsRectItem:
        frame = QGraphicsRectItem()
        frame.setZValue(z)
        frame.hide()
        return frame

    # --- what is shown ---------------------------------------------------------------------------

    def set_tiles(
        self,
        tiles: Bytes,
        order: NDArray[np.intp],
        marked: NDArray[np.intp] | None = None,
        *,
        partners: Bytes | None = None,
        columns: int = 0,
    ) -> None:
        """Show ``tiles`` (U, h, w) or in colour (U, h, w, 3), uint8, in the ``order`` (positions → tiles).

        A × stands on the positions ``marked``. Each of ``partners``, in the shape of ``tiles``, stands at the right
        of its tile. ``columns`` tiles stand in a line, as many as fit best for 0. New tiles in the shapes of the
        last ones cost least.
        """
        known = (self._tiles.shape[1:], len(self._order), self._partners is None, self._wanted_columns)
        same_layout = known == (tiles.shape[1:], len(order), partners is None, columns)
        self._tiles, self._order, self._partners = tiles, order, partners
        self._wanted_columns = columns
        self._marked = np.zeros(0, np.intp) if marked is None else marked
        if same_layout and self._grid is not None:
            self._draw()
            self._mark()
        else:
            self._arrange(keep_zoom=False)

    def set_lookup_table(self, table: Bytes) -> None:
        """Colour the grey levels: (256, 3) uint8; level 0 is the gap and stays transparent."""
        rgba = np.full((256, 4), 255, np.uint8)
        rgba[:, :3] = table
        rgba[GAP] = 0
        self._image.setLookupTable(rgba)

    def set_selection(self, position: int, last: int = -1) -> None:
        """Frame the tile at ``position``, or all from there to that at ``last``; none for −1."""
        self._selection, self._selection_end = position, last
        self._place(self._selection_frame, position, last)

    def set_colors(self, colors: Colors) -> None:
        self.setBackground(colors.panel)
        self._hover_frame.setPen(pg.mkPen(colors.text, width=1.5, cosmetic=True))
        pen = pg.mkPen(colors.accent, width=2.5, cosmetic=True)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        self._selection_frame.setPen(pen)
        self._marks.setPen(pg.mkPen(colors.error, width=1.5))

    def picture(self) -> Bytes:
        """The whole mosaic as RGBA (H, W, 4), at full size whatever the zoom."""
        shown: Bytes = self._image.image
        return shown if shown.ndim == 3 else np.asarray(self._image.lut)[shown]

    def fit(self) -> None:
        """Show the whole mosaic."""
        self._zoomed = False
        self._arrange(keep_zoom=False)

    @property
    def columns(self) -> int:
        return self._grid.columns if self._grid else 1

    # --- the mosaic ------------------------------------------------------------------------------

    def _arrange(self, *, keep_zoom: bool) -> None:
        count = len(self._order)
        if not count:
            self._grid = None
            self._image.clear()
            self._marks.clear()
            self._hover_frame.hide()
            self._selection_frame.hide()
            return
        height, width = self._tiles.shape[1:3]
        smallest = _SMALLEST_SIDE if count <= _MANY else _SMALLEST_OF_MANY
        repeat = max(1, math.ceil(smallest / max(height, width)))
        self._cell = cell = Cell((height, width), repeat, self._partners is not None)
        if not (keep_zoom and self._zoomed and self._grid):
            step = (cell.size[0] + cell.gap, cell.size[1] + cell.gap)
            columns = self._wanted_columns or best_columns(count, step, (self.width(), self.height()))
            self._zoomed = False
        else:
            columns = self._grid.columns
        self._grid = Grid(count, columns, cell.size, cell.gap)
        self._draw()
        if not self._zoomed:
            self._box.setRange(self._whole(self._grid.size), padding=0)
        self._place(self._selection_frame, self._selection, self._selection_end)
        self._hover_frame.hide()
        self._mark()

    def _draw(self) -> None:
        """Make the mosaic."""
        assert self._grid is not None
        # A fresh array a frame: pyqtgraph keeps a view and renders later.
        drawn = picture(self._tiles, self._partners, self._order, self._cell, self._grid)
        self._image.setImage(drawn, autoLevels=False, levels=(0, 255))

    def _whole(self, size: tuple[int, int]) -> QRectF:
        """What is in view when fitted: the mosaic, with room around it where its tiles would become huge."""
        assert self._grid is not None
        tile = max(self._grid.tile)
        limit = _LARGEST_VALUE if self._tiles.shape[1:3] == (1, 1) else _LARGEST_SIDE
        height, width = (
            max(side, room * tile / limit) for side, room in zip(size, self._room(), strict=True)
        )
        return QRectF(-(width - size[1]) / 2, -(height - size[0]) / 2, width, height)

    def _room(self) -> tuple[int, int]:
        return self.height(), self.width()

    def _mark(self) -> None:
        if self._grid is None or not len(self._marked):
            if self._marks.isVisible():
                self._marks.clear()
                self._marks.hide()  # even without a mark it takes a tenth of the painting
            return
        self._marks.show()
        corners = np.array([self._grid.rect(int(position)) for position in self._marked], float)
        inset = 0.16 * corners[:, 2:].min(axis=1)
        self._marks.setData(corners[:, 0] + inset, corners[:, 1] + inset)

    def _place(self, frame: QGraphicsRectItem, position: int, last: int = -1) -> None:
        visible = self._grid is not None and 0 <= position < self._grid.count
        if visible and self._grid is not None:
            corners = (position, last if position <= last < self._grid.count else position)
            first, end = (QRectF(*self._grid.rect(corner)) for corner in corners)
            frame.setRect(first.united(end))
        frame.setVisible(visible)

    def _note_zoom(self) -> None:
        self._zoomed = True

    def _choose_smoothing(self) -> None:
        # Pixels stay crisp when enlarged; reduced maps would flicker without smoothing.
        scale = self._box.viewPixelSize()[0] if self._grid else 1.0
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale > 1.0)

    # --- pointer and keys ------------------------------------------------------------------------

    def _at(self, point: QPointF) -> tuple[int, int, int]:
        """The tile under a point of the widget and the place in it: (position, row, column), or −1s."""
        if self._grid is None:
            return -1, -1, -1
        spot = self._box.mapSceneToView(self.mapToScene(point.toPoint()))
        position = self._grid.tile_at(spot.x(), spot.y())
        if position is None:
            return -1, -1, -1
        left, top, *_ = self._grid.rect(position)
        return position, *self._cell.value_at(spot.x() - left, spot.y() - top)

    def show_tip(self, text: str) -> None:
        """Say something about what is under the pointer."""
        place = self.cursor().pos() + QPoint(14, 14)
        QToolTip.showText(place, text, self) if text else QToolTip.hideText()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons():
            return
        position, row, column = self._at(event.position())
        self._place(self._hover_frame, position)
        self.hovered.emit(position, row, column)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        moved = (event.position() - self._pressed_at).manhattanLength()
        position, *_ = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and moved < 4 and position >= 0:
            self.selected.emit(position)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover_frame.hide()
        self.hovered.emit(-1, -1, -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _ARROWS.get(Qt.Key(event.key()))
        if (
            step is None
            or self._grid is None
            or event.modifiers()
            not in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
        ):
            event.ignore()
            return
        position = max(self._selection, 0) + step[0] * self._grid.columns + step[1]
        if 0 <= position < self._grid.count:
            self.selected.emit(position)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_grid") and self._grid is not None and not self._zoomed:
            self._arrange(keep_zoom=False)


def _cross() -> QPainterPath:
    """The mark of a dead unit, as scatter plots want it: of size 1 around 0."""
    path = QPainterPath()
    path.moveTo(-0.5, -0.5)
    path.lineTo(0.5, 0.5)
    path.moveTo(-0.5, 0.5)
    path.lineTo(0.5, -0.5)
    return path
