"""Draws a relief by pyqtgraph's OpenGL into a picture, apart from the window: nothing else of it knows of OpenGL.

To be imported only when a relief is seen, and only where ``relief_context.drawing`` found something to draw with: it
loads PyOpenGL, which takes 0.4 s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from OpenGL import GL
from pyqtgraph.opengl import GLLinePlotItem, GLMeshItem
from pyqtgraph.opengl.GLViewWidget import GLViewMixin
from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QImage, QMatrix4x4, QVector3D
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat

from visualizer.ui.widgets.relief_context import Drawing
from visualizer.ui.widgets.relief_scene import HEIGHT, Numbers, Relief, Singles

_SAMPLES = 4  # for each pixel, against jagged edges
_FIELD_OF_VIEW = 34.0  # degrees
_ASPECT = 1.3  # width over height from which on the height decides
_WIDTH, _CHOSEN_WIDTH = 2.0, 3.5  # px, of trails


@dataclass(frozen=True, slots=True)
class Camera:
    """From where the relief is seen: angles in degrees, the distance in units of the scene."""

    azimuth: float = -62.0
    elevation: float = 44.0
    distance: float = 5.2


class ReliefRenderer(GLViewMixin, QObject):
    """Keeps a relief and trails on the graphics card and draws them from any side into an image.

    Where pyqtgraph's own widget makes the whole window one that OpenGL composes, and loses what it keeps when its
    dock floats, this is a picture as any other.
    """

    def __init__(self, drawing: Drawing) -> None:
        self._size = QSize(64, 64)
        self._drawing = drawing
        self._target: QOpenGLFramebufferObject | None = None
        drawing.begin()
        super().__init__()
        self._ground = GLMeshItem(smooth=True, computeNormals=False, shader=None, glOptions="opaque")
        self._lines = GLLinePlotItem(mode="lines", glOptions="translucent", antialias=True)
        self._trails = GLLinePlotItem(mode="lines", glOptions="translucent", antialias=True, width=_WIDTH)
        self._chosen = GLLinePlotItem(
            mode="lines", glOptions="translucent", antialias=True, width=_CHOSEN_WIDTH
        )
        for depth, item in enumerate((self._ground, self._lines, self._trails, self._chosen)):
            item.setDepthValue(depth)  # the order of drawing
            self.addItem(item)
        self.camera = Camera()
        self.set_camera(self.camera)
        self.opts["fov"] = _FIELD_OF_VIEW
        self.opts["center"] = QVector3D(0, 0, HEIGHT * 0.3)
        drawing.end()

    # What the mixin asks of the widget that it is usually part of.

    def width(self) -> int:
        return self._size.width()

    def height(self) -> int:
        return self._size.height()

    def isValid(self) -> bool:
        return True

    def update(self) -> None:
        """Nothing: the view says when it wants a picture."""

    # --- what is shown ---------------------------------------------------------------------------

    def set_relief(self, relief: Relief) -> None:
        """Put another relief there."""
        has_ground = bool(len(relief.triangles))
        if has_ground:
            self._ground.setMeshData(
                vertexes=relief.corners, faces=relief.triangles, vertexColors=relief.colors
            )
        self._ground.setVisible(has_ground)
        self._lines.setData(pos=relief.lines, color=relief.line_color)
        self._lines.setVisible(bool(len(relief.lines)))

    def set_trails(self, points: Singles, colors: Singles, chosen: Singles, color: Singles) -> None:
        """Draw pairs of ``points`` (2 S, 3) as lines in ``colors`` (2 S, 4), and the ``chosen`` ones thicker."""
        for item, pos, ink in ((self._trails, points, colors), (self._chosen, chosen, color)):
            if len(pos):
                item.setData(pos=pos, color=ink)
            item.setVisible(bool(len(pos)))

    def set_camera(self, camera: Camera) -> None:
        self.setCameraPosition(distance=camera.distance, elevation=camera.elevation, azimuth=camera.azimuth)

    # --- drawing -----------------------------------------------------------------------------------

    def picture(self, size: QSize, ratio: float, ground: str) -> QImage:
        """The relief in ``size`` px on the colour ``ground``. Costs 3 ms on a graphics card, 15 ms without one."""
        self._size = size
        self.setBackgroundColor(ground)
        # The field of view is that across: in flat panels the camera stands back, so that the relief fits in height.
        self.opts["distance"] = self.camera.distance * max(
            1.0, size.width() / max(size.height(), 1) / _ASPECT
        )
        if not self._drawing.begin():
            return QImage()
        try:
            wanted = size * ratio
            if self._target is None or self._target.size() != wanted:
                form = QOpenGLFramebufferObjectFormat()
                form.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
                form.setSamples(_SAMPLES)
                self._target = QOpenGLFramebufferObject(wanted, form)
            self._target.bind()
            GL.glViewport(0, 0, wanted.width(), wanted.height())
            self.paintGL()
            self._target.release()
            image = self._target.toImage()
        finally:
            self._drawing.end()
        image.setDevicePixelRatio(ratio)
        return image

    def project(self, points: Numbers) -> Numbers:
        """Where points (N, 3) of the scene are in the picture, in px (N, 2); NaN behind the camera."""
        region = self.getViewport()
        matrix: QMatrix4x4 = self.projectionMatrix(region, region) * self.viewMatrix()
        rows = np.array(matrix.data(), np.float64).reshape(4, 4).T  # data() is column by column
        seen = np.column_stack([points, np.ones(len(points))]) @ rows.T
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = np.where(seen[:, 3:] > 0, seen[:, :2] / seen[:, 3:], np.nan)
        return np.column_stack([(flat[:, 0] + 1) / 2 * self.width(), (1 - flat[:, 1]) / 2 * self.height()])

    def eye(self) -> Numbers:
        """Where the camera is (3,)."""
        at = self.cameraPosition()
        return np.array([at.x(), at.y(), at.z()])

    def close(self) -> None:
        """Free what is on the graphics card, unless the end of the program has done so."""
        if self._drawing.begin():
            self.clear()
            self._target = None
            self._drawing.end()
