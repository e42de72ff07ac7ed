"""Responses made of formulas, and states around them, for the tests of plots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from visualizer.data.transforms.change import Change
from visualizer.data.transforms.table import values_of
from visualizer.probes.response.frames import Response
from visualizer.ui.rotation.state import COLORS, OPEN, Line, RotationState

CLASSES = ("cat", "dog", "monkey")
Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def wave(times: int, mean: float = 0.5, height: float = 0.3) -> Curve:
    """A probability that rises and falls so often around the circle."""
    return lambda degrees: mean + height * np.cos(np.radians(times * degrees))


def response(
    curve: Curve,
    name: str = "shapes-net",
    step: float = 1.0,
    classes: Sequence[str] = CLASSES,
    label: str | None = "cat",
    transform: str = "rotation",
    known: NDArray[np.bool_] | None = None,
) -> Response:
    """The first class follows ``curve``, the second has nine tenths of the rest, all others share what is left."""
    values = values_of(transform, step)
    first = curve(values)
    table = np.zeros((len(values), len(classes)), np.float32)
    table[:, 0] = first
    if len(classes) > 1:
        rest = 1 - first
        table[:, 1] = rest * (0.9 if len(classes) > 2 else 1.0)
        table[:, 2:] = (rest * 0.1 / max(len(classes) - 2, 1))[:, None]
    known = np.ones(len(values), bool) if known is None else known
    table[~known] = np.nan
    with np.errstate(divide="ignore"):
        outputs = np.log(table)
    return Response(name, transform, "grey", values, known, outputs, table, tuple(classes), "softmax", label)


def lines(*responses: Response) -> tuple[Line, ...]:
    """The first is that of the open network at step 480, the others are compared with it."""
    return tuple(
        Line(f"kept {at}" if at else OPEN, each.network, "" if at else "step 480", COLORS[at], each)
        for at, each in enumerate(responses)
    )


def turned(degrees: float, *responses: Response) -> RotationState:
    """The state in which the input is turned so far."""
    return RotationState(Change(value=degrees), 1.0, lines(*responses), "chelsea.png")


def damaged(made: Response, rows: slice) -> Response:
    """The response with no numbers in some rows."""
    table, outputs = made.probabilities.copy(), made.outputs.copy()
    table[rows], outputs[rows] = np.nan, np.nan
    return replace(made, probabilities=table, outputs=outputs)
