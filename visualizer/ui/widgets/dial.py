"""A dial for an angle: 0° at the right and counter-clockwise, as angles are drawn and as pictures turn."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QDial, QWidget

from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.paced import Paced

SIDE = 77  # px, as large as it is of use; odd, so that the lines across are sharp
_PACE = 16  # ms between two moves that are told: a screen shows no more
_PARTS = 10  # of a degree
_NOTCH = 120  # of a wheel, as Qt counts
_LARGE, _SMALL = 15.0, 0.1  # degrees, with Shift and with Ctrl
_DEAD = 3.0  # px around the centre, where a pointer has no direction
_STEPS = {
    Qt.Key.Key_Up: 1.0,
    Qt.Key.Key_Right: 1.0,
    Qt.Key.Key_Down: -1.0,
    Qt.Key.Key_Left: -1.0,
    Qt.Key.Key_PageUp: _LARGE,
    Qt.Key.Key_PageDown: -_LARGE,
}


class Dial(QDial):
    """Shows an angle of 0…<360° and follows the pointer wherever it is pressed, to a tenth of a degree.

    ``value_changed(degrees, done)`` comes while the hand turns it, at most 60 times a second and the last one always;
    ``done`` when the hand lets go, and for single steps: the wheel and the arrows 1°, with Shift and PgUp, PgDown 15°,
    with Ctrl 0.1°, Home to 0°. Shift held while it is dragged goes by 15°.
    """

    value_changed = Signal(float, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._angle = 0.0
        self._colors: Colors = DARK
        self._ground: QPixmap | None = None  # the face with its ticks
        self._notches = 0.0
        self.setRange(0, 360 * _PARTS - 1)
        self.setSingleStep(_PARTS)
        self.setPageStep(round(_LARGE) * _PARTS)
        self.setWrapping(True)
        self.setFixedSize(SIDE, SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Angle in tenths of a degree")
        self.setToolTip("Drag, or use the wheel or the arrows: by 1°, with Shift by 15°, with Ctrl by 0.1°")
        self._paced = Paced(_PACE, self, at_once=True)
        self._paced.told.connect(lambda told: self.value_changed.emit(*told))
        self.valueChanged.connect(self._take_value)

    @property
    def angle(self) -> float:
        """The angle shown, in degrees, 0…<360."""
        return self._angle

    def set_angle(self, angle: float) -> None:
        """Show an angle, in degrees; tells nobody. While the hand holds the dial, it stays where the hand is."""
        if not self.isSliderDown() and not self._paced.is_waiting:
            self._show(angle % 360)

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._ground = colors, None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def minimumSizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def _show(self, angle: float) -> None:
        if angle != self._angle:
            self._angle = angle
            with QSignalBlocker(self):  # what assistive programs read follows
                self.setValue(round(angle * _PARTS) % (360 * _PARTS))
            self.update()

    def _take_value(self, value: int) -> None:
        """An assistive program has set it."""
        self._turn_to(value / _PARTS, done=True)

    def _turn_to(self, angle: float, *, done: bool) -> None:
        angle = round(angle * _PARTS) / _PARTS % 360
        if angle != self._angle:
            self._show(angle)
            self._paced.put((angle, done))

    def _step(self, by: float) -> None:
        self._turn_to(self._angle + by, done=True)

    # Mouse, wheel and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._let_go()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._let_go()  # no release will come

    def _let_go(self) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)
            self._paced.drop()
            self.value_changed.emit(self._angle, True)

    def _follow(self, event: QMouseEvent) -> None:
        way = event.position() + QPointF(0.5, 0.5) - self._centre()  # the middle of the pixel pointed at
        if math.hypot(way.x(), way.y()) < _DEAD:
            return
        angle = math.degrees(math.atan2(-way.y(), way.x()))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            angle = _LARGE * round(angle / _LARGE)
        self._turn_to(angle, done=False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        if self.isSliderDown():
            return
        # Some systems make a sideways turn of one with Shift. Touchpads send parts of notches.
        self._notches += (event.angleDelta().y() or event.angleDelta().x()) / _NOTCH
        whole = math.trunc(self._notches)
        self._notches -= whole
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        self._step(whole * (_LARGE if shift else _SMALL if control else 1.0))

    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_asked and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()  # these keys mean other things elsewhere in the window
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_ours(event) or self.isSliderDown():
            event.ignore()
        elif event.key() == Qt.Key.Key_Home:
            self._turn_to(0.0, done=True)
        else:
            step = _STEPS[Qt.Key(event.key())]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                step = math.copysign(_LARGE, step)
            elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                step = math.copysign(_SMALL, step)
            self._step(step)

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ground = None

    def _centre(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = self._colors
        if self._ground is None or self._ground.devicePixelRatio() != self.devicePixelRatioF():
            self._ground = self._draw_ground()
        color = QColor(colors.accent if self.isEnabled() else colors.disabled)
        radius = self.width() / 2 - 1.5
        centre = self._centre()
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._ground)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_wedge(painter, centre, 0.62 * radius, color)
            end = QLineF.fromPolar(0.62 * radius, self._angle).translated(centre)
            painter.setPen(QPen(color, 2))
            painter.drawLine(end)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(end.p2(), 5.5, 5.5)
            painter.drawEllipse(centre, 2, 2)
            held = self.hasFocus() or self.isSliderDown()
            if held or self.underMouse():
                painter.setPen(QPen(color, 2) if held else QPen(QColor(colors.axis), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(centre, radius, radius)

    def _draw_wedge(self, painter: QPainter, centre: QPointF, radius: float, color: QColor) -> None:
        """What the picture is turned by, from the line of 0° on."""
        filled = QColor(color)
        filled.setAlpha(56)
        place = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(filled)
        painter.drawPie(place, 0, round(16 * self._angle))  # Qt's angles go the same way
        painter.setPen(QPen(QColor(self._colors.axis), 1))
        painter.drawLine(centre, centre + QPointF(radius, 0))

    def _draw_ground(self) -> QPixmap:
        ratio, centre, radius = self.devicePixelRatioF(), self._centre(), self.width() / 2 - 1.5
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        with QPainter(made) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._colors.control_border), 1))
            painter.setBrush(QColor(self._colors.field))
            painter.drawEllipse(centre, radius, radius)
            for angle in range(0, 360, 15):
                length, color, width = (7, "muted", 1.4) if angle % 45 == 0 else (4, "axis", 1.0)
                outside = QLineF.fromPolar(radius - 3, angle).translated(centre).p2()
                inside = QLineF.fromPolar(radius - 3 - length, angle).translated(centre).p2()
                painter.setPen(QPen(QColor(getattr(self._colors, color)), width))
                painter.drawLine(inside, outside)
        return made


def _is_ours(event: QKeyEvent) -> bool:
    others = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    return not event.modifiers() & others and (event.key() in _STEPS or event.key() == Qt.Key.Key_Home)
