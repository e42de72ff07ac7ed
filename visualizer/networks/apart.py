"""The same network around modules of its own: for looks beside those of others, who may hook theirs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from visualizer.networks.network import Network


def apart(network: Network) -> Network:
    """The network with modules of its own and the same tensors, which nobody may write to; in evaluation mode."""
    return replace(network, module=with_tensors(network.module, tensors_of(network.module)))


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """The module's own parameters and buffers by name, also those that files of weights leave out."""
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def with_tensors(module: nn.Module, tensors: Mapping[str, Tensor]) -> nn.Module:
    """A copy of the structure of ``module`` around other tensors, which are not copied; in evaluation mode."""
    memo: dict[int, Any] = {}
    for name, parameter in module.named_parameters():
        memo[id(parameter)] = nn.Parameter(tensors[name], requires_grad=False)
    for name, buffer in module.named_buffers():
        memo[id(buffer)] = tensors[name]
    return copy.deepcopy(module, memo).eval()
