"""Where everything in the diagram of a network stands: from its plan to bars, labels and wires."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, QSizeF

from visualizer.networks.layers.kinds import Shape, words
from visualizer.networks.planning import NetworkPlan, RowPlan
from visualizer.networks.spec import LayerSpec, NetworkSpec, walk
from visualizer.ui.widgets.diagram_branches import Branch, branches_of
from visualizer.ui.widgets.diagram_drawing import GAP, Drawing
from visualizer.ui.widgets.diagram_shapes import (
    Bar,
    Bracket,
    Diagram,
    Joint,
    Label,
    LabelTone,
    Region,
    Tone,
    Wire,
)

MOST_INSIDE = 40  # layers in a block that is drawn open
_ONE_LINE = 16.0
_SLIM_GAP = 3.0
_SKIP = 11.0  # from the bars to a line around them
_MOST_SKIPS = 3  # lines from the input of a block to the layers in it, beside the one around all
_HEAD = 20.0
_FOLD = 12.0


def lay_out(spec: NetworkSpec, plan: NetworkPlan, width: float, folded: Collection[int] = ()) -> Diagram:
    """The diagram in ``width`` px; ``folded`` are the blocks that the user has folded, or opened if they are large."""
    layout = _Layout(spec, plan, width, folded)
    layout.input(spec.input)
    layout.chain(spec.layers, 0)
    return layout.made()


class _Layout(Drawing):
    """Goes down the rows and decides how each is drawn."""

    def __init__(self, spec: NetworkSpec, plan: NetworkPlan, width: float, folded: Collection[int]) -> None:
        super().__init__(spec, plan, width)
        self.rows = {row.spec.identity: row for row in plan.rows}
        self.classes, self.folded = len(spec.classes), folded

    # --- one row -----------------------------------------------------------------------------------

    def input(self, shape: Shape) -> None:
        """The bar of the input."""
        self.bar_with_label(shape, "input", "input", words(shape), None)

    def chain(self, layers: tuple[LayerSpec, ...], depth: int) -> None:
        """Rows that follow one another."""
        for row in layers:
            self.layer(row, self.rows[row.identity], depth)

    def layer(self, spec: LayerSpec, row: RowPlan, depth: int) -> None:
        """One row, with what is inside."""
        if not row.enabled:
            self._slim(spec, row, "off")
        elif spec.layers and not self._is_closed(spec, row):
            if spec.row.wiring == "parallel":
                self._branched(spec, row, foldable=True)
            else:
                self._opened(spec, row, depth)
        elif row.problem and row.output is None:
            self._failing(spec, row)
        elif row.output is None:
            self._waiting(spec)
        elif spec.row.training_only or (_keeps_shape(row) and not row.problem):
            self._slim(spec, row, "in training" if spec.row.training_only else "")
        elif not spec.row.is_block and branches_of(spec, row, self.rows):
            self._branched(spec, row, foldable=False)
        else:
            self._single(spec, row)

    def _is_closed(self, spec: LayerSpec, row: RowPlan) -> bool:
        """Whether a block is drawn as one bar: large ones, ones that wait, and ones that the user has folded."""
        inside = list(walk(spec.layers))
        if row.output is None and not any(_is_known(self.rows[each.identity]) for _, each in inside):
            return True
        large = len(inside) > MOST_INSIDE or spec.row.training_only
        return large != (spec.identity in self.folded)

    def _single(self, spec: LayerSpec, row: RowPlan) -> None:
        assert row.output is not None
        detail = words(row.output)
        tone: Tone = "weights" if row.parameters else "plain"
        if row.problem:
            tone, detail = "failing", self._verdict(row)
        elif spec.layers:
            count = sum(not each.layers for _, each in walk(spec.layers))
            detail = f"{count} layers, {detail}"
        stacked = spec.row.group == "Blocks"
        self.bar_with_label(row.output, tone, spec.name, detail, spec, stacked=stacked)

    def _failing(self, spec: LayerSpec, row: RowPlan) -> None:
        rect = self.place(46, 22)
        self.add_bar(Bar(rect, "failing", spec.identity, text="!"))
        self.broken = True
        self.label(rect, spec.name, self._verdict(row), "failing", spec)
        self.next_row(rect)

    def _verdict(self, row: RowPlan) -> str:
        """What is wrong with a row, in a few words."""
        return "does not fit" if row.output is None else f"{words(row.output)} ≠ {self.classes} classes"

    def _waiting(self, spec: LayerSpec) -> None:
        rect = self.place(46, 14)
        self.broken = True
        self.add_bar(Bar(rect, "waiting", spec.identity, stacked=bool(spec.layers)))
        self.label(rect, spec.name, "waits", "waiting", spec)
        self.next_row(rect)

    def _slim(self, spec: LayerSpec, row: RowPlan, note: str) -> None:
        """A layer that leaves the shape as it is: a line with its name."""
        top = self.y
        middle = top + _ONE_LINE / 2
        if row.output is not None and not note:
            width = self.scale.width(row.output)
            rect = QRectF(self.centre - width / 2, middle - 1.5, width, 3)
            self.add_bar(Bar(rect, "weights" if row.parameters else "plain", spec.identity))
        title = f"{spec.name}, {note}" if note else spec.name
        tone: LabelTone = "waiting" if note else "slim"
        left = self.centre + 8 if note else self.label_left  # without a bar there is more room
        rect = QRectF(left, top, self.right - left, _ONE_LINE)
        self.labels.append(Label(rect, title, tone=tone, identity=spec.identity))
        whole = QRectF(0, top - 1, self.width, _ONE_LINE + 2)
        self.regions.append(Region(whole, spec.identity, foldable=bool(spec.layers)))
        self.y = top + _ONE_LINE + _SLIM_GAP

    # --- blocks --------------------------------------------------------------------------------------

    def _opened(self, spec: LayerSpec, row: RowPlan, depth: int) -> None:
        """A block whose layers follow one another, with a bracket at their left."""
        top, first = self.y, len(self.bars)
        x = 4.0 + 6 * min(depth, 3)
        head = QRectF(x + _FOLD + 3, top, self.label_left - x - _FOLD, _HEAD)
        region = len(self.regions)
        self.labels.append(Label(head, spec.name, tone="head", identity=spec.identity))
        self.y += _HEAD
        split = self.y - 2
        starts: list[float] = []
        for inside in spec.layers:
            starts.append(self.y)
            self.layer(inside, self.rows[inside.identity], depth + 1)
        if spec.row.icon == "residual" or spec.row.wiring == "all":
            lefts = [bar.rect.left() for bar in self.bars[first:]]
            self._joined(spec, row, split, starts[1:], min(lefts, default=self.centre))
        elif row.problem:
            self._failing(spec, row)
        self.brackets.append(Bracket(x, top + 3, self.y - GAP + 2, spec.identity))
        fold = QRectF(x - 3, top, _FOLD + 4, _HEAD)
        whole = QRectF(0, top, self.width, self.y - top - GAP / 2)
        self.regions.insert(region, Region(whole, spec.identity, fold, foldable=True))

    def _joined(self, spec: LayerSpec, row: RowPlan, split: float, starts: list[float], left: float) -> None:
        """The lines around the layers of a block, from ``split`` to where they meet, at ``left`` px and further out.

        ``starts`` are the heights at which layers begin that get the block's input as well.
        """
        if row.problem:
            self.y += GAP  # its label needs room below that of the last layer
        place = QRectF(self.centre, self.y, 1, 10)
        joint = self._join(row, adds=spec.row.icon == "residual" or _adds(spec))
        inner = starts[:_MOST_SKIPS] if spec.row.wiring == "all" else []
        for number, start in enumerate(inner):
            self.skip(left - 4 - 3 * number, split, start - 4, to_line=True)
        self.skip(left - max(_SKIP, 7 + 3 * len(inner)), split, joint)
        if row.problem:
            self.label(place, spec.name, self._verdict(row), "failing", spec)

    def _join(self, row: RowPlan, *, adds: bool) -> float:
        """The point where branches meet, the next on the main line; returns its height."""
        centre = QPointF(self.centre, self.y + 5)
        tone: Tone = "failing" if row.problem else "waiting" if row.waits else "plain"
        self.wire_to(QPointF(centre.x(), centre.y() - 5.5))
        self.joints.append(Joint(centre, adds, tone))
        self.end = QPointF(centre.x(), centre.y() + (5.5 if adds else 0))
        self.y = centre.y() + 5.5 + GAP
        self.broken = self.broken or row.output is None
        return centre.y()

    def _branched(self, spec: LayerSpec, row: RowPlan, *, foldable: bool) -> None:
        """Layers side by side between two buses, small."""
        top, first = self.y, len(self.bars)
        branches = branches_of(spec, row, self.rows)
        if spec.row.icon == "residual":
            self._shortcut(spec, row, branches)
        else:
            self._side_by_side(spec, row, branches)
        problem = row.problem and self._verdict(row)
        stuck = next((cell for branch in branches for cell in branch.cells if cell.tone == "failing"), None)
        detail = problem or (f"{stuck.name} does not fit" if stuck else words(row.output or ()) or "waits")
        tone: LabelTone = "failing" if problem or stuck else "normal" if row.output else "waiting"
        place = QRectF(self.centre, top, 1, self.y - top - GAP)
        self.label(place, spec.name, detail, tone, spec, foldable=foldable)
        for bar in self.bars[first:]:  # small ones on the row: they are hit first
            if bar.identity is not None and bar.identity != spec.identity:
                self.regions.append(Region(bar.rect.adjusted(-3, -2.5, 3, 2.5), bar.identity))

    def _shortcut(self, spec: LayerSpec, row: RowPlan, branches: tuple[Branch, ...]) -> None:
        """A residual block that is one row: its convolutions, and the line around them to the sum."""
        self.y += 4
        split = self.y - 4
        first = len(self.bars)
        for cell in branches[0].cells:
            size = QSizeF(self.scale.width(cell.shape or ()), min(self.scale.height(cell.shape or ()), 11))
            rect = QRectF(self.centre - size.width() / 2, self.y, size.width(), size.height())
            self.add_bar(Bar(rect, cell.tone, spec.identity))
            self.y += size.height() + 5
        left = min(bar.rect.left() for bar in self.bars[first:])
        self.skip(left - _SKIP, split, self._join(row, adds=True))

    def _side_by_side(self, spec: LayerSpec, row: RowPlan, branches: tuple[Branch, ...]) -> None:
        bus, room = self.y, self.scale.full / len(branches)
        self.wire_to(QPointF(self.centre, bus))
        left = self.centre - self.scale.full / 2
        bottoms: list[QPointF] = []
        for place, branch in enumerate(branches):
            x = left + (place + 0.5) * room
            points = (QPointF(self.centre, bus), QPointF(x, bus), QPointF(x, bus + 7))
            self.wires.append(Wire(points, dotted=self.broken))
            bottoms.append(QPointF(x, self._cells(branch, x, bus + 7, room - 7)))
        end = max(bottom.y() for bottom in bottoms) + 8
        for bottom in bottoms:
            points = (bottom, QPointF(bottom.x(), end), QPointF(self.centre, end))
            self.wires.append(Wire(points, dotted=row.output is None))
        self.end = None
        self.y = end - 5
        self._join(row, adds=_adds(spec))

    def _cells(self, branch: Branch, x: float, y: float, room: float) -> float:
        """The small bars of a branch from ``y`` down; returns where the last one ends."""
        for number, cell in enumerate(branch.cells):
            if number:
                self.wires.append(Wire((QPointF(x, y), QPointF(x, y + 5)), branch.cells[number - 1].broken))
                y += 5
            width, height = 12.0, 6.0
            if cell.shape is not None:
                width = room * self.scale.width(cell.shape) / self.scale.full
                height = max(self.scale.height(cell.shape) * 0.6, 5)
            self.bars.append(Bar(QRectF(x - width / 2, y, width, height), cell.tone, cell.identity))
            y += height
        return y


def _adds(spec: LayerSpec) -> bool:
    """Whether a block adds what its branches give; others put it side by side, or take the largest."""
    return spec.values.get("merge") in ("sum", "mean")


def _is_known(row: RowPlan) -> bool:
    return row.output is not None or bool(row.problem)


def _keeps_shape(row: RowPlan) -> bool:
    """Whether it is a layer that works on values where they stand: activation, norm, dropout."""
    kind = row.spec.row
    local = kind.group in ("Normalise", "Activate") or (kind.group == "Structure" and not kind.outputs)
    return local and row.input == row.output
