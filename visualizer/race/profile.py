"""Surfaces in one dimension: the loss along a line, and the lowest loss over one of the two coordinates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visualizer.errors import UserError
from visualizer.race.config import Race
from visualizer.race.formula import Formula, parse
from visualizer.race.frames import Numbers, Profile
from visualizer.race.surface import Point, Window

POINTS = 401
_ACROSS, _AROUND, _ROUNDS = 256, 17, 3  # looking for the lowest: first samples, then around it, how often
_MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class ProfileKind:
    """One row: what is drawn against what, in words."""

    name: str
    title: str
    words: str


_ROWS = (
    ProfileKind("x", "along x", "the loss where y is that of the racer"),
    ProfileKind("y", "along y", "the loss where x is that of the racer"),
    ProfileKind("gradient", "along the gradient", "the loss straight up and down hill through the racer"),
    ProfileKind("lowest-over-y", "lowest over y", "for each x the lowest loss that any y of the window has"),
    ProfileKind("lowest-over-x", "lowest over x", "for each y the lowest loss that any x of the window has"),
)

KINDS: Mapping[str, ProfileKind] = {row.name: row for row in _ROWS}
"""Every kind of profile by its name."""


def profile(
    race: Race, kind: str, point: Point, gradient: Point | None = None, window: Window | None = None
) -> Profile:
    """The profile ``kind`` (a key of ``KINDS``) of the race's surface through ``point``, within ``window``.

    ``gradient`` at the point is computed if it is not given; where it is 0 or undefined the line goes along x.
    Costs 1 ms along a line, 5 ms for the lowest. Raises ``UserError`` for an unknown kind.
    """
    window = window or race.surface.window
    formula = parse(race.surface.formula)
    if kind == "gradient":
        return _along_gradient(formula, point, gradient or _gradient(formula, point), window)
    if kind in ("x", "y"):
        return _along_axis(formula, kind, point, window)
    if kind in KINDS:
        return _lowest(formula, kind, window)
    raise UserError(f"there is no profile '{kind[:40]}'; choose one of {', '.join(KINDS)}")


def project(profile: Profile, points: NDArray[np.floating]) -> Numbers:
    """Where ``points`` (…, 2) are on the axis of the profile: (…,); NaN for points with NaN."""
    offsets = np.asarray(points, np.float64) - profile.origin
    positions: Numbers = offsets[..., 0] * profile.direction[0] + offsets[..., 1] * profile.direction[1]
    return positions


def _along_axis(formula: Formula, axis: str, point: Point, window: Window) -> Profile:
    if axis == "x":
        positions = np.linspace(window.left, window.right, POINTS)
        losses = _losses(formula, positions, np.full(POINTS, point[1]))
        return Profile(f"f(x, {_number(point[1])})", "x", positions, losses)
    positions = np.linspace(window.bottom, window.top, POINTS)
    losses = _losses(formula, np.full(POINTS, point[0]), positions)
    return Profile(f"f({_number(point[0])}, y)", "y", positions, losses, "y", direction=(0.0, 1.0))


def _along_gradient(formula: Formula, point: Point, gradient: Point, window: Window) -> Profile:
    length = math.hypot(*gradient)
    place = f"({_number(point[0])}, {_number(point[1])})"
    title, axis = f"f along the gradient through {place}", "distance along the gradient"
    if 0 < length < math.inf:
        direction = gradient[0] / length, gradient[1] / length
    else:
        what = "is 0" if length == 0 else "is undefined"
        title, axis, direction = f"f along x: the gradient at {place} {what}", "distance along x", (1.0, 0.0)
    positions = np.linspace(*_reach(point, direction, window), POINTS)
    losses = _losses(formula, point[0] + positions * direction[0], point[1] + positions * direction[1])
    return Profile(title, axis, positions, losses, "gradient", point, direction)


def _reach(point: Point, direction: Point, window: Window) -> tuple[float, float]:
    """From where to where the line through ``point`` is in the window; the point is always within."""
    first, last = -math.inf, math.inf
    spans = ((window.left, window.right), (window.bottom, window.top))
    for start, along, (low, high) in zip(point, direction, spans, strict=True):
        if along:
            ends = sorted(((low - start) / along, (high - start) / along))
            first, last = max(first, ends[0]), min(last, ends[1])
        elif not low <= start <= high:
            last = -math.inf
    half = math.hypot(window.width, window.height) / 2
    return (min(first, -0.05 * half), max(last, 0.05 * half)) if first < last else (-half, half)


def _lowest(formula: Formula, kind: str, window: Window) -> Profile:
    """For each position of one coordinate the lowest loss over the other: on a grid, then closer around the lowest."""
    over_y = kind == "lowest-over-y"
    kept, free = (window.left, window.right), (window.bottom, window.top)
    if not over_y:
        kept, free = free, kept
    positions = np.linspace(*kept, POINTS)
    lows, highs = np.full(POINTS, free[0]), np.full(POINTS, free[1])
    rows, losses = np.arange(POINTS), np.full(POINTS, math.inf)
    for count in (_ACROSS, *(_AROUND,) * _ROUNDS):
        others = np.linspace(lows, highs, count, axis=1)
        held = positions[:, None]
        values = _losses(formula, held, others) if over_y else _losses(formula, others, held)
        best = np.where(np.isnan(values), math.inf, values).argmin(axis=1)
        losses = np.fmin(losses, values[rows, best])
        lows, highs = others[rows, np.maximum(best - 1, 0)], others[rows, np.minimum(best + 1, count - 1)]
    losses[np.isinf(losses)] = math.nan
    if over_y:
        return Profile("lowest f(x, y) over y", "x", positions, losses, kind)
    return Profile("lowest f(x, y) over x", "y", positions, losses, kind, direction=(0.0, 1.0))


def _losses(formula: Formula, xs: Numbers, ys: Numbers) -> Numbers:
    """The losses at points, NaN where they are undefined or infinite."""
    with torch.no_grad():
        values: Tensor = formula(torch.from_numpy(xs), torch.from_numpy(ys))
    losses = np.broadcast_to(values.numpy(), np.broadcast_shapes(xs.shape, ys.shape))
    return np.where(np.isfinite(losses), losses, math.nan)


def _gradient(formula: Formula, point: Point) -> Point:
    place = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(formula(place[0], place[1]), place)
    return float(slope[0]), float(slope[1])


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", _MINUS)
