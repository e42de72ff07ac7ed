"""The steps of optimizers that know of curvature, and of classes of which nothing is known, term by term."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from visualizer.race.anatomy_terms import Lines, StepRecord, change, number, opening, pair, rate
from visualizer.race.frames import Numbers

SINGULAR = 1e-13  # as race.newton has it
_SHOWN_MOVES = 4  # iterations of L-BFGS with lines of their own; what follows is summed up
_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"


def lbfgs(of: StepRecord) -> Lines:
    """Nocedal (1980), as ``torch.optim.LBFGS`` has it: several moves in one step."""
    lines, _ = opening(of)
    tip = "Moves and searches along a line need gradients of their own; g is the first of them."
    lines.append(number("n", "gradients evaluated", "", of.evaluations, tip))
    if not of.moves:
        tip = "Where the gradient is within 1e-7 of 0, or does not fall along the direction, it stays."
        return [*lines, change(of, "0: no move", tip)]
    pairs = of.after.get("old_stps") or []
    tip = f"Past moves and how the gradient changed along them; at most {of.options['history_size']}."
    lines.append(number("K", "pairs that tell the curvature", "", len(pairs), tip))
    tip = "Scale of the inverse Hessian before the pairs refine it: sᵀy / yᵀy of the newest pair."
    lines.append(number("γ", "scale of the inverse Hessian", "", float(of.after["H_diag"]), tip))
    lines.append(rate(of))
    for place, (length, direction) in enumerate(of.moves[:_SHOWN_MOVES]):
        index = _SUBSCRIPTS[place + 1]
        first = place == 0 and int(of.before.get("n_iter", 0)) == 0
        formula = "−g" if first else "−H⁻¹·g"
        lines.append(pair(f"d{index}", f"direction {place + 1}", formula, direction))
        searched = of.options.get("line_search_fn") is not None
        words = "length, from a line search" if searched else "length"
        lines.append(number(f"t{index}", words, "", length))
    rest = of.moves[_SHOWN_MOVES:]
    if rest:
        words = f"moves {_SHOWN_MOVES + 1} to {len(of.moves)}"
        lines.append(pair("w", words, "Σ t·d", np.sum([t * d for t, d in rest], axis=0)))
    return [*lines, change(of, "t₁·d₁" if len(of.moves) == 1 else "Σ t·d")]


@contextmanager
def watched(optimizer: torch.optim.Optimizer) -> Iterator[list[tuple[float, Numbers]]]:
    """The moves (length, direction (2,)) that L-BFGS makes meanwhile, trials of the line search left out.

    Torch keeps no record of them: each move and each trial is a call of ``_add_grad``, and ``_set_param`` takes a
    trial back.
    """
    moves: list[tuple[float, Numbers]] = []
    if not isinstance(optimizer, torch.optim.LBFGS):
        yield moves
        return
    move, restore = optimizer._add_grad, optimizer._set_param

    def noted_move(length: float | Tensor, direction: Tensor) -> None:
        moves.append((float(length), direction.numpy().copy()))
        move(length, direction)

    def noted_return(values: list[Tensor]) -> None:
        moves.pop()
        restore(values)

    vars(optimizer).update(_add_grad=noted_move, _set_param=noted_return)
    try:
        yield moves
    finally:
        del vars(optimizer)["_add_grad"], vars(optimizer)["_set_param"]


def newton(of: StepRecord) -> Lines:
    """Newton's method with the exact Hessian."""
    lines, used = opening(of)
    assert of.hessian is not None
    is_finite = bool(np.isfinite(of.hessian).all())
    values = np.asarray(np.linalg.eigvalsh(of.hessian)) if is_finite else np.full(2, np.nan)
    lines.append(pair("∂ₓ∇f", "Hessian, first row", "", of.hessian[0], "∂²f/∂x² and ∂²f/∂x∂y, exact."))
    lines.append(pair("∂ᵧ∇f", "Hessian, second row", "", of.hessian[1], "∂²f/∂x∂y and ∂²f/∂y², exact."))
    tip = "Curvatures along the axes of H. Where one is negative, Newton goes up, towards a saddle or a peak."
    lines.append(pair("λ₁, λ₂", "curvatures, eigenvalues of H", "", values, tip))
    lines.append(pair("n", "Newton's direction", "H⁻¹·g", _solved(of.hessian, used)))
    return [*lines, rate(of), change(of, "−α·n")]


def _solved(hessian: Numbers, gradient: Numbers) -> Numbers:
    """H⁻¹g, of a singular H with the pseudo-inverse."""
    if not np.isfinite(hessian).all():
        return np.full(2, np.nan)
    scale = np.abs(hessian).max() or 1.0
    if abs(np.linalg.det(hessian / scale)) < SINGULAR:
        return np.asarray(np.linalg.pinv(hessian, hermitian=True) @ gradient)
    return np.asarray(np.linalg.solve(hessian, gradient))


def custom(of: StepRecord) -> Lines:
    """An optimizer of which only its state is known: its parts, by the names that it gives them."""
    lines, _ = opening(of, decays=False)
    for name, value in of.after.items():
        if isinstance(value, np.ndarray) and value.size == 2:
            lines.append(pair(name, "kept by the optimizer", "", value.ravel()))
        elif np.ndim(value) == 0 and isinstance(value, np.ndarray | int | float):
            lines.append(number(name, "kept by the optimizer", "", float(value)))
    return [*lines, rate(of), change(of, "")]
