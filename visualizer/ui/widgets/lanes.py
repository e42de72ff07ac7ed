"""The branches of a network as lanes beside its rows, like a commit graph. No Qt here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

LIMIT = 5
"""Lanes at most. What needs more shares the last one."""


@dataclass(frozen=True, slots=True)
class Strand:
    """A piece of line from the middle of the row above to the middle of this row.

    ``start`` and ``end`` are lanes. An ``upper`` strand ends, a ``lower`` one starts at the edge between the
    two rows, in the joint.
    """

    start: int
    end: int
    part: Literal["whole", "upper", "lower"] = "whole"


@dataclass(frozen=True, slots=True)
class LaneRow:
    """What stands beside one row: its dot in ``lane`` and the ``strands`` that come from the row above.

    ``merge`` says that several lines end in the dot. Where a merged value goes on past this row (the sum of a
    residual block that the next block adds to again), the lines meet in a ``joint`` above it, in that lane.
    """

    lane: int
    strands: tuple[Strand, ...]
    merge: bool
    joint: int | None


@dataclass(frozen=True, slots=True)
class _Wire:
    """One value, or several with the same future, on its way down: the rows it has still to reach."""

    lane: int
    targets: tuple[int, ...]


def draw_lanes(parents: Sequence[Iterable[int]], limit: int = LIMIT) -> tuple[LaneRow, ...]:
    """Lay out a graph whose row ``r`` takes the values of the rows ``parents[r]``, all of them above it.

    Following the lines down from a dot to the next dots leads to exactly the rows that take its value, while
    fewer than ``limit`` lanes are in use; the last lane may hold several values at once. Values that have the
    same rows ahead run together from the first of those on, so that a dense block, where each layer takes the
    outputs of all earlier ones, needs two lanes. The cost is that of one pass over the edges.
    """
    targets: list[list[int]] = [[] for _ in parents]
    for row, sources in enumerate(parents):
        for source in set(sources):
            targets[source].append(row)
    rows: list[LaneRow] = []
    wires: list[_Wire] = []
    for row in range(len(parents)):
        arriving = [wire for wire in wires if wire.targets[0] == row]
        passing = [wire for wire in wires if wire.targets[0] != row]
        drawn, going_on = _draw_row(arriving, passing, limit)
        rows.append(drawn)
        wires = passing + going_on
        if targets[row]:
            wires.append(_Wire(drawn.lane, tuple(targets[row])))
    return tuple(rows)


def _draw_row(arriving: list[_Wire], passing: list[_Wire], limit: int) -> tuple[LaneRow, list[_Wire]]:
    lane = _first_free({wire.lane for wire in passing}, limit)
    strands = [Strand(wire.lane, wire.lane) for wire in passing]
    taken = {lane} | {wire.lane for wire in passing}
    going_on: list[_Wire] = []
    joined: list[_Wire] = []
    for group in _by_future(arriving):
        targets = group[0].targets[1:]
        home = min(wire.lane for wire in group)
        if home in taken:  # not into the lane of a line that ends here: the two would cross
            home = _first_free(taken | {wire.lane for wire in arriving if wire not in group}, limit)
        taken.add(home)
        going_on.append(_Wire(home, targets))
        if len(group) > 1 and not joined:
            joined = group
            joint = min(wire.lane for wire in group)
            strands += [Strand(wire.lane, joint, "upper") for wire in group]
            strands += [Strand(joint, lane, "lower"), Strand(joint, home, "lower")]
        else:
            strands += [Strand(wire.lane, home) for wire in group]
    strands += [Strand(wire.lane, lane) for wire in arriving if wire not in joined]
    ends = len(arriving) - len(joined) + bool(joined)
    joint_lane = min(wire.lane for wire in joined) if joined else None
    return LaneRow(lane, tuple(dict.fromkeys(strands)), ends > 1, joint_lane), going_on


def _by_future(arriving: list[_Wire]) -> list[list[_Wire]]:
    """The wires that go on past the row they have reached, those with the same rows ahead together."""
    groups: dict[tuple[int, ...], list[_Wire]] = {}
    for wire in arriving:
        if len(wire.targets) > 1:
            groups.setdefault(wire.targets[1:], []).append(wire)
    # Those that can stay in their lane first, so that none that has to move takes it.
    return sorted(groups.values(), key=lambda group: -min(wire.lane for wire in group))


def _first_free(taken: Collection[int], limit: int) -> int:
    return next((lane for lane in range(limit - 1) if lane not in taken), limit - 1)
