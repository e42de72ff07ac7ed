"""The table of functions that formulas may use, and how torch computes them.

A point alone and the same point among a thousand must give the same bits, or a race in one batch would part from
single runs. Torch computes most functions so, but not ``pow``, ``sinh``, ``cosh``, ``hypot`` and ``sigmoid``, whose
vectorized forms round differently: those are written with others here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

Value = Tensor | float
"""A tensor, or a number that is the same everywhere."""


@dataclass(frozen=True, slots=True)
class FunctionKind:
    """One row: ``compute`` takes ``arity`` values, one of them a tensor. ``words`` are for lists of functions."""

    name: str
    words: str
    compute: Callable[..., Tensor] = field(repr=False)
    arity: int = 1
    others: tuple[str, ...] = ()


def root(value: Tensor) -> Tensor:
    """The square root, with 0 as gradient at 0, where it has none: the tip of a cone gives no NaN."""
    zero = value == 0
    return value.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


def power(base: Value, exponent: Value) -> Tensor:
    """``base ** exponent``; NaN where the base is negative, unless the exponent is one whole number."""
    if not isinstance(exponent, Tensor):
        assert isinstance(base, Tensor)
        return _whole_power(base, int(exponent)) if exponent.is_integer() else _broken_power(base, exponent)
    if not isinstance(base, Tensor):
        if base > 0:
            return exponent.exp() if base == math.e else (exponent * math.log(base)).exp()
        base = exponent.new_full((), base)
    zero = base == 0
    result = (exponent * base.masked_fill(zero, 1.0).log()).exp()
    at_zero = torch.where(exponent > 0, 0.0, torch.where(exponent == 0, 1.0, math.inf)).to(result.dtype)
    return torch.where(zero, at_zero, result)


def _broken_power(base: Tensor, exponent: float) -> Tensor:
    if exponent == 0.5:
        return root(base)
    zero = base == 0
    result = (base.masked_fill(zero, 1.0).log() * exponent).exp()
    return result.masked_fill(zero, 0.0 if exponent > 0 else math.inf)


def _whole_power(base: Tensor, exponent: int) -> Tensor:
    """By repeated squaring; exponents too large for that need no exact products."""
    if abs(exponent) > 65_536:
        sign = base.detach().sign() if exponent % 2 else 1.0
        return _broken_power(_absolute(base), float(exponent)) * sign
    result, square, left = None, base, abs(exponent)
    while left:
        if left % 2:
            result = square if result is None else result * square
        left //= 2
        if left:
            square = square.square()
    if result is None:  # 1 even for an infinite base, and a function of the base to autograd
        return base.masked_fill(~base.isfinite(), 0.0) * 0.0 + 1.0
    return result.reciprocal() if exponent < 0 else result


def _absolute(value: Tensor) -> Tensor:
    """Torch's own imports its compiler (6 s) when it is differentiated twice."""
    return value * value.detach().sign()


def _hypot(left: Value, right: Value) -> Tensor:
    squares: Any = left * left + right * right
    return root(squares)


def _tensors(left: Value, right: Value) -> tuple[Tensor, Tensor]:
    some = left if isinstance(left, Tensor) else right
    assert isinstance(some, Tensor)
    return torch.as_tensor(left, dtype=some.dtype), torch.as_tensor(right, dtype=some.dtype)


_ROWS = (
    FunctionKind("sin", "sine", torch.sin),
    FunctionKind("cos", "cosine", torch.cos),
    FunctionKind("tan", "tangent", torch.tan),
    FunctionKind("asin", "angle with this sine", torch.asin, others=("arcsin",)),
    FunctionKind("acos", "angle with this cosine", torch.acos, others=("arccos",)),
    FunctionKind("atan", "angle with this tangent", torch.atan, others=("arctan",)),
    FunctionKind("sinh", "hyperbolic sine", lambda x: (x.expm1() - (-x).expm1()) / 2),
    FunctionKind("cosh", "hyperbolic cosine", lambda x: (x.exp() + (-x).exp()) / 2),
    FunctionKind("tanh", "hyperbolic tangent", torch.tanh),
    FunctionKind("exp", "e to this power", torch.exp),
    FunctionKind("log", "natural logarithm", torch.log, others=("ln",)),
    FunctionKind("log10", "decimal logarithm", torch.log10),
    FunctionKind("log2", "logarithm to base 2", torch.log2),
    FunctionKind("sqrt", "square root", root),
    FunctionKind("abs", "absolute value", _absolute),
    FunctionKind("sign", "−1, 0 or 1", torch.sign),
    FunctionKind("floor", "next whole number below", torch.floor),
    FunctionKind("ceil", "next whole number above", torch.ceil),
    FunctionKind("min", "the lower of two", lambda a, b: torch.minimum(*_tensors(a, b)), 2),
    FunctionKind("max", "the higher of two", lambda a, b: torch.maximum(*_tensors(a, b)), 2),
    FunctionKind("hypot", "length of a vector, √(a² + b²)", _hypot, 2),
    FunctionKind("erf", "error function", torch.erf),
    FunctionKind("sigmoid", "1 / (1 + exp(−x))", lambda x: ((-x).clamp(max=700.0).exp() + 1).reciprocal()),
)

FUNCTIONS: Mapping[str, FunctionKind] = {row.name: row for row in _ROWS}
"""Every function by its name."""

SPELLINGS: Mapping[str, str] = {name: row.name for row in _ROWS for name in (row.name, *row.others)}
"""What may be written → the name of the row."""

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
