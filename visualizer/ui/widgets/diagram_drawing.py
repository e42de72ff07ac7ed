"""The sheet on which the diagram of a network is put together: bars, labels and wires from top to bottom."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetrics

from visualizer.networks.layers.kinds import Shape, words
from visualizer.networks.planning import NetworkPlan
from visualizer.networks.spec import LayerSpec, NetworkSpec, walk
from visualizer.ui.theme import SMALL_SIZE, TICK_SIZE, font
from visualizer.ui.widgets.diagram_shapes import (
    Bar,
    Bracket,
    Diagram,
    Joint,
    Label,
    LabelTone,
    Region,
    Scale,
    Tone,
    Wire,
)

PADDING = 11.0
TWO_LINES = 27.0
GAP = 10.0  # between rows
_LABEL_SHARE = 0.38  # of the width, at most


class Drawing:
    """``y`` is where the next row begins, ``end`` where a wire leaves the last bar, ``centre`` the main line.

    ``broken`` says that nothing flows any more, below a problem.
    """

    def __init__(self, spec: NetworkSpec, plan: NetworkPlan, width: float) -> None:
        deepest = max((len(path) for path, row in walk(spec.layers) if row.layers), default=0)
        gutter = PADDING + 13 + 6 * min(deepest, 3)
        label = min(_label_width(plan, spec), width * _LABEL_SHARE)
        self.label_left, self.right = width - PADDING - label, width - PADDING
        full = max(self.label_left - 8 - gutter, 40.0)
        self.centre = gutter + full / 2
        sides = [max(row.output[1:]) for row in plan.rows if row.output and len(row.output) == 3]
        self.scale = Scale(full, max((*spec.input[1:], *sides)))
        self.width, self.y = width, 12.0
        self.end: QPointF | None = None
        self.broken = False
        self.bars: list[Bar] = []
        self.labels: list[Label] = []
        self.wires: list[Wire] = []
        self.joints: list[Joint] = []
        self.brackets: list[Bracket] = []
        self.regions: list[Region] = []

    def made(self) -> Diagram:
        """What was drawn."""
        # What is inside a block comes after it, and lies on it: the last regions are the smallest.
        return Diagram(
            QSizeF(self.width, self.y + 4),
            tuple(self.bars),
            tuple(self.labels),
            tuple(self.wires),
            tuple(self.joints),
            tuple(self.brackets),
            tuple(reversed(self.regions)),
        )

    def bar_with_label(
        self,
        shape: Shape,
        tone: Tone,
        title: str,
        detail: str,
        spec: LayerSpec | None,
        *,
        stacked: bool = False,
    ) -> None:
        """A row of its own: a bar as large as the shape says, name and detail beside it."""
        rect = self.place(self.scale.width(shape), self.scale.height(shape))
        self.add_bar(Bar(rect, tone, spec.identity if spec else None, stacked))
        self.label(rect, title, detail, "failing" if tone == "failing" else "normal", spec)
        self.next_row(rect)

    def place(self, width: float, height: float) -> QRectF:
        """Room for a bar beside a label of two lines."""
        tall = max(height, TWO_LINES)
        return QRectF(self.centre - width / 2, self.y + (tall - height) / 2, width, height)

    def next_row(self, rect: QRectF) -> None:
        """Go on below a bar and its label."""
        self.y += max(rect.height(), TWO_LINES) + GAP

    def add_bar(self, bar: Bar) -> None:
        """Put a bar on the main line."""
        self.wire_to(QPointF(self.centre, bar.rect.top()))
        self.bars.append(bar)
        self.end = QPointF(self.centre, bar.rect.bottom())

    def wire_to(self, point: QPointF) -> None:
        """Draw the main line on, from where it ended."""
        if self.end is not None:
            self.wires.append(Wire((self.end, point), dotted=self.broken))
        self.end = point

    def label(
        self,
        beside: QRectF,
        title: str,
        detail: str,
        tone: LabelTone,
        spec: LayerSpec | None,
        *,
        foldable: bool | None = None,
    ) -> None:
        """A name and a detail beside a bar, and the region of the row."""
        top = beside.center().y() - TWO_LINES / 2
        free = beside.right() + 8 if tone == "failing" and beside.width() > 1 else self.label_left
        left = min(free, self.label_left)  # a problem takes all the room beside its bar
        rect = QRectF(left, top, self.right - left, TWO_LINES)
        self.labels.append(Label(rect, title, detail, tone, spec.identity if spec else None))
        if spec is not None:
            whole = QRectF(0, min(top, beside.top()) - 4, self.width, max(TWO_LINES, beside.height()) + 8)
            can_fold = bool(spec.layers) if foldable is None else foldable
            self.regions.append(Region(whole, spec.identity, foldable=can_fold))

    def skip(self, left: float, top: float, bottom: float, *, to_line: bool = False) -> None:
        """A line around layers from the main line at ``top`` to it at ``bottom``."""
        edge = self.centre if to_line else self.centre - 6
        points = (
            QPointF(self.centre, top),
            QPointF(left, top),
            QPointF(left, bottom),
            QPointF(edge, bottom),
        )
        self.wires.append(Wire(points, dotted=self.broken, arrow=True, skip=True))


def _label_width(plan: NetworkPlan, spec: NetworkSpec) -> float:
    """What the longest name or shape needs."""
    names, shapes = QFontMetrics(font(SMALL_SIZE, bold=True)), QFontMetrics(font(TICK_SIZE))
    outputs = {row.output for row in plan.rows if row.output} | {spec.input}
    widths = [shapes.horizontalAdvance(words(output)) for output in outputs]
    widths += [names.horizontalAdvance(name) for name in {row.spec.name for row in plan.rows}]
    return max(66, *widths) + 2.0
