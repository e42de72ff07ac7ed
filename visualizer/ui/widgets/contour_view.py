"""The landscape of a race: filled levels, trails and heads, the start, and what is written beside them.

Painted by hand on kept pictures: a frame of a playing race adds a few strokes, where a scene of items would stroke
every trail anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QTimer
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.race import clock
from visualizer.race.frames import Landscape
from visualizer.race.racers import titles
from visualizer.race.surface import Point
from visualizer.ui.race.state import RaceState
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.basins_inset import BasinsInset
from visualizer.ui.widgets.contour_frame import ContourFrame
from visualizer.ui.widgets.contour_hand import ContourHand
from visualizer.ui.widgets.contour_picture import STALE, ContourPicture, Ground
from visualizer.ui.widgets.contour_words import head_words, place_words, read_out
from visualizer.ui.widgets.head_arrows import ARROWS, draw_arrows, draw_legend, legend_box
from visualizer.ui.widgets.head_labels import head_labels, start_label
from visualizer.ui.widgets.place_labels import (
    Box,
    LabelPlacer,
    PlacedLabel,
    around,
    box_of,
    draw_label,
    draw_labels,
    notes_at_left,
)
from visualizer.ui.widgets.swarm_dots import swarm_image
from visualizer.ui.widgets.trail_heads import (
    DIAMOND,
    MARK,
    RADIUS,
    Head,
    draw_beyond,
    draw_heads,
    heads,
    on_edge,
    start_mark,
)
from visualizer.ui.widgets.trail_layer import Rows
from visualizer.ui.widgets.trail_painting import TrailPainting

_STILL = 150  # ms after which a zoom is over, and the trails are drawn in full
_NEAR = 9.0  # px, between the pointer and what it points at


@dataclass(frozen=True, slots=True)
class ContourOptions:
    """What is shown besides the trails; ``arrows`` are names of ``head_arrows.ARROWS``."""

    lines: bool = True
    arrows: tuple[str, ...] = ()
    basins: bool = True
    faint: bool = False
    square: bool = False


class ContourView(ContourHand):
    """Shows a ``RaceState``. A frame of play costs 2 ms, a new start of 8 racers of 300 steps 8 ms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.options = ContourOptions()
        self._state: RaceState | None = None
        self._colors: Colors = DARK
        self._ground, self._trails, self._inset = ContourPicture(), TrailPainting(), BasinsInset()
        self._placer = LabelPlacer()
        self._heads: tuple[Head, ...] = ()
        self._labels: list[PlacedLabel] = []
        self._swarm_of: tuple[object, ...] = ()
        self._swarm = QImage()
        self._moved = -math.inf
        self._moving = QTimer(self, interval=_STILL + 1, singleShot=True)
        self._moving.timeout.connect(self.update)
        self.shown.changed.connect(self._move_picture)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Landscape with the trails of the racers")
        self.setAccessibleDescription("The arrow keys move the start, + and − zoom, F shows all.")

    # --- what is shown ---------------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show a race; costs nothing before it is painted."""
        if self._state is None or self._state.race.surface is not state.race.surface:
            self._inset.forget_place()
        self._state = state
        self.shown.follow(state.race.surface, state.landscape)
        self.update()

    def set_options(self, options: ContourOptions) -> None:
        self.options = options
        self._keep_square()
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 450)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_square()

    def _keep_square(self) -> None:
        self.shown.set_plot(self.frame.axes.plot if self.options.square else None)

    def _move_picture(self) -> None:
        self._moved = monotonic()
        self._moving.start()
        self.update()

    def _is_moving(self) -> bool:
        """Whether the window was another one a moment ago."""
        return monotonic() - self._moved < _STILL / 1000

    def landscape(self) -> Landscape | None:
        """The landscape, if it is that of the race."""
        state = self._state
        if state is None or state.landscape is None:
            return None
        return state.landscape if state.landscape.formula == state.race.surface.formula else None

    # --- what the hand needs to know ---------------------------------------------------------------------

    def start_point(self) -> Point | None:
        return self._state.race.start if self._state is not None else None

    def racer_at(self, position: QPointF) -> str:
        """The nearest head under the pointer; else of whom a name is, the next one for each further click."""
        x, y = position.x(), position.y()
        distances = [(math.hypot(head.x - x, head.y - y), head.key) for head in self._heads]
        near = min((each for each in distances if each[0] <= _NEAR), default=None)
        if near is not None:
            return near[1]
        for placed in self._labels:
            if placed.label.keys and placed.contains(x, y):
                keys, selected = placed.label.keys, self._state.selected if self._state else ""
                return keys[(keys.index(selected) + 1) % len(keys)] if selected in keys else keys[0]
        return ""

    def inset_point(self, position: QPointF) -> Point | None:
        return self._inset.point_at(position)

    def inset_contains(self, position: QPointF) -> bool:
        return self._inset.rect.contains(position)

    # --- painting ----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        state = self._state
        if state is None:
            return
        with QPainter(self) as painter:
            self._paint(painter, state, self.frame)

    def _paint(self, painter: QPainter, state: RaceState, frame: ContourFrame) -> None:
        plot, race = frame.axes.plot, state.race
        rows = clock.steps_at(state.frame, state.moment) if state.frame is not None else ()
        painter.drawPixmap(0, 0, self._ground.pixmap(self._ground_wanted(state, frame)))
        self._trails.lay(state.frame, race, state.selected, frame.axes, self.size(), self.devicePixelRatioF())
        self._heads = (
            heads(state.frame, race, self._trails.trails, rows, plot, state.selected) if state.frame else ()
        )
        painter.setClipRect(plot)
        self._draw_swarm(painter, state, frame, rows)
        if self.options.faint and state.frame is not None:
            self._trails.draw_faint(painter)
        self._trails.draw_lost(painter, self._heads)
        self._trails.draw(painter, rows, hurried=state.dragging or self._is_moving())
        self._draw_marks(painter, state, frame)
        painter.setClipping(False)
        self._draw_inset(painter, state, plot)
        if self.focused_by_key:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(self._colors.accent), 1))
            painter.drawRect(plot.adjusted(-1, -1, 0, 0))

    def _ground_wanted(self, state: RaceState, frame: ContourFrame) -> Ground:
        surface = state.race.surface
        return Ground(
            self.landscape(),
            frame,
            self.size(),
            self.devicePixelRatioF(),
            self._colors,
            (*surface.minima, *surface.saddles),
            self.options.lines,
            STALE if state.trouble else 1.0,
        )

    def _draw_swarm(self, painter: QPainter, state: RaceState, frame: ContourFrame, rows: Rows) -> None:
        swarm = state.swarm
        if swarm is None:
            self._swarm_of, self._swarm = (), QImage()
            return
        keys = [racer.key for racer in state.race.racers]
        row = rows[keys.index(swarm.racer.key)] if rows and swarm.racer.key in keys else int(state.moment)
        wanted = (swarm, row, frame.axes, self.size(), self.devicePixelRatioF())
        if wanted != self._swarm_of:
            self._swarm_of, self._swarm = wanted, swarm_image(*wanted)
        painter.drawImage(0, 0, self._swarm)

    def _draw_marks(self, painter: QPainter, state: RaceState, frame: ContourFrame) -> None:
        """Start, heads, arrows, names: what lies on top of the trails, none of it on top of another."""
        plot, start = frame.axes.plot, self.held or state.race.start
        x, y = frame.pixel(start)
        kinds = [kind for kind in ARROWS if kind.name in self.options.arrows]
        at_edge = on_edge(x, y, plot)
        minima = [QPointF(*frame.pixel(place.point)) for place in state.race.surface.minima]
        covered = self._trails.crowd.covered
        self._inset.lay(plot, QPointF(*at_edge), minima, covered, shown=self.options.basins)
        if kinds:
            units = plot.width() / frame.window.width, plot.height() / frame.window.height
            draw_arrows(painter, self._heads, self._trails.trails, kinds, units)
        if at_edge == (x, y):
            mark = start_mark(self.devicePixelRatioF())
            painter.drawPixmap(QPointF(x - MARK / 2, y - MARK / 2), mark)
        else:
            draw_beyond(painter, at_edge, (x, y), "#1b1c1f", "#ffffff", DIAMOND)
        draw_heads(painter, self._heads, self._trails.trails, plot)
        notes = self._notes(state, plot)
        taken = [around(head.x, head.y, RADIUS) for head in self._heads]
        taken += [box for box, _ in notes]
        taken.append(around(*at_edge, DIAMOND))
        if not self._inset.rect.isEmpty():
            taken.append(box_of(self._inset.rect))
        if kinds:
            taken.append(legend_box(kinds, plot))
        wanted = head_labels(self._heads, start_label(start, *at_edge))
        self._labels = self._placer.place(
            wanted, plot.adjusted(3, 3, -3, -3), taken, self._trails.crowd.covered
        )
        draw_labels(painter, self._labels)
        for box, text in notes:
            draw_label(painter, box, text)
        if kinds:
            draw_legend(painter, kinds, plot)

    def _notes(self, state: RaceState, plot: QRectF) -> list[tuple[Box, str]]:
        """What is written in the corners: what lies under the pointer, and why there is no ground."""
        landscape = self.landscape()
        trouble, below = state.trouble, ""
        if not trouble and landscape is not None and math.isnan(landscape.low):
            trouble = "f is no number anywhere in this window"
        if self.pointer is not None and plot.contains(self.pointer):
            below = read_out(self.frame.point(self.pointer.x(), self.pointer.y()), landscape)
        return notes_at_left(trouble, below, plot, self._inset.rect)

    def _draw_inset(self, painter: QPainter, state: RaceState, plot: QRectF) -> None:
        if self._inset.rect.isEmpty() or not state.race.racers:
            return
        keys = [racer.key for racer in state.race.racers]
        index = keys.index(state.selected) if state.selected in keys else 0
        frame = next((each for each in state.basins if each.racer.key == keys[index]), None)
        name = titles(state.race.racers)[index]
        self._inset.draw(painter, frame, name, self.held or state.race.start, self.devicePixelRatioF())

    # --- tool tips -----------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self.tip_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), plain_tip(words), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, position: QPointF) -> str:
        """What there is to say of the head, the minimum or the saddle under the pointer."""
        state = self._state
        if state is None or self._inset.rect.contains(position):
            return ""
        key = self.racer_at(position)
        head = next((head for head in self._heads if head.key == key), None)
        if head is not None and state.frame is not None:
            return head_words(head, state.frame)
        surface = state.race.surface
        for place in (*surface.minima, *surface.saddles):
            x, y = self.frame.pixel(place.point)
            if math.hypot(position.x() - x, position.y() - y) <= _NEAR:
                return place_words(place)
        return ""

    @property
    def labels(self) -> Sequence[PlacedLabel]:
        """The labels of the last painting."""
        return self._labels
