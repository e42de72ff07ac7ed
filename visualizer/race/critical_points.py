"""Where a formula has minima and saddles inside a window: searched for with numbers, not with algebra."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from visualizer.race.derivatives import gradients, hessians
from visualizer.race.formula import Formula
from visualizer.race.surface import Place, Window

MOST = 64
_STARTS = 24  # a side: finds what is wider than a twentieth of the window
_FINE = 121
_ITERATIONS = 60
_ANGLES = torch.arange(32, dtype=torch.float64) * (2 * math.pi / 32)
_CIRCLE = torch.stack([_ANGLES.cos(), _ANGLES.sin()])

Kind = Literal["minimum", "saddle"]


def find(formula: Formula, window: Window) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The minima and the saddles in the window, each kind by rising loss, at most ``MOST`` of each.

    Newton's method from a grid of starts finds where the gradient vanishes; the eigenvalues of the Hessian tell what is
    there, a small circle of values where they cannot. Cusps, where the gradient does not vanish, are found by
    descent without gradients from the lowest points of a fine grid. Valleys and plains have no isolated minimum and
    give none. Takes 0.1–0.4 s. What is narrower than the grids can be missed.
    """
    size = math.hypot(window.width, window.height)
    points = _vanishing(formula, window, size)
    lowest, saddle = _kinds(formula, points, size)
    cusps = _cusps(formula, window, points[:, lowest], size)
    minima = torch.cat([points[:, lowest], cusps], dim=1)
    return _places(formula, minima, size, "minimum"), _places(formula, points[:, saddle], size, "saddle")


def grid(window: Window, columns: int, rows: int) -> Tensor:
    """Points (2, rows · columns) in the middles of equal cells, from the bottom up, rows from left to right."""
    x = window.left + window.width * (torch.arange(columns, dtype=torch.float64) + 0.5) / columns
    y = window.bottom + window.height * (torch.arange(rows, dtype=torch.float64) + 0.5) / rows
    return torch.stack([x.repeat(rows), y.repeat_interleave(columns)])


def _vanishing(formula: Formula, window: Window, size: float) -> Tensor:
    """Distinct points (2, N) in the window at which Newton's method ends: as it is, and turned downhill."""
    points = grid(window, _STARTS, _STARTS).repeat(1, 2)
    downhill = torch.arange(points.shape[1]) >= points.shape[1] // 2
    length = torch.full((points.shape[1],), math.inf, dtype=torch.float64)
    for iteration in range(_ITERATIONS):
        _, gradient, hessian = hessians(formula, points)
        step = _newton_step(gradient, hessian, downhill)
        length = step.norm(dim=0)
        points = points + step * (0.05 * size / length.clamp(min=0.05 * size))
        near = length.isfinite() & _inside(points, window, 0.5 * size)
        if iteration % 10 == 9:
            near &= _first(points, 1e-9 * size) | (length > 1e-6 * size)
        points, downhill, length = points[:, near], downhill[near], length[near]
        if not len(length) or bool((length < 1e-10 * size).all()):
            break
    ended = (length < 1e-5 * size) & _inside(points, window, 1e-9 * size)
    points, order = points[:, ended], length[ended].argsort()
    points = points[:, order]
    return points[:, _first(points, 1e-4 * size)]


def _newton_step(gradient: Tensor, hessian: Tensor, downhill: Tensor) -> Tensor:
    """−H⁻¹g, or −|H|⁻¹g for those that go downhill; least squares where H is singular. All (2, N) but H (N, 2, 2).

    |H| is the root of M = H², for 2 × 2 (M + |det H|) / √(trace M + 2 |det H|).
    """
    a, b, c = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    determinant = (a * c - b * b).abs()
    norm = (a * a + 2 * b * b + c * c + 2 * determinant).sqrt()
    p, q, r = a * a + b * b, b * (a + c), b * b + c * c  # M
    turned = torch.stack([p + determinant, q, r + determinant]) / norm
    a, b, c = torch.where(downhill, turned, torch.stack([a, b, c]))
    damping = (1e-7 * norm).square()
    p, r = p + damping, r + damping
    u, v = a * gradient[0] + b * gradient[1], b * gradient[0] + c * gradient[1]
    step = torch.stack([q * v - r * u, q * u - p * v]) / (p * r - q * q)
    return step.where((gradient != 0).any(dim=0), torch.zeros_like(step))


def _inside(points: Tensor, window: Window, margin: float) -> Tensor:
    x, y = points
    outside_x = torch.maximum(window.left - x, x - window.right)
    outside_y = torch.maximum(window.bottom - y, y - window.top)
    return torch.maximum(outside_x, outside_y) <= margin


def _first(points: Tensor, distance: float) -> Tensor:
    """Which points (2, N) have none nearer than ``distance`` before them."""
    apart = torch.cdist(points.T, points.T, compute_mode="donot_use_mm_for_euclid_dist")
    return ~(apart < distance).tril(-1).any(dim=1)


def _kinds(formula: Formula, points: Tensor, size: float) -> tuple[Tensor, Tensor]:
    """Which of the points (2, N) are minima, and which saddles."""
    losses, _, hessian = hessians(formula, points)
    a, b, c = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    half, spread = (a + c) / 2, ((a - c).square() / 4 + b * b).sqrt()
    low, high = half - spread, half + spread
    regular = torch.minimum(low.abs(), high.abs()) > 1e-6 * torch.maximum(low.abs(), high.abs())
    rise = _rises(formula, points, losses, 3e-3 * size)
    signs = rise.sign()
    changes = (signs * signs.roll(1, 0) < 0).sum(dim=0)  # 2 on a slope, 4 at a saddle, 6 at that for a monkey
    bowl = (rise > 0).all(dim=0) & _isolated(points, losses, rise, size)
    return torch.where(regular, low > 0, bowl), torch.where(regular, (low < 0) & (high > 0), changes >= 4)


def _rises(formula: Formula, points: Tensor, losses: Tensor, radius: float) -> Tensor:
    """How much higher the formula is at 32 places around each point: (32, N); 0 where that is but rounding."""
    around = points[:, None, :] + radius * _CIRCLE[:, :, None]
    rise = formula(around[0], around[1]) - losses
    return rise.where(rise.abs() > 1e-13 * losses.abs(), torch.zeros_like(rise))


def _isolated(points: Tensor, losses: Tensor, rise: Tensor, size: float) -> Tensor:
    """Which points are not part of a valley: rather level in one direction, and not the lowest found near there."""
    level = rise.amin(dim=0) < 0.35 * rise.amax(dim=0)
    lower = losses <= losses[:, None] + 1e-6 * rise.amax(dim=0)[:, None]
    near = torch.cdist(points.T, points.T) < 0.15 * size
    return ~(level & ((lower & near).sum(dim=1) > 1))


def _cusps(formula: Formula, window: Window, smooth: Tensor, size: float) -> Tensor:
    """Minima (2, N) at which the gradient does not vanish, besides those that are ``smooth``."""
    cells = grid(window, _FINE, _FINE)
    losses = formula(cells[0], cells[1]).nan_to_num(math.inf, math.inf, -math.inf).reshape(_FINE, _FINE)
    around = torch.nn.functional.max_pool2d(-losses[None], 3, 1)[0]
    lowest = (losses[1:-1, 1:-1] == -around) & losses[1:-1, 1:-1].isfinite()
    candidates = cells.reshape(2, _FINE, _FINE)[:, 1:-1, 1:-1][:, lowest]
    cell = max(window.width, window.height) / _FINE
    candidates = candidates[:, (torch.cdist(candidates.T, smooth.T) > 2 * cell).all(dim=1)]
    order = formula(candidates[0], candidates[1]).argsort()[: 2 * MOST]
    points = _searched(formula, candidates[:, order], cell)
    points = points[:, _first(points, 1e-4 * size) & _inside(points, window, -0.5 * cell)]
    finite, losses = losses[losses.isfinite()], formula(points[0], points[1])
    poles = losses < finite.amin() - 10 * (finite.amax() - finite.amin()) if len(finite) else losses > 0
    rise = _rises(formula, points, losses, 1e-4 * size)
    good = (rise > 0).all(dim=0) & _isolated(points, losses, rise, size) & ~poles
    return points[:, good & (torch.cdist(points.T, smooth.T) > 1e-3 * size).all(dim=1)]


def _searched(formula: Formula, points: Tensor, step: float) -> Tensor:
    """Each of the points (2, N) moved to the lowest of eight around it, ever nearer ones once it is the lowest."""
    steps = torch.full((points.shape[1],), step, dtype=torch.float64)
    directions = torch.cat([torch.zeros(2, 1, dtype=torch.float64), _CIRCLE[:, ::4]], dim=1)[:, :, None]
    for _ in range(120):
        around = points[:, None, :] + steps * directions
        best = formula(around[0], around[1]).nan_to_num(math.inf, math.inf, -math.inf).argmin(dim=0)
        points = around.gather(1, best.expand(2, 1, -1))[:, 0]
        steps = torch.where(best == 0, steps / 2, steps)
    return points


def _places(formula: Formula, points: Tensor, size: float, kind: Kind) -> tuple[Place, ...]:
    """The lowest points (2, N), with as few decimals as cost no loss, at a saddle no longer gradient."""
    points = points[:, formula(points[0], points[1]).argsort()[:MOST]]
    for decimals in range(9, -1, -1):
        rounded = points.round(decimals=decimals) + 0.0  # no −0
        moved = (rounded - points).norm(dim=0)
        (losses, gradient), (new_losses, new_gradient) = (
            gradients(formula, points),
            gradients(formula, rounded),
        )
        cheap = (
            new_losses <= losses if kind == "minimum" else new_gradient.norm(dim=0) <= gradient.norm(dim=0)
        )
        points = torch.where((cheap & (moved < 1e-4 * size)) | (moved < 1e-11 * size), rounded, points)
    losses = formula(points[0], points[1])
    rows = torch.stack([*points, losses], dim=1).tolist()
    places = [Place(x, y, loss, kind) for x, y, loss in rows]
    return tuple(sorted(places, key=lambda place: (float(f"{place.loss:.9g}"), place.x, place.y)))
