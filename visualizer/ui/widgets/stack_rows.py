"""The rows that the stack shows: those not inside a collapsed block, the line beside them, places for drops. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from visualizer.networks.editing import Place
from visualizer.networks.rows import RowPlan
from visualizer.networks.spec import Path, walk
from visualizer.ui.numbers import integer, shape

LONG_BLOCK = 8  # a block with more layers starts collapsed
MANY_BLOCKS = 4  # and so does one with more blocks beside it
_MIDDLE = (0.3, 0.7)  # the part of a closed block's row that takes a drop into the block


@dataclass(frozen=True, slots=True)
class Lane:
    """The line beside one row: its dot in lane ``depth``, from lane ``above`` at the top to ``below`` at the bottom.

    ``below`` is None at the last row. ``passing`` are other lanes that run past, each with the lane where it is
    at the bottom: the input of a block whose layers are side by side.
    """

    depth: int
    above: int
    below: int | None
    passing: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the stack. ``layers`` counts those inside a block, all of them; ``hidden`` is a problem in there."""

    plan: RowPlan
    lane: Lane
    is_open: bool = True
    layers: int = 0
    hidden: RowPlan | None = None

    @property
    def identity(self) -> int:
        return self.plan.spec.identity

    @property
    def depth(self) -> int:
        return len(self.plan.path) - 1

    @property
    def takes_inside(self) -> bool:
        """Whether it is a block none of whose layers has a row."""
        spec = self.plan.spec
        return spec.row.is_block and (not self.is_open or not spec.layers)


def described(plan: RowPlan) -> str:
    """A row in words, for people who hear it and as tool tip: ``Conv conv1, output 32×32×32, 896 parameters …``."""
    parts = [f"{plan.spec.row.title} {plan.spec.name}"]
    if plan.output is not None:
        parts.append(f"output {shape(plan.output)}")
        parts += [f"{integer(plan.parameters)} parameters", f"{integer(plan.macs)} MACs"]
    if plan.problem or plan.note:
        parts.append(plan.problem or plan.note)
    return ", ".join(parts)


def starts_collapsed(row: RowPlan, siblings: Mapping[Path, int]) -> bool:
    """Whether a block is collapsed when it is seen first; ``siblings`` counts the blocks of each block by its path."""
    return len(row.spec.layers) > LONG_BLOCK or (
        bool(row.spec.layers) and siblings.get(row.path[:-1], 0) > MANY_BLOCKS
    )


def block_counts(rows: Sequence[RowPlan]) -> dict[Path, int]:
    """How many blocks with layers there are in each block, by its path; () is the network itself."""
    counts: dict[Path, int] = {}
    for row in rows:
        if row.spec.layers:
            counts[row.path[:-1]] = counts.get(row.path[:-1], 0) + 1
    return counts


def shown_rows(rows: Sequence[RowPlan], is_collapsed: Callable[[RowPlan], bool]) -> tuple[ShownRow, ...]:
    """The rows that have a place on the screen."""
    visible: list[RowPlan] = []
    hidden: dict[Path, RowPlan] = {}  # the first problem inside each collapsed block
    closed: Path | None = None
    collapsed: set[Path] = set()
    for row in rows:
        if closed is not None and row.path[: len(closed)] == closed:
            if row.problem:
                hidden.setdefault(closed, row)
            continue
        closed = None
        visible.append(row)
        if row.spec.layers and is_collapsed(row):
            closed = row.path
            collapsed.add(closed)
    return tuple(
        ShownRow(
            row,
            lane,
            row.path not in collapsed,
            sum(1 for _ in walk(row.spec.layers)),
            hidden.get(row.path),
        )
        for row, lane in zip(visible, _lanes(visible), strict=True)
    )


def _lanes(rows: Sequence[RowPlan]) -> list[Lane]:
    """The lines: chains run through every dot, layers side by side hang on the lane of their block."""
    side_by_side: set[Path] = {row.path for row in rows if row.spec.row.wiring in ("parallel", "all")}
    lanes: list[Lane] = []
    above = 0
    for index, row in enumerate(rows):
        following = rows[index + 1].path if index + 1 < len(rows) else ()
        depth = len(row.path) - 1
        branches = [path for path in (row.path[:end] for end in range(1, depth + 1)) if path in side_by_side]
        ended = [path for path in branches if following[: len(path) + 1] != row.path[: len(path) + 1]]
        below = min((len(path) - 1 for path in ended), default=depth)
        passing = tuple(
            (len(path) - 1, below if following[: len(path)] != path else len(path) - 1) for path in branches
        )
        lanes.append(Lane(depth, above, below if following or ended else None, passing))
        above = below
    return lanes


# Places ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """Where a drop would go: in the gap in front of row ``gap`` at ``depth``, or into the block of row ``into``."""

    place: Place
    gap: int
    depth: int
    into: int | None = None


def target_in_row(
    rows: Sequence[ShownRow], index: int, share: float, depth: int | None, parents: Mapping[Path, int]
) -> Target:
    """The target of a drop over row ``index``, ``share`` of its height down.

    ``depth`` is that of the lane under the pointer, None where it is not over the lanes. ``parents`` has the
    identity of every block by its path.
    """
    row = rows[index]
    if row.takes_inside and depth is None and _MIDDLE[0] < share < _MIDDLE[1]:
        return Target(Place(row.identity), index, row.depth + 1, into=index)
    gap = index if share < 0.5 else index + 1
    wanted = row.depth if depth is None else depth
    opens = row.plan.spec.row.is_block and not row.takes_inside
    if depth is None and gap > index and opens:
        wanted += 1
    return target_in_gap(rows, gap, wanted, parents)


def target_in_gap(rows: Sequence[ShownRow], gap: int, depth: int, parents: Mapping[Path, int]) -> Target:
    """The target in the gap in front of row ``gap``, as near to ``depth`` as can be."""
    least = rows[gap].depth if gap < len(rows) else 0
    before = rows[gap - 1] if gap else None
    most = least if before is None else max(before.depth + before.plan.spec.row.is_block, least)
    depth = min(max(depth, least), most)
    if gap < len(rows) and depth == least:
        return Target(Place(parents.get(rows[gap].plan.path[:-1]), rows[gap].identity), gap, depth)
    assert before is not None or not rows
    if before is None:
        return Target(Place(), gap, 0)
    if depth > before.depth:
        return Target(Place(before.identity), gap, depth)
    return Target(Place(parents.get(before.plan.path[:depth])), gap, depth)


Direction = Literal["above", "below", "inside"]


def place_at(row: ShownRow, where: Direction, following: int | None, parents: Mapping[Path, int]) -> Place:
    """The place beside or inside a row; ``following`` is the identity of its next neighbour."""
    if where == "inside":
        return Place(row.identity)
    return Place(parents.get(row.plan.path[:-1]), row.identity if where == "above" else following)
