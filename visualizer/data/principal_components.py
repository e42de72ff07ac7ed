"""Principal components of many values at once, by a randomised projection."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

_MORE = 16  # directions beyond those that are asked for
_ITERATIONS = 2
_EXACT = 200  # rows or columns up to which the whole decomposition is as fast


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalComponents:
    """``components`` (k, d) are orthonormal rows by falling ``variances`` (k,); ``total`` is the variance of all."""

    mean: Tensor = field(repr=False)
    components: Tensor = field(repr=False)
    variances: Tensor = field(repr=False)
    total: float


def principal_components(values: Tensor, most: int, generator: torch.Generator) -> PrincipalComponents:
    """The first ``most`` principal components of ``values`` (n, d) float32, fewer where there are no more.

    A randomised range finder with two power iterations (Halko, Martinsson and Tropp, Finding structure with
    randomness, 2011), exact where the values are few. The generator is the only source of chance.
    """
    mean = values.mean(dim=0)
    centred = values - mean
    count = max(1, min(most, len(values) - 1, values.shape[1]))
    scale = max(1, len(values) - 1)
    total = float(centred.square().sum(dtype=torch.float64)) / scale
    if min(values.shape) > _EXACT:
        centred = _range(centred, count + _MORE, generator).T @ centred
    sides = _orthonormal(centred.T)  # singular vectors: what is projected has few rows
    projected = centred @ sides
    strengths, order = projected.square().sum(dim=0).sort(descending=True)
    return PrincipalComponents(mean, sides[:, order[:count]].T.contiguous(), strengths[:count] / scale, total)


def _range(values: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """An orthonormal basis (n, ≤ count) of what the strongest components of ``values`` (n, d) span."""
    basis = _orthonormal(values @ torch.randn(values.shape[1], count, generator=generator))
    for _ in range(_ITERATIONS):
        basis = _orthonormal(values @ _orthonormal(values.T @ basis))
    return basis


def _orthonormal(columns: Tensor) -> Tensor:
    """The left singular vectors of ``columns`` (n, k), by the eigenvectors of the small (k, k) product.

    Many times as fast as a QR decomposition; directions without any strength are left out.
    """
    tall = columns.double()
    strengths, turn = torch.linalg.eigh(tall.T @ tall)
    is_there = strengths > strengths[-1].clamp(min=1e-30) * 1e-12
    if not bool(is_there.any()):  # all values are the same
        is_there[-1] = True
    vectors: Tensor = tall @ (turn[:, is_there] / strengths[is_there].clamp(min=1e-30).sqrt())
    return vectors.to(columns.dtype)
