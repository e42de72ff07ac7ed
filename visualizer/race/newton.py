"""Newton's method with the exact Hessian, as an optimizer of torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

_SINGULAR = 1e-13
"""A determinant below this, of a Hessian whose largest entry is 1, is rounding."""


class Newton(torch.optim.Optimizer):
    """x ← x − lr·H⁻¹g for parameters of two coordinates: (2,), or (2, N) for N points, each with its own Hessian.

    The gradient g is that in ``.grad``, as for every optimizer; ``closure`` gives the loss, (N,) or one number, which
    is differentiated twice. Where the Hessian is singular its pseudo-inverse takes the shortest of the steps that fit
    best: none along a direction without curvature.
    """

    def __init__(self, params: Iterable[Any], lr: float = 1.0) -> None:
        if not lr >= 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor]) -> None:  # type: ignore[override]
        """One step; ``closure`` computes the loss where the parameter is."""
        for group in self.param_groups:
            for parameter in group["params"]:
                with torch.enable_grad():
                    (xx, xy), (_, yy) = hessian(closure(), parameter)
                parameter.sub_(_solved(xx, xy, yy, parameter.grad), alpha=group["lr"])


def hessian(loss: Tensor, parameter: Tensor) -> tuple[Tensor, Tensor]:
    """The two rows of the Hessian, each like ``parameter``: (2,) or (2, N); ``loss`` belongs to a graph or is flat.

    Costs two more passes backward through the graph of the gradient.
    """
    zeros = torch.zeros_like(parameter)
    if not loss.requires_grad:
        return zeros, zeros
    (gradient,) = torch.autograd.grad(loss.sum(), parameter, create_graph=True, materialize_grads=True)
    if not gradient.requires_grad:
        return zeros, zeros
    rows = [_derivative(gradient[axis].sum(), parameter) for axis in range(2)]
    return rows[0], rows[1]


def _derivative(value: Tensor, parameter: Tensor) -> Tensor:
    return torch.autograd.grad(value, parameter, retain_graph=True, materialize_grads=True)[0]


def _solved(xx: Tensor, xy: Tensor, yy: Tensor, gradient: Tensor) -> Tensor:
    """H⁻¹g in closed form: arithmetic alone, so that a batch gives what single points give."""
    scale = torch.maximum(torch.maximum(xx.abs(), xy.abs()), yy.abs())
    scale = torch.where(scale == 0, 1.0, scale)  # against products that overflow or vanish
    a, b, c = xx / scale, xy / scale, yy / scale
    gx, gy = gradient[0] / scale, gradient[1] / scale
    determinant = a * c - b * b
    singular = determinant.abs() < _SINGULAR
    divisor = torch.where(singular, 1.0, determinant)
    # of rank one, the pseudo-inverse is H over its squared norm; of rank none, nothing moves
    norm = a * a + 2 * (b * b) + c * c
    norm = torch.where(norm == 0, 1.0, norm)
    x = torch.where(singular, (a * gx + b * gy) / norm, (c * gx - b * gy) / divisor)
    y = torch.where(singular, (b * gx + c * gy) / norm, (a * gy - b * gx) / divisor)
    return torch.stack((x, y))
