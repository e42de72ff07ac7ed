"""The surface of a race in three dimensions, with its trails and heads; the hand turns it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.race.racers import Marker
from visualizer.race.surface import Place, Point
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, font
from visualizer.ui.widgets.axes import tick_texts
from visualizer.ui.widgets.race_markers import draw_head, marker_path
from visualizer.ui.widgets.relief_scene import Numbers, Relief, Singles

if TYPE_CHECKING:
    from visualizer.ui.widgets.relief_renderer import Camera, ReliefRenderer

_GROUND = DARK.field
_LEAST_PAUSE = 33  # ms between two pictures
_NEAREST, _FARTHEST = 1.6, 12.0
_TURN, _ZOOM = 0.5, 1.0012  # degrees a px; a unit of the wheel
_HEAD, _SELECTED_HEAD, _CROSS = 4.0, 5.5, 4.5  # px
_HIDDEN = 0.3  # opacity of what is behind a hill
_KEYS = {
    Qt.Key.Key_Left: (-6.0, 0.0),
    Qt.Key.Key_Right: (6.0, 0.0),
    Qt.Key.Key_Up: (0.0, 6.0),
    Qt.Key.Key_Down: (0.0, -6.0),
    Qt.Key.Key_Plus: (0.0, 0.0),
    Qt.Key.Key_Equal: (0.0, 0.0),
    Qt.Key.Key_Minus: (0.0, 0.0),
    Qt.Key.Key_F: (0.0, 0.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class ReliefTrail:
    """The whole way of a racer over the ground: pairs of points (2 S, 3), and the step (S,) to which each belongs.

    ``points`` (n + 1, 2) are where it is in the plane.
    """

    key: str
    color: str
    marker: Marker
    points: Numbers = field(repr=False)
    pairs: Singles = field(repr=False)
    steps: NDArray[np.intp] = field(repr=False)

    def until(self, row: int) -> tuple[Singles, Singles]:
        """The pairs up to ``row``, and their colours (2 S, 4)."""
        count = 2 * int(np.searchsorted(self.steps, row, side="right"))
        ink = np.array(QColor(self.color).getRgbF(), np.float32)
        return self.pairs[:count], np.broadcast_to(ink, (count, 4))


class ReliefView(QWidget):
    """Paints what the renderer draws, and heads, minima and start over it. The left button turns, the wheel zooms.

    A new picture is made 30 times a second at most, and less often where one takes long.
    """

    def __init__(self, renderer: ReliefRenderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._renderer = renderer
        self._start_camera = self._camera = renderer.camera
        self._relief: Relief | None = None
        self._trails: tuple[ReliefTrail, ...] = ()
        self._rows: tuple[int, ...] = ()
        self._selected = ""
        self._places: tuple[Place, ...] = ()
        self._start: Point = (0.0, 0.0)
        self._note = ""
        self._image = QImage()
        self._is_stale = True
        self._hand: QPointF | None = None
        self._cost = 0.0  # ms of the last picture
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._renew)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("The surface in three dimensions")
        self.setToolTip("Drag to turn, wheel to zoom, double click to reset")

    # --- what is shown ---------------------------------------------------------------------------

    def set_relief(self, relief: Relief, places: tuple[Place, ...], note: str) -> None:
        """Show another surface with its critical points; ``note`` says what its height is."""
        self._relief, self._places, self._note = relief, places, note
        self._renderer.set_relief(relief)
        self._ask()

    def set_trails(self, trails: tuple[ReliefTrail, ...], start: Point) -> None:
        """Show other trails; how far is said by ``set_rows``."""
        self._trails, self._start, self._rows = trails, start, ()

    def set_rows(self, rows: tuple[int, ...], selected: str) -> None:
        """Show each trail up to its row, that of the racer ``selected`` on top."""
        if (rows, selected) == (self._rows, self._selected):
            return
        self._rows, self._selected = rows, selected
        self._ask()

    def _pairs(self) -> list[tuple[ReliefTrail, int]]:
        return list(zip(self._trails, self._rows, strict=True)) if self._rows else []

    def reset(self) -> None:
        """Look from where it was looked at first."""
        self._turn_to(self._start_camera)

    # --- painting ----------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Have a new picture made, soon."""
        if not self._pause.isActive():
            self._pause.start(0 if self._cost == 0 else max(_LEAST_PAUSE, int(2 * self._cost)))

    def _renew(self) -> None:
        self._is_stale = True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._is_stale or self._image.size() != self.size() * ratio:
            begun = time.perf_counter()
            self._hand_over_trails()
            self._image = self._renderer.picture(self.size(), ratio, _GROUND)
            self._cost = 1e3 * (time.perf_counter() - begun)
            self._is_stale = False
        with QPainter(self) as painter:
            if self._image.isNull():
                painter.fillRect(self.rect(), QColor(_GROUND))
                return
            painter.drawImage(0, 0, self._image)
            if self._relief is not None:
                self._draw_frame(painter, self._relief)
                self._draw_places(painter, self._relief)
                self._draw_heads(painter, self._relief)
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(DARK.muted))
            painter.drawText(self.rect().adjusted(8, 4, -8, -6), Qt.AlignmentFlag.AlignBottom, self._note)

    def _hand_over_trails(self) -> None:
        others, chosen = (
            [trail.until(row) for trail, row in self._pairs() if (trail.key == self._selected) == is_chosen]
            for is_chosen in (False, True)
        )
        self._renderer.set_trails(*_joined(others), *_joined(chosen))

    def _draw_frame(self, painter: QPainter, relief: Relief) -> None:
        """The edges of the base that face the eye, with the ends of x and y."""
        wide, deep = relief.size[0] / 2, relief.size[1] / 2
        corners = np.array([(-wide, -deep, 0), (wide, -deep, 0), (wide, deep, 0), (-wide, deep, 0)], float)
        at = self._renderer.project(corners)
        if not np.isfinite(at).all():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TICK_SIZE))
        middle = at.mean(axis=0)
        window = relief.window
        ends = ((window.left, window.right, "x"), (window.bottom, window.top, "y"))
        for axis, (low, high, name) in enumerate(ends):
            # Of the two parallel edges the lower one on the screen is in front.
            edges = ((0, 1), (3, 2)) if axis == 0 else ((0, 3), (1, 2))
            first, last = max(edges, key=lambda edge: at[list(edge), 1].sum())
            painter.setPen(QPen(QColor(DARK.axis), 1))
            painter.drawLine(QPointF(*at[first]), QPointF(*at[last]))
            painter.setPen(QColor(DARK.muted))
            texts = tick_texts([low, high])
            for share, text in ((0.04, texts[0]), (0.5, name), (0.96, texts[1])):
                place = at[first] + share * (at[last] - at[first])
                away = (place - middle) / (np.linalg.norm(place - middle) or 1.0) * 14
                box = QRectF(place[0] + away[0] - 30, place[1] + away[1] - 8, 60, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_places(self, painter: QPainter, relief: Relief) -> None:
        """Minima as +, saddles as ×, the start as a diamond; faint where a hill is before them."""
        points = np.array([*(place.point for place in self._places), self._start], float)
        for number, (x, y) in enumerate(self._seen(painter, relief, points)):
            if math.isnan(x):
                continue
            painter.setPen(QPen(QColor("#ffffff"), 1.5))
            if number == len(self._places):
                painter.translate(x, y)
                painter.setBrush(QColor(_GROUND))
                painter.drawPath(marker_path("diamond", 4.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.translate(-x, -y)
                continue
            reach = _CROSS if self._places[number].kind == "minimum" else _CROSS * 0.7
            slant = 0.0 if self._places[number].kind == "minimum" else reach
            painter.drawLine(QPointF(x - reach, y - slant), QPointF(x + reach, y + slant))
            painter.drawLine(QPointF(x + slant, y - reach), QPointF(x - slant, y + reach))
        painter.setOpacity(1.0)

    def _draw_heads(self, painter: QPainter, relief: Relief) -> None:
        pairs = sorted(self._pairs(), key=lambda pair: pair[0].key == self._selected)
        if not pairs:
            return
        points = np.array([trail.points[row] for trail, row in pairs])
        for (trail, _), (x, y) in zip(pairs, self._seen(painter, relief, points), strict=True):
            if not math.isnan(x):
                selected = trail.key == self._selected
                radius, ring = (_SELECTED_HEAD, "#ffffff") if selected else (_HEAD, "")
                draw_head(painter, trail.marker, x, y, trail.color, radius, ring)
        painter.setOpacity(1.0)

    def _seen(self, painter: QPainter, relief: Relief, points: Numbers) -> Iterator[tuple[float, float]]:
        """Where points (N, 2) of the plane are on the screen; makes the painter faint for those behind a hill."""
        on_ground = relief.on_ground(points)
        hidden = relief.hidden(on_ground, self._renderer.eye())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (x, y), behind in zip(self._renderer.project(on_ground), hidden, strict=True):
            painter.setOpacity(_HIDDEN if behind else 1.0)
            yield (x, y) if math.isfinite(x) and math.isfinite(y) else (math.nan, math.nan)

    # --- the hand ------------------------------------------------------------------------------------

    def _turn_to(self, camera: Camera) -> None:
        if camera != self._camera:
            self._camera = camera
            self._renderer.set_camera(camera)
            self._ask()

    def _turn(self, azimuth: float, elevation: float) -> None:
        camera = self._camera
        raised = min(max(camera.elevation + elevation, 3.0), 90.0)
        self._turn_to(replace(camera, azimuth=camera.azimuth + azimuth, elevation=raised))

    def _come(self, factor: float) -> None:
        distance = min(max(self._camera.distance * factor, _NEAREST), _FARTHEST)
        self._turn_to(replace(self._camera, distance=distance))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._hand = event.position()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._hand is not None:
            way, self._hand = event.position() - self._hand, event.position()
            self._turn(-_TURN * way.x(), _TURN * way.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._come(_ZOOM ** -(event.angleDelta().y() or event.angleDelta().x()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        # The window has some of these keys as shortcuts: with the focus here, they turn the relief.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _KEYS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _KEYS.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._come(0.87 if event.key() != Qt.Key.Key_Minus else 1.15)
        elif event.key() == Qt.Key.Key_F:
            self.reset()
        else:
            self._turn(*way)

    def sizeHint(self) -> QSize:
        return QSize(560, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)


def _joined(parts: list[tuple[Singles, Singles]]) -> tuple[Singles, Singles]:
    """Pairs of several trails and their colours, one behind the other."""
    if not parts:
        return np.zeros((0, 3), np.float32), np.zeros((0, 4), np.float32)
    return np.concatenate([pairs for pairs, _ in parts]), np.concatenate([ink for _, ink in parts])
