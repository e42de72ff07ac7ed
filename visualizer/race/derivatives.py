"""Gradients and Hessians of a formula at many points at once, by autograd."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.race.formula import Formula


def gradients(formula: Formula, points: Tensor) -> tuple[Tensor, Tensor]:
    """The losses (N,) and gradients (2, N) at ``points`` (2, N), float64."""
    points = points.detach().requires_grad_()
    losses = formula(points[0], points[1])
    (gradient,) = torch.autograd.grad(losses.sum(), points)
    return losses.detach(), gradient


def hessians(formula: Formula, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The losses (N,), gradients (2, N) and Hessians (N, 2, 2) at ``points`` (2, N), float64.

    Costs three backward passes. Where the formula is piecewise linear its Hessian is 0.
    """
    points = points.detach().requires_grad_()
    losses = formula(points[0], points[1])
    (gradient,) = torch.autograd.grad(losses.sum(), points, create_graph=True)
    rows = [
        torch.autograd.grad(part.sum(), points, retain_graph=True, materialize_grads=True)[0]
        if part.requires_grad
        else torch.zeros_like(points)
        for part in gradient
    ]
    return losses.detach(), gradient.detach(), torch.stack(rows).permute(2, 0, 1).detach()
