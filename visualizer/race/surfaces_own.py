"""Surfaces of the user's own formulas: window, start, minima and rates found with numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from visualizer.errors import UserError
from visualizer.race.critical_points import find, grid
from visualizer.race.derivatives import gradients, hessians
from visualizer.race.formula import Formula, parse
from visualizer.race.frames import Numbers
from visualizer.race.surface import Place, Point, Surface, Window

_WINDOWS = (
    Window(-5.0, 5.0, -5.0, 5.0),
    Window(-1.0, 1.0, -1.0, 1.0),
    Window(0.0, 10.0, 0.0, 10.0),
    Window(-50.0, 50.0, -50.0, 50.0),
    Window(-0.1, 0.1, -0.1, 0.1),
    Window(-1000.0, 1000.0, -1000.0, 1000.0),
)
_SIDE = 41  # points of a look at a window
_SHARES = (0.98, 0.9, 0.5)  # of the points, whose curvature bounds a learning rate
_LEAST = 1e-3  # of the rate that the slope alone asks for; below that nothing would move


def own_surface(formula_text: str, window: Window | None = None, start: Point | None = None) -> Surface:
    """A surface with the name "" for a formula; what is not given is chosen so that something is seen.

    The window is [−5, 5]², or another in which more of the formula is defined. The start is a point of middling
    height with a slope, away from the minima, which ``critical_points.find`` searches. Rates are estimates from the
    slope and the curvature below the start: a sweep finds better ones. Takes 0.1–0.5 s. Raises ``FormulaError``, and
    ``UserError`` where the formula is undefined all over the window.
    """
    formula = parse(formula_text)
    window = window or max(_WINDOWS, key=lambda each: min(_defined(formula, each), 0.25))
    if not _defined(formula, window) and start is None:
        raise UserError("the formula has no finite value in this window: choose another window or formula")
    losses = _finite(formula(*grid(window, _SIDE, _SIDE)).numpy())
    minima, saddles = find(formula, window)
    start = start or _start(formula, window, minima)
    height = float(np.percentile(losses, 10) - losses.min()) if len(losses) else 0.0
    usual = height == 0 or 0.01 < height < 1e4
    size = min(window.width, window.height)
    cusps = any(_is_cusp(formula, place, size) for place in minima)
    return Surface(
        "",
        "Own formula",
        formula_text,
        window,
        start,
        minima,
        saddles,
        remark(minima, saddles),
        _rates(formula, window, start),
        logarithmic=_spans_decades(losses),
        loss_tolerance=1e-3 if usual else 1e-3 * height,
        gradient_tolerance=math.inf if cusps else 1e-2 if usual else 1e-2 * height / size,
    )


def remark(minima: Sequence[Place], saddles: Sequence[Place]) -> str:
    """What is on a surface, in words: "4 minima, f = 0"."""
    if not minima:
        words = "no isolated minimum in the window"
    elif len(minima) == 1:
        words = f"1 minimum at ({_words(minima[0].x)}, {_words(minima[0].y)})"
    else:
        low, high = (extreme(place.loss for place in minima) for extreme in (min, max))
        equal = high - low <= 1e-6 * max(1.0, abs(low))
        words = f"{len(minima)} minima, {'' if equal else 'the lowest '}f = {_words(low)}"
    if saddles and len(minima) < 2:
        words += f", {len(saddles)} saddle{'s' if len(saddles) > 1 else ''}"
    return words


def _words(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if abs(value) > 1e-9 else "0"


def _finite(values: Numbers) -> Numbers:
    return values[np.isfinite(values)]


def _defined(formula: Formula, window: Window) -> float:
    """The share of the window in which the formula is finite."""
    values = formula(*grid(window, _SIDE, _SIDE)).numpy()
    return len(_finite(values)) / values.size


def _spans_decades(losses: Numbers) -> bool:
    """Whether levels by ratios show more: nothing is below 0, and a tenth is fifty times lower than the highest."""
    if not len(losses) or losses.min() < 0:
        return False
    return bool(losses.max() > 50 * np.percentile(losses, 10) > 0)


def _start(formula: Formula, window: Window, minima: Sequence[Place]) -> Point:
    """Of points in the inner part: with a slope, not near a minimum, and nearest to the height of two in three."""
    points = grid(window, 17, 17).reshape(2, 17, 17)[:, 2:-2, 2:-2].reshape(2, -1)
    points = points + 0.013 * torch.tensor([[window.width], [-window.height]])  # off the axes of symmetry
    points = torch.tensor([_rounded(x, y, window) for x, y in points.T.tolist()], dtype=torch.float64).T
    losses, gradient = gradients(formula, points)
    finite = losses.isfinite() & gradient.isfinite().all(dim=0)
    sloping = finite & (gradient != 0).any(dim=0)
    for place in minima:
        far = torch.hypot((points[0] - place.x) / window.width, (points[1] - place.y) / window.height) > 0.2
        sloping = torch.where((sloping & far).any(), sloping & far, sloping)
    usable = sloping if sloping.any() else finite
    if not usable.any():
        return window.centre
    height = losses[usable].quantile(0.67)
    best = int(torch.where(usable, (losses - height).abs(), math.inf).argmin())
    return float(points[0, best]), float(points[1, best])


def _rounded(x: float, y: float, window: Window) -> Point:
    """To a thousandth of the window, in decimals."""
    decimals = math.ceil(2 - math.log10(min(window.width, window.height)))
    return round(x, decimals), round(y, decimals)


def _is_cusp(formula: Formula, place: Place, size: float) -> bool:
    """Whether the gradient near a minimum does not shrink towards it."""
    beside = torch.tensor([[place.x, place.x], [place.y, place.y]], dtype=torch.float64)
    beside += size * torch.tensor([1e-5, 1e-6], dtype=torch.float64)
    far, near = gradients(formula, beside)[1].norm(dim=0).tolist()
    return bool(far < 3 * near)


def _rates(formula: Formula, window: Window, start: Point) -> Mapping[str, float]:
    """Learning rates that suit the slope at the start, the curvature below it, and the size of the window."""
    size = min(window.width, window.height)
    losses, gradient = gradients(formula, torch.tensor(start, dtype=torch.float64)[:, None])
    slope = float(gradient.norm())
    if not (math.isfinite(slope) and slope > 0):
        return {}
    usual = 0.05 * size / slope
    bounds = [1 / curvature for curvature in _curvatures(formula, window, losses) if curvature > 0]
    descent = min(usual, next((bound for bound in bounds if bound > _LEAST * usual), usual))
    rates = {
        "sgd": descent,
        "momentum": 0.2 * descent,
        "nesterov": 0.2 * descent,
        "adagrad": 0.06 * size,
        "rmsprop": 0.005 * size,
        "adam": 0.02 * size,
        "nadam": 0.02 * size,
        "adamw": 0.02 * size,
        "adadelta": 3.0 * size,
        "radam": min(0.02 * size, 0.1 * size / slope),
        "adamax": 0.03 * size,
        "rprop": 0.01 * size,
        "asgd": descent,
    }
    return {name: float(f"{rate:.1e}") for name, rate in rates.items()} | {"lbfgs": 1.0, "newton": 1.0}


def _curvatures(formula: Formula, window: Window, highest: Tensor) -> Sequence[float]:
    """The largest eigenvalue of nearly all Hessians where the formula is not above ``highest``, then of fewer.

    Beside a pole and at the edge of a gap curvatures are beyond measure, though racers may never go there.
    """
    losses, _, hessian = hessians(formula, grid(window, _SIDE, _SIDE))
    a, b, c = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    largest = (a + c).abs() / 2 + ((a - c).square() / 4 + b * b).sqrt()
    below = largest[(losses <= highest) & largest.isfinite()]
    return [float(below.quantile(share)) for share in _SHARES] if len(below) else []
