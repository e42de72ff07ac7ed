"""Random numbers of a run's own, so that its curve does not depend on what else the program draws meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from torch.overrides import TorchFunctionMode

_TAKES_GENERATOR = frozenset(
    (
        torch.rand, torch.randn, torch.randint, torch.randperm, torch.normal, torch.bernoulli, torch.multinomial,
        Tensor.bernoulli, Tensor.bernoulli_, Tensor.uniform_, Tensor.normal_, Tensor.exponential_,
        Tensor.random_, Tensor.multinomial,
    )
)  # fmt: skip


class OwnRandomness(TorchFunctionMode):
    """While it is entered, what this thread draws on the processor comes from ``generator``.

    Torch's own generator is one for all threads, and modules cannot be given another. Costs 1 µs per function of
    torch that is called. Drawn so: dropout of values and of maps, and what ``torch.rand`` and the like draw.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(kwargs or {})
        if func in _TAKES_GENERATOR:
            return func(*args, **{"generator": self.generator, **given})
        if func in _DROPOUTS:
            return _DROPOUTS[func](self.generator, *args, **given)
        return func(*args, **given)


def _dropout(
    generator: Generator, input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Inverted dropout of single values, with the very numbers of ``torch.nn.functional.dropout``."""
    return _dropped(generator, input, input.shape, p, training, inplace)


def _channel_dropout(
    generator: Generator, input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Inverted dropout of whole maps of (N, C, …)."""
    shape = (*input.shape[:2], *(1 for _ in input.shape[2:]))
    return _dropped(generator, input, shape, p, training, inplace)


def _dropped(
    generator: Generator, input: Tensor, shape: tuple[int, ...], p: float, training: bool, inplace: bool
) -> Tensor:
    if not training or p == 0.0:
        return input
    noise = torch.empty(shape, dtype=input.dtype, device=input.device)
    noise = noise.zero_() if p == 1.0 else noise.bernoulli_(1 - p, generator=generator).div_(1 - p)
    return input.mul_(noise) if inplace else input * noise


_DROPOUTS: Mapping[Callable[..., Any], Callable[..., Tensor]] = {
    F.dropout: _dropout,
    F.dropout1d: _channel_dropout,
    F.dropout2d: _channel_dropout,
    F.dropout3d: _channel_dropout,
}
