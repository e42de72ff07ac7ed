"""What is written beside the heads: names, those of heads at the same place together, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence

from visualizer.race.surface import Point
from visualizer.ui.numbers import integer
from visualizer.ui.widgets.contour_words import point_words
from visualizer.ui.widgets.place_labels import Label
from visualizer.ui.widgets.trail_heads import RADIUS, SELECTED_RADIUS, Head

_TOGETHER = 10.0  # px: heads that are closer share a label
_MOST_NAMES = 3
_START_RADIUS = 8.0  # px


def head_labels(heads: Sequence[Head], start: Label | None) -> list[Label]:
    """The labels of the heads: that of the selected one, those of racers that have left, the start, the others."""
    groups: list[list[Head]] = []
    for head in sorted(heads, key=lambda head: (not head.selected, head.way_out is None)):
        near = next((group for group in groups if _are_together(group[0], head)), None)
        if near is None:
            groups.append([head])
        else:
            near.append(head)
    labels = [_label(group) for group in groups]
    if start is not None:
        first = sum(group[0].selected or group[0].way_out is not None for group in groups)
        labels.insert(first, start)
    return labels


def _are_together(one: Head, other: Head) -> bool:
    steps = [head.way_out.step if head.way_out is not None else -1 for head in (one, other)]
    return (
        steps[0] == steps[1]
        and one.stuck == other.stuck
        and abs(one.x - other.x) <= _TOGETHER
        and abs(one.y - other.y) <= _TOGETHER
    )


def _label(group: list[Head]) -> Label:
    first = group[0]
    names = [head.title for head in (first, *sorted(group[1:], key=lambda head: head.index))]
    text = ", ".join(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        text += f" +{len(names) - _MOST_NAMES}"
    if first.stuck:
        text += " cannot run"
    elif first.way_out is not None:
        verb = "leave" if first.way_out.leaves else "diverge"
        text += f" {verb}{'s' if len(names) == 1 else ''} at step {integer(first.way_out.step)}"
    radius = SELECTED_RADIUS if first.selected else RADIUS
    return Label(text, first.x, first.y, radius, tuple(head.key for head in group), first.selected)


def start_label(start: Point, x: float, y: float) -> Label:
    """``start (0.1, −4.1)`` beside the start."""
    return Label(f"start {point_words(start)}", x, y, _START_RADIUS)
